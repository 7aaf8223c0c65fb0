"""Where results of rows go, and what an earlier run has put there."""

import contextlib
import csv
import json
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO

from zhima_cli.batch.check import CheckedRow
from zhima_cli.batch.in_order import EndedRow
from zhima_cli.batch.row import RowFault
from zhima_cli.batch.source import RowFormat
from zhima_cli.batch.tally import Ending, is_final
from zhima_cli.core.errors import InputError, Problem, Reason, UnwrittenError
from zhima_cli.core.files import shown_path, system_words
from zhima_cli.core.kinds import Kind
from zhima_cli.output.rows import header, line
from zhima_cli.words.language import Language

# More than rows.line() ever makes.
_MAX_LINE_BYTES = 128 * 1024
_ENCODING = "utf-8"
# As JSON lines and CSV have it.
_TRUE = (True, "true")

# Says whether a transaction is for certain about what a row holds.
IsOf = Callable[[CheckedRow, str | None], bool]


@dataclass(frozen=True)
class _Written:
    """A line that is there: of which row it is, and how that ended."""

    number: int
    transaction_id: str | None
    profile: str | None
    ending: Ending


class ResultsStream:
    """Results that go to a stream, from the first to the last."""

    def __init__(self, stream: TextIO, row_format: RowFormat, language: Language) -> None:
        self._stream = stream
        self._format = row_format
        self._language = language
        self._write(header(row_format, language))

    def kept(self, _row: CheckedRow | RowFault, _is_of: IsOf) -> Ending | None:
        """Return None: nothing is there."""
        return None

    def end(self) -> None:
        """Do nothing."""

    def add(self, row: EndedRow) -> None:
        """Write a result, and see that it leaves. Raises UnwrittenError."""
        encoding = self._stream.encoding or _ENCODING
        self._write(line(row, self._format, self._language, encoding))

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError as error:
            raise UnwrittenError(system_words(error)) from error


class ResultsFile:
    """An open file of results, whose lines are compared with the rows, then added to.

    ``profile`` is that of the calls that are made now.
    """

    def __init__(
        self,
        file: BinaryIO,
        path: Path,
        row_format: RowFormat,
        language: Language,
        profile: str,
    ) -> None:
        self._file = file
        self._name = shown_path(path)
        self._format = row_format
        self._language = language
        self._profile = profile
        self._number = 1
        self._is_read = False
        self._names = self._read_header()

    def kept(self, row: CheckedRow | RowFault, is_of: IsOf) -> Ending | None:
        """Return how ``row`` ended by the next line that is there; None if it is to be sent.

        A line of the row that is not settled, and all behind it, is cut off: what comes later can
        be told again from the record. Raises InputError where the results are of other rows, and
        UnwrittenError.
        """
        if self._is_read:
            return None
        at = self._file.tell()
        written = self._read(self._file.readline(_MAX_LINE_BYTES))
        if written is None:
            self._cut(at)
            return None
        if isinstance(row, RowFault):
            is_same = written.transaction_id is None
        else:
            is_same = is_of(row, written.transaction_id)
        is_ours = (written.number, written.profile) == (row.number, self._profile)
        if not (is_same and is_ours):
            raise self._other()
        if is_final(written.ending):
            self._number += 1
            return written.ending
        self._cut(at)
        return None

    def end(self) -> None:
        """Take note that there are no more rows. Raises InputError if there are more lines."""
        if not self._is_read:
            at = self._file.tell()
            if self._read(self._file.readline(_MAX_LINE_BYTES)) is not None:
                raise self._other()
            self._cut(at)

    def add(self, row: EndedRow) -> None:
        """Write a result. Raises UnwrittenError.

        What comes behind a row that has not ended is left to the next run, which tells it from
        the record, unless it is not there.
        """
        if row.number == self._number or row.outcome.kind is Kind.UNWRITTEN:
            self._number = row.number + 1
            self._write(line(row, self._format, self._language, _ENCODING))

    def _read_header(self) -> list[str]:
        """Return the names of the columns, written if they are not there yet."""
        expected = header(self._format, self._language)
        if not expected:
            return []
        found = self._file.readline(_MAX_LINE_BYTES)
        if found != expected.encode():
            if not expected.encode().startswith(found):
                raise self._other()
            self._cut(0)
            self._write(expected)
        return next(csv.reader([expected]))

    def _read(self, text: bytes) -> _Written | None:
        """Return what the line says; None where it is cut short, as the last one may be."""
        if not text.endswith(b"\n"):
            if len(text) == _MAX_LINE_BYTES:
                raise self._other()
            return None
        try:
            if self._format is RowFormat.CSV:
                cells = next(csv.reader([text.decode()]))
                return _written(dict(zip(self._names, cells, strict=True)))
            return _written(json.loads(text))
        except (LookupError, TypeError, ValueError, OverflowError) as error:
            raise self._other() from error
        except (csv.Error, RecursionError, AttributeError, StopIteration) as error:
            raise self._other() from error

    def _write(self, text: str) -> None:
        try:
            self._file.write(text.encode())
            self._file.flush()  # a line is in the file when it is said to be
        except OSError as error:
            raise UnwrittenError(system_words(error), f"--out ({self._name})") from error

    def _cut(self, at: int) -> None:
        try:
            self._file.seek(at)
            self._file.truncate()
        except OSError as error:
            raise UnwrittenError(system_words(error), f"--out ({self._name})") from error
        self._is_read = True

    def _other(self) -> InputError:
        return InputError(
            Problem(Kind.USAGE, Reason.RESULTS_OF_OTHER_ROWS, f"--out ({self._name})")
        )


@contextlib.contextmanager
def open_results(
    path: Path, row_format: RowFormat, language: Language, profile: str
) -> Iterator[ResultsFile]:
    """Open the file of results, made for the user alone where it is not there; one run at a time.

    Raises InputError where it cannot be opened, is in use, or holds something else.
    """
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags, 0o600)
    except (OSError, ValueError) as error:
        raise _unwritable(path, system_words(error)) from error
    file = open(descriptor, "r+b")  # noqa: PTH123, SIM115 -- of a descriptor
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            problem = Problem(Kind.CONFIG, Reason.NOT_A_FILE, f"--out ({shown_path(path)})")
            raise InputError(problem)
        _lock(descriptor, path)
        yield ResultsFile(file, path, row_format, language, profile)
    finally:
        # What could not be written was told, and would be tried once more.
        with contextlib.suppress(OSError):
            file.close()


def _written(values: dict[str, str]) -> _Written:
    code = values["sub_code"] or values["code"] or None
    kind = Kind(values["kind"])
    texts = (code, values["transaction_id"], values["profile"])
    if not all(isinstance(text, str | None) for text in texts):
        raise TypeError
    return _Written(
        number=int(values["row"]),
        transaction_id=values["transaction_id"] or None,
        profile=values["profile"] or None,
        ending=Ending(
            kind,
            code=None if kind is Kind.SUCCESS else code,
            mock=kind is Kind.SUCCESS and values["mock"] in _TRUE,
        ),
    )


def _lock(descriptor: int, path: Path) -> None:
    try:
        import fcntl
    except ImportError:  # Windows has no such locks
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        subject = f"--out ({shown_path(path)})"
        raise InputError(Problem(Kind.USAGE, Reason.RESULTS_IN_USE, subject)) from error
    except OSError:
        return  # a file system without locks


def _unwritable(path: Path, found: str) -> InputError:
    problem = Problem(Kind.CONFIG, Reason.FILE_UNWRITABLE, f"--out ({shown_path(path)})", found)
    return InputError(problem)
