"""The versions of all that zhima runs on."""

import platform
import re
import ssl
from collections.abc import Iterator
from importlib import metadata

from zhima_cli import __version__

_DISTRIBUTION = "zhima-cli"
_NAME = re.compile(r"[A-Za-z0-9._-]+")
# The extras that a user installs; the others are for zhima's own development.
_EXTRA = re.compile(r"""extra\s*==\s*['"]([^'"]+)['"]""")
_USERS_EXTRAS = frozenset({"cert"})


def versions() -> Iterator[tuple[str, str | None]]:
    """Yield the name and version of zhima, Python, OpenSSL and each package that zhima needs.

    None is the version of a package that is not installed.
    """
    yield "zhima", __version__
    yield "Python", platform.python_version()
    yield "OpenSSL", ssl.OPENSSL_VERSION.removeprefix("OpenSSL ").split(" ")[0]
    for name in _dependencies():
        try:
            yield name, metadata.version(name)
        except metadata.PackageNotFoundError:
            yield name, None


def _dependencies() -> Iterator[str]:
    try:
        required = metadata.requires(_DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        return  # run from a checkout that was never installed
    for requirement in required:
        extra = _EXTRA.search(requirement)
        name = _NAME.match(requirement)
        if name and (extra is None or extra[1] in _USERS_EXTRAS):
            yield name[0]
