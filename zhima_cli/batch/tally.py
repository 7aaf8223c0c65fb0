"""What the rows came to, counted."""

from collections import Counter
from dataclasses import dataclass, replace

from zhima_cli.core.kinds import Kind
from zhima_cli.core.outcome import Outcome
from zhima_cli.core.recording import code_like

# The first is the gravest: what cannot be believed, what zhima did wrong, what got lost, what
# stops everybody, what stops one.
GRAVITY = (
    Kind.UNTRUSTED,
    Kind.INTERNAL,
    Kind.UNWRITTEN,
    Kind.CONFIG,
    Kind.GATEWAY,
    Kind.BUSINESS,
    Kind.USAGE,
    Kind.TEMPORARY,
)
# Whoever answers may make codes up.
_MAX_ENDINGS = 100
_REFUSALS = frozenset({Kind.BUSINESS, Kind.GATEWAY, Kind.TEMPORARY})

# What no other row can do better: whose gateway, key, permission or product it is, is the same.
_HOPELESS_KINDS = frozenset({Kind.UNTRUSTED, Kind.GATEWAY, Kind.INTERNAL})
_HOPELESS_SUB_CODES = frozenset({"ARRANGEMENT_ERROR", "UNSUPPORTED_BIZ_CODE"})
# Refusals of the gateway that may be about what one row holds.
_OF_ONE_ROW = frozenset({"isv.invalid-parameter", "isv.suspected-attack"})


@dataclass(frozen=True)
class Ending:
    """A way that rows ended: the kind, and the code by which ``zhima explain`` knows it.

    ``mock`` is true for a biz_no that a mock gateway made.
    """

    kind: Kind
    code: str | None
    mock: bool = False


def ending_of(outcome: Outcome) -> Ending:
    """Return which of the ways ``outcome`` is."""
    answer = outcome.answer if outcome.kind in _REFUSALS else None
    code = code_like(answer.sub_code or answer.code) if answer else None
    return Ending(outcome.kind, code, mock=outcome.kind is Kind.SUCCESS and outcome.mock)


def is_final(ending: Ending) -> bool:
    """Say whether a row that ended so is done with, so that another run does not send it again."""
    if ending.kind is Kind.BUSINESS:
        return not is_hopeless(ending)
    return ending.kind in (Kind.SUCCESS, Kind.USAGE)


def is_hopeless(ending: Ending) -> bool:
    """Say whether no other row can do better: what is wrong is the same for all of them."""
    if ending.kind is Kind.BUSINESS:
        # It may have a namespace before it (protocol.md, "The response").
        return (ending.code or "").rpartition(".")[2] in _HOPELESS_SUB_CODES
    return ending.kind in _HOPELESS_KINDS and ending.code not in _OF_ONE_ROW


class Tally:
    """How many rows ended in which way."""

    def __init__(self) -> None:
        self.counts: Counter[Ending] = Counter()

    @property
    def gravest(self) -> Kind:
        """The kind that the exit status is of."""
        kinds = {ending.kind for ending in self.counts}
        return next((kind for kind in GRAVITY if kind in kinds), Kind.SUCCESS)

    @property
    def has_mock(self) -> bool:
        """Whether a mock gateway made one of the biz_nos."""
        return any(ending.mock for ending in self.counts)

    def of_kind(self, kind: Kind) -> int:
        """Return how many rows ended by this kind."""
        return sum(count for ending, count in self.counts.items() if ending.kind is kind)

    def count(self, ending: Ending) -> None:
        """Count a row; of very many codes, the later ones only by their kind."""
        is_new = ending not in self.counts
        if is_new and len(self.counts) >= _MAX_ENDINGS:
            ending = replace(ending, code=None)
        self.counts[ending] += 1
