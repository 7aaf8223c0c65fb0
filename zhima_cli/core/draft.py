"""A profile in the making: what the file has of it, and the answers that go before that."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any

from zhima_cli.core.account import (
    CERT_FILES,
    MAX_APP_ID,
    find_encrypt_key,
    find_gateway,
    find_private_key,
    find_public_key,
    is_app_id,
    resolve_account,
)
from zhima_cli.core.charset import Charset
from zhima_cli.core.errors import Problem, Reason
from zhima_cli.core.files import shown_path
from zhima_cli.core.gateway import PRODUCTION, gateway_name, gateway_url, is_gateway_url
from zhima_cli.core.keys import in_pem, on_one_line
from zhima_cli.core.kinds import Kind
from zhima_cli.core.options import Options
from zhima_cli.core.profile import DEFAULT_PROFILE, Profile, is_absent, shown_name
from zhima_cli.core.signature import SignType
from zhima_cli.core.sources import Sources, option_name

_NO_ENCRYPTION = "none"
_NOT_IN_A_FILE_NAME = re.compile(r"[^\w.-]")


class Setting(Enum):
    """What is asked for; the value is the name of its option and of its key in the profile."""

    APP_ID = "app_id"
    GATEWAY = "gateway"
    PRIVATE_KEY = "private_key_file"
    ALIPAY_PUBLIC_KEY = "alipay_public_key_file"
    ALIPAY_ROOT_CERT = "alipay_root_cert_file"
    ALIPAY_CERT = "alipay_cert_file"
    APP_CERT = "app_cert_file"
    ENCRYPT_KEY = "encrypt_key_file"
    SIGN_TYPE = "sign_type"
    CHARSET = "charset"

    @property
    def option(self) -> str:
        """The option that answers it."""
        return option_name(self.value)

    @property
    def inline(self) -> str | None:
        """The profile's key that holds the thing itself instead of its file's name, if any."""
        return self.value.removesuffix("_file") if self in KEYS else None


KEYS = (Setting.PRIVATE_KEY, Setting.ALIPAY_PUBLIC_KEY, Setting.ENCRYPT_KEY)
# The root comes first, so that each of the others can be checked against it at once.
CERTIFICATES = (Setting.ALIPAY_ROOT_CERT, Setting.ALIPAY_CERT, Setting.APP_CERT)
_FILES = (*KEYS, *CERTIFICATES)
# What the files of KEYS are called where zhima makes them.
_FILE_NAMES = (("app_private_key", ".pem"), ("alipay_public_key", ".pem"), ("encrypt_key", ".txt"))


class Mode(Enum):
    """How the platform and the application know each other; the value is what a person types."""

    KEY = "key"
    CERT = "cert"

    @property
    def settings(self) -> tuple[Setting, ...]:
        """What this mode needs, and no other has."""
        return (Setting.ALIPAY_PUBLIC_KEY,) if self is Mode.KEY else CERTIFICATES


@dataclass(frozen=True)
class Checked:
    """What was found wrong, and what only should be known."""

    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


@dataclass(frozen=True)
class NewFile:
    """A file that is to be made, for the user alone."""

    path: Path
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class Finished:
    """The profile as it is to be, and the files with keys that go with it."""

    profile: Profile
    files: tuple[NewFile, ...]


@dataclass(frozen=True)
class Draft:
    """A profile, ``path`` and ``name`` included, that is being changed by answers.

    ``answers`` go before what is ``stored``; a key of the ``pasted`` settings came itself, and is
    in ``stored``. ``home`` is what ``~`` means, and ``now``, any aware time, what certificates
    have to be valid at.
    """

    stored: Profile
    home: Path
    now: datetime
    answers: Options = field(default=Options(), repr=False)
    pasted: frozenset[Setting] = frozenset()

    def answer(self, setting: Setting, text: str) -> "Draft":
        """Return the draft with this answer: a value, a file's name, or a name of a gateway."""
        if setting is Setting.GATEWAY:
            text = gateway_url(text)
        if setting is Setting.ENCRYPT_KEY and text.lower() == _NO_ENCRYPTION:
            return self._without(setting)
        answer: dict[str, Any] = {setting.value: text}
        return replace(
            self, answers=replace(self.answers, **answer), pasted=self.pasted - {setting}
        )

    def paste(self, setting: Setting, text: str) -> "Draft":
        """Return the draft with the key of one of KEYS itself, in any form that is read."""
        draft = self._without(setting)
        inline: dict[str, Any] = {str(setting.inline): text.strip()}
        return replace(
            draft, stored=replace(draft.stored, **inline), pasted=draft.pasted | {setting}
        )

    def choose(self, mode: Mode) -> "Draft":
        """Return the draft without what only the other mode has."""
        draft = self
        for other in Mode:
            for setting in other.settings if other is not mode else ():
                draft = draft._without(setting)
        return draft

    @property
    def mode(self) -> Mode | None:
        """The mode of what there is so far."""
        sources = self._sources()
        if any(map(sources.has, CERT_FILES)):
            return Mode.CERT
        return Mode.KEY if self.has(Setting.ALIPAY_PUBLIC_KEY) else None

    def has(self, setting: Setting) -> bool:
        """Say whether there is an answer or something stored, right or wrong."""
        names = (setting.value, setting.inline)
        return any(self._sources().has(name) for name in names if name is not None)

    def shown(self, setting: Setting) -> str | None:
        """Return the value for a person, ``""`` for a key itself, None for nothing."""
        if setting.inline and getattr(self.stored, setting.inline) is not None:
            return ""
        value = getattr(self.answers, setting.value) or getattr(self.stored, setting.value)
        if setting is Setting.GATEWAY:
            value = str(value or PRODUCTION)
            return gateway_name(value) or shown_value(setting.value, value)
        return shown_value(setting.value, str(value)) if value is not None else None

    def missing(self) -> tuple[Setting, ...]:
        """Return what every profile needs, and this one has not."""
        needed = (
            Setting.APP_ID,
            Setting.PRIVATE_KEY,
            *(self.mode or Mode.KEY).settings,
        )
        return tuple(setting for setting in needed if not self.has(setting))

    def check(self, setting: Setting) -> tuple[Problem, ...]:
        """Return what is wrong with one setting, by itself or beside those asked for before."""
        sources = self._up_to(setting)._sources()
        text = getattr(self.answers, setting.value)
        if isinstance(text, str) and not Charset.UTF_8.can_write(text):
            sources.fail(setting.value, Problem(Kind.USAGE, Reason.NOT_TEXT, setting.option))
        elif setting is Setting.APP_ID:
            charset = sources.trial().choice("charset", Charset.UTF_8)
            app_id = sources.text("app_id", MAX_APP_ID, charset)
            if app_id is not None and not sources.problems and not is_app_id(app_id):
                problem = Problem(Kind.USAGE, Reason.BAD_APP_ID, setting.option)
                sources.fail("app_id", problem)
        elif setting is Setting.GATEWAY:
            find_gateway(sources)
        elif setting is Setting.PRIVATE_KEY:
            find_private_key(sources)
        elif setting is Setting.ALIPAY_PUBLIC_KEY:
            find_public_key(sources, find_private_key(sources.trial()))
        elif setting is Setting.ENCRYPT_KEY:
            find_encrypt_key(sources)
        elif setting is Setting.SIGN_TYPE:
            sources.choice("sign_type", SignType.RSA2)
        elif setting is Setting.CHARSET:
            sources.choice("charset", Charset.UTF_8)
        else:
            self._check_certificates(sources)
        return self._by_option(sources.problems)

    def check_all(self) -> Checked:
        """Check everything, as a call would."""
        sources = self._sources()
        sources.choice("sign_type", SignType.RSA2)
        charset = sources.choice("charset", Charset.UTF_8)
        resolve_account(sources, charset, self.now, dry_run=False)
        return Checked(self._by_option(sources.problems), self._by_option(sources.warnings))

    def _by_option(self, problems: Iterable[Problem]) -> tuple[Problem, ...]:
        """Return the problems; one of a key that came itself stands in no file yet."""
        sources = self._sources()
        options = {sources.profile_origin(str(s.inline)): s.option for s in self.pasted}
        return tuple(
            replace(problem, subject=options.get(problem.subject, problem.subject))
            for problem in problems
        )

    def finish(self, *, inline: bool) -> Finished:
        """Return what is to be written; keys that came themselves stay so only if ``inline``."""
        values: dict[str, Any] = {}
        files: list[NewFile] = []
        for setting in Setting:
            text = getattr(self.answers, setting.value)
            if setting is Setting.GATEWAY and text == gateway_url(self.stored.gateway or ""):
                continue  # it may stand there by its name
            if text is not None:
                values[setting.value] = self._value(setting, text)
                if setting.inline:
                    values[setting.inline] = None
            elif setting in self.pasted and setting.inline:
                key = getattr(self.stored, setting.inline)
                if inline:
                    values[setting.inline] = on_one_line(key)
                    continue
                file = self._new_file(setting, f"{in_pem(key)}\n".encode())
                files.append(file)
                values |= {setting.inline: None, setting.value: file.path.name}
        profile = replace(self.stored, **values)
        return Finished(profile, tuple(file for file in files if is_absent(file.path)))

    def _without(self, setting: Setting) -> "Draft":
        nothing: dict[str, Any] = {setting.value: None}
        inline: dict[str, Any] = {setting.inline: None} if setting.inline else {}
        return replace(
            self,
            stored=replace(self.stored, **nothing, **inline),
            answers=replace(self.answers, **nothing),
            pasted=self.pasted - {setting},
        )

    def _up_to(self, setting: Setting) -> "Draft":
        """Return the draft without the certificates that are asked for later."""
        draft = self
        if setting in CERTIFICATES:
            for later in CERTIFICATES[CERTIFICATES.index(setting) + 1 :]:
                draft = draft._without(later)
        return draft

    def _sources(self) -> Sources:
        # The environment's variables are no part of a profile.
        return Sources(self.answers, {}, self.stored, self.home)

    def _check_certificates(self, sources: Sources) -> None:
        problems = mode_problems(Mode.CERT)
        if problems:
            sources.fail("app_cert_file", *problems)
            return
        from zhima_cli.core.certificate_mode import resolve_certificates

        private = find_private_key(sources.trial())
        resolve_certificates(sources, private, self.now, dry_run=False)

    def _value(self, setting: Setting, text: str) -> str:
        """Return the answer as it is written: choices in their own case, paths from the file."""
        if setting is Setting.SIGN_TYPE:
            return text.upper()
        if setting is Setting.CHARSET:
            return text.lower()
        if setting not in _FILES or text.startswith("~/"):
            return text
        path = Path(text).absolute()
        try:
            relative = str(path.relative_to(self._folder))
            return str(path) if relative.startswith("~") else relative
        except ValueError:
            return str(path)

    @property
    def _folder(self) -> Path:
        return (self.stored.path or Path()).absolute().parent

    def _new_file(self, setting: Setting, data: bytes) -> NewFile:
        """Return the first name beside the configuration that is free, or holds this key."""
        name = self.stored.name
        prefix = "" if name == DEFAULT_PROFILE else _NOT_IN_A_FILE_NAME.sub("_", name) + "_"
        stem, suffix = _FILE_NAMES[KEYS.index(setting)]
        number = 1
        while True:
            counted = stem if number == 1 else f"{stem}_{number}"
            path = self._folder / f"{prefix}{counted}{suffix}"
            if is_absent(path) or _holds(path, data):
                return NewFile(path, data)
            number += 1


def shown_value(key: str, value: str) -> str:
    """Return a profile's value for a person, ``…`` for what is like a secret in a wrong place."""
    if key == "gateway":
        return value if is_gateway_url(gateway_url(value)) else "…"
    return shown_path(Path(value)) if key.endswith("_file") else shown_name(value)


def mode_problems(mode: Mode) -> tuple[Problem, ...]:
    """Return why this installation cannot work in the mode, if it cannot."""
    if mode is Mode.CERT:
        try:
            import zhima_cli.core.certificate_mode  # noqa: F401 -- whether it can be
        except ImportError:
            subject = CERTIFICATES[0].value
            return (Problem(Kind.CONFIG, Reason.CERT_EXTRA_MISSING, subject),)
    return ()


def _holds(path: Path, data: bytes) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(data) + 1) == data
    except OSError:
        return False
