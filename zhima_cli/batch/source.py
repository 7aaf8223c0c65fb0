"""Opens a file of rows: it is read more than once, whatever it comes from."""

import contextlib
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import BinaryIO, cast

from zhima_cli.batch.encoding import ENCODINGS, find_encoding
from zhima_cli.core.errors import InputError, Problem, Reason
from zhima_cli.core.files import copy_pipe, shown_path, system_words
from zhima_cli.core.kinds import Kind

STDIN = "-"
# What is read once only is kept in memory up to this size, then in a file.
_MAX_BYTES_IN_MEMORY = 8 * 1024 * 1024
_HEAD_BYTES = 4096
_WHITE_SPACE = b" \t\r\n"


class RowFormat(Enum):
    """How the rows are written; the value is the format's usual name."""

    CSV = "csv"
    JSON_LINES = "jsonl"


_FORMATS = {
    ".csv": RowFormat.CSV,
    ".jsonl": RowFormat.JSON_LINES,
    ".ndjson": RowFormat.JSON_LINES,
    ".json": RowFormat.JSON_LINES,
}


@dataclass(frozen=True)
class RowSource:
    """A file of rows that is open for reading, from its beginning, as often as needed.

    ``name`` names it in problems.
    """

    name: str
    stream: BinaryIO = field(repr=False)
    format: RowFormat
    encoding: str


@contextlib.contextmanager
def open_source(path: str, stdin: BinaryIO, encoding: str | None = None) -> Iterator[RowSource]:
    """Open the file at ``path``, ``-`` for ``stdin``, and find out how it is written.

    What can be read only once, a pipe, is copied first: into memory, or if it is large, into a
    file that has no name, is private and goes away by itself. The ``encoding`` is found where
    none is given.

    Raises InputError where it cannot be read, or is no text.
    """
    name = "stdin" if path == STDIN else shown_path(Path(path))
    with contextlib.ExitStack() as stack:
        with reading(name):
            stream = stack.enter_context(_seekable(path, stdin, name))
            stream.seek(0)
            row_format = find_format(path, stream.read(_HEAD_BYTES))
            found = find_encoding(stream, name, ENCODINGS if encoding is None else (encoding,))
        yield RowSource(name, stream, row_format, found)


@contextlib.contextmanager
def _seekable(path: str, stdin: BinaryIO, name: str) -> Iterator[BinaryIO]:
    """Yield the file itself, or a copy of what can be read only once."""
    if path == STDIN:
        is_pipe, is_regular = False, _is_regular(stdin)
    else:
        mode = Path(path).stat().st_mode
        is_pipe, is_regular = stat.S_ISFIFO(mode), stat.S_ISREG(mode)
    if is_regular:
        with contextlib.nullcontext(stdin) if path == STDIN else Path(path).open("rb") as file:
            yield file
        return
    with tempfile.SpooledTemporaryFile(_MAX_BYTES_IN_MEMORY) as spooled:
        copy = cast("BinaryIO", spooled)
        if is_pipe:
            if not copy_pipe(Path(path), copy, sys.maxsize):
                raise InputError(Problem(Kind.USAGE, Reason.PIPE_WITHOUT_WRITER, "FILE", name))
        else:
            with contextlib.nullcontext(stdin) if path == STDIN else Path(path).open("rb") as once:
                shutil.copyfileobj(once, copy)
        yield copy


def find_format(name: str, head: bytes) -> RowFormat:
    """Return the format: by the file's name, else by how its text begins."""
    known = _FORMATS.get(Path(name).suffix.lower())
    if known is not None:
        return known
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip(_WHITE_SPACE)
    return RowFormat.JSON_LINES if text.startswith(b"{") else RowFormat.CSV


@contextlib.contextmanager
def reading(name: str) -> Iterator[None]:
    """Raise InputError where the file that is called ``name`` cannot be read."""
    try:
        yield
    except OSError as error:
        found = f"{name}: {system_words(error)}"
        raise InputError(Problem(Kind.USAGE, Reason.FILE_UNREADABLE, "FILE", found)) from error


def _is_regular(stream: BinaryIO) -> bool:
    try:
        return stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except OSError:  # it is no file of the system's
        return False
