"""Runs zhima: inside this process on streams of its own, or as a process like a user's."""

import io
import json
import os
import subprocess
import sysconfig
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from zhima_cli.cli.app import run
from zhima_cli.cli.environment import Environment
from zhima_cli.core.waiting import Clock

NOW = datetime(2026, 11, 24, 19, 7, 50, tzinfo=UTC)
BEIJING_NOW = "2026-11-25 03:07:50"

PERSON = ("--cert-name=收委", "--cert-no=260104197909275964")


@dataclass(frozen=True)
class Result:
    """What a run left: its exit status, and what it wrote."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, object]:
        """The one JSON object on standard output."""
        assert self.out.count("\n") == 1, self
        value = json.loads(self.out)
        assert isinstance(value, dict)
        return value


def run_inside(
    arguments: Sequence[str],
    home: Path,
    variables: Mapping[str, str] | None = None,
    stdin: bytes = b"",
    encoding: str = "utf-8",
    now: datetime = NOW,
) -> Result:
    """Run the whole program in this process, on pipes; English unless ``variables`` say else."""
    out, err = (
        io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="backslashreplace")
        for _ in range(2)
    )
    environment = Environment(
        stdin=io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8", errors="surrogateescape"),
        stdout=out,
        stderr=err,
        variables={"LANG": "en_US.UTF-8", **(variables or {})},
        home=home,
        clock=Clock(now=lambda: now, wait=lambda _seconds: None, jitter=lambda _bound: 0.0),
        # Tests that run at the same time are not all to keep to the same one.
        processors=lambda: (os.getpid() % (os.cpu_count() or 1),),
    )
    status = run(arguments, environment)
    texts = []
    for stream in (out, err):
        stream.flush()
        buffer = stream.buffer
        assert isinstance(buffer, io.BytesIO)
        texts.append(buffer.getvalue().decode(encoding))
    return Result(status, *texts)


def zhima_command() -> str:
    """Return the path of the program as it was installed."""
    return str(Path(sysconfig.get_path("scripts")) / "zhima")


def process_variables(home: Path, **more: str) -> dict[str, str]:
    """Return the environment of a user with an empty home, and nothing else."""
    return {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        **more,
    }


def run_process(
    arguments: Sequence[str],
    home: Path,
    stdin: bytes = b"",
    encoding: str = "utf-8",
    **more: str,
) -> Result:
    """Run the installed program as a process, on pipes."""
    done = subprocess.run(
        [zhima_command(), *arguments],
        input=stdin,
        capture_output=True,
        env=process_variables(home, **more),
        timeout=60,
        check=False,
        cwd=home,
    )
    return Result(done.returncode, done.stdout.decode(encoding), done.stderr.decode(encoding))
