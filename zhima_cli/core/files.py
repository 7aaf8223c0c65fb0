"""Reading the small files that a user names."""

import os
import re
import stat
from pathlib import Path

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


def shown_path(path: Path) -> str:
    """Return the path for a message, or ``…`` for what is unlike a path."""
    text = str(path)
    return text if _SHOWN_PATH.fullmatch(text) and not is_like_key(text) else "…"


def is_like_key(text: str) -> bool:
    """Say whether ``text`` is like a key that was put into the place of something else."""
    return "-----" in text or _KEY_TEXT.search(text) is not None


def system_words(error: Exception) -> str:
    """Return the operating system's own words for an error, else the error's type."""
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__


def read_file(path: Path, limit: int, kind: Kind, subject: str) -> bytes:
    """Return what ``path`` holds, ``limit`` bytes at most.

    ``subject`` names the setting that asks for the file and ``kind`` is the kind of its faults.
    Raises InputError.
    """
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except (OSError, ValueError) as error:
        # A path with a NUL in it is a ValueError.
        found = f"{shown_path(path)}: {system_words(error)}"
        problem = Problem(kind, Reason.FILE_UNREADABLE, subject, found)
        raise InputError(problem) from error
    if len(data) > limit:
        raise InputError(
            Problem(kind, Reason.FILE_TOO_LARGE, subject, shown_path(path), str(limit))
        )
    return data


def mode_if_others_read(path: Path) -> int | None:
    """Return the file's permissions where others than its owner can read it (POSIX), else None."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return None
    if os.name == "posix" and stat.S_ISREG(mode) and mode & (stat.S_IRGRP | stat.S_IROTH):
        return stat.S_IMODE(mode)
    return None
