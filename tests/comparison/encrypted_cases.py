"""Calls and answers with content encryption, encrypted by an independent implementation."""

import base64
import itertools
import random
from collections.abc import Callable, Mapping

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from tests.comparison.answer_cases import SIGN_TYPES, AnswerCase, Maker
from tests.conftest import Keys
from tests.support.independent import NODE

KEY = base64.b64encode(bytes(range(1, 17))).decode("ascii")
_OTHER_KEY = base64.b64encode(bytes(range(16))).decode("ascii")
_SEED = 20161023
_VARIANTS = 3


def encrypt(text: str, key: str = KEY, *, pads: bool = True) -> str:
    """Encrypt as protocol.md says; without padding, to the nearest whole block."""
    data = text.encode()
    if pads:
        padder = PKCS7(128).padder()
        data = padder.update(data) + padder.finalize()
    data = data[: len(data) // 16 * 16]
    encryptor = Cipher(algorithms.AES(base64.b64decode(key)), modes.CBC(bytes(16))).encryptor()
    return base64.b64encode(encryptor.update(data) + encryptor.finalize()).decode("ascii")


def _quoted(text: str, key: str = KEY, *, pads: bool = True) -> str:
    return f'"{encrypt(text, key, pads=pads)}"'


ENCRYPTED_KINDS: Mapping[str, Callable[[Maker], str]] = {
    "encrypted": lambda m: m.answer(_quoted(m.node)),
    "encrypted, sign first": lambda m: (
        f'{{"sign":"{m.sign(_quoted(m.node))}","{NODE}":{_quoted(m.node)}}}'
    ),
    "encrypted, unsigned": lambda m: f'{{"{NODE}":{_quoted(m.node)}}}',
    "encrypted, forged": lambda m: m.answer(_quoted(m.forged), m.sign(_quoted(m.node))),
    "encrypted, signed without its quotes": lambda m: m.answer(
        _quoted(m.node), m.sign(encrypt(m.node))
    ),
    "encrypted with another key": lambda m: m.answer(_quoted(m.node, _OTHER_KEY)),
    "encrypted without padding": lambda m: m.answer(
        # A node that fills its blocks, and whose last byte cannot be taken for padding.
        _quoted(m.node + " " * (-len(m.node.encode()) % 16), pads=False)
    ),
    "refusal in plain text": lambda m: m.answer(m.failure),
}


def make_answers(keys: Keys) -> list[AnswerCase]:
    """Return every class for both sign_types, three times with other values."""
    rng = random.Random(_SEED)  # noqa: S311 -- cases, not secrets
    cases = []
    product = itertools.product(ENCRYPTED_KINDS.items(), SIGN_TYPES, range(_VARIANTS))
    for number, ((kind, layout), sign_type, _) in enumerate(product):
        biz_no = f"ZM{rng.randrange(10**29, 10**30)}"
        body = layout(Maker(keys, "utf-8", sign_type, biz_no, "成功")).encode()
        cases.append(AnswerCase(number, kind, "utf-8", sign_type, biz_no, body))
    return cases
