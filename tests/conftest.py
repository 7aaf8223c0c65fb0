"""What many tests need: keys, a home folder, and an account whose gateway is a test's own."""

import json
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.support.certificates import Certified, Hierarchy, make_hierarchy
from tests.support.exchange import Authority, make_authority
from tests.support.independent import new_key, private_pem, public_pem
from tests.support.program import PERSON, Result, run_inside, run_process

APP_ID = "2014072300007148"


def pytest_configure() -> None:
    """Let Ctrl-C act on what tests start where it does not on the suite, as behind ``nohup &``."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@dataclass(frozen=True)
class Keys:
    """The application's key pair, Alipay's, and one that is neither's."""

    app: rsa.RSAPrivateKey
    alipay: rsa.RSAPrivateKey
    stranger: rsa.RSAPrivateKey


@dataclass(frozen=True)
class Account:
    """A home folder with a configuration file in its place, and runs of zhima with it."""

    home: Path
    keys: Keys

    @property
    def config(self) -> Path:
        """The configuration file."""
        return self.home / ".config" / "zhima" / "config.toml"

    def write(self, remembers: bool = False, /, **settings: str | None) -> None:
        """Write the profile ``default``: app_id, both keys, and ``settings`` over them.

        None leaves a key out. Unless it ``remembers``, calls are neither recorded nor tried again:
        most tests are about one exchange.
        """
        values = {
            "app_id": APP_ID,
            "private_key": private_pem(self.keys.app),
            "alipay_public_key": public_pem(self.keys.alipay),
            **settings,
        }
        lines = [
            f"{name} = {json.dumps(value)}" for name, value in values.items() if value is not None
        ]
        if not remembers:
            lines += ["history = false", "retries = 0"]
        self.config.parent.mkdir(parents=True, exist_ok=True)
        self.config.write_text("\n".join(["[profiles.default]", *lines, ""]), encoding="utf-8")
        self.config.chmod(0o600)

    def init_cert(
        self,
        *arguments: str,
        person: Sequence[str] = PERSON,
        variables: Mapping[str, str] | None = None,
        stdin: bytes = b"",
        encoding: str = "utf-8",
    ) -> Result:
        """Run ``zhima init-cert`` inside this process."""
        return run_inside(["init-cert", *person, *arguments], self.home, variables, stdin, encoding)

    def history(self, *arguments: str) -> Result:
        """Run ``zhima history`` inside this process."""
        return run_inside(["history", *arguments], self.home)

    def init_cert_process(self, *arguments: str, person: Sequence[str] = PERSON) -> Result:
        """Run ``zhima init-cert`` as a process."""
        return run_process(["init-cert", *person, *arguments], self.home)


@pytest.fixture(scope="session")
def keys() -> Keys:
    """Keys of 2048 bits, made by another library than zhima's."""
    return Keys(new_key(), new_key(), new_key())


@pytest.fixture(scope="session")
def part() -> None:
    """Which part of a property's examples it is, for ``in_parts``; the test has no use for it."""


@pytest.fixture
def account(tmp_path: Path, keys: Keys) -> Account:
    """An account in an empty home folder, its profile written but for a gateway."""
    made = Account(tmp_path, keys)
    made.write()
    return made


@pytest.fixture(scope="session")
def hierarchy(keys: Keys) -> Hierarchy:
    """Certificates of those keys, as Alipay's are."""
    return make_hierarchy(keys.app, keys.alipay, keys.stranger)


@pytest.fixture
def certified(account: Account, hierarchy: Hierarchy) -> Certified:
    """The account in certificate mode, its profile written but for a gateway."""
    made = Certified(account, hierarchy)
    made.write()
    return made


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """A certificate authority of this test's own."""
    return make_authority(tmp_path)
