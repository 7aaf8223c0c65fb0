"""What an answer, an error or a failed record makes of a call, field by field."""

import pytest

from zhima_cli.core.codes import look_up
from zhima_cli.core.errors import (
    InputError,
    Interrupted,
    Problem,
    Reason,
    TemporaryError,
    UntrustedError,
    ZhimaError,
)
from zhima_cli.core.kinds import Kind, Sent
from zhima_cli.core.outcome import Answer, Call, Outcome, conclude, distrust, fail, leave_unwritten
from zhima_cli.core.terminated import Terminated

CALL = Call("shop", "https://gateway.example/", "T1", (("profile", "shop"),))
SUCCESS = Answer("10000", "Success", None, None, "ZM1", verified=True, mock=False)
REFUSAL = Answer("40004", "no", "BIZ_ERROR", "why", None, verified=True, mock=False)
BUSY = Answer("40004", "no", "SYSTEM_ERROR", None, None, verified=False, mock=False)
USAGE = Problem(Kind.USAGE, Reason.EMPTY, "--app-id")


def test_a_success_has_no_row_in_the_tables() -> None:
    outcome = conclude(CALL, SUCCESS)
    assert outcome == Outcome(CALL, Kind.SUCCESS, Sent.ANSWERED, False, SUCCESS, None, (), 0)
    assert (outcome.biz_no, outcome.mock) == ("ZM1", False)


@pytest.mark.parametrize(
    ("answer", "kind", "retryable"),
    [
        pytest.param(REFUSAL, Kind.BUSINESS, False, id="refusal"),
        pytest.param(BUSY, Kind.TEMPORARY, True, id="busy"),
    ],
)
def test_a_failure_is_of_its_rows_kind(answer: Answer, kind: Kind, retryable: bool) -> None:
    known = look_up("40004", answer.sub_code)
    outcome = conclude(CALL, answer)
    assert outcome == Outcome(CALL, kind, Sent.ANSWERED, retryable, answer, known, (), 0)
    assert outcome.biz_no is None


def test_what_is_distrusted_keeps_nothing_of_the_answer() -> None:
    problem = Problem(Kind.UNTRUSTED, Reason.BIZ_NO_REPLAYED)
    for answer in (SUCCESS, BUSY):
        assert distrust(conclude(CALL, answer), Reason.BIZ_NO_REPLAYED) == Outcome(
            CALL, Kind.UNTRUSTED, Sent.ANSWERED, False, None, None, (problem,), 0
        )


def test_what_is_not_written_keeps_the_answer() -> None:
    problem = Problem(Kind.UNWRITTEN, Reason.RESULT_UNRECORDED, found="disk full")
    outcome = leave_unwritten(conclude(CALL, SUCCESS), Reason.RESULT_UNRECORDED, "disk full")
    assert outcome == Outcome(
        CALL, Kind.UNWRITTEN, Sent.ANSWERED, False, SUCCESS, None, (problem,), 0
    )
    assert outcome.biz_no == "ZM1"


@pytest.mark.parametrize(
    ("error", "kind", "sent", "retryable"),
    [
        (InputError(USAGE), Kind.USAGE, Sent.NO, False),
        (TemporaryError(Sent.UNKNOWN, Reason.TIMED_OUT), Kind.TEMPORARY, Sent.UNKNOWN, True),
        (
            UntrustedError(Sent.ANSWERED, Reason.SIGNATURE_WRONG),
            Kind.UNTRUSTED,
            Sent.ANSWERED,
            False,
        ),
        (Interrupted(Sent.UNKNOWN, KeyboardInterrupt()), Kind.INTERRUPTED, Sent.UNKNOWN, True),
        (Interrupted(Sent.NO, Terminated()), Kind.TERMINATED, Sent.NO, True),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, ZhimaError) else "",
)
def test_an_error_is_told_by_its_problems(
    error: ZhimaError, kind: Kind, sent: Sent, retryable: bool
) -> None:
    outcome = fail(CALL, error)
    assert outcome == Outcome(CALL, kind, sent, retryable, None, None, error.problems, 0)
    assert error.problems
    assert (outcome.biz_no, outcome.mock) == (None, False)


@pytest.mark.parametrize(
    ("call", "biz_no", "says_so", "is_mock"),
    [
        pytest.param(CALL, "ZM1", False, False, id="Alipay's"),
        pytest.param(CALL, "ZMMOCK1", False, True, id="by its number"),
        pytest.param(CALL, "XZMMOCK1", False, False, id="by another number"),
        pytest.param(CALL, "ZM1", True, True, id="by its member"),
        pytest.param(Call(mock=True), "ZM1", False, True, id="by the call"),
    ],
)
def test_a_mock_gateways_answer_is_known(
    call: Call, biz_no: str, says_so: bool, is_mock: bool
) -> None:
    answer = Answer("10000", None, None, None, biz_no, verified=True, mock=says_so)
    assert conclude(call, answer).mock is is_mock
    assert fail(Call(mock=True), InputError(USAGE)).mock is True
