"""What CI installs is locked with hashes, all of it, and the audit says no more than it knows."""

import itertools
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.lock import LOCKED, PROJECT, ROOT, TOOLS, Locked, closure, read_lock

PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CI = ROOT / ".ci"
PACKAGES = read_lock(LOCKED.read_text(encoding="utf-8"))

SYSTEMS = {
    "linux": {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"},
    "darwin": {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix"},
    "win32": {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"},
}
VERSIONS = ("3.11", "3.12", "3.13", "3.14")


def environment(system: str, version: str) -> dict[str, str]:
    """Return what markers are judged by, on CPython."""
    return {
        **SYSTEMS[system],
        "python_version": version,
        "python_full_version": f"{version}.0",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "extra": "",
    }


def asked_for() -> list[Requirement]:
    """Return every requirement of pyproject.toml: run-time, of each extra, of the build."""
    project = PYPROJECT["project"]
    extras: dict[str, list[str]] = project["optional-dependencies"]
    lines = [*project["dependencies"], *itertools.chain.from_iterable(extras.values())]
    lines += PYPROJECT["build-system"]["requires"]
    requirements = list(map(Requirement, lines))
    own = [one for one in requirements if canonicalize_name(one.name) == project["name"]]
    # An extra may name another of the project's own, and those are all there already.
    assert all(one.extras <= extras.keys() for one in own)
    return [one for one in requirements if one not in own]


def unmet(
    requirements: list[Requirement], packages: list[Locked], system: str, py: str
) -> list[str]:
    """Return the requirements that the lock does not meet there."""
    where = environment(system, py)
    versions = {package.name: package.version for package in packages if package.is_for(where)}
    return [
        str(one)
        for one in requirements
        if (one.marker is None or one.marker.evaluate(where))
        and not _is_met(one, versions.get(canonicalize_name(one.name)))
    ]


def _is_met(requirement: Requirement, version: str | None) -> bool:
    return version is not None and requirement.specifier.contains(version)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("system", SYSTEMS)
def test_the_lock_meets_what_the_project_asks_for(system: str, version: str) -> None:
    """Where this fails, `.ci/lock` writes the lock anew."""
    assert unmet(asked_for(), PACKAGES, system, version) == []


def test_a_lock_that_has_drifted_is_found() -> None:
    requirements = [Requirement("requests>=999"), Requirement("nobody"), Requirement("rich>=13")]
    assert unmet(requirements, PACKAGES, "linux", "3.11") == ["requests>=999", "nobody"]


@pytest.mark.parametrize("file", [LOCKED, TOOLS], ids=["locked", "tools"])
def test_every_package_has_one_version_and_hashes_and_comes_from_no_named_place(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    packages = read_lock(text)
    assert len(packages) > 20
    assert len({package.name for package in packages}) == len(packages)
    for package in packages:
        assert package.version
        assert package.hashes, package.name
        assert package.requirement.url is None
    assert "://" not in text
    assert "index" not in re.sub(r"#.*", "", text)


def test_everything_locked_is_there_for_something() -> None:
    direct = {package.name for package in PACKAGES if PROJECT in package.asked_by}
    backend = {
        canonicalize_name(Requirement(one).name) for one in PYPROJECT["build-system"]["requires"]
    }
    assert direct | backend == {canonicalize_name(one.name) for one in asked_for()}
    assert closure(direct | backend, PACKAGES) == {package.name for package in PACKAGES}


def test_the_tools_are_those_that_are_asked_for() -> None:
    lines = (CI / "tools.in").read_text(encoding="utf-8").splitlines()
    wanted = {line for line in lines if not line.startswith("#")}
    locked = read_lock(TOOLS.read_text(encoding="utf-8"))
    assert wanted <= {f"{package.name}=={package.version}" for package in locked}
    assert {line.split("==")[0] for line in wanted} == {"pip-audit", "uv"}


@pytest.mark.parametrize("name", ["run", "lock", "audit"])
def test_ci_installs_nothing_that_is_not_locked(name: str) -> None:
    """Each call of pip demands hashes, or stands where pip has no index to ask."""
    script = (CI / name).read_text(encoding="utf-8").replace("\\\n", " ")
    offline = re.findall(r"^\(\n  export PIP_NO_INDEX=1 .*?^\)$", script, re.DOTALL | re.MULTILINE)
    assert len(offline) == (name == "run")
    online = script.replace(offline[0], "") if offline else script
    calls = re.findall(r"^.*-m pip .*$|^.*\beval\b.*$", online, re.MULTILINE)
    assert calls
    assert all("--require-hashes --only-binary :all: " in call for call in calls)


# What the audit's report comes to

CLEAN = {"name": "idna", "version": "3.20", "vulns": []}
FOUND = {
    "name": "rich",
    "version": "15.0.0",
    "vulns": [
        {"id": "PYSEC-2026-1", "fix_versions": ["15.0.1", "16.0"], "aliases": []},
        {"id": "PYSEC-2026-2", "fix_versions": [], "aliases": []},
    ],
}
SKIPPED = {"name": "typer", "skip_reason": "Dependency not found: typer (0.28.0)"}
FINDINGS = [
    "rich 15.0.0: PYSEC-2026-1, mended in 15.0.1, 16.0",
    "rich 15.0.0: PYSEC-2026-2, mended in no version",
]
NOT_ASKED = ["the advisory database could not be asked; this says nothing about any package"]
REPORTS: dict[str, tuple[object, int, list[str]]] = {
    "clean": ([CLEAN, CLEAN], 0, ["2 packages, none with a known vulnerability"]),
    "vulnerable": ([CLEAN, FOUND], 1, FINDINGS),
    "one not looked up": (
        [CLEAN, SKIPPED],
        2,
        ["Dependency not found: typer (0.28.0)", "1 of 2 packages could not be looked up"],
    ),
    "vulnerable and one not looked up": (
        [FOUND, SKIPPED],
        1,
        [
            "Dependency not found: typer (0.28.0)",
            *FINDINGS,
            "1 of 2 packages could not be looked up",
        ],
    ),
    "of nothing": ([], 2, NOT_ASKED),
}


def judge(report: Path) -> tuple[int, list[str]]:
    """Return the exit status for the report, and what is said."""
    done = subprocess.run(
        [sys.executable, str(CI / "judge_audit.py"), str(report)],
        capture_output=True,
        timeout=60,
        check=False,
        encoding="utf-8",
    )
    assert done.stderr == ""
    return done.returncode, [line.removeprefix("audit: ") for line in done.stdout.splitlines()]


@pytest.mark.parametrize(("packages", "status", "said"), REPORTS.values(), ids=REPORTS)
def test_the_audit_is_clean_only_if_every_package_was_looked_up(
    tmp_path: Path, packages: object, status: int, said: list[str]
) -> None:
    report = tmp_path / "report.json"
    report.write_text(json.dumps({"dependencies": packages, "fixes": []}), encoding="utf-8")
    assert judge(report) == (status, said)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"dependencies": null}'])
def test_a_report_that_is_none_is_no_clean_one(tmp_path: Path, text: str) -> None:
    report = tmp_path / "report.json"
    report.write_text(text, encoding="utf-8")
    assert judge(report) == (2, NOT_ASKED)


def test_no_report_is_no_clean_one(tmp_path: Path) -> None:
    assert judge(tmp_path / "report.json") == (2, NOT_ASKED)
