"""Where a value comes from: the flag, else the environment, else the profile, else the default."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import TypeVar

from zhima_cli.core.charset import Charset
from zhima_cli.core.errors import InputError, Problem, Reason
from zhima_cli.core.files import Files, mode_if_others_read
from zhima_cli.core.kinds import Kind
from zhima_cli.core.options import Options
from zhima_cli.core.profile import Profile

MAX_KEY_BYTES = 64 * 1024
# What only a profile has.
_NOT_IN_ENVIRONMENT = frozenset({"transaction_prefix"})

_Choice = TypeVar("_Choice", bound=Enum)
_Read = TypeVar("_Read")


class Source(Enum):
    """What a value comes from: the first of them that has one."""

    FLAG = "flag"
    ENVIRONMENT = "environment"
    FILE = "file"
    DEFAULT = "default"


@dataclass(frozen=True)
class Place:
    """A source that has ``value`` under the spelling ``name``."""

    source: Source
    name: str
    value: object = field(repr=False)

    def __str__(self) -> str:
        spell = {Source.FLAG: option_name, Source.ENVIRONMENT: variable_name}
        return spell.get(self.source, str)(self.name)


@dataclass(frozen=True)
class Given:
    """A value of the parameter ``name``, and where it stands.

    ``origin`` is ``--app-id``, ``ZHIMA_APP_ID`` or ``FILE: profiles.X.app_id``; ``kind`` is the
    kind of an error in it: USAGE for what was typed, CONFIG for what is on file.
    """

    name: str
    value: str = field(repr=False)
    origin: str
    kind: Kind


@dataclass(frozen=True)
class KeyMaterial:
    """The text of a key or certificate, before it is looked at, and where it stands.

    ``file`` is the file that it was read from: its own, or the configuration's. None for the
    environment.
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


class Sources:
    """The options, the environment's variables and the profile.

    ``problems`` and ``warnings`` fill up while values are asked for, so that all that is wrong
    can be said at once; ``wrong`` holds the names of the parameters that problems are about,
    each with its own.
    """

    def __init__(
        self,
        options: Options,
        variables: Mapping[str, str],
        profile: Profile,
        home: Path,
        files: Files | None = None,
    ) -> None:
        self.options = options
        self.variables = variables
        self.profile = profile
        self.home = home
        self.files = files or Files()
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self.wrong: dict[str, list[Problem]] = {}

    def find(self, name: str) -> Given | None:
        """Return the first of the flag, the environment's variable and the profile's value.

        An empty variable counts as none, as everywhere; an empty flag or value is a problem.
        """
        flag = getattr(self.options, name, None)
        variable = self.variables.get(variable_name(name))
        in_profile = getattr(self.profile, name, None)
        given: Given | None = None
        if isinstance(flag, str):
            given = Given(name, flag, option_name(name), Kind.USAGE)
        elif variable:
            given = Given(name, variable, variable_name(name), Kind.USAGE)
        elif isinstance(in_profile, str):
            given = Given(name, in_profile, self.profile_origin(name), Kind.CONFIG)
        if given is not None and not given.value:
            self.add(given, Reason.EMPTY)
            return None
        return given

    def typed(self, name: str) -> Given | None:
        """Return the flag's value, for what nothing else may have."""
        flag = getattr(self.options, name)
        return None if flag is None else Given(name, flag, option_name(name), Kind.USAGE)

    def text(self, name: str, limit: int, charset: Charset) -> str | None:
        """Like find, but checked: ``limit`` characters at most, each of them in ``charset``."""
        given = self.find(name)
        if given is None:
            return None
        self.check_length(given, limit)
        self.check_charset(given, charset)
        return given.value

    def choice(self, name: str, default: _Choice) -> _Choice:
        """Like find, for one of an enum's values, in upper or lower case."""
        given = self.find(name)
        if given is None:
            return default
        for member in type(default):
            if str(member.value).lower() == given.value.lower():
                return member
        choices = ", ".join(str(member.value) for member in type(default))
        self.add(given, Reason.NOT_A_CHOICE, expected=choices)
        return default

    def key(self, name: str) -> KeyMaterial | None:
        """Return a key's text: from the file of the flag, the environment's or the profile's.

        In the environment and in the profile the key itself may stand instead of its file's name.
        """
        file_name = f"{name}_file"
        flag = getattr(self.options, file_name)
        if flag is not None:
            given = Given(name, flag, option_name(file_name), Kind.CONFIG)
            return self._file(given, Path(), MAX_KEY_BYTES)
        variables = variable_name(name), variable_name(file_name)
        inline, file = (self.variables.get(variable) or None for variable in variables)
        if inline is not None or file is not None:
            return self._key(name, inline, file, variables, None)
        inline, file = (getattr(self.profile, key) for key in (name, file_name))
        origins = self.profile_origin(name), self.profile_origin(file_name)
        return self._key(name, inline, file, origins, self.profile.path)

    def trial(self) -> "Sources":
        """Return the same sources, told of no problem yet: for what need not be right."""
        return Sources(self.options, self.variables, self.profile, self.home, self.files)

    def has(self, name: str) -> bool:
        """Say whether the flag, the environment or the profile has ``name``, empty or not."""
        return self.place(name) is not None

    def place(self, *names: str) -> Place | None:
        """Return where one of ``names``, the spellings of one setting, stands; None for nowhere.

        An empty flag or value stands there as well, to be told of.
        """
        for source in (Source.FLAG, Source.ENVIRONMENT, Source.FILE):
            for name in names:
                value = self._value(source, name)
                if value is not None:
                    return Place(source, name, value)
        return None

    def file(self, name: str, limit: int) -> KeyMaterial | None:
        """Return what the file holds whose path is the value of ``name``, ``limit`` bytes at most.

        A path of the profile's is relative to the configuration's folder.
        """
        given = self.find(name)
        if given is None:
            return None
        config = self.profile.path if given.kind is Kind.CONFIG else None
        folder = config.parent if config else Path()
        return self._file(replace(given, kind=Kind.CONFIG), folder, limit)

    def check_length(self, given: Given, limit: int) -> None:
        """Note a value of more than ``limit`` characters."""
        if len(given.value) > limit:
            self.add(given, Reason.TOO_LONG, str(len(given.value)), str(limit))

    def check_charset(self, given: Given, charset: Charset) -> None:
        """Note the first character that ``charset`` lacks, and the charsets that have all."""
        if charset.can_write(given.value):
            return
        able = [other.value for other in Charset if other.can_write(given.value)]
        if not able:
            self.add(given, Reason.NOT_TEXT)
            return
        character = next(c for c in given.value if not charset.can_write(c))
        self.fail(
            given.name,
            Problem(
                given.kind,
                Reason.NOT_IN_CHARSET,
                f"{given.origin} ({charset.value})",
                f"{character} (U+{ord(character):04X})",
                ", ".join(able),
            ),
        )

    def add(self, given: Given, reason: Reason, found: str = "", expected: str = "") -> None:
        """Note that ``given`` is wrong."""
        self.fail(given.name, Problem(given.kind, reason, given.origin, found, expected))

    def fail(self, name: str, *problems: Problem) -> None:
        """Note what is wrong with the parameter ``name``."""
        self.problems.extend(problems)
        self.wrong.setdefault(name, []).extend(problems)

    def attempt(self, name: str, read: Callable[[], _Read]) -> _Read | None:
        """Return what ``read`` returns, or note what it finds wrong with the parameter ``name``."""
        try:
            return read()
        except InputError as error:
            self.fail(name, *error.problems)
            return None

    def warn(self, reason: Reason, subject: str, found: str = "", expected: str = "") -> None:
        """Note what is not wrong but should be known."""
        self.warnings.append(Problem(Kind.CONFIG, reason, subject, found, expected))

    def warn_if_readable(self, path: Path) -> None:
        """Warn where others than its owner can read the secret in ``path``."""
        mode = mode_if_others_read(path)
        if mode is None:
            return
        problem = Problem(Kind.CONFIG, Reason.KEY_FILE_NOT_PRIVATE, str(path), f"{mode:04o}")
        if problem not in self.warnings:  # a file may hold more than one secret
            self.warnings.append(problem)

    def profile_origin(self, name: str) -> str:
        """Return where the parameter ``name`` stands, or would stand, in the profile."""
        return f"{self.profile.path}: profiles.{self.profile.name}.{name}"

    def _value(self, source: Source, name: str) -> object:
        if source is Source.ENVIRONMENT:
            is_looked_for = name not in _NOT_IN_ENVIRONMENT
            return (self.variables.get(variable_name(name)) or None) if is_looked_for else None
        return getattr(self.options if source is Source.FLAG else self.profile, name, None)

    def _key(
        self,
        name: str,
        inline: str | None,
        file: str | None,
        origins: tuple[str, str],
        config: Path | None,
    ) -> KeyMaterial | None:
        """Return the key of one source, which ``config`` is the file of, if it has one."""
        if inline is not None and file is not None:
            self.fail(name, Problem(Kind.CONFIG, Reason.BOTH_FORMS, *origins))
            return None
        if file is not None:
            folder = config.parent if config else Path()
            return self._file(Given(name, file, origins[1], Kind.CONFIG), folder, MAX_KEY_BYTES)
        if inline is None:
            return None
        # The environment's bytes that are no text come as lone surrogates.
        return KeyMaterial(inline.encode("utf-8", "surrogateescape"), origins[0], config)

    def _file(self, given: Given, folder: Path, limit: int) -> KeyMaterial | None:
        if not given.value:
            self.add(given, Reason.EMPTY)
            return None
        path = folder / expand_home(given.value, self.home)
        data = self.attempt(
            given.name, lambda: self.files.read(path, limit, given.kind, given.origin)
        )
        return None if data is None else KeyMaterial(data, f"{given.origin}: {path}", path)


def typed_path(path: Path) -> str:
    """Return the path as an option takes it: ``~`` is no home here, and ``-`` begins no option."""
    text = str(path)
    return f"./{text}" if text.startswith(("~", "-")) else text


def expand_home(path: str, home: Path) -> Path:
    """Return ``path`` with a leading ``~`` as the user's home folder."""
    if path == "~" or path.startswith("~/"):
        return home / path[2:]
    return Path(path)
