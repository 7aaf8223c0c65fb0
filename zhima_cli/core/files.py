"""Reading the small files that a user names."""

from pathlib import Path

from zhima_cli.core.errors import InputError, Problem, Reason
from zhima_cli.core.kinds import Kind


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
        found = (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
        problem = Problem(kind, Reason.FILE_UNREADABLE, subject, f"{path}: {found}")
        raise InputError(problem) from error
    if len(data) > limit:
        raise InputError(Problem(kind, Reason.FILE_TOO_LARGE, subject, str(path), str(limit)))
    return data
