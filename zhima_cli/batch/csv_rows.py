"""Rows of CSV (RFC 4180), its first row the names of the columns."""

import csv
from collections import deque
from collections.abc import Iterator
from typing import TextIO

from zhima_cli.batch.lines import read_line
from zhima_cli.batch.row import (
    COLUMNS,
    MAX_ROW_CHARACTERS,
    MAX_ROW_LINES,
    Cell,
    Row,
    RowFault,
    place_of,
    row_too_long,
    unknown_column,
)
from zhima_cli.core.errors import InputError, Problem, Reason
from zhima_cli.core.kinds import Kind

_PERSON = ("cert_name", "cert_no")


def read_csv(text: TextIO, file: str) -> Iterator[Row | RowFault]:
    """Yield the rows; ``file`` names the file in problems.

    A row without anything in it is left out. A wrong row of several lines may be one whose quote
    is not closed: the rows below it are read from its second line, so that none of them is lost.

    Raises InputError where the names of the columns are wrong.
    """
    lines = _Lines(text)
    reader = csv.reader(lines, strict=True)
    columns: tuple[str, ...] = ()
    number = 0
    while True:
        line = lines.begin_row() + 1
        values: list[str] = []
        problem: Problem | None = None
        try:
            values = next(reader)
        except StopIteration:
            return
        except _TooLongError:
            problem = row_too_long(file, line)
        except csv.Error:
            problem = Problem(Kind.USAGE, Reason.NOT_CSV, place_of(file, line))
        if problem is None and not any(values):
            continue
        if not columns:
            if problem is not None:
                raise InputError(problem)
            columns = _columns(values, file, line)
            continue
        number += 1
        if problem is None and len(values) != len(columns):
            found, expected = str(len(values)), str(len(columns))
            place = place_of(file, line)
            problem = Problem(Kind.USAGE, Reason.ROW_LENGTH, place, found, expected)
        if problem is None:
            pairs = zip(columns, values, strict=True)
            yield Row(number, line, tuple(Cell(name, value) for name, value in pairs if value))
        else:
            lines.give_back()
            yield RowFault(number, line, (problem,))


class _TooLongError(Exception):
    """A row takes up more than any row needs."""


class _Lines:
    """The lines of a file; those of the row that is being read can be given back."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._number = 0
        self._again: deque[str] = deque()
        self._row: list[str] = []
        self._length = 0

    def begin_row(self) -> int:
        """Return how many lines were read so far; what is read from here on is a new row."""
        self._row = []
        self._length = 0
        return self._number

    def give_back(self) -> None:
        """Have the row's lines read again, but for its first."""
        again = self._row[1:]
        self._again.extendleft(reversed(again))
        self._number -= len(again)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else read_line(self._text)
        if not line:
            raise StopIteration
        self._number += 1
        self._row.append(line)
        self._length += len(line)
        if self._length > MAX_ROW_CHARACTERS or len(self._row) > MAX_ROW_LINES:
            raise _TooLongError
        return line


def _columns(header: list[str], file: str, line: int) -> tuple[str, ...]:
    """Return the names of the columns. Raises InputError with all that is wrong in them."""
    names = tuple(name.strip() for name in header)
    problems: list[Problem] = []
    for at, name in enumerate(names):
        if name not in COLUMNS:
            problems.append(unknown_column(file, line, at + 1, name))
        elif name in names[:at]:
            place = f"{place_of(file, line)}:{at + 1}"
            problems.append(Problem(Kind.USAGE, Reason.REPEATED_COLUMN, place, name))
    if "identity_param" not in names:
        for name in _PERSON:
            if name not in names:
                place = place_of(file, line)
                problems.append(Problem(Kind.USAGE, Reason.MISSING_COLUMN, place, name))
    if problems:
        raise InputError(*problems)
    return names
