"""``python -m tests.benchmark.thousands`` measures ``zhima init-certs``; ``--write`` for the docs.

Each figure is calls a second: those of a longer run less those of a shorter one, so that starting
does not count. zhima and the bare script take turns. Linux, since processes are bound to
processors. It judges nothing: the machine may be busy.
"""

import argparse
import contextlib
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from tests.benchmark.contestants import SCRIPTS, Installed, install_zhima, write_account
from tests.comparison.clients import ROOT
from tests.conftest import Keys
from tests.support.independent import new_key, private_pem
from tests.support.openssl import make_key
from tests.support.program import process_variables

BARE = "the bare script"
PLAIN, FAST = "zhima", "zhima with the extra `fast`"
ONE, TWO = "one processor", "two processors"

PAGE = ROOT / "docs" / "benchmark-batch.md"
_ROUNDS = 5
_SHORT, _LONG = 200, 2200
_LATENCY = 0.05
# One thread is best where nothing is waited for.
_THREADS, _THREADS_WAITING = 1, 16


@dataclass(frozen=True)
class Rate:
    """Calls a second, in each round, and how many processors were busy meanwhile."""

    seconds: tuple[float, ...]
    processors: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle one of the rates."""
        return statistics.median((_LONG - _SHORT) / each for each in self.seconds)

    @property
    def spread(self) -> str:
        """The lowest and the highest."""
        rates = [(_LONG - _SHORT) / each for each in self.seconds]
        return f"{min(rates):.0f} – {max(rates):.0f}"


@dataclass(frozen=True)
class _Run:
    seconds: float
    busy: float


@dataclass(frozen=True)
class Scene:
    """A home with an account and files of rows, and zhima as a user installs it.

    ``fast`` is zhima with the extra of that name.
    """

    home: Path
    plain: Installed
    fast: Installed
    key_file: Path

    def zhima(self, installed: Installed, processors: set[int], gateway: str, rows: int) -> _Run:
        """Send so many rows of a batch of its own."""
        command = [str(installed.folder / "bin" / "zhima"), "init-certs", f"{rows}.csv"]
        names = [f"--batch={time.time_ns()}", f"--gateway={gateway}", "--out=results.jsonl"]
        (self.home / "results.jsonl").unlink(missing_ok=True)
        return self._run([*command, *names], processors)

    def bare(self, gateway: str, rows: int, threads: int, processors: set[int]) -> _Run:
        """Have the bare script make so many calls."""
        script = str(SCRIPTS / "bare_batch.py")
        command = [self.plain.python, script, gateway, str(rows), str(threads)]
        return self._run(command, processors)

    def _run(self, command: list[str], processors: set[int]) -> _Run:
        before = _busy()
        begun = time.perf_counter()
        subprocess.run(
            command,
            cwd=self.home,
            env={**process_variables(self.home), "PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
            preexec_fn=lambda: os.sched_setaffinity(0, processors),
        )
        return _Run(time.perf_counter() - begun, _busy() - before)


def _busy() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@contextlib.contextmanager
def _gateway(scene: Scene, latency: float, answers: int) -> Iterator[str]:
    command = [sys.executable, "-m", "tests.benchmark.light_gateway", str(scene.key_file)]
    with subprocess.Popen(
        [*command, str(answers), str(latency)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}/gateway.do"
        finally:
            process.kill()


def measure(scene: Scene, latency: float, rounds: int) -> dict[str, Rate]:
    """Return the rates of all, which take turns."""
    one, all_of_them = {0}, os.sched_getaffinity(0)
    threads = _THREADS_WAITING if latency else _THREADS
    runs: dict[str, Callable[[str, int], _Run]] = {
        BARE: lambda gateway, rows: scene.bare(gateway, rows, threads, one)
    }
    for name, installed in ((PLAIN, scene.plain), (FAST, scene.fast)):
        for count, processors in ((ONE, one), (TWO, all_of_them)):
            runs[f"{name}, {count}"] = partial(scene.zhima, installed, processors)
    found: dict[str, list[_Run]] = {name: [] for name in runs}
    answers = (_SHORT + _LONG) * len(runs) * rounds
    with _gateway(scene, latency, answers) as gateway:
        for _ in range(rounds):
            for name, run in runs.items():
                short, long = run(gateway, _SHORT), run(gateway, _LONG)
                difference = _Run(long.seconds - short.seconds, long.busy - short.busy)
                found[name].append(difference)
    return {
        name: Rate(
            tuple(run.seconds for run in each), tuple(run.busy / run.seconds for run in each)
        )
        for name, each in found.items()
    }


def run(rounds: int) -> str:
    """Measure; return the page."""
    keys = Keys(new_key(), new_key(), new_key())
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        home = folder / "home"
        home.mkdir()
        write_account(home, make_key(folder / "app"), keys, "http://127.0.0.1:1/gateway.do")
        key_file = folder / "gateway.pem"
        key_file.write_text(private_pem(keys.alipay), encoding="ascii")
        for rows in (_SHORT, _LONG):
            lines = ["cert_name,cert_no", *(f"收委{at},260104197909275964" for at in range(rows))]
            (home / f"{rows}.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")
        plain, fast = install_zhima(folder / "plain"), install_zhima(folder / "fast", "fast")
        scene = Scene(home, plain, fast, key_file)
        load = os.getloadavg()[0]
        at_once = measure(scene, 0.0, rounds)
        waiting = measure(scene, _LATENCY, rounds)
        return _page(at_once, waiting, scene.plain.versions, rounds, load)


def _page(
    at_once: dict[str, Rate], waiting: dict[str, Rate], versions: str, rounds: int, load: float
) -> str:
    bare = at_once[BARE].median

    goals = []
    for zhima in (FAST, PLAIN):
        for count, least in ((ONE, 0.9), (TWO, 1.7)):
            name = f"{zhima}, {count}"
            ratio = at_once[name].median / bare
            goals.append(f"| {name}, × the bare script | ≥ {least} | {ratio:.2f} |")
        name = f"{zhima}, {TWO}"
        busy = statistics.median(waiting[name].processors)
        goals.append(f"| {name}, 50 ms: processors busy | most of 2 | {busy:.2f} |")
    lines = [
        "# How many calls a second `zhima init-certs` makes",
        "",
        "Against a gateway on loopback whose answers were signed before, and which takes its part",
        "of the same processors. The bare script signs, sends by requests and verifies, in a loop,",
        "with neither file nor record. It signs by pycryptodome, as zhima does without the extra",
        "`fast`, and by OpenSSL with it. Written by `python -m tests.benchmark.thousands --write`.",
        "",
        f"{datetime.now(UTC):%Y-%m-%d}; rounds: {rounds}; {platform.system()}",
        f"{platform.machine()}, {os.cpu_count()} cores, load {load:.1f} at the start. {versions}.",
        "",
        "## Goals",
        "",
        "| what | goal | measured |",
        "| --- | ---: | ---: |",
        *goals,
        "",
        "## Rates",
        "",
        "| | the gateway takes | calls a second | lowest – highest |",
        "| --- | --- | ---: | ---: |",
    ]
    for takes, rates in (("no time", at_once), ("50 ms", waiting)):
        lines += [
            f"| {name} | {takes} | {rate.median:.0f} | {rate.spread} |"
            for name, rate in rates.items()
        ]
    return "\n".join([*lines, ""])


def main() -> None:
    """Measure, and print the page."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmark.thousands", description=__doc__
    )
    parser.add_argument("--rounds", type=int, default=_ROUNDS)
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.relative_to(ROOT)}")
    given = parser.parse_args()
    text = run(given.rounds)
    print(text)
    if given.write:
        PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
