"""The wheel and the sdist contain what they should and nothing else, and the wheel installs."""

import configparser
import os
import re
import shlex
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from email.parser import Parser
from pathlib import Path

import pytest

from tests.support.program import PERSON, process_variables
from tests.support.wheels import write_wheels_of_needs
from zhima_cli import __version__

ROOT = Path(__file__).parent.parent
NAME = f"zhima_cli-{__version__}"

# The sdist has these folders, and beside them the files of the project and the format's own.
_FOLDERS = ("zhima_cli", "tests", "man", "docs", ".ci")
_BESIDE = {
    *(
        "CHANGELOG.md",
        "LICENSE",
        "README.md",
        "README.zh-CN.md",
        "config.example.toml",
        "pyproject.toml",
    ),
    *(".gitignore", "PKG-INFO"),
}
_LEFT_BY_RUNS = {"__pycache__", ".hypothesis", ".pytest_cache"}


def files_of(folder: str) -> set[str]:
    """Return the files of a folder of the project, what runs leave there left out."""
    paths = (path for path in (ROOT / folder).rglob("*") if path.is_file())
    return {
        path.relative_to(ROOT).as_posix()
        for path in paths
        if not _LEFT_BY_RUNS.intersection(path.relative_to(ROOT).parts)
    }


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the wheel and the sdist, built by the project's own build backend."""
    folder = tmp_path_factory.mktemp("dist")
    script = (
        "import sys, hatchling.build as backend;"
        " backend.build_sdist(sys.argv[1]); backend.build_wheel(sys.argv[1])"
    )
    subprocess.run([sys.executable, "-c", script, str(folder)], cwd=ROOT, check=True, timeout=60)
    return folder


@pytest.fixture(scope="module")
def needs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with wheels of all that zhima needs, which is in the tests' environment."""
    folder = tmp_path_factory.mktemp("needs")
    write_wheels_of_needs("zhima-cli", folder)
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Iterator[zipfile.ZipFile]:
    """Yield the wheel, opened."""
    with zipfile.ZipFile(built / f"{NAME}-py3-none-any.whl") as opened:
        yield opened


def test_there_are_the_two(built: Path) -> None:
    names = {path.name for path in built.iterdir()}
    assert names == {f"{NAME}-py3-none-any.whl", f"{NAME}.tar.gz"}


def test_the_wheel_has_the_package_the_manual_and_what_describes_it(
    wheel: zipfile.ZipFile,
) -> None:
    about = f"{NAME}.dist-info"
    assert set(wheel.namelist()) == {
        *files_of("zhima_cli"),
        *(f"{NAME}.data/data/share/{page}" for page in files_of("man")),
        *(f"{about}/{name}" for name in ("METADATA", "WHEEL", "RECORD", "entry_points.txt")),
        f"{about}/licenses/LICENSE",
    }


def test_the_sdist_has_the_sources_the_tests_and_the_documents(built: Path) -> None:
    with tarfile.open(built / f"{NAME}.tar.gz") as sdist:
        members = sdist.getmembers()
    assert {member.name for member in members if not member.isfile()} == set()
    names = _BESIDE.union(*map(files_of, _FOLDERS))
    assert {member.name for member in members} == {f"{NAME}/{name}" for name in names}


def test_nothing_is_in_them_that_is_only_of_this_machine(wheel: zipfile.ZipFile) -> None:
    texts = {name: wheel.read(name) for name in wheel.namelist()}
    assert [name for name, data in texts.items() if str(ROOT).encode() in data] == []
    assert [name for name in texts if name.endswith((".pyc", ".so", "~"))] == []


def test_the_metadata_says_what_it_is_and_needs(wheel: zipfile.ZipFile) -> None:
    metadata = Parser().parsestr(wheel.read(f"{NAME}.dist-info/METADATA").decode("utf-8"))
    assert (metadata["Name"], metadata["Version"]) == ("zhima-cli", __version__)
    assert metadata["Requires-Python"] == ">=3.11"
    needed = [text for text in metadata.get_all("Requires-Dist", []) if "extra ==" not in text]
    assert {text.partition(">")[0].partition("<")[0] for text in needed} >= {
        *("typer", "requests", "pycryptodome", "rich"),
    }
    commands = configparser.ConfigParser()
    commands.read_string(wheel.read(f"{NAME}.dist-info/entry_points.txt").decode("utf-8"))
    assert dict(commands["console_scripts"]) == {"zhima": "zhima_cli.__main__:main"}


def in_a_checkout(installer: str) -> str:
    """Return the line by which the README installs a checkout, less the ``.`` at its end."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(rf"^\| `{installer}` \| `([^`]+) \.`", text, re.MULTILINE)
    assert found, installer
    return found[1]


@pytest.mark.long
@pytest.mark.parametrize(
    ("installer", "programs"),
    [("pip", ".venv/bin"), ("pipx", ".local/bin"), ("uv", ".local/bin")],
    ids=["pip", "pipx", "uv"],
)
def test_the_wheel_installs_by_the_line_of_the_readme(
    tmp_path: Path, built: Path, needs: Path, installer: str, programs: str
) -> None:
    """Into an empty home, without an index: each installer resolves what zhima needs by itself."""
    variables = process_variables(
        tmp_path,
        PATH=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        PIP_NO_INDEX="1",
        PIP_FIND_LINKS=str(needs),
        # As on most machines: it would take the uv that it finds, which is tried by itself.
        PIPX_DEFAULT_BACKEND="pip",
        PIPX_DISABLE_SHARED_LIBS_AUTO_UPGRADE="1",
        UV_OFFLINE="1",
        UV_NO_INDEX="1",
        UV_FIND_LINKS=str(needs),
        UV_PYTHON=sys.executable,
    )

    def run(*command: str) -> str:
        done = subprocess.run(
            command, cwd=tmp_path, env=variables, capture_output=True, timeout=300, check=False
        )
        assert done.returncode == 0, done
        return done.stdout.decode()

    wheel = built / f"{NAME}-py3-none-any.whl"
    run("sh", "-euc", f"{in_a_checkout(installer)} {shlex.quote(str(wheel))}")
    zhima = tmp_path / programs / "zhima"
    assert run(str(zhima), "--version") == f"zhima {__version__}\n"
    assert run(str(zhima), "init-cert", "--profile=mock", *PERSON).startswith("ZMMOCK")
    # Beside the programs with pip; pipx and uv have a folder of the package, where the link leads.
    share = zhima.resolve().parent.parent / "share"
    pages = {path.relative_to(share).as_posix() for path in share.rglob("*") if path.is_file()}
    assert pages == files_of("man")
