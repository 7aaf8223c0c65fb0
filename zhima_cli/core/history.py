"""The record of calls: a SQLite file that says what was sent and what came of it.

A call is written down before it is sent, so that neither a kill nor a power cut right after leaves
nobody knowing. Never a name, a number, a key or a token.
"""

import contextlib
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from zhima_cli.core.errors import InputError, Problem, Reason
from zhima_cli.core.history_file import BUSY_SECONDS, connect, guarded, roll_back
from zhima_cli.core.kinds import Kind
from zhima_cli.core.records import Filter, Known, Record, Result, State, Subject

_KNOWN = """
    SELECT state, CASE state WHEN 'success' THEN biz_no END, content, attempts
    FROM call
    WHERE app_id = ? AND transaction_id = ?
    ORDER BY state = 'success' DESC, id DESC
    LIMIT 1
"""

_SELECT = """
    SELECT id, started, updated, profile, app_id, gateway, method, transaction_id, product_code,
        biz_code, attempts, state, biz_no, code, sub_code, verified,
        EXISTS (
            SELECT 1 FROM call AS done WHERE done.app_id = call.app_id
                AND done.transaction_id = call.transaction_id AND done.state = 'success'
        )
    FROM call
    WHERE (:state IS NULL OR state = :state)
        AND (:profile IS NULL OR profile = :profile)
        AND (:transaction_id IS NULL OR transaction_id = :transaction_id)
        AND (:since IS NULL OR started >= :since)
    ORDER BY started DESC, id DESC
    LIMIT :limit
"""

# A call that is under way keeps its record; after a day, none is.
_DELETE = """
    DELETE FROM call WHERE updated < :before AND (:profile IS NULL OR profile = :profile)
        AND (state <> 'sending' OR updated < :a_day_ago)
"""
_COUNT = """
    SELECT count(*) FROM call WHERE updated < :before AND (:profile IS NULL OR profile = :profile)
        AND (state <> 'sending' OR updated < :a_day_ago)
"""


class History:
    """An open history. Every method raises HistoryError where the file does not let it."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    @contextlib.contextmanager
    def grouped(self) -> Iterator[None]:
        """Write all that is written inside at once at its end: one wait for the disk, not many.

        Whatever is raised inside and leaves it takes everything back, and so does a HistoryError
        that does not leave it: then the end raises one. Nobody else can write meanwhile.
        """
        with guarded(self._path):
            self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            with guarded(self._path):
                self._connection.execute("COMMIT")
        except BaseException:
            with guarded(self._path):
                roll_back(self._connection)
            raise

    def begin(
        self, subject: Subject, now: datetime, *, resend: bool, content: str | None = None
    ) -> int:
        """Write down that the call is about to be sent; return the id of its record.

        A record of the same transaction that is still open is continued. ``content`` is a
        fingerprint of what is sent, for known(). Raises InputError, and writes nothing, where the
        transaction has its biz_no already, unless it is to be sent again all the same.
        """
        with self._writing():
            biz_no = self._success_of(subject)
            if biz_no is not None and not resend:
                origin, option = f"transaction_id {subject.transaction_id}", "--resend"
                raise InputError(
                    Problem(Kind.USAGE, Reason.ALREADY_INITIALIZED, origin, biz_no, option)
                )
            row = self._connection.execute(
                "SELECT id FROM call WHERE app_id = ? AND transaction_id = ?"
                " AND state IN ('sending', 'unknown') ORDER BY id DESC LIMIT 1",
                (subject.app_id, subject.transaction_id),
            ).fetchone()
            if row is None:
                return self._insert(subject, now, Result(State.SENDING), content=content)
            self._connection.execute(
                "UPDATE call SET state = 'sending', attempts = attempts + 1, updated = ?,"
                " profile = ?, gateway = ?, product_code = ?, biz_code = ?, content = ?"
                " WHERE id = ?",
                (
                    _time(now),
                    subject.profile,
                    subject.gateway,
                    subject.product_code,
                    subject.biz_code,
                    content,
                    row[0],
                ),
            )
            return int(row[0])

    def count_attempt(self, record: int, now: datetime) -> None:
        """Write down that the call is about to be sent once more."""
        with self._writing():
            self._connection.execute(
                "UPDATE call SET attempts = attempts + 1, updated = ?,"
                " state = CASE state WHEN 'success' THEN state ELSE 'sending' END WHERE id = ?",
                (_time(now), record),
            )

    def finish(self, record: int, subject: Subject, result: Result, now: datetime) -> bool:
        """Write down what came of the call; a success that is there is never overwritten.

        Returns False, and keeps the call as unknown, where another transaction has the same
        biz_no already: then the answer is a replayed one.
        """
        with self._writing():
            is_replay = self._is_replay(subject, result.biz_no)
            if is_replay:
                result = Result(State.UNKNOWN)
            values = (
                result.state.value,
                result.biz_no,
                result.code,
                result.sub_code,
                result.verified,
                _time(now),
                record,
            )
            changed = self._connection.execute(
                "UPDATE call SET state = ?, biz_no = ?, code = ?, sub_code = ?, verified = ?,"
                " updated = ? WHERE id = ? AND state <> 'success'",
                values,
            ).rowcount
            if not changed and self._is_gone(record):
                self._insert(subject, now, result)
            elif not changed and result.biz_no is not None:
                # Another process was given one for the same transaction meanwhile; keep both.
                self._connection.execute(
                    "INSERT INTO call (started, profile, app_id, gateway, method, transaction_id,"
                    " product_code, biz_code, attempts, state, biz_no, code, sub_code, verified,"
                    " updated, content) SELECT started, profile, app_id, gateway, method,"
                    " transaction_id, product_code, biz_code, attempts, ?, ?, ?, ?, ?, ?, content"
                    " FROM call WHERE id = ? AND biz_no <> ?",
                    (*values, result.biz_no),
                )
        return not is_replay

    def known(self, app_id: str, transaction_id: str) -> Known | None:
        """Return what is known of the transaction, None where it was never begun."""
        with guarded(self._path):
            row = self._connection.execute(_KNOWN, (app_id, transaction_id)).fetchone()
            return None if row is None else _known(row)

    def records(self, wanted: Filter) -> Iterator[Record]:
        """Yield the records, the newest first."""
        values = {
            "state": wanted.state.value if wanted.state else None,
            "profile": wanted.profile,
            "transaction_id": wanted.transaction_id,
            "since": _time(wanted.since) if wanted.since else None,
            "limit": -1 if wanted.limit is None else wanted.limit,
        }
        with guarded(self._path):
            # All at once: a reader that stalls must not keep the others from writing.
            rows = self._connection.execute(_SELECT, values).fetchall()
            yield from map(_record, rows)

    def prune(self, before: datetime, profile: str | None, now: datetime) -> int:
        """Delete the records that were last changed before this aware time; return how many.

        Where a ``profile`` is named, those of the others stay; so do calls that are under way.
        """
        with self._writing():
            return self._connection.execute(_DELETE, _pruned(before, profile, now)).rowcount

    def count(self, before: datetime, profile: str | None, now: datetime) -> int:
        """Return how many records prune() would delete."""
        with guarded(self._path):
            values = _pruned(before, profile, now)
            row = self._connection.execute(_COUNT, values).fetchone()
        return int(row[0])

    def _success_of(self, subject: Subject) -> str | None:
        row = self._connection.execute(
            "SELECT biz_no FROM call WHERE app_id = ? AND transaction_id = ?"
            " AND state = 'success' ORDER BY id DESC LIMIT 1",
            (subject.app_id, subject.transaction_id),
        ).fetchone()
        return str(row[0]) if row else None

    def _insert(
        self, subject: Subject, now: datetime, result: Result, *, content: str | None = None
    ) -> int:
        moment = _time(now)
        cursor = self._connection.execute(
            "INSERT INTO call (started, updated, profile, app_id, gateway, method,"
            " transaction_id, product_code, biz_code, attempts, state, biz_no, code, sub_code,"
            " verified, content) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?)",
            (
                moment,
                moment,
                subject.profile,
                subject.app_id,
                subject.gateway,
                subject.method,
                subject.transaction_id,
                subject.product_code,
                subject.biz_code,
                result.state.value,
                result.biz_no,
                result.code,
                result.sub_code,
                result.verified,
                content,
            ),
        )
        return int(cursor.lastrowid or 0)

    def _is_gone(self, record: int) -> bool:
        row = self._connection.execute("SELECT 1 FROM call WHERE id = ?", (record,)).fetchone()
        return row is None

    def _is_replay(self, subject: Subject, biz_no: str | None) -> bool:
        if biz_no is None:
            return False
        row = self._connection.execute(
            "SELECT 1 FROM call WHERE biz_no = ? AND (app_id, transaction_id) <> (?, ?) LIMIT 1",
            (biz_no, subject.app_id, subject.transaction_id),
        ).fetchone()
        return row is not None

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        with guarded(self._path):
            if not self._connection.in_transaction:
                with self.grouped():
                    yield
                return
            try:
                yield
            except sqlite3.Error:
                # Half of a record must not be written, even if the group goes on.
                roll_back(self._connection)
                raise


@contextlib.contextmanager
def open_history(path: Path, busy_seconds: float = BUSY_SECONDS) -> Iterator[History]:
    """Open the history at ``path``, made where it is not there yet. Raises HistoryError.

    ``busy_seconds`` is how long each write waits for others to finish theirs.
    """
    with contextlib.closing(connect(path, busy_seconds)) as connection:
        yield History(connection, path)


def _pruned(before: datetime, profile: str | None, now: datetime) -> dict[str, str | None]:
    a_day_ago = _time(now - timedelta(days=1))
    return {"before": _time(before), "profile": profile, "a_day_ago": a_day_ago}


def _known(row: tuple[Any, ...]) -> Known:
    """Return a row as what is known. Raises ValueError where somebody else's hand was in it."""
    state, biz_no, content, attempts = row
    texts = [text for text in (biz_no, content) if text is not None]
    if not all(isinstance(text, str) for text in texts) or not isinstance(attempts, int):
        raise ValueError("a record is damaged")
    return Known(State(state), biz_no, content, attempts)


def _record(row: tuple[Any, ...]) -> Record:
    """Return a row as a record. Raises ValueError where somebody else's hand was in it."""
    if not all(isinstance(value, str) for value in row[1:10]) or not isinstance(row[10], int):
        raise ValueError("a record is damaged")
    verified = None if row[15] is None else bool(row[15])
    result = Result(State(row[11]), row[12], row[13], row[14], verified)
    return Record(row[0], row[1], row[2], Subject(*row[3:10]), row[10], result, bool(row[16]))


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
