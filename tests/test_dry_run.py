"""``--dry-run``: the very request that would be sent, shown in four forms and never sent."""

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote_to_bytes, urlsplit

import pytest

from tests.conftest import APP_ID, Account
from tests.support.independent import ReadRequest, private_pem, read_request, signed_answer
from tests.support.program import BEIJING_NOW, PERSON, Result, run_inside
from tests.support.stand_ins import with_and_without, write_stand_in
from tests.support.stub import Seen, stub_gateway

ID = "ZGYD201610252323000001234"
FORMS = ["pretty", "plain", "json", "curl"]
NAMES = [
    "schema",
    "dry_run",
    "http_method",
    "url",
    "headers",
    "body",
    "params",
    "biz_content",
    "string_to_sign",
    "profile",
    "mock",
]


# Of no other document than a card does zhima know how long its number is.
PASSPORT = ("--cert-type=PASSPORT",)
# The options of a call each, the person's among them.
CASES: dict[str, tuple[str, ...]] = {
    "the page's": (
        *PERSON,
        "--merchant-config={}",
        "--ext-biz-param={}",
        "--linked-merchant-id=20887216",
    ),
    "quote and dash": ("--cert-name=O'Brien-李", "--cert-no=X1'2\"3", *PASSPORT, "--charset=gbk"),
    "marks of URLs": ('--cert-name=a&b=c+d %20 "q"', "--cert-no=$(id)`id`\\", *PASSPORT),
    "dot in gbk": ("--cert-name=阿卜杜拉·买买提", "--cert-no=1", *PASSPORT, "--charset=gbk"),
    "gb2312 and RSA": (*PERSON, "--charset=gb2312", "--sign-type=RSA"),
    "JSON of several lines": (
        *PERSON,
        '--ext-biz-param={"note":\n\t"two\\nlines {not} 100%",\n "x": [1.0, null]}',
    ),
    "token of odd characters": (*PERSON, "--app-auth-token=t'o\"k e$n&=+%41!李"),
    "identity by itself": (
        '--identity-param={"identity_type":"ALIPAY_USER_ID","user":{"id":"2088"}}',
    ),
}


@dataclass(frozen=True)
class Shown:
    """A dry run's JSON, its values by their types."""

    url: str
    headers: Mapping[str, str]
    body: str
    params: Mapping[str, str]
    biz_content: Mapping[str, str]
    string_to_sign: str

    @property
    def request(self) -> ReadRequest:
        """The request as a gateway would read it."""
        return read_request(urlsplit(self.url).query, self.body.encode("ascii"))


def show(account: Account, form: str, *arguments: str) -> Result:
    """Make a dry run of the case in a form, in a terminal that is wide enough."""
    options = (f"--transaction-id={ID}", "--dry-run", f"--output={form}")
    return account.init_cert(*options, *arguments, person=(), variables={"COLUMNS": "200"})


def shown(account: Account, *arguments: str) -> Shown:
    """Make a dry run as JSON."""
    result = show(account, "json", *arguments)
    assert (result.status, result.err) == (0, "")
    names = Shown.__dataclass_fields__.keys()
    return Shown(**{name: value for name, value in json.loads(result.out).items() if name in names})


def send(account: Account, *arguments: str) -> Seen:
    """Make the call for real, at the same time by the same clock; return what the gateway saw."""
    with stub_gateway(signed_answer(account.keys.alipay)) as stub:
        account.write(gateway=stub.url)
        account.init_cert(f"--transaction-id={ID}", *arguments, person=())
    (seen,) = stub.seen
    return seen


def spellings(secret: str) -> set[str]:
    """Return every way in which a text could stand in a dry run, in lower case."""
    found = {secret, json.dumps(secret)[1:-1], json.dumps(json.dumps(secret))[1:-1]}
    for charset in ("utf-8", "gbk", "gb2312"):
        for text in tuple(found):
            encoded = text.encode(charset, "ignore")
            found |= {quote(encoded, safe=""), "".join(f"%{byte:02X}" for byte in encoded)}
    return {spelling.lower() for spelling in found}


def private_spellings(account: Account) -> set[str]:
    """Return pieces of the private key as they could stand anywhere, in lower case."""
    numbers = account.keys.app.private_numbers()
    pieces = {line for line in private_pem(account.keys.app).splitlines() if "---" not in line}
    for number in (numbers.d, numbers.p, numbers.q, numbers.dmp1, numbers.dmq1, numbers.iqmp):
        pieces |= {str(number), f"{number:x}"}
    return {piece.lower() for piece in pieces} | {"private key-----"}


class TestNothingIsSent:
    @pytest.mark.parametrize("form", FORMS)
    def test_the_gateway_sees_nothing(self, account: Account, form: str) -> None:
        with stub_gateway(signed_answer(account.keys.alipay)) as stub:
            account.write(gateway=stub.url)
            result = show(account, form, *PERSON)
        assert (result.status, result.err) == (0, "")
        assert stub.url in result.out
        assert stub.seen == []

    def test_no_key_of_alipay_is_needed(self, account: Account) -> None:
        account.config.unlink()
        variables = {"ZHIMA_APP_ID": APP_ID, "ZHIMA_PRIVATE_KEY": private_pem(account.keys.app)}
        arguments = ["init-cert", *PERSON, "-o", "json"]
        dry = run_inside([*arguments, "--dry-run"], account.home, variables)
        real = run_inside(arguments, account.home, variables)
        assert (dry.status, dry.json["dry_run"]) == (0, True)
        assert (real.status, real.json["kind"]) == (3, "config")

    def test_the_form_curl_is_for_it_only(self, account: Account) -> None:
        with stub_gateway(signed_answer(account.keys.alipay)) as stub:
            account.write(gateway=stub.url)
            result = account.init_cert("--output=curl")
        assert (result.status, result.out) == (2, "")
        assert "--dry-run" in result.err
        assert stub.seen == []


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
class TestJson:
    def test_it_is_what_is_signed(self, account: Account, case: tuple[str, ...]) -> None:
        dry = shown(account, *case)
        request = dry.request
        assert dry.string_to_sign.encode(request.params["charset"]) == request.string_to_sign
        assert request.is_signed_by(account.keys.app)
        assert request.params["timestamp"] == BEIJING_NOW
        assert dry.params == request.params
        assert dry.biz_content == request.biz_content

    def test_it_is_what_is_sent(self, account: Account, case: tuple[str, ...]) -> None:
        seen = send(account, *case)
        dry = shown(account, *case)
        assert urlsplit(dry.url).query == seen.query
        assert urlsplit(dry.url).path == seen.path
        assert dry.body.encode("ascii") == seen.body
        added = {"Host", "Content-Length"}
        assert dry.headers == {n: v for n, v in seen.headers.items() if n not in added}


def test_the_json_has_these_names_and_values(account: Account) -> None:
    result = show(account, "json", *PERSON)
    value = result.json
    assert list(value) == NAMES
    assert [value[name] for name in ("schema", "dry_run", "http_method")] == [1, True, "POST"]
    assert (value["profile"], value["mock"]) == ("default", False)
    content_type = "application/x-www-form-urlencoded;charset=utf-8"
    assert shown(account, *PERSON).headers["Content-Type"] == content_type
    assert value["biz_content"] == {
        "transaction_id": ID,
        "product_code": "w1010100000000002978",
        "biz_code": "FACE",
        "identity_param": '{"identity_type":"CERT_INFO","cert_type":"IDENTITY_CARD",'
        '"cert_name":"收委","cert_no":"260104197909275964"}',
    }


def test_json_is_ascii_where_chinese_cannot_be_written(account: Account) -> None:
    result = account.init_cert("--dry-run", "--output=json", encoding="ascii")
    assert result.status == 0
    assert result.out.isascii()
    assert "收委" in str(result.json["string_to_sign"])


class TestForPeople:
    @pytest.mark.parametrize("form", ["pretty", "plain"])
    @pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
    def test_every_part_stands_whole_on_a_line_of_its_own(
        self, account: Account, case: tuple[str, ...], form: str
    ) -> None:
        dry = shown(account, *case)
        result = show(account, form, *case)
        assert (result.status, result.err) == (0, "")
        lines = result.out.splitlines()
        for line in (
            f"POST {dry.url}",
            dry.string_to_sign,
            dry.params["sign"],
            dry.body,
            *(f"{name}={value}" for name, value in dry.params.items() if name != "sign"),
            *(f"{name}: {value}" for name, value in dry.headers.items()),
        ):
            assert lines.count(line) == 1, line

    @pytest.mark.parametrize("form", ["pretty", "plain"])
    def test_biz_content_is_readable(self, account: Account, form: str) -> None:
        result = show(account, form, *PERSON)
        lines = result.out.splitlines()
        content = json.loads("".join(lines[lines.index("{") : lines.index("}") + 1]))
        assert content["transaction_id"] == ID
        assert '"cert_name": "收委"' in result.out

    @pytest.mark.parametrize("form", ["pretty", "plain"])
    def test_a_code_that_looks_like_json_is_shown_as_it_is(
        self, account: Account, form: str
    ) -> None:
        result = show(account, form, *PERSON, "--biz-code={FACE", '--product-code={"a":1}')
        assert (result.status, result.err) == (0, "")
        assert '"biz_code": "{FACE"' in result.out
        assert r'"product_code": "{\"a\":1}"' in result.out

    @pytest.mark.parametrize("form", ["pretty", "plain"])
    def test_what_hides_in_a_value_is_shown(self, account: Account, form: str) -> None:
        result = show(account, form, "--cert-name=李\u202e\u200b[red]", "--cert-no=1")
        assert r"李\u202e\u200b[red]" in result.out
        assert not {"\u202e", "\u200b"} & set(result.out)

    @pytest.mark.parametrize("form", ["pretty", "plain"])
    def test_chinese_is_escaped_where_it_cannot_be_written(
        self, account: Account, form: str
    ) -> None:
        arguments = ("--dry-run", f"--output={form}", "--lang=zh")
        result = account.init_cert(*arguments, encoding="ascii")
        assert result.status == 0
        assert result.out.isascii()
        assert r"\u6536\u59d4" in result.out


@dataclass(frozen=True)
class Shell:
    """What a command did in a shell: the answer that it printed, and curl's own arguments."""

    out: bytes
    arguments: list[str]


def run_in_shell(command: str, home: Path, *, real: bool) -> Shell:
    """Run a line in ``sh``, with curl or with the stand-in that tells what it was called with."""
    called = home / "arguments.json"
    folder = home / "bin"
    path = os.environ["PATH"]
    if not real:
        write_stand_in("curl", folder)
        path = f"{folder}:{path}"
    done = subprocess.run(
        ["sh", "-c", command],
        env={"PATH": path, "HOME": str(home), "CURL_ARGUMENTS": str(called)},
        cwd=home,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    return Shell(done.stdout, [] if real else json.loads(called.read_text(encoding="utf-8")))


class TestCurl:
    @with_and_without("curl")
    @pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
    def test_the_command_sends_exactly_the_request(
        self, account: Account, case: tuple[str, ...], real: bool
    ) -> None:
        answer = signed_answer(account.keys.alipay)
        with stub_gateway(answer) as stub:
            account.write(gateway=stub.url)
            result = show(account, "curl", *case)
            assert (result.status, result.err) == (0, "")
            assert result.out.count("\n") == 1
            account.init_cert(f"--transaction-id={ID}", *case, person=())
            shell = run_in_shell(result.out, account.home, real=real)
        assert shell.out == answer
        by_zhima, by_curl = stub.seen
        assert (by_curl.path, by_curl.query) == (by_zhima.path, by_zhima.query)
        assert by_curl.body == by_zhima.body
        assert read_request(by_curl.query, by_curl.body).is_signed_by(account.keys.app)
        by_zhima.headers.pop("Connection", None)
        assert by_curl.headers == by_zhima.headers

    @pytest.mark.parametrize("charset", ["utf-8", "gbk"])
    def test_its_arguments_hold_nothing_of_the_person(self, account: Account, charset: str) -> None:
        name, number = "阿卜杜拉·买买提", "260104197909275964"
        with stub_gateway(b"{}") as stub:
            account.write(gateway=stub.url)
            person = (f"--cert-name={name}", f"--cert-no={number}", f"--charset={charset}")
            command = show(account, "curl", *person).out
            shell = run_in_shell(command, account.home, real=False)
        read = read_request(stub.seen[0].query, stub.seen[0].body)
        assert name in read.biz_content["identity_param"]
        arguments = "\n".join(shell.arguments)
        for text in (arguments, unquote_to_bytes(arguments).decode(charset)):
            assert not any(spelling in text.lower() for spelling in spellings(name))
            assert number not in text

    def test_a_configuration_of_curl_adds_nothing(self, account: Account) -> None:
        """A ~/.curlrc could follow a redirect with the person's data; --disable must come first."""
        with stub_gateway(b"{}") as stub:
            account.write(gateway=stub.url)
            command = show(account, "curl", *PERSON).out
            shell = run_in_shell(command, account.home, real=False)
        assert shell.arguments[0] in ("--disable", "-q")

    def test_the_command_is_ascii_whatever_it_sends(self, account: Account) -> None:
        result = show(account, "curl", *PERSON, "--app-auth-token=令牌")
        assert result.out.isascii()


class TestPrivateKey:
    @pytest.mark.parametrize("form", FORMS)
    @pytest.mark.parametrize("more", [(), ("--debug",), ("--redact",)], ids=["", "debug", "redact"])
    def test_it_is_never_shown(self, account: Account, form: str, more: tuple[str, ...]) -> None:
        result = show(account, form, *PERSON, *more)
        assert result.status == 0
        text = (result.out + result.err).lower()
        assert not any(piece in text for piece in private_spellings(account))


SECRETS = {
    "name": "阿卜杜拉·买买提",
    "number": "260104197909275964",
    "token": "T0ken'of&the=merchant 令",
}
PERSON_OF_SECRETS = (f"--cert-name={SECRETS['name']}", f"--cert-no={SECRETS['number']}")
OTHER = "另外的秘密"
IDENTITY = {
    "identity_type": "CERT_INFO",
    "cert_type": "IDENTITY_CARD",
    "cert_name": SECRETS["name"],
    "cert_no": SECRETS["number"],
    "nested": {"cert_name": SECRETS["name"], "list": [OTHER, int(SECRETS["number"])]},
    "phone": OTHER,
}
IDENTITIES = {
    "by options": PERSON_OF_SECRETS,
    "by JSON": (f"--identity-param={json.dumps(IDENTITY, ensure_ascii=False)}",),
    "by escaped JSON": (f"--identity-param={json.dumps(IDENTITY)}",),
    "of another kind": (
        "--identity-param="
        + json.dumps(
            {"identity_type": SECRETS["name"], "cert_type": SECRETS["number"], "x": OTHER}
        ),
    ),
}


class TestRedact:
    @pytest.mark.parametrize("form", FORMS)
    @pytest.mark.parametrize("charset", ["utf-8", "gbk"])
    @pytest.mark.parametrize("identity", IDENTITIES.values(), ids=IDENTITIES.keys())
    def test_name_number_and_token_are_nowhere(
        self, account: Account, identity: tuple[str, ...], charset: str, form: str
    ) -> None:
        token = f"--app-auth-token={SECRETS['token']}"
        result = show(account, form, *identity, token, f"--charset={charset}", "--redact")
        assert result.status == 0
        assert ID in result.out
        text = (result.out + result.err).lower()
        for secret in (*SECRETS.values(), OTHER):
            assert not any(spelling in text for spelling in spellings(secret)), secret

    def test_without_it_they_are_there(self, account: Account) -> None:
        """What the tests above look for is what a dry run shows otherwise."""
        token = f"--app-auth-token={SECRETS['token']}"
        for form in FORMS:
            result = show(account, form, *PERSON_OF_SECRETS, token)
            text = (result.out + result.err).lower()
            for secret in SECRETS.values():
                assert any(spelling in text for spelling in spellings(secret)), (form, secret)

    def test_gb2312_too(self, account: Account) -> None:
        for form in FORMS:
            result = show(account, form, *PERSON, "--charset=gb2312", "--redact")
            text = (result.out + result.err).lower()
            for secret in ("收委", "260104197909275964"):
                assert not any(spelling in text for spelling in spellings(secret)), form

    def test_all_else_is_shown(self, account: Account) -> None:
        more = ("--biz-code=SMS", '--ext-biz-param={"a":"b"}')
        plain = shown(account, *PERSON, *more)
        result = show(account, "json", *PERSON, *more, "--redact")
        redacted = json.loads(result.out)
        changed = {name for name in plain.params if plain.params[name] != redacted["params"][name]}
        assert changed == {"biz_content", "sign"}
        content = redacted["biz_content"]
        identity = json.loads(content.pop("identity_param"))
        assert identity == {
            "identity_type": "CERT_INFO",
            "cert_type": "IDENTITY_CARD",
            "cert_name": "***",
            "cert_no": "***",
        }
        expected = {n: v for n, v in plain.biz_content.items() if n != "identity_param"}
        assert content == expected

    @pytest.mark.parametrize("form", FORMS)
    def test_the_signature_could_confirm_a_guess_and_is_not_shown(
        self, account: Account, form: str
    ) -> None:
        sign = shown(account, *PERSON).params["sign"]
        result = show(account, form, *PERSON, "--redact")
        assert sign not in result.out + result.err
        assert quote(sign, safe="") not in result.out + result.err

    @pytest.mark.parametrize("form", FORMS)
    def test_it_says_that_the_signature_no_longer_matches(
        self, account: Account, form: str
    ) -> None:
        result = show(account, form, *PERSON, "--redact")
        assert result.err.startswith("zhima: warning: ")
        assert "signature" in result.err
        assert "no longer matches what is shown" in result.err

    def test_it_is_for_a_dry_run_only(self, account: Account) -> None:
        with stub_gateway(signed_answer(account.keys.alipay)) as stub:
            account.write(gateway=stub.url)
            result = account.init_cert("--redact", "--output=json")
        assert (result.status, result.json["kind"]) == (2, "usage")
        assert "--dry-run" in str(result.json["solution"])
        assert stub.seen == []
