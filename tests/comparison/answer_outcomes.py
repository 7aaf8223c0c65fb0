"""What each client made of the answers, beside what zhima made of them."""

from collections.abc import Sequence
from pathlib import Path

from tests.comparison.answer_cases import AnswerCase
from tests.comparison.clients import CLIENTS, NODE_UNASKED, OFFICIAL_NODE
from tests.comparison.driving import CallResult
from tests.comparison.single_calls import Bench
from tests.support.program import PERSON, Result, run_inside, run_process
from tests.support.stub import stub_gateway
from zhima_cli.core.answer import read_answer
from zhima_cli.core.charset import Charset
from zhima_cli.core.content_encryption import EncryptKey
from zhima_cli.core.errors import UntrustedError
from zhima_cli.core.keys import PublicKey
from zhima_cli.core.signature import SignType

JUDGES = (*CLIENTS, NODE_UNASKED)
REFUSED = "refused"


def verdict_of_core(case: AnswerCase, key: PublicKey, encrypt_key: EncryptKey | None = None) -> str:
    """Return what zhima's core takes the answer for."""
    charset, sign_type = Charset(case.charset), SignType(case.sign_type)
    try:
        answer = read_answer(case.body, charset, key, sign_type, encrypt_key=encrypt_key)
    except UntrustedError:
        return REFUSED
    if answer.biz_no is not None:
        return f"biz_no {answer.biz_no}"
    return f"failure {answer.code} {answer.sub_code or ''}".strip()


def program_verdict(case: AnswerCase, home: Path, as_process: bool) -> str:
    """Return what the whole program takes the answer for, from a real server."""
    with stub_gateway(case.body) as stub:
        arguments = [
            *("init-cert", *PERSON, "--output=json", "--transaction-id=T1"),
            *(f"--gateway={stub.url}", f"--charset={case.charset}"),
            f"--sign-type={case.sign_type}",
        ]
        result = run_process(arguments, home) if as_process else run_inside(arguments, home)
    assert len(stub.seen) == 1, result
    return _verdict(result)


def _verdict(result: Result) -> str:
    fields = result.json
    if result.status == 0:
        return f"biz_no {fields['biz_no']}"
    if result.status == 7:
        assert fields["biz_no"] is None
        return REFUSED
    assert result.status == 4, result
    return f"failure {fields['code']} {fields['sub_code']}"


def judge(
    bench: Bench, judge_name: str, cases: Sequence[AnswerCase], **more: object
) -> list[CallResult]:
    """Let a client make a call for each answer, and return what it took it for."""
    changes = [
        {
            "sign_type": case.sign_type,
            "charset": case.charset,
            "validate_sign": judge_name != NODE_UNASKED,
            **more,
        }
        for case in cases
    ]
    client = OFFICIAL_NODE if judge_name == NODE_UNASKED else judge_name
    singles = bench.calls(client, changes, [case.body for case in cases])
    assert all(single.wire for single in singles)
    return [single.result for single in singles]
