"""How many calls at a time, and how fast one follows another."""

import itertools
from dataclasses import dataclass

import pytest

from zhima_cli.batch.pace import SLOWEST, Pace


@dataclass
class Seconds:
    """A count of seconds that a test moves on."""

    passed: float = 0.0

    def __call__(self) -> float:
        return self.passed


def sent(pace: Pace, seconds: Seconds, until: float) -> list[float]:
    """Send as fast as the pace lets it; return when."""
    starts: list[float] = []
    while seconds.passed < until:
        pause = pace.wait()
        if pause > 0:
            seconds.passed += pause
        else:
            starts.append(pace.start())
            seconds.passed += 0.001  # a call takes a while to be given away
    return starts


def test_it_begins_with_few_at_a_time_and_has_as_many_as_allowed_soon() -> None:
    pace = Pace(8, None, Seconds())
    at_once = []
    for _ in range(8):
        at_once.append(next(count for count in range(99) if not pace.has_room(count)))
        pace.answered()
    assert at_once == [2, 3, 4, 5, 6, 7, 8, 8]


def test_one_job_is_one_at_a_time() -> None:
    pace = Pace(1, None, Seconds())
    assert pace.has_room(0)
    assert not pace.has_room(1)


def test_a_rate_is_kept() -> None:
    seconds = Seconds()
    starts = sent(Pace(99, 10, seconds), seconds, 10)
    assert 99 <= len(starts) <= 101
    assert all(later - earlier >= 0.09 for earlier, later in itertools.pairwise(starts))


def test_what_was_not_used_is_not_saved_up() -> None:
    seconds = Seconds()
    pace = Pace(99, 10, seconds)
    pace.start()
    seconds.passed = 100
    assert len(sent(pace, seconds, 100.05)) <= 2


def test_without_a_rate_nothing_waits() -> None:
    seconds = Seconds()
    assert len(sent(Pace(99, None, seconds), seconds, 1)) >= 990


def test_a_gateway_that_had_enough_halves_what_was_sent() -> None:
    seconds = Seconds()
    pace = Pace(99, None, seconds)
    starts = sent(pace, seconds, 3)
    assert pace.limited(starts[-1], 0.0)
    assert pace.rate == pytest.approx(500, rel=0.1)


def test_calls_of_one_burst_slow_it_down_once() -> None:
    seconds = Seconds()
    pace = Pace(99, None, seconds)
    starts = sent(pace, seconds, 3)
    assert pace.limited(starts[-2], 0.0)
    rate = pace.rate
    assert not pace.limited(starts[-1], 0.0)
    assert pace.rate == rate


def test_the_gateway_may_say_how_long_to_wait() -> None:
    seconds = Seconds()
    pace = Pace(99, None, seconds)
    started = pace.start()
    assert pace.limited(started, 7.0)
    assert pace.wait() >= 7.0


def test_it_gets_faster_again_up_to_what_was_asked() -> None:
    seconds = Seconds()
    pace = Pace(99, 20, seconds)
    starts = sent(pace, seconds, 5)
    pace.limited(starts[-1], 0.0)
    slow = pace.rate or 0
    assert slow == pytest.approx(10, rel=0.2)
    rates = []
    for _ in range(60):
        seconds.passed += 1
        pace.answered()
        rates.append(pace.rate or 0)
    assert rates == sorted(rates)
    assert rates[0] > slow
    assert rates[-1] == 20


def test_it_never_stands_still() -> None:
    seconds = Seconds()
    pace = Pace(99, None, seconds)
    for _ in range(60):
        seconds.passed += pace.wait() + 0.01
        pace.limited(pace.start(), 0.0)
    assert pace.is_slowest
    assert pace.rate == SLOWEST
    assert pace.wait() <= 1 / SLOWEST + 0.1
