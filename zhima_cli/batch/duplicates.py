"""Finds rows of the same transaction, however many rows there are."""

import contextlib
import hashlib
import sqlite3
from collections.abc import Iterator

from zhima_cli.core.errors import InputError, Problem, Reason
from zhima_cli.core.kinds import Kind

# A database without a name is SQLite's own temporary file, which goes away by itself.
_TEMPORARY = ""
_SETUP = (
    "PRAGMA cache_size = -4096",  # KiB of memory
    "PRAGMA journal_mode = OFF",
    "PRAGMA synchronous = OFF",
    "CREATE TABLE seen (id INTEGER PRIMARY KEY, line INTEGER NOT NULL)",
    "BEGIN",
)


class Duplicates:
    """Remembers transactions by 64 bits of a hash, so that no id is written to the disk.

    Two ids have the same 64 bits in one of ten million files of a million rows.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def first_line(self, transaction_id: str, line: int) -> int | None:
        """Return the line that had this transaction before, None where this one is the first."""
        digest = hashlib.blake2b(transaction_id.encode("ascii"), digest_size=8).digest()
        key = int.from_bytes(digest, "big", signed=True)
        with _usable():
            added = self._database.execute(
                "INSERT INTO seen VALUES (?, ?) ON CONFLICT DO NOTHING", (key, line)
            )
            if added.rowcount:
                return None
            row = self._database.execute("SELECT line FROM seen WHERE id = ?", (key,)).fetchone()
        first: int = row[0]
        return first


@contextlib.contextmanager
def finding_duplicates() -> Iterator[Duplicates]:
    """Yield what remembers transactions, for the thread that asks for it."""
    with _usable():
        database = sqlite3.connect(_TEMPORARY, isolation_level=None)
    with contextlib.closing(database):
        with _usable():
            for statement in _SETUP:
                database.execute(statement)
        yield Duplicates(database)


@contextlib.contextmanager
def _usable() -> Iterator[None]:
    """Raise InputError where the temporary file cannot be written: the disk is full, say."""
    try:
        yield
    except sqlite3.Error as error:
        problem = Problem(Kind.CONFIG, Reason.FILE_UNWRITABLE, "TMPDIR", str(error))
        raise InputError(problem) from error
