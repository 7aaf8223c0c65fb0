"""Where each value comes from, what stands in where there is none, and how long it may be."""

import re
import subprocess
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import APP_ID, Account
from tests.support.independent import (
    BIZ_NO,
    private_pem,
    public_pem,
    read_request,
    signed_answer,
)
from tests.support.input import (
    TRANSACTION_ID,
    answering,
    dry_run,
    json_of,
    refusal,
    sent,
)
from tests.support.program import NOW, PERSON, process_variables, run_inside, zhima_command
from tests.support.stub import Said, Seen, stub_gateway
from tests.support.surroundings import no_mock, surroundings_of
from zhima_cli.core.options import Options
from zhima_cli.core.parameters import make_transaction_id
from zhima_cli.core.settings import resolve

PRODUCTION = "https://openapi.alipay.com/gateway.do"


def option(name: str) -> str:
    """Spell the option of a parameter."""
    return "--" + name.replace("_", "-")


def variable(name: str) -> str:
    """Spell the environment's variable of a parameter."""
    return "ZHIMA_" + name.upper()


# --- precedence ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ranked:
    """An option: a value to be put at one source, and another for the sources below that."""

    name: str
    winner: str
    loser: str
    default: str | None
    in_profile: bool = True


RANKED = (
    Ranked("product_code", "won", "lost", "w1010100000000002978"),
    Ranked("biz_code", "won", "lost", "FACE"),
    Ranked("linked_merchant_id", "won", "lost", None),
    Ranked("app_auth_token", "won", "lost", None),
    Ranked("app_id", "won", "lost", APP_ID),
    Ranked("gateway", "https://won.example/a", "https://lost.example/a", PRODUCTION),
    Ranked("sign_type", "RSA", "RSA2", "RSA2"),
    Ranked("charset", "gbk", "gb2312", "utf-8"),
    Ranked("cert_name", "李雷", "韩梅梅", None, in_profile=False),
    Ranked("cert_no", "W1", "L1", None, in_profile=False),
    Ranked("cert_type", "PASSPORT", "OTHER", "IDENTITY_CARD", in_profile=False),
    Ranked("identity_type", "WON", "LOST", "CERT_INFO", in_profile=False),
)
SOURCES = ("profile", "variable", "flag")


def _ranks() -> list[object]:
    return [
        pytest.param(ranked, source, id=f"{ranked.name}-{source}")
        for ranked in RANKED
        for source in SOURCES
        if source != "profile" or ranked.in_profile
    ]


@pytest.mark.parametrize(("ranked", "source"), _ranks())
def test_flag_goes_before_environment_before_profile_before_default(
    account: Account, ranked: Ranked, source: str
) -> None:
    flags: list[str] = []
    variables: dict[str, str] = {}
    for rank, place in enumerate(SOURCES[: SOURCES.index(source) + 1]):
        value = ranked.winner if SOURCES[rank] == source else ranked.loser
        if place == "flag":
            flags.append(f"{option(ranked.name)}={value}")
        elif place == "variable":
            variables[variable(ranked.name)] = value
        elif ranked.in_profile:
            account.write(**{ranked.name: value})
    person = [text for text in PERSON if not text.startswith(option(ranked.name))]
    given = dry_run(account, *flags, person=person, variables=variables)
    assert given.find(ranked.name) == ranked.winner
    assert given.request.is_signed_by(account.keys.app)


@pytest.mark.parametrize(
    ("name", "default"),
    [
        pytest.param(r.name, r.default, id=r.name)
        for r in RANKED
        if r.name not in ("app_id", "cert_name", "cert_no")
    ],
)
def test_what_stands_in_where_a_value_is_nowhere(
    account: Account, name: str, default: str | None
) -> None:
    assert dry_run(account).find(name) == default


def test_the_json_parameters_are_left_out_when_not_given(account: Account) -> None:
    assert list(dry_run(account).request.biz_content) == [
        "transaction_id",
        "product_code",
        "biz_code",
        "identity_param",
    ]


def _put_key(folder: Path, name: str, place: str, pem: str) -> tuple[list[str], Mapping[str, str]]:
    """Put a key at one of the places for it; return the flags and variables that takes."""
    file = folder / f"{name}-{place}.pem"
    file.write_text(pem, encoding="utf-8")
    file.chmod(0o600)
    if place == "flag":
        return [f"{option(name)}-file={file}"], {}
    if place == "variable":
        return [], {variable(name): pem}
    return [], {f"{variable(name)}_FILE": str(file)}


KEY_RANKS = [
    pytest.param(winner, losers, id=f"{winner}-over-{'-and-'.join(losers) or 'profile'}")
    for winner, losers in (
        ("variable", ()),
        ("variable_file", ()),
        ("flag", ()),
        ("flag", ("variable",)),
        ("flag", ("variable_file",)),
    )
]


@pytest.mark.parametrize(("winner", "losers"), KEY_RANKS)
def test_the_private_key_of_the_first_source_signs(
    account: Account, tmp_path: Path, winner: str, losers: tuple[str, ...]
) -> None:
    account.write(private_key=private_pem(account.keys.stranger))
    flags, variables = _put_key(tmp_path, "private_key", winner, private_pem(account.keys.app))
    for loser in losers:
        more = _put_key(tmp_path, "private_key", loser, private_pem(account.keys.stranger))
        variables = {**variables, **more[1]}
    given = dry_run(account, *flags, variables=variables)
    assert given.request.is_signed_by(account.keys.app)


@pytest.mark.parametrize(("winner", "losers"), KEY_RANKS)
def test_alipays_key_of_the_first_source_verifies(
    account: Account, tmp_path: Path, winner: str, losers: tuple[str, ...]
) -> None:
    """The application's own key is refused where it comes first, and Alipay's is taken there."""
    flags, variables = _put_key(tmp_path, "alipay_public_key", winner, public_pem(account.keys.app))
    for loser in losers:
        more = _put_key(tmp_path, "alipay_public_key", loser, public_pem(account.keys.alipay))
        variables = {**variables, **more[1]}
    with answering(account) as stub:
        wrong = account.init_cert("--output=json", *flags, variables=variables)
        assert "own public key" in refusal(wrong, "config").text
        assert stub.seen == []
        flags, variables = _put_key(
            tmp_path, "alipay_public_key", winner, public_pem(account.keys.alipay)
        )
        account.write(gateway=stub.url, alipay_public_key=public_pem(account.keys.stranger))
        right = account.init_cert(*flags, variables=variables)
    assert (right.status, right.out) == (0, f"{BIZ_NO}\n")


@pytest.mark.parametrize("source", SOURCES)
def test_the_timeout_of_the_first_source_ends_the_call(account: Account, source: str) -> None:
    """The gateway never answers, and the message says how long was waited for it."""
    given = {"profile": "0.1", "variable": "0.11", "flag": "0.12"}
    at = SOURCES.index(source)
    over = threading.Event()

    def silence(_seen: Seen) -> Said:
        over.wait(30)
        return Said(b"")

    with stub_gateway(silence) as stub:
        account.write(gateway=stub.url, timeout=given["profile"])
        variables = {"ZHIMA_TIMEOUT": given["variable"]} if at >= 1 else {}
        flags = [f"--timeout={given['flag']}"] if at >= 2 else []
        result = account.init_cert("--output=json", *flags, variables=variables)
        over.set()
    assert result.status == 6
    assert f"within {given[source]} s" in str(result.json["description"])


def test_a_call_may_take_15_seconds_by_default(account: Account) -> None:
    """Seen in the core, since waiting for it would take as long."""
    options = Options(cert_name="收委", cert_no="260104197909275964")
    assert resolve(options, surroundings_of(account), no_mock, dry_run=False).timeout == 15


@pytest.mark.parametrize(
    ("flags", "variables", "is_json"),
    [
        pytest.param([], {}, False, id="default"),
        pytest.param([], {"ZHIMA_OUTPUT": "json"}, True, id="variable"),
        pytest.param(["--output=plain"], {"ZHIMA_OUTPUT": "json"}, False, id="flag-over-variable"),
        pytest.param(["-ojson"], {"ZHIMA_OUTPUT": "plain"}, True, id="short-flag-over-variable"),
    ],
)
def test_the_form_of_the_output_by_flag_then_environment(
    account: Account, flags: list[str], variables: dict[str, str], is_json: bool
) -> None:
    with answering(account):
        result = account.init_cert(
            f"--transaction-id={TRANSACTION_ID}", *flags, variables=variables
        )
    assert result.status == 0
    assert (result.out == f"{BIZ_NO}\n") is not is_json
    assert result.out.startswith("{") is is_json


@pytest.mark.parametrize(
    ("flags", "variables", "word"),
    [
        pytest.param([], {"LANG": "zh_CN.UTF-8"}, "没有这个命令", id="locale-zh"),
        pytest.param([], {"LANG": "de_DE.UTF-8"}, "no such command", id="locale-other"),
        pytest.param([], {"LC_ALL": "zh_TW", "LANG": "en_US"}, "没有这个命令", id="lc-all"),
        pytest.param([], {"ZHIMA_LANG": "zh"}, "没有这个命令", id="variable-over-locale"),
        pytest.param([], {"ZHIMA_LANG": "zh_CN"}, "没有这个命令", id="variable-like-locale"),
        pytest.param([], {"ZHIMA_LANG": "zh_CN.UTF-8"}, "没有这个命令", id="with-charset"),
        pytest.param([], {"ZHIMA_LANG": "zh-CN"}, "没有这个命令", id="variable-as-tag"),
        pytest.param(
            [], {"ZHIMA_LANG": "en_US", "LANG": "zh_CN"}, "no such command", id="variable-en"
        ),
        pytest.param(["--lang=en"], {"ZHIMA_LANG": "zh"}, "no such command", id="flag"),
        pytest.param(["--lang=zh-Hans"], {}, "没有这个命令", id="flag-as-tag"),
        pytest.param(["--lang", "zh"], {"ZHIMA_LANG": "en"}, "没有这个命令", id="flag-apart"),
    ],
)
def test_the_language_by_flag_then_environment_then_locale(
    account: Account, flags: list[str], variables: dict[str, str], word: str
) -> None:
    result = run_inside([*flags, "init-certificate"], account.home, variables)
    assert result.status == 2
    assert word in result.err


@pytest.mark.parametrize(
    ("flags", "variables", "wrong"),
    [
        pytest.param(["--lang=fr"], {"ZHIMA_LANG": "zh"}, "--lang", id="flag"),
        pytest.param(["--lang=fr"], {"LANG": "zh_CN.UTF-8"}, "--lang", id="flag-over-locale"),
        pytest.param([], {"ZHIMA_LANG": "zhe", "LANG": "zh_CN"}, "ZHIMA_LANG", id="variable"),
    ],
)
def test_a_language_that_there_is_not_is_told_of_in_the_next_one(
    account: Account, flags: list[str], variables: dict[str, str], wrong: str
) -> None:
    result = run_inside(["explain", *flags], account.home, variables)
    assert (result.status, result.out) == (2, "")
    assert f"{wrong} 的值不在可选范围内" in result.err
    assert "可选：zh、en。" in result.err


VARIABLES = (
    "ZHIMA_CONFIG",
    "ZHIMA_PROFILE",
    "ZHIMA_PRODUCT_CODE",
    "ZHIMA_BIZ_CODE",
    "ZHIMA_CERT_NAME",
    "ZHIMA_CERT_NO",
    "ZHIMA_CERT_TYPE",
    "ZHIMA_IDENTITY_TYPE",
    "ZHIMA_LINKED_MERCHANT_ID",
    "ZHIMA_APP_AUTH_TOKEN",
    "ZHIMA_GATEWAY",
    "ZHIMA_APP_ID",
    "ZHIMA_PRIVATE_KEY",
    "ZHIMA_PRIVATE_KEY_FILE",
    "ZHIMA_ALIPAY_PUBLIC_KEY",
    "ZHIMA_ALIPAY_PUBLIC_KEY_FILE",
    "ZHIMA_SIGN_TYPE",
    "ZHIMA_CHARSET",
    "ZHIMA_TIMEOUT",
    "ZHIMA_OUTPUT",
    "ZHIMA_LANG",
)


@pytest.mark.parametrize("name", VARIABLES)
def test_an_empty_variable_counts_as_none(account: Account, name: str) -> None:
    arguments = ("--dry-run", f"--transaction-id={TRANSACTION_ID}")
    without = account.init_cert(*arguments)
    assert without.status == 0
    assert account.init_cert(*arguments, variables={name: ""}) == without


@pytest.mark.parametrize("name", ["transaction_id", "merchant_config", "ext_biz_param"])
def test_what_belongs_to_one_call_has_no_variable(account: Account, name: str) -> None:
    given = dry_run(account, variables={variable(name): "{}"})
    assert given.find(name) != "{}"


@pytest.mark.parametrize(
    ("flag", "kind"),
    [
        pytest.param(flag, kind, id=flag)
        for flag, kind in (
            ("--config", "usage"),
            ("--profile", "usage"),
            ("--transaction-id", "usage"),
            ("--product-code", "usage"),
            ("--biz-code", "usage"),
            ("--cert-name", "usage"),
            ("--cert-no", "usage"),
            ("--cert-type", "usage"),
            ("--identity-type", "usage"),
            ("--merchant-config", "usage"),
            ("--ext-biz-param", "usage"),
            ("--linked-merchant-id", "usage"),
            ("--app-auth-token", "usage"),
            ("--gateway", "usage"),
            ("--app-id", "usage"),
            ("--private-key-file", "config"),
            ("--alipay-public-key-file", "config"),
            ("--sign-type", "usage"),
            ("--charset", "usage"),
            ("--timeout", "usage"),
            ("--lang", "usage"),
        )
    ],
)
def test_an_empty_flag_is_refused(account: Account, flag: str, kind: str) -> None:
    """A script's unset variable (``--profile="$P"``) must not choose another value unseen."""
    person = [text for text in PERSON if not text.startswith(f"{flag}=")]
    with answering(account) as stub:
        result = account.init_cert("--output=json", f"{flag}=", person=person)
        assert stub.seen == []
    assert refusal(result, kind).names(flag)


# --- transaction_id --------------------------------------------------------------------------

MADE = re.compile(r"ZHIMA20261125030750[A-Za-z0-9_]{13}")


def test_a_transaction_id_is_made_of_prefix_beijing_time_and_a_random_tail(
    account: Account,
) -> None:
    with answering(account) as stub:
        result = account.init_cert()
    made = sent(stub).find("transaction_id") or ""
    assert MADE.fullmatch(made)
    assert len(made) == 32
    assert (result.status, result.out) == (0, f"{BIZ_NO}\n")
    assert result.err == f"zhima: sending with transaction_id {made}\n"


def test_a_made_transaction_id_is_shown_before_it_is_sent(account: Account, tmp_path: Path) -> None:
    """Standard error is a file here, and the gateway looks into it before it answers."""
    log = tmp_path / "stderr"
    found: list[tuple[str, str]] = []

    def answer(seen: Seen) -> bytes:
        sent_id = read_request(seen.query, seen.body).biz_content["transaction_id"]
        found.append((sent_id, log.read_text(encoding="utf-8")))
        return signed_answer(account.keys.alipay)

    with stub_gateway(lambda seen: Said(answer(seen))) as stub, log.open("wb") as stderr:
        account.write(gateway=stub.url)
        done = subprocess.run(
            [zhima_command(), "init-cert", *PERSON],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            env=process_variables(account.home),
            timeout=60,
            check=False,
        )
    assert (done.returncode, done.stdout) == (0, f"{BIZ_NO}\n".encode())
    ((sent_id, shown_then),) = found
    assert shown_then == f"zhima: sending with transaction_id {sent_id}\n"


def test_every_made_transaction_id_is_another(account: Account) -> None:
    made = {make_transaction_id("ZHIMA", NOW) for _ in range(1000)}
    made |= {dry_run(account).find("transaction_id") or "" for _ in range(3)}
    assert len(made) == 1003
    assert all(map(MADE.fullmatch, made))


@pytest.mark.parametrize("prefix", ["A", "ZGYD", "ten_digits"])
def test_the_profile_gives_the_prefix_of_a_made_transaction_id(
    account: Account, prefix: str
) -> None:
    account.write(transaction_prefix=prefix)
    made = dry_run(account).find("transaction_id") or ""
    assert re.fullmatch(prefix + "20261125030750[A-Za-z0-9_]*", made)
    assert len(made) == 32


@pytest.mark.parametrize(
    "prefix",
    [
        pytest.param("", id="empty"),
        pytest.param("ZG-YD", id="dash"),
        pytest.param("芝麻", id="not-ascii"),
        pytest.param("eleven_long", id="leaves-no-room"),
    ],
)
def test_a_prefix_that_makes_no_transaction_id_is_refused(account: Account, prefix: str) -> None:
    account.write(transaction_prefix=prefix)
    result = account.init_cert("--dry-run", "--output=json")
    assert refusal(result, "config").names("profiles.default.transaction_prefix")


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("a", id="1"),
        pytest.param("_", id="1-underscore"),
        pytest.param(TRANSACTION_ID, id="25-of-the-sample"),
        pytest.param("Z" * 32, id="32"),
    ],
)
def test_a_transaction_id_of_1_to_32_is_sent_as_it_is(account: Account, value: str) -> None:
    with answering(account) as stub:
        result = account.init_cert(f"--transaction-id={value}")
    assert (result.status, result.err) == (0, "")
    assert sent(stub).find("transaction_id") == value


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("Z" * 33, id="33"),
        pytest.param("a-b", id="dash"),
        pytest.param("a b", id="space"),
        pytest.param("a\n", id="line-end"),
        pytest.param("编号1", id="not-ascii"),
        pytest.param("١٢٣", id="digits-of-another-script"),
    ],
)
def test_any_other_transaction_id_is_refused(account: Account, value: str) -> None:
    with answering(account) as stub:
        result = account.init_cert("--output=json", f"--transaction-id={value}")
        assert stub.seen == []
    assert refusal(result, "usage").names("--transaction-id")


# --- single options --------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["0", "0.0", "-1", "-0.5", "601", "1e9", "inf", "nan"])
@pytest.mark.parametrize("source", SOURCES)
def test_a_timeout_out_of_range_is_refused(account: Account, value: str, source: str) -> None:
    account.write(**({"timeout": value} if source == "profile" else {}))
    result = account.init_cert(
        "--dry-run",
        "--output=json",
        *([f"--timeout={value}"] if source == "flag" else []),
        variables={"ZHIMA_TIMEOUT": value} if source == "variable" else {},
    )
    kind = "config" if source == "profile" else "usage"
    origin = {"flag": "--timeout", "variable": "ZHIMA_TIMEOUT", "profile": "default.timeout"}
    refused = refusal(result, kind)
    assert refused.names(origin[source])
    assert "600" in refused.text


@pytest.mark.parametrize("value", ["soon", "15s", "0x10", "1,5"])
def test_a_timeout_that_is_no_number_is_refused(account: Account, value: str) -> None:
    result = account.init_cert("--dry-run", "--output=json", f"--timeout={value}")
    assert refusal(result, "usage").names("--timeout is not a number")


@pytest.mark.parametrize("value", ["0.001", "15", "600"])
def test_a_timeout_in_range_is_taken(account: Account, value: str) -> None:
    assert dry_run(account, f"--timeout={value}").request.is_signed_by(account.keys.app)


@pytest.mark.parametrize(
    ("typed", "name", "value"),
    [
        ("rsa", "sign_type", "RSA"),
        ("Rsa2", "sign_type", "RSA2"),
        ("UTF-8", "charset", "utf-8"),
        ("GBK", "charset", "gbk"),
        ("Gb2312", "charset", "gb2312"),
    ],
)
def test_a_choice_is_taken_in_any_case_and_sent_in_the_pages(
    account: Account, typed: str, name: str, value: str
) -> None:
    given = dry_run(account, f"{option(name)}={typed}")
    assert given.params[name] == value
    assert given.request.is_signed_by(account.keys.app)


@pytest.mark.parametrize(
    ("name", "value", "choices"),
    [
        ("sign_type", "RSA256", "RSA2, RSA"),
        ("sign_type", "MD5", "RSA2, RSA"),
        ("charset", "utf8", "utf-8, gbk, gb2312"),
        ("charset", "gb18030", "utf-8, gbk, gb2312"),
    ],
)
@pytest.mark.parametrize("source", SOURCES)
def test_a_choice_that_there_is_not_is_refused(
    account: Account, name: str, value: str, choices: str, source: str
) -> None:
    account.write(**({name: value} if source == "profile" else {}))
    result = account.init_cert(
        "--dry-run",
        "--output=json",
        *([f"{option(name)}={value}"] if source == "flag" else []),
        variables={variable(name): value} if source == "variable" else {},
    )
    refused = refusal(result, "config" if source == "profile" else "usage")
    origins = {"flag": option(name), "variable": variable(name), "profile": f"default.{name}"}
    assert refused.names(origins[source])
    assert choices in refused.text


# --- lengths ---------------------------------------------------------------------------------


def _identity(length: int) -> str:
    return json_of(length, '{"identity_type":"OTHER","k":"')


def _plain(length: int) -> str:
    return "9" * length


def _json(length: int) -> str:
    return json_of(length)


LIMITS: tuple[tuple[str, int, Callable[[int], str]], ...] = (
    ("product_code", 32, _plain),
    ("biz_code", 32, _plain),
    ("linked_merchant_id", 16, _plain),
    ("app_auth_token", 40, _plain),
    ("app_id", 32, _plain),
    ("identity_param", 4096, _identity),
    ("merchant_config", 1024, _json),
    ("ext_biz_param", 4096, _json),
)
EACH_LIMIT = [pytest.param(*limit, id=f"{limit[0]}-{limit[1]}") for limit in LIMITS]


def _person_for(name: str) -> tuple[str, ...]:
    return () if name == "identity_param" else PERSON


@pytest.mark.parametrize(("name", "limit", "make"), EACH_LIMIT)
def test_a_value_as_long_as_the_page_allows_is_sent_whole(
    account: Account, name: str, limit: int, make: Callable[[int], str]
) -> None:
    value = make(limit)
    with answering(account) as stub:
        result = account.init_cert(f"{option(name)}={value}", person=_person_for(name))
    assert (result.status, result.out) == (0, f"{BIZ_NO}\n")
    assert sent(stub).find(name) == value


@pytest.mark.parametrize(("name", "limit", "make"), EACH_LIMIT)
def test_a_value_longer_by_one_is_refused(
    account: Account, name: str, limit: int, make: Callable[[int], str]
) -> None:
    value = make(limit + 1)
    with answering(account) as stub:
        result = account.init_cert(
            "--output=json", f"{option(name)}={value}", person=_person_for(name)
        )
        assert stub.seen == []
    refused = refusal(result, "usage")
    assert refused.names(option(name))
    assert str(limit + 1) in refused.descriptions[0]
    assert str(limit) in refused.solutions[0]
    assert value not in result.out + result.err


@pytest.mark.parametrize("length", [1024, 1025])
def test_a_length_is_counted_in_characters_not_bytes(account: Account, length: int) -> None:
    value = json_of(length, fill="芝")
    result = account.init_cert("--dry-run", "--output=json", f"--merchant-config={value}")
    assert result.status == (0 if length == 1024 else 2)


@pytest.mark.parametrize("excess", [0, 1])
def test_the_assembled_identity_param_is_bounded_too(account: Account, excess: int) -> None:
    rest = '{"identity_type":"CERT_INFO","cert_type":"IDENTITY_CARD","cert_name":"","cert_no":"A"}'
    name = "李" * (4096 - len(rest) + excess)
    result = account.init_cert(
        "--dry-run", "--output=json", person=(f"--cert-name={name}", "--cert-no=A")
    )
    if excess:
        assert refusal(result, "usage").names("identity_param is too long: 4097")
    else:
        assert result.status == 0


@pytest.mark.parametrize("name", ["product_code", "biz_code", "linked_merchant_id", "app_id"])
def test_a_value_that_is_too_long_in_the_profile_or_the_environment_is_named_there(
    account: Account, name: str
) -> None:
    value = _plain(33)
    in_variable = account.init_cert("-ojson", "--dry-run", variables={variable(name): value})
    assert refusal(in_variable, "usage").names(f"{variable(name)} is too long: 33")
    account.write(**{name: value})
    in_profile = account.init_cert("-ojson", "--dry-run")
    assert refusal(in_profile, "config").names(
        f"{account.config}: profiles.default.{name} is too long: 33"
    )
