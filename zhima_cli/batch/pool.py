"""The worker processes, and what goes to and comes from them."""

import contextlib
import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from queue import Empty, SimpleQueue
from typing import IO

from zhima_cli.batch.channel import Done, Orders, Task, packed
from zhima_cli.core.errors import InternalError
from zhima_cli.core.kinds import Sent
from zhima_cli.core.settings import Setup

# In seconds.
_A_MOMENT = 0.02
_PATIENCE = 2.0


class WorkerPool:
    """Worker processes that do tasks; each task goes to the one that has the fewest."""

    def __init__(
        self, setup: Setup, jobs: int, processors: int, variables: Mapping[str, str]
    ) -> None:
        self._results: SimpleQueue[tuple[int, Done | None]] = SimpleQueue()
        self._processes: list[subprocess.Popen[bytes]] = []
        self._listeners: list[threading.Thread] = []
        count = max(1, min(jobs, processors))
        # Settings, keys among them, go through the pipe alone.
        own = {name: text for name, text in variables.items() if not name.startswith("ZHIMA_")}
        self._loads = [0] * count
        for at in range(count):
            process = subprocess.Popen(
                # -P: no modules from the current folder.
                [sys.executable, "-P", "-m", "zhima_cli.batch.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=own,
                # A signal to the group of this one is not for them.
                process_group=0 if os.name == "posix" else None,
            )
            self._processes.append(process)
            listener = threading.Thread(target=self._listen, args=(at, process), daemon=True)
            listener.start()
            self._listeners.append(listener)
            share = jobs // count + (1 if at < jobs % count else 0)
            self._send(at, packed(Orders(setup, share)))

    def give(self, task: Task) -> None:
        """Have a task done. Raises InternalError where a process has ended."""
        at = self._loads.index(min(self._loads))
        self._loads[at] += 1
        self._send(at, packed(task))

    def take(self, seconds: float, enough: int) -> list[Done]:
        """Return what was done; nothing if there is nothing for so many ``seconds``.

        What is there is given a moment to become ``enough``: they are all written down at once.
        Raises InternalError where a process has ended, and all that it did was taken.
        """
        done: list[Done] = []
        until = time.monotonic() + seconds
        is_lost = False
        with contextlib.suppress(Empty):
            while not is_lost:
                left = until - time.monotonic() if len(done) < enough else 0.0
                is_due = left > 0
                at, result = self._results.get(is_due, left if is_due else None)
                if result is None:
                    is_lost = True
                    continue
                if not done:
                    until = min(until, time.monotonic() + _A_MOMENT)
                self._loads[at] -= 1
                done.append(result)
        if is_lost and not done:
            raise InternalError(EOFError(), Sent.UNKNOWN)
        if is_lost:
            self._results.put((0, None))
        return done

    def close(self) -> None:
        """End the processes, whatever they are doing."""
        for process in self._processes:
            with contextlib.suppress(OSError):
                _pipe(process.stdin).close()
        for process, listener in zip(self._processes, self._listeners, strict=False):
            try:
                process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            listener.join()
            _pipe(process.stdout).close()

    def _listen(self, at: int, process: subprocess.Popen[bytes]) -> None:
        source = _pipe(process.stdout)
        try:
            while True:
                self._results.put((at, pickle.load(source)))  # noqa: S301 -- of a child of this
        except Exception:  # whatever is no result of a worker's
            self._results.put((at, None))

    def _send(self, at: int, message: bytes) -> None:
        sink = _pipe(self._processes[at].stdin)
        try:
            sink.write(message)
            sink.flush()
        except OSError as error:
            raise InternalError(error, Sent.UNKNOWN) from error


@contextlib.contextmanager
def worker_pool(
    setup: Setup, jobs: int, processors: int, variables: Mapping[str, str]
) -> Iterator[WorkerPool]:
    """Yield a pool that makes ``jobs`` calls at a time on so many processors, and end it.

    Each process ends as soon as its standard input does: also where this one is killed.
    """
    with contextlib.closing(WorkerPool(setup, jobs, processors, variables)) as pool:
        yield pool


def _pipe(end: IO[bytes] | None) -> IO[bytes]:
    assert end is not None  # noqa: S101 -- both were asked for
    return end
