"""One run of zhima as a process under a limit on its memory, and everything that it left."""

import contextlib
import os
import re
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple

from tests.conftest import APP_ID, Account
from tests.support.canaries import NAME, PERSON, Canaries
from tests.support.independent import BIZ_NO
from tests.support.program import Result, process_variables, zhima_command

ID = "ZGYD201610252323000001234"
# No identity card: zhima would warn that this number has a wrong last digit.
CALL = (f"--transaction-id={ID}", *PERSON, "--cert-type=PASSPORT")
NOTHING = "-"
UNREADABLE = "unreadable"
_SECONDS = 120.0
# A call takes less than half of it; reading 100 MiB into it fails, as does opening a bomb.
_MEMORY_KIB = 300 * 1024
_SENT = {
    "no, nothing left this machine": "no",
    "perhaps: the gateway may have done it": "unknown",
    "yes, and answered": "answered",
}
# What people are told in several lines of a panel or of JSON is looked for as one.
_SPACE = re.compile(r"\s+")


class Ending(NamedTuple):
    """How a call ended: the exit status, what zhima says of ``sent``, the record of ``state``."""

    status: int
    sent: str
    state: str


@dataclass(frozen=True)
class Row:
    """A row of the table: the fault, and how the call ends.

    ``sent`` and ``state`` are NOTHING where zhima and the record say nothing. ``told`` is a piece
    of what the user is told; where it is empty, nothing is.
    """

    fault: str
    status: int
    sent: str
    state: str
    told: str

    def __str__(self) -> str:
        return f"{self.fault} -> {self.status} {self.sent} {self.state}"

    @property
    def ending(self) -> Ending:
        """How the call ends."""
        return Ending(self.status, self.sent, self.state)

    def is_told_by(self, result: Result) -> bool:
        """Say whether the user is told what is due."""
        told = _told(result)
        return self.told in told if self.told else told == ""


@dataclass(frozen=True)
class Scene:
    """An account that records its calls, and runs of zhima with it."""

    account: Account
    canaries: Canaries

    @property
    def home(self) -> Path:
        """The user's home folder."""
        return self.account.home

    @property
    def history(self) -> Path:
        """Where calls are recorded."""
        return self.home / ".local" / "state" / "zhima" / "history.db"

    @contextlib.contextmanager
    def start(
        self,
        url: str,
        *arguments: str,
        script: str = 'exec "$@"',
        stdin: int = subprocess.DEVNULL,
        stdout: int = subprocess.PIPE,
        stderr: int = subprocess.PIPE,
        variables: Mapping[str, str] | None = None,
    ) -> Iterator["Running"]:
        """Start a call to ``url``; whatever happens, the process does not outlive the block.

        A POSIX shell runs it as ``script`` says, "$@" being the call.
        """
        call = ["init-cert", f"--gateway={url}", "--output=json", "--retries=0", *arguments]
        limited = f"ulimit -v {_MEMORY_KIB}; {script}"
        with subprocess.Popen(
            ["sh", "-c", limited, "sh", zhima_command(), *call],
            bufsize=0,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            # Where no file may grow, Python would leave bytecode cut off, for later runs to read.
            env=process_variables(
                self.home, **{"PYTHONDONTWRITEBYTECODE": "1", **(variables or {})}
            ),
            cwd=self.home,
        ) as process:
            try:
                yield Running(process)
            finally:
                process.kill()

    def run(
        self,
        url: str,
        *arguments: str,
        script: str = 'exec "$@"',
        stdout: int = subprocess.PIPE,
        variables: Mapping[str, str] | None = None,
    ) -> Result:
        """Make a call for the person of the canaries, and wait for its end."""
        with self.start(
            url, *CALL, *arguments, script=script, stdout=stdout, variables=variables
        ) as running:
            return running.end()

    def state(self) -> str:
        """Return what the record says of the call, NOTHING where there is none of it."""
        if not self.history.is_file():
            return NOTHING
        try:
            rows = self._rows()
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            return UNREADABLE
        assert len(rows) <= 1
        if not rows:
            return NOTHING
        state, biz_no, app_id = rows[0]
        assert app_id == APP_ID
        assert biz_no == (BIZ_NO if state == "success" else None)
        assert self.history.stat().st_mode & 0o777 == 0o600
        return str(state)

    def _rows(self) -> list[tuple[object, ...]]:
        with contextlib.closing(sqlite3.connect(self.history)) as connection:
            table = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'call'")
            if table.fetchone() is None:
                return []
            return connection.execute(
                "SELECT state, biz_no, app_id FROM call WHERE transaction_id = ?", (ID,)
            ).fetchall()

    def ending(self, result: Result) -> Ending:
        """Return how a call ended, after checking what holds of every call."""
        self.check_decency(result)
        if result.status not in (0, 8):
            assert BIZ_NO not in result.out + result.err
        return Ending(result.status, _sent(result), self.state())

    def check_decency(self, result: Result) -> None:
        """Check what holds of every run, however it ends."""
        shown = result.out + result.err
        assert "Traceback" not in shown
        assert "Exception ignored" not in shown
        assert [c for c in shown if ord(c) < 0x20 and c not in "\r\n"] == []
        assert self.canaries.found_in(shown) == [], shown
        for path in self.home.rglob("history.db*"):
            if path.is_file():
                data = path.read_bytes()
                assert self.canaries.found_in(data.decode("latin-1")) == [], data
                assert NAME.encode("gbk") not in data


@dataclass
class Running:
    """A process of zhima's that goes on while the test does something to it.

    ``finish`` waits for its end and returns what it wrote since, where that is not in its pipes.
    """

    process: "subprocess.Popen[bytes]"
    shown: bytes = b""
    finish: Callable[[], tuple[bytes, bytes]] | None = None

    def wait_for_line(self, words: bytes) -> None:
        """Read standard error up to the line that has these words in it."""
        stderr = _stream(self.process.stderr)
        while line := stderr.readline():
            self.shown += line
            if words in line:
                return
        raise AssertionError(self.shown)

    def signal(self, number: int) -> None:
        """Send the signal; where it is one that kills, it has done so when this returns."""
        self.process.send_signal(number)
        if number == signal.SIGKILL:
            self.process.wait(_SECONDS)

    def burst(self, *numbers: int) -> None:
        """Send these signals in turn, one soon after the other."""
        for number in numbers * (30 // len(numbers)):
            self.process.send_signal(number)
            soon = time.perf_counter() + 0.00002  # less than any sleep takes
            while time.perf_counter() < soon:
                pass

    def communicate(self) -> tuple[bytes, bytes]:
        """Wait for the end; return what it wrote into its pipes."""
        out, err = self.process.communicate(timeout=_SECONDS)
        return out or b"", err or b""

    def end(self) -> Result:
        """Wait for the end, and return what it left."""
        out, err = (self.finish or self.communicate)()
        return Result(self.process.wait(_SECONDS), out.decode(), (self.shown + err).decode())


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait until it is so, or fail."""
    deadline = time.monotonic() + _SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def is_blocked(process: "subprocess.Popen[bytes]") -> bool:
    """Say whether the process has but one thread left, and that one waits, as Linux tells."""
    tasks = list(Path(f"/proc/{process.pid}/task").iterdir())
    stat = Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8")
    return len(tasks) == 1 and stat.rpartition(")")[2].split()[0] == "S"


def filled_pipe() -> tuple[int, int, int]:
    """Return the two ends of a pipe that holds as much as it can, and how much that is."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    size = 0
    with contextlib.suppress(BlockingIOError):
        while True:
            size += os.write(writer, b"." * 4096)
    os.set_blocking(writer, True)
    return reader, writer, size


def _stream(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None
    return stream


def _sent(result: Result) -> str:
    if result.out:
        return str(result.json["sent"])
    for words, sent in _SENT.items():
        if words in result.err:
            return sent
    return NOTHING


def _told(result: Result) -> str:
    said = result.err
    if result.out:
        said += "\n".join(str(value) for value in result.json.values())
    return _SPACE.sub(" ", said)
