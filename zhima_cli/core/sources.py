"""Where a value comes from: the flag, else the environment, else the profile, else the default."""

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import TypeVar

from zhima_cli.core.charset import Charset
from zhima_cli.core.errors import InputError, Problem, Reason
from zhima_cli.core.files import read_file
from zhima_cli.core.keys import MAX_KEY_BYTES
from zhima_cli.core.kinds import Kind
from zhima_cli.core.profile import Profile

_Choice = TypeVar("_Choice", bound=Enum)


@dataclass(frozen=True)
class Setting:
    """A value and where it stands: ``--app-id``, ``ZHIMA_APP_ID`` or ``FILE: profiles.X.app_id``.

    ``kind`` is the kind of an error in it: USAGE for what was typed, CONFIG for what is on file.
    """

    value: str = field(repr=False)
    origin: str
    kind: Kind


@dataclass(frozen=True)
class KeyText:
    """The text of a key, before it is looked at, and where it stands.

    ``file`` is the file that it was read from: a key's own, or the configuration's. None for
    the environment.
    """

    data: bytes = field(repr=False)
    origin: str
    file: Path | None


def option_name(name: str) -> str:
    """Return the option of the parameter ``name``: ``app_id`` is ``--app-id``."""
    return "--" + name.replace("_", "-")


def variable_name(name: str) -> str:
    """Return the environment variable of the parameter ``name``: ``ZHIMA_APP_ID``."""
    return "ZHIMA_" + name.upper()


@dataclass(frozen=True)
class Sources:
    """The environment's variables, the profile, and what was found wrong on the way.

    ``problems`` and ``warnings`` fill up while values are asked for, so that all that is wrong
    can be said at once.
    """

    variables: Mapping[str, str] = field(repr=False)
    profile: Profile
    home: Path
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def find(self, name: str, flag: str | None, in_profile: str | None) -> Setting | None:
        """Return the first of the flag, the environment's variable and the profile's value.

        An empty variable counts as none, as everywhere; an empty flag or value is a problem.
        """
        variable = variable_name(name)
        setting: Setting | None = None
        if flag is not None:
            setting = Setting(flag, option_name(name), Kind.USAGE)
        elif self.variables.get(variable):
            setting = Setting(self.variables[variable], variable, Kind.USAGE)
        elif in_profile is not None:
            setting = Setting(in_profile, self._profile_origin(name), Kind.CONFIG)
        if setting is not None and not setting.value:
            self.add(setting, Reason.EMPTY)
            return None
        return setting

    def text(
        self,
        name: str,
        flag: str | None,
        in_profile: str | None,
        limit: int,
        charset: Charset,
    ) -> str | None:
        """Like find, but checked: ``limit`` characters at most, each of them in ``charset``."""
        setting = self.find(name, flag, in_profile)
        if setting is None:
            return None
        self.check_length(setting, limit)
        self.check_charset(setting, charset)
        return setting.value

    def choice(
        self, name: str, flag: str | None, in_profile: str | None, default: _Choice
    ) -> _Choice:
        """Like find, for one of an enum's values, in upper or lower case."""
        setting = self.find(name, flag, in_profile)
        if setting is None:
            return default
        for member in type(default):
            if str(member.value).lower() == setting.value.lower():
                return member
        self.add(
            setting,
            Reason.NOT_A_CHOICE,
            expected=", ".join(str(member.value) for member in type(default)),
        )
        return default

    def key(
        self, name: str, flag: str | None, in_profile: str | None, file_in_profile: str | None
    ) -> KeyText | None:
        """Return a key's text: from the file of the flag, the environment's or the profile's.

        In the environment and in the profile the key itself may stand instead of its file's name.
        """
        file_name = f"{name}_file"
        variables = (variable_name(name), variable_name(file_name))
        if flag is not None:
            return self._key_file(Setting(flag, option_name(file_name), Kind.CONFIG), Path())
        inline, file = (self.variables.get(variable) or None for variable in variables)
        origins = variables
        folder = Path()
        if inline is None and file is None:
            inline, file = in_profile, file_in_profile
            origins = (self._profile_origin(name), self._profile_origin(file_name))
            folder = self.profile.path.parent if self.profile.path else folder
        if inline is not None and file is not None:
            self.problems.append(Problem(Kind.CONFIG, Reason.BOTH_FORMS, *origins))
            return None
        if file is not None:
            return self._key_file(Setting(file, origins[1], Kind.CONFIG), folder)
        if inline is None:
            return None
        # The environment's bytes that are no text come as lone surrogates.
        data = inline.encode("utf-8", "surrogateescape")
        return KeyText(data, origins[0], self.profile.path if inline is in_profile else None)

    def check_length(self, setting: Setting, limit: int) -> None:
        """Note a value of more than ``limit`` characters."""
        if len(setting.value) > limit:
            self.add(setting, Reason.TOO_LONG, str(len(setting.value)), str(limit))

    def check_charset(self, setting: Setting, charset: Charset) -> None:
        """Note the first character that ``charset`` lacks, and the charsets that have all."""
        if charset.can_write(setting.value):
            return
        able = [other.value for other in Charset if other.can_write(setting.value)]
        if not able:
            self.add(setting, Reason.NOT_TEXT)
            return
        character = next(c for c in setting.value if not charset.can_write(c))
        found = f"{character} (U+{ord(character):04X})"
        self.problems.append(
            Problem(
                setting.kind,
                Reason.NOT_IN_CHARSET,
                f"{setting.origin} ({charset.value})",
                found,
                ", ".join(able),
            )
        )

    def add(self, setting: Setting, reason: Reason, found: str = "", expected: str = "") -> None:
        """Note that ``setting`` is wrong."""
        self.problems.append(Problem(setting.kind, reason, setting.origin, found, expected))

    def warn_if_readable(self, path: Path) -> None:
        """Warn where others than its owner can read the secret in ``path`` (POSIX modes)."""
        try:
            mode = path.stat().st_mode
        except OSError:
            return
        if os.name == "posix" and stat.S_ISREG(mode) and mode & (stat.S_IRGRP | stat.S_IROTH):
            found = f"{stat.S_IMODE(mode):04o}"
            self.warn(Reason.KEY_FILE_NOT_PRIVATE, str(path), found)

    def warn(self, reason: Reason, subject: str, found: str = "", expected: str = "") -> None:
        """Note what is not wrong but should be known."""
        self.warnings.append(Problem(Kind.CONFIG, reason, subject, found, expected))

    def _key_file(self, setting: Setting, folder: Path) -> KeyText | None:
        if not setting.value:
            self.add(setting, Reason.EMPTY)
            return None
        path = folder / expand_home(setting.value, self.home)
        try:
            data = read_file(path, MAX_KEY_BYTES, setting.kind, setting.origin)
        except InputError as error:
            self.problems.extend(error.problems)
            return None
        return KeyText(data, f"{setting.origin}: {path}", path)

    def _profile_origin(self, name: str) -> str:
        return f"{self.profile.path}: profiles.{self.profile.name}.{name}"


def expand_home(path: str, home: Path) -> Path:
    """Return ``path`` with a leading ``~`` as the user's home folder."""
    if path == "~" or path.startswith("~/"):
        return home / path[2:]
    return Path(path)
