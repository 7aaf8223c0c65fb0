"""Shows the list of ``zhima doctor``: as marks and words, as lines, or as JSON."""

from collections.abc import Iterator, Mapping, Sequence

from zhima_cli.core.checks import Check, State, is_healthy
from zhima_cli.core.explaining import name_of
from zhima_cli.core.kinds import Kind
from zhima_cli.output.machine import SCHEMA
from zhima_cli.output.screen import Screen
from zhima_cli.output.wrapped import Prose
from zhima_cli.words.checks import CheckWords, check_words
from zhima_cli.words.language import Language
from zhima_cli.words.vocabulary import Label, Sentence, labelled

# Below this, the words no longer fit beside the title.
_TWO_COLUMNS = 60
# What a mark takes, and the space on both sides of the words.
_MARK_CELLS = 3
_MARKS: Mapping[State, str] = {
    State.OK: "✓",
    State.WARNING: "!",
    State.ERROR: "✗",
    State.SKIPPED: "-",
}
# For a stream whose charset lacks those.
_PLAIN_MARKS: Mapping[State, str] = {**_MARKS, State.OK: "+", State.ERROR: "x"}
_STYLES: Mapping[State, str] = {
    State.OK: "green",
    State.WARNING: "yellow",
    State.ERROR: "bold red",
    State.SKIPPED: "dim",
}


def describe(check: Check, language: Language) -> tuple[Sentence, ...]:
    """Return what was found, and what to do where that is not right; else there is no remedy."""
    words = check_words(language)
    if check.problems:
        vocabulary = language.vocabulary
        known = vocabulary.reasons
        return tuple(
            vocabulary.fill(words.sentences.get(problem.reason, known[problem.reason]), problem)
            for problem in check.problems
        )
    found = check.found if check.needs is None else words.titles[check.needs]
    return (Sentence(words.notes[check.note].format(found=found), ""),)


def more_line(language: Language) -> str:
    """Return the line that leads on from a check that is not right."""
    command = f"zhima explain {name_of(Kind.CONFIG)}"
    return labelled(language.vocabulary.labels[Label.MORE], command)


def show_json(checks: Sequence[Check], language: Language, screen: Screen) -> None:
    """Write the checks as one JSON object."""
    screen.json(
        {
            "schema": SCHEMA,
            "ok": is_healthy(checks),
            "checks": [
                {
                    "name": check.topic.value,
                    "state": check.state.value,
                    "what": "\n".join(s.what for s in describe(check, language)),
                    "remedy": "\n".join(s.remedy for s in describe(check, language)) or None,
                }
                for check in checks
            ],
        }
    )


def show_lines(checks: Sequence[Check], language: Language, screen: Screen) -> None:
    """Write a line a finding: state, name, what was found and the remedy, apart by tabs."""
    for check in checks:
        for sentence in describe(check, language):
            fields = (check.state.value, check.topic.value, sentence.what, sentence.remedy)
            screen.stream.write("\t".join(map(screen.safe, fields)) + "\n")


def show_list(checks: Sequence[Check], language: Language, screen: Screen) -> None:
    """Draw the checks with their marks, how many are not right, and what leads on from there."""
    from rich.table import Table
    from rich.text import Text

    console = screen.console()
    words = check_words(language)
    marks = _MARKS if all(screen.safe(mark) == mark for mark in _MARKS.values()) else _PLAIN_MARKS
    is_wide = console.width >= _TWO_COLUMNS
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(no_wrap=True)
    if is_wide:
        table.add_column(no_wrap=True)
    table.add_column()
    for check in checks:
        style = _STYLES[check.state]
        mark = Text(marks[check.state], style=style)
        title = Text(screen.safe(words.titles[check.topic]), style="bold")
        found = list(_found(check, language, screen))
        in_one = Text.assemble(title, "  ", (found[0].text, found[0].style))
        if is_wide:
            table.add_row(mark, title, found[0])
        elif in_one.cell_len <= console.width - _MARK_CELLS:
            table.add_row(mark, in_one)
        else:
            table.add_row(mark, title)
            table.add_row("", found[0])
        for text in found[1:]:
            table.add_row(*([""] * (2 if is_wide else 1)), text)
    with console.capture() as drawn:
        console.print(table)
        console.print(Prose(screen.safe(_summary(checks, words)), "bold"))
    screen.stream.write(drawn.get())
    if not is_healthy(checks):
        screen.line(more_line(language))


def _found(check: Check, language: Language, screen: Screen) -> Iterator[Prose]:
    for sentence in describe(check, language):
        yield Prose(screen.safe(sentence.what), "dim" if check.state is State.SKIPPED else "")
        if sentence.remedy:
            yield Prose(screen.safe(sentence.remedy), _STYLES[check.state])


def _summary(checks: Sequence[Check], words: CheckWords) -> str:
    states = [check.state for check in checks]
    return words.summary.format(
        errors=states.count(State.ERROR),
        warnings=states.count(State.WARNING),
        skipped=states.count(State.SKIPPED),
    )
