"""Answers that a caller can ask the mock gateway for by name, in the call itself."""

import re
from dataclasses import dataclass
from enum import Enum

from zhima_cli.core.codes import ALL_CODES, KnownCode


class Trick(Enum):
    """A way to answer that no gateway should have; the value is its name."""

    FORGED = "forged"
    UNSIGNED = "unsigned"
    TRUNCATED = "truncated"
    SLOW = "slow"


@dataclass(frozen=True)
class Script:
    """What to answer: a row of the tables, or a trick played on a success."""

    known: KnownCode | None = None
    trick: Trick | None = None


def script_by_name(name: str) -> Script | None:
    """Return the answer of exactly that name, None where there is none.

    A name is a sub_code, a code, a trick's, or ``CODE:SUB_CODE`` where two rows share a sub_code.
    """
    for trick in Trick:
        if trick.value == name:
            return Script(trick=trick)
    for row in ALL_CODES:
        own = row.sub_code or row.code
        if name in (own, f"{row.code}:{own}" if row.sub_code else own):
            return Script(known=row)
    return None


def script_in_transaction_id(transaction_id: str) -> Script | None:
    """Return the answer whose name the transaction_id contains, ``-`` and ``.`` written ``_``.

    Of several the longest counts. A bare code must follow ``MOCK_``: its digits alone could be
    part of a date.
    """
    text = transaction_id.lower()
    found: tuple[str, Script] = ("", Script())
    for trick in Trick:
        found = _longer(found, trick.value, Script(trick=trick), text)
    for row in ALL_CODES:
        name = re.sub(r"[.-]", "_", row.sub_code or f"mock_{row.code}").lower()
        found = _longer(found, name, Script(known=row), text)
    return found[1] if found[0] else None


def _longer(found: tuple[str, Script], name: str, script: Script, text: str) -> tuple[str, Script]:
    return (name, script) if name in text and len(name) > len(found[0]) else found
