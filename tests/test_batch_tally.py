"""What rows came to: the exit status, and when it is of no use to go on."""

from collections.abc import Sequence

import pytest

from zhima_cli.batch.stop_rule import Stop, StopRule
from zhima_cli.batch.tally import GRAVITY, Ending, Tally, ending_of, is_final
from zhima_cli.core.codes import ALL_CODES, KnownCode
from zhima_cli.core.errors import InputError, Problem, Reason, TemporaryError, UntrustedError
from zhima_cli.core.kinds import Kind, Sent
from zhima_cli.core.outcome import Answer, Call, Outcome, conclude, distrust, fail, leave_unwritten


def answered(code: str, sub_code: str | None) -> Outcome:
    return conclude(Call(), Answer(code, None, sub_code, None, None, verified=True, mock=False))


SUCCESS = conclude(Call(), Answer("10000", None, None, None, "ZM1", verified=True, mock=False))
REFUSED = answered("40004", "INVALID_PARAMETER")
NO_PERMISSION = answered("40006", "isv.insufficient-isv-permissions")
BAD_SIGNATURE = answered("40002", "isv.invalid-signature")
NO_CONTRACT = answered("40004", "ARRANGEMENT_ERROR")
ONE_ROWS = answered("40002", "isv.invalid-parameter")
UNREACHED = fail(Call(), TemporaryError(Sent.NO, Reason.NOT_CONNECTED))
FORGED = fail(Call(), UntrustedError(Sent.ANSWERED, Reason.SIGNATURE_WRONG))
WRONG = fail(Call(), InputError(Problem(Kind.USAGE, Reason.EMPTY)))


def heeded(outcomes: Sequence[Outcome]) -> Stop | None:
    rule = StopRule()
    for outcome in outcomes:
        rule.heed(outcome)
    return rule.stop


def counted(outcomes: Sequence[Outcome]) -> Tally:
    tally = Tally()
    for outcome in outcomes:
        tally.count(ending_of(outcome))
    return tally


@pytest.mark.parametrize("outcome", [NO_PERMISSION, BAD_SIGNATURE, NO_CONTRACT, FORGED])
def test_five_refusals_that_no_row_can_mend_stop_it(outcome: Outcome) -> None:
    assert heeded([outcome] * 4) is None
    assert heeded([outcome] * 5) is Stop.REFUSALS


def test_different_ones_count_together() -> None:
    assert heeded([NO_PERMISSION, BAD_SIGNATURE, NO_CONTRACT, FORGED, FORGED])


@pytest.mark.parametrize("between", [SUCCESS, REFUSED, ONE_ROWS])
def test_one_that_is_the_rows_own_ends_the_run(between: Outcome) -> None:
    assert heeded([*[BAD_SIGNATURE] * 4, between, *[BAD_SIGNATURE] * 4]) is None


@pytest.mark.parametrize("outcome", [REFUSED, ONE_ROWS])
def test_refusals_of_single_rows_never_stop_it(outcome: Outcome) -> None:
    assert heeded([outcome] * 100) is None


def test_a_namespace_changes_nothing() -> None:
    assert heeded([answered("40004", "ACQ.ARRANGEMENT_ERROR")] * 5) is Stop.REFUSALS


def test_many_temporary_failures_stop_it() -> None:
    assert heeded([UNREACHED] * 19) is None
    assert heeded([UNREACHED] * 20) is Stop.TEMPORARY
    assert heeded([*[UNREACHED] * 19, SUCCESS, *[UNREACHED] * 19]) is None


def test_a_replayed_answer_stops_it_at_once() -> None:
    assert heeded([SUCCESS, distrust(SUCCESS, Reason.BIZ_NO_REPLAYED)]) is Stop.REPLAY


def test_codes_that_are_made_up_are_not_counted_without_end() -> None:
    tally = counted([answered("40004", f"MADE_UP_{at}") for at in range(300)])
    assert tally.counts.total() == 300
    assert len(tally.counts) == 101


def test_what_is_not_like_a_code_is_not_told() -> None:
    for text in ("\x1b[2J", "x" * 65, "260104197909275964"):
        assert ending_of(answered("40004", text)) == Ending(Kind.BUSINESS, None)


@pytest.mark.parametrize("kind", [Kind.SUCCESS, Kind.UNWRITTEN])
def test_a_success_is_not_told_by_its_code(kind: Kind) -> None:
    outcome = SUCCESS if kind is Kind.SUCCESS else leave_unwritten(SUCCESS, Reason.BUG, "")
    assert ending_of(outcome) == Ending(kind, None)


@pytest.mark.parametrize(
    ("outcomes", "gravest"),
    [
        ([], Kind.SUCCESS),
        ([SUCCESS], Kind.SUCCESS),
        ([SUCCESS, UNREACHED], Kind.TEMPORARY),
        ([UNREACHED, WRONG], Kind.USAGE),
        ([WRONG, REFUSED, UNREACHED], Kind.BUSINESS),
        ([REFUSED, NO_PERMISSION], Kind.GATEWAY),
        ([NO_PERMISSION, FORGED, SUCCESS], Kind.UNTRUSTED),
    ],
)
def test_the_gravest_counts(outcomes: Sequence[Outcome], gravest: Kind) -> None:
    assert counted(outcomes).gravest is gravest


def test_every_kind_of_a_row_has_its_gravity() -> None:
    assert {*GRAVITY, Kind.SUCCESS, Kind.INTERRUPTED, Kind.TERMINATED} == set(Kind)


@pytest.mark.parametrize("row", ALL_CODES, ids=lambda row: f"{row.code}:{row.sub_code}")
def test_what_is_sent_again(row: KnownCode) -> None:
    is_contract = row.sub_code in ("ARRANGEMENT_ERROR", "UNSUPPORTED_BIZ_CODE")
    ending = Ending(row.kind, row.sub_code or row.code)
    assert is_final(ending) == (row.kind is Kind.BUSINESS and not is_contract)


@pytest.mark.parametrize("kind", Kind)
def test_only_what_cannot_change_is_not_sent_again(kind: Kind) -> None:
    assert is_final(Ending(kind, None)) == (kind in (Kind.SUCCESS, Kind.USAGE, Kind.BUSINESS))
