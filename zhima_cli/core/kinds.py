"""How a call can end, and the exit status of each ending."""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType


class Kind(Enum):
    """What became of a call; the value is the JSON output's ``kind``."""

    SUCCESS = "success"
    INTERNAL = "internal"
    USAGE = "usage"
    CONFIG = "config"
    BUSINESS = "business"
    GATEWAY = "gateway"
    TEMPORARY = "temporary"
    UNTRUSTED = "untrusted"
    UNWRITTEN = "unwritten"
    INTERRUPTED = "interrupted"
    TERMINATED = "terminated"


EXIT_STATUS: Mapping[Kind, int] = MappingProxyType(
    {
        Kind.SUCCESS: 0,
        Kind.INTERNAL: 1,
        Kind.USAGE: 2,
        Kind.CONFIG: 3,
        Kind.BUSINESS: 4,
        Kind.GATEWAY: 5,
        Kind.TEMPORARY: 6,
        Kind.UNTRUSTED: 7,
        Kind.UNWRITTEN: 8,
        Kind.INTERRUPTED: 130,
        Kind.TERMINATED: 143,
    }
)


class Sent(Enum):
    """Whether the request left the machine; the value is the JSON output's ``sent``."""

    NO = "no"
    UNKNOWN = "unknown"
    ANSWERED = "answered"
