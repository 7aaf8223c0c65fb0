"""Waiting that a signal ends, and the clock that it is measured with."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

_SLICE_SECONDS = 0.1


def slices(seconds: float) -> Iterator[float]:
    """Yield short waits that add up to ``seconds``.

    A signal that comes just before a thread lies down to wait does not wake it.
    """
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        yield min(_SLICE_SECONDS, left)


def _wait(seconds: float) -> None:
    for part in slices(seconds):
        time.sleep(part)


def _jitter(bound: float) -> float:
    import random  # which only a second attempt needs

    return random.uniform(0, bound)  # noqa: S311 -- no secret


@dataclass(frozen=True)
class Clock:
    """What the pauses are measured with.

    ``now`` is the time of day, aware; ``elapsed`` a steady count of seconds; ``wait`` lets seconds
    pass; ``jitter`` picks a length between 0 and a bound.
    """

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    elapsed: Callable[[], float] = time.monotonic
    wait: Callable[[float], None] = _wait
    jitter: Callable[[float], float] = _jitter
