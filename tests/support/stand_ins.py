"""Programs that a user may call next to zhima, and a machine may lack: what stands in for them."""

import shutil
import sys
from pathlib import Path

import pytest

_SUPPORT = Path(__file__).parent
_MODULES = {"curl": _SUPPORT / "curl.py", "jq": _SUPPORT / "jq_stand_in.py"}


def with_and_without(name: str) -> pytest.MarkDecorator:
    """Run a test with the program's stand-in, and with the program itself where there is one.

    The test's parameter ``real`` says which.
    """
    is_there = shutil.which(name) is not None
    cases = [pytest.param(False, id="stand-in"), *([pytest.param(True, id="real")] * is_there)]
    return pytest.mark.parametrize("real", cases)


def write_stand_in(name: str, folder: Path) -> None:
    """Write the program ``name`` that is none into a folder that is to be the first in PATH."""
    folder.mkdir()
    script = folder / name
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{_MODULES[name]}" "$@"\n')
    script.chmod(0o755)
