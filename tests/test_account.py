"""When the account does not come from the profile, or not all of it is needed."""

import json
from pathlib import Path

import pytest

from tests.conftest import APP_ID, Account
from tests.support.independent import BIZ_NO, private_pem, public_pem, signed_answer
from tests.support.program import PERSON, run_inside
from tests.support.stub import stub_gateway
from zhima_cli.core.gateway import is_gateway_url, leads_off_this_machine


def flags(account: Account, folder: Path) -> list[str]:
    """Return the flags that name the whole account, with its keys in files."""
    private, public = folder / "private.pem", folder / "public.pem"
    private.write_text(private_pem(account.keys.app))
    private.chmod(0o600)
    public.write_text(public_pem(account.keys.alipay))
    return [
        f"--app-id={APP_ID}",
        f"--private-key-file={private}",
        f"--alipay-public-key-file={public}",
    ]


def test_flags_suffice_beside_a_file_without_the_default_profile(
    account: Account, tmp_path: Path
) -> None:
    account.config.write_text('[profiles.other]\napp_id = "1"\n', encoding="utf-8")
    with stub_gateway(signed_answer(account.keys.alipay)) as stub:
        result = account.init_cert(f"--gateway={stub.url}", *flags(account, tmp_path))
    assert (result.status, result.out) == (0, f"{BIZ_NO}\n")


def test_a_home_that_cannot_be_entered_is_one_without_a_file(account: Account) -> None:
    """A container's user may have another's home; here the home is no folder at all."""
    home = account.home / "file"
    home.write_text("no folder")
    variables = {
        "ZHIMA_APP_ID": APP_ID,
        "ZHIMA_PRIVATE_KEY": private_pem(account.keys.app),
    }
    result = run_inside(["init-cert", *PERSON, "--dry-run", "-o", "json"], home, variables)
    assert result.status == 0
    result = run_inside(["init-cert", *PERSON, "-o", "json"], home)
    assert (result.status, result.json["kind"]) == (3, "config")
    assert "there is no configuration file" in str(result.json["description"])


@pytest.mark.parametrize(
    "settings",
    [
        {"alipay_public_key": "PASTE IT HERE"},
        {"alipay_public_key": "", "alipay_public_key_file": "not-there.pem"},
    ],
    ids=["no key", "no file"],
)
def test_a_dry_run_only_warns_of_alipays_key(account: Account, settings: dict[str, str]) -> None:
    account.write(**settings)
    text = account.config.read_text(encoding="utf-8").replace('alipay_public_key = ""\n', "")
    account.config.write_text(text, encoding="utf-8")
    result = account.init_cert("--dry-run", "--output=json")
    assert result.status == 0
    assert result.err.startswith("zhima: warning: ")
    assert "alipay_public_key" in result.err
    assert account.init_cert("--output=json").status == 3


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "REQUESTS_CA_BUNDLE"])
def test_a_dry_run_needs_no_way_to_the_gateway(account: Account, variable: str) -> None:
    result = account.init_cert("--dry-run", "-o", "json", variables={variable: "nonsense://x"})
    assert (result.status, result.err) == (0, "")


def test_what_was_asked_for_is_in_the_json_of_wrong_usage(account: Account) -> None:
    result = account.init_cert(
        "--profile=mock", "--transaction-id=ORDER_1", "--timeout=abc", "-o", "json"
    )
    said = result.json
    assert (result.status, said["transaction_id"], said["profile"]) == (2, "ORDER_1", "mock")
    assert (said["mock"], said["sent"]) == (True, "no")


def test_a_key_of_a_profile_on_top_of_the_file_is_told_its_place(account: Account) -> None:
    account.config.write_text(f"app_id = {json.dumps(APP_ID)}\n", encoding="utf-8")
    result = account.init_cert("--output=json")
    assert "[profiles.default] app_id" in str(result.json["solution"])


def test_the_name_of_this_machine_is_this_machine() -> None:
    assert not leads_off_this_machine("http://localhost:80/gateway.do")
    assert not leads_off_this_machine("https://openapi.alipay.com/gateway.do")


@pytest.mark.parametrize("host", ["[127.0.0.1]", "[::1::]", "[1]"])
def test_brackets_are_for_addresses_of_version_6(host: str) -> None:
    assert not is_gateway_url(f"https://{host}/gateway.do")
    assert is_gateway_url("https://[::1]/gateway.do")


def test_a_refusal_of_the_mock_gateway_says_that_it_is_mock(account: Account) -> None:
    node = '{"code":"40004","msg":"Business Failed","sub_code":"BIZ_ERROR","mock":"true"}'
    with stub_gateway(signed_answer(account.keys.alipay, node)) as stub:
        account.write(gateway=stub.url)
        assert account.init_cert("-o", "json").json["mock"] is True
        assert "MOCK" in account.init_cert().err


@pytest.mark.parametrize("depth", [65, 900])
def test_json_that_nests_without_end_is_refused(account: Account, depth: int) -> None:
    text = '{"a":' * depth + "1" + "}" * depth
    result = account.init_cert(f"--ext-biz-param={text}", "--dry-run")
    assert result.status == 2
    assert "nested too deep" in result.err
