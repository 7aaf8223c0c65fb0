"""JSON output: one object on one line, whose names and values scripts can rely on."""

import contextlib
import io
import json
import socket
import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import Account
from tests.support.independent import BIZ_NO, NODE, node_text, signed_answer
from tests.support.program import Result, run_inside, run_process
from tests.support.stub import Said, Seen, Stub, stub_gateway
from zhima_cli.core.errors import Reason
from zhima_cli.core.kinds import Kind, Sent
from zhima_cli.core.outcome import Answer, Call, Outcome
from zhima_cli.output.machine import show_outcome
from zhima_cli.output.screen import Screen
from zhima_cli.words.english import ENGLISH
from zhima_cli.words.language import Language

NAMES = [
    "schema",
    "ok",
    "kind",
    "biz_no",
    "transaction_id",
    "code",
    "msg",
    "sub_code",
    "sub_msg",
    "description",
    "solution",
    "retryable",
    "verified",
    "sent",
    "profile",
    "mock",
    "attempts",
]
NOTHING: dict[str, object] = dict.fromkeys(NAMES)
ID = "ZGYD201610252323000001234"
BUSINESS = node_text(
    code="40004", msg="Business Failed", sub_code="ARRANGEMENT_ERROR", sub_msg="合约异常"
)
UNSEEN_CATEGORIES = {"Cc", "Cf", "Cs", "Zl", "Zp"}

HOSTILE = {
    "escape": "\x1b[2J",
    "title (OSC)": "\x1b]0;owned\x07",
    "CSI of C1": "\x9b31m",
    "next line": "\x85",
    "line end": "\r\n",
    "tab": "\t",
    "delete": "\x7f",
    "right-to-left override": "\u202e",
    "isolate": "\u2066",
    "zero-width space": "\u200b",
    "soft hyphen": "\u00ad",
    "byte-order mark": "\ufeff",
    "line separator": "\u2028",
    "grapheme joiner": "\u034f",
    "Hangul filler": "\u3164",
    "variation selector": "\ufe0f",
    "astral tag": "\U000e0001",
    "astral variation selector": "\U000e0100",
}


@pytest.fixture
def gateway(account: Account) -> Iterator[Stub]:
    """A gateway that refuses the contract, properly signed, and a profile that names it."""
    with stub_gateway(signed_answer(account.keys.alipay, BUSINESS)) as stub:
        account.write(gateway=stub.url)
        yield stub


def ask(account: Account, answer: Said | bytes, *arguments: str) -> Result:
    """Make the call as JSON to a gateway that gives ``answer``."""
    with stub_gateway(answer) as stub:
        account.write(gateway=stub.url)
        return account.init_cert(f"--transaction-id={ID}", "--output=json", *arguments)


def unsigned(node: str) -> bytes:
    """Return an answer without a signature."""
    return f'{{"{NODE}":{node}}}'.encode()


@contextlib.contextmanager
def deaf_gateway() -> Iterator[str]:
    """Give a gateway's address on a port that is taken, where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}/gateway.do"


def check(result: Result, status: int, expected: dict[str, object]) -> None:
    """Check the whole object, the order of its names, and that nothing else was said."""
    assert (result.status, result.err) == (status, "")
    assert list(result.json) == NAMES
    attempts = 0 if expected["sent"] == "no" and expected["kind"] != "temporary" else 1
    common = {"schema": 1, "mock": False, "attempts": attempts}
    assert result.json == {**NOTHING, **common, **expected}


def test_success(account: Account) -> None:
    check(
        ask(account, signed_answer(account.keys.alipay)),
        0,
        {
            "ok": True,
            "kind": "success",
            "biz_no": BIZ_NO,
            "transaction_id": ID,
            "code": "10000",
            "msg": "Success",
            "verified": True,
            "sent": "answered",
            "profile": "default",
        },
    )


def test_a_refusal_of_the_interface(account: Account) -> None:
    check(
        ask(account, signed_answer(account.keys.alipay, BUSINESS), "--lang=zh"),
        4,
        {
            "ok": False,
            "kind": "business",
            "transaction_id": ID,
            "code": "40004",
            "msg": "Business Failed",
            "sub_code": "ARRANGEMENT_ERROR",
            "sub_msg": "合约异常",
            "description": "合约异常",
            "solution": "请确定的产品码正确,合约已经生效,并且包含此业务的权限",
            "retryable": False,
            "verified": True,
            "sent": "answered",
            "profile": "default",
        },
    )


def test_an_unsigned_refusal_of_the_gateway(account: Account) -> None:
    node = node_text(code="40002", msg="Invalid Arguments", sub_code="isv.invalid-app-id")
    check(
        ask(account, unsigned(node), "--lang=zh"),
        5,
        {
            "ok": False,
            "kind": "gateway",
            "transaction_id": ID,
            "code": "40002",
            "msg": "Invalid Arguments",
            "sub_code": "isv.invalid-app-id",
            "description": "无效的appId参数",
            "solution": "检查入参app_id,app_id不存在,或者未上线",
            "retryable": False,
            "verified": False,
            "sent": "answered",
            "profile": "default",
        },
    )


def test_a_code_that_no_table_has_is_said_to_be_unknown(account: Account) -> None:
    node = node_text(code="49999", msg="Never Heard Of", sub_code="isv.brand-new")
    check(
        ask(account, signed_answer(account.keys.alipay, node)),
        5,
        {
            "ok": False,
            "kind": "gateway",
            "transaction_id": ID,
            "code": "49999",
            "msg": "Never Heard Of",
            "sub_code": "isv.brand-new",
            "description": "A return code that is in none of the tables",
            "solution": "Look the sub_code up in the open platform's documentation; "
            "the sub_msg says more",
            "retryable": False,
            "verified": True,
            "sent": "answered",
            "profile": "default",
        },
    )


def test_a_busy_interface_is_temporary(account: Account) -> None:
    node = node_text(code="40004", msg="Business Failed", sub_code="SYSTEM_ERROR")
    check(
        ask(account, signed_answer(account.keys.alipay, node), "--lang=zh"),
        6,
        {
            "ok": False,
            "kind": "temporary",
            "transaction_id": ID,
            "code": "40004",
            "msg": "Business Failed",
            "sub_code": "SYSTEM_ERROR",
            "description": "系统繁忙",
            "solution": "系统繁忙,请稍后再试",
            "retryable": True,
            "verified": True,
            "sent": "answered",
            "profile": "default",
        },
    )


def test_no_connection_is_temporary_and_nothing_was_sent(account: Account) -> None:
    with deaf_gateway() as url:
        account.write(gateway=url)
        result = account.init_cert(f"--transaction-id={ID}", "--output=json")
    words = {name: result.json[name] for name in ("description", "solution")}
    assert all(isinstance(word, str) and word for word in words.values())
    check(
        result,
        6,
        {
            "ok": False,
            "kind": "temporary",
            "transaction_id": ID,
            **words,
            "retryable": True,
            "sent": "no",
            "profile": "default",
        },
    )


def test_http_503_was_answered_but_says_nothing(account: Account) -> None:
    result = ask(account, Said(b"Service Unavailable", status=503))
    words = {name: result.json[name] for name in ("description", "solution")}
    assert "503" in str(words["description"])
    check(
        result,
        6,
        {
            "ok": False,
            "kind": "temporary",
            "transaction_id": ID,
            **words,
            "retryable": True,
            "sent": "answered",
            "profile": "default",
        },
    )


def test_an_answer_that_cannot_be_believed_shows_none_of_what_it_says(account: Account) -> None:
    sentence = ENGLISH.reasons[Reason.SIGNATURE_WRONG]
    check(
        ask(account, signed_answer(account.keys.stranger)),
        7,
        {
            "ok": False,
            "kind": "untrusted",
            "transaction_id": ID,
            "description": sentence.what,
            "solution": sentence.remedy,
            "retryable": False,
            "verified": False,
            "sent": "answered",
            "profile": "default",
        },
    )


def test_wrong_usage_names_all_that_is_wrong_a_line_each(account: Account, gateway: Stub) -> None:
    result = account.init_cert("--transaction-id=not-one", "--timeout=soon", "--output=json")
    words = {name: str(result.json[name]) for name in ("description", "solution")}
    lines = words["description"].split("\n")
    assert sorted("--timeout" in line for line in lines) == [False, True]
    assert sorted("--transaction-id" in line for line in lines) == [False, True]
    assert len(words["solution"].split("\n")) == 2
    assert gateway.seen == []
    check(result, 2, {"ok": False, "kind": "usage", **words, "retryable": False, "sent": "no"})


def test_an_option_that_there_is_not_is_told_as_json_too(account: Account) -> None:
    result = account.init_cert("--certname=收委", "--output=json")
    words = {name: result.json[name] for name in ("description", "solution")}
    assert "--cert-name" in str(words["solution"])
    check(result, 2, {"ok": False, "kind": "usage", **words, "retryable": False, "sent": "no"})


def test_a_wrong_configuration(account: Account) -> None:
    account.config.write_text("[profiles.default]\napp_ids = '1'\n", encoding="utf-8")
    result = account.init_cert("--output=json")
    words = {name: result.json[name] for name in ("description", "solution")}
    assert "app_ids" in str(words["description"])
    assert "app_id" in str(words["solution"])
    check(result, 3, {"ok": False, "kind": "config", **words, "retryable": False, "sent": "no"})


@pytest.mark.long
def test_the_mock_says_so(account: Account) -> None:
    result = account.init_cert(f"--transaction-id={ID}", "--profile=mock", "--output=json")
    biz_no = str(result.json["biz_no"])
    assert biz_no.startswith("ZMMOCK")
    check(
        result,
        0,
        {
            "ok": True,
            "kind": "success",
            "biz_no": biz_no,
            "transaction_id": ID,
            "code": "10000",
            "msg": "Success",
            "verified": True,
            "sent": "answered",
            "profile": "mock",
            "mock": True,
        },
    )


def test_a_biz_no_of_the_mock_is_one_whatever_the_profile_is_called(account: Account) -> None:
    node = node_text(code="10000", msg="Success", biz_no="ZMMOCK00000000000000000000000001")
    result = ask(account, signed_answer(account.keys.alipay, node))
    assert (result.json["mock"], result.json["profile"]) == (True, "default")


def test_the_transaction_id_that_was_made_is_the_one_in_the_object(account: Account) -> None:
    with stub_gateway(signed_answer(account.keys.alipay)) as stub:
        account.write(gateway=stub.url)
        result = account.init_cert("--output=json")
    made = str(result.json["transaction_id"])
    assert result.err.endswith(f" {made}\n")
    assert f"%22{made}%22" in stub.seen[0].body.decode("ascii")


def test_json_is_chosen_by_the_environment_too(account: Account) -> None:
    variables = {"ZHIMA_OUTPUT": "json"}
    result = run_inside(["init-cert"], account.home, variables)
    assert (result.status, result.json["kind"], result.err) == (2, "usage", "")


def test_a_long_text_stays_on_one_line_however_narrow_the_terminal(account: Account) -> None:
    node = node_text(code="40004", msg="Business Failed", sub_code="X", sub_msg="长" * 3000)
    with stub_gateway(signed_answer(account.keys.alipay, node)) as stub:
        account.write(gateway=stub.url)
        result = account.init_cert("-o", "json", variables={"COLUMNS": "20"})
    assert result.json["sub_msg"] == "长" * 3000


def test_what_acts_or_hides_is_escaped_and_reads_back_the_same(account: Account) -> None:
    members = {"code": "40004", "msg": "m", "sub_code": "c", "sub_msg": "s"}
    members = {name: value + "".join(HOSTILE.values()) for name, value in members.items()}
    result = ask(account, signed_answer(account.keys.alipay, node_text(**members)))
    assert {name: result.json[name] for name in members} == members
    hidden = {character for character in "".join(HOSTILE.values()) if not " " <= character <= "~"}
    assert not hidden & set(result.out[:-1])


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_each_is_escaped_in_the_way_of_json(account: Account, text: str) -> None:
    node = node_text(code="40004", msg="Business Failed", sub_msg=f"a{text}b")
    result = ask(account, signed_answer(account.keys.alipay, node))
    assert result.status == 4
    assert f'"a{json.dumps(text)[1:-1]}b"' in result.out
    assert result.json["sub_msg"] == f"a{text}b"


def test_an_astral_character_is_escaped_as_the_pair_that_json_knows(account: Account) -> None:
    node = node_text(code="40004", msg="Business Failed", sub_msg="a\U000e0001b")
    result = ask(account, signed_answer(account.keys.alipay, node))
    assert r'"a\udb40\udc01b"' in result.out


@given(text=st.text())
@settings(deadline=None, database=None)
def test_any_text_reads_back_the_same_from_one_line_without_unseen_characters(text: str) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="")
    answer = Answer("40004", text, text, text, None, verified=True, mock=False)
    outcome = Outcome(
        Call(profile=text), Kind.BUSINESS, Sent.ANSWERED, retryable=False, answer=answer
    )
    show_outcome(outcome, Language.EN, Screen(stream, {}))
    stream.seek(0)
    line = stream.read()
    assert line.endswith("\n")
    assert not any(unicodedata.category(c) in UNSEEN_CATEGORIES for c in line[:-1])
    value = json.loads(line)
    assert [value[name] for name in ("msg", "sub_code", "sub_msg", "profile")] == [text] * 4


def test_chinese_stays_readable_where_it_can_be_written(account: Account, gateway: Stub) -> None:
    result = account.init_cert("--output=json")
    assert '"sub_msg": "合约异常"' in result.out
    assert len(gateway.seen) == 1


def test_chinese_stays_readable_in_gbk(account: Account, gateway: Stub) -> None:
    result = account.init_cert("--output=json", encoding="gbk")
    assert '"sub_msg": "合约异常"' in result.out
    assert len(gateway.seen) == 1


@pytest.mark.parametrize(
    ("encoding", "text"),
    [("ascii", "合约异常"), ("latin-1", "合约异常"), ("gbk", "合约异常\N{GRINNING FACE}")],
)
def test_the_object_is_ascii_where_its_characters_cannot_be_written(
    account: Account, encoding: str, text: str
) -> None:
    def answer(_: Seen) -> Said:
        node = node_text(code="40004", msg="Business Failed", sub_code="X", sub_msg=text)
        return Said(signed_answer(account.keys.alipay, node))

    with stub_gateway(answer) as stub:
        account.write(gateway=stub.url)
        result = account.init_cert("--output=json", encoding=encoding)
    assert result.status == 4
    assert result.out.isascii()
    assert result.json["sub_msg"] == text


def test_the_object_is_ascii_in_a_process_whose_pipe_is(account: Account, gateway: Stub) -> None:
    arguments = ["init-cert", "--cert-name=收委", "--cert-no=1", "--output=json", "--lang=zh"]
    result = run_process(arguments, account.home, encoding="ascii", PYTHONIOENCODING="ascii:strict")
    assert (result.status, result.json["sub_msg"]) == (4, "合约异常")
    assert len(gateway.seen) == 1
