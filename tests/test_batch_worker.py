"""The processes that sign, send and verify for a batch, as the one that started them sees them."""

import contextlib
import itertools
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import Account
from tests.support.exchange import Line, http_answer, peer
from tests.support.independent import holds, read_request
from tests.support.processes import needs_proc, processes_in
from tests.support.program import process_variables
from tests.support.record import biz_no, success
from tests.support.surroundings import no_mock, surroundings_of
from zhima_cli.batch.channel import Done, Orders, Task, packed
from zhima_cli.batch.pool import share_out, worker_pool
from zhima_cli.core.errors import InternalError, Reason
from zhima_cli.core.kinds import Kind, Sent
from zhima_cli.core.options import Options
from zhima_cli.core.parameters import Parameters
from zhima_cli.core.quick_key import QuickKey
from zhima_cli.core.settings import Setup, resolve_setup
from zhima_cli.core.signature import SignType

SECONDS = 20.0


def task(number: int, seconds: float = SECONDS) -> Task:
    """Return the task to make the call of this number."""
    parameters = Parameters(
        product_code="w1010100000000002978",
        biz_code="FACE",
        identity_param='{"cert_name":"收委","cert_no":"260104197909275964"}',
        merchant_config=None,
        ext_biz_param=None,
        linked_merchant_id=None,
        transaction_id=f"T{number}",
    )
    return Task(number, parameters, seconds)


def setup_for(account: Account, gateway: str) -> Setup:
    """Return what the calls of an account have in common, as a profile says it."""
    account.write()
    setup, _ = resolve_setup(
        Options(gateway=gateway), surroundings_of(account), no_mock, dry_run=False
    )
    return setup


class Worker:
    """A process that a test gives tasks."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self.process = process
        self._sink = process.stdin
        self._source = process.stdout

    def send(self, message: Orders | Task) -> None:
        """Send it a message."""
        self._sink.write(packed(message))
        self._sink.flush()

    def next(self) -> Done:
        """Return what it answers next."""
        done = pickle.load(self._source)  # noqa: S301 -- of a child of this process
        assert isinstance(done, Done)
        return done

    def hang_up(self) -> int:
        """Close its standard input; return its exit status."""
        self._sink.close()
        return self.process.wait(SECONDS)


@contextlib.contextmanager
def worker(
    setup: Setup, jobs: int, first: Path | None = None, processor: int | None = None
) -> Iterator[Worker]:
    """Start a worker, as the pool does; ``first`` has modules that come before all others."""
    variables = process_variables(Path.cwd())
    if first is not None:
        variables["PYTHONPATH"] = str(first)
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "zhima_cli.batch.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=variables,
    ) as process:
        # One that does not answer is ended, and its answer is found missing.
        bound = threading.Timer(SECONDS, process.kill)
        bound.start()
        try:
            started = Worker(process)
            started.send(Orders(setup, jobs, processor))
            yield started
        finally:
            bound.cancel()
            process.kill()


def answering(account: Account, heard: list[bytes] | None = None) -> Callable[[Line], None]:
    """Return a gateway that gives each call a biz_no, in order."""
    numbers = itertools.count()

    def talk(line: Line) -> None:
        while request := line.read_request():
            if heard is not None:
                heard.append(request)
            line.send(http_answer(success(account, biz_no(next(numbers)))))

    return talk


def test_it_does_what_it_is_given_and_says_what_came_of_it(account: Account) -> None:
    with peer(answering(account)) as gateway, worker(setup_for(account, gateway.http), 3) as own:
        for number in range(1, 8):
            own.send(task(number))
        done = [own.next() for _ in range(7)]
        assert sorted(each.number for each in done) == list(range(1, 8))
        assert {each.outcome.biz_no for each in done} == {biz_no(n) for n in range(7)}
        assert {each.outcome.call.transaction_id for each in done} == {
            f"T{number}" for number in range(1, 8)
        }
        assert own.hang_up() == 0


# What stands in the place of cryptography; its own panics are no Exception.
BROKEN = {
    "absent": "raise ImportError",
    "broken": "class Panic(BaseException): ...\nraise Panic",
    "refusing": "raise ValueError",
}


@needs_proc
@pytest.mark.parametrize("state", ["as it is", *BROKEN])
@pytest.mark.parametrize("sign_type", SignType)
def test_it_signs_the_same_by_cryptography_and_where_that_is_of_no_use(
    account: Account, tmp_path: Path, state: str, sign_type: SignType
) -> None:
    if state in BROKEN:
        (tmp_path / "cryptography.py").write_text(BROKEN[state], encoding="ascii")
    heard: list[bytes] = []
    with peer(answering(account, heard)) as gateway:
        setup = replace(setup_for(account, gateway.http), sign_type=sign_type)
        with worker(setup, 1, tmp_path) as own:
            own.send(task(1))
            assert own.next().number == 1
            maps = Path(f"/proc/{own.process.pid}/maps").read_text(encoding="utf-8")
    assert ("/cryptography/" in maps) == (state == "as it is")
    head, _, body = heard[0].partition(b"\r\n\r\n")
    request = read_request(head.split()[1].decode().partition("?")[2], body)
    assert request.params["sign_type"] == sign_type.value
    signature = request.params["sign"]
    assert holds(request.string_to_sign, signature, account.keys.app, sign_type.value)


def test_a_key_goes_through_the_pipe_as_one_that_signs_quickly(account: Account) -> None:
    setup = setup_for(account, "https://gateway.invalid/gateway.do")
    orders = pickle.loads(packed(Orders(setup, 1, 0)))  # noqa: S301 -- made here
    key = orders.setup.account.private_key
    assert isinstance(key, QuickKey)
    assert key.rsa == setup.account.private_key.rsa


@needs_proc
@pytest.mark.parametrize("keeps", [True, False])
def test_all_its_threads_keep_to_the_processor_that_it_is_given(
    account: Account, keeps: bool
) -> None:
    allowed = os.sched_getaffinity(0)
    one = max(allowed)
    with (
        peer(answering(account)) as gateway,
        worker(setup_for(account, gateway.http), 2, processor=one if keeps else None) as own,
    ):
        own.send(task(1))
        own.next()
        threads = list(Path(f"/proc/{own.process.pid}/task").iterdir())
        found = {frozenset(os.sched_getaffinity(int(thread.name))) for thread in threads}
    assert len(threads) >= 4
    assert found == {frozenset({one} if keeps else allowed)}


@pytest.mark.parametrize(
    ("jobs", "processors", "shares"),
    [
        (1, 1, [1]),
        (1, 4, [1]),
        (5, 2, [3, 2]),
        (64, 2, [32, 32]),
        (7, 7, [1] * 7),
        (64, 16, [8] * 8),
        (256, 128, [32] * 8),
    ],
)
def test_the_calls_are_shared_out_to_eight_processes_at_the_most(
    jobs: int, processors: int, shares: list[int]
) -> None:
    assert share_out(jobs, processors) == shares


def test_an_exchange_that_takes_too_long_is_given_up(account: Account) -> None:
    """Byte by byte, so that no wait of the socket's is too long; the whole answer comes later."""
    asked, go_on, is_over = (threading.Event() for _ in range(3))
    talk_on = answering(account)

    def talk(line: Line) -> None:
        if asked.is_set():
            talk_on(line)
            return
        line.read_request()
        asked.set()
        line.send(b"HTTP/1.1 200 OK\r\nX: ")
        while not go_on.wait(0.02):
            line.send(b"x")
        line.send(b"\r\n" + http_answer(success(account, biz_no(99))).partition(b"\r\n")[2])
        assert line.connection.recv(1) == b""
        is_over.set()

    with peer(talk) as gateway, worker(setup_for(account, gateway.http), 1) as own:
        own.send(task(1, seconds=0.3))
        late = own.next()
        assert (late.number, late.outcome.kind, late.outcome.sent) == (
            1,
            Kind.TEMPORARY,
            Sent.UNKNOWN,
        )
        assert [problem.reason for problem in late.outcome.problems] == [Reason.TIMED_OUT]
        own.send(task(2))
        second = own.next()
        assert (second.number, second.outcome.biz_no) == (2, biz_no(0))
        go_on.set()
        assert is_over.wait(SECONDS)
        own.send(task(3))
        third = own.next()
        assert (third.number, third.outcome.biz_no) == (3, biz_no(1))


@pytest.mark.parametrize("jobs", [1, 3])
def test_it_ends_with_the_process_that_it_works_for_whatever_it_is_at(
    account: Account, jobs: int
) -> None:
    """Also where every job is busy, so that none of them asks for more."""
    asked = threading.Semaphore(0)

    def talk(line: Line) -> None:
        line.read_request()
        asked.release()
        line.stay()

    with peer(talk) as gateway, worker(setup_for(account, gateway.http), jobs) as own:
        for number in range(jobs):
            own.send(task(number))
        assert all(asked.acquire(timeout=SECONDS) for _ in range(jobs))
        assert own.hang_up() == 0


@needs_proc
def test_a_process_that_was_lost_is_told_after_what_it_did(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(account.home)
    numbers = itertools.count()

    def talk(line: Line) -> None:
        while line.read_request():
            if next(numbers) == 1:
                # With one job, what it did before has been told.
                (pid,) = set(processes_in(account.home)) - {os.getpid()}
                os.kill(pid, signal.SIGKILL)
                return
            line.send(http_answer(success(account, biz_no(0))))

    with (
        peer(talk) as gateway,
        worker_pool(setup_for(account, gateway.http), 1, (0,), os.environ) as pool,
    ):
        pool.give([task(1), task(2)])
        (listener,) = (each for each in threading.enumerate() if each.name == "zhima-results")
        listener.join(SECONDS)
        assert [each.number for each in pool.take(SECONDS, 1)] == [1]
        for _ in range(2):
            with pytest.raises(InternalError):
                pool.take(SECONDS, 1)
    assert not listener.is_alive()
