"""How a run speaks: the language and the form, known before the command line is parsed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

from zhima_cli.core.errors import Problem, Reason
from zhima_cli.core.kinds import Kind
from zhima_cli.output.form import Form
from zhima_cli.words.language import Language, language_of_locale

_Choice = TypeVar("_Choice", bound=Enum)


@dataclass(frozen=True)
class Presentation:
    """The language and the form of everything that is shown, errors of parsing included.

    ``problems`` tells of a choice that there is not; a default stands in for it.
    """

    language: Language
    form: Form
    problems: tuple[Problem, ...]


def choose_presentation(
    arguments: Sequence[str], variables: Mapping[str, str], *, is_terminal: bool
) -> Presentation:
    """Find ``--output`` and ``--lang`` among the arguments, else in the environment.

    ``is_terminal`` says whether results go to a person.
    """
    problems: list[Problem] = []
    language = _choose(
        _Spelling(("--lang",), "ZHIMA_LANG"),
        arguments,
        variables,
        language_of_locale(variables),
        problems,
    )
    form = _choose(
        _Spelling(("--output", "-o"), "ZHIMA_OUTPUT"),
        arguments,
        variables,
        Form.PRETTY if is_terminal else Form.PLAIN,
        problems,
    )
    return Presentation(language, form, tuple(problems))


@dataclass(frozen=True)
class _Spelling:
    options: tuple[str, ...]
    variable: str

    def find(self, arguments: Sequence[str]) -> str | None:
        """Return the value of the last of the options, None where none is given."""
        value = None
        for at, argument in enumerate(arguments):
            if argument == "--":
                break
            name, equals, attached = argument.partition("=")
            if argument in self.options and at + 1 < len(arguments):
                value = arguments[at + 1]
            elif equals and name in self.options and name.startswith("--"):
                value = attached
            elif not argument.startswith("--") and argument[:2] in self.options:
                value = argument[2:] or value
        return value


def _choose(
    spelling: _Spelling,
    arguments: Sequence[str],
    variables: Mapping[str, str],
    default: _Choice,
    problems: list[Problem],
) -> _Choice:
    origin, value = spelling.options[0], spelling.find(arguments)
    if value is None:
        origin, value = spelling.variable, variables.get(spelling.variable) or None
    if value is None:
        return default
    for member in type(default):
        if member.value == value.lower():
            return member
    expected = ", ".join(str(member.value) for member in type(default))
    problems.append(Problem(Kind.USAGE, Reason.NOT_A_CHOICE, origin, expected=expected))
    return default
