"""The profile ``mock``, and the answers that a caller of the mock gateway can ask for by name."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Account, Keys
from tests.support.mock_client import Client, quick_keys, served_mock
from tests.support.program import PERSON, Result, run_inside, run_process
from tests.support.stub import stub_gateway

MOCK = ("init-cert", "--profile=mock", *PERSON)
ID = "--transaction-id=ZGYD201610252323000001234"

# Both tables, each row with the exit status that is due to it.
INTERFACE = {
    "SYSTEM_ERROR": 6,
    "INVALID_PARAMETER": 4,
    "BIZ_ERROR": 4,
    "ARRANGEMENT_ERROR": 4,
    "TRANSACTION_ERROR": 6,
    "UNSUPPORTED_BIZ_CODE": 4,
}
GATEWAY = {
    "20000": {
        "isp.unknow-error": 6,
        "aop.unknow-error": 6,
    },
    "20001": {
        "aop.invalid-auth-token": 5,
        "aop.auth-token-time-out": 5,
        "aop.invalid-app-auth-token": 5,
        "aop.invalid-app-auth-token-no-api": 5,
        "aop.app-auth-token-time-out": 5,
        "aop.no-product-reg-by-partner": 5,
    },
    "40001": {
        "isv.missing-method": 5,
        "isv.missing-signature": 5,
        "isv.missing-signature-type": 5,
        "isv.missing-signature-key": 5,
        "isv.missing-app-id": 5,
        "isv.missing-timestamp": 5,
        "isv.missing-version": 5,
        "isv.decryption-error-missing-encrypt-type": 5,
    },
    "40002": {
        "isv.invalid-parameter": 5,
        "isv.invalid-method": 5,
        "isv.invalid-format": 5,
        "isv.invalid-signature-type": 5,
        "isv.invalid-signature": 5,
        "isv.invalid-token": 5,
        "isv.invalid-encrypt-type": 5,
        "isv.invalid-encrypt": 5,
        "isv.invalid-app-id": 5,
        "isv.invalid-timestamp": 5,
        "isv.invalid-charset": 5,
        "isv.invalid-digest": 5,
        "isv.decryption-error-not-valid-encrypt-type": 5,
        "isv.decryption-error-not-valid-encrypt-key": 5,
        "isv.decryption-error-unknown": 5,
        "isv.missing-signature-config": 5,
        "isv.not-support-app-auth": 5,
        "isv.suspected-attack": 5,
        "isv.forbidden-api": 5,
        "isv.upload-fail": 5,
        "isv.invalid-file-extension": 5,
        "isv.invalid-file-size": 5,
    },
    "40005": {
        "isv.app-call-limited": 6,
        "isv.method-call-limited": 6,
    },
    "40006": {
        "isv.insufficient-isv-permissions": 5,
        "isv.insufficient-user-permissions": 5,
    },
}
ROWS = [
    *(("40004", name, status) for name, status in INTERFACE.items()),
    *((code, name, status) for code, rows in GATEWAY.items() for name, status in rows.items()),
]
BARE_CODES = {
    "20000": 6,
    "20001": 5,
    "40001": 5,
    "40002": 5,
    "40003": 5,
    "40004": 4,
    "40005": 6,
    "40006": 5,
}


@pytest.fixture(scope="module")
def served(keys: Keys) -> Iterator[Client]:
    """Serve one mock gateway for most of the tests; the profile ``mock`` makes its own."""
    with served_mock(quick_keys(keys)) as client:
        yield client


@pytest.fixture
def caller(tmp_path: Path, served: Client) -> Account:
    """Return an account whose profile is set to the mock gateway."""
    made = Account(tmp_path, served.keys)
    made.write(gateway=served.url)
    return made


# --- the profile itself ---------------------------------------------------------------------------


def test_the_profile_mock_works_on_a_machine_without_anything(tmp_path: Path) -> None:
    result = run_inside([*MOCK, "--output=json"], tmp_path)
    said = result.json
    assert result.status == 0
    assert (said["ok"], said["mock"], said["verified"]) == (True, True, True)
    assert (said["profile"], said["sent"]) == ("mock", "answered")
    biz_no = said["biz_no"]
    assert isinstance(biz_no, str)
    assert biz_no.startswith("ZMMOCK")
    assert len(biz_no) == 32
    assert list(tmp_path.rglob("config.toml")) == []


def test_the_same_content_gets_the_same_biz_no_in_every_run_and_every_form(tmp_path: Path) -> None:
    """Each run makes keys and a gateway of its own, so nothing but the content can decide."""
    plain, pretty, other = (
        run_inside([*MOCK, ID, *more], tmp_path)
        for more in (["--output=plain"], ["--output=pretty"], ["--biz-code=SMART_FACE"])
    )
    warning = "MOCK: made by zhima's own mock gateway. Not a real biz_no."
    assert (plain.status, pretty.status, other.status) == (0, 0, 0)
    assert re.fullmatch(r"ZMMOCK[0-9]{26}\n", plain.out)
    assert plain.err == f"zhima: {warning}\n"
    assert plain.out.strip() in pretty.out
    assert warning in pretty.out
    assert pretty.err == ""
    assert other.out.startswith("ZMMOCK")
    assert other.out != plain.out


def test_neither_a_broken_file_nor_the_real_accounts_variables_matter(account: Account) -> None:
    account.config.write_text("[profiles\nmock = broken", encoding="utf-8")
    with stub_gateway(b"not the mock gateway") as real:
        variables = {
            "ZHIMA_PROFILE": "mock",
            "ZHIMA_APP_ID": "2088000000000000",
            "ZHIMA_PRIVATE_KEY": "no key",
            "ZHIMA_ALIPAY_PUBLIC_KEY_FILE": "no-such-file.pem",
            "ZHIMA_GATEWAY": real.url,
            "ZHIMA_CHARSET": "gbk",
            "ZHIMA_SIGN_TYPE": "RSA",
            "ZHIMA_APP_CERT_FILE": "no-such-file.crt",
            "ZHIMA_ENCRYPT_KEY": "no key",
        }
        result = account.init_cert(variables=variables)
    assert result.status == 0, result
    assert result.out.startswith("ZMMOCK")
    assert real.seen == []


def test_a_file_may_make_mock_its_default_profile(account: Account) -> None:
    account.config.write_text('default_profile = "mock"\n', encoding="utf-8")
    result = account.init_cert("--charset=gb2312", "--output=json")
    assert (result.status, result.json["mock"], result.json["profile"]) == (0, True, "mock")


def test_the_proxies_of_the_environment_are_not_used(tmp_path: Path) -> None:
    """As a process, since requests would read them from there."""
    with stub_gateway(b"a proxy") as proxy:
        names = ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
        variables = dict.fromkeys(names, proxy.url.removesuffix("/gateway.do"))
        result = run_process(MOCK, tmp_path, stdin=b"", encoding="utf-8", **variables)
    assert result.status == 0, result
    assert result.out.startswith("ZMMOCK")
    assert proxy.seen == []


@pytest.mark.parametrize(
    "option", ["--gateway", "--app-id", "--private-key-file", "--alipay-public-key-file"]
)
def test_the_mock_profile_refuses_the_options_of_a_real_account(
    tmp_path: Path, option: str
) -> None:
    """Else a call that is meant for the mock gateway could go to the real one."""
    result = run_inside([*MOCK, f"{option}=https://openapi.alipay.com/gateway.do"], tmp_path)
    assert result.status == 2
    assert result.out == ""
    assert f"{option} does not go with the profile mock" in result.err


def test_a_dry_run_with_the_mock_profile_sends_nothing(tmp_path: Path) -> None:
    result = run_inside([*MOCK, "--dry-run", "--output=json"], tmp_path)
    assert result.status == 0
    assert (result.json["dry_run"], result.json["mock"]) == (True, True)
    assert str(result.json["url"]).startswith("http://127.0.0.1:")


# --- answers by name ------------------------------------------------------------------------------


def assert_answered(result: Result, code: str, sub_code: str | None, status: int) -> None:
    """Assert that the gateway's refusal came through, and the exit status that is due."""
    said = result.json
    assert (said["code"], said["sub_code"], said["sent"]) == (code, sub_code, "answered")
    assert result.status == status
    assert said["ok"] is False
    assert said["biz_no"] is None
    assert said["kind"] == {4: "business", 5: "gateway", 6: "temporary"}[status]


def ext(name: str) -> str:
    """Return the option that asks for an answer by its exact name."""
    return f"--ext-biz-param={json.dumps({'mock': name})}"


@pytest.mark.parametrize(("code", "name", "status"), ROWS, ids=[name for _, name, _ in ROWS])
def test_ext_biz_param_asks_for_any_row_of_the_tables(
    caller: Account, code: str, name: str, status: int
) -> None:
    result = caller.init_cert(ext(name), "--output=json")
    assert_answered(result, code, name, status)


FITTING = [row for row in ROWS if len(row[1]) <= 32]


@pytest.mark.parametrize(("code", "name", "status"), FITTING, ids=[name for _, name, _ in FITTING])
def test_a_transaction_id_asks_for_every_row_whose_name_fits(
    caller: Account, code: str, name: str, status: int
) -> None:
    written = name.replace(".", "_").replace("-", "_")
    spellings = [f"MOCK_{written}_1", f"mock_{written}".upper(), f"_{written.title()}", written]
    fitting = [transaction_id for transaction_id in spellings if len(transaction_id) <= 32]
    transaction_id = fitting[len(name) % len(fitting)]  # each spelling for some of the rows
    result = caller.init_cert(f"--transaction-id={transaction_id}", "--output=json")
    assert_answered(result, code, name, status)
    assert result.json["transaction_id"] == transaction_id


@pytest.mark.parametrize("code", BARE_CODES)
def test_a_bare_code_is_asked_for_after_mock(caller: Account, code: str) -> None:
    for option in (f"--transaction-id=MOCK_{code}", f"--transaction-id=a_mock_{code}_1", ext(code)):
        result = caller.init_cert(option, "--output=json")
        assert_answered(result, code, None, BARE_CODES[code])


def test_the_two_rows_of_one_sub_code_are_told_apart_by_the_code(caller: Account) -> None:
    name = "isv.decryption-error-unknown"
    for code, retryable in (("40002", True), ("40003", False)):
        result = caller.init_cert(ext(f"{code}:{name}"), "--output=json")
        assert_answered(result, code, name, 5)
        assert result.json["retryable"] is retryable


@pytest.mark.parametrize(
    "transaction_id",
    ["ZHIMA20261125030750400064000640006", "A40006", "MOCK", "MOCK_1", "SYSTEM_ERRO", "SLO_W"],
)
def test_an_id_that_names_no_answer_gets_a_biz_no(caller: Account, transaction_id: str) -> None:
    result = caller.init_cert(f"--transaction-id={transaction_id[:32]}")
    assert result.status == 0, result
    assert result.out.startswith("ZMMOCK")


def test_of_two_names_in_one_id_the_longer_counts(caller: Account) -> None:
    """isv.invalid-parameter contains INVALID_PARAMETER once its marks are written as _."""
    for transaction_id, code, sub_code, status in (
        ("MOCK_ISV_INVALID_PARAMETER", "40002", "isv.invalid-parameter", 5),
        ("MOCK_INVALID_PARAMETER", "40004", "INVALID_PARAMETER", 4),
        ("MOCK_isv_invalid_signature_type", "40002", "isv.invalid-signature-type", 5),
    ):
        result = caller.init_cert(f"--transaction-id={transaction_id}", "--output=json")
        assert_answered(result, code, sub_code, status)


@pytest.mark.parametrize("ask", ["--transaction-id=MOCK_{}_1", "--ext-biz-param"])
@pytest.mark.parametrize(
    ("name", "status", "kind", "sent", "words"),
    [
        ("forged", 7, "untrusted", "answered", "signature does not hold"),
        ("unsigned", 7, "untrusted", "answered", "reports success unsigned"),
        ("truncated", 7, "untrusted", "answered", "not proper JSON"),
        ("slow", 6, "temporary", "unknown", "did not answer within 0.3 s"),
    ],
)
def test_answers_that_no_gateway_should_give(
    caller: Account, name: str, status: int, kind: str, sent: str, words: str, ask: str
) -> None:
    option = ext(name) if ask == "--ext-biz-param" else ask.format(name.upper())
    result = caller.init_cert(option, "--timeout=0.3", "--output=json")
    said = result.json
    assert (result.status, said["kind"], said["sent"]) == (status, kind, sent)
    assert words in str(said["description"])
    assert said["biz_no"] is None
    assert said["retryable"] is (status == 6)


@pytest.mark.parametrize(
    "name", ["", "no-such-name", "system_error", "ISV.INVALID-APP-ID", "40002:", "40002:None"]
)
def test_an_unknown_name_is_refused_and_not_taken_for_a_success(caller: Account, name: str) -> None:
    result = caller.init_cert(ext(name), "--output=json")
    assert_answered(result, "40004", "INVALID_PARAMETER", 4)
    assert "mock names no answer" in str(result.json["sub_msg"])
