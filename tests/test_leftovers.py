"""No file is written outside the folders of the configuration and of the record.

But for those that the command line names.
"""

import os
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import APP_ID, Account, Keys
from tests.support.commands import COMMANDS
from tests.support.independent import private_pem, public_pem, signed_answer
from tests.support.long import long
from tests.support.mock_client import served_mock
from tests.support.program import PERSON, zhima_command

CONFIG = "home/.config/zhima"
RECORD = (
    *("home/.local", "home/.local/state", "home/.local/state/zhima"),
    "home/.local/state/zhima/history.db",
)
PATIENCE = 60  # seconds; only a test that fails waits that long

Line = tuple[str, ...]


@dataclass(frozen=True)
class Runs:
    """Lines that succeed, and behind them those that fail, with their exit statuses.

    ``made`` and ``changed`` are all that they leave: new files and folders, and other content.
    """

    lines: tuple[Line, ...]
    failing: tuple[tuple[Line, int], ...] = ()
    made: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


PROFILE = (f"--app-id={APP_ID}", "--private-key-file=app.pem", "--alipay-public-key-file=-")
RUNS = {
    # A call that is recorded, one that is not, what reads the record, and a failure.
    "calls": Runs(
        lines=(
            ("init-cert", "--transaction-id=ORDER_1", *PERSON),
            ("init-cert", "--profile=mock", *PERSON),
            ("history", "export"),
        ),
        failing=((("init-cert", "--zzz"), 2),),
        made=RECORD,
    ),
    "calls for many people": Runs(
        lines=(
            ("init-certs", "people.csv", "--dry-run"),
            ("init-certs", "people.csv", "--out=results.csv"),
            ("init-certs", "people.csv", "--profile=mock", "--out=mock.jsonl"),
            ("init-certs", "people.csv"),
        ),
        made=(*RECORD, "cwd/results.csv", "cwd/mock.jsonl"),
    ),
    "the record": Runs(
        lines=(
            ("init-cert", "--transaction-id=ORDER_1", *PERSON),
            ("history",),
            ("history", "show", "ORDER_1"),
            ("history", "export", "--format=csv"),
            ("history", "prune", "--before=0d", "--yes"),
        ),
        made=RECORD,
    ),
    "no record": Runs(
        lines=(("history",), ("history", "export"), ("history", "prune", "--before=0d", "--yes")),
        failing=((("history", "show", "ORDER_1"), 2),),
    ),
    "key pairs": Runs(
        lines=(("keygen",), ("keygen", "--out=keys")),
        made=(
            *(f"{CONFIG}/app_private_key.pem", f"{CONFIG}/app_public_key.pem"),
            *("cwd/keys", "cwd/keys/app_private_key.pem", "cwd/keys/app_public_key.pem"),
        ),
    ),
    "configurations": Runs(
        lines=(
            ("configure", "--profile=dry", *PROFILE, "--dry-run"),
            ("configure", "--profile=new", *PROFILE),
            ("configure", "--config=conf/own.toml", *PROFILE),
        ),
        failing=((("configure", "--profile=wrong", *PROFILE, "--app-id=x"), 2),),
        made=(
            f"{CONFIG}/new_alipay_public_key.pem",
            *("cwd/conf", "cwd/conf/own.toml", "cwd/conf/alipay_public_key.pem"),
        ),
        changed=(f"{CONFIG}/config.toml",),
    ),
    "what only looks": Runs(
        lines=(
            ("--version",),
            ("doctor",),
            ("doctor", "--profile=mock", "--online"),
            ("explain",),
            ("explain", "ARRANGEMENT_ERROR"),
            ("profiles",),
            ("verify-response", "answer.json"),
            *(("completion", shell) for shell in ("bash", "zsh", "fish", "powershell")),
        ),
    ),
}


def tree(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Return everything below a folder, with its mode and content."""
    return {
        path.relative_to(folder).as_posix(): (
            path.lstat().st_mode,
            path.read_bytes() if path.is_file() else b"",
        )
        for path in folder.rglob("*")
    }


@dataclass(frozen=True)
class Machine:
    """A user's home, a current folder with what lines name, a folder for temporary files."""

    root: Path
    keys: Keys

    def start(self, line: Line) -> subprocess.Popen[bytes]:
        """Run zhima as a process."""
        return subprocess.Popen(
            [zhima_command(), *line],
            cwd=self.root / "cwd",
            env={
                "HOME": str(self.root / "home"),
                "TMPDIR": str(self.root / "tmp"),
                "PATH": os.environ["PATH"],
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def run(self, line: Line) -> int:
        """Run zhima to its end, with Alipay's public key on its input; return the exit status."""
        with self.start(line) as process:
            try:
                process.communicate(public_pem(self.keys.alipay).encode(), PATIENCE)
            finally:
                process.kill()
        return process.returncode


@pytest.fixture
def machine(tmp_path: Path, keys: Keys) -> Iterator[Machine]:
    for name in ("home", "cwd", "tmp"):
        (tmp_path / name).mkdir()
    people = "\n".join(["cert_name,cert_no", "收委,260104197909275964", "张三,260104199003071235"])
    (tmp_path / "cwd" / "people.csv").write_text(f"{people}\n", encoding="utf-8")
    (tmp_path / "cwd" / "answer.json").write_bytes(signed_answer(keys.alipay))
    (tmp_path / "cwd" / "app.pem").write_text(private_pem(keys.app), encoding="utf-8")
    (tmp_path / "cwd" / "app.pem").chmod(0o600)
    with served_mock(keys) as gateway:
        Account(tmp_path / "home", keys).write(True, app_id=APP_ID, gateway=gateway.url)
        yield Machine(tmp_path, keys)


@pytest.mark.parametrize("name", [name if name == "calls" else long(name) for name in RUNS])
def test_runs_write_nothing_but_the_record_and_what_they_are_to(
    machine: Machine, name: str
) -> None:
    runs = RUNS[name]
    before = tree(machine.root)
    statuses = {line: machine.run(line) for line in (*runs.lines, *dict(runs.failing))}
    after = tree(machine.root)
    assert statuses == {**dict.fromkeys(runs.lines, 0), **dict(runs.failing)}
    assert set(after) - set(before) == set(runs.made)
    assert {path for path in before if after.get(path) != before[path]} == set(runs.changed)


@pytest.mark.long
def test_the_mock_gateway_writes_nothing_but_its_profile(machine: Machine) -> None:
    before = tree(machine.root)
    with machine.start(("mock-gateway", "--write-profile=mock.toml")) as gateway:
        watchdog = threading.Timer(PATIENCE, gateway.kill)
        watchdog.start()
        try:
            assert gateway.stdout is not None
            assert gateway.stdout.readline().startswith(b"mock gateway ready: ")
            assert machine.run(("init-cert", "--config=mock.toml", "--no-history", *PERSON)) == 0
            during = tree(machine.root)
            gateway.terminate()
            assert gateway.wait() == 0
        finally:
            watchdog.cancel()
            gateway.kill()
    after = tree(machine.root)
    assert set(during) - set(before) == {"cwd/mock.toml"}
    assert after == during
    assert {path: after[path] for path in before} == before


def test_every_command_is_run_here() -> None:
    lines = [line for runs in RUNS.values() for line in runs.lines]
    run = {f"zhima {' '.join(line[:length])}" for line in lines for length in (1, 2)}
    assert set(COMMANDS) - run == {"zhima", "zhima mock-gateway"}
