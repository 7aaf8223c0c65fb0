"""Rows come back in the order in which they were taken, and not too many are held back."""

from collections.abc import Iterator

from zhima_cli.batch.in_order import EndedRow, InOrder
from zhima_cli.core.kinds import Kind, Sent
from zhima_cli.core.outcome import Call, Outcome

OUTCOME = Outcome(Call(), Kind.SUCCESS, Sent.ANSWERED, retryable=False)


def numbers(rows: Iterator[EndedRow]) -> list[int]:
    """Return the numbers of rows."""
    return [row.number for row in rows]


def test_rows_come_back_in_their_order_however_they_end() -> None:
    rows = InOrder()
    for number in (3, 5, 8, 9):
        rows.take(number)
    for number in (8, 5):
        rows.end(EndedRow(number, OUTCOME))
    assert numbers(rows.ready()) == []
    rows.end(EndedRow(3, OUTCOME))
    assert numbers(rows.ready()) == [3, 5, 8]
    assert numbers(rows.ready()) == []


def test_what_has_ended_behind_one_that_has_not_comes_last() -> None:
    rows = InOrder()
    for number in range(1, 7):
        rows.take(number)
    for number in (6, 1, 4):
        rows.end(EndedRow(number, OUTCOME))
    assert numbers(rows.ready()) == [1]
    assert numbers(rows.rest()) == [4, 6]


def test_a_row_that_does_not_end_holds_up_2000() -> None:
    rows = InOrder()
    taken = 0
    while not rows.is_full:
        taken += 1
        rows.take(taken)
        if taken > 1:
            rows.end(EndedRow(taken, OUTCOME))
    assert taken == 2000
    assert numbers(rows.ready()) == []
    rows.end(EndedRow(1, OUTCOME))
    assert numbers(rows.ready()) == list(range(1, 2001))
    assert not rows.is_full


def test_what_a_row_came_to_is_known_until_it_was_given_back() -> None:
    rows = InOrder()
    rows.take(1)
    assert rows.outcome(1) is None
    rows.end(EndedRow(1, OUTCOME))
    assert rows.outcome(1) is OUTCOME
    assert numbers(rows.ready()) == [1]
    assert rows.outcome(1) is None
