"""The mock gateway is as strict as the interface's page, for any client, and over plain HTTP."""

import contextlib
import http.client
import itertools
import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest

from tests.conftest import APP_ID, Keys
from tests.support.independent import NODE
from tests.support.mock_client import (
    IDENTITY,
    METHOD,
    Changes,
    Client,
    as_json,
    common_parameters,
    content,
    encode,
    served_mock,
    signature,
)

_NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def client(keys: Keys) -> Iterator[Client]:
    """Yield a client of one mock gateway; it remembers ids, so every call takes a fresh one."""
    with served_mock(keys) as made:
        yield made


def fresh_id() -> str:
    """Return a transaction_id that no other call has."""
    return f"T{next(_NUMBERS)}"


def identity(**changes: object) -> str:
    """Return an identity_param with these changes; None leaves a member out."""
    members = {**IDENTITY, **changes}
    return as_json({name: value for name, value in members.items() if value is not None})


# --- a right request ------------------------------------------------------------------------------


@pytest.mark.parametrize("sign_type", ["RSA2", "RSA"])
@pytest.mark.parametrize("charset", ["utf-8", "gbk", "gb2312"])
def test_a_right_request_gets_a_signed_biz_no(client: Client, charset: str, sign_type: str) -> None:
    common = {"charset": charset, "sign_type": sign_type}
    answer = client.call(common, {"transaction_id": fresh_id()})
    assert (answer.name, answer.node["code"], answer.node["msg"]) == (NODE, "10000", "Success")
    assert answer.node["biz_no"].startswith("ZMMOCK")
    assert len(answer.node["biz_no"]) == 32
    assert answer.charset == charset
    assert answer.is_signed_by_gateway(client.keys, sign_type)


@pytest.mark.parametrize(
    ("common", "own"),
    [
        ({}, {"identity_param": identity(cert_name="阿卜杜拉·买买提")}),
        ({}, {"identity_param": identity(cert_name='a&b=c+d %20 "q"')}),
        ({"charset": "GBK"}, {"identity_param": identity(cert_name="乗亄亇")}),
        ({"charset": "gbk"}, {"identity_param": identity(cert_name="阿卜杜拉·买买提")}),
        ({"format": None}, {}),
        ({"format": "json"}, {}),
        ({"app_auth_token": "t" * 40}, {}),
        ({"app_auth_token": ""}, {}),
        ({}, {"transaction_id": "_" * 31 + "z"}),
        ({}, {"product_code": "p" * 32, "biz_code": "b" * 32}),
        ({}, {"linked_merchant_id": "2" * 16, "merchant_config": "{}", "ext_biz_param": "{}"}),
        ({}, {"merchant_config": as_json({"a": "字" * 1015})}),
        ({}, {"ext_biz_param": as_json({"a": "字" * 4087})}),
        ({}, {"identity_param": as_json({"identity_type": "ALIPAY_USER_ID", "n": "字" * 4040})}),
        ({}, {"identity_param": identity(extra=[1, None, {"a": True}])}),
    ],
    ids=[
        "dot in a name",
        "marks of forms",
        "braces in second bytes, charset in capitals",
        "dot in gbk",
        "no format",
        "format in small letters",
        "longest token",
        "empty token",
        "longest transaction_id",
        "longest codes",
        "optional ones",
        "longest merchant_config",
        "longest ext_biz_param",
        "long identity of another type",
        "more members in identity",
    ],
)
def test_whatever_the_page_allows_is_accepted(
    client: Client, common: Changes, own: Changes
) -> None:
    answer = client.call(common, {"transaction_id": fresh_id(), **own})
    assert answer.node["code"] == "10000", answer.node


def test_parameters_that_official_clients_add_are_ignored_but_signed(client: Client) -> None:
    more = {"alipay_sdk": "alipay-sdk-java-4.9", "terminal_type": "", "terminal_info": "x y"}
    own = {"transaction_id": fresh_id()}
    assert client.call(more, own).node["code"] == "10000"
    params = common_parameters(None, content(own))
    params["sign"] = signature(params, client.keys)
    params |= more  # sent, but not among what was signed
    form = encode([("biz_content", params.pop("biz_content"))], "utf-8")
    answer = client.send(encode(list(params.items()), "utf-8"), form)
    assert answer.node["sub_code"] == "isv.invalid-signature"


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", "gbk"])
def test_a_call_may_have_everything_in_the_url(client: Client, charset: str) -> None:
    """As python-alipay-sdk sends it, whose charset is as its caller spells it."""
    params = common_parameters({"charset": charset}, content({"transaction_id": fresh_id()}))
    params["sign"] = signature(params, client.keys)
    query = encode(list(params.items()), charset)
    reply = exchange_raw(client, f"GET /gateway.do?{query}", "", length="")
    assert reply.startswith(b"HTTP/1.1 200 ")
    assert b'"biz_no":"ZMMOCK' in reply
    changed = exchange_raw(client, f"GET /gateway.do?{query}&terminal_type=x", "", length="")
    assert b'"sub_code":"isv.invalid-signature"' in changed


def test_a_target_may_be_a_whole_url(client: Client) -> None:
    """As the official Python client sends it."""
    params = common_parameters(None, content({"transaction_id": fresh_id()}))
    params["sign"] = signature(params, client.keys)
    form = encode([("biz_content", params.pop("biz_content"))], "utf-8")
    query = encode(list(params.items()), "utf-8")
    reply = exchange_raw(client, f"POST http://127.0.0.1/gateway.do?{query}", form)
    assert reply.startswith(b"HTTP/1.1 200 ")
    assert b'"biz_no":"ZMMOCK' in reply


# --- a breach of the common parameters ------------------------------------------------------------

_CALLER_UNKNOWN = False
_SIGNED = True


@pytest.mark.parametrize(
    ("common", "code", "sub_code", "name", "is_signed"),
    [
        ({"method": None}, "40001", "isv.missing-method", "error_response", _CALLER_UNKNOWN),
        ({"method": ""}, "40001", "isv.missing-method", "error_response", _CALLER_UNKNOWN),
        (
            {"method": METHOD + "2"},
            "40002",
            "isv.invalid-method",
            "error_response",
            _CALLER_UNKNOWN,
        ),
        ({"app_id": None}, "40001", "isv.missing-app-id", NODE, _CALLER_UNKNOWN),
        ({"app_id": "2014072300007149"}, "40002", "isv.invalid-app-id", NODE, _CALLER_UNKNOWN),
        ({"app_id": APP_ID + " "}, "40002", "isv.invalid-app-id", NODE, _CALLER_UNKNOWN),
        ({"app_id": "2" * 33}, "40002", "isv.invalid-app-id", NODE, _CALLER_UNKNOWN),
        ({"sign": None}, "40001", "isv.missing-signature", NODE, _CALLER_UNKNOWN),
        ({"sign": ""}, "40001", "isv.missing-signature", NODE, _CALLER_UNKNOWN),
        ({"sign": "A" * 344}, "40002", "isv.invalid-signature", NODE, _CALLER_UNKNOWN),
        ({"sign": "no base64!"}, "40002", "isv.invalid-signature", NODE, _CALLER_UNKNOWN),
        ({"sign": "A" * 345}, "40002", "isv.invalid-parameter", NODE, _SIGNED),
        ({"sign_type": None}, "40001", "isv.missing-signature-type", NODE, _CALLER_UNKNOWN),
        ({"sign_type": "RSA3"}, "40002", "isv.invalid-signature-type", NODE, _CALLER_UNKNOWN),
        ({"sign_type": "rsa2"}, "40002", "isv.invalid-signature-type", NODE, _CALLER_UNKNOWN),
        ({"sign_type": "R" * 11}, "40002", "isv.invalid-signature-type", NODE, _CALLER_UNKNOWN),
        ({"timestamp": None}, "40001", "isv.missing-timestamp", NODE, _SIGNED),
        ({"timestamp": "2026-11-25T03:07:50"}, "40002", "isv.invalid-timestamp", NODE, _SIGNED),
        ({"timestamp": "2026/11/25 03:07:50"}, "40002", "isv.invalid-timestamp", NODE, _SIGNED),
        ({"timestamp": "2026-11-25 3:07:50"}, "40002", "isv.invalid-timestamp", NODE, _SIGNED),
        ({"timestamp": "2026-11-25 03:07"}, "40002", "isv.invalid-timestamp", NODE, _SIGNED),
        ({"timestamp": "2026-11-25 03:07:50 "}, "40002", "isv.invalid-timestamp", NODE, _SIGNED),
        ({"timestamp": "2026-02-29 03:07:50"}, "40002", "isv.invalid-timestamp", NODE, _SIGNED),
        ({"timestamp": "2026-11-25 24:00:00"}, "40002", "isv.invalid-timestamp", NODE, _SIGNED),
        ({"timestamp": "２０２６-11-25 03:07:50"}, "40002", "isv.invalid-timestamp", NODE, _SIGNED),
        ({"timestamp": "1795547270"}, "40002", "isv.invalid-timestamp", NODE, _SIGNED),
        ({"version": None}, "40001", "isv.missing-version", NODE, _SIGNED),
        ({"version": "1.1"}, "40002", "isv.invalid-parameter", NODE, _SIGNED),
        ({"version": "1.0 "}, "40002", "isv.invalid-parameter", NODE, _SIGNED),
        ({"format": "xml"}, "40002", "isv.invalid-format", NODE, _SIGNED),
        ({"format": "J" * 41}, "40002", "isv.invalid-format", NODE, _SIGNED),
        ({"app_auth_token": "t" * 41}, "20001", "aop.invalid-app-auth-token", NODE, _SIGNED),
    ],
    ids=lambda value: as_json(value)[:40] if isinstance(value, dict) else None,
)
def test_a_breach_of_a_common_parameter_gets_its_code(
    client: Client, common: Changes, code: str, sub_code: str, name: str, is_signed: bool
) -> None:
    answer = client.call(common, {"transaction_id": fresh_id()})
    assert (answer.node["code"], answer.node["sub_code"]) == (code, sub_code)
    assert answer.node["sub_msg"]
    assert "biz_no" not in answer.node
    assert answer.name == name
    assert (answer.signature is not None) is is_signed
    assert not is_signed or answer.is_signed_by_gateway(client.keys, "RSA2")


@pytest.mark.parametrize("charset", [None, "", "latin-1", "utf-16", "utf8mb4567890"])
def test_a_charset_that_is_not_the_pages_is_refused_unsigned(
    client: Client, charset: str | None
) -> None:
    answer = client.call({"charset": charset}, {"transaction_id": fresh_id()})
    assert (answer.node["code"], answer.node["sub_code"]) == ("40002", "isv.invalid-charset")
    assert answer.signature is None
    assert answer.charset == "utf-8"


def test_the_charset_must_be_in_the_query(client: Client) -> None:
    """The gateway needs it before it can read the body."""
    params = common_parameters(None, content({"transaction_id": fresh_id()}))
    params["sign"] = signature(params, client.keys)
    form = [(name, params.pop(name)) for name in ("charset", "biz_content")]
    answer = client.send(encode(list(params.items()), "utf-8"), encode(form, "utf-8"))
    assert answer.node["sub_code"] == "isv.invalid-charset"


def test_a_call_without_any_parameter_is_refused_before_its_method_is_known(
    client: Client,
) -> None:
    answer = client.send("", "")
    assert answer.name == "error_response"
    assert answer.signature is None
    assert answer.node["code"] in ("40001", "40002")


def test_an_unknown_caller_gets_no_signature_whatever_else_is_wrong(client: Client) -> None:
    answer = client.call({"app_id": "2014072300007149", "timestamp": None})
    assert answer.signature is None, answer.node


@pytest.mark.parametrize(
    ("common", "own", "sub_code"),
    [
        ({"timestamp": None}, {}, "isv.missing-timestamp"),
        ({"version": "2.0"}, {}, "isv.invalid-parameter"),
        ({"app_auth_token": "t" * 41}, {}, "aop.invalid-app-auth-token"),
        ({}, {"biz_code": None}, "INVALID_PARAMETER"),
        ({}, {"ext_biz_param": '{"mock":"isp.unknow-error"}'}, "isp.unknow-error"),
    ],
    ids=["missing timestamp", "version", "token", "own parameter", "scripted"],
)
@pytest.mark.parametrize("sign_type", ["RSA2", "RSA"])
def test_a_refusal_is_signed_in_the_way_that_the_request_asked_for(
    client: Client, common: Changes, own: Changes, sub_code: str, sign_type: str
) -> None:
    answer = client.call({"sign_type": sign_type, **common}, {"transaction_id": fresh_id(), **own})
    assert answer.node["sub_code"] == sub_code
    assert answer.is_signed_by_gateway(client.keys, sign_type)


@pytest.mark.parametrize(
    "fault",
    ["stranger's key", "other hash", "changed after signing", "plus not encoded", "one digit off"],
)
def test_a_signature_that_does_not_hold_is_refused_unsigned(client: Client, fault: str) -> None:
    own = {"transaction_id": fresh_id()}
    params = common_parameters(None, content(own))
    params["sign"] = signature(params, client.keys)
    if fault == "stranger's key":
        others = Keys(client.keys.stranger, client.keys.alipay, client.keys.app)
        params["sign"] = signature(params, others)
    elif fault == "other hash":
        params["sign"] = signature(params, client.keys, "RSA")
    elif fault == "changed after signing":
        params["biz_content"] = content({**own, "biz_code": "SMART_FACE"})
    elif fault == "plus not encoded":
        # A form reads a plus as a space; some signature has one, whatever the key.
        for second in range(60):
            params["timestamp"] = f"2026-11-25 03:07:{second:02}"
            params["sign"] = signature(params, client.keys)
            if "+" in params["sign"]:
                break
        params["sign"] = params["sign"].replace("+", " ")
    else:
        params["timestamp"] = "2026-11-25 03:07:51"
    form = encode([("biz_content", params.pop("biz_content"))], "utf-8")
    answer = client.send(encode(list(params.items()), "utf-8"), form)
    assert (answer.node["code"], answer.node["sub_code"]) == ("40002", "isv.invalid-signature")
    assert answer.signature is None
    assert answer.name == NODE


@pytest.mark.parametrize("where", ["app_id in the query", "biz_content in both", "biz_content"])
def test_a_parameter_that_comes_twice_is_refused(client: Client, where: str) -> None:
    """Whichever of the two a reader takes, another could take the other."""
    params = common_parameters(None, content({"transaction_id": fresh_id()}))
    params["sign"] = signature(params, client.keys)
    form = [("biz_content", params.pop("biz_content"))]
    query = list(params.items())
    if where == "app_id in the query":
        query.append(("app_id", params["app_id"]))
    elif where == "biz_content in both":
        query += form
    else:
        form *= 2
    answer = client.send(encode(query, "utf-8"), encode(form, "utf-8"))
    assert (answer.node["code"], answer.node["sub_code"]) == ("40002", "isv.invalid-parameter")


@pytest.mark.parametrize(
    ("charset", "form"),
    [
        ("utf-8", "biz_content=%FF"),
        ("utf-8", "biz_content=" + quote("收委", encoding="gbk")),
        ("gbk", "biz_content=%80%FF"),
        ("gb2312", "biz_content=" + quote("乗", encoding="gbk")),
        ("utf-8", "biz_content"),
        ("utf-8", "&".join(f"a{number}=1" for number in range(2000))),
    ],
    ids=["no utf-8", "gbk as utf-8", "no gbk", "gbk as gb2312", "no form", "too many fields"],
)
def test_a_body_that_is_no_form_in_the_charset_is_refused(
    client: Client, charset: str, form: str
) -> None:
    params = common_parameters({"charset": charset}, content())
    params["sign"] = signature(params, client.keys)
    params.pop("biz_content")
    answer = client.send(encode(list(params.items()), charset), form)
    assert (answer.node["code"], answer.node["sub_code"]) == ("40002", "isv.invalid-parameter")
    assert answer.charset == charset


@pytest.mark.parametrize("where", ["query", "body"])
@pytest.mark.parametrize("charset", ["utf-8", "gbk", "gb2312"])
def test_bytes_that_were_not_percent_encoded_are_answered_with_a_refusal(
    client: Client, charset: str, where: str
) -> None:
    """A client that forgets to encode gets an answer, not a connection that breaks off."""
    params = common_parameters({"charset": charset}, content())
    params["sign"] = signature(params, client.keys)
    params.pop("biz_content")
    raw = "\xff\xfe"
    query, form = encode(list(params.items()), charset), "biz_content=%7B%7D"
    if where == "query":
        # http.client refuses to send such a URL.
        reply = exchange_raw(client, f"POST /gateway.do?{query}&x={raw}", form)
    else:
        reply = exchange_raw(client, f"POST /gateway.do?{query}", form + raw)
    assert reply.startswith(b"HTTP/1.1 200 ")
    assert b'"code":"40002"' in reply


# --- a breach of the interface's own parameters ---------------------------------------------------


@pytest.mark.parametrize(
    "biz_content",
    [
        " ",
        "no JSON",
        "[]",
        "null",
        '"{}"',
        content()[:-1],
        content() + "{}",
        content().replace('"FACE"', "NaN"),
        content().replace('"biz_code"', '"biz_code": "FACE", "biz_code"'),
        content().replace('"FACE"', "9" * 5000),
        "[" * 5000,
    ],
    ids=[
        "blank",
        "text",
        "array",
        "null",
        "string",
        "cut",
        "followed",
        "NaN",
        "twice",
        "long number",
        "nested",
    ],
)
def test_a_biz_content_that_is_no_json_object_is_refused(client: Client, biz_content: str) -> None:
    assert_invalid_parameter(client, {}, None, biz_content)


@pytest.mark.parametrize("absent", [None, ""], ids=["left out", "empty"])
def test_a_call_without_biz_content_is_refused(client: Client, absent: str | None) -> None:
    assert_invalid_parameter(client, {"biz_content": absent}, None, None)


@pytest.mark.parametrize(
    "own",
    [
        *({name: None} for name in ("product_code", "biz_code", "identity_param")),
        *({name: ""} for name in ("product_code", "biz_code", "identity_param")),
        {"transaction_id": None},
        {"transaction_id": ""},
        {"transaction_id": "t" * 33},
        {"transaction_id": "a-b"},
        {"transaction_id": "a b"},
        {"transaction_id": "收委"},
        {"transaction_id": "١٢٣"},
        {"transaction_id": "abc\n"},
        {"transaction_id": 1234},
        {"product_code": "p" * 33},
        {"biz_code": "b" * 33},
        {"biz_code": ["FACE"]},
        {"linked_merchant_id": "2" * 17},
        {"linked_merchant_id": 2088721630869411},
        {"merchant_config": as_json({"a": "字" * 1016})},
        {"merchant_config": {}},
        {"merchant_config": "[]"},
        {"merchant_config": "{"},
        {"ext_biz_param": as_json({"a": "字" * 4088})},
        {"ext_biz_param": {"mock": "slow"}},
        {"ext_biz_param": "1"},
        {"ext_biz_param": '{"mock":"no such name"}'},
        {"ext_biz_param": '{"mock":1}'},
        {"identity_param": IDENTITY},
        {"identity_param": "收委"},
        {"identity_param": "[]"},
        {"identity_param": identity() + ","},
        {"identity_param": identity(cert_name="字" * 4096)},
        {"identity_param": '{"cert_name":"a",' + identity()[1:]},
        *({"identity_param": identity(**{name: None})} for name in IDENTITY),
        *({"identity_param": identity(**{name: ""})} for name in IDENTITY),
        {"identity_param": identity(cert_no=260104197909275964)},
        {"sub_code": "x"},
        {"Biz_Code": "FACE"},
    ],
    ids=lambda own: as_json(own)[:40],
)
def test_a_breach_of_an_own_parameter_is_an_invalid_parameter(client: Client, own: Changes) -> None:
    assert_invalid_parameter(client, {}, own, None)


def assert_invalid_parameter(
    client: Client, common: Changes, own: Changes | None, biz_content: str | None
) -> None:
    """Assert that the call is refused as the page says, in a signed answer."""
    answer = client.call(common, {"transaction_id": fresh_id(), **(own or {})}, biz_content)
    assert (answer.node["code"], answer.node["msg"]) == ("40004", "Business Failed")
    assert answer.node["sub_code"] == "INVALID_PARAMETER"
    assert answer.node["sub_msg"].startswith("参数有误。 ")
    assert "biz_no" not in answer.node
    assert answer.name == NODE
    assert answer.is_signed_by_gateway(client.keys, "RSA2")


@pytest.mark.parametrize("charset", ["utf-8", "gbk", "gb2312"])
def test_an_answer_is_in_the_requests_charset(client: Client, charset: str) -> None:
    own = {"transaction_id": fresh_id(), "ext_biz_param": '{"mock":"ARRANGEMENT_ERROR"}'}
    answer = client.call({"charset": charset}, own)
    assert answer.charset == charset
    assert answer.node["sub_msg"] == "合约异常"  # read in that charset
    assert answer.is_signed_by_gateway(client.keys, "RSA2")


# --- what it remembers ----------------------------------------------------------------------------


def test_the_same_call_gets_the_same_biz_no_and_another_gets_another(client: Client) -> None:
    first, second = ({"transaction_id": fresh_id()} for _ in range(2))
    numbers = [client.call(own=own).node["biz_no"] for own in (first, second, first)]
    assert numbers[0] == numbers[2]
    assert numbers[0] != numbers[1]


def test_an_id_that_was_used_for_other_content_is_refused(client: Client) -> None:
    own = {"transaction_id": fresh_id()}
    biz_no = client.call(own=own).node["biz_no"]
    other = client.call(own={**own, "biz_code": "SMART_FACE"})
    assert other.node["sub_code"] == "INVALID_PARAMETER"
    assert "transaction_id" in other.node["sub_msg"]
    assert client.call(own=own).node["biz_no"] == biz_no


def test_fifty_calls_at_once_are_all_answered(client: Client) -> None:
    ids = [fresh_id() for _ in range(50)]
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda i: client.call(own={"transaction_id": i}), ids))
    assert all(answer.is_signed_by_gateway(client.keys, "RSA2") for answer in answers)
    assert len({answer.node["biz_no"] for answer in answers}) == 50


def test_of_calls_at_once_with_one_id_only_one_content_wins(client: Client) -> None:
    number = fresh_id()
    codes = [f"FACE{at % 5}" for at in range(25)]
    with ThreadPoolExecutor(25) as pool:
        answers = pool.map(
            lambda code: client.call(own={"transaction_id": number, "biz_code": code}), codes
        )
        codes_of_answers = [answer.node["code"] for answer in answers]
    accepted = {code for code, said in zip(codes, codes_of_answers, strict=True) if said == "10000"}
    assert len(accepted) == 1
    assert codes_of_answers.count("10000") == 5
    assert codes_of_answers.count("40004") == 20


def test_it_logs_the_id_and_the_outcome_and_nothing_of_the_person(client: Client) -> None:
    number = fresh_id()
    biz_no = client.call({"app_auth_token": "secret-token"}, {"transaction_id": number}).node[
        "biz_no"
    ]
    assert client.log[-1] == f"{number} 10000 {biz_no}"
    client.call(own={"transaction_id": number, "linked_merchant_id": "收委"})
    assert client.log[-1] == f"{number} 40004 INVALID_PARAMETER"
    client.call(own={"transaction_id": "260104197909275964 收委"})
    assert client.log[-1] == "40004 INVALID_PARAMETER"
    log = "\n".join(client.log)
    assert "收委" not in log
    assert IDENTITY["cert_no"] not in log
    assert "secret-token" not in log


# --- plain HTTP -----------------------------------------------------------------------------------


def exchange_raw(
    client: Client, request_line: str, body: str = "", *headers: str, length: str | None = None
) -> bytes:
    """Send a request as it is, and return all that comes back until the gateway hangs up."""
    if length is None:
        length = f"Content-Length: {len(body)}"
    head = [f"{request_line} HTTP/1.1", "Host: localhost", "Connection: close", length, *headers]
    data = "\r\n".join([*filter(None, head), "", body]).encode("latin-1")
    reply = b""
    with socket.create_connection(("127.0.0.1", client.port), timeout=10) as connection:
        connection.sendall(data)
        with contextlib.suppress(ConnectionResetError):
            while chunk := connection.recv(65536):
                reply += chunk
    return reply


@pytest.mark.parametrize(
    ("request_line", "length", "status"),
    [
        ("GET /", "", 404),
        ("GET http://localhost/elsewhere.do?charset=utf-8", "", 404),
        ("GET /gateway.do?charset=utf-8", None, 400),
        ("GET /gateway.do?charset=utf-8", "Transfer-Encoding: chunked", 400),
        ("PUT /gateway.do", None, 501),
        ("DELETE /gateway.do", "", 501),
        ("POST /", None, 404),
        ("POST http://localhost", None, 404),
        ("POST http://localhost/gateway.do", "", 411),
        ("POST /gateway.do/", None, 404),
        ("POST /gateway.do", "", 411),
        ("POST /gateway.do", "Content-Length: ", 411),
        ("POST /gateway.do", "Content-Length: -1", 411),
        ("POST /gateway.do", "Content-Length: ten", 411),
        ("POST /gateway.do", "Content-Length: ²", 411),
        ("POST /gateway.do", "Transfer-Encoding: chunked", 411),
        ("POST /gateway.do", "Content-Length: 1048577", 413),
        ("POST /gateway.do", f"Content-Length: {10**30}", 413),
        ("POST /gateway.do", "Content-Length: " + "9" * 5000, 413),
        ("POST /" + "a" * 70000, None, 414),
    ],
    ids=lambda value: str(value)[:32],
)
def test_what_is_no_call_gets_an_http_status(
    client: Client, request_line: str, length: str | None, status: int
) -> None:
    reply = exchange_raw(client, request_line, length=length)
    assert reply.split(b" ", 2)[1:2] == [str(status).encode()], reply
    assert client.call(own={"transaction_id": fresh_id()}).node["code"] == "10000"


def test_callers_that_say_nothing_or_hang_up_do_not_stop_others(client: Client) -> None:
    with contextlib.ExitStack() as stack:
        silent = [
            stack.enter_context(socket.create_connection(("127.0.0.1", client.port), timeout=10))
            for _ in range(20)
        ]
        for connection in silent[:10]:
            connection.sendall(b"POST /gateway.do HTTP/1.1\r\nContent-Length: 100\r\n\r\nbiz")
        for connection in silent[:5]:
            connection.close()
        answer = client.call(own={"transaction_id": fresh_id()})
    assert answer.node["code"] == "10000"


def test_one_connection_serves_several_calls(client: Client) -> None:
    params = common_parameters(None, content({"transaction_id": fresh_id()}))
    params["sign"] = signature(params, client.keys)
    form = encode([("biz_content", params.pop("biz_content"))], "utf-8")
    target = f"/gateway.do?{encode(list(params.items()), 'utf-8')}"
    bodies = []
    connection = http.client.HTTPConnection("127.0.0.1", client.port, timeout=10)
    with contextlib.closing(connection):
        for _ in range(3):
            connection.request("POST", target, form)
            bodies.append(connection.getresponse().read())
    assert [json.loads(body)[NODE]["code"] for body in bodies] == ["10000"] * 3


def test_it_listens_on_loopback_alone(client: Client) -> None:
    """Another address of this machine, which is loopback's neighbour on Linux, is refused."""
    with socket.socket() as probe:
        probe.settimeout(10)
        assert probe.connect_ex(("127.0.0.2", client.port)) != 0
