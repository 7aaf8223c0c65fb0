"""A line that zhima says is next works as it is, pasted to a shell, whatever the paths hold."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.conftest import APP_ID, Keys
from tests.support.independent import public_pem
from tests.support.long import long
from tests.support.program import PERSON, Result, process_variables, run_inside, zhima_command

NEXT = "zhima: next: "
# A folder of keys, and a configuration. A shell would take them apart, expand them, run something.
AWKWARD = """it's "my" $HOME `id` keys; #1\\"""
PATHS = (
    pytest.param(AWKWARD, f"{AWKWARD}/my.toml", id="quotes"),
    long("my keys", "own settings.toml", id="spaces"),
    long("收委", "'", id="a quote alone"),
    # Relative ones that, less the ./, look like something else to zhima.
    long("./~/k", "./~/my.toml", id="tilde"),
    long("./~/k", "my.toml", id="tilde in the configuration"),
    long("./~", "./~/~", id="tilde alone"),
    long("./-k", "./-c.toml", id="dash"),
)


def next_lines(result: Result) -> list[str]:
    """Return what a run, which went well, says is next."""
    assert result.status == 0, result
    lines = [line for line in result.err.splitlines() if line.startswith(NEXT)]
    return [line.removeprefix(NEXT) for line in lines]


def paste(line: str, home: Path, *more: str) -> Result:
    """Run a line by a shell, with ``more`` typed behind it."""
    path = f"{Path(zhima_command()).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", "-c", f'{line} "$@"', "sh", *more],
        cwd=home,
        env=process_variables(home, PATH=path),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=False,
    )
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.mark.parametrize(("folder", "config"), PATHS)
def test_the_lines_lead_from_a_key_pair_to_a_request(
    tmp_path: Path, keys: Keys, monkeypatch: pytest.MonkeyPatch, folder: str, config: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("alipay.pem").write_text(public_pem(keys.alipay))
    (configure,) = next_lines(run_inside(["keygen", f"--out={folder}"], tmp_path))
    assert Path(folder, "app_private_key.pem").is_file()
    options = (f"--app-id={APP_ID}", "--alipay-public-key-file=alipay.pem", "--profile=生产")
    doctor, dry_run = next_lines(paste(configure, tmp_path, *options, f"--config={config}"))
    assert Path(config).is_file()
    looked = paste(doctor, tmp_path)
    assert (looked.status, "\nok\tprivate_key\t" in looked.out) == (0, True), looked
    shown = paste(dry_run, tmp_path, *PERSON, "--output=json")
    assert (shown.status, shown.json["profile"]) == (0, "生产"), shown


def test_no_line_is_shown_that_cannot_be_copied(tmp_path: Path) -> None:
    assert next_lines(run_inside(["keygen", f"--out={tmp_path}/new\nline\x1b[31m"], tmp_path)) == []
