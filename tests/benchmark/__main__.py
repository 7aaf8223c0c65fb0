"""``python -m tests.benchmark`` measures and prints a table; ``--write`` puts it into the docs.

Needs what the comparison needs: the package registries, and port 80 of a loopback address, since
the official client for Python calls no other. It judges nothing: the machine may be busy.
"""

import argparse
import os
import platform
import secrets
import subprocess
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from tests.benchmark.contestants import (
    BARE,
    HELP,
    IMPORT_ALL,
    IMPORT_TYPER,
    INIT_CERT,
    VERSION,
    VERSION_ELSEWISE,
    contestants,
    install_zhima,
    write_account,
)
from tests.benchmark.measuring import Times, measure, peak_memory
from tests.comparison.clients import CLIENTS, OFFICIAL_NODE, OFFICIAL_PYTHON, OTHER_PYTHON, ROOT
from tests.comparison.clients import version as client_version
from tests.comparison.loopback import HTTP_PORT, require
from tests.conftest import Keys
from tests.support.independent import BIZ_NO, SUCCESS, new_key, signed_answer
from tests.support.openssl import make_key
from tests.support.stub import Said, Seen, stub_gateway

PAGE = ROOT / "docs" / "benchmark.md"
LEAST_ROUNDS = 15
# Not the comparison's, which may be running.
_STUB = ("127.0.0.3", HTTP_PORT)
# What zhima's wall time is measured by, and how many times that it may be.
_GOALS = (
    (INIT_CERT, OFFICIAL_PYTHON, 1.0),
    (INIT_CERT, OTHER_PYTHON, 0.7),
    (INIT_CERT, OFFICIAL_NODE, 0.45),
    (VERSION, BARE, 1.3),
    (HELP, BARE, 7.0),
)
_GOAL_MEMORY = 36.0


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmark", description=__doc__)
    parser.add_argument("--rounds", type=int, default=LEAST_ROUNDS)
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.relative_to(ROOT)}")
    given = parser.parse_args()
    text = run(max(given.rounds, LEAST_ROUNDS))
    print(text)
    if given.write:
        PAGE.write_text(text, encoding="utf-8")


def run(rounds: int) -> str:
    """Measure so many rounds; return the page."""
    require(_STUB)
    keys = Keys(new_key(), new_key(), new_key())

    def answer(_request: Seen) -> Said:
        biz_no = f"ZM{secrets.randbelow(10**30):030}"  # one that was seen before is a replay
        return Said(signed_answer(keys.alipay, SUCCESS.replace(BIZ_NO, biz_no)))

    with tempfile.TemporaryDirectory() as made, stub_gateway(answer, _STUB):
        folder = Path(made)
        gateway = f"http://{_STUB[0]}/gateway.do"
        (folder / "home").mkdir()
        write_account(folder / "home", make_key(folder / "app"), keys, gateway)
        installed = install_zhima(folder / "zhima")
        all_of_them = contestants(installed, folder / "home", gateway)
        load = os.getloadavg()[0]
        times = measure(all_of_them, rounds, folder / "home")
        (call,) = (each for each in all_of_them if each.name == INIT_CERT)
        memory = max(peak_memory(call, folder / "home") for _ in range(3))
        return _page(times, memory, installed.versions, rounds, load)


def _page(times: Mapping[str, Times], memory: float, own: str, rounds: int, load: float) -> str:
    clients = ", ".join(f"{name} {client_version(name)}" for name in CLIENTS)
    tools = ", ".join(_first_line(command) for command in (["openssl", "version"], ["curl", "-V"]))
    lines = [
        "# How long one call takes",
        "",
        "Whole processes, in alternation, against a gateway on loopback that signs its answer,",
        "which each of them verifies. Written by `python -m tests.benchmark --write`; the",
        "development part of the README says what that needs.",
        "",
        f"{datetime.now(UTC):%Y-%m-%d}; {rounds} rounds; {platform.system()} {platform.machine()},",
        f"{os.cpu_count()} cores, load {load:.1f} at the start. {own}.",
        f"{clients}. {tools}.",
        "",
        "## Goals",
        "",
        "| what | against | goal | measured |",
        "| --- | --- | ---: | ---: |",
    ]
    for name, base, goal in _GOALS:
        ratio = times[name].median / times[base].median
        lines.append(f"| {name} | {base} | ≤ {goal:g} | {ratio:.2f} |")
    lines.append(f"| {INIT_CERT}, peak memory | | ≤ {_GOAL_MEMORY:g} MiB | {memory:.1f} MiB |")
    lines += [
        "",
        "## Times",
        "",
        "| whole process | median | middle half | × `python -c pass` |",
        "| --- | ---: | ---: | ---: |",
    ]
    base_time = times[BARE].median
    for name, found in times.items():
        first, third = (f"{1000 * seconds:.0f}" for seconds in found.quartiles)
        median = f"{1000 * found.median:.0f} ms"
        lines.append(
            f"| {name} | {median} | {first} – {third} ms | {found.median / base_time:.1f} |"
        )
    return "\n".join([*lines, *_held_by(times), ""])


def _held_by(times: Mapping[str, Times]) -> list[str]:
    """Return what the goals are held by that libraries or the interpreter alone do not let pass."""

    def ratio(name: str, base: str) -> str:
        return f"{times[name].median / times[base].median:.2f}"

    return [
        "",
        "## Whose part it is",
        "",
        "The least that is possible with what zhima is made of, without a line of its own:",
        "",
        "| | against | ratio |",
        "| --- | --- | ---: |",
        *(
            f"| {IMPORT_ALL}, and no call | {client} | {ratio(IMPORT_ALL, client)} |"
            for client in (OFFICIAL_PYTHON, OTHER_PYTHON, OFFICIAL_NODE)
        ),
        f"| {IMPORT_TYPER}, and no help | {BARE} | {ratio(IMPORT_TYPER, BARE)} |",
        f"| {VERSION_ELSEWISE} | {BARE} | {ratio(VERSION_ELSEWISE, BARE)} |",
        "",
        "A goal below such a ratio cannot be reached with these libraries. The launcher is the one",
        "that pip writes, which imports `re`; zhima's own part of `--version` is the last line.",
    ]


def _first_line(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return " ".join(done.stdout.split()[:2])


if __name__ == "__main__":
    main()
