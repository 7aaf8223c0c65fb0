"""The kill test: what a SIGKILL leaves in the record agrees with what the gateway saw and gave.

It takes about a minute, so it is not in the quick run: ``python -m pytest -m long``.
"""

import random
import subprocess
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from tests.conftest import Account
from tests.support.independent import read_request
from tests.support.program import PERSON, process_variables, run_inside, zhima_command
from tests.support.record import biz_no, change, history_of, refusal, rows, success
from tests.support.stub import Said, Seen, stub_gateway

RUNS = 200
SEED = 20161025
# Two at once, so that a run is also killed while another one writes.
AT_ONCE = 2
# How long zhima takes is measured; it is killed at any moment of that time and a little beyond.
BEYOND = 1.15


@dataclass
class Gateway:
    """Counts what it sees, notes what it gives before it gives it, and is sometimes slow."""

    account: Account
    chance: random.Random
    seen: list[str] = field(default_factory=list)
    given: dict[str, str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, request: Seen) -> Said:
        """Take the call, or refuse it, or say that it is to come later."""
        name = read_request(request.query, request.body).biz_content["transaction_id"]
        with self.lock:
            self.seen.append(name)
            number = len(self.seen)
            what, seconds = self.chance.random(), self.chance.uniform(0, 0.2)
        time.sleep(seconds)  # a gateway's own time, within which zhima may be killed
        if what < 0.1:
            return Said(b"", 503, {"Retry-After": "0"})
        if what < 0.2:
            return Said(refusal(self.account, "40004", "BIZ_ERROR"))
        with self.lock:
            self.given[name] = biz_no(number)
        return Said(success(self.account, biz_no(number)))


def run_until(account: Account, name: str, seconds: float) -> int:
    """Start the call, kill it after so many seconds, and return its exit status."""
    with subprocess.Popen(
        [zhima_command(), "init-cert", *PERSON, f"--transaction-id={name}", "--retries=1"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=process_variables(account.home),
    ) as process:
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
        return process.wait()


def measured(account: Account) -> float:
    """Return how long a call takes that nobody kills, two at once."""
    begun = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda at: run_until(account, f"M{at}", 60), range(2 * AT_ONCE)))
    return (time.monotonic() - begun) / 2


@pytest.mark.long
def test_whatever_is_killed_is_in_the_record_and_nothing_more_than_happened(
    account: Account,
) -> None:
    gateway = Gateway(account, random.Random(SEED))  # noqa: S311 -- no secret
    moments = random.Random(SEED + 1)  # noqa: S311 -- no secret
    with stub_gateway(gateway.answer) as stub:
        account.write(True, gateway=stub.url)
        longest = measured(account) * BEYOND
        calls = {f"K{at}": moments.uniform(0, longest) for at in range(RUNS)}
        with ThreadPoolExecutor(AT_ONCE) as pool:
            ends = list(pool.map(lambda item: run_until(account, *item), calls.items()))
    recorded = {str(row["transaction_id"]): row for row in rows_once_recovered(account)}
    killed = sum(end == -9 for end in ends)
    sending = [name for name, row in recorded.items() if row["state"] == "sending"]

    # The moments were good ones: some calls ended, some were killed before and some after sending.
    assert 0 < killed < RUNS
    assert 0 < len(set(gateway.seen)) < RUNS
    assert set(sending) & set(gateway.seen)

    assert set(gateway.seen) <= recorded.keys()
    successes = {n: str(r["biz_no"]) for n, r in recorded.items() if r["state"] == "success"}
    assert successes.items() <= gateway.given.items()
    assert {row["biz_no"] for row in recorded.values() if row["state"] != "success"} == {None}
    # Each call has one record, and what ended by itself is settled.
    assert len(rows(history_of(account))) == len(recorded)
    by_itself = {name for name, end in zip(calls, ends, strict=True) if end in (0, 4)}
    assert not by_itself & set(sending)
    for name in by_itself:
        assert recorded[name]["state"] in ("success", "refused")
    # Any of the open ones can be tried again, and is one record still.
    with stub_gateway(gateway.answer) as stub:
        account.write(True, gateway=stub.url, retries="9")
        again = run_inside(["init-cert", *PERSON, f"--transaction-id={sending[0]}"], account.home)
    assert again.status in (0, 4)
    assert len(rows(history_of(account))) == len(recorded)


def rows_once_recovered(account: Account) -> list[Mapping[str, object]]:
    """Return the rows, after SQLite has undone what a killed process had half written."""
    change(history_of(account), "PRAGMA user_version")
    return list(rows(history_of(account)))
