"""What an answer was taken for, and how that is told of each case."""

from enum import Enum

from tests.comparison.answer_cases import AnswerCase


class Taken(Enum):
    """What a client made of an answer; the value is the table's word for it."""

    REFUSED = "refuses"
    GENUINE = "believes the genuine biz_no"
    FORGED = "believes the other biz_no"
    UNFIT = "believes what is no biz_no"
    FAILURE = "tells a failure"


def taken(case: AnswerCase, verdict: str) -> Taken:
    """Return which of them a verdict is."""
    what, _, value = verdict.partition(" ")
    if what == "refused":
        return Taken.REFUSED
    if what == "failure":
        return Taken.FAILURE
    assert what == "biz_no", verdict
    known = {case.biz_no: Taken.GENUINE, case.biz_no[::-1]: Taken.FORGED}
    return known.get(value, Taken.UNFIT)
