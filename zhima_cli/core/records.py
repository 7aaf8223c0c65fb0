"""What is known of calls, wherever it is kept."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class State(Enum):
    """What is known of a call. ``SENDING`` and ``UNKNOWN`` are what trying again is for."""

    SENDING = "sending"
    SUCCESS = "success"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Subject:
    """Which call a record is of."""

    profile: str
    app_id: str
    gateway: str
    method: str
    transaction_id: str
    product_code: str
    biz_code: str


@dataclass(frozen=True)
class Result:
    """What came of a call. ``verified`` is None where there was no answer."""

    state: State
    biz_no: str | None = None
    code: str | None = None
    sub_code: str | None = None
    verified: bool | None = None


@dataclass(frozen=True)
class Record:
    """A row: times are in UTC, as ``2026-11-24T19:07:50Z``.

    ``has_success`` says whether the transaction has a biz_no, in this row or another.
    """

    id: int
    started: str
    updated: str
    subject: Subject
    attempts: int
    result: Result
    has_success: bool


@dataclass(frozen=True)
class Known:
    """What the history says of a transaction: its newest success, else its newest record.

    ``biz_no`` is a success's only. ``content`` is the fingerprint of what was sent last, None where
    that was not written down. ``attempts`` says how often it was sent.
    """

    state: State
    biz_no: str | None
    content: str | None
    attempts: int


@dataclass(frozen=True)
class Filter:
    """Which records are asked for; None leaves them unrestricted. ``since`` is an aware time."""

    state: State | None = None
    profile: str | None = None
    transaction_id: str | None = None
    since: datetime | None = None
    limit: int | None = None
