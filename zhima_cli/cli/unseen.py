"""Reads what is pasted at a terminal without its being shown there."""

import contextlib
import sys
from collections.abc import Iterator
from typing import TextIO

BEGIN = "-----BEGIN "
_END = "-----END "
# More than any key has; whatever is pasted beyond it is no key.
_MAX_LINES = 400


def read_key(stdin: TextIO, begin: str = "") -> str | None:
    """Return a key: the next line, or PEM to the line that ends it; None where the input ends.

    ``begin`` is the part of it that has been read already.
    """
    text = begin or stdin.readline()
    lines = [text.rstrip("\r\n")]
    while _is_open(lines) and len(lines) < _MAX_LINES:
        line = stdin.readline()
        if not line:
            break
        lines.append(line.rstrip("\r\n"))
    return "\n".join(lines) if text else None


def _is_open(lines: list[str]) -> bool:
    return lines[0].strip().startswith(BEGIN) and _END not in lines[-1]


if sys.platform == "win32":

    @contextlib.contextmanager
    def unseen(_stdin: TextIO) -> Iterator[None]:
        """Yield at once: a console there has no such setting that Python knows of."""
        yield

else:
    import termios

    @contextlib.contextmanager
    def unseen(stdin: TextIO) -> Iterator[None]:
        """Turn the terminal's echo off, and back on whatever happens."""
        before = termios.tcgetattr(stdin.fileno())
        without = [*before]
        without[3] = before[3] & ~termios.ECHO
        # What was typed ahead stays, as the rest of what was pasted may be among it.
        termios.tcsetattr(stdin.fileno(), termios.TCSADRAIN, without)
        try:
            yield
        finally:
            # What was pasted beyond the key is the rest of it: no answer, and not to be shown.
            termios.tcsetattr(stdin.fileno(), termios.TCSAFLUSH, before)
