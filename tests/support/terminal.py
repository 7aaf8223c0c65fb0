"""A real pseudo-terminal to run zhima in, and how wide what it shows there is."""

import contextlib
import os
import select
import subprocess
import termios
import time
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.support.program import process_variables, zhima_command

Piped = Literal["stdout", "stderr"]

_SECONDS = 60.0
_ROWS = 50


@dataclass(frozen=True)
class Watched:
    """What a run in a terminal left: its exit status, what was on the screen, and in the pipe."""

    status: int
    screen: str
    piped: str


def run_in_terminal(
    arguments: Sequence[str],
    home: Path,
    columns: int,
    piped: Piped | None = None,
    variables: Mapping[str, str] | None = None,
) -> Watched:
    """Run the installed program in a terminal ``columns`` wide, of its own three streams.

    ``piped`` names the one that does not go there but into a pipe.
    """
    master, slave = os.openpty()
    termios.tcsetwinsize(slave, (_ROWS, columns))
    with subprocess.Popen(
        [zhima_command(), *arguments],
        stdin=slave,
        stdout=subprocess.PIPE if piped == "stdout" else slave,
        stderr=subprocess.PIPE if piped == "stderr" else slave,
        env=process_variables(home, **{"TERM": "xterm-256color", **(variables or {})}),
        cwd=home,
        start_new_session=True,
    ) as process:
        os.close(slave)
        try:
            screen = _read_to_the_end(master)
            out, err = process.communicate(timeout=_SECONDS)
        finally:
            process.kill()
            os.close(master)
    return Watched(
        process.returncode,
        screen.decode("utf-8").replace("\r\n", "\n"),
        ((out or b"") + (err or b"")).decode("utf-8"),
    )


def _read_to_the_end(master: int) -> bytes:
    data = b""
    deadline = time.monotonic() + _SECONDS
    # Linux ends with an error once nobody has the other side any more, other systems with nothing.
    with contextlib.suppress(OSError):
        while time.monotonic() < deadline:
            if select.select([master], [], [], 1.0)[0]:
                read = os.read(master, 65536)
                if not read:
                    break
                data += read
    return data


def cells(text: str) -> int:
    """Return how many cells of a terminal a line takes (Unicode Standard Annex 11)."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )
