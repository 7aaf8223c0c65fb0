"""Completion in the shells that most machines lack: ``python -m pytest -m shells``, see the README.

Each is set up by the README's line and completes the same lines. zsh does at a terminal, at the
press of Tab; fish and PowerShell have a command that answers as their prompt does.
"""

import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.support.person import at_terminal
from tests.support.program import process_variables, zhima_command

ROOT = Path(__file__).parent.parent

pytestmark = pytest.mark.shells

# What is typed, and what its last word becomes where there is one possibility.
SINGLE = {
    "zhima hist": "history",
    "zhima init-cert --lang z": "zh",
    "zhima init-cert --cert-na": "--cert-name",
    "zhima init-cert --output=pl": "--output=plain",
    "zhima init-cert --profile l": "live",
    "zhima init-cert -p l": "live",
    "zhima --lang zh history ex": "export",
    "zhima init-cert --cert-name 'a $HOME b' --charset u": "utf-8",
    "zhima explain ARR": "ARRANGEMENT_ERROR",
}
SEVERAL = {
    "zhima init-cert --lang ": ["zh", "en"],
    "zhima init-cert --charset g": ["gbk", "gb2312"],
    "zhima init-cert --profile ": ["live", "mock"],
    "zhima history e": ["export"],
}
FILE = "zhima init-cert --config own"
ATTACHED = "zhima init-cert --config=own"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home with two profiles, one of which no shell may complete, and a file ``own.toml``."""
    config = tmp_path / ".config" / "zhima" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('[profiles.live]\n[profiles."$(touch ran)"]\n')
    (tmp_path / "own.toml").touch()
    yield tmp_path
    assert not (tmp_path / "ran").exists()


def set_up(shell: str) -> str:
    """Return the line that the README has for a shell."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(rf"^\| {shell} \| `(zhima completion [^`]+)`", text, re.MULTILINE)
    assert found, shell
    return found[1].replace("\\|", "|")


def variables(home: Path) -> Mapping[str, str]:
    """Return a user's environment that has the program."""
    bare = process_variables(home, TERM="xterm")
    return {**bare, "PATH": f"{Path(zhima_command()).parent}:{bare['PATH']}"}


def output(home: Path, *command: str) -> str:
    """Run a shell, which has to succeed and to complain of nothing; return its output."""
    done = subprocess.run(
        command,
        cwd=home,
        env=variables(home),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def answers(home: Path, *command: str) -> dict[str, list[str]]:
    """Return what a shell answered to each line: lines of JSON, and those of the possibilities."""
    found: dict[str, list[str]] = {}
    for line in output(home, *command).splitlines():
        if line.startswith('"'):
            latest = found.setdefault(json.loads(line), [])
        else:
            latest.append(line.partition("\t")[0])
    return found


EXPECTED = {**{typed: [word] for typed, word in SINGLE.items()}, **SEVERAL}


def test_fish(home: Path) -> None:
    asked = "\n".join(
        f"echo {shlex.quote(json.dumps(typed))}; complete -C {_fish_quoted(typed)}"
        for typed in (*EXPECTED, FILE, ATTACHED)
    )
    (home / ".config" / "fish" / "completions").mkdir(parents=True)
    output(home, "fish", "-c", set_up("fish"))
    files = {FILE: ["own.toml"], ATTACHED: ["--config=own.toml"]}
    assert answers(home, "fish", "-c", asked) == {**EXPECTED, **files}


def _fish_quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def test_powershell(home: Path) -> None:
    lines = ", ".join("'{}'".format(typed.replace("'", "''")) for typed in (*EXPECTED, FILE))
    script = f"""
        $ErrorActionPreference = 'Stop'
        {set_up("PowerShell")}
        foreach ($line in {lines}) {{
            ConvertTo-Json $line
            (TabExpansion2 -inputScript $line -cursorColumn $line.Length).CompletionMatches |
                ForEach-Object {{ $_.CompletionText }}
        }}
    """
    found = answers(home, "pwsh", "-NoProfile", "-NonInteractive", "-Command", script)
    (file,) = found.pop(FILE)
    assert found == EXPECTED
    assert Path(file).name == "own.toml"


_ZSHRC = """
PROMPT='zsh> '
zstyle ':completion:*' accept-exact true
show() { print -r -- "$BUFFER" >> lines; zle kill-whole-line }
zle -N show
bindkey '^G' show
"""


def test_zsh(home: Path) -> None:
    """What stands in the line after Tab; of several possibilities, as far as they are the same."""
    output(home, "zsh", "-f", "-c", set_up("zsh"))
    with (home / ".zshrc").open("a") as file:
        file.write(_ZSHRC)
    typed = [*SINGLE, "zhima init-cert --charset g", "zhima init-cert --lang ", FILE, ATTACHED]
    words = [*SINGLE.values(), "gb", "", "own.toml", "--config=own.toml"]
    zsh = shutil.which("zsh") or "zsh"
    with at_terminal(home, "-d", "-i", variables=variables(home), program=zsh) as terminal:
        terminal.wait_for("zsh> ")
        for line in typed:
            terminal.type(f"{line}\t\x07")
        terminal.type("exit\n")
        assert terminal.finish().status == 0
    lines = (home / "lines").read_text().splitlines()
    assert [line.rstrip() for line in lines] == [
        f"{line.rpartition(' ')[0]} {word}".rstrip()
        for line, word in zip(typed, words, strict=True)
    ]
