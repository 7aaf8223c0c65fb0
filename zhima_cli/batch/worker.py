"""A process that signs, sends and verifies for another: ``python -m zhima_cli.batch.worker``.

Signing holds the interpreter, so that more threads do not use another processor; this does.
"""

import contextlib
import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from typing import BinaryIO, NoReturn

from zhima_cli.batch.channel import Done, Orders, Task, packed
from zhima_cli.core.calling import attempt
from zhima_cli.core.errors import InternalError, ZhimaError
from zhima_cli.core.exchange import Body, Connection, Received, give_up
from zhima_cli.core.kinds import Sent
from zhima_cli.core.outcome import Call, Outcome, fail
from zhima_cli.core.request import Request
from zhima_cli.core.settings import Setup, settings_for
from zhima_cli.core.waiting import Clock

# How often it is looked whether an exchange takes too long, in seconds.
_LOOK = 0.1


@dataclass(frozen=True)
class _UnderWay:
    """An exchange that is under way; ``due`` is when it has taken its ``timeout``, in seconds."""

    number: int
    call: Call
    body: Body
    timeout: float
    due: float


class _Listener:
    """Hears what happens during one attempt."""

    def __init__(self) -> None:
        self.clock_ahead: float | None = None

    def pausing(self, outcome: Outcome, seconds: float) -> None: ...

    def trying_again(self, attempt: int) -> None: ...

    def failed(self, error: ZhimaError) -> None: ...

    def clock_is_off(self, seconds: float) -> None:
        self.clock_ahead = seconds


class _Job:
    """Does one task after another in a thread of its own, over a connection of its own.

    Nothing can end an exchange from outside: a thread that is at one for too long is given up,
    and ends by itself at some time.
    """

    def __init__(
        self, setup: Setup, tasks: SimpleQueue[Task], answer: Callable[[Done], None]
    ) -> None:
        self._setup = setup
        self._tasks = tasks
        self._answer = answer
        self._clock = Clock()
        # Nothing is given up once it is no longer under way: so a task is answered only once.
        self._lock = threading.Lock()
        self._under_way: _UnderWay | None = None
        self._is_given_up = False
        threading.Thread(target=self._work, daemon=True).start()

    def give_up_if_late(self) -> Done | None:
        """Return what has become of a task whose exchange takes too long; None if none does."""
        with self._lock:
            late = self._under_way
            if late is None or self._clock.elapsed() < late.due:
                return None
            self._is_given_up = True
        error = give_up(late.body, self._setup.account.gateway, late.timeout)
        return Done(late.number, fail(late.call, error), 0.0, None)

    def _work(self) -> None:
        with contextlib.closing(Connection(self._setup.network)) as connection:
            while not self._is_given_up:
                done = self._do(self._tasks.get(), connection)
                if not self._is_given_up:
                    self._answer(done)

    def _do(self, task: Task, connection: Connection) -> Done:
        setup = self._setup
        call = Call(
            profile=setup.profile,
            gateway=setup.account.gateway,
            transaction_id=task.parameters.transaction_id,
            mock=setup.mock,
        )

        def exchange(request: Request, timeout: float) -> Received:
            body = Body(request.body)
            due = self._clock.elapsed() + timeout
            self._under_way = _UnderWay(task.number, call, body, timeout, due)
            try:
                return connection.exchange(request, body, timeout)
            finally:
                with self._lock:
                    self._under_way = None

        listener = _Listener()
        settings = settings_for(setup, task.parameters)
        try:
            made = attempt(settings, call, self._clock, listener, task.seconds, exchange)
        except Exception as bug:  # a thread that ends leaves its row without an answer
            return Done(task.number, fail(call, InternalError(bug, Sent.UNKNOWN)), 0.0, None)
        return Done(task.number, made.outcome, made.retry_after, listener.clock_ahead)


def work(source: BinaryIO, sink: BinaryIO) -> NoReturn:
    """Do the tasks that come from ``source`` until it ends, and answer each to ``sink``."""
    orders = _read(source)
    assert isinstance(orders, Orders)  # noqa: S101 -- the other one's promise
    if orders.processor is not None:
        _stay_at(orders.processor)
    tasks: SimpleQueue[Task] = SimpleQueue()
    is_free = threading.Lock()

    def answer(done: Done) -> None:
        message = packed(done)
        with is_free:
            sink.write(message)
            sink.flush()

    def look_after_jobs() -> None:
        jobs = [_Job(orders.setup, tasks, answer) for _ in range(orders.jobs)]
        while True:
            time.sleep(_LOOK)
            for at, job in enumerate(jobs):
                done = job.give_up_if_late()
                if done is not None:
                    answer(done)
                    jobs[at] = _Job(orders.setup, tasks, answer)

    threading.Thread(target=look_after_jobs, daemon=True).start()
    while True:
        task = _read(source)
        assert isinstance(task, Task)  # noqa: S101 -- likewise
        tasks.put(task)


def _read(source: BinaryIO) -> object:
    """Return the next message; end the process where the other one has ended, also within one."""
    try:
        message: object = pickle.load(source)  # noqa: S301 -- from the process that started this
    except (EOFError, OSError, pickle.UnpicklingError):
        os._exit(0)  # what is under way would be waited for
    return message


def _stay_at(processor: int) -> None:
    """Let this process have one processor only.

    On two, its threads would take the interpreter from each other at every system call, which
    costs as much time as all else that they do.
    """
    if hasattr(os, "sched_setaffinity"):
        with contextlib.suppress(OSError):
            os.sched_setaffinity(0, {processor})


def main() -> None:
    """Work for the process at the other end of standard input and output."""
    # A terminal sends Ctrl-C to both; the other one says when to end, by closing its end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with open(os.dup(sys.stdout.fileno()), "wb") as sink:  # noqa: PTH123 -- of a descriptor
        # What anything else prints is no result.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        work(sys.stdin.buffer, sink)


if __name__ == "__main__":
    main()
