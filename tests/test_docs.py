"""What the README, the reference and config.example.toml promise holds."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.conftest import Account
from tests.support.independent import BIZ_NO, private_pem, public_pem, signed_answer
from tests.support.long import long
from tests.support.program import run_inside, zhima_command
from tests.support.stub import stub_gateway
from zhima_cli.batch.row import COLUMNS
from zhima_cli.core.profile import PROFILE_KEYS, read_config

ROOT = Path(__file__).parent.parent
PAGES = "\n".join(
    (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "docs/reference.md")
)
EXAMPLE = ROOT / "config.example.toml"


def section(heading: str) -> str:
    """Return the text under a heading of the README or of the reference."""
    return PAGES.split(f"\n## {heading}\n")[1].split("\n## ")[0]


def first_cells(text: str) -> list[str]:
    """Return the first cells of the rows of the tables in a text, their headings left out."""
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    return [row.split(" | ")[0].strip("| ") for row in rows if "---" not in row][1:]


def test_the_example_names_every_key_of_a_profile() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    named = set(re.findall(r"^(?:# )?(\w+) = ", text, re.MULTILINE))
    assert named == {*PROFILE_KEYS, "default_profile"}


def test_the_example_shows_the_defaults(tmp_path: Path, account: Account) -> None:
    (tmp_path / "app_private_key.pem").write_text(private_pem(account.keys.app))
    (tmp_path / "app_private_key.pem").chmod(0o600)
    (tmp_path / "alipay_public_key.pem").write_text(public_pem(account.keys.alipay))
    copy = tmp_path / "config.toml"
    copy.write_bytes(EXAMPLE.read_bytes())
    shown = account.init_cert("--dry-run", "-o", "json", "--config", str(copy)).json
    account.write()
    default = account.init_cert("--dry-run", "-o", "json").json
    assert isinstance(shown["url"], str)
    assert shown["url"].startswith("https://openapi.alipay.com/gateway.do?")
    for result in (shown, default):
        assert isinstance(result["biz_content"], dict)
        transaction_id = result["biz_content"].pop("transaction_id")
        assert transaction_id.startswith("ZHIMA")
    assert shown["biz_content"] == default["biz_content"]
    assert read_config(EXAMPLE).names == ("default", "sandbox")


def test_the_example_makes_a_call_with_keys_in_their_places(
    tmp_path: Path, account: Account
) -> None:
    (tmp_path / "app_private_key.pem").write_text(private_pem(account.keys.app))
    (tmp_path / "app_private_key.pem").chmod(0o600)
    (tmp_path / "alipay_public_key.pem").write_text(public_pem(account.keys.alipay))
    copy = tmp_path / "config.toml"
    copy.write_bytes(EXAMPLE.read_bytes())
    with stub_gateway(signed_answer(account.keys.alipay)) as stub:
        result = account.init_cert("--config", str(copy), "--gateway", stub.url)
    assert (result.status, result.out) == (0, f"{BIZ_NO}\n")


def test_the_reference_lists_every_option_and_no_other(tmp_path: Path) -> None:
    listed = set(re.findall(r"`(--[a-z-]+)", "\n".join(first_cells(section_options()))))
    shown = set(re.findall(r"(?<![\w-])(--[a-z-]+)", run_inside(["init-cert", "-h"], tmp_path).out))
    assert listed == shown - {"--help"}


def options_of(command: str, home: Path) -> set[str]:
    """Return the options that the command's help shows."""
    shown = run_inside([command, "-h"], home).out
    return set(re.findall(r"(?<![\w-])(--[a-z-]+)", shown.split("\nExamples:")[0]))


def test_the_reference_tells_the_options_of_many_calls_from_those_of_one(tmp_path: Path) -> None:
    text = section("Options of `zhima init-certs`")
    one, many = (options_of(command, tmp_path) for command in ("init-cert", "init-certs"))
    listed = set(re.findall(r"`(--[a-z-]+)", "\n".join(first_cells(text))))
    assert listed == many - one | {"--dry-run"}
    without = text.split("| option |")[0].split(":", 1)[1]
    assert set(re.findall(r"`(--[a-z-]+)`", without)) == one - many | {"--output"}


def test_the_reference_lists_every_column() -> None:
    listed = re.findall(r"`(\w+)`", "\n".join(first_cells(section("Files of many people"))))
    assert sorted(listed) == sorted(COLUMNS)


def section_options() -> str:
    """Return the section with the table of options."""
    return section("Options of `zhima init-cert`")


def test_the_reference_names_every_environment_variable(tmp_path: Path) -> None:
    names = set(re.findall(r"ZHIMA_[A-Z_]+", section_options()))
    shown = set(re.findall(r"ZHIMA_[A-Z_]+", run_inside(["init-cert", "-h"], tmp_path).out))
    assert names == shown | {
        "ZHIMA_PRIVATE_KEY",
        "ZHIMA_ALIPAY_PUBLIC_KEY",
        "ZHIMA_ENCRYPT_KEY",
    }


def test_the_readme_lists_every_exit_status() -> None:
    statuses = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "130", "143"}
    assert set(first_cells(section("Exit statuses"))) == statuses


def test_the_reference_lists_the_json_fields(account: Account) -> None:
    text = section("JSON")
    listed = re.findall(r"`(\w+)`", "\n".join(first_cells(text)))
    assert listed == list(account.init_cert("-o", "json", "--timeout", "no").json)
    dry_run = text.split("With `--dry-run`:")[1]
    shown = account.init_cert("--dry-run", "-o", "json").json
    assert re.findall(r"`(\w+)`", dry_run.replace("`sign`", "")) == list(shown)


def test_the_reference_lists_every_key_of_a_profile() -> None:
    listed = re.findall(r"`(\w+)`", "\n".join(first_cells(section("Keys of a profile"))))
    assert sorted(listed) == sorted(PROFILE_KEYS)


@pytest.mark.parametrize(
    ("node", "said"),
    [
        long(None, f"record this: ORDER_1 {BIZ_NO}"),
        ("20000", "try again later, with the same transaction_id"),
        long("40002", "it will not work like this"),
    ],
)
def test_the_readme_script_tells_the_outcomes_apart(
    account: Account, node: str | None, said: str
) -> None:
    script = re.findall(r"```sh\n(.*?)```", section("Recipes"), re.DOTALL)[0]
    answer = (
        signed_answer(account.keys.alipay)
        if node is None
        else signed_answer(account.keys.alipay, json.dumps({"code": node, "msg": "no"}))
    )
    with stub_gateway(answer) as stub:
        account.write(gateway=stub.url)
        done = subprocess.run(
            ["sh", "-c", script],
            env={
                "HOME": str(account.home),
                "PATH": f"{Path(zhima_command()).parent}:{os.environ['PATH']}",
                "LANG": "C.UTF-8",
                "NAME": "收委",
                "NUMBER": "260104197909275964",
                "ORDER": "ORDER_1",
            },
            capture_output=True,
            check=True,
            timeout=60,
        )
    assert done.stdout.decode() == f"{said}\n"
