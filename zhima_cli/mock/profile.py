"""Writes a configuration file that works with a mock gateway."""

import contextlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from zhima_cli.core.errors import InputError, Problem, Reason
from zhima_cli.core.files import system_words
from zhima_cli.core.kinds import Kind
from zhima_cli.mock.gateway import APP_ID
from zhima_cli.mock.keys import KeyPair, MockKeys

PROFILE = "mock-gateway"

_MARK = "# Written by zhima mock-gateway; it is overwritten without asking."


def write_profile(
    path: Path, gateway: str, keys: MockKeys, subject: str, *, with_encryption: bool = False
) -> None:
    """Write ``path``, readable for the user alone; never over a file that zhima did not write.

    The certificates that ``keys`` may have are written beside it, first. ``subject`` names the
    option that asks for it. Raises InputError.
    """
    with _told(path, subject):  # a path without a name, such as "." or "/", has none beside it
        certificates = _certificates(path, keys)
    names = {setting: file.name for setting, (file, _) in certificates.items()}
    files = [*certificates.values(), (path, _text(gateway, keys, names, with_encryption))]
    for file, _ in files:
        with _told(file, subject):
            if os.path.lexists(file) and not _is_ours(file):
                raise InputError(Problem(Kind.USAGE, Reason.FILE_EXISTS, subject, str(file)))
    for file, text in files:
        with _told(file, subject):
            _replace(file, text)


@contextlib.contextmanager
def _told(path: Path, subject: str) -> Iterator[None]:
    """Turn what the system says of ``path`` into an error of zhima's."""
    try:
        yield
    except (OSError, ValueError) as error:
        found = f"{path}: {system_words(error)}"
        problem = Problem(Kind.USAGE, Reason.FILE_UNWRITABLE, subject, found)
        raise InputError(problem) from error


def _certificates(path: Path, keys: MockKeys) -> dict[str, tuple[Path, str]]:
    """Return each certificate's file and what it holds, by the setting that names it."""
    if keys.certificates is None:
        return {}
    return {
        f"{name}_file": (
            path.with_name(f"{path.name}.{name}.crt"),
            f"{_MARK}\n{getattr(keys.certificates, name)}",
        )
        for name in ("app_cert", "alipay_cert", "alipay_root_cert")
    }


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


def _text(
    gateway: str, keys: MockKeys, certificates: Mapping[str, str], with_encryption: bool
) -> str:
    lines = [
        _MARK,
        "# The keys were made for this one gateway and are good for nothing else.",
        f'default_profile = "{PROFILE}"',
        "",
        f"[profiles.{PROFILE}]",
        f'app_id = "{APP_ID}"',
        f'gateway = "{gateway}"',
    ]
    if isinstance(keys.application, KeyPair):  # else it is for its owner to say where it is
        lines.append(f'private_key = "{keys.application.private_text}"')
    if keys.certificates is None:
        lines.append(f'alipay_public_key = "{keys.gateway.public_text}"')
    for setting, name in certificates.items():
        lines.append(f"{setting} = {json.dumps(name, ensure_ascii=False)}")
    if with_encryption:
        lines.append(f'encrypt_key = "{keys.encrypt_key_text}"')
    return "\n".join(lines) + "\n"
