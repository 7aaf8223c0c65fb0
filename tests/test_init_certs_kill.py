"""Kills ``zhima init-certs`` at random moments: the same command line goes on where it was.

The first test takes a minute, so it is not in the quick run: ``python -m pytest -m long``.
"""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from tests.conftest import Account
from tests.support.counting import Asked, Refusal, counting_gateway
from tests.support.processes import needs_proc, processes_in, see_end
from tests.support.program import process_variables, zhima_command
from tests.support.record import history_of, rows

ROWS = 2_000
JOBS = 16
SEED = 20161025
# Each is of one run: kill it after so many more calls, or where None, within its start.
MOMENTS_AMID_CALLS = 14
MOMENTS_AT_THE_START = 6
# Together fewer than the rows, so that no run ends before it is killed.
MOST_CALLS_OF_A_RUN = 130
# How long checking all rows takes is measured; the workers' start comes on top.
BEYOND = 2.5

COMMAND = ("init-certs", "people.csv", "--out=results.jsonl", f"--jobs={JOBS}")


@dataclass
class Chances:
    """A gateway's moods: each call takes its time, and some people's first one is refused for now.

    ``reached`` is set by the call of the number ``target``.
    """

    chance: random.Random
    target: int = sys.maxsize
    reached: threading.Event = field(default_factory=threading.Event)
    failed: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def refuse(self, asked: Asked) -> Refusal | None:
        """Take a while, before or after which zhima may be killed."""
        with self.lock:
            seconds, fails = self.chance.uniform(0, 0.02), self.chance.random() < 0.03
            fails = fails and asked.person not in self.failed
            if fails:
                self.failed.add(asked.person)
            if asked.number >= self.target:
                self.reached.set()
        time.sleep(seconds)  # a gateway's own time
        return Refusal(status=503) if fails else None


@contextlib.contextmanager
def started(account: Account, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """Yield the command while it runs; it is killed at the end, if it still does."""
    with subprocess.Popen(
        [zhima_command(), *arguments],
        cwd=account.home,
        env=process_variables(account.home),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def write(account: Account, count: int) -> list[str]:
    """Write a file of so many people; return their names."""
    people = [f"收委{number}" for number in range(count)]
    lines = [f"{name},{number:015}\n" for number, name in enumerate(people)]
    path = account.home / "people.csv"
    path.write_text("".join(["cert_name,cert_no\n", *lines]), encoding="utf-8")
    return people


def measured(account: Account) -> float:
    """Return how long it takes to start and to check all rows, in seconds."""
    begun = time.monotonic()
    with started(account, *COMMAND, "--dry-run") as process:
        assert process.wait(60) == 0
    return time.monotonic() - begun


@needs_proc
@pytest.mark.long
def test_whenever_it_is_killed_everybody_is_initialized_once(account: Account) -> None:
    moments = random.Random(SEED)  # noqa: S311 -- no secret
    chances = Chances(random.Random(SEED + 1))  # noqa: S311 -- no secret
    people = write(account, ROWS)
    out = account.home / "results.jsonl"
    amid = [moments.randint(1, MOST_CALLS_OF_A_RUN) for _ in range(MOMENTS_AMID_CALLS)]
    runs = [*amid, *[None] * MOMENTS_AT_THE_START]
    moments.shuffle(runs)
    sizes = []
    with counting_gateway(account.keys.alipay, chances.refuse) as gateway:
        account.write(True, gateway=gateway.url)
        longest = measured(account) * BEYOND
        assert gateway.calls == []
        for calls in runs:
            with started(account, *COMMAND) as process:
                if calls is None:
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        process.wait(moments.uniform(0, longest))
                else:
                    with chances.lock:
                        chances.reached.clear()
                        chances.target = len(gateway.calls) + calls
                    assert chances.reached.wait(60), process.poll()
                process.kill()
                assert process.wait() == -9
            sizes.append(out.stat().st_size if out.exists() else 0)
            chances.target = sys.maxsize
        # Those of the last ones that were killed may still be ending.
        see_end(processes_in(account.home))
        before_the_last = len(gateway.calls)
        with started(account, *COMMAND) as process:
            _, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        assert processes_in(account.home) == []

    # The moments were good ones: some runs got on, and the last one had something left to do.
    assert len(set(sizes)) > MOMENTS_AMID_CALLS / 2
    assert 0 < before_the_last < len(gateway.calls)
    assert chances.failed

    # Everybody by one transaction, as the gateway counted, and no two by the same.
    assert gateway.initialized == dict.fromkeys(people, 1)
    assert len(set(gateway.biz_nos.values())) == ROWS
    # Nothing was sent again but what was under way when it was killed, or failed for now.
    again = Counter(asked.transaction_id for asked in gateway.calls)
    assert len(gateway.calls) - ROWS <= len(chances.failed) + len(runs) * JOBS
    assert set(again) == set(gateway.people)

    results = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [result["row"] for result in results] == list(range(1, ROWS + 1))
    assert [gateway.people[result["transaction_id"]] for result in results] == people
    assert [result["biz_no"] for result in results] == [
        gateway.biz_nos[result["transaction_id"]] for result in results
    ]
    recorded = rows(history_of(account))
    assert {row["state"] for row in recorded} == {"success"}
    assert {row["transaction_id"]: row["biz_no"] for row in recorded} == gateway.biz_nos
    assert len(recorded) == ROWS


@needs_proc
def test_workers_end_by_themselves_when_zhima_is_killed(account: Account) -> None:
    write(account, 20)
    under_way = threading.Event()
    may_answer = threading.Event()

    def hold(_asked: Asked) -> Refusal | None:
        under_way.set()
        assert may_answer.wait(60)
        return None

    with counting_gateway(account.keys.alipay, hold) as gateway:
        account.write(True, gateway=gateway.url)
        try:
            with started(account, *COMMAND) as process:
                assert under_way.wait(60)
                workers = [pid for pid in processes_in(account.home) if pid != process.pid]
                assert workers
                process.kill()
                assert process.wait() == -9
                # They do not wait for the answers that they were promised.
                see_end(workers)
            assert processes_in(account.home) == []
        finally:
            may_answer.set()
            for pid in processes_in(account.home):
                os.kill(pid, signal.SIGKILL)
