"""``python -m tests.mutation`` runs mutmut and compares what survived with ``survivors.toml``.

Needs ``tests/mutation/requirements.txt``; the modules and the tests are in pyproject.toml,
``[tool.mutmut]``.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import NamedTuple

_WORK = Path("mutants")
_LIST = Path(__file__).with_name("survivors.toml")
# A mutant that never ends is noticed as well.
_CAUGHT = ("killed", "timeout")


class Mutant(NamedTuple):
    """A change: the function that it is in, the line before, and the line after."""

    function: str
    before: str
    after: str


def _mutmut(*arguments: str) -> str:
    command = [sys.executable, "-m", "mutmut", *arguments]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


def _results() -> dict[str, str]:
    """Return the status of each mutant by mutmut's name for it."""
    lines = _mutmut("results", "--all", "true").splitlines()
    return dict(line.strip().rsplit(": ", 1) for line in lines if ": " in line)


def _mutant(name: str) -> Mutant:
    """Return what mutmut changed: its own names are numbers, which move with the code."""
    diff = _mutmut("show", name).splitlines()
    changed = [line for line in diff if re.match(r"[-+](?![-+]{2} )", line)]
    before, after = (
        " ".join(line[1:].strip() for line in changed if line.startswith(sign)) for sign in "-+"
    )
    function = re.sub(r"^zhima_cli\.core\.|x_(?=\w)|__mutmut_\d+$", "", name)
    return Mutant(function, before, after)


def _listed() -> set[Mutant]:
    """Read the list; every entry has its reason."""
    entries = tomllib.loads(_LIST.read_text(encoding="utf-8")).get("survivor", [])
    assert all(entry["reason"] for entry in entries)
    return {Mutant(entry["function"], entry["before"], entry["after"]) for entry in entries}


def _toml(mutant: Mutant) -> str:
    lines = [f"{name} = '''{value}'''" for name, value in mutant._asdict().items()]
    return "\n".join(["[[survivor]]", *lines, 'reason = ""', ""])


def main() -> int:
    """Run the command; return 1 where the survivors are not those of the list."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--report", action="store_true", help="of the last run, run nothing")
    parser.add_argument("--processes", default="2", metavar="N")
    asked = parser.parse_args()
    if not asked.report:
        shutil.rmtree(_WORK, ignore_errors=True)
        command = [sys.executable, "-m", "mutmut", "run", "--max-children", asked.processes]
        subprocess.run(command, check=True)
    results = _results()
    survivors = {_mutant(name) for name, status in results.items() if status not in _CAUGHT}
    listed = _listed()
    print(f"{len(results)} mutants:", dict(Counter(results.values())))
    for title, mutants in (
        ("Survived, and not in the list", survivors - listed),
        ("In the list, but none that survived", listed - survivors),
    ):
        for mutant in sorted(mutants):
            print(f"# {title}", _toml(mutant), sep="\n")
    return 0 if survivors == listed else 1


if __name__ == "__main__":
    sys.exit(main())
