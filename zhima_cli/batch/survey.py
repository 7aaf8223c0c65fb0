"""Looks through a whole file before anything of it is sent."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass

from zhima_cli.batch.check import Batch, check_rows
from zhima_cli.batch.row import RowFault
from zhima_cli.batch.source import RowSource
from zhima_cli.core.errors import InputError, Problem, Reason
from zhima_cli.core.kinds import Kind


@dataclass(frozen=True)
class Survey:
    """How many rows a file has, and how many of them are wrong."""

    rows: int
    faulty: int


def survey(
    source: RowSource,
    batch: Batch,
    tell: Callable[[Problem], None],
    warn: Callable[[Problem], None],
    most: int | None = None,
) -> Survey:
    """Check every row; ``tell`` what is wrong, and ``warn`` of what is odd, as it is found.

    Of the wrong rows, only the first ``most`` are told of; None for all.

    Raises InputError where the file as a whole is wrong, or has no rows.
    """
    rows = faulty = 0
    with contextlib.closing(check_rows(source, batch)) as checked:
        for row in checked:
            rows += 1
            if isinstance(row, RowFault):
                faulty += 1
                if most is None or faulty <= most:
                    for problem in row.problems:
                        tell(problem)
            else:
                for warning in row.warnings:
                    warn(warning)
    if not rows:
        raise InputError(Problem(Kind.USAGE, Reason.NO_ROWS, source.name))
    return Survey(rows, faulty)
