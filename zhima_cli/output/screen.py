"""A stream that people read: everything that goes there passes through one filter."""

import contextlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO

from zhima_cli.core.visible import is_unseen, visible
from zhima_cli.words.vocabulary import led_to

if TYPE_CHECKING:
    from rich.console import Console

_WIDTH, _HEIGHT = 80, 25
_LEAST_WIDTH = 24
_DUMB = ("dumb", "unknown")


@dataclass(frozen=True)
class Screen:
    """A text stream, and the environment's variables that say how it is to look."""

    stream: TextIO
    variables: Mapping[str, str] = field(repr=False)

    @property
    def is_terminal(self) -> bool:
        """Whether a person watches it."""
        return self.stream.isatty()

    @property
    def width(self) -> int:
        """The cells to draw in; a value must not vanish in a terminal of no width."""
        columns = self.variables.get("COLUMNS", "")
        width = int(columns) if re.fullmatch("[0-9]{1,4}", columns) else 0
        if width == 0 and self.is_terminal:
            with contextlib.suppress(OSError, ValueError):
                width = os.get_terminal_size(self.stream.fileno()).columns
        return max(width or _WIDTH, _LEAST_WIDTH)

    def safe(self, text: str) -> str:
        """Return ``text`` as it can be written here: what acts, hides or lacks is escaped."""
        encoding = self.stream.encoding or "utf-8"
        return visible(text).encode(encoding, "backslashreplace").decode(encoding)

    def line(self, text: str) -> None:
        """Write one line; a line end within ``text`` is escaped like any control character."""
        self.stream.write(self.safe(text) + "\n")

    def paragraph(self, text: str, indent: str = "") -> None:
        """Write a text: at a terminal in as many lines as it takes, elsewhere in one.

        Those after the first are indented.
        """
        if self.is_terminal:
            from zhima_cli.output.wrapped import filled  # of use at a terminal only

            for line in filled(self.safe(text), self.width, indent):
                self.line(line)
        else:
            self.line(text)

    def lead_to(self, words: str, value: str) -> None:
        """Write words and the value they lead to, which is not broken, so that it can be copied.

        At a terminal that is too narrow for both, the value begins a line.
        """
        text = led_to(words, value)
        if self.is_terminal:
            from zhima_cli.output.wrapped import cells  # as above

            if cells(self.safe(text)) > self.width:
                self.paragraph(words)
                text = value
        self.line(text)

    def json(self, value: object) -> None:
        """Write ``value`` as JSON on one line, in ASCII where this stream lacks a character."""
        self.stream.write(json_line(value, self.stream.encoding or "utf-8"))

    def console(self) -> "Console":
        """Return rich's console on this stream. What is given to it must be safe() already."""
        from rich.console import Console  # costs more than a plain call's whole output

        is_capable = self.is_terminal and self.variables.get("TERM", "").lower() not in _DUMB
        plain = bool(self.variables.get("NO_COLOR")) or not is_capable
        # With all of this given, rich looks into the process's environment for none of it.
        return Console(
            file=self.stream,
            width=self.width,
            height=_HEIGHT,
            force_terminal=is_capable,
            no_color=plain,
            color_system=None if plain else "standard",
            highlight=False,
            markup=False,
            emoji=False,
        )


def json_line(value: object, encoding: str) -> str:
    """Return ``value`` as JSON with a line's end, in ASCII where ``encoding`` lacks a character."""
    text = json.dumps(value, ensure_ascii=False)
    if text.isascii() and text.isprintable():
        return text + "\n"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = json.dumps(value)
    # What acts or hides is escaped the way JSON itself escapes, so that it reads back the same.
    return "".join(json.dumps(c)[1:-1] if is_unseen(c) else c for c in text) + "\n"
