"""What each client made of the answers, beside what zhima made of them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from tests.comparison.answer_cases import AnswerCase
from tests.comparison.clients import CLIENTS, NODE_UNASKED, OFFICIAL_NODE, Environment
from tests.comparison.driving import CallResult, drive_calls
from tests.comparison.loopback import STUB, require
from tests.conftest import APP_ID, Keys
from tests.support.independent import public_pem
from tests.support.mock_client import content
from tests.support.openssl import OpensslKey
from tests.support.program import PERSON, Result, run_inside, run_process
from tests.support.stub import Said, Seen, stub_gateway
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
    environments: Mapping[str, Environment],
    keys: Keys,
    app: OpensslKey,
    cases: Sequence[AnswerCase],
) -> dict[str, list[CallResult]]:
    """Let every client make a call for each answer, and return what it took it for."""
    bodies = {case.number: case.body for case in cases}

    def said(seen: Seen) -> Said:
        return Said(bodies[int(urlsplit(seen.path).path.rpartition("/")[2])])

    require(STUB)
    with stub_gateway(said, STUB) as stub:
        lines = {
            client: [_line(case, keys, app, judge_name) for judge_name in judges for case in cases]
            for client, judges in _judges().items()
        }
        results = drive_calls(environments, lines)
    assert len(stub.seen) == len(JUDGES) * len(cases)
    split = {
        judge_name: results[client][at * len(cases) : (at + 1) * len(cases)]
        for client, judges in _judges().items()
        for at, judge_name in enumerate(judges)
    }
    return {judge_name: split[judge_name] for judge_name in JUDGES}


def _judges() -> dict[str, list[str]]:
    return {c: [c, NODE_UNASKED] if c == OFFICIAL_NODE else [c] for c in CLIENTS}


def _line(case: AnswerCase, keys: Keys, app: OpensslKey, judge_name: str) -> dict[str, object]:
    return {
        "gateway": f"http://{STUB[0]}/{case.number}",
        "app_id": APP_ID,
        "private_key": app.private_forms["pkcs1-pem"],
        "key_form": "pkcs1-pem",
        "alipay_public_key": public_pem(keys.alipay),
        "sign_type": case.sign_type,
        "charset": case.charset,
        "biz_content": content(),
        "own_json": False,
        "validate_sign": judge_name != NODE_UNASKED,
    }
