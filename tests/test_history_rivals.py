"""Several hands in one history: each keeps to its own record, and none keeps all waiting."""

import contextlib
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.conftest import Account
from tests.support.independent import signed_answer
from tests.support.program import NOW
from tests.support.stub import Said, Seen, stub_gateway
from zhima_cli.core.errors import HistoryError, InputError
from zhima_cli.core.history import History, open_history
from zhima_cli.core.records import Filter, Result, State, Subject

LATER = NOW + timedelta(days=400)


def subject(transaction_id: str) -> Subject:
    """Return what a call of that transaction is about."""
    return Subject("default", "2014", "http://127.0.0.1:1/", "m", transaction_id, "w1", "FACE")


def succeeded(biz_no: str) -> Result:
    """Return a success."""
    return Result(State.SUCCESS, biz_no, "10000", None, verified=True)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "history.db"


@contextlib.contextmanager
def two(path: Path) -> Iterator[tuple[History, History]]:
    """Open the history as two processes do."""
    with open_history(path) as one, open_history(path) as other:
        yield one, other


def found(history: History) -> list[tuple[str, str, str | None]]:
    """Return what is recorded, in short."""
    records = history.records(Filter())
    return sorted(
        (r.subject.transaction_id, r.result.state.value, r.result.biz_no) for r in records
    )


def test_a_result_goes_into_no_other_record_when_its_own_was_deleted(path: Path) -> None:
    with two(path) as (one, other):
        first = one.begin(subject("A"), NOW, resend=False)
        with contextlib.closing(sqlite3.connect(path)) as anybody:
            anybody.execute("DELETE FROM call")
            anybody.commit()
        second = other.begin(subject("B"), NOW, resend=False)
        assert one.finish(first, subject("A"), succeeded("ZM1"), NOW)
        assert found(other) == [("A", "success", "ZM1"), ("B", "sending", None)]
        assert other.finish(second, subject("B"), succeeded("ZM2"), NOW)
        assert found(other) == [("A", "success", "ZM1"), ("B", "success", "ZM2")]


def test_a_call_under_way_is_not_pruned(path: Path) -> None:
    with open_history(path) as history:
        history.begin(subject("UNDER_WAY"), NOW, resend=False)
        done = history.begin(subject("DONE"), NOW, resend=False)
        history.finish(done, subject("DONE"), Result(State.REFUSED), NOW)
        assert history.count(LATER, None, NOW) == history.prune(LATER, None, NOW) == 1
        assert found(history) == [("UNDER_WAY", "sending", None)]
        assert history.prune(LATER, None, NOW + timedelta(days=2)) == 1


def test_a_reader_that_stalls_keeps_nobody_from_writing(path: Path) -> None:
    with two(path) as (one, other):
        for at in range(3):
            one.begin(subject(f"T{at}"), NOW, resend=False)
        reading = one.records(Filter())
        next(reading)
        other.begin(subject("T3"), NOW, resend=False)
        assert len(found(other)) == 4
        assert len(list(reading)) == 2


def test_another_attempt_opens_a_record_that_a_rival_settled(path: Path) -> None:
    with two(path) as (one, other):
        first = one.begin(subject("A"), NOW, resend=False)
        second = other.begin(subject("A"), NOW, resend=False)
        assert first == second
        one.finish(first, subject("A"), Result(State.REFUSED), NOW)
        other.count_attempt(second, NOW)
        assert found(one) == [("A", "sending", None)]


def test_another_attempt_leaves_a_success_alone(path: Path) -> None:
    with two(path) as (one, other):
        record = one.begin(subject("A"), NOW, resend=False)
        other.begin(subject("A"), NOW, resend=False)
        one.finish(record, subject("A"), succeeded("ZM1"), NOW)
        other.count_attempt(record, NOW)
        assert found(one) == [("A", "success", "ZM1")]
        with pytest.raises(InputError):
            other.begin(subject("A"), NOW, resend=False)


@pytest.mark.long
def test_a_history_that_could_not_be_begun_is_closed_for_the_call(account: Account) -> None:
    """Else it would keep others out for as long as the call takes."""
    history = account.home / "history.db"
    seen: list[int] = []

    def answer(_: Seen) -> Said:
        lock.rollback()
        with open_history(history) as rival:
            seen.append(rival.begin(subject("RIVAL"), NOW, resend=False))
        return Said(signed_answer(account.keys.alipay))

    with open_history(history):
        pass
    with (
        contextlib.closing(sqlite3.connect(history, check_same_thread=False)) as lock,
        stub_gateway(answer) as stub,
    ):
        lock.execute("BEGIN EXCLUSIVE")
        result = account.init_cert(f"--history={history}", f"--gateway={stub.url}")
    assert result.status == 0
    assert "warning" in result.err
    assert seen == [1]


def test_control_characters_of_a_damaged_record_do_not_act(account: Account) -> None:
    history = account.home / "history.db"
    with open_history(history) as opened:
        opened.begin(subject("A"), NOW, resend=False)
    with contextlib.closing(sqlite3.connect(history)) as anybody:
        anybody.execute("UPDATE call SET started = ?", ["2026\x1b]0;owned\x07"])
        anybody.commit()
    result = account.history(f"--history={history}", "--output=pretty")
    assert result.status == 0
    assert "\x1b" not in result.out
    assert r"2026\u001b]0;owned\u0007" in result.out


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE call SET attempts = 'many'",
        "UPDATE call SET profile = x'00'",
        "UPDATE call SET state = 'lost'",
    ],
)
def test_a_record_of_other_types_is_damage(account: Account, damage: str) -> None:
    history = account.home / "history.db"
    with open_history(history) as opened:
        opened.begin(subject("A"), NOW, resend=False)
    with contextlib.closing(sqlite3.connect(history)) as anybody:
        anybody.execute(damage)
        anybody.commit()
    result = account.history(f"--history={history}", "--output=json")
    assert (result.status, result.json["kind"]) == (3, "config")


def test_a_history_is_zhimas_while_another_process_makes_it(path: Path) -> None:
    """Its marks are read at one moment: a half-made file is nobody else's."""
    path.parent.mkdir()
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as maker:
        maker.execute("BEGIN IMMEDIATE")
        maker.execute("CREATE TABLE call (id INTEGER PRIMARY KEY)")
        maker.execute("PRAGMA application_id = 0x5A48494D")
        maker.execute("ROLLBACK")
    with open_history(path) as history:
        assert history.begin(subject("A"), datetime.now(UTC), resend=False) == 1
    with contextlib.closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA application_id = 1")
    with pytest.raises(HistoryError), open_history(path):
        pass
