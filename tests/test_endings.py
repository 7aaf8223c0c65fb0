"""A run ends once, and a result that is there is shown, whatever happens meanwhile."""

import json
import os
import pty
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import Account
from tests.support.independent import BIZ_NO, node_text, signed_answer
from tests.support.long import long
from tests.support.program import PERSON, process_variables, zhima_command
from tests.support.stub import Said, Seen, stub_gateway


@contextmanager
def full_pipe() -> Iterator[tuple[int, int]]:
    """Give the ends of a pipe that takes nothing more until somebody reads."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    try:
        while True:
            os.write(writer, b" " * 65536)
    except BlockingIOError:
        os.set_blocking(writer, True)
    try:
        yield reader, writer
    finally:
        os.close(reader)


def read_all(descriptor: int) -> str:
    """Read to the end, in this test's own time."""
    pieces = []
    while piece := os.read(descriptor, 65536):
        pieces.append(piece)
    return b"".join(pieces).decode().strip()


@pytest.mark.parametrize(
    ("form", "number"),
    [
        ("json", signal.SIGTERM),
        ("pretty", signal.SIGINT),
        long("json", signal.SIGINT),
        long("plain", signal.SIGINT),
        long("plain", signal.SIGTERM),
        long("pretty", signal.SIGTERM),
    ],
)
def test_a_signal_after_the_answer_loses_nothing(
    account: Account, form: str, number: signal.Signals
) -> None:
    """The reader of the result is slow, and somebody loses patience."""
    answered = threading.Event()

    def answer(_: Seen) -> Said:
        answered.set()
        return Said(signed_answer(account.keys.alipay))

    with stub_gateway(answer) as stub, full_pipe() as (reader, writer):
        account.write(gateway=stub.url)
        with subprocess.Popen(
            [zhima_command(), "init-cert", *PERSON, f"--output={form}", "--verbose"],
            stdin=subprocess.DEVNULL,
            stdout=writer,
            stderr=subprocess.PIPE,
            env=process_variables(account.home),
        ) as process:
            os.close(writer)
            assert answered.wait(30)
            # It is about to write, or waits for the pipe: in both it is past its answer once the
            # process sleeps in the write.
            wait_until_it_writes(process.pid)
            process.send_signal(number)
            out = read_all(reader)
            _, err = process.communicate(timeout=30)
    assert process.returncode == 0
    assert BIZ_NO in out
    assert b"interrupted" not in err
    if form == "json":
        assert json.loads(out)["ok"] is True


def wait_until_it_writes(pid: int) -> None:
    """Wait until the process is blocked in writing to a pipe, as the kernel tells it."""
    place = Path(f"/proc/{pid}/wchan")
    for _ in range(3000):
        if "pipe_write" in place.read_text() or "pipe_write" in state_of(pid):
            return
        threading.Event().wait(0.01)
    raise AssertionError(place.read_text())


def state_of(pid: int) -> str:
    """Return what the kernel says of the process's system call, where it says so."""
    try:
        number = Path(f"/proc/{pid}/syscall").read_text().split()[0]
    except (OSError, IndexError):
        return ""
    return "pipe_write" if number in ("1", "64") else ""


def test_a_signal_at_the_very_start_ends_in_one_line(account: Account) -> None:
    """While it tells of its imports, a full pipe keeps it where it is until the signal is sent."""
    process = subprocess.Popen(
        [zhima_command(), "init-cert", *PERSON, "--dry-run"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=process_variables(account.home, PYTHONVERBOSE="1"),
        bufsize=0,
        pipesize=4096,
    )
    with process:
        assert process.stderr is not None
        for line in process.stderr:
            if b"zhima_cli.core.errors" in line:
                process.send_signal(signal.SIGINT)
                break
        err = process.stderr.read()
    assert process.returncode == 130
    assert b"zhima: Interrupted (exit status 130)" in err
    assert b"Traceback" not in err


@pytest.mark.parametrize("columns", ["0", "1", "3", "²", "9" * 5000, "-5", ""], ids=lambda c: c[:3])
def test_no_width_of_the_terminal_loses_the_biz_no(account: Account, columns: str) -> None:
    with stub_gateway(signed_answer(account.keys.alipay)) as stub:
        account.write(gateway=stub.url)
        result = account.init_cert(
            "--output=pretty", variables={"COLUMNS": columns, "LINES": columns}
        )
    assert result.status == 0
    assert BIZ_NO in "".join(result.out.replace("│", "").split())


def test_a_bug_in_drawing_the_result_loses_nothing(account: Account) -> None:
    """The one way to make rich fail from outside: a terminal whose encoding it cannot know."""
    leader, follower = pty.openpty()
    with stub_gateway(signed_answer(account.keys.alipay)) as stub:
        account.write(gateway=stub.url)
        done = subprocess.run(
            [zhima_command(), "init-cert", *PERSON],
            stdin=subprocess.DEVNULL,
            stdout=follower,
            stderr=subprocess.PIPE,
            env=process_variables(account.home, PYTHONIOENCODING="idna"),
            timeout=30,
            check=False,
        )
    os.close(follower)
    try:
        shown = os.read(leader, 65536)
    finally:
        os.close(leader)
    assert done.returncode == 0
    assert BIZ_NO.encode() in shown


def test_the_gateways_text_is_bounded_for_people_and_whole_for_programs(account: Account) -> None:
    long = "长" * 20_000
    node = node_text(code="40004", msg="Business Failed", sub_code="BIZ_ERROR", sub_msg=long)
    with stub_gateway(signed_answer(account.keys.alipay, node)) as stub:
        account.write(gateway=stub.url)
        assert len(account.init_cert("--output=plain").err) < 5_000
        assert account.init_cert("--output=json").json["sub_msg"] == long
