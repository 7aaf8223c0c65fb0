"""Runs whole processes in alternation, so that whatever else the machine does hits all alike."""

import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

# A process's peak counts that of the one that it was forked from, so a small one stands between.
_PEAK = (
    "import resource, subprocess, sys;"
    "subprocess.run(sys.argv[1:], check=True, capture_output=True);"
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
)


@dataclass(frozen=True)
class Contestant:
    """A command, and what its standard output has to contain; "" is content with anything."""

    name: str
    command: tuple[str, ...]
    variables: Mapping[str, str]
    prints: str = ""


@dataclass(frozen=True)
class Times:
    """The whole processes' wall times, in seconds."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle one."""
        return statistics.median(self.seconds)

    @property
    def quartiles(self) -> tuple[float, float]:
        """Between which the middle half of them is."""
        first, _, third = statistics.quantiles(self.seconds, n=4)
        return first, third


def measure(contestants: Sequence[Contestant], rounds: int, folder: Path) -> dict[str, Times]:
    """Run each once a round, in ``folder``; a first round, which warms up, does not count."""
    seconds: dict[str, list[float]] = {each.name: [] for each in contestants}
    for _ in range(rounds + 1):
        for each in contestants:
            seconds[each.name].append(_run(each, folder))
    return {name: Times(tuple(found[1:])) for name, found in seconds.items()}


def peak_memory(contestant: Contestant, folder: Path) -> float:
    """Return the most memory that the process had at a time, in MiB."""
    done = subprocess.run(
        [sys.executable, "-S", "-c", _PEAK, *contestant.command],
        capture_output=True,
        text=True,
        env=contestant.variables,
        cwd=folder,
        check=True,
    )
    return int(done.stdout) / 1024


def _run(contestant: Contestant, folder: Path) -> float:
    begun = time.perf_counter()
    done = subprocess.run(
        contestant.command,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=contestant.variables,
        cwd=folder,
        check=False,
    )
    seconds = time.perf_counter() - begun
    assert done.returncode == 0 and contestant.prints in done.stdout, (contestant, done)
    return seconds
