"""Finds the processes that zhima started, and sees them end; as Linux tells of them."""

import contextlib
import os
import select
from collections.abc import Iterable
from pathlib import Path

import pytest

needs_proc = pytest.mark.skipif(
    not Path("/proc/self/cwd").is_symlink() or not hasattr(os, "pidfd_open"),
    reason="processes that were left are found as Linux tells of them",
)


def processes_in(folder: Path) -> list[int]:
    """Return the processes whose current folder that is: zhima's, and those that it started."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and (entry / "cwd").readlink() == folder:
                found.append(int(entry.name))
    return found


def see_end(pids: Iterable[int]) -> None:
    """Wait until all of them have ended by themselves."""
    with contextlib.ExitStack() as stack:
        waiting = select.poll()
        count = 0
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                descriptor = os.pidfd_open(pid)
                stack.callback(os.close, descriptor)
                waiting.register(descriptor, select.POLLIN)
                count += 1
        while count:
            ended = waiting.poll(30_000)
            assert ended, pids
            for descriptor, _ in ended:
                waiting.unregister(descriptor)
                count -= 1
