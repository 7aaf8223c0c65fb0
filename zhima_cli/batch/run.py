"""Sends a file's rows from the first that an earlier run has not settled to the last."""

import contextlib
import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from zhima_cli.batch.asked import Plan
from zhima_cli.batch.check import Batch, CheckedRow, check_rows
from zhima_cli.batch.in_order import EndedRow
from zhima_cli.batch.pace import Pace
from zhima_cli.batch.pool import worker_pool
from zhima_cli.batch.record import BatchRecord
from zhima_cli.batch.row import RowFault
from zhima_cli.batch.sending import Observer, Sending
from zhima_cli.batch.source import RowSource
from zhima_cli.batch.stop_rule import Stop
from zhima_cli.batch.survey import Survey
from zhima_cli.batch.tally import Ending, Tally, ending_of
from zhima_cli.core.errors import HistoryError, InputError, Problem, Reason
from zhima_cli.core.history import History, open_history
from zhima_cli.core.kinds import Kind
from zhima_cli.core.settings import Setup
from zhima_cli.core.waiting import Clock

# Other batches may be writing to the same history, in seconds.
_BUSY_SECONDS = 60.0

Rows = Iterator[CheckedRow | RowFault]
IsStopped = Callable[[], KeyboardInterrupt | None]


class Results(Protocol):
    """Where the results go, and what an earlier run has put there."""

    def kept(
        self, row: CheckedRow | RowFault, is_of: Callable[[CheckedRow, str | None], bool]
    ) -> Ending | None:
        """Return how ``row`` ended, if that stands there already.

        ``is_of`` says whether a transaction is for certain about what the row holds. Raises
        InputError, UnwrittenError.
        """

    def end(self) -> None:
        """Take note that there are no more rows. Raises InputError, UnwrittenError."""

    def add(self, row: EndedRow) -> None:
        """Put a result there. Raises UnwrittenError."""


class Watcher(Observer, Protocol):
    """Is told of every row, too."""

    def ended(self) -> None:
        """Say that one more row has ended, and been counted."""


@dataclass(frozen=True)
class Run:
    """One run of a file whose rows have been looked through.

    ``processors`` are the numbers of those that may be used, ``variables`` the environment;
    ``is_stopped`` returns the signal that asked to stop, if there was one.
    """

    source: RowSource
    batch: Batch
    found: Survey
    setup: Setup
    plan: Plan
    clock: Clock
    processors: tuple[int, ...]
    variables: Mapping[str, str] = field(repr=False)
    is_stopped: IsStopped

    def send(self, results: Results, watcher: Watcher, tally: Tally) -> Stop | None:
        """Send the rows, put what they come to into the ``results``, and count it.

        Returns why not all were sent, if that was for a reason of theirs. Raises InputError,
        HistoryError, UnwrittenError, InternalError.
        """
        with contextlib.ExitStack() as stack:
            record = BatchRecord(
                stack.enter_context(_recorded(self.setup.history)),
                self.source.name,
                self.batch.ids,
                self.setup,
                self.clock.now,
            )
            checked = stack.enter_context(contextlib.closing(check_rows(self.source, self.batch)))
            rows = self._skip_kept(self._unchanged(checked), results, record, watcher, tally)
            if rows is None:
                return None
            setup, plan = self.setup, self.plan
            pool = stack.enter_context(
                worker_pool(setup, plan.jobs, self.processors, self.variables)
            )
            pace = Pace(plan.jobs, plan.rate, self.clock.elapsed)
            sending = Sending(setup, record, pool, pace, self.clock, watcher)
            for row in sending.run(rows, self.is_stopped):
                results.add(row)
                tally.count(ending_of(row.outcome))
                watcher.ended()
            return sending.stop_rule.stop

    def _unchanged(self, rows: Rows) -> Rows:
        """Yield the rows; raise InputError where they are not those that were looked through."""
        count = faulty = 0
        for row in rows:
            count += 1
            faulty += isinstance(row, RowFault)
            if count > self.found.rows or faulty > self.found.faulty:
                break
            yield row
        if (count, faulty) != (self.found.rows, self.found.faulty):
            raise InputError(Problem(Kind.USAGE, Reason.ROWS_CHANGED, self.source.name))

    def _skip_kept(
        self, rows: Rows, results: Results, record: BatchRecord, watcher: Watcher, tally: Tally
    ) -> Rows | None:
        """Return the rows whose results are not there yet; None if there are none, or no time."""
        for row in rows:
            if self.is_stopped():
                return None
            kept = results.kept(row, record.is_of)
            if kept is None:
                return itertools.chain([row], rows)
            tally.count(kept)
            watcher.ended()
        results.end()
        return None


@contextlib.contextmanager
def _recorded(path: Path | None) -> Iterator[History | None]:
    """Yield the history that the calls are recorded in; None where there is none."""
    if path is None:
        yield None
        return
    try:
        with open_history(path, _BUSY_SECONDS) as history:
            yield history
    except HistoryError as error:
        problem = error.problems[0]
        if problem.reason is not Reason.HISTORY_UNUSABLE:
            raise
        raise HistoryError(Reason.BATCH_UNRECORDED, problem.subject, problem.found) from error
