"""The TOML file with the profiles."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from zhima_cli.core.errors import InputError, Problem, Reason
from zhima_cli.core.files import Files, is_like_key, shown_path, system_words
from zhima_cli.core.kinds import Kind
from zhima_cli.core.nearest import nearest

MAX_CONFIG_BYTES = 64 * 1024
_MAX_DOTS = 256
# A longer name of a key may be a secret that was pasted into the wrong place.
_MAX_SHOWN_NAME = 32
_MAX_NUMBER = 1e9
# So like a key (from 0 to 1) is also the last word of a long one, such as prefix or token.
_NEAR = 0.5
DEFAULT_PROFILE = "default"
MOCK_PROFILE = "mock"


@dataclass(frozen=True)
class Profile:
    """One ``[profiles.NAME]``; a key that is not in the file is None.

    ``path`` is the configuration file's, None where there is no file.
    """

    name: str = DEFAULT_PROFILE
    path: Path | None = None
    app_id: str | None = None
    private_key: str | None = field(default=None, repr=False)
    private_key_file: str | None = None
    alipay_public_key: str | None = field(default=None, repr=False)
    alipay_public_key_file: str | None = None
    app_cert_file: str | None = None
    alipay_cert_file: str | None = None
    alipay_root_cert_file: str | None = None
    encrypt_key: str | None = field(default=None, repr=False)
    encrypt_key_file: str | None = None
    sign_type: str | None = None
    charset: str | None = None
    gateway: str | None = None
    timeout: str | None = None
    retries: str | None = None
    deadline: str | None = None
    history: str | Literal[False] | None = None
    app_auth_token: str | None = field(default=None, repr=False)
    linked_merchant_id: str | None = None
    product_code: str | None = None
    biz_code: str | None = None
    transaction_prefix: str | None = None


PROFILE_KEYS = tuple(f.name for f in fields(Profile) if f.name not in ("name", "path"))
_NUMBERS = frozenset({"timeout", "retries", "deadline"})
_FILE_KEYS = ("default_profile", "profiles")
_TYPE_NAMES = {bool: "boolean", int: "integer", float: "float", list: "array", dict: "table"}


@dataclass(frozen=True)
class ConfigFile:
    """A configuration file that was read, its profiles not looked into yet."""

    path: Path
    default_profile: str | None
    _tables: Mapping[str, object] = field(repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the profiles, in the file's order."""
        return tuple(self._tables)

    def profile(self, name: str) -> Profile:
        """Return the profile of that name. Raises InputError with all that is wrong in it."""
        profile, problems = self.look_into(name)
        if problems:
            raise InputError(*problems)
        return profile

    def look_into(self, name: str) -> tuple[Profile, tuple[Problem, ...]]:
        """Return what is right in the profile of that name, and what is wrong."""
        if name not in self._tables:
            return Profile(name, self.path), (_no_such_profile(self, name),)
        table = self._tables[name]
        where = f"{self.path}: profiles.{shown_name(name)}"
        if not isinstance(table, dict):
            return Profile(name, self.path), (_wrong_type(where, table, "table"),)
        problems = [_unknown_key(where, k, PROFILE_KEYS) for k in table if k not in PROFILE_KEYS]
        values: dict[str, Any] = {}
        for key in PROFILE_KEYS:
            value = table.get(key)
            if isinstance(value, str) or (key == "history" and value is False):
                values[key] = value
            elif key in _NUMBERS and isinstance(value, int | float) and not isinstance(value, bool):
                values[key] = _number_text(value)
            elif value is not None:
                expected = "number" if key in _NUMBERS else "string"
                problems.append(_wrong_type(f"{where}.{key}", value, expected))
        return Profile(name, self.path, **values), tuple(problems)


def read_config(path: Path, files: Files | None = None) -> ConfigFile:
    """Read the configuration file ``path``: TOML, UTF-8, with or without a byte-order mark.

    Raises InputError.
    """
    data = (files or Files()).read(path, MAX_CONFIG_BYTES, Kind.CONFIG, "config")
    return parse_config(path, data)


def parse_config(path: Path, data: bytes) -> ConfigFile:
    """Like read_config, of what the file holds. Raises InputError."""
    import tomllib  # a run without a configuration file needs none of it

    if any(line.count(b".") > _MAX_DOTS for line in data.splitlines()):
        # A key of thousands of parts takes tomllib minutes and gigabytes.
        raise InputError(_problem(Reason.NOT_TOML, str(path)))
    try:
        document = tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InputError(_problem(Reason.FILE_NOT_UTF8, "config", str(path))) from error
    except tomllib.TOMLDecodeError as error:
        # The rest of the message may quote the file.
        at = re.search(r"at (line \d+, column \d+|end of document)", str(error))
        found = at.group(1) if at else ""
        raise InputError(_problem(Reason.NOT_TOML, str(path), found)) from None
    except (RecursionError, ValueError):
        # A number of thousands of digits, or a date that there is not, is a bare ValueError.
        raise InputError(_problem(Reason.NOT_TOML, str(path))) from None
    problems = [_unknown_top_key(path, key) for key in document if key not in _FILE_KEYS]
    default_profile = document.get("default_profile")
    if not isinstance(default_profile, str | None):
        problems.append(_wrong_type(f"{path}: default_profile", default_profile, "string"))
        default_profile = None
    tables = document.get("profiles", {})
    if not isinstance(tables, dict):
        problems.append(_wrong_type(f"{path}: profiles", tables, "table"))
    elif MOCK_PROFILE in tables:
        problems.append(_problem(Reason.RESERVED_PROFILE, f"{path}: profiles.{MOCK_PROFILE}"))
    if problems:
        raise InputError(*problems)
    return ConfigFile(path, default_profile, tables)


def is_absent(path: Path | None) -> bool:
    """Say whether there is no file ``path`` for this user to see."""
    try:
        if path is not None:
            path.lstat()
    except OSError:
        return True
    return False


def no_config(name: str, path: Path | None) -> Problem | None:
    """Return why the configuration ``path``, which ``name`` is to be in, is not seen.

    None where it is. It is not there (NO_CONFIG_FILE), or behind a folder that this user may not
    look into.
    """
    if path is None:
        return None
    try:
        path.lstat()
    except PermissionError as error:
        found = f"{shown_path(path)}: {system_words(error)}"
        return _problem(Reason.FILE_UNREADABLE, "config", found)
    except OSError:
        return _problem(Reason.NO_CONFIG_FILE, name, str(path))
    return None


def _problem(reason: Reason, subject: str, found: str = "", expected: str = "") -> Problem:
    return Problem(Kind.CONFIG, reason, subject, found, expected)


def _wrong_type(subject: str, value: object, expected: str) -> Problem:
    found = _TYPE_NAMES.get(type(value), "string" if isinstance(value, str) else "date or time")
    return _problem(Reason.WRONG_TYPE, subject, found, expected)


def _unknown_top_key(path: Path, key: str) -> Problem:
    if key in PROFILE_KEYS:
        expected = f"[profiles.{DEFAULT_PROFILE}] {key}"
        return _problem(Reason.MISSPELT_KEY, str(path), key, expected)
    return _unknown_key(str(path), key, _FILE_KEYS)


def _unknown_key(where: str, key: str, known: tuple[str, ...]) -> Problem:
    meant = nearest(key.lower(), known, _NEAR)
    if meant:
        return _problem(Reason.MISSPELT_KEY, where, shown_name(key), meant)
    return _problem(Reason.UNKNOWN_KEY, where, shown_name(key), ", ".join(known))


def shown_name(name: str) -> str:
    """Return the name of a key or profile for a message, or ``…`` for what is unlike one."""
    return name if len(name) <= _MAX_SHOWN_NAME and not is_like_key(name) else "…"


def _number_text(number: float) -> str:
    # Of an integer, TOML knows no bound, but Python has one for writing it out.
    return str(number) if abs(number) < _MAX_NUMBER else "inf"


def _no_such_profile(config: ConfigFile, name: str) -> Problem:
    expected = ", ".join(map(shown_name, (*config.names, MOCK_PROFILE)))
    return _problem(Reason.NO_SUCH_PROFILE, str(config.path), shown_name(name), expected)
