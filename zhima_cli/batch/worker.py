"""A process that signs, sends and verifies for another: ``python -m zhima_cli.batch.worker``.

Signing holds the interpreter, so that more threads do not use another processor; this does.
"""

import os
import pickle
import signal
import sys
import threading
from queue import SimpleQueue
from typing import BinaryIO, NoReturn

from zhima_cli.batch.channel import Done, Orders, Task, packed
from zhima_cli.core.calling import attempt
from zhima_cli.core.errors import InternalError, ZhimaError
from zhima_cli.core.exchange import KeptConnection
from zhima_cli.core.kinds import Sent
from zhima_cli.core.outcome import Call, Outcome, fail
from zhima_cli.core.settings import Setup, settings_for
from zhima_cli.core.waiting import Clock


def work(source: BinaryIO, sink: BinaryIO) -> NoReturn:
    """Do the tasks that come from ``source`` until it ends, and answer each to ``sink``."""
    orders = _read(source)
    assert isinstance(orders, Orders)  # noqa: S101 -- the other one's promise
    tasks: SimpleQueue[Task] = SimpleQueue()
    is_free = threading.Lock()

    def serve() -> None:
        with KeptConnection(orders.setup.network) as connection:
            while True:
                message = packed(_do(tasks.get(), orders.setup, connection))
                with is_free:
                    sink.write(message)
                    sink.flush()

    for _ in range(orders.jobs):
        threading.Thread(target=serve, daemon=True).start()
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


class _Listener:
    """Hears what happens during one attempt."""

    def __init__(self) -> None:
        self.clock_ahead: float | None = None

    def pausing(self, outcome: Outcome, seconds: float) -> None: ...

    def trying_again(self, attempt: int) -> None: ...

    def failed(self, error: ZhimaError) -> None: ...

    def clock_is_off(self, seconds: float) -> None:
        self.clock_ahead = seconds


def _do(task: Task, setup: Setup, connection: KeptConnection) -> Done:
    settings = settings_for(setup, task.parameters)
    call = Call(
        profile=setup.profile,
        gateway=setup.account.gateway,
        transaction_id=task.parameters.transaction_id,
        mock=setup.mock,
    )
    listener = _Listener()
    try:
        made = attempt(settings, call, Clock(), listener, task.seconds, connection)
    except Exception as bug:  # a thread that ends leaves its row without an answer
        return Done(task.number, fail(call, InternalError(bug, Sent.UNKNOWN)), 0.0, None)
    return Done(task.number, made.outcome, made.retry_after, listener.clock_ahead)


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
