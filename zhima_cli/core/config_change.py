"""Changes one profile of the configuration file, whole or not at all."""

import errno
import os
import re
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from zhima_cli.core.errors import InputError, Problem, Reason
from zhima_cli.core.files import read_file, system_words
from zhima_cli.core.kinds import Kind
from zhima_cli.core.new_files import PRIVATE, all_or_none, give
from zhima_cli.core.options import Options, Surroundings
from zhima_cli.core.profile import (
    DEFAULT_PROFILE,
    MAX_CONFIG_BYTES,
    MOCK_PROFILE,
    PROFILE_KEYS,
    ConfigFile,
    Profile,
    is_absent,
    parse_config,
)
from zhima_cli.core.sources import expand_home, option_name, variable_name

if TYPE_CHECKING:
    from zhima_cli.core.draft import Finished
    from zhima_cli.core.toml_edit import Change

_SUBJECT = "config"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_NEW_NAME = re.compile(r"[\w.][\w.-]{0,31}")


@dataclass(frozen=True)
class OpenedConfig:
    """The configuration file as it was read, and the profile of it that is to be changed.

    ``data`` is None where there is no file yet.
    """

    path: Path
    name: str
    data: bytes | None = field(repr=False)
    config: ConfigFile

    @property
    def profile(self) -> Profile:
        """The profile, a bare one where there is none of the name. Raises InputError."""
        if self.name not in self.config.names:
            return Profile(self.name, self.path)
        return self.config.profile(self.name)

    @property
    def is_default(self) -> bool:
        """Whether the profile is the one that is used where none is named."""
        return self.name == (self.config.default_profile or DEFAULT_PROFILE)


@dataclass(frozen=True)
class ConfigChange:
    """What is to be written, ``data`` in the file's place; None where it stays as it is."""

    opened: OpenedConfig
    finished: "Finished"
    changes: tuple["Change", ...]
    top: tuple["Change", ...]
    data: bytes | None = field(repr=False)


def open_config(options: Options, surroundings: Surroundings) -> OpenedConfig:
    """Read the file, if there is one, and find which profile is meant. Raises InputError."""
    variables = surroundings.variables
    for name, value in (("config", options.config), ("profile", options.profile)):
        if value == "":
            raise InputError(Problem(Kind.USAGE, Reason.EMPTY, option_name(name)))
    named = options.config or variables.get(variable_name("config"))
    path = expand_home(named, surroundings.home) if named else surroundings.default_config
    data = None
    if not is_absent(path):
        _check_regular(path)
        data = read_file(path, MAX_CONFIG_BYTES, Kind.CONFIG, _SUBJECT)
    config = parse_config(path, data or b"")
    asked = options.profile or variables.get(variable_name("profile"))
    chosen = asked or config.default_profile or DEFAULT_PROFILE
    subject = option_name("profile")
    if chosen == MOCK_PROFILE:
        raise InputError(Problem(Kind.USAGE, Reason.RESERVED_PROFILE, f"{subject} {MOCK_PROFILE}"))
    if chosen not in config.names and not _NEW_NAME.fullmatch(chosen):
        raise InputError(Problem(Kind.USAGE, Reason.BAD_PROFILE_NAME, subject))
    return OpenedConfig(path, chosen, data, config)


def make_change(opened: OpenedConfig, finished: "Finished", *, default: bool) -> ConfigChange:
    """Return the change that makes the profile what it is to be, and the ``default`` if asked.

    Raises InputError where the file cannot be changed without harm to the rest of it.
    """
    from zhima_cli.core.toml_edit import Change, UneditableError, edit

    changes = tuple(
        Change(key, before, after)
        for key in PROFILE_KEYS
        for before, after in [(getattr(opened.profile, key), getattr(finished.profile, key))]
        if before != after
    )
    top: tuple[Change, ...] = ()
    if default and not opened.is_default:
        top = (Change("default_profile", opened.config.default_profile, opened.name),)
    if not changes and not top and not finished.files:
        return ConfigChange(opened, finished, (), (), None)
    old = opened.data or b""
    mark = _BYTE_ORDER_MARK if old.startswith(_BYTE_ORDER_MARK) else b""
    try:
        text = edit(old.decode("utf-8-sig"), opened.name, changes, top)
    except UneditableError as error:
        raise InputError(
            Problem(Kind.CONFIG, Reason.CONFIG_UNEDITABLE, str(opened.path))
        ) from error
    try:
        data = mark + text.encode()
    except UnicodeEncodeError as error:  # a folder's name that is no text
        raise InputError(
            Problem(Kind.CONFIG, Reason.CONFIG_UNEDITABLE, str(opened.path))
        ) from error
    if len(data) > MAX_CONFIG_BYTES:
        found, expected = str(opened.path), str(MAX_CONFIG_BYTES)
        raise InputError(Problem(Kind.CONFIG, Reason.FILE_TOO_LARGE, _SUBJECT, found, expected))
    return ConfigChange(opened, finished, changes, top, data)


def write_change(change: ConfigChange) -> None:
    """Write the files with keys and then the configuration: all of it, or nothing.

    Raises InputError, also where the configuration is no longer as it was read.
    """
    path = change.opened.path
    try:
        with all_or_none() as new:
            new.folder(path.parent)
            owner = _other_owner(change.opened)
            for file in change.finished.files:
                path = file.path
                new.file(file.path, file.data, PRIVATE, owner)
            path = change.opened.path
            if change.data is not None:
                _replace(change.opened, change.data, owner)
    except (OSError, ValueError) as error:
        found = f"{path}: {system_words(error)}"
        raise InputError(Problem(Kind.CONFIG, Reason.FILE_UNWRITABLE, _SUBJECT, found)) from error


def _check_regular(path: Path) -> None:
    """Raise InputError for a device or a pipe, which cannot be replaced and may never end."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return  # reading it will tell
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        found = f"{path}: {os.strerror(errno.EINVAL)}"
        raise InputError(Problem(Kind.CONFIG, Reason.FILE_UNREADABLE, _SUBJECT, found))


def _other_owner(opened: OpenedConfig) -> os.stat_result | None:
    """Return whose the file is, where root can leave it to them, as under sudo."""
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return opened.path.stat() if is_root and opened.data is not None else None


def _replace(opened: OpenedConfig, data: bytes, owner: os.stat_result | None) -> None:
    # A link stays, and what it leads to is replaced.
    path = opened.path.resolve()
    mode = PRIVATE if opened.data is None else PRIVATE & path.stat().st_mode
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123 -- of a descriptor
            file.write(data)
            give(descriptor, mode, owner)
            file.flush()
            os.fsync(descriptor)
        if opened.data is None:
            _put_in_place(Path(name), opened)
        else:
            with _alone(path):
                _check_unchanged(opened)
                Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def _put_in_place(new: Path, opened: OpenedConfig) -> None:
    """Give the first configuration its name. Raises InputError where there is one by now."""
    try:
        os.link(new, opened.path)
    except FileExistsError as error:
        raise _changed(opened) from error
    except OSError:  # a file system without links
        _check_unchanged(opened)
        new.replace(opened.path)
    else:
        new.unlink()


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Yield while no other zhima replaces the file. Raises InputError where one is about to.

    Nobody can keep it locked who may not read it.
    """
    try:
        import fcntl
    except ImportError:  # Windows has no such locks
        yield
        return
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InputError(Problem(Kind.CONFIG, Reason.CONFIG_LOCKED, str(path))) from error
        except OSError:
            pass  # a file system without locks
        yield


def _check_unchanged(opened: OpenedConfig) -> None:
    """Raise InputError where somebody else has written the file since it was read."""
    now = None
    if not is_absent(opened.path):
        now = read_file(opened.path, MAX_CONFIG_BYTES, Kind.CONFIG, _SUBJECT)
    if now != opened.data:
        raise _changed(opened)


def _changed(opened: OpenedConfig) -> InputError:
    return InputError(Problem(Kind.CONFIG, Reason.CONFIG_CHANGED, str(opened.path)))
