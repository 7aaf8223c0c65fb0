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
_LOOK = 0.005
_PATIENCE = 2.0
# These send faster than any gateway lets one application, and each takes 25 MiB.
_MOST_PROCESSES = 8


def share_out(jobs: int, processors: int) -> list[int]:
    """Return how many of the ``jobs`` each process has, one process a processor at the most."""
    count = min(jobs, processors, _MOST_PROCESSES)
    return [jobs // count + (at < jobs % count) for at in range(count)]


class WorkerPool:
    """Worker processes that do tasks; each task goes to the one that has the fewest."""

    def __init__(
        self, setup: Setup, jobs: int, processors: tuple[int, ...], variables: Mapping[str, str]
    ) -> None:
        self._results: SimpleQueue[tuple[int, Done | None]] = SimpleQueue()
        self._processes: list[subprocess.Popen[bytes]] = []
        self._listeners: list[threading.Thread] = []
        shares = share_out(jobs, len(processors))
        # Settings, keys among them, go through the pipe alone.
        own = {name: text for name, text in variables.items() if not name.startswith("ZHIMA_")}
        self._loads = [0] * len(shares)
        for at, (processor, share) in enumerate(zip(processors, shares, strict=False)):
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
            listener = threading.Thread(
                target=self._listen, args=(at, process), name="zhima-results", daemon=True
            )
            listener.start()
            self._listeners.append(listener)
            # The threads of one process are best kept together, unless others may be in need of
            # that processor while the rest stands idle.
            keeps = share > 1 and len(shares) == len(processors)
            self._send(at, packed(Orders(setup, share, processor if keeps else None)))

    def give(self, tasks: list[Task]) -> None:
        """Have tasks done. Raises InternalError where a process has ended."""
        messages = [b""] * len(self._processes)
        for task in tasks:
            at = self._loads.index(min(self._loads))
            self._loads[at] += 1
            messages[at] += packed(task)
        for at, message in enumerate(messages):
            if message:
                self._send(at, message)

    def take(self, seconds: float, enough: int) -> list[Done]:
        """Return what was done; nothing if there is nothing for so many ``seconds``.

        What is there is given a moment to become ``enough``: they are all written down at once.
        Raises InternalError where a process has ended, and all that it did was taken.
        """
        try:
            found = [self._results.get(timeout=seconds)]
        except Empty:
            return []
        until = time.monotonic() + min(seconds, _A_MOMENT)
        # To be woken for each of them would cost more than to look a few times.
        while self._results.qsize() + 1 < enough and time.monotonic() < until:
            time.sleep(_LOOK)
        with contextlib.suppress(Empty):
            while True:
                found.append(self._results.get_nowait())
        done = []
        for at, result in found:
            if result is not None:
                self._loads[at] -= 1
                done.append(result)
        if len(done) < len(found):
            self._results.put((0, None))  # whoever asks next is told, too
            if not done:
                raise InternalError(EOFError(), Sent.UNKNOWN)
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
    setup: Setup, jobs: int, processors: tuple[int, ...], variables: Mapping[str, str]
) -> Iterator[WorkerPool]:
    """Yield a pool that makes ``jobs`` calls at a time on these processors, and end it.

    Each process ends as soon as its standard input does: also where this one is killed.
    """
    with contextlib.closing(WorkerPool(setup, jobs, processors, variables)) as pool:
        yield pool


def _pipe(end: IO[bytes] | None) -> IO[bytes]:
    assert end is not None  # noqa: S101 -- both were asked for
    return end
