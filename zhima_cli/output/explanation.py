"""Shows what codes and exit statuses mean."""

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING

from zhima_cli.core.codes import KnownCode
from zhima_cli.core.explaining import Topic, may_succeed_again, name_of
from zhima_cli.core.kinds import EXIT_STATUS, Kind
from zhima_cli.output.machine import SCHEMA
from zhima_cli.output.report import Row, in_language
from zhima_cli.output.screen import Screen
from zhima_cli.output.wrapped import Prose
from zhima_cli.words.language import Language
from zhima_cli.words.vocabulary import Label, Sentence, labelled

if TYPE_CHECKING:
    from rich.console import Console

# Below this, not all names and what they mean can stand in two columns.
_TWO_COLUMNS = 76
_AGAIN_LABELS = {True: Label.AGAIN_YES, False: Label.AGAIN_NO, None: Label.AGAIN_DEPENDS}


def show_json(topics: tuple[Topic, ...], language: Language, screen: Screen) -> None:
    """Write a JSON object; the codes of an exit status are null."""
    explanations = [_fields(topic, language) for topic in topics]
    screen.json({"schema": SCHEMA, "explanations": explanations})


def show_plain(topics: tuple[Topic, ...], language: Language, screen: Screen) -> None:
    """Write each topic as lines, a blank one between two."""
    for at, topic in enumerate(topics):
        if at > 0:
            screen.line("")
        for row in _rows(topic, language):
            screen.line(labelled(row.label, row.value))


def show_pretty(topics: tuple[Topic, ...], language: Language, screen: Screen) -> None:
    """Draw each topic as a panel."""
    from zhima_cli.output.pretty import show_panel

    for topic in topics:
        is_kind = isinstance(topic, Kind)
        head = f"{language.vocabulary.labels[Label.EXIT_STATUS]} " if is_kind else ""
        show_panel(f"{head}{name_of(topic)}", tuple(_rows(topic, language)), "cyan", screen)


def show_lines(topics: tuple[Topic, ...], language: Language, screen: Screen) -> None:
    """Write a topic a line: its name, exit status and kind, and what it means, apart by tabs."""
    for topic in topics:
        kind = _kind(topic)
        fields = (name_of(topic), str(EXIT_STATUS[kind]), kind.value, _title(topic, language))
        screen.stream.write("\t".join(map(screen.safe, fields)) + "\n")


def show_list(topics: tuple[Topic, ...], language: Language, screen: Screen) -> None:
    """Draw all topics in their groups: the exit statuses, then the sub_codes of each code."""
    console = screen.console()
    labels = language.vocabulary.labels
    with console.capture() as drawn:
        for code, group in itertools.groupby(topics, _code):
            members = tuple(group)
            heading = labels[Label.EXIT_STATUSES]
            if code is not None:
                bare, *members_of_code = members
                members = tuple(members_of_code)
                heading = f"{code}  {_title(bare, language)}"
            console.print(Prose(screen.safe(heading), "bold cyan"))
            _print_group(members, language, screen, console)
    screen.stream.write(drawn.get())
    screen.line(labelled(labels[Label.MORE], "zhima explain CODE"))


def _print_group(
    topics: tuple[Topic, ...], language: Language, screen: Screen, console: "Console"
) -> None:
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column()
    for topic in topics:
        is_kind = isinstance(topic, Kind)
        name = f"{name_of(topic):>5}  {_kind(topic).value}" if is_kind else f"  {name_of(topic)}"
        title = Prose(screen.safe(_title(topic, language)), "dim")
        in_one = Text.assemble(name, "  ", (title.text, title.style))
        if console.width >= _TWO_COLUMNS:
            table.add_row(name, title)
        elif in_one.cell_len <= console.width:
            console.print(in_one)
        else:
            console.print(name, soft_wrap=True)
            console.print(Padding(title, (0, 0, 0, 6)))
    if table.row_count:
        console.print(table)


def _fields(topic: Topic, language: Language) -> dict[str, str | int | bool | None]:
    kind = _kind(topic)
    sentence = _sentence(topic, language)
    return {
        "code": _code(topic),
        "sub_code": topic.sub_code if isinstance(topic, KnownCode) else None,
        "kind": kind.value,
        "exit_status": EXIT_STATUS[kind],
        "description": sentence.what,
        "solution": sentence.remedy,
        "retryable": may_succeed_again(topic),
    }


def _rows(topic: Topic, language: Language) -> Iterator[Row]:
    words = language.vocabulary
    labels = words.labels
    kind = _kind(topic)
    if isinstance(topic, KnownCode):
        yield Row("code", topic.code)
        yield Row("sub_code", topic.sub_code or labels[Label.ANY_OTHER_SUB_CODE])
    sentence = _sentence(topic, language)
    yield Row(labels[Label.DESCRIPTION], sentence.what)
    yield Row(labels[Label.SOLUTION], sentence.remedy)
    if kind is not Kind.SUCCESS:
        yield Row(labels[Label.AGAIN], labels[_AGAIN_LABELS[may_succeed_again(topic)]])
    status = f"{EXIT_STATUS[kind]} ({kind.value}) - {words.kinds[kind]}"
    yield Row(labels[Label.EXIT_STATUS], status)


def _kind(topic: Topic) -> Kind:
    return topic if isinstance(topic, Kind) else topic.kind


def _code(topic: Topic) -> str | None:
    return topic.code if isinstance(topic, KnownCode) else None


def _title(topic: Topic, language: Language) -> str:
    """Return what a topic means in a few words."""
    if isinstance(topic, Kind):
        return language.vocabulary.kinds[topic]
    return in_language(language, topic.description)


def _sentence(topic: Topic, language: Language) -> Sentence:
    if isinstance(topic, Kind):
        return language.vocabulary.endings[topic]
    texts = (in_language(language, text) for text in (topic.description, topic.solution))
    return Sentence(*texts)
