"""Writes a configuration file that works with a mock gateway."""

import contextlib
import os
import tempfile
from pathlib import Path

from zhima_cli.core.errors import InputError, Problem, Reason
from zhima_cli.core.files import system_words
from zhima_cli.core.kinds import Kind
from zhima_cli.mock.gateway import APP_ID
from zhima_cli.mock.keys import MockKeys

PROFILE = "mock-gateway"

_MARK = "# Written by zhima mock-gateway; it is overwritten without asking."


def write_profile(path: Path, gateway: str, keys: MockKeys, subject: str) -> None:
    """Write ``path``, readable for the user alone; never over a file that zhima did not write.

    ``subject`` names the option that asks for it. Raises InputError.
    """
    try:
        if os.path.lexists(path) and not _is_ours(path):
            raise InputError(Problem(Kind.USAGE, Reason.FILE_EXISTS, subject, str(path)))
        _replace(path, _text(gateway, keys))
    except (OSError, ValueError) as error:
        found = f"{path}: {system_words(error)}"
        problem = Problem(Kind.USAGE, Reason.FILE_UNWRITABLE, subject, found)
        raise InputError(problem) from error


def _is_ours(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.readline(len(_MARK) + 1).rstrip(b"\n") == _MARK.encode()


def _replace(path: Path, text: str) -> None:
    """Write all of it or nothing."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(name, path)  # noqa: PTH105 -- `name` is mkstemp's
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)  # noqa: PTH108 -- likewise
        raise


def _text(gateway: str, keys: MockKeys) -> str:
    return f"""{_MARK}
# The keys were made for this one gateway and are good for nothing else.
default_profile = "{PROFILE}"

[profiles.{PROFILE}]
app_id = "{APP_ID}"
gateway = "{gateway}"
private_key = "{keys.application.private_text}"
alipay_public_key = "{keys.gateway.public_text}"
"""
