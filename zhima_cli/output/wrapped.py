"""Text for a person, broken into lines by the cells of a terminal.

A Chinese character takes two of them, and a line may end at any one, as Chinese has no spaces; but
no line begins with a mark that closes, nor ends with one that opens (W3C, Requirements for Chinese
Text Layout).
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.measure import Measurement

# What stays together on a line: a word or a Chinese character, with the marks that belong to it.
_HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_OPENING, _CLOSING = "（“《〈「『【〔", "，。、：；？！）”》〉」』】〕…—·％"
# Half-width marks belong to the Chinese character next to them; elsewhere they are within a word.
_OPENS = rf"(?:[{_OPENING}]|[(\[{{](?=[{_HAN}]))*"
_CLOSES = rf"(?:[{_CLOSING}]|[,.:;?!)\]}}%](?![A-Za-z0-9_]))"
_WORD = rf"(?:[^\s{_HAN}{_OPENING}{_CLOSING}(\[{{]|[(\[{{](?![{_HAN}]))+"
_UNIT = re.compile(rf"{_OPENS}(?:[{_HAN}]|{_WORD}){_CLOSES}*|[{_OPENING}]+{_CLOSES}+|\s+|.")
# Where a unit is longer than a line.
_PIECE = re.compile(rf".{_CLOSES}{{0,3}}")


@dataclass(frozen=True)
class Prose:
    """A text that rich draws in as many lines as it takes. It must be safe() already."""

    text: str
    style: str = ""

    def __rich_console__(self, console: "Console", options: "ConsoleOptions") -> "RenderResult":
        """Yield its lines."""
        from rich.cells import cell_len
        from rich.text import Text

        for line in filled(self.text, options.max_width, "", cell_len):
            yield Text(line, self.style)

    def __rich_measure__(self, console: "Console", options: "ConsoleOptions") -> "Measurement":
        """Return how wide it is in one line; the least is a Chinese character."""
        from rich.cells import cell_len
        from rich.measure import Measurement

        return Measurement(min(2, options.max_width), cell_len(self.text))


def cells(text: str) -> int:
    """Return how many cells of a terminal ``text`` takes (Unicode Standard Annex 11).

    It is zhima's own and has nothing that combines. Rich has the same, but is not loaded for this.
    """
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def filled(
    text: str, width: int, indent: str = "", measure: Callable[[str], int] = cells
) -> Iterator[str]:
    """Break ``text`` into lines of at most ``width`` cells, those after the first indented.

    Spaces within it stay; only what is longer than a whole line is broken within a word.
    ``measure`` returns how many cells a text takes.
    """
    line = ""
    for unit in _UNIT.findall(text):
        if line.strip() and not unit.isspace() and measure(line + unit) > width:
            yield line.rstrip()
            line = indent
        for piece in _PIECE.findall(unit):
            if line.strip() and not piece.isspace() and measure(line + piece) > width:
                yield line.rstrip()
                line = indent
            line += piece
    yield line.rstrip()
