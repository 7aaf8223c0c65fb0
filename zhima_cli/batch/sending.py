"""Sends the rows: several at a time, each until it has ended, and gives them back in order."""

import contextlib
import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from zhima_cli.batch.channel import Done, Task
from zhima_cli.batch.check import CheckedRow
from zhima_cli.batch.in_order import EndedRow, InOrder
from zhima_cli.batch.pace import Pace, is_limited
from zhima_cli.batch.pool import WorkerPool
from zhima_cli.batch.record import BatchRecord
from zhima_cli.batch.row import RowFault
from zhima_cli.batch.stop_rule import StopRule
from zhima_cli.core.calling import after_attempts, pause_after
from zhima_cli.core.errors import HistoryError, InputError, InternalError, Reason, ZhimaError
from zhima_cli.core.kinds import Kind, Sent
from zhima_cli.core.outcome import Call, Outcome, fail, leave_unwritten
from zhima_cli.core.parameters import Parameters
from zhima_cli.core.recording import Entry
from zhima_cli.core.settings import Setup
from zhima_cli.core.waiting import Clock

# How many rows are looked at before it is time for those that are under way.
_AT_A_TIME = 200
# How long it waits for what is under way after it was told to stop, in seconds.
_PATIENCE = 2.0
_POLL = 0.1
# What part of the calls that are under way is enough for one write: the others go on meanwhile.
_PART = 4
# How often a row is sent again for having been one too many, before that counts against it.
_FREE_ATTEMPTS = 10
# How long a wait that the gateway asks of one row holds it up, in seconds.
_LONGEST_WAIT = 60.0
# A worker bounds each attempt itself; so many seconds later, it is taken for lost.
_GRACE = 30.0


class Observer(Protocol):
    """Is told what happens meanwhile."""

    def slowed(self, rate: float, seconds: float) -> None:
        """Say that the gateway had enough: after ``seconds`` follow ``rate`` calls a second."""

    def clock_is_off(self, seconds: float) -> None:
        """Say that the gateway's clock is ahead by ``seconds``, behind where they are negative."""


@dataclass
class _Pending:
    """A row that is being sent.

    ``chances`` are the attempts that the settings allow it yet, ``free`` those that do not count.
    ``begun`` and ``started``, by the clock's count of seconds, are when its attempts began and
    when the last one did.
    """

    number: int
    parameters: Parameters
    chances: int
    entry: Entry | None = None
    free: int = _FREE_ATTEMPTS
    begun: float | None = None
    started: float = 0.0
    attempts: int = 0
    sent: Sent = Sent.NO


class Sending:
    """Sends rows by a pool, at a pace; each is recorded before it leaves, and when it has ended."""

    def __init__(
        self,
        setup: Setup,
        record: BatchRecord,
        pool: WorkerPool,
        pace: Pace,
        clock: Clock,
        observer: Observer,
    ) -> None:
        self.stop_rule = StopRule()
        self._setup = setup
        self._record = record
        self._pool = pool
        self._pace = pace
        self._clock = clock
        self._observer = observer
        self._has_more = True
        self._fault: ZhimaError | None = None
        self._rows = InOrder()
        self._under_way: dict[int, _Pending] = {}
        self._waiting: list[tuple[float, int, _Pending]] = []

    def run(
        self,
        rows: Iterator[CheckedRow | RowFault],
        is_stopped: Callable[[], KeyboardInterrupt | None],
    ) -> Iterator[EndedRow]:
        """Yield the rows in their order, as they end.

        When it is stopped, or the rule says so, no other is sent; what is under way is waited for
        a moment. Raises InputError where ``rows`` do, HistoryError, and InternalError where a
        process was lost; what has ended comes first.
        """
        until: float | None = None
        done: list[Done] = []
        found: list[_Pending] = []
        try:
            while self._under_way or (until is None and (self._waiting or self._has_more)):
                if until is None and (is_stopped() or self.stop_rule.stop or self._fault):
                    until = self._clock.elapsed() + _PATIENCE
                if until is not None and self._clock.elapsed() >= until:
                    break
                goes_on = until is None
                seconds = self._seconds_until_next() if goes_on else _POLL
                done = self._pool.take(seconds, max(len(self._under_way) // _PART, 1))
                found = self._next(rows, done) if goes_on else []
                self._pool.give(self._turn(done, found))
                done, found = [], []
                yield from self._rows.ready()
                self._look_after_workers()
        except (HistoryError, InternalError) as error:
            self._fault = error
            if isinstance(error, HistoryError):
                for pending in found:
                    self._under_way.pop(pending.number, None)  # none of them was sent
                self._keep_unrecorded(done, error)
        self._leave()
        yield from self._rows.ready()
        yield from self._rows.rest()
        if self._fault is not None:
            raise self._fault

    def _seconds_until_next(self) -> float:
        """Return how long there is nothing to do but to wait for answers."""
        if not self._pace.has_room(len(self._under_way)):
            return _POLL
        at = 0.0 if self._has_more and not self._rows.is_full else _POLL
        if self._waiting:
            at = min(at, max(self._waiting[0][0] - self._clock.elapsed(), 0.0))
        return min(max(at, self._pace.wait()), _POLL)

    def _next(self, rows: Iterator[CheckedRow | RowFault], done: list[Done]) -> list[_Pending]:
        """Return what is to be sent now; what ends without that is noted."""
        found: list[_Pending] = []
        left = _AT_A_TIME
        under_way = len(self._under_way) - len(done)
        while self._pace.has_room(under_way + len(found)) and self._pace.wait() == 0:
            pending = self._due()
            if pending is None:
                if not self._has_more or self._rows.is_full or left == 0:
                    break
                left -= 1
                pending = self._look_at(rows)
            if pending is not None:
                pending.started = self._pace.start()
                found.append(pending)
        return found

    def _due(self) -> _Pending | None:
        """Return the row whose pause is over, if there is one."""
        if self._waiting and self._waiting[0][0] <= self._clock.elapsed():
            return heapq.heappop(self._waiting)[2]
        return None

    def _look_at(self, rows: Iterator[CheckedRow | RowFault]) -> _Pending | None:
        """Take the next row; return it if it is to be sent."""
        try:
            row = next(rows, None)
        except InputError as error:
            self._fault = error
            row = None
        if row is None:
            self._has_more = False
            return None
        self._rows.take(row.number)
        if isinstance(row, RowFault):
            outcome = fail(self._call(None), InputError(*row.problems))
        else:
            call = self._call(row.parameters)
            try:
                settled = self._record.settled(row, call)
            except InputError as error:
                settled = fail(call, error)
            if settled is None:
                return _Pending(row.number, row.parameters, self._setup.retries + 1)
            outcome = settled
            if outcome.kind is Kind.SUCCESS:
                self.stop_rule.heed(outcome)
        self._rows.end(EndedRow(row.number, outcome))
        return None

    def _turn(self, done: list[Done], found: list[_Pending]) -> list[Task]:
        """Settle what was done and begin what comes next, in one write; return what is to do."""
        if not (done or found):
            return []
        with self._record.grouped():
            for each in done:
                self._settle(each)
            return [task for pending in found if (task := self._begin(pending)) is not None]

    def _begin(self, pending: _Pending) -> Task | None:
        """Write down that the row is about to be sent, unless another process has sent it."""
        try:
            if pending.entry is not None:
                pending.entry.count_attempt(self._record.now())
            elif pending.attempts == 0:
                pending.entry = self._record.begin(pending.parameters)
        except InputError as error:
            self._end(pending, fail(self._call(pending.parameters), error))
            return None
        return self._start(pending)

    def _start(self, pending: _Pending) -> Task:
        if pending.begun is None:
            pending.begun = pending.started
        pending.attempts += 1
        pending.chances -= 1
        self._under_way[pending.number] = pending
        return Task(pending.number, pending.parameters, self._left(pending))

    def _left(self, pending: _Pending) -> float:
        """Return the seconds that the row's attempts may take yet."""
        begun = pending.started if pending.begun is None else pending.begun
        return self._setup.deadline - (self._clock.elapsed() - begun)

    def _settle(self, done: Done) -> None:
        """End the row that an attempt was made of, or let it wait for its next one."""
        pending = self._under_way.pop(done.number)
        outcome = after_attempts(done.outcome, pending.attempts, pending.sent)
        pending.sent = outcome.sent
        if done.clock_ahead is not None:
            self._observer.clock_is_off(done.clock_ahead)
        pause: float | None
        if is_limited(outcome) and pending.free > 0:
            # That all of them are too many says nothing against this one.
            pending.free -= 1
            pending.chances += 1
            pending.begun = None
            pause = min(done.retry_after, _LONGEST_WAIT)
        else:
            left = self._left(pending)
            pause = (
                pause_after(outcome, done.retry_after, left, self._clock.jitter)
                if pending.chances > 0
                else None
            )
        self._heed_pace(outcome, pending.started, min(done.retry_after, _LONGEST_WAIT))
        if pause is not None:
            heapq.heappush(self._waiting, (self._clock.elapsed() + pause, done.number, pending))
            return
        if pending.entry is not None:
            outcome = pending.entry.finish(outcome, self._record.now())
        self._end(pending, outcome)

    def _heed_pace(self, outcome: Outcome, started: float, seconds: float) -> None:
        if not is_limited(outcome):
            self._pace.answered()
        elif self._pace.limited(started, seconds):
            self._observer.slowed(self._pace.rate or 0.0, seconds)

    def _end(self, pending: _Pending, outcome: Outcome) -> None:
        self.stop_rule.heed(outcome)
        self._rows.end(EndedRow(pending.number, outcome))

    def _keep_unrecorded(self, done: list[Done], error: HistoryError) -> None:
        """Have what was answered shown, though it could not be written down."""
        found = error.problems[0].found
        for each in done:
            # Those that were settled before it failed have their attempts counted.
            outcome = self._rows.outcome(each.number) or each.outcome
            if outcome.kind is Kind.SUCCESS:
                outcome = leave_unwritten(outcome, Reason.RESULT_UNRECORDED, found)
                self._rows.end(EndedRow(each.number, outcome))

    def _look_after_workers(self) -> None:
        """Raise InternalError where an attempt takes longer than any can."""
        oldest = min((each.started for each in self._under_way.values()), default=None)
        if oldest is not None and self._clock.elapsed() - oldest > self._setup.timeout + _GRACE:
            raise InternalError(TimeoutError(), Sent.UNKNOWN)

    def _leave(self) -> None:
        """Write down that it is not known what becomes of the rows that have not ended."""
        left = [*self._under_way.values(), *(pending for _, _, pending in self._waiting)]
        if left:
            with contextlib.suppress(HistoryError), self._record.grouped():
                for pending in left:
                    if pending.entry is not None:
                        pending.entry.leave(self._record.now())

    def _call(self, parameters: Parameters | None) -> Call:
        setup = self._setup
        return Call(
            profile=setup.profile,
            gateway=setup.account.gateway,
            transaction_id=parameters.transaction_id if parameters else None,
            mock=setup.mock,
        )
