"""The encoding of a file that does not tell it: UTF-8, or the GBK of Chinese spreadsheets."""

import codecs
import io
from typing import BinaryIO

from zhima_cli.batch.row import place_of
from zhima_cli.core.errors import InputError, Problem, Reason
from zhima_cli.core.kinds import Kind

# GBK, and not GB18030 which has more characters: that takes nearly any bytes for text, and so
# would send a person's name in wrong characters where the file is in Big5, say.
ENCODINGS = ("utf-8", "gbk")
_CHUNK_BYTES = 64 * 1024


def find_encoding(stream: BinaryIO, file: str, encodings: tuple[str, ...] = ENCODINGS) -> str:
    """Return the first of the ``encodings`` in which all of ``stream`` is text.

    ``utf-8-sig`` stands for ``utf-8``.

    A mark at the beginning (BOM) is UTF-8's. ``file`` names the file in problems.

    Raises InputError with the line and the column of the first byte that does not fit, in the
    encoding that fits further.
    """
    stream.seek(0)
    has_mark = stream.read(len(codecs.BOM_UTF8)) == codecs.BOM_UTF8
    furthest, at = "utf-8", -1
    for encoding in ENCODINGS[:1] if has_mark else encodings:
        fault = _first_fault(stream, encoding)
        if fault is None:
            return "utf-8-sig" if encoding == "utf-8" else encoding
        if fault > at:
            furthest, at = encoding, fault
    line, column = _line_and_column(stream, furthest, at)
    place = f"{place_of(file, line)}:{column}"
    raise InputError(Problem(Kind.USAGE, Reason.FILE_NOT_TEXT, place))


def _first_fault(stream: BinaryIO, encoding: str) -> int | None:
    """Return the index of the first byte that is not text in ``encoding``, None where all are.

    A NUL is none: it comes from UTF-16, or from what is no text at all.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    stream.seek(0)
    at = 0
    while True:
        chunk = stream.read(_CHUNK_BYTES)
        pending = len(decoder.getstate()[0])
        nul = chunk.find(b"\0")
        try:
            decoder.decode(chunk if nul < 0 else chunk[:nul], not chunk)
        except UnicodeDecodeError as error:
            return at - pending + error.start
        if nul >= 0:
            return at + nul
        if not chunk:
            return None
        at += len(chunk)


def _line_and_column(stream: BinaryIO, encoding: str, end: int) -> tuple[int, int]:
    """Return where the byte of index ``end`` stands, both counted from 1."""
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(encoding)(), True)
    stream.seek(0)
    line, column = 1, 1
    while end > 0 and (chunk := stream.read(min(end, _CHUNK_BYTES))):
        end -= len(chunk)
        text = decoder.decode(chunk)
        line += text.count("\n")
        column = column + len(text) if "\n" not in text else len(text) - text.rfind("\n")
    return line, column
