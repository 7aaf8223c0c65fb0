"""Content encryption is the same as the Node.js client's, in both directions, or listed."""

import pytest

from tests.comparison import differences
from tests.comparison.clients import OFFICIAL_NODE, OFFICIAL_PYTHON, OTHER_PYTHON
from tests.comparison.driving import drive
from tests.comparison.encrypted_cases import ENCRYPTED_KINDS
from tests.comparison.encrypted_outcomes import ENCRYPTING, Encrypted
from tests.comparison.single_calls import Bench
from tests.comparison.verdicts import Taken, taken
from tests.support.aes import KEY_TEXT, encrypt


def test_a_client_encrypts_signs_and_sends_the_same(encrypted: Encrypted) -> None:
    assert len(encrypted.requests) > 80
    for case, call, other in zip(
        encrypted.requests, encrypted.zhima_calls, encrypted.client_calls, strict=True
    ):
        assert other.result.signed == call.signed("utf-8"), case
        assert other.params == call.wire.params, case
        assert other.params["encrypt_type"] == b"AES"


def test_an_independent_implementation_encrypts_the_same(encrypted: Encrypted) -> None:
    for call in encrypted.zhima_calls:
        assert call.params["biz_content"] == encrypt(call.biz_content.encode())


@pytest.mark.parametrize("kind", ENCRYPTED_KINDS)
@pytest.mark.parametrize("client", ENCRYPTING)
def test_a_client_takes_an_answer_as_zhima_does(
    encrypted: Encrypted, client: str, kind: str
) -> None:
    known = [d for d in differences.ENCRYPTED if client in d.clients and kind in d.rows]
    assert len(known) <= 1
    for case, own, other in zip(
        encrypted.answers,
        encrypted.zhima_verdicts,
        encrypted.client_verdicts[client],
        strict=True,
    ):
        if case.kind == kind and known:
            assert (taken(case, own), taken(case, other)) == (known[0].zhima, known[0].client)
        elif case.kind == kind:
            assert own == other


def test_a_client_cannot_verify_what_is_encrypted(encrypted: Encrypted) -> None:
    """The one client that decrypts answers is safe or works, not both."""
    genuine = [at for at, case in enumerate(encrypted.answers) if case.kind == "encrypted"]
    for at in genuine:
        case = encrypted.answers[at]
        verdicts = [encrypted.client_verdicts[client][at] for client in ENCRYPTING]
        assert [taken(case, v) for v in verdicts] == [Taken.REFUSED, Taken.GENUINE]
        assert taken(case, encrypted.zhima_verdicts[at]) is Taken.GENUINE
    assert differences.UNVERIFIED_ENCRYPTION.clients == (OFFICIAL_NODE,)


def test_which_clients_can_encrypt(bench: Bench) -> None:
    line = {"do": "encrypt", "text": "{}", "encrypt_key": KEY_TEXT, "charset": "utf-8"}
    found = drive(bench.environments, {OFFICIAL_PYTHON: [line], OTHER_PYTHON: [{"do": "settings"}]})
    official, other = found[OFFICIAL_PYTHON][0], found[OTHER_PYTHON][0]
    assert (official["why"] or "").startswith("TypeError")
    cannot = {OFFICIAL_PYTHON} if official["text"] is None else set()
    cannot |= {OTHER_PYTHON} if "encrypt" not in (other["names"] or "") else set()
    assert set(differences.NO_ENCRYPTION.clients) == cannot
