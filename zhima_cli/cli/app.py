"""The program: its commands, and the one place where every way it can end meets."""

import functools
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Annotated

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption
from typer.main import get_group

from zhima_cli import __version__
from zhima_cli.cli.arguments import HELP_OPTIONS, Grammar
from zhima_cli.cli.completion import ASKED
from zhima_cli.cli.declarations import LangOption
from zhima_cli.cli.environment import Environment
from zhima_cli.cli.presentation import choose_presentation
from zhima_cli.cli.session import Session
from zhima_cli.core.errors import (
    InputError,
    InternalError,
    Interrupted,
    Problem,
    ReaderLeft,
    Reason,
    ZhimaError,
)
from zhima_cli.core.kinds import EXIT_STATUS, Kind, Sent
from zhima_cli.core.nearest import nearest

_NAME = "zhima"
_VERSION = "--version"
# The function of a command is named like it, and so is the module that has it.
_COMMANDS = (
    "init-cert",
    "init-certs",
    "history",
    "mock-gateway",
    "explain",
    "profiles",
    "completion",
    "doctor",
    "verify-response",
    "configure",
    "keygen",
)
_COMMANDS_OF_HISTORY = ("show", "export", "prune")


def run(arguments: Sequence[str], environment: Environment) -> int:
    """Run zhima with these arguments, the program's name not among them.

    Returns the exit status, and raises nothing.
    """
    session = _session(arguments, environment)
    error: ZhimaError
    try:
        if ASKED in environment.variables and not arguments:
            from zhima_cli.cli.help import describe
            from zhima_cli.cli.suggestions import complete  # of use for nothing else

            return complete(describe(build(), (_NAME,), session.words.helps), session)
        status = _dispatch(list(arguments), session)
        environment.shield()
        return status
    except ReaderLeft as left:
        session.trace(left)
        return EXIT_STATUS[left.kind]
    except ZhimaError as own:
        error = own
    except KeyboardInterrupt as stop:
        error = Interrupted(Sent.NO, stop)
    except Exception as bug:  # the last resort: a message instead of a traceback
        error = InternalError(bug, Sent.NO)
    session.trace(error)
    return _finish(error, session)


def say_stopped(arguments: Sequence[str], environment: Environment, stop: KeyboardInterrupt) -> int:
    """Say that zhima was stopped while it was starting; return the exit status."""
    return _finish(Interrupted(Sent.NO, stop), _session(arguments, environment))


def _finish(error: ZhimaError, session: Session) -> int:
    """Show an error of which no call is known; return the exit status."""
    from zhima_cli.core.outcome import Call, fail  # what went well has no use for it

    return session.finish(fail(Call(), error))


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
    if len(arguments) == 1 and arguments[0] in HELP_OPTIONS:
        group = _overview()
        return _show_help(group, [group], session)
    first = tuple(arguments[:1])
    group = build(first if first and first[0] in _COMMANDS else _COMMANDS)
    problems: list[Problem] = []
    path: list[TyperCommand | TyperGroup] = [group]
    rest = arguments
    while True:
        command = path[-1]
        grammar = _grammar(command)
        at = grammar.end_of_options(rest) if isinstance(command, TyperGroup) else len(rest)
        own, rest = rest[:at], rest[at:]
        if grammar.asks_for(HELP_OPTIONS, own):
            return _show_help(command, path, session)
        if grammar.asks_for((_VERSION,), own):
            return session.show(f"{_NAME} {__version__}")
        at_fault = list(grammar.problems(own, len(arguments) - len(own) - len(rest)))
        problems += at_fault
        if not isinstance(command, TyperGroup) or (not rest and command.invoke_without_command):
            break
        named = _commands(command).get(rest[0]) if rest else None
        if named is None:
            if at_fault:  # what stands there may be the value of an option that is wrong
                break
            names = list(_commands(command))
            words = (_NAME, *(each.name or "" for each in path[1:]))
            problems.append(_no_command(rest, words, names))
            break
        path.append(named)
        rest = rest[1:]
    if problems:
        raise InputError(*session.presentation.problems, *problems)
    with group.make_context(_NAME, arguments, obj=session) as context:
        status: int = group.invoke(context)
        return status


def _no_command(rest: Sequence[str], group: Sequence[str], names: Sequence[str]) -> Problem:
    """Return that the ``rest`` does not begin with one of the ``names`` of the group's commands.

    What stands there may be anything, a name of a person included, and is not told of.
    """
    expected = ", ".join(names)
    if not rest:
        return Problem(Kind.USAGE, Reason.NO_COMMAND, expected=expected)
    meant = nearest(rest[0].lower(), names)
    if meant is None:
        return Problem(Kind.USAGE, Reason.UNKNOWN_COMMAND, " ".join(group), expected=expected)
    words = " ".join((*group, meant))
    return Problem(Kind.USAGE, Reason.MISSPELT_COMMAND, words, expected=expected)


def _show_help(
    command: TyperCommand | TyperGroup, path: Sequence[TyperCommand | TyperGroup], session: Session
) -> int:
    """Show the help of ``command``, to which ``path`` leads; return the exit status."""
    from zhima_cli.cli.help import describe  # a call shows no help
    from zhima_cli.output.help import show_help

    words = (_NAME, *(each.name or "" for each in path[1:]))
    with session.viewing() as screen:
        show_help(describe(command, words, session.words.helps), session.words, screen)
    return EXIT_STATUS[Kind.SUCCESS]


@functools.cache  # for those who run zhima many times in one process, as tests do
def build(commands: tuple[str, ...] = _COMMANDS) -> TyperGroup:
    """Return zhima with these of its commands; importing all of them takes its time."""
    app = _typer()
    app.callback()(_options_of_zhima)
    for name in commands:
        if name == "history":
            app.add_typer(_build_history(), name=name)
        else:
            app.command(name)(_function(name, name))
    return _group(app)


def _overview() -> TyperGroup:
    """Return zhima with its commands' names only: its help shows no more of them."""
    app = _typer()
    app.callback()(_options_of_zhima)
    for name in _COMMANDS:
        if name == "history":
            app.add_typer(_typer(), name=name)  # typer has groups behind the others
        else:
            app.command(name)(lambda: None)
    return _group(app)


def _group(app: typer.Typer) -> TyperGroup:
    group = get_group(app)
    group.context_settings["help_option_names"] = list(HELP_OPTIONS)
    return group


def _build_history() -> typer.Typer:
    past = _typer()
    past.callback(invoke_without_command=True)(_function("history", "history"))
    for name in _COMMANDS_OF_HISTORY:
        past.command(name)(_function("history", name))
    return past


def _function(command: str, name: str) -> Callable[..., int]:
    """Return the function ``name`` of the module that has the command."""
    module = import_module(f"zhima_cli.cli.{command.replace('-', '_')}")
    function: Callable[..., int] = getattr(module, name.replace("-", "_"))
    return function


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
    lang: LangOption = None,
) -> None: ...


def _grammar(command: TyperCommand | TyperGroup) -> Grammar:
    takes_value = dict.fromkeys(HELP_OPTIONS, False)
    words: list[str] = []
    optional_words: list[str] = []
    for param in command.params:
        if isinstance(param, TyperOption):
            takes_value |= dict.fromkeys(param.opts, not param.is_flag)
        elif isinstance(param, TyperArgument):
            (words if param.required else optional_words).append(param.metavar or "")
    return Grammar(takes_value, tuple(words), tuple(optional_words))
