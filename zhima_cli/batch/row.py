"""A row of a file: what it gives, or what is wrong with it."""

import re
from dataclasses import dataclass, field

from zhima_cli.core.errors import Problem, Reason
from zhima_cli.core.kinds import Kind
from zhima_cli.core.nearest import nearest

# Named like the page's parameters.
COLUMNS = (
    "transaction_id",
    "product_code",
    "biz_code",
    "cert_name",
    "cert_no",
    "cert_type",
    "identity_type",
    "identity_param",
    "merchant_config",
    "ext_biz_param",
    "linked_merchant_id",
)
# More than all columns can hold, with every character escaped.
MAX_ROW_CHARACTERS = 64 * 1024
# A quote that is not closed is told soon, and costs little to read again behind it.
MAX_ROW_LINES = 100

_LETTERS = re.compile(r"[A-Za-z_-]+")
# How much longer than a column's name a misspelling of it is at most.
_MISSPELLING = 2
_LONGEST = max(map(len, COLUMNS)) + _MISSPELLING


@dataclass(frozen=True)
class Cell:
    """A value that a row gives for the column ``name``."""

    name: str
    value: str = field(repr=False)


@dataclass(frozen=True)
class Row:
    """What a row gives; a cell that is empty is not among its cells.

    ``number`` counts the rows from 1, ``line`` is the line of the file where the row begins.
    """

    number: int
    line: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class RowFault:
    """All that is wrong with a row; ``number`` and ``line`` are as in Row."""

    number: int
    line: int
    problems: tuple[Problem, ...]


def place_of(file: str, line: int, column: str = "") -> str:
    """Return where something stands: ``rows.csv:12``, or ``rows.csv:12: cert_no``."""
    return f"{file}:{line}: {column}" if column else f"{file}:{line}"


def row_too_long(file: str, line: int) -> Problem:
    """Return that the row which begins at ``line`` is longer than any row needs to be."""
    limits = str(MAX_ROW_LINES), str(MAX_ROW_CHARACTERS)
    return Problem(Kind.USAGE, Reason.ROW_TOO_LONG, place_of(file, line), *limits)


def unknown_column(file: str, line: int, at: int, name: str) -> Problem:
    """Return that no column is called ``name``, which stands ``at`` this place of its line.

    Unless it is like a column's name, it may be a person's, and is not shown.
    """
    meant = nearest(name[:_LONGEST], COLUMNS)
    is_misspelt = meant and len(name) <= len(meant) + _MISSPELLING and _LETTERS.fullmatch(name)
    return Problem(
        Kind.USAGE,
        Reason.UNKNOWN_COLUMN,
        f"{place_of(file, line)}:{at}",
        name if is_misspelt else "",
        meant if meant and is_misspelt else ", ".join(COLUMNS),
    )
