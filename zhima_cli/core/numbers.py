"""Settings that are numbers, their defaults and bounds."""

import math
from dataclasses import dataclass, replace

from zhima_cli.core.errors import Reason
from zhima_cli.core.sources import Sources


@dataclass(frozen=True)
class Range:
    """Which numbers a setting may have: more than ``above``, and ``most`` at the most."""

    default: float
    above: float
    most: float
    whole: bool

    def holds(self, number: float) -> bool:
        """Say whether the setting may be ``number``."""
        is_fit = math.isfinite(number) and self.above < number <= self.most
        return is_fit and not (self.whole and number != int(number))

    def __str__(self) -> str:
        least = f"{self.above + 1:g}" if self.whole else f"> {self.above:g}"
        return f"{least} – {self.most:g}"


# The first two in seconds.
TIMEOUT = Range(default=15, above=0, most=600, whole=False)
DEADLINE = Range(default=60, above=0, most=86400, whole=False)
RETRIES = Range(default=2, above=-1, most=100, whole=True)


@dataclass(frozen=True)
class Numbers:
    """How long a call may take, in seconds, and how often it is tried again."""

    timeout: float
    retries: int
    deadline: float


def find_numbers(sources: Sources) -> Numbers:
    """Return the numbers that are set; a default stands in for a wrong one."""
    timeout = _find(sources, "timeout", TIMEOUT)
    retries = _find(sources, "retries", RETRIES)
    # One attempt may take all of its time, unless somebody says that it may not.
    allowed = replace(DEADLINE, default=max(DEADLINE.default, timeout))
    return Numbers(timeout, int(retries), _find(sources, "deadline", allowed))


def _find(sources: Sources, name: str, allowed: Range) -> float:
    given = sources.find(name)
    if given is None:
        return allowed.default
    reason = fault_of(given.value, allowed)
    if reason is None:
        return float(given.value)
    sources.add(given, reason, expected=str(allowed) if reason is Reason.OUT_OF_RANGE else "")
    return allowed.default


def fault_of(text: str, allowed: Range) -> Reason | None:
    """Return why ``text`` is no number that is ``allowed``, None where it is one."""
    try:
        number = float(text)
    except ValueError:
        return Reason.NOT_A_NUMBER
    return None if allowed.holds(number) else Reason.OUT_OF_RANGE
