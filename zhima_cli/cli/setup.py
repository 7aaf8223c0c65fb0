"""Fills a profile in from options and answers, and writes it."""

from collections.abc import Iterator

from zhima_cli.cli.questions import ask_for, ask_for_default, explain, paste
from zhima_cli.cli.session import Session
from zhima_cli.core.config_change import (
    ConfigChange,
    OpenedConfig,
    make_change,
    open_config,
    write_change,
)
from zhima_cli.core.draft import KEYS, Draft, Mode, Setting
from zhima_cli.core.errors import InputError, Problem, Reason
from zhima_cli.core.files import system_words
from zhima_cli.core.kinds import EXIT_STATUS, Kind
from zhima_cli.core.options import Options
from zhima_cli.core.sources import typed_path
from zhima_cli.output import changes
from zhima_cli.output.form import Form
from zhima_cli.words.vocabulary import Label

_STDIN = "-"


def set_up(
    options: Options, session: Session, *, inline_keys: bool, default: bool, dry_run: bool
) -> int:
    """Change a profile, or under a ``dry_run`` show how; return the exit status.

    Keys that are pasted get files of their own unless they are ``inline_keys``; ``default`` makes
    the profile the one that is used where none is named. Raises InputError.
    """
    opened = open_config(options, session.surroundings)
    try:
        draft, is_default = _fill_in(opened, options, session, default=default)
    except KeyboardInterrupt as stop:
        if session.presentation.form is Form.JSON:
            raise
        return session.leave(Label.CONFIG_LEFT, stop)
    change = make_change(opened, draft.finish(inline=inline_keys), default=is_default)
    if change.data is not None and not dry_run:
        session.environment.shield()
        write_change(change)
    _show(change, session, dry_run=dry_run)
    # Looked at only now: a configuration that others could read is private once it is written.
    surroundings = session.surroundings
    if not dry_run:
        draft = Draft(change.finished.profile, surroundings.home, surroundings.now)
    session.warn(*draft.check_all().warnings)
    return EXIT_STATUS[Kind.SUCCESS]


def _fill_in(
    opened: OpenedConfig, options: Options, session: Session, *, default: bool
) -> tuple[Draft, bool]:
    """Return a profile that will do, and whether it is to be the default. Raises InputError."""
    surroundings = session.surroundings
    given = frozenset(s for s in Setting if getattr(options, s.value) is not None)
    problems = list(_conflicts(options, given))
    if problems:
        raise InputError(*problems)
    draft = Draft(opened.profile, surroundings.home, surroundings.now)
    for mode in Mode:
        if given.intersection(mode.settings):
            draft = draft.choose(mode)
    for setting in sorted(given, key=list(Setting).index):
        draft = _answer(draft, setting, getattr(options, setting.value), session)
    _raise(problem for setting in Setting if setting in given for problem in draft.check(setting))
    # Whoever gave all that is needed by options is not to be asked: the line may be in a script.
    is_enough = given and not draft.missing() and not draft.check_all().problems
    if surroundings.can_ask and not is_enough:
        explain(Label.CONFIGURING, session, profile=opened.name, path=str(opened.path))
        draft = ask_for(draft, given, session)
        if not opened.is_default and not default:
            default = ask_for_default(session)
        session.log("")
    _raise(Problem(Kind.USAGE, Reason.OPTION_IS_DUE, s.option) for s in draft.missing())
    _raise(iter(draft.check_all().problems))
    return draft, default


def _answer(draft: Draft, setting: Setting, text: str, session: Session) -> Draft:
    if setting not in KEYS or text != _STDIN:
        return draft.answer(setting, text)
    if session.surroundings.can_ask:
        return draft.paste(setting, paste(setting, session))
    try:
        key = session.surroundings.read_stdin()
    except OSError as error:
        found = f"stdin: {system_words(error)}"
        problem = Problem(Kind.USAGE, Reason.FILE_UNREADABLE, setting.option, found)
        raise InputError(problem) from error
    return draft.paste(setting, key.decode("utf-8-sig", "surrogateescape"))


def _conflicts(options: Options, given: frozenset[Setting]) -> Iterator[Problem]:
    """Yield which options do not go together."""
    key, certificates = ([s for s in mode.settings if s in given] for mode in Mode)
    if key and certificates:
        names = key[0].option, certificates[0].option
        yield Problem(Kind.USAGE, Reason.EXCLUDES, *names)
    from_stdin = [s.option for s in KEYS if getattr(options, s.value) == _STDIN]
    if len(from_stdin) > 1:
        yield Problem(Kind.USAGE, Reason.STDIN_TWICE_FOR_KEYS, ", ".join(from_stdin))


def _raise(problems: Iterator[Problem]) -> None:
    """Raise InputError with each of the problems once, if there is one."""
    found = tuple(dict.fromkeys(problems))
    if found:
        raise InputError(*found)


def _show(change: ConfigChange, session: Session, *, dry_run: bool) -> None:
    """Show what was changed, and say what to do next."""
    form, words = session.presentation.form, session.words
    with session.writing() as screen:
        if form is Form.JSON:
            changes.show_json(change, screen, dry_run=dry_run)
        elif form is Form.PRETTY:
            changes.show_colored(change, words, screen)
        else:
            changes.show_lines(change, words, screen)
    opened = change.opened
    if change.data is None:
        session.log(f"zhima: {words.labels[Label.CONFIG_UNCHANGED]}")
    elif dry_run:
        session.log(f"zhima: {words.labels[Label.CONFIG_UNWRITTEN]}")
    else:
        for file in change.finished.files:
            session.tell(Label.KEY_WRITTEN, str(file.path))
        session.tell(Label.CONFIG_WRITTEN, str(opened.path))
    if not dry_run:
        same = ["--profile", opened.name]
        if opened.path != session.environment.config_file:
            same += ["--config", typed_path(opened.path)]
        session.tell_next("doctor", *same)
        session.tell_next("init-cert", *same, "--dry-run")
