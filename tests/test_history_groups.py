"""What calls of many rows need of a history: groups, and what is known."""

import contextlib
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.program import NOW
from tests.support.record import brief, change, rows
from zhima_cli.core.errors import HistoryError, InputError, Reason
from zhima_cli.core.history import History, open_history
from zhima_cli.core.records import Known, Result, State, Subject

LATER = NOW + timedelta(seconds=60)
UNKNOWN = Result(State.UNKNOWN)
REFUSED = Result(State.REFUSED, None, "40004", "BIZ_ERROR", verified=True)
TRIGGER = (
    "CREATE TRIGGER no_more BEFORE UPDATE OF state ON call"
    " BEGIN SELECT RAISE(FAIL, 'out of order'); END"
)


def subject(transaction_id: str, app_id: str = "2014") -> Subject:
    """Return what a call of that transaction is about."""
    return Subject("default", app_id, "http://127.0.0.1:1/", "m", transaction_id, "w1", "FACE")


def succeeded(biz_no: str) -> Result:
    """Return a success."""
    return Result(State.SUCCESS, biz_no, "10000", None, verified=True)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "history.db"


@pytest.fixture
def history(path: Path) -> Iterator[History]:
    with open_history(path) as opened:
        yield opened


def begin(history: History, name: str, content: str | None = None, *, resend: bool = False) -> int:
    return history.begin(subject(name), NOW, resend=resend, content=content)


# --- what is known --------------------------------------------------------------------------------


def test_nothing_is_known_of_a_transaction_that_was_never_begun(history: History) -> None:
    begin(history, "T1")
    history.begin(subject("T2", "2099"), NOW, resend=False)
    assert history.known("2014", "T2") is None
    assert history.known("2099", "T1") is None


@pytest.mark.parametrize("content", ["a1", None])
def test_of_a_call_under_way_what_was_sent_is_known(history: History, content: str | None) -> None:
    begin(history, "T1", content)
    assert history.known("2014", "T1") == Known(State.SENDING, None, content, 1)


def test_a_call_that_is_sent_again_is_known_by_what_was_sent_last(history: History) -> None:
    begin(history, "T1", "a1")
    begin(history, "T1", "b2")
    assert history.known("2014", "T1") == Known(State.SENDING, None, "b2", 2)
    begin(history, "T1")
    assert history.known("2014", "T1") == Known(State.SENDING, None, None, 3)


def test_of_a_success_the_biz_no_is_known(history: History) -> None:
    record = begin(history, "T1", "a1")
    history.finish(record, subject("T1"), succeeded("ZM1"), LATER)
    assert history.known("2014", "T1") == Known(State.SUCCESS, "ZM1", "a1", 1)


def test_a_success_is_known_before_what_came_later_and_the_newest_of_them(
    history: History,
) -> None:
    for content, result in (("a1", succeeded("ZM1")), ("b2", succeeded("ZM2")), ("c3", REFUSED)):
        record = begin(history, "T1", content, resend=True)
        history.finish(record, subject("T1"), result, LATER)
    begin(history, "T1", "d4", resend=True)
    assert history.known("2014", "T1") == Known(State.SUCCESS, "ZM2", "b2", 1)


def test_without_a_success_the_newest_record_is_known(history: History) -> None:
    history.finish(begin(history, "T1", "a1"), subject("T1"), REFUSED, LATER)
    history.finish(begin(history, "T1", "b2"), subject("T1"), UNKNOWN, LATER)
    assert history.known("2014", "T1") == Known(State.UNKNOWN, None, "b2", 1)


def test_two_biz_nos_of_the_same_call_keep_what_was_sent(path: Path, history: History) -> None:
    with open_history(path) as other:
        record = begin(history, "T1", "a1")
        assert begin(other, "T1", "a1") == record
        history.finish(record, subject("T1"), succeeded("ZM1"), LATER)
        other.finish(record, subject("T1"), succeeded("ZM2"), LATER)
    assert [row["content"] for row in rows(path)] == ["a1", "a1"]
    assert history.known("2014", "T1") == Known(State.SUCCESS, "ZM2", "a1", 2)


def test_what_is_known_is_found_by_the_index(history: History) -> None:
    """So is all that begins and finishes a call: no statement of theirs reads the whole table."""
    statements: list[str] = []
    record = begin(history, "T1", "a1")
    connection = history._connection
    connection.set_trace_callback(statements.append)
    history.known("2014", "T1")
    begin(history, "T1", "a1")
    history.finish(record, subject("T1"), succeeded("ZM1"), LATER)
    connection.set_trace_callback(None)
    plans = [
        str(step[3])
        for statement in statements
        if statement.split()[0] in ("SELECT", "UPDATE")
        for step in connection.execute(f"EXPLAIN QUERY PLAN {statement}")
    ]
    searches = [plan for plan in plans if plan.startswith("SEARCH")]
    assert any("call_by_transaction (app_id=? AND transaction_id=?)" in plan for plan in searches)
    assert len(searches) >= 6
    assert [plan for plan in plans if plan.startswith("SCAN")] == []


@pytest.mark.parametrize("damage", ["content = x'00'", "biz_no = x'00'", "attempts = 'many'"])
def test_a_damaged_record_is_not_believed(path: Path, history: History, damage: str) -> None:
    record = begin(history, "T1", "a1")
    history.finish(record, subject("T1"), succeeded("ZM1"), LATER)
    change(path, f"UPDATE call SET {damage}")  # noqa: S608 -- the test's own
    with pytest.raises(HistoryError) as caught:
        history.known("2014", "T1")
    assert caught.value.problems[0].found == "a record is damaged"


# --- groups ---------------------------------------------------------------------------------------


def test_a_group_is_written_at_its_end(path: Path, history: History) -> None:
    with history.grouped():
        first = begin(history, "T1", "a1")
        history.finish(first, subject("T1"), succeeded("ZM1"), LATER)
        second = begin(history, "T2", "b2")
        history.count_attempt(second, LATER)
        # The group itself sees it, the others do not.
        assert history.known("2014", "T1") == Known(State.SUCCESS, "ZM1", "a1", 1)
        assert brief(path) == []
    assert brief(path) == [("T1", 1, "success", "ZM1"), ("T2", 2, "sending", None)]


@pytest.mark.parametrize("error", [OSError, ValueError, KeyboardInterrupt])
def test_what_is_raised_takes_the_whole_group_back(
    path: Path, history: History, error: type[BaseException]
) -> None:
    begin(history, "T0")

    def fail() -> None:
        with history.grouped():
            begin(history, "T1")
            raise error

    with pytest.raises(error):
        fail()
    assert brief(path) == [("T0", 1, "sending", None)]
    # And the next one is not in the way of it.
    with history.grouped():
        begin(history, "T2")
    assert [row[0] for row in brief(path)] == ["T0", "T2"]


def test_a_transaction_that_is_refused_is_none_of_the_groups_others_business(
    path: Path, history: History
) -> None:
    history.finish(begin(history, "T1"), subject("T1"), succeeded("ZM1"), LATER)
    with history.grouped():
        begin(history, "T2")
        with pytest.raises(InputError) as caught:
            begin(history, "T1")
        begin(history, "T3")
    assert caught.value.problems[0].reason is Reason.ALREADY_INITIALIZED
    assert [row[0] for row in brief(path)] == ["T1", "T2", "T3"]


def test_a_group_that_goes_on_after_a_fault_is_not_taken_for_written(
    path: Path, history: History
) -> None:
    record = begin(history, "T1")
    change(path, TRIGGER)
    with pytest.raises(HistoryError, match="HISTORY_UNUSABLE"), history.grouped():
        begin(history, "T2")
        with pytest.raises(HistoryError):
            history.finish(record, subject("T1"), UNKNOWN, LATER)
    assert brief(path) == [("T1", 1, "sending", None)]


def test_a_group_is_waited_for_by_others(path: Path, history: History) -> None:
    with (
        contextlib.closing(sqlite3.connect(path, timeout=0)) as other,
        history.grouped(),
        pytest.raises(sqlite3.OperationalError, match="locked"),
    ):
        other.execute("BEGIN IMMEDIATE")
