"""How a run speaks: the language and the form, known before the command line is parsed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from zhima_cli.cli.arguments import is_value, split_argument
from zhima_cli.core.errors import Problem, Reason
from zhima_cli.core.options import Options
from zhima_cli.core.profile import Profile
from zhima_cli.core.sources import Sources, variable_name
from zhima_cli.output.form import FORMS_OF_RESULTS, Form, names
from zhima_cli.words.language import Language, language_of_locale, named_language


@dataclass(frozen=True)
class Presentation:
    """The language and the form of everything that is shown, errors of parsing included.

    ``problems`` tells of a choice that there is not; a default stands in for it. Where a request
    can be shown, there is a form more to choose from, and ``problems_of_request`` tell.
    """

    language: Language
    form: Form
    problems: tuple[Problem, ...]
    problems_of_request: tuple[Problem, ...]


def choose_presentation(
    arguments: Sequence[str], variables: Mapping[str, str], *, is_terminal: bool
) -> Presentation:
    """Find ``--output`` and ``--lang`` among the arguments, else in the environment.

    ``is_terminal`` says whether results go to a person.
    """
    options = Options(
        lang=_last(("--lang",), arguments), output=_last(("--output", "-o"), arguments)
    )
    sources = Sources(options, variables, Profile(), Path())
    language = _language(sources)
    form = sources.choice("output", Form.PRETTY if is_terminal else Form.PLAIN)
    problems = tuple(sources.problems)
    of_form = sources.wrong.get("output", [])
    of_results = (
        replace(problem, expected=names(FORMS_OF_RESULTS)) if problem in of_form else problem
        for problem in problems
    )
    return Presentation(language, form, tuple(of_results), problems)


def _language(sources: Sources) -> Language:
    """Return the language of the flag, else of the variable, else of the locale."""
    given = sources.find("lang")
    language = named_language(given.value) if given else None
    if given and language is None:
        choices = ", ".join(each.value for each in Language)
        sources.add(given, Reason.NOT_A_CHOICE, expected=choices)
    in_variable = named_language(sources.variables.get(variable_name("lang"), ""))
    return language or in_variable or language_of_locale(sources.variables)


def _last(spellings: tuple[str, ...], arguments: Sequence[str]) -> str | None:
    """Return the value of the last of an option's spellings, None where none is given.

    A value that is missing, or is none, is not told of here: the grammar does.
    """
    value = None
    for at, argument in enumerate(arguments):
        if argument == "--":
            break
        option, attached = split_argument(argument)
        if option in spellings:
            following = next((a for a in arguments[at + 1 : at + 2] if is_value(a)), None)
            value = following if attached is None else attached
    return value
