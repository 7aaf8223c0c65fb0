"""A person at a real terminal where zhima asks: a pseudo-terminal's other end."""

import contextlib
import io
import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.program import NOW, Result, process_variables, zhima_command
from zhima_cli.cli.app import run
from zhima_cli.cli.environment import Environment
from zhima_cli.core.waiting import Clock

PATIENCE = 60  # seconds; only a test that fails waits that long
CTRL_C, CTRL_D = "\x03", "\x04"

# Makes standard input the terminal that Ctrl-C acts on, as a login shell does, and becomes what it
# is to run.
_ON_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""


@dataclass
class Keyboard:
    """What a person has of a terminal: its keyboard, and what was on its screen so far."""

    keyboard_and_screen: int
    seen: str = field(default="", init=False)
    _answered: int = field(default=0, init=False)

    def wait_for(self, text: str) -> None:
        """Read the screen until ``text`` stands there."""
        end = time.monotonic() + PATIENCE
        while text not in self.seen:
            assert self._read(end), f"{text!r} did not come; there is {self.seen!r}"

    def answer(self, question: str, text: str) -> None:
        """Wait for a question, below the one that was answered last, and type a line.

        The question is found even where it is wrapped.
        """
        end = time.monotonic() + PATIENCE
        # A line may be broken at a space, which is gone then.
        asked = "".join(question.split())
        while asked not in self._unwrapped[self._answered :]:
            assert self._read(end), f"{question!r} did not come; there is {self.seen!r}"
        self._answered = self._unwrapped.index(asked, self._answered) + len(asked)
        self.type(f"{text}\n")

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self.keyboard_and_screen, text.encode())

    @property
    def _unwrapped(self) -> str:
        return "".join(self.seen.split())

    def _read_to_the_end(self) -> str:
        end = time.monotonic() + PATIENCE
        while self._read(end):
            pass
        return self.seen.replace("\r\n", "\n")

    def _read(self, end: float) -> bool:
        """Read what comes; False when the terminal has been left, or time is up."""
        left = max(0.0, end - time.monotonic())
        ready, _, _ = select.select([self.keyboard_and_screen], [], [], left)
        if not ready:
            return False
        try:
            data = os.read(self.keyboard_and_screen, 65536)
        except OSError:  # Linux: nobody has the terminal open any more
            return False
        self.seen += data.decode("utf-8", "replace")
        return bool(data)


@dataclass
class Terminal(Keyboard):
    """A person at a terminal where zhima runs, its standard output in a pipe."""

    process: subprocess.Popen[bytes]

    def finish(self) -> Result:
        """Wait for the end; return the exit status, standard output, and the screen."""
        seen = self._read_to_the_end()
        assert self.process.stdout is not None
        out = self.process.stdout.read().decode()
        return Result(self.process.wait(PATIENCE), out, seen)


@dataclass
class InsideTerminal(Keyboard):
    """The same where zhima runs in a thread of this process, which is much quicker."""

    result: Future[tuple[int, str]]

    def finish(self) -> Result:
        """Wait for the end; return the exit status, standard output, and the screen."""
        seen = self._read_to_the_end()
        return Result(*self.result.result(PATIENCE), seen)


@contextlib.contextmanager
def inside_terminal(home: Path, *arguments: str) -> Iterator[InsideTerminal]:
    """Run zhima in this process at a new terminal; what needs signals is not to be had there."""
    controller, terminal = pty.openpty()

    def work() -> tuple[int, str]:
        out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        with (
            open(os.dup(terminal), encoding="utf-8", errors="surrogateescape") as stdin,  # noqa: PTH123 -- of a descriptor
            open(terminal, "w", encoding="utf-8", errors="backslashreplace") as stderr,  # noqa: PTH123 -- likewise
        ):
            variables = {"LANG": "en_US.UTF-8", "TERM": "xterm", "COLUMNS": "80"}
            clock = Clock(now=lambda: NOW)
            status = run(arguments, Environment(stdin, out, stderr, variables, home, clock))
        out.seek(0)
        return status, out.read()

    with ThreadPoolExecutor(1) as threads:
        try:
            person = InsideTerminal(controller, threads.submit(work))
            yield person
        finally:
            os.close(controller)  # ends the input of whoever still asks


@contextlib.contextmanager
def at_terminal(
    home: Path,
    *arguments: str,
    variables: Mapping[str, str] | None = None,
    is_seen: bool = True,
    program: str | None = None,
) -> Iterator[Terminal]:
    """Run zhima at a new terminal, standard error there too if it ``is_seen``.

    ``program`` is the path of another that is to be run there.
    """
    controller, terminal = pty.openpty()
    try:
        process = subprocess.Popen(
            [sys.executable, "-I", "-c", _ON_TERMINAL, program or zhima_command(), *arguments],
            stdin=terminal,
            stdout=subprocess.PIPE,
            stderr=terminal if is_seen else subprocess.DEVNULL,
            env=process_variables(home, **(variables or {})),
            cwd=home,
            start_new_session=True,
        )
        os.close(terminal)
        with process:
            try:
                yield Terminal(controller, process)
            finally:
                if process.poll() is None:
                    process.kill()
    finally:
        os.close(controller)
