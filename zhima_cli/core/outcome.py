"""What a call came to, whichever way it ended."""

from dataclasses import dataclass, replace

from zhima_cli.core.codes import KnownCode, look_up
from zhima_cli.core.errors import Problem, Reason, ZhimaError
from zhima_cli.core.kinds import Kind, Sent

SUCCESS_CODE = "10000"
# The first letters of every biz_no that the mock gateway gives, and of none of Alipay's.
MOCK_BIZ_NO = "ZMMOCK"

RETRYABLE_KINDS = frozenset({Kind.TEMPORARY, Kind.INTERRUPTED, Kind.TERMINATED})


@dataclass(frozen=True)
class Answer:
    """What the gateway said.

    ``verified`` is False where it came without a signature; ``mock`` is true where the gateway
    says of itself that it is not Alipay's.
    """

    code: str
    msg: str | None
    sub_code: str | None
    sub_msg: str | None
    biz_no: str | None
    verified: bool
    mock: bool


@dataclass(frozen=True)
class Call:
    """Which call it is about; a field is None where it ended before that was known.

    ``mock`` is true for a call that is made to the gateway that zhima carries; ``again`` are the
    options, none of them personal, that make the same call once more.
    """

    profile: str | None = None
    gateway: str | None = None
    transaction_id: str | None = None
    again: tuple[tuple[str, str | None], ...] = ()
    mock: bool = False


@dataclass(frozen=True)
class Outcome:
    """How ``call`` ended: with an ``answer`` of the gateway, or with ``problems`` of zhima's own.

    ``known`` is the row of the tables for the answer's codes. ``retryable`` says whether the same
    call, made again as it is, can succeed. ``attempts`` says how often it was tried.
    """

    call: Call
    kind: Kind
    sent: Sent
    retryable: bool
    answer: Answer | None = None
    known: KnownCode | None = None
    problems: tuple[Problem, ...] = ()
    attempts: int = 0

    @property
    def biz_no(self) -> str | None:
        """The number that every later step needs, of a verified success only."""
        return self.answer.biz_no if self.answer else None

    @property
    def mock(self) -> bool:
        """Whether it was the mock gateway that answered, or would have."""
        is_own_number = (self.biz_no or "").startswith(MOCK_BIZ_NO)
        return self.call.mock or is_own_number or (self.answer is not None and self.answer.mock)


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


def distrust(outcome: Outcome, reason: Reason) -> Outcome:
    """Return what an answer makes of the call that turned out to be none to believe."""
    problem = Problem(Kind.UNTRUSTED, reason)
    return replace(
        outcome, kind=Kind.UNTRUSTED, retryable=False, answer=None, known=None, problems=(problem,)
    )


def leave_unwritten(outcome: Outcome, reason: Reason, found: str) -> Outcome:
    """Return the outcome of a success that could not be put where it belongs."""
    problem = Problem(Kind.UNWRITTEN, reason, found=found)
    return replace(outcome, kind=Kind.UNWRITTEN, problems=(problem,))


def fail(call: Call, error: ZhimaError) -> Outcome:
    """Return what an error makes of the call."""
    retryable = error.kind in RETRYABLE_KINDS
    return Outcome(call, error.kind, error.sent, retryable, problems=error.problems)
