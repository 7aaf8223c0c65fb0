"""The main job, end to end, once."""

from tests.conftest import Account
from tests.support.independent import BIZ_NO, read_request, signed_answer
from tests.support.program import BEIJING_NOW
from tests.support.stub import stub_gateway


def test_init_cert_sends_a_signed_call_and_prints_the_biz_no(account: Account) -> None:
    with stub_gateway(signed_answer(account.keys.alipay)) as stub:
        account.write(gateway=stub.url)
        result = account.init_cert("--transaction-id=ZGYD201610252323000001234")
    assert (result.status, result.out, result.err) == (0, f"{BIZ_NO}\n", "")
    request = read_request(stub.seen[0].query, stub.seen[0].body)
    assert request.is_signed_by(account.keys.app)
    assert request.params["timestamp"] == BEIJING_NOW


def test_the_installed_program_does_the_same(account: Account) -> None:
    with stub_gateway(signed_answer(account.keys.alipay)) as stub:
        account.write(gateway=stub.url)
        result = account.init_cert_process("--transaction-id=ZGYD201610252323000001234")
    assert (result.status, result.out, result.err) == (0, f"{BIZ_NO}\n", "")
