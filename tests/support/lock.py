"""The files that CI installs from: what is locked, in which version, for whom, by which hashes."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCKED = ROOT / ".ci" / "locked.txt"
TOOLS = ROOT / ".ci" / "tools.txt"
# What the project itself asks for, and the build backend, which is piped in.
PROJECT = "zhima-cli (pyproject.toml)"

_HASH = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True)
class Locked:
    """One package of a lock file; ``asked_by`` names the packages that need it."""

    name: str
    requirement: Requirement
    hashes: tuple[str, ...]
    asked_by: frozenset[str]

    @property
    def version(self) -> str:
        """The one version that it is locked to."""
        (specifier,) = self.requirement.specifier
        assert specifier.operator == "==", self
        assert not specifier.version.endswith(".*"), self
        return specifier.version

    def is_for(self, environment: dict[str, str]) -> bool:
        """Say whether it is installed there."""
        marker = self.requirement.marker
        return marker is None or marker.evaluate(environment)


def read_lock(text: str) -> list[Locked]:
    """Read a lock file; nothing but packages with their hashes may be in it."""
    locked: list[Locked] = []
    comments: list[str] = []
    for line in reversed(text.replace("\\\n", " ").splitlines()):
        if line.lstrip().startswith("#"):
            comments.append(line.strip("# "))
            continue
        requirement, *hashes = re.split(r"\s+--hash=", line.strip())
        assert not requirement.startswith("-"), line
        assert all(map(_HASH.fullmatch, hashes)), line
        read = Requirement(requirement)
        asked_by = frozenset(name.removeprefix("via ") for name in comments if name != "via")
        locked.append(Locked(canonicalize_name(read.name), read, tuple(hashes), asked_by))
        comments = []
    return locked


def closure(names: Iterable[str], locked: Iterable[Locked]) -> set[str]:
    """Return the packages of these names with everything that they need."""
    packages = list(locked)
    found = set(names)
    while True:
        more = {package.name for package in packages if package.asked_by & found} - found
        if not more:
            return found
        found |= more
