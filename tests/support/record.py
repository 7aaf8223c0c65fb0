"""The record as sqlite3 alone reads it, and runs of zhima whose time is the test's own."""

import contextlib
import io
import itertools
import os
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from tests.conftest import Account
from tests.support.independent import NODE, node_text, signed_answer
from tests.support.program import NOW, PERSON, Result
from tests.support.stub import Said, Seen
from zhima_cli.cli.app import run
from zhima_cli.cli.environment import Environment
from zhima_cli.core.waiting import Clock

Row = dict[str, object]

COLUMNS = (
    *("id", "started", "updated", "profile", "app_id", "gateway", "method", "transaction_id"),
    *("product_code", "biz_code", "attempts", "state", "biz_no", "code", "sub_code", "verified"),
    "content",
)


def history_of(account: Account) -> Path:
    """Return where calls are recorded unless something else is said."""
    return account.home / ".local" / "state" / "zhima" / "history.db"


def rows(history: Path) -> list[Row]:
    """Return all rows in the order in which they were written."""
    with contextlib.closing(sqlite3.connect(f"file:{history}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute("SELECT * FROM call ORDER BY id")]


def change(history: Path, statement: str, values: Sequence[object] = ()) -> None:
    """Change the file behind zhima's back."""
    with contextlib.closing(sqlite3.connect(history, isolation_level=None)) as connection:
        connection.execute(statement, values)


def brief(history: Path) -> list[tuple[object, ...]]:
    """Return of each row what a call came to."""
    names = ("transaction_id", "attempts", "state", "biz_no")
    return [tuple(row[name] for name in names) for row in rows(history)]


@dataclass
class Time:
    """A time that passes only while zhima waits, or where a test lets it.

    ``fraction`` of the bound is what the jitter picks; ``oversleep`` is how much longer than
    asked each wait takes; ``meanwhile`` is what happens in each.
    """

    fraction: float = 0.0
    oversleep: float = 0.0
    meanwhile: Callable[[], object] = lambda: None
    passed: float = 0.0
    bounds: list[float] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        """The time of day."""
        return NOW + timedelta(seconds=self.passed)

    def clock(self) -> Clock:
        """Return what zhima measures its pauses with."""
        return Clock(lambda: self.now, lambda: self.passed, self._wait, self._jitter)

    def _wait(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.passed += seconds + self.oversleep
        self.meanwhile()

    def _jitter(self, bound: float) -> float:
        self.bounds.append(bound)
        return bound * self.fraction


def run_timed(
    arguments: Sequence[str],
    home: Path,
    time: Time,
    variables: Mapping[str, str] | None = None,
) -> Result:
    """Run the whole program in this process, on pipes, in the test's own time."""
    out, err = (_stream(io.BytesIO()) for _ in range(2))
    environment = Environment(
        stdin=_stream(io.BytesIO()),
        stdout=out,
        stderr=err,
        variables={"LANG": "en_US.UTF-8", **(variables or {})},
        home=home,
        clock=time.clock(),
    )
    status = run(arguments, environment)
    texts = []
    for stream in (out, err):
        stream.seek(0)
        texts.append(stream.read())
    return Result(status, *texts)


def run_at_keyboard(
    arguments: Sequence[str],
    home: Path,
    time: Time,
    typed: str = "",
    variables: Mapping[str, str] | None = None,
) -> Result:
    """Like run_timed, but standard input and error are a pseudo-terminal.

    ``typed`` waits in it already. What zhima shows there has to fit into its buffer.
    """
    keyboard, terminal = os.openpty()
    with os.fdopen(keyboard, "r+b", buffering=0) as master:
        master.write(typed.encode())
        out = _stream(io.BytesIO())
        with (
            os.fdopen(os.dup(terminal), encoding="utf-8") as stdin,
            os.fdopen(os.dup(terminal), "w", encoding="utf-8") as stderr,
        ):
            environment = Environment(
                stdin=stdin,
                stdout=out,
                stderr=stderr,
                variables={"LANG": "en_US.UTF-8", "TERM": "dumb", **(variables or {})},
                home=home,
                clock=time.clock(),
            )
            status = run(arguments, environment)
            stderr.flush()
            os.set_blocking(master.fileno(), False)
            screen = b"".join(iter(lambda: master.read(65536) or b"", b""))
        os.close(terminal)
    out.seek(0)
    return Result(status, out.read(), screen.decode().replace("\r\n", "\n"))


def _stream(buffer: io.BytesIO) -> io.TextIOWrapper:
    return io.TextIOWrapper(buffer, encoding="utf-8", errors="backslashreplace", newline="\n")


def init_cert_timed(account: Account, time: Time, *arguments: str) -> Result:
    """Run ``zhima init-cert`` for the transaction ``T1`` in the test's own time."""
    call = ("init-cert", *PERSON, "--transaction-id=T1", *arguments)
    return run_timed(call, account.home, time)


Answer = Said | bytes | Exception


def in_turn(*answers: Answer) -> Callable[[Seen], Said]:
    """Return a gateway that gives one answer after the other, and the last one for ever.

    An exception closes the connection without an answer.
    """
    left = list(answers)

    return lambda _: said(left.pop(0) if len(left) > 1 else left[0])


def said(answer: Answer) -> Said:
    """Return the answer as the stub takes it, or raise it."""
    if isinstance(answer, Exception):
        raise answer
    return Said(answer) if isinstance(answer, bytes) else answer


def success(account: Account, biz_no: str) -> bytes:
    """Return an answer that gives this biz_no."""
    node = node_text(code="10000", msg="Success", biz_no=biz_no)
    return signed_answer(account.keys.alipay, node)


def refusal(account: Account, code: str, sub_code: str) -> bytes:
    """Return an answer that refuses, signed."""
    node = node_text(code=code, msg="No", sub_code=sub_code, sub_msg="no")
    return signed_answer(account.keys.alipay, node)


def unsigned(code: str, sub_code: str) -> bytes:
    """Return an answer that refuses, and that nobody signed."""
    return f'{{"{NODE}":{node_text(code=code, sub_code=sub_code)}}}'.encode()


def ever_new(account: Account) -> Callable[[Seen], Said]:
    """Return a gateway that gives each call a biz_no of its own, in order from ``biz_no(0)``."""
    numbers = itertools.count()
    return lambda _: Said(success(account, biz_no(next(numbers))))


def biz_no(number: int) -> str:
    """Return a biz_no as long as one can be."""
    return f"ZM{number:030d}"
