"""Calls and answers with content encryption, encrypted by an independent implementation."""

from collections.abc import Callable, Mapping

from tests.comparison.answer_cases import Maker
from tests.support import aes
from tests.support.independent import NODE


def _quoted(text: str, key: bytes = aes.KEY) -> str:
    return f'"{aes.encrypt(text.encode(), key)}"'


ENCRYPTED_KINDS: Mapping[str, Callable[[Maker], str]] = {
    "encrypted": lambda m: m.answer(_quoted(m.node)),
    "encrypted, sign first": lambda m: (
        f'{{"sign":"{m.sign(_quoted(m.node))}","{NODE}":{_quoted(m.node)}}}'
    ),
    "encrypted, unsigned": lambda m: f'{{"{NODE}":{_quoted(m.node)}}}',
    "encrypted, forged": lambda m: m.answer(_quoted(m.forged), m.sign(_quoted(m.node))),
    "encrypted, signed without its quotes": lambda m: m.answer(
        _quoted(m.node), m.sign(aes.encrypt(m.node.encode()))
    ),
    "encrypted with another key": lambda m: m.answer(_quoted(m.node, aes.OTHER_KEY)),
    "encrypted without padding": lambda m: m.answer(
        # A node that fills its blocks, and whose last byte cannot be taken for padding.
        f'"{aes.encrypt_blocks((m.node + " " * (-len(m.node.encode()) % 16)).encode())}"'
    ),
    "refusal in plain text": lambda m: m.answer(m.failure),
}
