"""Making files and folders that were not there: all of them, or none."""

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

PRIVATE = 0o600
PUBLIC = 0o644
_PRIVATE_FOLDER = 0o700


class NewFiles:
    """What was made so far, and how to be rid of it again."""

    def __init__(self) -> None:
        self._undo: list[Callable[[], None]] = []

    def folder(self, path: Path) -> None:
        """Make the folder and those that it is in, for the user alone, where they are missing.

        Raises OSError.
        """
        missing: list[Path] = []
        while not path.exists():
            missing.append(path)
            path = path.parent
        for folder in reversed(missing):
            try:
                folder.mkdir(_PRIVATE_FOLDER)
            except FileExistsError:
                continue  # somebody else has made it meanwhile
            self._undo.append(folder.rmdir)
            folder.chmod(_PRIVATE_FOLDER)  # the umask may have taken too much

    def file(self, path: Path, data: bytes, mode: int, owner: os.stat_result | None = None) -> None:
        """Make the file, with exactly these permissions, whose ``owner`` is this user or another.

        Raises OSError, also where it exists.
        """
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        self._undo.append(path.unlink)
        with open(descriptor, "wb") as file:  # noqa: PTH123 -- of a descriptor
            file.write(data)
            give(descriptor, mode, owner)
            file.flush()
            os.fsync(descriptor)

    def remove(self) -> None:
        """Remove what was made, the last of it first."""
        for undo in reversed(self._undo):
            with contextlib.suppress(OSError):
                undo()


def give(descriptor: int, mode: int, owner: os.stat_result | None) -> None:
    """Give an open file these permissions, and to its ``owner``, who may be another user.

    By its name it could be another file by now, where others may write in its folder.
    """
    if hasattr(os, "fchmod"):
        os.fchmod(descriptor, mode)
    if owner and hasattr(os, "fchown"):
        os.fchown(descriptor, owner.st_uid, owner.st_gid)


@contextlib.contextmanager
def all_or_none() -> Iterator[NewFiles]:
    """Yield what makes files and folders; after an error, nothing is left of them."""
    made = NewFiles()
    try:
        yield made
    except BaseException:
        made.remove()
        raise
