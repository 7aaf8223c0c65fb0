"""Everything of the process that zhima uses, in one object that is passed in."""

import os
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from zhima_cli.core.terminated import Terminated
from zhima_cli.core.waiting import Clock

# Returns the signal that asked to stop, None as long as there was none.
IsStopped = Callable[[], KeyboardInterrupt | None]


@dataclass(frozen=True)
class Environment:
    """The streams, the environment's variables, the user's home folder, and the clock.

    ``shield`` keeps signals from ending the process: a result is there, and is about to be shown.
    ``defer_stop`` lets the first of them only be noted, and returns what tells of it.
    ``processors`` says by their numbers which may be used.
    """

    stdin: TextIO
    stdout: TextIO
    stderr: TextIO
    variables: Mapping[str, str] = field(repr=False)
    home: Path
    clock: Clock
    shield: Callable[[], None] = lambda: None
    defer_stop: Callable[[], IsStopped] = lambda: lambda: None
    processors: Callable[[], tuple[int, ...]] = lambda: (0,)

    @property
    def config_file(self) -> Path:
        """The platform's place for zhima's configuration (XDG base directories on Linux)."""
        if sys.platform == "darwin":
            folder = self.home / "Library" / "Application Support"
        elif sys.platform == "win32":
            folder = self._absolute("APPDATA", self.home / "AppData" / "Roaming")
        else:
            folder = self._absolute("XDG_CONFIG_HOME", self.home / ".config")
        return folder / "zhima" / "config.toml"

    @property
    def history_file(self) -> Path:
        """The platform's place for what zhima remembers."""
        if sys.platform == "darwin":
            folder = self.home / "Library" / "Application Support"
        elif sys.platform == "win32":
            folder = self._absolute("LOCALAPPDATA", self.home / "AppData" / "Local")
        else:
            folder = self._absolute("XDG_STATE_HOME", self.home / ".local" / "state")
        return folder / "zhima" / "history.db"

    def _absolute(self, variable: str, default: Path) -> Path:
        """Return the variable's folder; a relative one is to be ignored, as the standard says."""
        value = self.variables.get(variable, "")
        return Path(value) if Path(value).is_absolute() else default


def process_environment() -> Environment:
    """Return this process's environment; its streams never fail on a character they lack."""
    stdin = sys.stdin or _closed("r")
    stdout = sys.stdout or _closed("w")
    stderr = sys.stderr or _closed("w")
    for stream, errors in (
        (stdin, "surrogateescape"),
        (stdout, "backslashreplace"),
        (stderr, "backslashreplace"),
    ):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding=_text_encoding(stream), errors=errors)
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 -- Path.home() raises where there is none
    return Environment(
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        variables=os.environ,
        home=home if home.is_absolute() else Path(os.sep),
        clock=Clock(),
        shield=_ignore_signals,
        defer_stop=_note_signals,
        processors=_processors,
    )


def _text_encoding(stream: TextIO) -> str:
    """Return the stream's encoding, UTF-8 in the place of one that cannot escape what it lacks."""
    try:
        "收".encode(stream.encoding, "backslashreplace")
    except (UnicodeError, LookupError):
        return "utf-8"
    return stream.encoding


def _ignore_signals() -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is not signal.SIG_IGN:
            # Nor SIG_IGN: one that has come already would then be told of as an error.
            signal.signal(number, lambda _number, _frame: None)


def _note_signals() -> IsStopped:
    """Note the first SIGINT or SIGTERM; another one ends what is under way at once."""
    noted: list[KeyboardInterrupt] = []

    def note(number: int, _frame: object) -> None:
        stop = Terminated() if number == signal.SIGTERM else KeyboardInterrupt()
        if noted:
            raise stop
        noted.append(stop)

    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, note)
    return lambda: noted[0] if noted else None


def _processors() -> tuple[int, ...]:
    if hasattr(os, "sched_getaffinity"):
        return tuple(sorted(os.sched_getaffinity(0)))
    return tuple(range(os.cpu_count() or 1))


def _closed(mode: str) -> TextIO:
    """Return a stream in the place of one that the process was started without.

    Reading it ends at once; writing fails, as it must where a result would vanish.
    """
    if mode == "r":
        return open(os.devnull, encoding="utf-8")  # noqa: PTH123 -- lives as long as the process
    return os.fdopen(os.open(os.devnull, os.O_RDONLY), "w", encoding="utf-8")
