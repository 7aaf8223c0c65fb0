"""What the word under the cursor can become, for shell completion (see completion.py)."""

import contextlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from zhima_cli.cli.arguments import split_argument
from zhima_cli.cli.completion import ASKED, SCRIPTS, WORD
from zhima_cli.cli.session import Session
from zhima_cli.core.charset import Charset
from zhima_cli.core.codes import BARE_CODES, GATEWAY_CODES, INTERFACE_CODES
from zhima_cli.core.commands import Argument, Command, Option
from zhima_cli.core.errors import InputError
from zhima_cli.core.history import open_history
from zhima_cli.core.kinds import EXIT_STATUS, Kind
from zhima_cli.core.opening import resolve_history
from zhima_cli.core.options import Options
from zhima_cli.core.profile import MOCK_PROFILE, is_absent, read_config, shown_name
from zhima_cli.core.records import Filter, State
from zhima_cli.core.sources import expand_home, variable_name
from zhima_cli.output.form import Form
from zhima_cli.words.language import Language

# A name may be anything in TOML; only one that no shell reads as more than a word is offered.
_HARMLESS = re.compile(r"\w[\w.@+-]*")
_NEWEST = 100
# The one command that has a request to show as one of curl's.
_SHOWS_A_REQUEST = ("zhima", "init-cert")
# Of the options whose placeholder does not say it already, as ``zh|en`` does.
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "shell": tuple(SCRIPTS),
    "charset": tuple(charset.value for charset in Charset),
    "state": tuple(state.value for state in State),
}


@dataclass(frozen=True)
class Suggestion:
    """A value that fits, and what it is."""

    value: str
    help: str = ""


def complete(zhima: Command, session: Session) -> int:
    """Answer a shell's script; return the exit status.

    A person is in the middle of a line: whatever is wrong will be said when it is entered.
    """
    variables = session.environment.variables
    words, word = variables[ASKED].split("\n")[1:], variables.get(WORD, "")
    try:
        found = tuple(_suggestions(zhima, words, word, session))
        with session.writing() as screen:
            for each in found:
                fields = (each.value, each.help) if each.help else (each.value,)
                screen.stream.write("\t".join(map(screen.safe, fields)) + "\n")
    except Exception:  # noqa: S110 -- as said above
        pass
    return EXIT_STATUS[Kind.SUCCESS]


def _suggestions(
    zhima: Command, words: list[str], word: str, session: Session
) -> Iterator[Suggestion]:
    """Yield what the word under the cursor, typed as far as ``word``, can become."""
    # Bash makes three words of --option=value.
    place = _find_place(zhima, [each for each in words if each != "="])
    option, attached = split_argument(word) if word.startswith("--") else ("", None)
    if place.option:
        yield from _fitting(_values(place.option, place, session), word)
    elif attached is not None:
        named = place.command.option(option)
        values = _values(named, place, session) if named and named.metavar else ()
        for each in _fitting(values, attached):
            yield Suggestion(f"{option}={each.value}", each.help)
    elif word.startswith("-"):
        yield from _fitting(_options(place.command, word), word)
    elif place.command.commands:
        inner = place.command.commands
        yield from _fitting((Suggestion(each.words[-1], each.help) for each in inner), word)
    elif place.arguments < len(place.command.arguments):
        argument = place.command.arguments[place.arguments]
        yield from _fitting(_values(argument, place, session), word)
    elif not word:
        yield from _options(place.command, word)


@dataclass(frozen=True)
class _Place:
    """Where the cursor is: in which command, behind an option that takes a value or not.

    ``arguments`` is how many of the command's arguments are there already; ``files`` has what was
    typed of the options that say which records and profiles there are.
    """

    command: Command
    option: Option | None
    arguments: int
    files: Options


def _find_place(zhima: Command, words: Iterable[str]) -> _Place:
    command, pending, arguments = zhima, None, 0
    typed: dict[str, str] = {}
    for word in words:
        if pending:
            typed[pending.name] = word
            pending = None
        elif word.startswith("-"):
            spelling, value = split_argument(word)
            option = command.option(spelling)
            if option and option.metavar and value is None:
                pending = option
            elif option and value is not None:
                typed[option.name] = value
        elif inner := command.inner(word):
            command = inner
        else:
            arguments += 1
    files = Options(
        config=typed.get("config"), profile=typed.get("profile"), history=typed.get("history")
    )
    return _Place(command, pending, arguments, files)


def _options(command: Command, word: str) -> Iterator[Suggestion]:
    """Yield the options, each in the spelling that fits, the longest where several do."""
    for option in command.options:
        fitting = [each for each in option.spellings if each.startswith(word)]
        if fitting:
            yield Suggestion(max(fitting, key=len), option.help)


def _fitting(suggestions: Iterable[Suggestion], word: str) -> Iterator[Suggestion]:
    return (each for each in suggestions if each.value.startswith(word))


def _values(param: Option | Argument, place: _Place, session: Session) -> Iterator[Suggestion]:
    """Yield the values that ``param`` can have; nothing where any text will do, or a file."""
    if param.name in _CHOICES:
        yield from map(Suggestion, _CHOICES[param.name])
    elif param.name == "output":
        shows_a_request = place.command.words == _SHOWS_A_REQUEST
        forms = (form for form in Form if form is not Form.CURL or shows_a_request)
        yield from (Suggestion(form.value) for form in forms)
    elif param.name == "profile":
        yield from _profiles(place.files, session)
    elif param.name == "transaction_id":
        yield from _transactions(param, place, session)
    elif param.metavar == "CODE":
        yield from _codes(session)
    elif "|" in (param.metavar or ""):
        yield from map(Suggestion, (param.metavar or "").split("|"))


def _profiles(typed: Options, session: Session) -> Iterator[Suggestion]:
    environment = session.environment
    named = typed.config or environment.variables.get(variable_name("config"))
    path = expand_home(named, environment.home) if named else environment.config_file
    if path.is_file():  # a pipe would keep the shell waiting
        with contextlib.suppress(InputError):
            for name in read_config(path).names:
                if _HARMLESS.fullmatch(name) and shown_name(name) == name:
                    yield Suggestion(name)
    yield Suggestion(MOCK_PROFILE)


def _transactions(
    param: Option | Argument, place: _Place, session: Session
) -> Iterator[Suggestion]:
    """Yield the newest transactions; for an option, those that a call can be made of again."""
    path = resolve_history(place.files, session.surroundings)
    if is_absent(path) or path.stat().st_size == 0:
        return  # opening it would make it
    wanted = Filter(profile=place.files.profile, limit=_NEWEST)
    with open_history(path) as history:
        seen = set()
        for record in history.records(wanted):
            name = record.subject.transaction_id
            is_done = isinstance(param, Option) and record.has_success
            if name not in seen and not is_done and _HARMLESS.fullmatch(name):
                seen.add(name)
                yield Suggestion(name, f"{record.result.state.value} {record.started}")


def _codes(session: Session) -> Iterator[Suggestion]:
    """Yield the codes and sub_codes of both tables, with what they mean."""
    is_chinese = session.presentation.language is Language.ZH
    rows = {
        row.sub_code or row.code: row for row in (*BARE_CODES, *INTERFACE_CODES, *GATEWAY_CODES)
    }
    for name, row in rows.items():
        yield Suggestion(name, row.description.zh if is_chinese else row.description.en)
