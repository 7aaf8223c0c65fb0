"""The program: its commands, and the one place where every way it can end meets."""

import contextlib
from collections.abc import Mapping, Sequence
from typing import Annotated

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption
from typer.main import get_group

from zhima_cli import __version__
from zhima_cli.cli.arguments import Grammar
from zhima_cli.cli.environment import Environment
from zhima_cli.cli.init_cert import init_cert
from zhima_cli.cli.mock_gateway import mock_gateway
from zhima_cli.cli.presentation import choose_presentation
from zhima_cli.cli.session import Session
from zhima_cli.core.errors import (
    InputError,
    InternalError,
    Interrupted,
    Problem,
    Reason,
    ZhimaError,
)
from zhima_cli.core.kinds import Kind, Sent
from zhima_cli.core.outcome import Call, fail

_NAME = "zhima"
_HELP = ("--help", "-h")
_VERSION = "--version"


def run(arguments: Sequence[str], environment: Environment) -> int:
    """Run zhima with these arguments, the program's name not among them.

    Returns the exit status, and raises nothing.
    """
    presentation = choose_presentation(
        arguments, environment.variables, is_terminal=environment.stdout.isatty()
    )
    session = Session(environment, presentation, debug="--debug" in arguments)
    error: ZhimaError
    try:
        return _dispatch(list(arguments), session)
    except ZhimaError as own:
        error = own
    except KeyboardInterrupt:
        error = Interrupted(Sent.NO)
    except Exception as bug:  # the last resort: a message instead of a traceback
        error = InternalError(bug, Sent.UNKNOWN)
    session.trace(error)
    return session.finish(fail(Call(), error))


def _dispatch(arguments: list[str], session: Session) -> int:
    """Look the command line over, then show what it asks to see, or let typer run the command."""
    if arguments == [_VERSION]:
        return session.show(f"{_NAME} {__version__}")
    group = _build()
    group_grammar = _grammar(group)
    at = group_grammar.end_of_options(arguments)
    own, rest = arguments[:at], arguments[at + 1 :]
    name = arguments[at] if at < len(arguments) else None
    command = _commands(group).get(name or "")
    if group_grammar.asks_for(_HELP, own):
        return session.show(_help([group], session.words.helps))
    if group_grammar.asks_for((_VERSION,), own):
        return session.show(f"{_NAME} {__version__}")
    if command is not None and _grammar(command).asks_for(_HELP, rest):
        return session.show(_help([group, command], session.words.helps))
    problems = list(group_grammar.problems(own))
    if command is None:
        problems.append(_no_command(name, group))
    else:
        problems += _grammar(command).problems(rest)
    if problems:
        raise InputError(*session.presentation.problems, *problems)
    with group.make_context(_NAME, arguments, obj=session) as context:
        status: int = group.invoke(context)
        return status


def _build() -> TyperGroup:
    app = typer.Typer(
        name=_NAME, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False
    )
    app.callback()(_options_of_zhima)
    app.command("init-cert")(init_cert)
    app.command("mock-gateway")(mock_gateway)
    group = get_group(app)
    group.context_settings["help_option_names"] = list(_HELP)
    return group


def _commands(group: TyperGroup) -> Mapping[str, TyperCommand]:
    return {n: c for n, c in group.commands.items() if isinstance(c, TyperCommand)}


def _options(command: TyperCommand | TyperGroup) -> tuple[TyperOption, ...]:
    return tuple(param for param in command.params if isinstance(param, TyperOption))


def _options_of_zhima(
    version: Annotated[bool, typer.Option(_VERSION)] = False,
    lang: Annotated[str | None, typer.Option("--lang", metavar="zh|en")] = None,
) -> None: ...


def _grammar(command: TyperCommand | TyperGroup) -> Grammar:
    takes_value = dict.fromkeys(_HELP, False)
    for option in _options(command):
        takes_value |= dict.fromkeys(option.opts, not option.is_flag)
    return Grammar(takes_value)


def _help(path: Sequence[TyperCommand | TyperGroup], helps: Mapping[str, str]) -> str:
    """Return the help of the last of ``path``, which leads to it from zhima itself."""
    with contextlib.ExitStack() as stack:
        context = None
        for command in path:
            context = stack.enter_context(
                command.make_context(
                    command.name or _NAME, [], parent=context, resilient_parsing=True
                )
            )
        assert context is not None  # noqa: S101 -- there is always zhima itself
        command = path[-1]
        _put_into_words(command, helps)
        help_option = command.get_help_option(context)
        if help_option is not None:
            help_option.help = helps["help"]
        return command.get_help(context)


def _put_into_words(command: TyperCommand | TyperGroup, helps: Mapping[str, str]) -> None:
    command.help = helps[command.name or _NAME]
    for option in _options(command):
        option.help = helps[option.name or ""]
    if isinstance(command, TyperGroup):
        for inner in _commands(command).values():
            inner.help = helps[inner.name or ""]


def _no_command(name: str | None, group: TyperGroup) -> Problem:
    commands = ", ".join(group.commands)
    if name is None:
        return Problem(Kind.USAGE, Reason.NO_COMMAND, expected=commands)
    # What stands in the command's place may be anything, a name of a person included.
    return Problem(Kind.USAGE, Reason.UNKNOWN_COMMAND, expected=commands)
