"""The worker processes, and what goes to and comes from them."""

import contextlib
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from typing import IO

from zhima_cli.batch.channel import Done, Orders, Task, packed
from zhima_cli.core.errors import InternalError
from zhima_cli.core.kinds import Sent
from zhima_cli.core.settings import Setup

# In seconds.
_A_MOMENT = 0.02
_PATIENCE = 2.0
# More send faster than any gateway lets one application, and each takes 25 MiB.
_MOST_PROCESSES = 8


class WorkerPool:
    """Worker processes that do tasks; each task goes to the one that has the fewest."""

    def __init__(
        self, setup: Setup, jobs: int, processors: tuple[int, ...], variables: Mapping[str, str]
    ) -> None:
        self._has_results = threading.Condition()
        self._done: list[Done] = []
        self._enough = 1
        self._is_lost = False
        self._processes: list[subprocess.Popen[bytes]] = []
        self._listeners: list[threading.Thread] = []
        count = min(jobs, len(processors), _MOST_PROCESSES)
        # Settings, keys among them, go through the pipe alone.
        own = {name: text for name, text in variables.items() if not name.startswith("ZHIMA_")}
        self._loads = [0] * count
        for at, processor in enumerate(processors[:count]):
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
            self._send(at, packed(Orders(setup, share, processor)))

    def give(self, tasks: list[Task]) -> None:
        """Have tasks done. Raises InternalError where a process has ended."""
        messages = [b""] * len(self._processes)
        with self._has_results:
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
        with self._has_results:
            self._enough = 1
            self._has_results.wait_for(self._is_time, seconds)
            if self._done:
                self._enough = enough
                self._has_results.wait_for(self._is_time, min(seconds, _A_MOMENT))
            done, self._done = self._done, []
            if self._is_lost and not done:
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
        is_lost = False
        while not is_lost:
            try:
                done: Done = pickle.load(source)  # noqa: S301 -- of a child of this process
            except Exception:  # whatever is no result of a worker's
                is_lost = True
            with self._has_results:
                if is_lost:
                    self._is_lost = True
                else:
                    self._loads[at] -= 1
                    self._done.append(done)
                if self._is_time():
                    self._has_results.notify()

    def _is_time(self) -> bool:
        return self._is_lost or len(self._done) >= self._enough

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
