"""``zhima mock-gateway``: the process, from its ready line to its end."""

import contextlib
import os
import re
import signal
import socket
import stat
import subprocess
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import Keys
from tests.support.independent import private_pem, public_pem
from tests.support.long import long
from tests.support.mock_client import mock_keys
from tests.support.person import CTRL_C, at_terminal
from tests.support.program import (
    PERSON,
    Result,
    process_variables,
    run_inside,
    run_process,
    zhima_command,
)
from zhima_cli.core.errors import InputError, Reason
from zhima_cli.mock.profile import write_profile

READY = re.compile(r"mock gateway ready: http://127\.0\.0\.1:(\d+)/gateway\.do\n")
# Far more than it takes; only a fault is ever waited for that long.
PATIENCE = 30.0


@dataclass(frozen=True)
class Running:
    """A mock gateway that said it is ready. ``port`` is the one that it said."""

    process: subprocess.Popen[str]
    port: int

    def read_error_line(self) -> str:
        """Wait for a line on standard error."""
        assert self.process.stderr is not None
        return self.process.stderr.readline()

    def stop(self, number: signal.Signals) -> Result:
        """Send the signal; return the exit status and what was not read before."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=PATIENCE)
        return Result(self.process.returncode, out, err)


def start(home: Path, arguments: Sequence[str]) -> subprocess.Popen[str]:
    """Start the process, its output on pipes."""
    return subprocess.Popen(
        [zhima_command(), "mock-gateway", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=process_variables(home),
        cwd=home,
        encoding="utf-8",
    )


@contextlib.contextmanager
def running(home: Path, *arguments: str) -> Iterator[Running]:
    """Start a mock gateway and wait for its ready line; nothing is left of it in the end."""
    with start(home, arguments) as process:
        watchdog = threading.Timer(PATIENCE, process.kill)
        watchdog.start()
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            match = READY.fullmatch(line)
            assert match is not None, line
            yield Running(process, int(match[1]))
        finally:
            watchdog.cancel()
            watchdog.join()
            if process.poll() is None:
                process.kill()


def free_port() -> int:
    """Return a port of loopback that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def is_open(port: int) -> bool:
    """Say whether something listens on the port."""
    with socket.socket() as probe:
        probe.settimeout(PATIENCE)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def init_cert(home: Path, profile: Path, *arguments: str) -> Result:
    """Call the gateway that the profile names."""
    return run_inside(
        ["init-cert", "--no-history", f"--config={profile}", *PERSON, *arguments], home
    )


def names_in(folder: Path) -> list[str]:
    """Return the names of all that is in the folder."""
    return sorted(entry.name for entry in folder.iterdir())


def mode(path: Path) -> int:
    """Return the file's permissions."""
    return stat.S_IMODE(path.stat().st_mode)


def identity_of(path: Path) -> tuple[int, int, int, int]:
    """Return what would tell that the file was written to, replaced, or made another."""
    found = path.lstat()
    return found.st_ino, found.st_mtime_ns, found.st_size, found.st_mode


def test_the_prompt_does_not_stand_behind_ctrl_c(tmp_path: Path) -> None:
    with at_terminal(tmp_path, "mock-gateway") as terminal:
        assert terminal.process.stdout is not None
        assert READY.fullmatch(terminal.process.stdout.readline().decode())
        terminal.type(CTRL_C)
        result = terminal.finish()
    # The terminal sends the signal before it shows ^C, which may so come late.
    assert (result.status, result.err.replace("^C", "")) == (0, "\n")


@pytest.mark.parametrize("number", [signal.SIGTERM, long(signal.SIGINT)], ids=lambda n: n.name)
def test_it_serves_until_it_is_told_to_stop_also_amid_a_slow_call(
    tmp_path: Path, keys: Keys, number: signal.Signals
) -> None:
    profile = tmp_path / "mock.toml"
    if number is signal.SIGINT:  # one that an earlier run left, for another port
        write_profile(profile, "http://127.0.0.1:1/gateway.do", mock_keys(keys), "--write-profile")
        profile.chmod(0o644)
    with running(tmp_path, "--write-profile", "mock.toml") as gateway:
        assert mode(profile) == 0o600
        result = init_cert(tmp_path, profile, "--transaction-id=A1")
        assert (result.status, result.out[:6]) == (0, "ZMMOCK")
        assert gateway.read_error_line() == "zhima: profile written: mock.toml\n"
        assert gateway.read_error_line() == f"A1 10000 {result.out}"
        slow: list[Result] = []
        arguments = ("--transaction-id=MOCK_SLOW_1", f"--timeout={PATIENCE}")
        caller = threading.Thread(
            target=lambda: slow.append(init_cert(tmp_path, profile, *arguments))
        )
        caller.start()
        assert gateway.read_error_line().startswith("MOCK_SLOW_1 10000 ZMMOCK")
        end = gateway.stop(number)
        caller.join(PATIENCE)
    assert (end.status, end.out, end.err) == (0, "", "")
    # The caller got its answer at once, or a connection that broke; it was not left to wait.
    assert len(slow) == 1
    assert slow[0].status in (0, 6)
    assert "did not answer within" not in slow[0].err
    assert not is_open(gateway.port)


def test_its_log_holds_nothing_personal(tmp_path: Path) -> None:
    with running(tmp_path, "--write-profile=mock.toml") as gateway:
        profile = tmp_path / "mock.toml"
        for more in (
            ("--transaction-id=B1",),
            ("--transaction-id=B1", "--biz-code=OTHER"),
            ("--transaction-id=MOCK_FORGED_1",),
            ("--transaction-id=MOCK_isv_invalid_app_id", "--app-auth-token=canary-token"),
        ):
            init_cert(tmp_path, profile, "--linked-merchant-id=20887216308694", *more)
        end = gateway.stop(signal.SIGTERM)
    assert [line.split()[:3] for line in end.err.splitlines()[1:]] == [
        ["B1", "10000", end.err.splitlines()[1].split()[2]],
        ["B1", "40004", "INVALID_PARAMETER"],
        ["MOCK_FORGED_1", "10000", end.err.splitlines()[3].split()[2]],
        ["MOCK_isv_invalid_app_id", "40002", "isv.invalid-app-id"],
    ]
    for secret in ("收委", "260104197909275964", "canary-token", "20887216308694", "sign"):
        assert secret not in end.err


@pytest.mark.long
def test_two_at_once_keep_apart(tmp_path: Path) -> None:
    port = free_port()
    one, two = (tmp_path / name for name in ("one.toml", "two.toml"))
    with (
        running(tmp_path, f"--write-profile={one}", "--port", str(port)) as first,
        running(tmp_path, f"--write-profile={two}") as second,
    ):
        assert first.port == port != second.port
        assert [init_cert(tmp_path, profile).status for profile in (one, two)] == [0, 0]
        wrong = init_cert(
            tmp_path, one, f"--gateway=http://127.0.0.1:{second.port}/gateway.do", "-o", "json"
        )
        assert (wrong.status, wrong.json["sub_code"]) == (5, "isv.invalid-signature")
        ends = [gateway.stop(signal.SIGTERM) for gateway in (first, second)]
    assert [end.status for end in ends] == [0, 0]


def test_a_port_that_is_taken_is_an_error_in_words(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run_process(["mock-gateway", "--port", str(port)], tmp_path)
    assert (result.status, result.out) == (2, "")
    assert f"--port {port}: cannot listen there: Address already in use" in result.err


@pytest.mark.parametrize(
    "port",
    ["", "-1", "65536", "80.0", "http", " 80", "0x50", "８０", "²", "9" * 5000],
    ids=lambda port: port[:8],
)
def test_a_port_that_there_is_not_is_an_error_in_words(tmp_path: Path, port: str) -> None:
    result = run_inside(["mock-gateway", f"--port={port}"], tmp_path)
    assert (result.status, result.out) == (2, "")
    assert "--port is out of range" in result.err
    assert "0 – 65535" in result.err


def test_a_foreign_file_stays_as_it_is_and_the_gateway_does_not_stay(tmp_path: Path) -> None:
    foreign = tmp_path / "config.toml"
    foreign.write_text('[profiles.default]\napp_id = "1"\n', encoding="utf-8")
    foreign.chmod(0o640)
    before = (foreign.read_bytes(), foreign.stat().st_mtime_ns, mode(foreign))
    result = run_process(["mock-gateway", "--write-profile=config.toml"], tmp_path)
    assert (result.status, result.out) == (2, "")
    assert "--write-profile: config.toml exists and was not written by zhima" in result.err
    assert (foreign.read_bytes(), foreign.stat().st_mtime_ns, mode(foreign)) == before
    assert names_in(tmp_path) == ["config.toml"]


def test_a_folder_that_is_not_there_is_an_error_in_words(tmp_path: Path) -> None:
    result = run_process(["mock-gateway", "--write-profile=no/such/mock.toml"], tmp_path)
    assert (result.status, result.out) == (2, "")
    assert "--write-profile: the file cannot be written: no/such/mock.toml" in result.err
    assert names_in(tmp_path) == []


@pytest.mark.parametrize("kind", ["empty", "folder", "dangling link", "link", "pipe", "mark later"])
def test_only_zhimas_own_file_is_overwritten(tmp_path: Path, keys: Keys, kind: str) -> None:
    path, other = tmp_path / "mock.toml", tmp_path / "other"
    own = "# Written by zhima mock-gateway; it is overwritten without asking.\n"
    if kind == "empty":
        path.touch()
    elif kind == "folder":
        path.mkdir()
    elif kind == "dangling link":
        path.symlink_to(other)
    elif kind == "link":
        other.write_text("somebody's own")
        path.symlink_to(other)
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.write_text(f"# mine\n{own}")
    before = identity_of(path)
    with pytest.raises(InputError) as caught:
        write_profile(path, "http://127.0.0.1:1/gateway.do", mock_keys(keys), "--write-profile")
    assert [problem.reason for problem in caught.value.problems] == [Reason.FILE_EXISTS]
    assert identity_of(path) == before
    assert set(names_in(tmp_path)) <= {"mock.toml", "other"}


@pytest.mark.parametrize("name", ["m" * 250, "a\0b"], ids=["too long", "NUL"])
def test_a_name_that_no_file_can_have_is_an_error_in_words(
    tmp_path: Path, keys: Keys, name: str
) -> None:
    with pytest.raises(InputError) as caught:
        write_profile(tmp_path / name, "http://127.0.0.1:1/", mock_keys(keys), "--write-profile")
    assert [problem.reason for problem in caught.value.problems] == [Reason.FILE_UNWRITABLE]
    assert names_in(tmp_path) == []


@pytest.mark.parametrize("redirection", [long(">&-"), ">/dev/full"])
def test_where_its_ready_line_cannot_be_written_it_does_not_stay(
    tmp_path: Path, redirection: str
) -> None:
    """Nobody would learn its address, nor that it is there."""
    if not Path("/dev/full").exists():  # only Linux has it
        redirection = ">&-"
    done = subprocess.run(
        ["sh", "-c", f'exec "$0" mock-gateway {redirection}', zhima_command()],
        capture_output=True,
        env=process_variables(tmp_path),
        cwd=tmp_path,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 8
    assert b"stdout cannot be written to" in done.stderr
    assert b"Traceback" not in done.stderr


# --- an application's own key ---------------------------------------------------------------------


def test_a_gateway_that_knows_a_key_of_ones_own(tmp_path: Path) -> None:
    """From a new pair to a biz_no, and no private key but the user's own."""
    made = run_inside(["keygen", "--out", str(tmp_path / "keys")], tmp_path)
    assert made.status == 0, made
    profile, public = tmp_path / "own.toml", tmp_path / "keys" / "app_public_key.pem"
    options = [f"--app-public-key-file={public}", f"--write-profile={profile}"]
    with running(tmp_path, *options):
        assert "private_key =" not in profile.read_text(encoding="utf-8")
        own_key = f"--private-key-file={tmp_path / 'keys' / 'app_private_key.pem'}"
        configured = run_inside(["configure", f"--config={profile}", own_key], tmp_path)
        call = run_inside(["init-cert", f"--config={profile}", *PERSON], tmp_path)
    assert (configured.status, call.status) == (0, 0), (configured, call)
    assert call.out.startswith("ZMMOCK")


def test_another_key_than_the_one_it_knows_is_refused(tmp_path: Path, keys: Keys) -> None:
    public, private = tmp_path / "public.pem", tmp_path / "private.pem"
    public.write_text(public_pem(keys.app), encoding="utf-8")
    private.write_text(private_pem(keys.stranger), encoding="utf-8")
    private.chmod(0o600)
    profile = tmp_path / "own.toml"
    with running(tmp_path, f"--app-public-key-file={public}", f"--write-profile={profile}"):
        options = [f"--config={profile}", f"--private-key-file={private}", "--output=json"]
        call = run_inside(["init-cert", *options, *PERSON], tmp_path)
    assert (call.status, call.json["sub_code"]) == (5, "isv.invalid-signature")


def test_a_private_key_in_its_place_is_told(tmp_path: Path, keys: Keys) -> None:
    wrong = tmp_path / "wrong.pem"
    wrong.write_text(private_pem(keys.app), encoding="utf-8")
    result = run_inside(["mock-gateway", f"--app-public-key-file={wrong}"], tmp_path)
    assert (result.status, result.out) == (3, "")
    assert "--app-public-key-file is not a usable key; found: PKCS#8" in result.err
