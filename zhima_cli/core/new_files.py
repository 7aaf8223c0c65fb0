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
            folder.mkdir(_PRIVATE_FOLDER)
            self._undo.append(folder.rmdir)
            folder.chmod(_PRIVATE_FOLDER)  # the umask may have taken too much

    def file(self, path: Path, data: bytes, mode: int) -> None:
        """Make the file, with exactly these permissions. Raises OSError, also where it exists."""
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        self._undo.append(path.unlink)
        with open(descriptor, "wb") as file:  # noqa: PTH123 -- of a descriptor
            if hasattr(os, "fchmod"):
                os.fchmod(descriptor, mode)
            file.write(data)
            file.flush()
            os.fsync(descriptor)

    def remove(self) -> None:
        """Remove what was made, the last of it first."""
        for undo in reversed(self._undo):
            with contextlib.suppress(OSError):
                undo()


@contextlib.contextmanager
def all_or_none() -> Iterator[NewFiles]:
    """Yield what makes files and folders; after an error, nothing is left of them."""
    made = NewFiles()
    try:
        yield made
    except BaseException:
        made.remove()
        raise
