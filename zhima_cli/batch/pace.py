"""How many calls are under way at a time, and how fast one follows another."""

from collections import deque
from collections.abc import Callable

from zhima_cli.core.errors import Reason
from zhima_cli.core.outcome import Outcome

# Before the gateway has answered anything, it is not asked for much at once.
_FIRST_AT_ONCE = 2
# Starts of the last seconds tell how fast it was when the gateway had enough.
_MEASURED_SECONDS = 2.0
_SLOWER = 0.5
# By which the rate grows again in a second without a refusal, and at the least, in calls a second.
_FASTER = 1.1
_LEAST_STEP = 0.5
SLOWEST = 0.2
_LIMITED_CODE = "40005"
_LIMITED_STATUS = "429"


class Pace:
    """Says when the next call may be sent.

    ``jobs`` bounds how many are under way; ``rate``, in calls a second, how fast they follow each
    other, None for as fast as they can. Where the gateway says that it is too fast, the rate is
    halved, and grows again as long as it does not. ``elapsed`` is a steady count of seconds.
    """

    def __init__(self, jobs: int, rate: float | None, elapsed: Callable[[], float]) -> None:
        self._jobs = jobs
        self._asked = rate
        self._elapsed = elapsed
        self._at_once = min(jobs, _FIRST_AT_ONCE)
        self._rate = rate
        self._next = 0.0
        self._starts: deque[float] = deque()
        self._slowed = self._grown = elapsed()

    @property
    def rate(self) -> float | None:
        """The calls a second that are allowed now, None where nothing bounds them."""
        return self._rate

    @property
    def is_slowest(self) -> bool:
        """Whether it is at its slowest."""
        return self._rate is not None and self._rate <= SLOWEST

    def has_room(self, under_way: int) -> bool:
        """Say whether one more call may be under way beside so many."""
        return under_way < self._at_once

    def wait(self) -> float:
        """Return in how many seconds the next call may be sent; 0 is now."""
        return max(self._next - self._elapsed(), 0.0) if self._rate is not None else 0.0

    def start(self) -> float:
        """Take note that a call is sent now; return when, by the count of seconds."""
        now = self._elapsed()
        self._starts.append(now)
        while self._starts[0] < now - _MEASURED_SECONDS:
            self._starts.popleft()
        if self._rate is not None:
            # What was not used is not saved up for a burst.
            self._next = max(self._next, now - 1 / self._rate) + 1 / self._rate
        return now

    def answered(self) -> None:
        """Take note of an answer that is none of too many calls."""
        self._at_once = min(self._at_once + 1, self._jobs)
        now = self._elapsed()
        if self._rate is None or self._rate == self._asked or now - self._grown < 1:
            return
        self._grown = now
        rate = max(self._rate * _FASTER, self._rate + _LEAST_STEP)
        self._rate = rate if self._asked is None else min(rate, self._asked)

    def limited(self, started: float, retry_after: float) -> bool:
        """Take note that the gateway had enough; return whether that slows it down.

        A call that was ``started`` before it was slowed down last tells nothing new.
        ``retry_after`` is how long the gateway asked to wait, in seconds.
        """
        now = self._elapsed()
        self._next = max(self._next, now + retry_after)
        if started < self._slowed:
            return False
        span = max(now - self._starts[0], 1.0) if self._starts else 1.0
        measured = len(self._starts) / span
        rate = measured if self._rate is None else min(self._rate, measured)
        self._rate = max(rate * _SLOWER, SLOWEST)
        self._next = max(self._next, now + 1 / self._rate)
        self._slowed = self._grown = now
        return True


def is_limited(outcome: Outcome) -> bool:
    """Say whether the gateway refused because of too many calls (its error table, 40005)."""
    if outcome.answer is not None:
        return outcome.answer.code == _LIMITED_CODE
    return any(
        problem.reason is Reason.HTTP_UNAVAILABLE and problem.found == _LIMITED_STATUS
        for problem in outcome.problems
    )
