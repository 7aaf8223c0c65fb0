"""What each command imports, by name: what it does not need would cost every one of its calls.

What that comes to in time is measured by ``python -m tests.benchmark``; names do not depend on the
machine.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Account
from tests.support.independent import signed_answer
from tests.support.long import long
from tests.support.program import PERSON, process_variables
from tests.support.stub import stub_gateway

# What takes long to import, and what only some of the commands have a use for.
COSTLY = frozenset(
    {"Crypto", "cryptography", "requests", "rich", "sqlite3", "ssl", "tomlkit", "tomllib", "typer"}
)
_IMPORT = re.compile(r"^import time: +\d+ \| +\d+ \| +([\w.]+)$", re.MULTILINE)


def imported(home: Path, *arguments: str, status: int = 0) -> set[str]:
    """Run zhima as a process, on pipes, and return the names of all modules that it imported."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "zhima_cli", *arguments],
        capture_output=True,
        text=True,
        env=process_variables(home),
        check=False,
        cwd=home,
        timeout=60,
    )
    assert done.returncode == status, done
    names = set(_IMPORT.findall(done.stderr))
    assert "zhima_cli" in names
    return names


def costly(names: set[str]) -> set[str]:
    """Return which of the costly packages are among the modules."""
    return {name.partition(".")[0] for name in names} & COSTLY


def test_the_version_is_shown_before_anything_is_imported(tmp_path: Path) -> None:
    names = imported(tmp_path, "--version")
    assert {name for name in names if name.startswith("zhima_cli")} == {"zhima_cli"}
    assert costly(names) == set()


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        pytest.param(("--help",), 0, id="the help"),
        long(("init-cert", "--help"), 0, id="a command's help"),
        long(("history", "export", "--help"), 0, id="an inner command's help"),
        long(("--version", "--lang=en"), 0, id="the version among other options"),
        long(("init-cret",), 2, id="no such command"),
        pytest.param(("init-cert", "--cert-nmae=x"), 2, id="no such option"),
        pytest.param(("history",), 0, id="a history that is not there yet"),
        pytest.param(("explain", "40004"), 0, id="explain"),
        long(("completion", "bash"), 0, id="a completion script"),
    ],
)
def test_what_reads_no_key_and_calls_nobody_imports_typer_alone(
    tmp_path: Path, arguments: tuple[str, ...], status: int
) -> None:
    assert costly(imported(tmp_path, *arguments, status=status)) == {"typer"}


def test_a_command_imports_no_other(tmp_path: Path) -> None:
    names = imported(tmp_path, "explain", "40004")
    others = {"configure", "doctor", "history", "init_cert", "keygen", "mock_gateway", "profiles"}
    assert names.isdisjoint({f"zhima_cli.cli.{other}" for other in others})
    assert not any(name.startswith("zhima_cli.mock") for name in names)


def test_the_list_of_commands_imports_none(tmp_path: Path) -> None:
    names = imported(tmp_path, "--help")
    commands = {"configure", "doctor", "explain", "history", "init_cert", "init_certs", "keygen"}
    assert names.isdisjoint({f"zhima_cli.cli.{command}" for command in commands})


def test_a_dry_run_signs_and_does_not_connect(account: Account) -> None:
    names = imported(account.home, "init-cert", *PERSON, "--dry-run")
    assert costly(names) == {"typer", "Crypto", "tomllib"}


def test_a_call_without_keys_imports_nothing_that_calls(tmp_path: Path) -> None:
    names = imported(tmp_path, "init-cert", *PERSON, status=3)
    assert costly(names) == {"typer", "Crypto"}


def test_a_call_has_no_use_for_what_paints_or_writes_configuration(account: Account) -> None:
    account.write(True)
    with stub_gateway(signed_answer(account.keys.alipay)) as stub:
        names = imported(account.home, "init-cert", *PERSON, f"--gateway={stub.url}")
    assert costly(names) == {"typer", "Crypto", "requests", "sqlite3", "ssl", "tomllib"}
    # Nor what only encrypted keys and contents, misspellings and second attempts need.
    assert "Crypto.Cipher" not in names
    assert "zhima_cli.mock.server" not in names
    assert costly(imported(account.home, "history")) == {"typer", "sqlite3", "tomllib"}


def test_keygen_makes_keys_and_nothing_else(tmp_path: Path) -> None:
    assert costly(imported(tmp_path, "keygen", "--out=keys")) == {"typer", "Crypto"}
