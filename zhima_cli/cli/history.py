"""``zhima history``: what was sent, what came of it, and how to try again what is open."""

import contextlib
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zhima_cli.cli.declarations import (
    ConfigOption,
    DebugOption,
    FileOption,
    LangOption,
    NumberOption,
    OutputOption,
    ProfileOption,
)
from zhima_cli.cli.session import Session
from zhima_cli.core.errors import InputError, Problem, Reason
from zhima_cli.core.kinds import EXIT_STATUS, Kind
from zhima_cli.core.opening import resolve_history
from zhima_cli.core.options import Options
from zhima_cli.core.records import Filter, Record, State
from zhima_cli.core.sources import option_name
from zhima_cli.output import records
from zhima_cli.output.form import Form
from zhima_cli.output.screen import Screen
from zhima_cli.words.vocabulary import Label

if TYPE_CHECKING:
    from zhima_cli.core.history import History

_FORMATS: dict[str, Callable[[Iterator[Record], Options, Screen], None]] = {
    "csv": records.show_csv,
    "jsonl": records.show_json_lines,
}
_DEFAULT_LIMIT = 20
_OF_THE_LIST = ("state", "profile", "since", "limit", "config", "history", "output")
_PERIOD = re.compile(r"([0-9]{1,5})([mhd])")
_PERIOD_UNITS = {"m": "minutes", "h": "hours", "d": "days"}

_Date = Annotated[str | None, typer.Option(metavar="DATE")]


def history(
    context: typer.Context,
    state: Annotated[str | None, typer.Option(metavar="STATE")] = None,
    profile: ProfileOption = None,
    since: _Date = None,
    limit: NumberOption = None,
    config: ConfigOption = None,
    history: FileOption = None,
    output: OutputOption = None,  # noqa: ARG001 -- the presentation has it
    lang: LangOption = None,  # noqa: ARG001 -- likewise
    debug: DebugOption = False,  # noqa: ARG001 -- the session has it
) -> int:
    """List the newest records; return the exit status."""
    session: Session = context.obj
    if context.invoked_subcommand is not None:
        # They would be dropped without a word, --history of a prune among them.
        for name in _OF_THE_LIST:
            if context.params[name] is not None:
                option, command = option_name(name), context.invoked_subcommand
                raise InputError(Problem(Kind.USAGE, Reason.OPTION_MISPLACED, option, command))
        return 0
    session.check()
    form = session.form()
    wanted = Filter(
        state=_state(state),
        profile=profile,
        since=_date(since, "--since", session),
        limit=_DEFAULT_LIMIT if limit is None else _limit(limit),
    )
    options = Options(config=config, profile=profile, history=history)
    with _opened(session, options) as opened:
        found = tuple(opened.records(wanted)) if opened else ()
    with session.viewing() as screen:
        if form is Form.JSON:
            records.show_json(found, options, screen)
        elif form is Form.PLAIN:
            records.show_lines(found, options, screen)
        elif found:
            records.show_table(found, options, session.words, screen)
        else:
            session.log(session.words.labels[Label.NO_RECORDS])
    return EXIT_STATUS[Kind.SUCCESS]


def show(
    context: typer.Context,
    transaction_id: Annotated[str, typer.Argument(metavar="TRANSACTION_ID")],
    config: ConfigOption = None,
    profile: ProfileOption = None,
    history: FileOption = None,
    output: OutputOption = None,  # noqa: ARG001 -- the presentation has it
    lang: LangOption = None,  # noqa: ARG001 -- likewise
    debug: DebugOption = False,  # noqa: ARG001 -- the session has it
) -> int:
    """Show all records of one transaction; return the exit status."""
    session: Session = context.obj
    session.check()
    form = session.form()
    wanted = Filter(profile=profile, transaction_id=transaction_id)
    options = Options(config=config, profile=profile, history=history)
    with _opened(session, options) as opened:
        found = tuple(opened.records(wanted)) if opened else ()
    if not found:
        raise InputError(Problem(Kind.USAGE, Reason.NO_SUCH_RECORD, "TRANSACTION_ID"))
    with session.viewing() as screen:
        if form is Form.JSON:
            records.show_json(found, options, screen)
            return EXIT_STATUS[Kind.SUCCESS]
        for at, record in enumerate(found):
            if at > 0:
                screen.line("")
            records.show_record(record, options, session.words, screen)
    return EXIT_STATUS[Kind.SUCCESS]


def export(
    context: typer.Context,
    format: Annotated[str, typer.Option("--format", metavar="csv|jsonl")] = "csv",  # noqa: A002 -- the option's name
    state: Annotated[str | None, typer.Option(metavar="STATE")] = None,
    profile: ProfileOption = None,
    since: _Date = None,
    config: ConfigOption = None,
    history: FileOption = None,
    lang: LangOption = None,  # noqa: ARG001 -- the presentation has it
    debug: DebugOption = False,  # noqa: ARG001 -- the session has it
) -> int:
    """Write the records to standard output; return the exit status."""
    session: Session = context.obj
    session.check()
    if format not in _FORMATS:
        expected = ", ".join(_FORMATS)
        raise InputError(Problem(Kind.USAGE, Reason.NOT_A_CHOICE, "--format", expected=expected))
    wanted = Filter(state=_state(state), profile=profile, since=_date(since, "--since", session))
    options = Options(config=config, profile=profile, history=history)
    with _opened(session, options) as opened, session.writing() as screen:
        _FORMATS[format](opened.records(wanted) if opened else iter(()), options, screen)
    return EXIT_STATUS[Kind.SUCCESS]


def prune(
    context: typer.Context,
    before: _Date = None,
    yes: Annotated[bool, typer.Option("--yes")] = False,
    config: ConfigOption = None,
    profile: ProfileOption = None,
    history: FileOption = None,
    lang: LangOption = None,  # noqa: ARG001 -- the presentation has it
    debug: DebugOption = False,  # noqa: ARG001 -- the session has it
) -> int:
    """Delete old records; return the exit status."""
    session: Session = context.obj
    session.check()
    moment = _date(before, "--before", session)
    if moment is None:
        raise InputError(Problem(Kind.USAGE, Reason.OPTION_IS_DUE, "--before"))
    now = session.environment.clock.now()
    options = Options(config=config, profile=profile, history=history)
    with _opened(session, options) as opened:
        count = opened.count(moment, profile, now) if opened else 0
        if opened and count:
            try:
                is_meant = yes or _confirm(session, count)
            except KeyboardInterrupt as stop:
                return session.leave(Label.PRUNE_LEFT, stop)
            count = opened.prune(moment, profile, now) if is_meant else 0
    with session.writing() as screen:
        screen.line(session.words.labels[Label.PRUNED].format(count=count))
    return EXIT_STATUS[Kind.SUCCESS]


@contextlib.contextmanager
def _opened(session: Session, options: Options) -> "Iterator[History | None]":
    """Yield the history, None where nothing was recorded yet."""
    path: Path = resolve_history(options, session.surroundings)
    try:
        path.lstat()
    except FileNotFoundError:
        yield None
        return
    except (OSError, ValueError):
        pass  # opening it will tell
    from zhima_cli.core.history import open_history  # SQLite, which the help does without

    with open_history(path) as opened:
        yield opened


def _state(text: str | None) -> State | None:
    try:
        return State(text) if text is not None else None
    except ValueError:
        expected = ", ".join(state.value for state in State)
        raise InputError(
            Problem(Kind.USAGE, Reason.NOT_A_CHOICE, "--state", expected=expected)
        ) from None


def _limit(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text[:10]) > 0:
        return int(text[:10])
    raise InputError(Problem(Kind.USAGE, Reason.OUT_OF_RANGE, "--limit", expected="1 …"))


def _date(text: str | None, option: str, session: Session) -> datetime | None:
    """Read a date, a time (ISO 8601; the machine's zone where it has none) or a period ago."""
    if text is None:
        return None
    period = _PERIOD.fullmatch(text)
    try:
        if period:
            length = timedelta(**{_PERIOD_UNITS[period[2]]: int(period[1])})
            return session.environment.clock.now() - length
        moment = datetime.fromisoformat(text)
        try:
            return moment.astimezone()
        except (ValueError, OverflowError):
            # At the ends of the calendar there is no time in another zone.
            return moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        problem = Problem(Kind.USAGE, Reason.NOT_A_DATE, option)
        raise InputError(problem) from None


def _confirm(session: Session, count: int) -> bool:
    if not session.surroundings.can_ask:
        raise InputError(Problem(Kind.USAGE, Reason.OPTION_IS_DUE, "--yes"))
    answer = session.ask(session.words.labels[Label.ASK_PRUNE].format(count=count))
    if answer is None:
        raise InputError(Problem(Kind.USAGE, Reason.UNCONFIRMED))
    return answer.lower() in ("y", "yes", "是")
