"""Lays the help out by the cells of a terminal, of which a Chinese character takes two."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from zhima_cli.core.commands import Command
from zhima_cli.output.screen import Screen
from zhima_cli.words.vocabulary import Label, Vocabulary

# Below this, what a thing is stands under its name and not beside it.
_TWO_COLUMNS = 60
_INDENT = "  "
_GAP = 2
# What stays together on a line: a word or a Chinese character, with the marks that belong to it.
_HAN, _OPENING, _CLOSING = "\u3400-\u9fff", "（“《", "，。、：；？！）”》"
_UNIT = re.compile(
    rf"[{_OPENING}]*(?:[{_HAN}]|[^\s{_HAN}{_OPENING}{_CLOSING}]+)[{_CLOSING}]*|\s+|."
)
_OPTION_AND_VALUE = re.compile(r"(?:--?[a-z-]+ (?!-))?(?:'[^']*'|\S)+")


@dataclass(frozen=True)
class _Row:
    name: str
    text: str


def show_help(command: Command, words: Vocabulary, screen: Screen) -> None:
    """Write a command's whole help."""
    labels = words.labels
    sections = (
        (labels[Label.ARGUMENTS], [_Row(each.metavar, each.help) for each in command.arguments]),
        (labels[Label.OPTIONS], [_Row(*each) for each in _options(command)]),
        (labels[Label.COMMANDS], [_Row(each.words[-1], each.help) for each in command.commands]),
    )
    width = screen.width
    heading = labels[Label.USAGE]
    usage = f"{heading}{' ' if heading.isascii() else ''}{usage_of(command, words)}"
    for line in _filled(usage, width, _INDENT * 2):
        screen.line(line)
    screen.line("")
    indent = _INDENT if width >= _TWO_COLUMNS else ""
    for line in _filled(indent + command.help, width, indent):
        screen.line(line)
    for heading, rows in sections:
        if rows:
            screen.line("")
            screen.line(heading)
            for line in _table(rows, width):
                screen.line(line)
    if command.examples:
        screen.line("")
        screen.line(labels[Label.EXAMPLES])
        for example in command.examples:
            for line in _command_line(example, width):
                screen.line(line)


def usage_of(command: Command, words: Vocabulary) -> str:
    """Return how the command is put: its name, and placeholders for what may follow."""
    labels = words.labels
    parts = [command.name, f"[{labels[Label.ANY_OPTIONS]}]"]
    for argument in command.arguments:
        parts.append(argument.metavar if argument.is_required else f"[{argument.metavar}]")
    if command.commands:
        a_command = labels[Label.A_COMMAND]
        parts.append(a_command if command.needs_command else f"[{a_command}]")
    return " ".join(parts)


def cells(text: str) -> int:
    """Return how many cells of a terminal ``text`` takes (Unicode Standard Annex 11).

    It is zhima's own and has nothing that combines. Rich has the same, but is not loaded for this.
    """
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _options(command: Command) -> Iterator[tuple[str, str]]:
    for option in command.options:
        spellings = ", ".join(sorted(option.spellings, key=len))
        yield f"{spellings} {option.metavar}" if option.metavar else spellings, option.help


def _table(rows: Sequence[_Row], width: int) -> Iterator[str]:
    longest = max(cells(row.name) for row in rows)
    for row in rows:
        if width < _TWO_COLUMNS:
            yield from _filled(_INDENT + row.name, width, _INDENT * 2)
            yield from _filled(_INDENT * 3 + row.text, width, _INDENT * 3)
            continue
        column = len(_INDENT) + min(longest, width // 2 - len(_INDENT) * 2) + _GAP
        name = _INDENT + row.name
        room = column - cells(name)
        if room < _GAP:
            yield name
            name, room = "", column
        yield from _filled(name + " " * room + row.text, width, " " * column)


def _filled(text: str, width: int, indent: str) -> Iterator[str]:
    """Break ``text`` into lines of at most ``width`` cells, those after the first indented.

    Spaces within it stay; only what is longer than a whole line is broken within a word.
    """
    line = ""
    for unit in _UNIT.findall(text):
        if line.strip() and not unit.isspace() and cells(line + unit) > width:
            yield line.rstrip()
            line = indent
        for character in unit:
            if line.strip() and not character.isspace() and cells(line + character) > width:
                yield line.rstrip()
                line = indent
            line += character
    yield line.rstrip()


def _command_line(example: str, width: int) -> Iterator[str]:
    r"""Break a command line as a shell takes it back: ``\`` at the end of the line."""
    line = _INDENT
    for words in _OPTION_AND_VALUE.findall(example):
        if line.strip() and cells(f"{line} {words} \\") > width:
            yield f"{line} \\"
            line = _INDENT * 2 + words
        else:
            line += f" {words}" if line.strip() else words
    yield line
