"""What a check is: its subject, what came of it, and what is to be said of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto

from zhima_cli.core.errors import Problem


class Topic(Enum):
    """What is checked; the value is the check's name in JSON, which is a promise to scripts."""

    CONFIG_FILE = "config_file"
    CONFIG_MODE = "config_mode"
    PROFILE = "profile"
    APP_ID = "app_id"
    PRIVATE_KEY = "private_key"
    PRIVATE_KEY_MODE = "private_key_mode"
    PRIVATE_KEY_SIZE = "private_key_size"
    PRIVATE_KEY_NUMBERS = "private_key_numbers"
    KEY_PAIR = "key_pair"
    VERIFICATION = "verification"
    ALIPAY_PUBLIC_KEY = "alipay_public_key"
    ALIPAY_PUBLIC_KEY_SIZE = "alipay_public_key_size"
    OTHER_THAN_OWN = "other_than_own"
    APP_CERT = "app_cert"
    ALIPAY_CERT = "alipay_cert"
    ALIPAY_ROOT_CERT = "alipay_root_cert"
    ENCRYPT_KEY = "encrypt_key"
    ENCRYPT_KEY_MODE = "encrypt_key_mode"
    SIGN_TYPE = "sign_type"
    CHARSET = "charset"
    GATEWAY = "gateway"
    PROXY = "proxy"
    CA = "ca"
    NAME = "gateway_name"
    CONNECTION = "gateway_connection"
    TLS = "gateway_tls"
    CLOCK = "clock"
    HISTORY = "history"
    SETTINGS = "other_settings"
    VERSIONS = "versions"


class State(Enum):
    """What came of a check; the value is its ``state`` in JSON."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"
    SKIPPED = "skipped"


class Note(Enum):
    """What is to be said of a check that found nothing wrong."""

    AS_FOUND = auto()
    CONFIG_UNNEEDED = auto()
    CONFIG_ABSENT = auto()
    PROFILE_COMPLETE = auto()
    MADE_FOR_MOCK = auto()
    PRIVATE_MODE = auto()
    NO_MODES = auto()
    NO_FILE = auto()
    BITS = auto()
    PRIMES = auto()
    PAIR_WORKS = auto()
    BY_PUBLIC_KEY = auto()
    BY_CERTIFICATES = auto()
    NOT_OWN = auto()
    VALID_UNTIL = auto()
    ROOTS = auto()
    NOT_ENCRYPTED = auto()
    ENCRYPTED = auto()
    DIRECT = auto()
    EXEMPT = auto()
    NAMED_BY = auto()
    SHIPPED_CA = auto()
    ON_THIS_MACHINE = auto()
    RESOLVED = auto()
    RESOLVED_BY_PROXY = auto()
    REACHED = auto()
    TLS_VERIFIED = auto()
    SECONDS_OFF = auto()
    NO_DATE = auto()
    HISTORY_THERE = auto()
    HISTORY_TO_BE_MADE = auto()
    HISTORY_OFF = auto()
    SETTINGS_FIT = auto()
    ONLINE_ONLY = auto()
    DEPENDS = auto()


@dataclass(frozen=True)
class Check:
    """One check and what came of it.

    Where it found nothing wrong, or was not made, ``note`` and ``found`` say it; ``needs`` is the
    check without which this one could not be made. Otherwise ``problems`` do.
    """

    topic: Topic
    state: State
    note: Note = Note.AS_FOUND
    found: str = ""
    problems: tuple[Problem, ...] = ()
    needs: Topic | None = None


def fine(topic: Topic, note: Note, found: str = "") -> Check:
    """Return a check that found nothing wrong."""
    return Check(topic, State.OK, note, found)


def warned(topic: Topic, *problems: Problem) -> Check:
    """Return a check that found what should be known."""
    return Check(topic, State.WARNING, problems=problems)


def wrong(topic: Topic, problems: Iterable[Problem]) -> Check:
    """Return a check that found what has to be mended."""
    return Check(topic, State.ERROR, problems=tuple(problems))


def skipped(topic: Topic, needs: Topic) -> Check:
    """Return a check that could not be made, since the one that it ``needs`` failed."""
    return Check(topic, State.SKIPPED, Note.DEPENDS, needs=needs)


def left_out(topic: Topic, note: Note) -> Check:
    """Return a check that was not made for the reason that ``note`` is."""
    return Check(topic, State.SKIPPED, note)


def is_healthy(checks: Iterable[Check]) -> bool:
    """Say whether none of the checks found what has to be mended."""
    return all(check.state is not State.ERROR for check in checks)
