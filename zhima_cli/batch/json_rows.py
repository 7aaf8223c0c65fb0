"""Rows of JSON lines: each line one object, its members named like the columns."""

from collections.abc import Iterator
from typing import TextIO

from zhima_cli.batch.lines import read_line
from zhima_cli.batch.row import (
    COLUMNS,
    MAX_ROW_CHARACTERS,
    Cell,
    Row,
    RowFault,
    place_of,
    row_too_long,
    unknown_column,
)
from zhima_cli.core.errors import InputError, Problem, Reason
from zhima_cli.core.json_options import JSON_PARAMETERS
from zhima_cli.core.kinds import Kind
from zhima_cli.core.strict_json import JsonError, decode, encode

_TYPE_NAMES = {bool: "boolean", int: "number", float: "number", list: "array", dict: "object"}


def read_json_lines(text: TextIO, file: str) -> Iterator[Row | RowFault]:
    """Yield the rows; ``file`` names the file in problems. Empty lines are left out."""
    number = 0
    line = 0
    while content := read_line(text):
        line += 1
        if content.isspace():
            continue
        number += 1
        try:
            yield Row(number, line, _cells(content, file, line))
        except InputError as error:
            yield RowFault(number, line, error.problems)


def _cells(content: str, file: str, line: int) -> tuple[Cell, ...]:
    """Return the members of the object. Raises InputError with all that is wrong in it."""
    place = place_of(file, line)
    if len(content) > MAX_ROW_CHARACTERS:
        raise InputError(row_too_long(file, line))
    try:
        members = decode(content.rstrip("\r\n"))
    except JsonError as error:
        raise InputError(Problem(Kind.USAGE, Reason.NOT_JSON_LINE, place, str(error))) from None
    if not isinstance(members, dict):
        raise InputError(Problem(Kind.USAGE, Reason.NOT_A_JSON_OBJECT, place))
    cells: list[Cell] = []
    problems: list[Problem] = []
    for at, (name, value) in enumerate(members.items()):
        if name not in COLUMNS:
            problems.append(unknown_column(file, line, at + 1, name))
        elif isinstance(value, str):
            if value:
                cells.append(Cell(name, value))
        elif isinstance(value, dict) and name in JSON_PARAMETERS:
            cells.append(Cell(name, encode(value)))
        elif value is not None:
            expected = "string, object" if name in JSON_PARAMETERS else "string"
            place = place_of(file, line, name)
            found = _TYPE_NAMES[type(value)]
            problems.append(Problem(Kind.USAGE, Reason.CELL_TYPE, place, found, expected))
    if problems:
        raise InputError(*problems)
    return tuple(cells)
