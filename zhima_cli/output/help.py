"""Lays the help out by the cells of a terminal, of which a Chinese character takes two."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from zhima_cli.core.commands import Command
from zhima_cli.output.screen import Screen
from zhima_cli.output.wrapped import cells, filled
from zhima_cli.words.vocabulary import Label, Vocabulary, led_to

# Below this, what a thing is stands under its name and not beside it.
_TWO_COLUMNS = 60
_INDENT = "  "
_GAP = 2
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
    usage = led_to(labels[Label.USAGE], usage_of(command, words))
    for line in filled(usage, width, _INDENT * 2):
        screen.line(line)
    screen.line("")
    indent = _INDENT if width >= _TWO_COLUMNS else ""
    for line in filled(indent + command.help, width, indent):
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


def _options(command: Command) -> Iterator[tuple[str, str]]:
    for option in command.options:
        spellings = ", ".join(sorted(option.spellings, key=len))
        yield f"{spellings} {option.metavar}" if option.metavar else spellings, option.help


def _table(rows: Sequence[_Row], width: int) -> Iterator[str]:
    longest = max(cells(row.name) for row in rows)
    for row in rows:
        if width < _TWO_COLUMNS:
            yield from filled(_INDENT + row.name, width, _INDENT * 2)
            yield from filled(_INDENT * 3 + row.text, width, _INDENT * 3)
            continue
        column = len(_INDENT) + min(longest, width // 2 - len(_INDENT) * 2) + _GAP
        name = _INDENT + row.name
        room = column - cells(name)
        if room < _GAP:
            yield name
            name, room = "", column
        yield from filled(name + " " * room + row.text, width, " " * column)


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
