"""Every code of both tables, from a gateway's signed answer to the exit status and the words.

The expected rows are the gateway's table as a file of the tests' own, and the interface's page
typed off below; nothing of them is read from zhima.
"""

import json
import re
import runpy
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import Account
from tests.support.exchange import call
from tests.support.independent import node_text, signed_answer
from tests.support.long import long
from tests.support.stub import stub_gateway
from zhima_cli.core import codes
from zhima_cli.core.codes import (
    BARE_CODES,
    GATEWAY_CODES,
    INTERFACE_CODES,
    KnownCode,
    Text,
    look_up,
)
from zhima_cli.core.kinds import Kind

TABLE = json.loads(
    (Path(__file__).parent / "data" / "gateway-errors.json").read_text(encoding="utf-8")
)
BUSY_CODES = ("20000", "40005")
SUCCESS = "10000"
BUSINESS = "40004"

# sub_code, 错误描述, 解决方案, whether the same call can succeed later
PAGE = (
    ("SYSTEM_ERROR", "系统繁忙", "系统繁忙,请稍后再试", True),
    ("INVALID_PARAMETER", "参数有误。", "根据错误码描述修改入参后再重试", False),
    ("BIZ_ERROR", "业务异常,认证初始化失败", "请根据错误码描述检查错误原因", False),
    (
        "ARRANGEMENT_ERROR",
        "合约异常",
        "请确定的产品码正确,合约已经生效,并且包含此业务的权限",
        False,
    ),
    ("TRANSACTION_ERROR", "交易订单异常", "交易订单更新失败,请稍后重新发起", True),
    ("UNSUPPORTED_BIZ_CODE", "不支持的认证场景", "请使用已签约的认证场景", False),
)


@dataclass(frozen=True)
class Row:
    """What a pair of codes is to lead to; ``solution`` is None where the tables have none."""

    code: str
    sub_code: str | None
    kind: str
    retryable: bool
    description: str
    solution: str | None


def _gateway_row(code: str, sub_code: str | None, retryable: bool, *words: str | None) -> Row:
    kind = "temporary" if code in BUSY_CODES else "business" if code == BUSINESS else "gateway"
    description, solution = words
    assert description
    return Row(code, sub_code, kind, retryable, description, solution)


INTERFACE_ROWS = [
    Row(BUSINESS, sub_code, "temporary" if again else "business", again, description, solution)
    for sub_code, description, solution, again in PAGE
]
GATEWAY_ROWS = [
    _gateway_row(
        row["code"], row["sub_code"], row["retryable"], row["description"], row["solution"]
    )
    for row in TABLE["sub_codes"]
]
BARE_ROWS = [
    _gateway_row(row["code"], None, row["code"] in BUSY_CODES, row["msg"], None)
    for row in TABLE["codes"]
    if row["code"] != SUCCESS
]
STATUS = {"business": 4, "gateway": 5, "temporary": 6}


def with_sub_code(row: Row, sub_code: str | None) -> Row:
    return Row(row.code, sub_code, row.kind, row.retryable, row.description, row.solution)


def name_of(row: Row) -> str:
    return f"{row.code}-{row.sub_code}"


CASES = [
    *INTERFACE_ROWS,
    *(with_sub_code(row, f"ZHIMA.{row.sub_code}") for row in INTERFACE_ROWS),
    *(with_sub_code(INTERFACE_ROWS[0], f"{n}.SYSTEM_ERROR") for n in ("ACQ", "isv.a.b")),
    *GATEWAY_ROWS,
    *BARE_ROWS,
    *(with_sub_code(row, "isv.nobody-knows") for row in BARE_ROWS),
    # Names that only look like one of the page's.
    *(
        with_sub_code(row, sub_code)
        for row in BARE_ROWS
        if row.code == BUSINESS
        for sub_code in ("MY_SYSTEM_ERROR", "SYSTEM_ERROR.X", "system_error", "ZHIMA.", "")
    ),
]


def is_chinese(text: str) -> bool:
    return re.search("[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]", text) is not None


def answer_text(code: str, sub_code: str | None) -> str:
    members = {"code": code, "msg": "the gateway's own [bold]words"}
    if sub_code is not None:
        members |= {"sub_code": sub_code, "sub_msg": f"并且 \\ 关于 {sub_code}"}
    return node_text(**members)


# Of the names that a gateway's code is refined by, the quick run tries some.
OFTEN = (*INTERFACE_ROWS, *BARE_ROWS, *GATEWAY_ROWS[::5])


@pytest.mark.parametrize("row", [row if row in OFTEN else long(row) for row in CASES], ids=name_of)
def test_a_code_leads_to_its_exit_status_meaning_and_remedy(account: Account, row: Row) -> None:
    body = signed_answer(account.keys.alipay, answer_text(row.code, row.sub_code))
    with stub_gateway(body) as stub:
        chinese = call(account, stub.url, "--lang=zh")
        english = call(account, stub.url, "--lang=en")
    sub_msg = None if row.sub_code is None else f"并且 \\ 关于 {row.sub_code}"
    for result in (chinese, english):
        fields = result.json
        assert result.status == STATUS[row.kind]
        assert (fields["ok"], fields["kind"], fields["retryable"]) == (
            False,
            row.kind,
            row.retryable,
        )
        assert (fields["code"], fields["msg"]) == (row.code, "the gateway's own [bold]words")
        assert (fields["sub_code"], fields["sub_msg"]) == (row.sub_code, sub_msg)
        assert (fields["sent"], fields["verified"], fields["biz_no"]) == ("answered", True, None)
    for field, expected in (("description", row.description), ("solution", row.solution)):
        in_chinese, in_english = chinese.json[field], english.json[field]
        assert isinstance(in_chinese, str)
        assert is_chinese(in_chinese)
        assert expected is None or in_chinese == expected
        assert isinstance(in_english, str)
        assert re.search("[A-Za-z]{3}", in_english)
        assert not is_chinese(in_english)


@pytest.mark.parametrize("code", ["49999", "0", "1e4", "成功", "100000"])
def test_a_code_that_no_table_has_is_a_refusal_of_the_gateway(account: Account, code: str) -> None:
    body = signed_answer(account.keys.alipay, answer_text(code, "isv.nobody-knows"))
    with stub_gateway(body) as stub:
        result = call(account, stub.url)
    fields = result.json
    assert (result.status, fields["kind"], fields["retryable"]) == (5, "gateway", False)
    assert (fields["code"], fields["sub_code"]) == (code, "isv.nobody-knows")
    assert fields["msg"] == "the gateway's own [bold]words"
    assert fields["sub_msg"] == "并且 \\ 关于 isv.nobody-knows"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_also_a_code_that_no_table_has_comes_with_what_to_do_next(
    account: Account, language: str
) -> None:
    body = signed_answer(account.keys.alipay, answer_text("49999", "isv.nobody-knows"))
    with stub_gateway(body) as stub:
        result = call(account, stub.url, f"--lang={language}")
    assert result.json["solution"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", ("合约异常", "请确定的产品码正确,合约已经生效,并且包含此业务的权限")),
        ("en", ("The contract is not in order", "Make sure that the product code is right")),
    ],
)
def test_people_read_the_codes_the_gateways_words_the_meaning_and_the_remedy(
    account: Account, language: str, words: tuple[str, ...]
) -> None:
    body = signed_answer(account.keys.alipay, answer_text(BUSINESS, "ZHIMA.ARRANGEMENT_ERROR"))
    with stub_gateway(body) as stub:
        result = account.init_cert(
            "--transaction-id=T1", f"--gateway={stub.url}", f"--lang={language}"
        )
    assert (result.status, result.out) == (4, "")
    for text in (BUSINESS, "ZHIMA.ARRANGEMENT_ERROR", "the gateway's own [bold]words", *words):
        assert text in result.err


def test_the_copies_of_the_tables_are_whole() -> None:
    assert len(TABLE["codes"]) == 9
    assert len(TABLE["sub_codes"]) == 43
    assert len(PAGE) == 6


def test_zhima_has_exactly_the_rows_of_the_tables() -> None:
    for known, expected in (
        (INTERFACE_CODES, INTERFACE_ROWS),
        (GATEWAY_CODES, GATEWAY_ROWS),
        (BARE_CODES, BARE_ROWS),
    ):
        rows = Counter(
            Row(
                row.code,
                row.sub_code,
                row.kind.value,
                row.retryable,
                row.description.zh,
                row.solution.zh if row.sub_code else None,
            )
            for row in known
        )
        assert rows == Counter(expected)


def test_the_tables_are_made_of_what_stands_in_them() -> None:
    """They are made anew for it, since they were made when zhima was imported."""
    made = runpy.run_path(codes.__file__, run_name=codes.__name__)
    rows = [
        row for name in ("INTERFACE_CODES", "GATEWAY_CODES", "BARE_CODES") for row in made[name]
    ]
    expected = [*INTERFACE_ROWS, *GATEWAY_ROWS, *BARE_ROWS]
    assert [(row.code, row.sub_code, row.kind.value, row.retryable) for row in rows] == [
        (row.code, row.sub_code, row.kind, row.retryable) for row in expected
    ]
    assert [row.description.zh for row in rows] == [row.description for row in expected]
    for row, wanted in zip(rows, expected, strict=True):
        assert row.solution.zh == (wanted.solution or row.solution.zh)
        assert not is_chinese(row.description.en + row.solution.en)


def test_an_unknown_code_is_the_gateways_and_keeps_its_name() -> None:
    known = look_up("49999", "isv.nobody-knows")
    assert known == KnownCode(
        code="49999",
        sub_code="isv.nobody-knows",
        kind=Kind.GATEWAY,
        retryable=False,
        description=Text("未知的网关返回码", "A return code that is in none of the tables"),
        solution=look_up("40001", None).solution,
    )


@pytest.mark.parametrize("sub_code", ["SYSTEM_ERROR", "ACQ.SYSTEM_ERROR", "isv.a.b.SYSTEM_ERROR"])
def test_a_business_sub_code_may_have_a_namespace(sub_code: str) -> None:
    assert look_up(BUSINESS, sub_code) is INTERFACE_CODES[0]
    assert look_up(BUSINESS, f"{sub_code}.X") is look_up(BUSINESS, None)
