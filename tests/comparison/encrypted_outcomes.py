"""What the Node.js client and zhima make of calls and answers with content encryption."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.comparison.answer_cases import AnswerCase
from tests.comparison.answer_cases import make_cases as make_answers
from tests.comparison.answer_outcomes import judge, verdict_of_core
from tests.comparison.clients import NODE_UNASKED, OFFICIAL_NODE
from tests.comparison.encrypted_cases import ENCRYPTED_KINDS
from tests.comparison.request_cases import RequestCase, make_cases
from tests.comparison.request_outcomes import ZhimaCall, write_profiles, zhima_call
from tests.comparison.single_calls import Bench, Single
from tests.conftest import Account
from tests.support.aes import KEY_TEXT
from tests.support.independent import public_pem
from zhima_cli.core.content_encryption import load_encrypt_key
from zhima_cli.core.keys import load_public_key

ENCRYPTING = (OFFICIAL_NODE, NODE_UNASKED)


@dataclass(frozen=True)
class Encrypted:
    """Calls by zhima and by the client, and answers as both took them."""

    requests: Sequence[RequestCase]
    zhima_calls: Sequence[ZhimaCall]
    client_calls: Sequence[Single]
    answers: Sequence[AnswerCase]
    zhima_verdicts: Sequence[str]
    client_verdicts: Mapping[str, Sequence[str]]


def run_all(bench: Bench, account: Account) -> Encrypted:
    """Make all calls, and judge all answers."""
    write_profiles(account, bench.app, "https://openapi.alipay.com/gateway.do")
    cases = [case for case in make_cases() if case.charset == "utf-8"][::3]
    variables = {"ZHIMA_ENCRYPT_KEY": KEY_TEXT}
    calls = [
        zhima_call(case, account.home, f"--profile={case.key_form}", variables=variables)
        for case in cases
    ]
    kinds = [(kind, "utf-8", layout) for kind, layout in ENCRYPTED_KINDS.items()]
    answers = make_answers(bench.keys, kinds)
    key = load_public_key(public_pem(bench.keys.alipay).encode(), "alipay_public_key")
    encrypt_key = load_encrypt_key(KEY_TEXT.encode(), "encrypt_key")
    return Encrypted(
        cases,
        calls,
        _calls(bench, cases, calls),
        answers,
        [verdict_of_core(case, key, encrypt_key) for case in answers],
        {
            name: [result.verdict for result in judge(bench, name, answers, encrypt_key=KEY_TEXT)]
            for name in ENCRYPTING
        },
    )


def _calls(bench: Bench, cases: Sequence[RequestCase], calls: Sequence[ZhimaCall]) -> list[Single]:
    changes = [
        {"encrypt_key": KEY_TEXT, "sign_type": case.sign_type, **call.given}
        for case, call in zip(cases, calls, strict=True)
    ]
    return bench.calls(OFFICIAL_NODE, changes, [b""] * len(cases))
