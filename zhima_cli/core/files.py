"""Reading the small files that a user names."""

import io
import os
import re
import stat
from pathlib import Path
from typing import BinaryIO

from zhima_cli.core.errors import InputError, Problem, Reason
from zhima_cli.core.kinds import Kind

# What stands where a path is due may be the secret itself: a key, or JSON with a person in it.
_SHOWN_PATH = re.compile(r"[^\r\n{}\"]{1,200}")
# How the base64 of a key's DER begins, or that of 16 bytes looks at its end. Without the `==` it
# is 22 characters, of which the last has two bits alone, and in lower and upper case.
_KEY_TEXT = re.compile(
    r"(?:^|/)M[A-I][A-Za-z0-9+/]{38}|[A-Za-z0-9+/]{8}=="
    r"|(?:^|/)(?=[^a-z]*[a-z])(?=[^A-Z]*[A-Z])[A-Za-z0-9+/]{21}[AQgw]=?\s*$"
)
# Any other part of a key is known by how often upper case, lower case and the rest change: six
# times in ten characters of base64, and seldom in the words of a path. Hexadecimal digits change
# as often, but are all of one case.
_BASE64 = re.compile("[A-Za-z0-9+/]{16,}")
_CHANGE = re.compile("(?<=[a-z])[^a-z]|(?<=[A-Z])[^A-Z]|(?<=[0-9+])[^0-9+]")
_CHANGES = 0.4
_HEXADECIMAL = re.compile("[0-9a-f]{16,}|[0-9A-F]{16,}")
_OF_EACH_CASE = 0.125

# How long a pipe's writer may take to open it, in seconds.
_WRITER_IS_DUE = 2.0
_CHUNK_BYTES = 64 * 1024


def shown_path(path: Path) -> str:
    """Return the path for a message, or ``…`` for what is unlike a path."""
    text = str(path)
    return text if _SHOWN_PATH.fullmatch(text) and not is_like_key(text) else "…"


def is_like_key(text: str) -> bool:
    """Say whether ``text`` is like a key that was put into the place of something else."""
    if "-----" in text or _KEY_TEXT.search(text):
        return True
    return any(map(_is_base64, _BASE64.findall(text)))


def _is_base64(run: str) -> bool:
    run = "".join(part for part in run.split("/") if not _HEXADECIMAL.fullmatch(part))
    least = _OF_EACH_CASE * len(run)
    is_mixed = sum(map(str.isupper, run)) >= least and sum(map(str.islower, run)) >= least
    return is_mixed and len(_CHANGE.findall(run)) > _CHANGES * len(run)


def system_words(error: Exception) -> str:
    """Return the operating system's own words for an error, else the error's type."""
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__


def read_file(path: Path, limit: int, kind: Kind, subject: str) -> bytes:
    """Return what ``path`` holds, ``limit`` bytes at most.

    ``subject`` names the setting that asks for the file and ``kind`` is the kind of its faults.
    Raises InputError, also for a pipe that nobody writes to.
    """
    try:
        if stat.S_ISFIFO(path.stat().st_mode):
            copy = io.BytesIO()
            data = copy.getvalue() if copy_pipe(path, copy, limit + 1) else None
        else:
            with path.open("rb") as file:
                data = file.read(limit + 1)
    except (OSError, ValueError) as error:
        # A path with a NUL in it is a ValueError.
        found = f"{shown_path(path)}: {system_words(error)}"
        problem = Problem(kind, Reason.FILE_UNREADABLE, subject, found)
        raise InputError(problem) from error
    if data is None:
        raise InputError(Problem(kind, Reason.PIPE_WITHOUT_WRITER, subject, shown_path(path)))
    if len(data) > limit:
        raise InputError(
            Problem(kind, Reason.FILE_TOO_LARGE, subject, shown_path(path), str(limit))
        )
    return data


class Files:
    """Reads files; what a pipe held is kept, for it can be read once, and may be asked for again.

    A shell's ``<(...)`` is such a pipe.
    """

    def __init__(self) -> None:
        self._pipes: dict[Path, bytes] = {}

    def read(self, path: Path, limit: int, kind: Kind, subject: str) -> bytes:
        """Return what ``path`` holds, as read_file does. Raises InputError."""
        if path in self._pipes:
            return self._pipes[path]
        data = read_file(path, limit, kind, subject)
        if path.is_fifo():
            self._pipes[path] = data
        return data


def copy_pipe(path: Path, sink: BinaryIO, limit: int) -> bool:
    """Copy what is written to a pipe, ``limit`` bytes at most; return False where nobody writes.

    A writer that has opened the pipe, as one of a shell's ``<(...)`` has, may take its time.
    Raises OSError.
    """
    import select  # of use to a pipe alone

    # To open it would else wait for its writer, for ever where there is none.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with open(descriptor, "rb", buffering=0) as pipe:  # noqa: PTH123 -- of a descriptor
        select.select([pipe], [], [], _WRITER_IS_DUE)
        chunk = pipe.read(1)  # None where the writer has written nothing yet
        if chunk == b"":
            return False
        os.set_blocking(descriptor, True)
        left = limit - sink.write(chunk or b"")
        while left and (chunk := pipe.read(min(left, _CHUNK_BYTES))):
            left -= sink.write(chunk)
    return True


def mode_if_others_read(path: Path) -> int | None:
    """Return the file's permissions where others than its owner can read it (POSIX), else None."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return None
    if os.name == "posix" and stat.S_ISREG(mode) and mode & (stat.S_IRGRP | stat.S_IROTH):
        return stat.S_IMODE(mode)
    return None
