"""No file is written outside the folders of the configuration and of the record."""

import os
import subprocess
from pathlib import Path

from tests.conftest import APP_ID, Account, Keys
from tests.support.mock_client import served_mock
from tests.support.program import PERSON, zhima_command

# A call that is recorded, one that is not, what reads the record, and a failure.
RUNS = (
    ("init-cert", "--transaction-id=ORDER_1", *PERSON),
    ("init-cert", "--profile=mock", *PERSON),
    ("history", "export"),
    ("init-cert", "--zzz"),
)


def tree(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Return everything below a folder, with its mode and content."""
    return {
        path.relative_to(folder).as_posix(): (
            path.lstat().st_mode,
            path.read_bytes() if path.is_file() else b"",
        )
        for path in folder.rglob("*")
    }


def test_runs_write_nothing_but_the_record(tmp_path: Path, keys: Keys) -> None:
    home = tmp_path / "home"
    for name in ("home", "cwd", "tmp"):
        (tmp_path / name).mkdir()
    account = Account(home, keys)
    variables = {"HOME": str(home), "TMPDIR": str(tmp_path / "tmp"), "PATH": os.environ["PATH"]}
    with served_mock(keys) as gateway:
        account.write(True, app_id=APP_ID, gateway=gateway.url)
        before = tree(tmp_path)
        statuses = [
            subprocess.run(
                [zhima_command(), *arguments],
                cwd=tmp_path / "cwd",
                env=variables,
                capture_output=True,
                timeout=60,
                check=False,
            ).returncode
            for arguments in RUNS
        ]
    after = tree(tmp_path)
    assert statuses == [0, 0, 0, 2]
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == {
        *("home/.local", "home/.local/state", "home/.local/state/zhima"),
        "home/.local/state/zhima/history.db",
    }
