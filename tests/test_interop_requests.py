"""What zhima signs and sends, as the ``openssl`` command and the bytes on the wire have it."""

import itertools
import json
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.conftest import APP_ID, Account
from tests.support.openssl import OpensslKey, Wire, make_key, read_wire
from tests.support.program import BEIJING_NOW, Result
from tests.support.stub import Seen, stub_gateway
from zhima_cli.core.request import Param, string_to_sign

CERT_NO = "260104197909275964"
TRANSACTION_ID = "ZGYD201610252323000001234"
TOKEN = "201509BBdcba1e3347de4e75ba3fed2c9abebE36"  # noqa: S105 -- of the page's 40 characters
NAMES = {
    "chinese": "收委",
    "apostrophe": "O'Brien-李",
    "dotted": "阿卜杜拉·买买提",
    "url-marks": 'a&b=c+d %20 "q"',
}
CHARSETS = ("utf-8", "gbk", "gb2312")
# The dot is not in gb2312, and refused there.
WRITABLE = [
    (charset, name)
    for charset, name in itertools.product(CHARSETS, NAMES)
    if (charset, name) != ("gb2312", "dotted")
]
SIGN_TYPES = ("RSA", "RSA2")
FORMS = ("pkcs1-pem", "pkcs8-pem", "pkcs1-base64", "pkcs8-base64")
BLEMISHES = ("clean", "crlf", "stray-space", "joined")
PLACES = (
    "profile-string",
    "profile-multi-line",
    "profile-file",
    "option-file",
    "variable",
    "variable-file",
)


class Case(NamedTuple):
    """One call: what is signed and how, and in which shape the key comes from where."""

    form: str
    sign_type: str
    charset: str
    name: str
    place: str
    blemish: str


def _cases() -> list[Case]:
    """Return every form, sign_type, charset and name with each other; the rest goes round.

    The blemishes are shifted by one in each round of the places, so that all of them meet.
    """
    return [
        Case(
            form,
            sign_type,
            charset,
            name,
            place=PLACES[at % len(PLACES)],
            blemish=BLEMISHES[(at + at // len(PLACES)) % len(BLEMISHES)],
        )
        for at, (form, sign_type, (charset, name)) in enumerate(
            itertools.product(FORMS, SIGN_TYPES, WRITABLE)
        )
    ]


CASES = _cases()


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> OpensslKey:
    """The application's key pair."""
    return make_key(tmp_path_factory.mktemp("openssl") / "app")


def blemished(key: str, blemish: str) -> str:
    """Return the key's text as editors, mails and copying leave it."""
    if blemish == "crlf":
        return "\r\n".join([*key.splitlines(), ""])
    if blemish == "stray-space":
        lines = [f"  {line} \t" for line in key.splitlines()]
        if len(lines) == 1:
            lines = [f"\t {key[:100]} {key[100:]}  "]
        return "\n".join(["", *lines, " ", ""])
    if blemish == "joined":  # as an unquoted variable in a shell script leaves it
        return " ".join(key.splitlines())
    return key


def give_key(account: Account, place: str, key: str, gateway: str) -> dict[str, str]:
    """Write the profile with the key in its place, or return what to run zhima with for it.

    Where the key is not the profile's, another one stands there, which must not be used.
    """
    file = account.config.parent / "keys" / "app key.pem"
    file.parent.mkdir(mode=0o700)
    if place.endswith("file"):
        file.write_bytes(key.encode("ascii"))
        file.chmod(0o600)
    account.write(gateway=gateway)
    if place == "profile-string":
        account.write(gateway=gateway, private_key=key)
    elif place.startswith("profile"):
        line = f"private_key = '''{key}'''"
        if place == "profile-file":
            line = 'private_key_file = "keys/app key.pem"'
        lines = [
            line if old.startswith("private_key = ") else old
            for old in account.config.read_text(encoding="utf-8").splitlines()
        ]
        account.config.write_bytes("\n".join(lines).encode())
    else:
        return {
            "option-file": {"--private-key-file": str(file)},
            "variable": {"ZHIMA_PRIVATE_KEY": key},
            "variable-file": {"ZHIMA_PRIVATE_KEY_FILE": str(file)},
        }[place]
    return {}


def send(account: Account, case: Case, key: str, gateway: str) -> Result:
    """Run ``zhima init-cert`` for the case."""
    given = give_key(account, case.place, blemished(key, case.blemish), gateway)
    return account.init_cert(
        f"--transaction-id={TRANSACTION_ID}",
        f"--sign-type={case.sign_type}",
        f"--charset={case.charset}",
        *(f"{name}={value}" for name, value in given.items() if name.startswith("--")),
        person=[f"--cert-name={NAMES[case.name]}", f"--cert-no={CERT_NO}"],
        variables={name: value for name, value in given.items() if name.startswith("ZHIMA_")},
    )


def wire_of(seen: Seen) -> Wire:
    """Take a request apart, having looked at what every request has alike."""
    wire = read_wire(seen.query, seen.body)
    assert list(wire.form) == ["biz_content"]
    charset = wire.params["charset"]
    assert seen.headers["Content-Type"] == f"application/x-www-form-urlencoded;charset={charset}"
    return wire


def test_the_cases_cover_every_pair() -> None:
    """Every value of each dimension meets every value of each other one."""
    dimensions = (FORMS, SIGN_TYPES, CHARSETS, tuple(NAMES), PLACES, BLEMISHES)
    missing = [
        (one, other)
        for a, b in itertools.combinations(range(len(dimensions)), 2)
        for one, other in itertools.product(dimensions[a], dimensions[b])
        if not any(case[a] == one and case[b] == other for case in CASES)
    ]
    assert missing == [("gb2312", "dotted")]


@pytest.mark.parametrize("case", CASES, ids=["-".join(case) for case in CASES])
def test_openssl_verifies_what_is_sent(account: Account, app: OpensslKey, case: Case) -> None:
    with stub_gateway(b"") as stub:
        result = send(account, case, app.private_forms[case.form], stub.url)
    # The stub's answer is nothing; that it was one shows that the request went out, and once.
    assert (result.status, result.out, len(stub.seen)) == (7, "", 1), result
    wire = wire_of(stub.seen[0])
    params = wire.params
    biz_content = json.loads(params.pop("biz_content"))
    signature = params.pop("sign")
    assert params == {
        "app_id": APP_ID,
        "method": "zhima.customer.certification.initialize",
        "format": "JSON",
        "charset": case.charset,
        "sign_type": case.sign_type,
        "timestamp": BEIJING_NOW,
        "version": "1.0",
    }
    identity = json.loads(biz_content.pop("identity_param"))
    assert identity == {
        "identity_type": "CERT_INFO",
        "cert_type": "IDENTITY_CARD",
        "cert_name": NAMES[case.name],
        "cert_no": CERT_NO,
    }
    assert biz_content == {
        "transaction_id": TRANSACTION_ID,
        "product_code": "w1010100000000002978",
        "biz_code": "FACE",
    }
    assert len(signature) == 344
    assert app.verifies(wire.string_to_sign, signature, case.sign_type)


@pytest.mark.parametrize("sign_type", SIGN_TYPES)
def test_openssl_tells_the_two_digests_apart(
    account: Account, app: OpensslKey, sign_type: str
) -> None:
    """The check above means something: the same signature under the other digest is none."""
    case = Case("pkcs8-pem", sign_type, "utf-8", "chinese", "variable", "clean")
    with stub_gateway(b"") as stub:
        send(account, case, app.private_forms[case.form], stub.url)
    wire = wire_of(stub.seen[0])
    other = {"RSA": "RSA2", "RSA2": "RSA"}[sign_type]
    assert app.verifies(wire.string_to_sign, wire.params["sign"], sign_type)
    assert not app.verifies(wire.string_to_sign, wire.params["sign"], other)
    assert not app.verifies(wire.string_to_sign + b" ", wire.params["sign"], sign_type)


@pytest.mark.parametrize(
    ("charset", "name", "encoded"),
    [
        ("utf-8", "收委", "%E6%94%B6%E5%A7%94"),
        ("gbk", "收委", "%CA%D5%CE%AF"),
        ("gb2312", "收委", "%CA%D5%CE%AF"),
        ("utf-8", "a·b", "a%C2%B7b"),
        ("gbk", "a·b", "a%A1%A4b"),
        ("utf-8", "+ &", "%2B%20%26"),
    ],
)
def test_the_bytes_on_the_wire_are_the_charsets(
    account: Account, charset: str, name: str, encoded: str
) -> None:
    """To the byte, by the charsets' own tables: reading back could undo a fault of writing."""
    person = [f"--cert-name={name}", f"--cert-no={CERT_NO}"]
    with stub_gateway(b"") as stub:
        account.write(gateway=stub.url, charset=charset)
        account.init_cert(person=person)
    # In identity_param's JSON inside biz_content's: \"cert_name\":\"...\"
    assert f"cert_name%5C%22%3A%5C%22{encoded}%5C%22".encode() in stub.seen[0].body


@pytest.mark.parametrize("sign_type", SIGN_TYPES)
def test_the_dot_is_refused_under_gb2312(account: Account, app: OpensslKey, sign_type: str) -> None:
    """Java's clients send ``?`` for it there, which is another person's name."""
    case = Case("pkcs1-pem", sign_type, "gb2312", "dotted", "profile-string", "clean")
    with stub_gateway(b"") as stub:
        result = send(account, case, app.private_forms[case.form], stub.url)
    assert (result.status, result.out, stub.seen) == (2, "", [])
    assert "--cert-name (gb2312) cannot write the character · (U+00B7)" in result.err
    assert "Choose a charset that can: utf-8, gbk (--charset)." in result.err


@pytest.mark.parametrize(("charset", "name"), WRITABLE, ids=["-".join(pair) for pair in WRITABLE])
@pytest.mark.parametrize("sign_type", SIGN_TYPES)
def test_openssl_verifies_the_dry_run_and_it_is_what_is_sent(
    account: Account, app: OpensslKey, sign_type: str, charset: str, name: str
) -> None:
    arguments = [
        f"--transaction-id={TRANSACTION_ID}",
        f"--charset={charset}",
        f"--sign-type={sign_type}",
        f"--app-auth-token={TOKEN}",
        '--merchant-config={"need_user_authorization":"false"}',
        f"--ext-biz-param={json.dumps({'note': '备注 +&='}, ensure_ascii=False)}",
        "--linked-merchant-id=2088721630869411",
    ]
    person = [f"--cert-name={NAMES[name]}", f"--cert-no={CERT_NO}"]
    with stub_gateway(b"") as stub:
        account.write(gateway=stub.url, private_key=app.private_forms["pkcs1-base64"])
        dry = account.init_cert(*arguments, "--dry-run", "--output=json", person=person)
        seen_by_then = len(stub.seen)
        account.init_cert(*arguments, person=person)
    assert (dry.status, dry.err, seen_by_then, len(stub.seen)) == (0, "", 0, 1)
    shown = dry.json
    text, params = shown["string_to_sign"], shown["params"]
    assert isinstance(text, str)
    assert isinstance(params, dict)
    assert app.verifies(text.encode(charset), params["sign"], sign_type)

    sent = stub.seen[0]
    wire = wire_of(sent)
    assert wire.string_to_sign == text.encode(charset)
    assert wire.params == params
    assert params["app_auth_token"] == TOKEN
    assert json.loads(params["biz_content"]) == shown["biz_content"]
    assert (shown["dry_run"], shown["http_method"]) == (True, "POST")
    assert shown["url"] == f"{stub.url}?{sent.query}"
    assert shown["body"] == sent.body.decode("ascii")
    headers = shown["headers"]
    assert isinstance(headers, dict)
    assert headers.items() <= sent.headers.items()
    assert headers["Content-Type"] == f"application/x-www-form-urlencoded;charset={charset}"


def test_the_private_key_alone_in_the_environment_needs_no_file(
    tmp_path: Path, account: Account, app: OpensslKey
) -> None:
    """As in CI: no configuration file at all, both keys and the app_id in variables."""
    account.config.unlink()
    variables = {
        "ZHIMA_APP_ID": APP_ID,
        "ZHIMA_PRIVATE_KEY": blemished(app.private_forms["pkcs1-pem"], "crlf"),
        "ZHIMA_ALIPAY_PUBLIC_KEY": make_key(tmp_path / "alipay").public_forms["spki-base64"],
    }
    with stub_gateway(b"") as stub:
        result = account.init_cert(f"--gateway={stub.url}", variables=variables)
    assert (result.status, len(stub.seen)) == (7, 1), result
    wire = wire_of(stub.seen[0])
    assert wire.params["app_id"] == APP_ID
    assert app.verifies(wire.string_to_sign, wire.params["sign"], "RSA2")


def test_neither_a_signature_nor_what_is_empty_is_signed() -> None:
    pairs = [
        ("b", "2"),
        ("sign", "x"),
        ("a", ""),
        ("a_b", "&= %"),
        ("B", "收"),
        ("sign_type", "RSA"),
    ]
    params = tuple(Param(name, value) for name, value in pairs)
    assert string_to_sign(params) == "B=收&a_b=&= %&b=2&sign_type=RSA"
