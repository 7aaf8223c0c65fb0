"""Lines of a text that may have no end."""

from typing import TextIO

from zhima_cli.batch.row import MAX_ROW_CHARACTERS


def read_line(text: TextIO) -> str:
    r"""Return the next line with its end (``\n``, ``\r\n`` or ``\r``), or nothing at the end.

    Of a line that is longer than a row may be, one character more than that is returned, and the
    rest skipped. ``text`` leaves line ends as they are.
    """
    line = text.readline(MAX_ROW_CHARACTERS + 1)
    if len(line) > MAX_ROW_CHARACTERS and not line.endswith(("\n", "\r")):
        while (rest := text.readline(MAX_ROW_CHARACTERS)) and not rest.endswith(("\n", "\r")):
            pass
    return line
