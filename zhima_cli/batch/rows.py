"""Reads the rows of a file one at a time, however many there are."""

import contextlib
import io
from collections.abc import Iterator

from zhima_cli.batch.csv_rows import read_csv
from zhima_cli.batch.json_rows import read_json_lines
from zhima_cli.batch.row import Row, RowFault
from zhima_cli.batch.source import RowFormat, RowSource, reading
from zhima_cli.core.errors import InputError, Problem, Reason
from zhima_cli.core.kinds import Kind

_READERS = {RowFormat.CSV: read_csv, RowFormat.JSON_LINES: read_json_lines}


def read_rows(source: RowSource) -> Iterator[Row | RowFault]:
    """Yield the rows from the beginning of the file, and what is wrong with those that are wrong.

    Only one reading of a source can be under way.

    Raises InputError where the file as a whole is wrong, or can no longer be read.
    """
    with reading(source.name):
        source.stream.seek(0)
        text = io.TextIOWrapper(source.stream, source.encoding, newline="")
        try:
            yield from _READERS[source.format](text, source.name)
        except UnicodeDecodeError as error:  # the file was changed meanwhile
            problem = Problem(Kind.USAGE, Reason.ROWS_CHANGED, source.name)
            raise InputError(problem) from error
        finally:
            with contextlib.suppress(ValueError):  # the file may be closed by now
                text.detach()
