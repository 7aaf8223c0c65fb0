"""Properties that hold whatever is typed, configured or answered."""

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import Account, Keys
from tests.support.canaries import GROUPS, Attempt, Canaries, attempts, make_canaries
from tests.support.exchange import Line, http_answer, peer
from tests.support.independent import (
    BIZ_NO,
    NODE,
    SUCCESS,
    holds,
    new_key,
    node_text,
    private_pem,
    public_pem,
    read_request,
    sign,
    signed_answer,
)
from tests.support.long import in_parts
from tests.support.mock_client import mock_keys, quick_keys
from tests.support.program import run_inside
from tests.support.stub import Said, Seen, stub_gateway
from zhima_cli.core.answer import read_answer
from zhima_cli.core.charset import Charset
from zhima_cli.core.errors import InputError, Reason, UntrustedError
from zhima_cli.core.keys import PublicKey, load_private_key, load_public_key
from zhima_cli.core.profile import PROFILE_KEYS, read_config
from zhima_cli.core.signature import SignType
from zhima_cli.core.signature import sign as sign_with_zhima
from zhima_cli.mock.gateway import MockGateway, Received


def examples(number: int) -> settings:
    """Return settings under which every run tries the same examples, however slow the machine."""
    return settings(
        derandomize=True,
        database=None,
        deadline=None,
        max_examples=number,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


# --- what is typed arrives ------------------------------------------------------------------------

CHARSETS = ("utf-8", "gbk", "gb2312")
AWKWARD = [
    *"·'\"\\/{}[]()<>&=+%?#$`~!;:,. \t\r\n\x7f\x1b\u00a0\u200b\u202e\u2028\ufeff乗亄亇𠮷😀éﬀ",
    "收委",
    "O'Brien-李",
    "阿卜杜拉·买买提",
    'a&b=c+d %20 "q"',
    "\\/",
    "\\u0041",
    "[red]x[/red]",
    "$(id)",
    "%s{0}",
    "--dry-run",
    "@file",
    "null",
]


def text_in(charset: str, limit: int) -> st.SearchStrategy[str]:
    """Return a strategy of texts of 1 to ``limit`` characters that the charset can write."""
    lead, tail = {"gbk": (0x81, 0x40), "gb2312": (0xA1, 0xA1), "utf-8": (0x81, 0x40)}[charset]
    double = st.tuples(st.integers(lead, 0xFE), st.integers(tail, 0xFE)).map(
        lambda pair: bytes(pair).decode("gbk" if charset == "utf-8" else charset, "ignore")
    )
    pieces = st.one_of(st.sampled_from(AWKWARD), double)
    if charset == "utf-8":
        pieces |= st.characters(exclude_categories=["Cs"], exclude_characters="\0")
    return (
        st.lists(pieces, min_size=1, max_size=8)
        .map(lambda parts: "".join(filter(lambda part: _fits(part, charset), parts))[:limit])
        .filter(bool)
    )


def _fits(text: str, charset: str) -> bool:
    return text.encode(charset, "ignore").decode(charset) == text


def json_object_in(charset: str) -> st.SearchStrategy[str]:
    """Return a strategy of JSON objects' texts, in the charset or with escapes."""
    words = text_in(charset, 12)
    values = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | words,
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(words, inner, max_size=2),
        max_leaves=4,
    ).filter(lambda value: value not in (float("inf"), float("-inf")))
    return st.builds(
        lambda members, ascii_only, indent: json.dumps(
            members, ensure_ascii=ascii_only, indent=indent
        ),
        st.dictionaries(words.filter(lambda name: name != "mock"), values, max_size=3),
        st.booleans(),
        st.sampled_from([None, 1]),
    ).filter(lambda text: len(text) <= 1024 and "Infinity" not in text)


@dataclass(frozen=True)
class Typed:
    """A right command line, and what a gateway must read of it."""

    arguments: list[str]
    charset: str
    sign_type: str
    own: dict[str, str]
    token: str | None
    person: dict[str, str] | None
    variables: dict[str, str] = field(default_factory=dict)
    stdin: bytes = b""


_ID_ALPHABET = "ABCXYZabcxyz019_"  # spells the name of none of the mock gateway's answers


@st.composite
def right_calls(draw: st.DrawFn) -> Typed:
    """Return a strategy of command lines that the page allows."""
    charset = draw(st.sampled_from(CHARSETS))
    sign_type = draw(st.sampled_from(["RSA2", "RSA"]))
    own = {"transaction_id": draw(st.text(_ID_ALPHABET, min_size=1, max_size=32))}
    for name, limit in (("product_code", 32), ("biz_code", 32), ("linked_merchant_id", 16)):
        if draw(st.booleans()):
            own[name] = draw(text_in(charset, limit))
    for name in ("merchant_config", "ext_biz_param"):
        if draw(st.booleans()):
            own[name] = draw(json_object_in(charset))
    token = draw(st.none() | text_in(charset, 40))
    settings = [f"--charset={charset}", f"--sign-type={sign_type.lower()}"]
    options = [f"--{name.replace('_', '-')}={value}" for name, value in own.items()]
    if token is not None:
        options.append(f"--app-auth-token={token}")
    texts = text_in(charset, 64)
    person = {
        "identity_type": draw(st.just("CERT_INFO") | texts),
        "cert_type": draw(st.just("IDENTITY_CARD") | texts),
        "cert_name": draw(texts),
        "cert_no": draw(st.just("260104197909275964") | texts),
    }
    way = draw(st.sampled_from(["options", "variables", "JSON", "stdin"]))
    arguments = draw(st.permutations([*settings, *options]))
    if way == "options":
        arguments += [f"--{name.replace('_', '-')}={value}" for name, value in person.items()]
        return Typed(arguments, charset, sign_type, own, token, person)
    if way == "variables":
        variables = {f"ZHIMA_{name.upper()}": value for name, value in person.items()}
        return Typed(arguments, charset, sign_type, own, token, person, variables)
    text = json.dumps(person, ensure_ascii=draw(st.booleans()))
    own["identity_param"] = text
    if way == "JSON":
        arguments.append(f"--identity-param={text}")
        return Typed(arguments, charset, sign_type, own, token, None)
    arguments += ["--identity-param", "-"]
    mark = draw(st.sampled_from([b"", b"\xef\xbb\xbf"]))
    return Typed(arguments, charset, sign_type, own, token, None, {}, mark + text.encode())


class Strict:
    """A strict gateway on loopback that keeps what it was sent, and its caller's account."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.seen: list[Seen] = []
        self._keys = mock_keys(account.keys)
        self._gateway = MockGateway(self._keys)

    def forget(self) -> None:
        """Start afresh: no call was ever made."""
        self.seen.clear()
        self._gateway = MockGateway(self._keys)

    def answer(self, seen: Seen) -> Said:
        """Let the mock gateway answer."""
        self.seen.append(seen)
        reply = self._gateway.answer(Received(seen.query, seen.body.decode("ascii")))
        return Said(reply.body)


@pytest.fixture(scope="module")
def quick(keys: Keys) -> Keys:
    """Return keys for many runs."""
    return quick_keys(keys)


@pytest.fixture(scope="module")
def home_account(tmp_path_factory: pytest.TempPathFactory, quick: Keys) -> Account:
    """Return an account for all examples: hypothesis runs them within one test."""
    account = Account(tmp_path_factory.mktemp("home"), quick)
    account.write()
    return account


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory, quick: Keys) -> Iterator[Strict]:
    """Serve the strict gateway, and write the account's profile for it."""
    made = Strict(Account(tmp_path_factory.mktemp("strict"), quick))
    with stub_gateway(made.answer) as stub:
        made.account.write(gateway=stub.url)
        yield made


@in_parts
@examples(15)
@given(right_calls())
def test_whatever_the_page_allows_arrives_as_it_was_given(strict: Strict, typed: Typed) -> None:
    strict.forget()
    result = strict.account.init_cert(
        *typed.arguments, person=(), variables=typed.variables, stdin=typed.stdin
    )
    assert result.status == 0, result
    assert re.fullmatch(r"ZMMOCK[0-9]{26}\n", result.out)
    assert len(strict.seen) == 1
    request = read_request(strict.seen[0].query, strict.seen[0].body)
    assert request.is_signed_by(strict.account.keys.app)
    assert (request.params["charset"], request.params["sign_type"]) == (
        typed.charset,
        typed.sign_type,
    )
    assert request.params.get("app_auth_token") == typed.token
    read = dict(request.biz_content)
    if typed.person is not None:
        assert json.loads(read.pop("identity_param")) == typed.person
    defaults = {"product_code": "w1010100000000002978", "biz_code": "FACE"}
    assert read == {**defaults, **typed.own}


FAULTS = {
    "charset": st.sampled_from(["latin-1", "utf8", "UTF-16", "", "gbk "]),
    "sign-type": st.sampled_from(["RSA3", "", "SHA256", "RSA 2"]),
    "timeout": st.sampled_from(["0", "-1", "nan", "inf", "600.1", "soon", ""]),
    "gateway": st.sampled_from(
        ["http://openapi.alipay.com/gateway.do", "http://localhost.evil/", "https://u@h/", "ftp:"]
    ),
    "transaction-id": st.sampled_from(["", "a-b", "收委", "a" * 33, "a\n", "١", "a.b", "\ud800"]),
    "product-code": st.text("p收", min_size=33, max_size=40),
    "biz-code": st.sampled_from(["", "b" * 33, "\ud800"]),
    "linked-merchant-id": st.sampled_from(["", "2" * 17, "\udcff"]),
    "app-auth-token": st.sampled_from(["", "t" * 41]),
    "cert-name": st.sampled_from(["", "字" * 4097, "\udcff"]),
    "cert-no": st.sampled_from(["", "1" * 4097, "\ud800"]),
    "merchant-config": st.sampled_from(
        ["", "[]", "1", "{", "{'a':1}", '{"a":NaN}', '{"a":1,"a":2}', "{} {}", "@no-such-file"]
    )
    | st.integers(1017, 1100).map(lambda length: json.dumps({"a": "x" * length})),
    "ext-biz-param": st.sampled_from(["null", '"{}"', '{"a":"\\ud800"}', "“{}”", "[" * 3000])
    | st.integers(4089, 4200).map(lambda length: json.dumps({"a": "x" * length})),
    "app-id": st.sampled_from(["", "2" * 33]),
}


@in_parts
@examples(15)
@given(
    st.sets(st.sampled_from(sorted(FAULTS)), min_size=1, max_size=3).flatmap(
        lambda names: st.fixed_dictionaries({name: FAULTS[name] for name in sorted(names)})
    )
)
def test_whatever_the_page_forbids_is_refused_whole_and_not_sent(
    strict: Strict, faults: dict[str, str]
) -> None:
    """Every fault is named, so that they are mended at once."""
    strict.forget()
    person = {"cert-name": "收委", "cert-no": "260104197909275964", **faults}
    options = [f"--{name}={value}" for name, value in person.items()]
    result = strict.account.init_cert(*options, person=())
    assert (result.status, result.out) == (2, ""), result
    assert strict.seen == []
    for name in faults:
        assert f"error: --{name}" in result.err


@in_parts
@examples(15)
@given(
    st.fixed_dictionaries(
        {
            "cert-name": st.text(max_size=40),
            "cert-no": st.text(max_size=40) | st.text(max_size=5).map(lambda text: text * 1000),
        },
        optional={
            "charset": st.sampled_from(CHARSETS),
            "transaction-id": st.text("aZ9_-é\n", max_size=34),
            "product-code": st.text(max_size=34),
            "linked-merchant-id": st.text(max_size=18),
            "app-auth-token": st.text(max_size=42),
            "merchant-config": st.text("{}[]:,\"'a1 \\\n·", max_size=6),
        },
    )
)
def test_what_validation_lets_through_the_strict_gateway_accepts(
    strict: Strict, options: dict[str, str]
) -> None:
    """Whatever is typed: either nothing is sent, or exactly that arrives."""
    strict.forget()
    result = strict.account.init_cert(*(f"--{n}={v}" for n, v in options.items()), person=())
    assert result.status in (0, 2), result
    assert len(strict.seen) == (1 if result.status == 0 else 0)
    if result.status == 0:
        request = read_request(strict.seen[0].query, strict.seen[0].body)
        content = request.biz_content
        identity = json.loads(content["identity_param"])
        read = {
            **content,
            "cert_name": identity["cert_name"],
            "cert_no": identity["cert_no"],
            "charset": request.params["charset"],
            "app_auth_token": request.params.get("app_auth_token"),
        }
        for name, value in options.items():
            expected = value.strip() if name == "merchant-config" else value
            assert read[name.replace("-", "_")] == expected


# --- what is answered -----------------------------------------------------------------------------

OTHER_NO = "ZM201612013000000393900404029254"
# Everything that Alipay's key ever signs here, and what a success of it is.
NODES = {
    "success": SUCCESS,
    "spaced": f'{{ "biz_no" : "{BIZ_NO}",\n"msg":"{{\\"}}", "code" : "10000" }}',
    "slash": f'{{"code":"10000","msg":"a/b","biz_no":"{BIZ_NO}"}}',
    "escaped slash": '{"code":"10000","biz_no":"ZM\\/1"}',
    "in gbk": node_text(code="10000", msg="乗亄亇}\\", biz_no=BIZ_NO),
    "failure": node_text(
        code="40004", msg="Business Failed", sub_code="BIZ_ERROR", biz_no=OTHER_NO
    ),
    "without biz_no": node_text(code="10000", msg="Success"),
    "biz_no of a number": f'{{"code":"10000","biz_no":{OTHER_NO[2:]}}}',
    "biz_no of two words": node_text(code="10000", biz_no="ZM1 2"),
    "twice within": f'{{"code":"10000","biz_no":"{BIZ_NO}","biz_no":"{OTHER_NO}"}}',
    "code within": f'{{"code":"40004","x":{{"code":"10000","biz_no":"{OTHER_NO}"}}}}',
}
FORGED = [
    '{"code":"10000","biz_no":"ZM\\\\/1"}',  # without one backslash, what was signed for ZM/1
    node_text(code="10000", msg="Success", biz_no=OTHER_NO),
    SUCCESS.replace("{", "{ "),
    SUCCESS.replace("10000", "1000\\u0030"),
    f'{{"code":"10000","msg":"a\\/b","biz_no":"{BIZ_NO}"}}',  # what "slash" was signed from
    f'{{"code":"10000","msg":"a\\\\/b","biz_no":"{BIZ_NO}"}}',
    "{}",
    "null",
    '"x"',
    json.dumps(SUCCESS),
]
MEMBERS = [
    NODE,
    "error_response",
    "sign",
    "sign_type",
    "x",
    NODE.replace("z", "\\u007a"),
    "\\u0073ign",
    NODE + " ",
    NODE.upper(),
]
SPACES = ["", "", "", " ", "\n\t", "\u00a0"]


@dataclass(frozen=True)
class Signed:
    """The texts that were signed with Alipay's key, each with its signature."""

    keys: Keys
    charset: str
    sign_type: str
    signatures: dict[str, str]

    @property
    def key(self) -> PublicKey:
        """Alipay's public key, as zhima has it."""
        return load_public_key(public_pem(self.keys.alipay).encode(), "key")

    def vouched(self, body: bytes) -> set[str]:
        """Return the biz_no that the answer may be read for: in a node that its sign covers.

        Found with the standard library's JSON and another library's RSA.
        """
        text = body.decode(self.charset)
        members: list[tuple[str, Any]] = json.loads(text, object_pairs_hook=list)
        names = [name for name, _ in members]
        if names.count(NODE) != 1 or names.count("sign") != 1 or "error_response" in names:
            return set()
        node, signature = (dict(members)[name] for name in (NODE, "sign"))
        found = set()
        for start in (match.start() for match in re.finditer(r"\{", text)):
            try:
                value, end = json.JSONDecoder(object_pairs_hook=list).raw_decode(text, start)
            except ValueError:
                continue
            as_it_stands = text[start:end]
            for signed in {as_it_stands, as_it_stands.replace("\\/", "/")}:
                covers = value == node and isinstance(signature, str) and len(signature) == 344
                data = signed.encode(self.charset)
                if covers and holds(data, signature, self.keys.alipay, self.sign_type):
                    content = json.loads(signed)
                    if content["code"] == "10000":
                        found.add(content["biz_no"])
        return found


@pytest.fixture(scope="module", params=["utf-8 RSA2", "gbk RSA"])
def signed(request: pytest.FixtureRequest, keys: Keys) -> Signed:
    """Sign all nodes."""
    charset, sign_type = request.param.split()
    texts = [*NODES.values(), SUCCESS.replace("10000", "40004")]
    return Signed(
        keys,
        charset,
        sign_type,
        {text: sign(text.encode(charset), keys.alipay, sign_type) for text in texts},
    )


def read_of(body: bytes, signed: Signed) -> str | None:
    """Return the biz_no that zhima reads from the answer; None where it believes nothing."""
    charset, sign_type = Charset(signed.charset), SignType(signed.sign_type)
    try:
        answer = read_answer(body, charset, signed.key, sign_type)
    except UntrustedError:
        return None
    assert answer.code
    assert (answer.code == "10000") is (answer.biz_no is not None)
    assert answer.verified or answer.biz_no is None
    return answer.biz_no


def assert_honest(body: bytes, signed: Signed) -> bool:
    """Assert that what is read, if anything, is what was signed; say whether anything is."""
    biz_no = read_of(body, signed)
    if biz_no is not None:
        assert biz_no in signed.vouched(body)
    return biz_no is not None


@in_parts
@examples(125)
@given(st.data())
def test_no_answer_put_together_from_signed_pieces_says_what_was_not_signed(
    signed: Signed, data: st.DataObject
) -> None:
    signatures = [json.dumps(signature) for signature in signed.signatures.values()]
    values = [*signed.signatures, *FORGED]
    others = ["null", "1", '"' + "A" * 344 + '"', f"[{signatures[0]}]"]
    member = st.tuples(
        st.sampled_from(MEMBERS),
        st.sampled_from([*values, *signatures, *others]),
        st.sampled_from(SPACES),
    )
    # Mostly a node with its signature, so that much of it would be believed but for the rest.
    text = data.draw(st.sampled_from(list(signed.signatures)))
    node = data.draw(st.sampled_from([text] * len(FORGED) + FORGED))
    usual = [(NODE, node, ""), ("sign", json.dumps(signed.signatures[text]), "")]
    members = data.draw(st.permutations([*usual, *data.draw(st.lists(member, max_size=2))]))
    inner = ",".join(f'{space}"{name}":{space}{value}' for name, value, space in members)
    tail = data.draw(st.sampled_from(["", "", "\n", "{}", ",", "\0"]))
    assert_honest(f"{{{inner}}}{tail}".encode(signed.charset, "replace"), signed)


def test_the_signed_pieces_are_believed_where_they_belong(signed: Signed) -> None:
    """Else the properties around would hold for a reader that believes nothing at all."""
    believed = {
        name
        for name, text in NODES.items()
        if assert_honest(
            f'{{"sign":"{signed.signatures[text]}","{NODE}":{text}}}'.encode(signed.charset),
            signed,
        )
    }
    assert believed == {"success", "spaced", "slash", "escaped slash", "in gbk"}


def test_what_is_read_is_the_text_that_was_signed_not_the_one_that_came(signed: Signed) -> None:
    """The official clients verify without the escape of the slash, which may say another thing."""
    signature = signed.signatures[NODES["escaped slash"]]
    body = f'{{"{NODE}":{FORGED[0]},"sign":"{signature}"}}'.encode(signed.charset)
    assert read_of(body, signed) in (None, "ZM/1")


@in_parts
@examples(63)
@given(st.data())
def test_no_answer_that_was_tampered_with_says_what_was_not_signed(
    signed: Signed, data: st.DataObject
) -> None:
    text = data.draw(st.sampled_from(sorted(signed.signatures)))
    body = signed_answer(signed.keys.alipay, text, signed.sign_type, signed.charset)
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(body)))
        end = data.draw(st.integers(start, min(start + 4, len(body))))
        piece = data.draw(
            st.binary(max_size=3) | st.sampled_from([b"{", b"}", b'"', b"\\", b"\\/", b",", b" "])
        )
        body = body[:start] + piece + body[end:]
    assert_honest(body, signed)


@in_parts
@examples(75)
@given(
    st.binary(max_size=200)
    | st.text('{}[]":,\\/0 9e.-truefalsn' + NODE, max_size=120).map(str.encode)
    | st.integers(1, 60000).map(lambda depth: b'{"a":' * depth)
    | st.integers(1, 6000).map(lambda n: f'{{"{NODE}":{{"code":{"1" * n}}}}}'.encode())
)
def test_bytes_that_nobody_signed_are_never_a_success(signed: Signed, body: bytes) -> None:
    assert read_of(body, signed) is None


HEADERS = [
    "Content-Type: text/html",
    "Transfer-Encoding: chunked",
    "Transfer-Encoding: gzip, chunked",
    "Content-Encoding: gzip",
    "Content-Encoding: identity",
    "Content-Length: 5",
    "Content-Length: -1",
    "Content-Length: 99999999999999999999",
    "Content-Length: x",
    "Location: https://evil.example/",
    "Connection: keep-alive",
    "Set-Cookie: a=b",
    "X: " + "y" * 70000,
    "no header at all",
    ": nameless",
    " folded",
    "\x00\x01: \xff",
]
STATUSES = ["200 OK", "200", "201 Created", "100 Continue", "204 No Content", "302 Found", "404 x"]


class Wire:
    """A peer that says exactly the bytes it is given, then hangs up."""

    def __init__(self) -> None:
        self.says = b""

    def talk(self, line: Line) -> None:
        """Read a request, and answer."""
        line.read_request()
        line.send(self.says)


@pytest.fixture(scope="module")
def wire(home_account: Account) -> Iterator[Wire]:
    """Serve raw bytes, and write the account's profile for it."""
    made = Wire()
    with peer(made.talk) as served:
        home_account.write(gateway=served.http)
        yield made


@st.composite
def responses(draw: st.DrawFn, honest: bytes, forged: bytes) -> bytes:
    """Return a strategy of HTTP responses, whole, odd, or cut to pieces."""
    body = draw(st.sampled_from([honest, honest, forged, b"", honest + honest]))
    headers = draw(st.lists(st.sampled_from(HEADERS), max_size=2))
    status = draw(st.sampled_from(STATUSES) | st.just("200 OK"))
    raw = http_answer(body, status, *headers)
    change = draw(st.sampled_from(["none", "bytes", "cut", "noise", "bare", "before"]))
    if change == "bytes":
        at = draw(st.integers(0, min(len(raw), 120)))
        raw = raw[:at] + draw(st.binary(min_size=1, max_size=4)) + raw[at + 1 :]
    elif change == "cut":
        raw = raw[: draw(st.integers(0, len(raw)))]
    elif change == "noise":
        raw = draw(st.binary(max_size=300))
    elif change == "bare":
        raw = body
    elif change == "before":
        raw = b"HTTP/1.1 100 Continue\r\n\r\n" + raw
    return raw


@in_parts
@examples(15)
@given(st.data())
def test_whatever_comes_over_the_wire_ends_in_one_of_the_ways_there_are(
    wire: Wire, home_account: Account, data: st.DataObject
) -> None:
    honest = signed_answer(home_account.keys.alipay)
    forged = honest.replace(BIZ_NO.encode(), OTHER_NO.encode())
    wire.says = data.draw(responses(honest, forged))
    form = data.draw(st.sampled_from(["pretty", "plain", "json"]))
    result = home_account.init_cert("--timeout=10", f"--output={form}", "--transaction-id=A1")
    assert result.status in (0, 6, 7), (wire.says, result)
    assert "Traceback" not in result.out + result.err
    assert "did not answer within" not in result.out + result.err  # the peer hung up long before
    assert OTHER_NO not in result.out + result.err
    assert (BIZ_NO in result.out) is (result.status == 0)
    if result.status == 0:
        assert honest in wire.says


def test_an_honest_answer_over_the_wire_is_believed(wire: Wire, home_account: Account) -> None:
    """Else the property above would hold for a program that believes nothing."""
    wire.says = http_answer(signed_answer(home_account.keys.alipay), "200 OK", *HEADERS[:1])
    result = home_account.init_cert("--transaction-id=A1")
    assert (result.status, result.out) == (0, f"{BIZ_NO}\n")


# --- what is shown --------------------------------------------------------------------------------


class Failing:
    """A gateway that answers what the attempt says, and the account that calls it."""

    def __init__(self, account: Account, canaries: Canaries) -> None:
        self.account = account
        self.canaries = canaries
        self.attempt = Attempt(())

    def answer(self, seen: Seen) -> Said | bytes:
        """Answer as the attempt wants; nothing is right for one that must not ask."""
        assert self.attempt.answer is not None
        return self.attempt.answer(seen)


@pytest.fixture(scope="module")
def failing(tmp_path_factory: pytest.TempPathFactory, quick: Keys) -> Iterator[Failing]:
    """Serve a gateway that fails; the application's own key is among the secrets."""
    account = Account(tmp_path_factory.mktemp("failing"), quick)
    made = Failing(account, make_canaries(quick.app))

    def answer(seen: Seen) -> Said:
        said = made.answer(seen)
        return Said(said) if isinstance(said, bytes) else said

    with stub_gateway(answer) as stub:
        account.write(gateway=stub.url)
        yield made


@pytest.mark.parametrize("group", GROUPS)
@in_parts
@examples(13)
@given(st.data())
def test_no_failure_shows_a_name_a_number_a_token_or_a_key(
    failing: Failing, group: str, data: st.DataObject
) -> None:
    attempt = data.draw(attempts(group, failing.canaries))
    attempt.prepare(failing.account.home)
    failing.attempt = attempt
    shown = ["--output=" + data.draw(st.sampled_from(["pretty", "plain", "json"]))]
    shown.append("--lang=" + data.draw(st.sampled_from(["zh", "en"])))
    shown += data.draw(st.sampled_from([["--debug"], ["--debug"], []]))
    if attempt.config is not None:
        config = failing.account.home / "spoilt.toml"
        config.write_text(attempt.config, encoding="utf-8")
        shown.append(f"--config={config}")
    result = run_inside(
        ["init-cert", *shown, *_in_home(attempt.arguments, failing.account.home)],
        failing.account.home,
        attempt.variables,
        attempt.stdin,
        data.draw(st.sampled_from(["utf-8", "ascii", "gbk"])),
    )
    assert result.status not in (0, 1), (attempt, result)
    assert failing.canaries.found_in(result.out + result.err) == [], (attempt, result)
    assert "Traceback" not in result.err


def _in_home(arguments: Any, home: Path) -> list[str]:
    """Name the attempt's files where they are; the current folder is everybody's."""
    return [re.sub(r"(=@?)(\w+\.(?:pem|json))$", rf"\1{home}/\2", text) for text in arguments]


def test_the_canaries_are_found_where_they_are(keys: Keys) -> None:
    """Else the property above would hold for a program that shows everything."""
    canaries = make_canaries(keys.app)
    number = keys.app.private_numbers().d
    for text in (
        "no profile 尉迟骉鹂",
        "\\u5c09\\u8fdf",
        "│ 340207 │\n│ 198811243091 │",
        canaries.pem[400:440],
        canaries.bare[500:540],
        f"RSA.construct(n=1, d={number})",
    ):
        assert canaries.found_in(text) != [], text
    assert canaries.found_in("zhima: --cert-name (gbk) cannot write the character 骉") == []


# --- what is on file ------------------------------------------------------------------------------

TOML_VALUES = st.one_of(
    st.text(max_size=20).map(lambda text: json.dumps(text)),
    st.integers().map(str),
    st.integers(3000, 9000).map(lambda length: "0x" + "f" * length),
    st.integers(3000, 9000).map(lambda length: "9" * length),
    st.integers(1, 9000).map(lambda depth: "[" * depth),
    st.integers(1, 900).map(lambda depth: "[" * depth + "]" * depth),
    st.sampled_from(
        ["nan", "-inf", "true", "1979-05-27", "2026-02-30", "{a={b=1}}", "'''", "1e999"]
    ),
    st.text(max_size=10),
)
TOML_LINES = st.one_of(
    st.sampled_from(["[profiles.default]", "[profiles]", "[[profiles]]", "[profiles.'']", "[", ""]),
    st.builds(
        lambda name, value: f"{name} = {value}",
        st.sampled_from([*PROFILE_KEYS, "default_profile", "profiles", "profiles.a.b", "app-id"]),
        TOML_VALUES,
    ),
)


def in_bytes(text: str) -> bytes:
    """Return the text as a file may hold it, what is no UTF-8 included."""
    return text.encode("utf-8", "surrogatepass")


@in_parts
@examples(100)
@given(
    st.binary(max_size=200)
    | st.text(max_size=100).map(in_bytes)
    | st.lists(TOML_LINES, max_size=6).map("\n".join).map(in_bytes)
    | TOML_LINES.map(lambda line: in_bytes(f"\ufeff[profiles.default]\n{line}"))
    | TOML_VALUES.map(lambda value: in_bytes(f"[profiles.default]\ntimeout = {value}"))
)
def test_a_configuration_file_is_read_or_refused_whatever_is_in_it(
    home_account: Account, data: bytes
) -> None:
    path = home_account.home / "any.toml"
    path.write_bytes(data)
    try:
        config = read_config(path)
        profiles = [config.profile(name) for name in config.names]
    except InputError as refused:
        assert refused.problems
    else:
        values = [getattr(profile, key) for profile in profiles for key in PROFILE_KEYS]
        assert all(isinstance(value, str | None) for value in values)


@dataclass(frozen=True)
class SmallKey:
    """A key that is quick to import: its numbers as PKCS#1 has them, and files that hold it."""

    numbers: list[int]
    files: list[bytes]


@pytest.fixture(scope="module")
def small_key() -> SmallKey:
    """Make a key of 1024 bits."""
    key = new_key(1024)
    private, public = key.private_numbers(), key.public_key().public_numbers()
    encoding, private_format = serialization.Encoding, serialization.PrivateFormat
    plain = serialization.NoEncryption()
    ders = [
        key.private_bytes(encoding.DER, private_format.TraditionalOpenSSL, plain),
        key.private_bytes(encoding.DER, private_format.PKCS8, plain),
        key.public_key().public_bytes(
            encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        ),
    ]
    numbers = [0, public.n, public.e, private.d, private.p, private.q]
    return SmallKey(
        [*numbers, private.dmp1, private.dmq1, private.iqmp],
        [*map(base64.b64encode, ders), private_pem(key).encode(), public_pem(key).encode()],
    )


def der(tag: int, content: bytes) -> bytes:
    """Return the ASN.1 value of that tag in DER."""
    length = len(content)
    if length < 128:
        return bytes([tag, length]) + content
    size = length.to_bytes((length.bit_length() + 7) // 8)
    return bytes([tag, 0x80 | len(size)]) + size + content


def der_integers(values: list[int]) -> bytes:
    """Return a SEQUENCE of INTEGERs in DER, which is what PKCS#1 keys are."""
    integers = (v.to_bytes(v.bit_length() // 8 + 1, signed=True) for v in values)
    return der(0x30, b"".join(der(0x02, integer) for integer in integers))


@st.composite
def key_files(draw: st.DrawFn, key: SmallKey) -> bytes:
    """Return a strategy of what may stand in a key's file."""
    kind = draw(st.sampled_from(["bytes", "numbers", "few numbers", "file", "nested", "PEM"]))
    if kind == "bytes":
        return draw(st.binary(max_size=300))
    if kind == "numbers":
        values = list(key.numbers)
        odd = st.sampled_from([0, 1, 2, -1, 3, 65537, key.numbers[1], key.numbers[4]])
        for at in draw(st.lists(st.integers(0, 8), min_size=1, max_size=2)):
            values[at] = draw(odd | st.integers(-(2**80), 2**80))
        return base64.b64encode(der_integers(values))
    if kind == "few numbers":
        return base64.b64encode(der_integers(draw(st.lists(st.integers(), max_size=10))))
    if kind == "nested":
        content = draw(st.binary(max_size=20))
        for _ in range(draw(st.integers(0, 300))):
            content = der(draw(st.sampled_from([0x30, 0x30, 0x03, 0x04, 0x02])), content)
        return base64.b64encode(content)
    if kind == "PEM":
        label = draw(st.sampled_from(["RSA PRIVATE KEY", "PUBLIC KEY", "CERTIFICATE", "X", ""]))
        content = draw(st.binary(max_size=60) | st.just(base64.b64decode(key.files[0])))
        text = base64.b64encode(content).decode()
        return f"-----BEGIN {label}-----\n{text}\n-----END {label}-----\n".encode()
    data = draw(st.sampled_from(key.files))
    raw = not data.startswith(b"-")
    if raw:
        data = base64.b64decode(data)
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(data) - 1))
        data = data[:at] + draw(st.binary(max_size=2)) + data[at + 1 :]
    return base64.b64encode(data) if raw else data


@in_parts
@examples(63)
@given(st.data())
def test_a_key_is_usable_or_refused_whatever_is_in_its_file(
    small_key: SmallKey, data: st.DataObject
) -> None:
    text = data.draw(key_files(small_key))
    try:
        private = load_private_key(text, "key")
    except InputError as refused:
        assert refused.problems
    else:
        signature = sign_with_zhima(b"data", private, SignType.RSA2)
        assert len(base64.b64decode(signature)) == private.rsa.size_in_bytes()
    try:
        public = load_public_key(text, "key")
    except InputError as refused:
        assert refused.problems
    else:
        assert not public.rsa.has_private()


@pytest.mark.parametrize("at", range(1, 6), ids=["n", "e", "d", "p", "q"])
@pytest.mark.parametrize("value", [-1, 0, 1, 2])
def test_a_private_key_with_an_impossible_number_is_refused_as_damaged(
    small_key: SmallKey, at: int, value: int
) -> None:
    numbers = list(small_key.numbers)
    numbers[at] = value
    with pytest.raises(InputError) as caught:
        load_private_key(base64.b64encode(der_integers(numbers)), "key")
    assert [problem.reason for problem in caught.value.problems] == [Reason.KEY_DAMAGED]


def test_a_public_key_with_an_even_exponent_is_refused_as_damaged(small_key: SmallKey) -> None:
    """Else every answer would be called forged, for a character that was lost from the key."""
    algorithm = bytes.fromhex("300d06092a864886f70d0101010500")
    for exponent, reasons in ((65537, []), (65536, [Reason.KEY_DAMAGED])):
        content = b"\0" + der_integers([small_key.numbers[1], exponent])
        text = base64.b64encode(der(0x30, algorithm + der(0x03, content)))
        try:
            load_public_key(text, "key")
        except InputError as refused:
            assert [problem.reason for problem in refused.problems] == reasons
        else:
            assert reasons == []
