"""The history's file: SQLite, the user's alone, brought from older versions to this one."""

import contextlib
import errno
import os
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

from zhima_cli.core.errors import HistoryError, Reason

# "ZHIM", by which a database of zhima's is told from any other.
_APPLICATION_ID = 0x5A48494D
# How long one process waits for others to finish writing, in seconds.
BUSY_SECONDS = 3.0
# What a new history with its journal takes, in bytes, and some for the records to come.
_ROOM = 256 * 1024

# Each step's statements bring a file of the version that is its index to the next.
_MIGRATIONS = (
    (
        """
        CREATE TABLE call (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            started TEXT NOT NULL,
            updated TEXT NOT NULL,
            profile TEXT NOT NULL,
            app_id TEXT NOT NULL,
            gateway TEXT NOT NULL,
            method TEXT NOT NULL,
            transaction_id TEXT NOT NULL,
            product_code TEXT NOT NULL,
            biz_code TEXT NOT NULL,
            attempts INTEGER NOT NULL,
            state TEXT NOT NULL,
            biz_no TEXT,
            code TEXT,
            sub_code TEXT,
            verified INTEGER
        )
        """,
        "CREATE INDEX call_by_transaction ON call (app_id, transaction_id)",
        "CREATE INDEX call_by_biz_no ON call (biz_no)",
        "CREATE INDEX call_by_time ON call (started)",
    ),
    # A fingerprint of what was sent, which no one can guess it from; NULL where none was given.
    ("ALTER TABLE call ADD COLUMN content TEXT",),
)
VERSION = len(_MIGRATIONS)


def connect(path: Path, busy_seconds: float = BUSY_SECONDS) -> sqlite3.Connection:
    """Open the history at ``path``, made for the user alone where it is not there yet.

    ``busy_seconds`` is how long it waits for others to finish writing.

    Raises HistoryError where it cannot be opened or written, is no history of zhima's, or is of a
    newer version.
    """
    with guarded(path):
        _make_file(path)
        connection = sqlite3.connect(path, timeout=busy_seconds, isolation_level=None)
        try:
            # EXTRA: what is committed survives a power cut right after.
            connection.execute("PRAGMA synchronous = EXTRA")
            _migrate(connection, path)
            _make_private(path)
        except BaseException:
            connection.close()
            raise
    return connection


def check_history(path: Path, room: int = _ROOM) -> bool:
    """Check that calls could be recorded at ``path``, without making or changing anything.

    ``room`` is how many bytes have to be free there. Returns whether there is a history already.
    Raises HistoryError as connect does.
    """
    with guarded(path):
        try:
            mode = path.stat().st_mode
        except FileNotFoundError:
            _check_writable(next(f for f in path.absolute().parents if f.exists()), room)
            return False
        if not stat.S_ISREG(mode):
            raise HistoryError(Reason.HISTORY_FOREIGN, str(path))
        # Beside the file, SQLite makes another while it writes.
        _check_writable(path.absolute().parent, room)
        uri = f"{path.absolute().as_uri()}?mode=rw"
        connection = sqlite3.connect(uri, timeout=BUSY_SECONDS, isolation_level=None, uri=True)
    with contextlib.closing(connection), guarded(path):
        connection.execute("BEGIN IMMEDIATE")
        try:
            _version(connection, path)
        finally:
            roll_back(connection)
    return True


def _check_writable(folder: Path, room: int) -> None:
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    is_effective = os.access in os.supports_effective_ids
    if not os.access(folder, os.W_OK | os.X_OK, effective_ids=is_effective):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    disk = shutil.disk_usage(folder)
    if disk.free < room and disk.total:  # some that are no disks have neither
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _make_private(path: Path) -> None:
    """See to it that only the user can read what is known to be zhima's file."""
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        path.chmod(0o600)


def _make_file(path: Path) -> None:
    path.parent.parent.mkdir(parents=True, exist_ok=True)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            raise HistoryError(Reason.HISTORY_FOREIGN, str(path))
    finally:
        os.close(descriptor)


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    # The three facts are read at one moment, lest another process makes the file meanwhile.
    connection.execute("BEGIN")
    try:
        version = _version(connection, path)
    finally:
        roll_back(connection)
    if version == VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statements in _MIGRATIONS[_version(connection, path) :]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
    except BaseException:
        roll_back(connection)
        raise
    connection.execute("COMMIT")


def _version(connection: sqlite3.Connection, path: Path) -> int:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application != _APPLICATION_ID and (application or version or tables):
        raise HistoryError(Reason.HISTORY_FOREIGN, str(path))
    if version > VERSION:
        raise HistoryError(Reason.HISTORY_NEWER, str(path), str(version), str(VERSION))
    return int(version)


def roll_back(connection: sqlite3.Connection) -> None:
    """Take back what is not committed. A full disk has ended the transaction by itself."""
    if connection.in_transaction:
        connection.execute("ROLLBACK")


@contextlib.contextmanager
def guarded(path: Path) -> Iterator[None]:
    """Raise what the system or SQLite says of the file as HistoryError."""
    try:
        yield
    except (OSError, sqlite3.Error, ValueError) as error:
        words = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise HistoryError(Reason.HISTORY_UNUSABLE, str(path), words) from error
