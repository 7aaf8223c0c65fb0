"""A stream that people read: everything that goes there passes through one filter."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO

from zhima_cli.core.visible import is_unseen, visible

if TYPE_CHECKING:
    from rich.console import Console

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

    def safe(self, text: str) -> str:
        """Return ``text`` as it can be written here: what acts, hides or lacks is escaped."""
        encoding = self.stream.encoding or "utf-8"
        return visible(text).encode(encoding, "backslashreplace").decode(encoding)

    def line(self, text: str) -> None:
        """Write one line; a line end within ``text`` is escaped like any control character."""
        self.stream.write(self.safe(text) + "\n")

    def json(self, value: object) -> None:
        """Write ``value`` as JSON on one line, in ASCII where this stream lacks a character."""
        text = json.dumps(value, ensure_ascii=False)
        try:
            text.encode(self.stream.encoding or "utf-8")
        except UnicodeEncodeError:
            text = json.dumps(value)
        # What acts or hides is escaped the way JSON itself escapes, so that it reads back the same.
        escaped = (json.dumps(c)[1:-1] if is_unseen(c) else c for c in text)
        self.stream.write("".join(escaped) + "\n")

    def console(self) -> "Console":
        """Return rich's console on this stream. What is given to it must be safe() already."""
        from rich.console import Console  # costs more than a plain call's whole output

        # Of a terminal that is dumb, rich would not ask the width.
        is_capable = self.is_terminal and self.variables.get("TERM", "").lower() not in _DUMB
        plain = bool(self.variables.get("NO_COLOR")) or not is_capable
        return Console(
            file=self.stream,
            force_terminal=is_capable,
            color_system=None if plain else "auto",
            highlight=False,
            markup=False,
            emoji=False,
            _environ=self.variables,
        )
