"""Anything accepted is what was verified: signed answers that were changed on their way.

Every run makes 11,200 changes, some of which go by the run's key; ``python -m pytest -m long``
makes nine times as many others.
"""

import json
from collections import Counter
from dataclasses import dataclass
from enum import Enum
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.conftest import Account
from tests.support.exchange import call
from tests.support.independent import BIZ_NO, NODE, new_key, public_pem
from tests.support.mutations import (
    ERROR_NODE,
    KINDS,
    NODES,
    OTHER_NO,
    Answer,
    Mutation,
    Says,
    Vault,
    make_vault,
    mutations,
)
from tests.support.program import Result
from tests.support.stub import Said, Seen, stub_gateway
from zhima_cli.core.answer import read_answer
from zhima_cli.core.charset import Charset
from zhima_cli.core.errors import UntrustedError
from zhima_cli.core.keys import PublicKey, load_public_key
from zhima_cli.core.signature import SignType

SEED = "20161025"
SIGNERS = [(charset, sign_type) for charset in ("utf-8", "gbk") for sign_type in ("RSA2", "RSA")]
ANSWERS = [*NODES, "unsigned success", "unsigned refusal"]
# Of each answer by each signer: 7 * 4 * 400.
NUMBER = 400
SEEDS = [SEED, *(pytest.param(f"{SEED}-{n}", marks=pytest.mark.long) for n in range(1, 10))]
MANY_IN_ALL = 10_000


class Verdict(Enum):
    """What zhima makes of an answer."""

    REFUSED = "refused"
    VERIFIED = "verified"
    UNSIGNED = "unsigned"


@dataclass(frozen=True)
class Judged:
    """An answer that zhima read, and what it took from it, if anything."""

    verdict: Verdict
    says: Says | None = None


@dataclass(frozen=True)
class Gate:
    """A way for answers to come in, with the key that must have signed them."""

    vault: Vault
    key: PublicKey

    def read(self, body: bytes) -> Judged:
        """Read the answer as zhima does."""
        charset, sign_type = Charset(self.vault.charset), SignType(self.vault.sign_type)
        try:
            answer = read_answer(body, charset, self.key, sign_type)
        except UntrustedError:
            return Judged(Verdict.REFUSED)
        says = Says(*(getattr(answer, name) for name in Says._fields))
        return Judged(Verdict.VERIFIED if answer.verified else Verdict.UNSIGNED, says)

    def judge(self, mutation: Mutation) -> Judged:
        """Read a changed answer, and assert that nothing is taken from it but what was signed."""
        judged = self.read(mutation.body)
        if judged.verdict is Verdict.REFUSED:
            return judged
        text = mutation.body.decode(self.vault.charset)
        members = members_of(text)
        nodes = [members[name] for name in (NODE, ERROR_NODE) if name in members]
        assert len(nodes) == 1, mutation
        assert judged.says is not None
        assert judged.says.biz_no is None or NODE in members, mutation
        if judged.verdict is Verdict.VERIFIED:
            signed = self.vault.signed(members["sign"])
            assert signed is not None, mutation
            assert judged.says == signed.says, mutation
            assert signed.text in text or signed.text in text.replace(r"\/", "/"), mutation
            return judged
        # A failure without a signature is told as it stands, and never has a biz_no.
        assert "sign" not in members, mutation
        told = {name: nodes[0].get(name) for name in ("code", "msg", "sub_code", "sub_msg")}
        assert judged.says == Says(**told, mock="mock" in nodes[0]), mutation
        assert nodes[0]["code"] != "10000", mutation
        return judged


def members_of(text: str) -> dict[str, Any]:
    """Read an answer by the standard library; assert that no reader could read it otherwise."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len(dict(pairs)) == len(pairs), text
        return dict(pairs)

    members = json.loads(text, object_pairs_hook=unique)
    assert isinstance(members, dict)
    return members


@pytest.fixture(scope="module")
def small() -> rsa.RSAPrivateKey:
    """Make a key of 1024 bits, whose signatures are checked four times as fast."""
    return new_key(1024)


@pytest.fixture(scope="module")
def gates(small: rsa.RSAPrivateKey) -> dict[tuple[str, str], Gate]:
    """Sign everything by every signer."""
    key = load_public_key(public_pem(small).encode(), "key")
    return {signer: Gate(make_vault(small, *signer), key) for signer in SIGNERS}


def answer_of(vault: Vault, name: str) -> Answer:
    """Return the answer of that name."""
    return next(answer for answer in vault.answers() if answer.name == name)


def test_there_are_answers_of_these_names(gates: dict[tuple[str, str], Gate]) -> None:
    for gate in gates.values():
        assert sorted(answer.name for answer in gate.vault.answers()) == sorted(ANSWERS)


@pytest.mark.parametrize("signer", SIGNERS, ids="-".join)
@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_says_what_was_signed(
    gates: dict[tuple[str, str], Gate], signer: tuple[str, str], name: str
) -> None:
    gate = gates[signer]
    answer = answer_of(gate.vault, name)
    expected = {
        "unsigned success": Judged(Verdict.REFUSED),
        "unsigned refusal": Judged(Verdict.UNSIGNED, NODES["refusal"].says),
    }.get(name, Judged(Verdict.VERIFIED, answer.node.says))
    assert gate.read(answer.body) == expected


@pytest.mark.parametrize("seed", SEEDS)
def test_a_changed_answer_is_refused_or_says_what_was_signed(
    gates: dict[tuple[str, str], Gate], seed: str
) -> None:
    bodies: set[bytes] = set()
    verdicts: Counter[tuple[str, Verdict]] = Counter()
    for gate in gates.values():
        for answer in gate.vault.answers():
            for mutation in mutations(answer, gate.vault, NUMBER, seed):
                bodies.add(mutation.body)
                verdicts[mutation.kind, gate.judge(mutation).verdict] += 1
    for kind in KINDS:
        print(kind, *(f"{verdict.value} {verdicts[kind, verdict]}" for verdict in Verdict))
    assert len(bodies) >= MANY_IN_ALL
    # Else it would hold for a reader that believes nothing at all, or refuses nothing.
    for kind in KINDS:
        assert verdicts[kind, Verdict.REFUSED] >= 50, kind
        assert verdicts[kind, Verdict.VERIFIED] + verdicts[kind, Verdict.UNSIGNED] >= 5, kind
    sums = [sum(verdicts[kind, verdict] for kind in KINDS) for verdict in Verdict]
    assert sums[0] > 8000
    assert sums[1] > 500
    assert sums[2] > 300


# --- through the whole program --------------------------------------------------------------------

SAMPLE = 14
# Of every other code, which an unsigned failure may have by now, it is the gateway's.
STATUS = {"10000": 0, "40004": 4}


@pytest.mark.parametrize("signer", SIGNERS, ids="-".join)
def test_the_program_says_of_a_changed_answer_what_was_signed_or_nothing(
    account: Account,
    small: rsa.RSAPrivateKey,
    gates: dict[tuple[str, str], Gate],
    signer: tuple[str, str],
) -> None:
    gate = gates[signer]
    accepted, refused = samples(gate)
    charset, sign_type = signer
    body = b""

    def say(_request: Seen) -> Said:
        return Said(body)

    with stub_gateway(say) as stub:
        account.write(charset=charset, sign_type=sign_type, alipay_public_key=public_pem(small))
        for mutation, judged in (*accepted, *refused):
            body = mutation.body
            assert_told(call(account, stub.url), judged, mutation)


def samples(gate: Gate) -> tuple[list[tuple[Mutation, Judged]], ...]:
    """Return changed answers that are accepted, and as many that are refused."""
    accepted: list[tuple[Mutation, Judged]] = []
    refused: list[tuple[Mutation, Judged]] = []
    for answer in gate.vault.answers():
        few = SAMPLE // len(ANSWERS) + 1
        own: dict[bool, int] = {True: 0, False: 0}
        for mutation in mutations(answer, gate.vault, NUMBER, SEED):
            judged = gate.judge(mutation)
            is_refused = judged.verdict is Verdict.REFUSED
            if own[is_refused] < few:
                own[is_refused] += 1
                (refused if is_refused else accepted).append((mutation, judged))
            if min(own.values()) == few:
                break
    assert min(len(accepted), len(refused)) >= SAMPLE
    return accepted, refused


def assert_told(result: Result, judged: Judged, mutation: Mutation) -> None:
    """Assert that the program's output is exactly what is to be taken from the answer."""
    fields = result.json
    told = [fields[name] for name in Says._fields]
    if judged.says is None:
        nothing = [*[None] * 5, False]
        assert (result.status, fields["kind"], told) == (7, "untrusted", nothing), mutation
        assert not any(number in result.out + result.err for number in (BIZ_NO, OTHER_NO))
        return
    assert told == list(judged.says), mutation
    assert result.status == STATUS.get(judged.says.code, 5), mutation
    assert fields["verified"] is (judged.verdict is Verdict.VERIFIED), mutation
    assert fields["ok"] is (judged.says.biz_no is not None), mutation
