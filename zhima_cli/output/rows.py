"""The results of a file's rows: JSON lines, or CSV (RFC 4180) with a header."""

import csv
import io
import json
from collections.abc import Iterable

from zhima_cli.batch.in_order import EndedRow
from zhima_cli.batch.source import RowFormat
from zhima_cli.core.errors import InternalError
from zhima_cli.core.kinds import Sent
from zhima_cli.core.outcome import Call, fail
from zhima_cli.core.visible import visible
from zhima_cli.output.machine import fields_of
from zhima_cli.output.screen import json_line
from zhima_cli.words.language import Language

_LONGEST = 2000


def header(row_format: RowFormat, language: Language) -> str:
    """Return the line that comes before all rows, if there is one."""
    if row_format is RowFormat.JSON_LINES:
        return ""
    # Any outcome has the fields of all.
    any_outcome = fail(Call(), InternalError(Exception(), Sent.NO))
    return _csv_line(["row", *fields_of(any_outcome, language)])


def line(row: EndedRow, row_format: RowFormat, language: Language, encoding: str) -> str:
    """Return the row's number, and the fields that ``zhima init-cert`` has for the outcome.

    What ``encoding`` lacks is escaped.
    """
    values = {"row": row.number, **fields_of(row.outcome, language)}
    fields = {name: _cut(value) for name, value in values.items()}
    if row_format is RowFormat.JSON_LINES:
        return json_line(fields, encoding)
    # One fault a line is for JSON; a cell of several lines is read by few.
    return _csv_line(visible(_text(value).replace("\n", " | ")) for value in fields.values())


def _cut(value: str | int | bool | None) -> str | int | bool | None:
    """Return the value; of the gateway's words only so much as a person can want to read."""
    is_long = isinstance(value, str) and len(value) > _LONGEST
    return f"{value[:_LONGEST]}…" if is_long and isinstance(value, str) else value


def _text(value: str | int | bool | None) -> str:
    if isinstance(value, bool):
        return json.dumps(value)
    return "" if value is None else str(value)


def _csv_line(values: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(values)
    return text.getvalue()
