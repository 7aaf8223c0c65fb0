"""What a call came to, whichever way it ended."""

from dataclasses import dataclass

from zhima_cli.core.answer import SUCCESS_CODE, Answer
from zhima_cli.core.codes import KnownCode, look_up
from zhima_cli.core.errors import Problem, ZhimaError
from zhima_cli.core.kinds import Kind, Sent

# The first letters of every biz_no that the mock gateway gives, and of none of Alipay's.
MOCK_BIZ_NO = "ZMMOCK"

_RETRYABLE_KINDS = frozenset({Kind.TEMPORARY, Kind.INTERRUPTED})


@dataclass(frozen=True)
class Call:
    """Which call it is about; a field is None where it ended before that was known.

    ``mock`` is true for a call that is made to the gateway that zhima carries.
    """

    profile: str | None = None
    gateway: str | None = None
    transaction_id: str | None = None
    mock: bool = False


@dataclass(frozen=True)
class Outcome:
    """How ``call`` ended: with an ``answer`` of the gateway, or with ``problems`` of zhima's own.

    ``known`` is the row of the tables for the answer's codes. ``retryable`` says whether the same
    call, made again as it is, can succeed.
    """

    call: Call
    kind: Kind
    sent: Sent
    retryable: bool
    answer: Answer | None = None
    known: KnownCode | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def biz_no(self) -> str | None:
        """The number that every later step needs, of a verified success only."""
        return self.answer.biz_no if self.answer else None

    @property
    def mock(self) -> bool:
        """Whether the answer, or where there is none the call, is the mock gateway's."""
        return self.call.mock or (self.biz_no or "").startswith(MOCK_BIZ_NO)


def conclude(call: Call, answer: Answer) -> Outcome:
    """Return what the gateway's answer makes of the call."""
    if answer.code == SUCCESS_CODE:
        return Outcome(call, Kind.SUCCESS, Sent.ANSWERED, retryable=False, answer=answer)
    known = look_up(answer.code, answer.sub_code)
    return Outcome(
        call,
        known.kind,
        Sent.ANSWERED,
        retryable=known.retryable,
        answer=answer,
        known=known,
    )


def fail(call: Call, error: ZhimaError) -> Outcome:
    """Return what an error makes of the call."""
    retryable = error.kind in _RETRYABLE_KINDS
    return Outcome(call, error.kind, error.sent, retryable, problems=error.problems)
