"""Who is measured: zhima as a user installs it, and what the user might pick instead."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.benchmark.measuring import Contestant
from tests.comparison.clients import OFFICIAL_NODE, OFFICIAL_PYTHON, OTHER_PYTHON, ROOT, install
from tests.conftest import APP_ID, Account, Keys
from tests.support.independent import public_pem
from tests.support.openssl import OpensslKey
from tests.support.program import PERSON, process_variables

SCRIPTS = Path(__file__).parent / "scripts"

BARE = "python -c pass"
INIT_CERT = "zhima init-cert"
VERSION = "zhima --version"
VERSION_ELSEWISE = "zhima --version, by a launcher without `re`"
HELP = "zhima --help"

IMPORT_TYPER, IMPORT_REQUESTS = "import typer", "import requests"
IMPORT_RSA, IMPORT_ALL = "import pycryptodome's RSA", "import all three"
_RSA = (
    "from Crypto.PublicKey import RSA; from Crypto.Signature import pkcs1_15; "
    "from Crypto.Hash import SHA256"
)
_IMPORTS = {
    IMPORT_TYPER: "import typer",
    IMPORT_REQUESTS: "import requests",
    IMPORT_RSA: _RSA,
    IMPORT_ALL: f"import typer; import requests; {_RSA}",
}


@dataclass(frozen=True)
class Installed:
    """zhima in an environment of its own, without what its tests need."""

    folder: Path

    @property
    def python(self) -> str:
        """The environment's interpreter."""
        return str(self.folder / "bin" / "python")

    @property
    def versions(self) -> str:
        """The versions of what a call is made with."""
        code = (
            "import sys; from importlib.metadata import version; print('Python',"
            "sys.version.split()[0], *(f', {n} {version(n)}' for n in"
            " ('typer', 'requests', 'urllib3', 'pycryptodome', 'pip')), sep=' ')"
        )
        done = subprocess.run([self.python, "-c", code], capture_output=True, text=True, check=True)
        return done.stdout.strip().replace(" ,", ",")


def install_zhima(folder: Path, extra: str = "") -> Installed:
    """Install this checkout into ``folder`` as the README says, perhaps with an ``extra``."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    installed = Installed(folder)
    pip = [
        installed.python,
        "-m",
        "pip",
        "install",
        "--quiet",
        str(ROOT) + (f"[{extra}]" if extra else ""),
    ]
    subprocess.run(pip, check=True, stderr=subprocess.DEVNULL)
    return installed


def write_account(folder: Path, app: OpensslKey, keys: Keys, gateway: str) -> None:
    """Write what the calls need: a profile for zhima, files of keys for the others."""
    (folder / "app.pem").write_text(app.private_forms["pkcs8-pem"], encoding="ascii")
    (folder / "app.pkcs1.pem").write_text(app.private_forms["pkcs1-pem"], encoding="ascii")
    (folder / "alipay.pem").write_text(public_pem(keys.alipay), encoding="ascii")
    account = Account(folder, keys)
    account.write(
        True,
        app_id=APP_ID,
        private_key=None,
        alipay_public_key=None,
        private_key_file=str(folder / "app.pem"),
        alipay_public_key_file=str(folder / "alipay.pem"),
        gateway=gateway,
    )
    (folder / "app.pem").chmod(0o600)


def contestants(installed: Installed, folder: Path, gateway: str) -> list[Contestant]:
    """Return all, with the processes that the others are measured against first."""
    variables = process_variables(folder)
    on_path = {**variables, "PYTHONPATH": str(ROOT)}  # what the scripts share
    python, zhima = installed.python, str(installed.folder / "bin" / "zhima")
    launcher = folder / "launcher"
    launcher.write_text(
        f"#!{python}\nimport sys\nfrom zhima_cli.__main__ import main\nsys.exit(main())\n",
        encoding="utf-8",
    )
    launcher.chmod(0o700)

    def own(name: str, *command: str, prints: str = "") -> Contestant:
        return Contestant(name, command, variables, prints)

    def script(name: str, python: str, file: str, *more: str) -> Contestant:
        return Contestant(name, (python, str(SCRIPTS / file), gateway, *more), on_path, "ZM")

    peers = install()
    node = peers[OFFICIAL_NODE]
    modules = {**variables, "NODE_PATH": str(node.folder / "node_modules")}
    return [
        own(BARE, python, "-c", "pass"),
        own(VERSION, zhima, "--version", prints="zhima "),
        own(VERSION_ELSEWISE, str(launcher), "--version", prints="zhima "),
        own(HELP, zhima, "--help", prints="init-cert"),
        own(INIT_CERT, zhima, "init-cert", *PERSON, prints="ZM"),
        own(
            "openssl and curl",
            shutil.which("bash") or "bash",
            str(SCRIPTS / "openssl_curl.sh"),
            gateway,
            prints="ZM",
        ),
        script(
            "http.client and pycryptodome", python, "with_pycryptodome.py", "http.client", "quick"
        ),
        script(
            "requests and pycryptodome, quick key check",
            python,
            "with_pycryptodome.py",
            "requests",
            "quick",
        ),
        script(
            "requests and pycryptodome, full key check",
            python,
            "with_pycryptodome.py",
            "requests",
            "full",
        ),
        script(OFFICIAL_PYTHON, _python(peers[OFFICIAL_PYTHON].folder), "official_python.py"),
        script(OTHER_PYTHON, _python(peers[OTHER_PYTHON].folder), "other_python.py"),
        Contestant(
            OFFICIAL_NODE,
            (node.command[0], str(SCRIPTS / "official_node.cjs"), gateway),
            modules,
            "ZM",
        ),
        *(own(name, python, "-c", code) for name, code in _IMPORTS.items()),
    ]


def _python(folder: Path) -> str:
    return str(folder / "bin" / "python")
