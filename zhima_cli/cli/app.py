"""The program: its commands, and the one place where every way it can end meets."""

import contextlib
from collections.abc import Mapping, Sequence
from typing import Annotated

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption
from typer.main import get_group

from zhima_cli import __version__
from zhima_cli.cli import history
from zhima_cli.cli.arguments import Grammar
from zhima_cli.cli.environment import Environment
from zhima_cli.cli.explain import explain
from zhima_cli.cli.init_cert import init_cert
from zhima_cli.cli.mock_gateway import mock_gateway
from zhima_cli.cli.presentation import choose_presentation
from zhima_cli.cli.profiles import profiles
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
    session = _session(arguments, environment)
    error: ZhimaError
    try:
        status = _dispatch(list(arguments), session)
        environment.shield()
        return status
    except ZhimaError as own:
        error = own
    except KeyboardInterrupt as stop:
        error = Interrupted(Sent.NO, stop)
    except Exception as bug:  # the last resort: a message instead of a traceback
        error = InternalError(bug, Sent.NO)
    session.trace(error)
    return session.finish(fail(Call(), error))


def say_stopped(arguments: Sequence[str], environment: Environment, stop: KeyboardInterrupt) -> int:
    """Say that zhima was stopped while it was starting; return the exit status."""
    error = Interrupted(Sent.NO, stop)
    return _session(arguments, environment).finish(fail(Call(), error))


def _session(arguments: Sequence[str], environment: Environment) -> Session:
    presentation = choose_presentation(
        arguments, environment.variables, is_terminal=environment.stdout.isatty()
    )
    return Session(
        environment,
        presentation,
        debug="--debug" in arguments,
        verbose="--verbose" in arguments,
    )


def _dispatch(arguments: list[str], session: Session) -> int:
    """Look the command line over, then show what it asks to see, or let typer run the command."""
    if arguments == [_VERSION]:
        return session.show(f"{_NAME} {__version__}")
    group = _build()
    problems: list[Problem] = []
    path: list[TyperCommand | TyperGroup] = [group]
    rest = arguments
    while True:
        command = path[-1]
        grammar = _grammar(command)
        at = grammar.end_of_options(rest) if isinstance(command, TyperGroup) else len(rest)
        own, rest = rest[:at], rest[at:]
        if grammar.asks_for(_HELP, own):
            return session.show(_help(path, session.words.helps))
        if grammar.asks_for((_VERSION,), own):
            return session.show(f"{_NAME} {__version__}")
        problems += grammar.problems(own)
        if not isinstance(command, TyperGroup) or (not rest and command.invoke_without_command):
            break
        named = _commands(command).get(rest[0]) if rest else None
        if named is None:
            # What stands in the command's place may be anything, a name of a person included.
            reason = Reason.UNKNOWN_COMMAND if rest else Reason.NO_COMMAND
            expected = ", ".join(_commands(command))
            problems.append(Problem(Kind.USAGE, reason, expected=expected))
            break
        path.append(named)
        rest = rest[1:]
    if problems:
        raise InputError(*session.presentation.problems, *problems)
    with group.make_context(_NAME, arguments, obj=session) as context:
        status: int = group.invoke(context)
        return status


def _build() -> TyperGroup:
    past = _typer()
    past.callback(invoke_without_command=True)(history.history)
    past.command("show")(history.show)
    past.command("export")(history.export)
    past.command("prune")(history.prune)
    app = _typer()
    app.callback()(_options_of_zhima)
    app.command("init-cert")(init_cert)
    app.add_typer(past, name="history")
    app.command("mock-gateway")(mock_gateway)
    # zhima explain, zhima profiles
    app.command("explain")(explain)
    app.command("profiles")(profiles)
    group = get_group(app)
    group.context_settings["help_option_names"] = list(_HELP)
    return group


def _typer() -> typer.Typer:
    return typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


def _commands(group: TyperGroup) -> Mapping[str, TyperCommand | TyperGroup]:
    return {
        name: command
        for name, command in group.commands.items()
        if isinstance(command, TyperCommand | TyperGroup)
    }


def _options_of_zhima(
    version: Annotated[bool, typer.Option(_VERSION)] = False,
    lang: Annotated[str | None, typer.Option("--lang", metavar="zh|en")] = None,
) -> None: ...


def _grammar(command: TyperCommand | TyperGroup) -> Grammar:
    takes_value = dict.fromkeys(_HELP, False)
    words: list[str] = []
    optional_words: list[str] = []
    for param in command.params:
        if isinstance(param, TyperOption):
            takes_value |= dict.fromkeys(param.opts, not param.is_flag)
        elif isinstance(param, TyperArgument):
            (words if param.required else optional_words).append(param.metavar or "")
    return Grammar(takes_value, tuple(words), tuple(optional_words))


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
        name = " ".join([_NAME, *(command.name or "" for command in path[1:])])
        _put_into_words(command, name, helps)
        help_option = command.get_help_option(context)
        if help_option is not None:
            help_option.help = helps["help"]
        return command.get_help(context)


def _put_into_words(
    command: TyperCommand | TyperGroup, name: str, helps: Mapping[str, str]
) -> None:
    command.help = helps[name]
    for param in command.params:
        if isinstance(param, TyperOption | TyperArgument):
            param.help = helps.get(f"{name} {param.name}", helps[param.name or ""])
    if isinstance(command, TyperGroup):
        for inner_name, inner in _commands(command).items():
            inner.help = helps[f"{name} {inner_name}"]
