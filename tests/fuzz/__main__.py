"""``python -m tests.fuzz TARGET --seconds N`` fuzzes, ``--try FILE`` tries what was found again.

Needs ``tests/fuzz/requirements.txt``. What it learns stays in the folder ``.fuzz`` for the next
time.
"""

import argparse
import importlib.util
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.targets import TARGETS, Target

# An input that takes longer, in seconds, or more memory, in MiB, is a finding as well.
_TIME_LIMIT = 10
_MEMORY_LIMIT = 2048
_MAX_LENGTH = 8192


@dataclass(frozen=True)
class Report:
    """What a run came to."""

    executions: int
    edges: int
    features: int
    corpus: int
    found: tuple[Path, ...]
    error: str

    def __str__(self) -> str:
        figures = f"{self.executions} executions, {self.edges} edges, {self.features} features"
        lines = [f"{figures}, {self.corpus} inputs in the corpus"]
        if not self.found and not self.error:
            return "\n".join([*lines, "nothing found"])
        return "\n".join([*lines, self.error, *(f"found: {path}" for path in self.found)])


def fuzz(name: str, seconds: int, folder: Path) -> Report:
    """Fuzz the target for so long, or until something is found."""
    target = TARGETS[name]
    corpus, seeds, crashes = (folder / part for part in ("corpus", "seeds", "found"))
    for path in (corpus, seeds, crashes):
        path.mkdir(parents=True, exist_ok=True)
    _write_seeds(target, seeds)
    words = folder / "words.txt"
    words.write_text("".join(f'"{_escaped(word)}"\n' for word in target.words), encoding="ascii")
    before = set(crashes.iterdir())
    options = [
        f"-max_total_time={seconds}",
        f"-artifact_prefix={crashes}/",
        f"-dict={words}",
        f"-timeout={_TIME_LIMIT}",
        f"-rss_limit_mb={_MEMORY_LIMIT}",
        f"-max_len={_MAX_LENGTH}",
        "-len_control=20",
        "-verbosity=1",
        "-print_final_stats=1",
    ]
    command = [sys.executable, "-m", "tests.fuzz.engine", name, *options, str(corpus), str(seeds)]
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    return _report(done, tuple(sorted(set(crashes.iterdir()) - before)))


def _write_seeds(target: Target, folder: Path) -> None:
    for old in folder.iterdir():
        old.unlink()
    for at, seed in enumerate(target.seeds):
        (folder / f"{at:03}").write_bytes(seed)


def _escaped(word: str) -> str:
    """Return a word as libFuzzer's dictionaries have it."""
    return "".join(f"\\x{byte:02x}" for byte in word.encode())


def _report(done: subprocess.CompletedProcess[str], found: tuple[Path, ...]) -> Report:
    text = done.stdout + done.stderr
    executions = re.findall(r"^stat::number_of_executed_units: +(\d+)|^#(\d+)", text, re.MULTILINE)
    last = [re.findall(rf"{name}: (\d+)", text)[-1:] for name in ("cov", "ft", "corp")]
    edges, features, corpus = (int(values[0]) if values else 0 for values in last)
    count = max((int(one or other) for one, other in executions), default=0)
    error = "" if done.returncode == 0 else _exception(done.stdout) or text[-2000:]
    return Report(count, edges, features, corpus, found, error)


def _exception(text: str) -> str:
    """Return how Python's traceback reads, without the fuzzer's own lines."""
    return text.partition("=== Uncaught Python exception: ===")[2].strip()


def main() -> int:
    """Run the command; return 1 where something was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("target", choices=[*TARGETS, "all"])
    parser.add_argument("--seconds", type=int, default=60, help="how long, for each target")
    parser.add_argument("--folder", type=Path, default=Path(".fuzz"))
    parser.add_argument("--try", type=Path, dest="again", metavar="FILE")
    asked = parser.parse_args()
    names = list(TARGETS) if asked.target == "all" else [asked.target]
    if asked.again is not None:
        for name in names:
            TARGETS[name].check(asked.again.read_bytes())
        print("nothing found")
        return 0
    if importlib.util.find_spec("atheris") is None:
        parser.error("atheris is missing: python -m pip install -r tests/fuzz/requirements.txt")
    found = False
    for name in names:
        report = fuzz(name, asked.seconds, asked.folder / name)
        print(f"{name}: {report}", flush=True)
        found = found or bool(report.found or report.error)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
