"""What passes between zhima and the processes that sign and send for it."""

import io
import pickle
from dataclasses import dataclass
from typing import Any

from zhima_cli.core.keys import PrivateKey, PublicKey, load_private_key, load_public_key
from zhima_cli.core.outcome import Outcome
from zhima_cli.core.parameters import Parameters
from zhima_cli.core.settings import Setup


@dataclass(frozen=True)
class Orders:
    """The first message to a worker: all that its calls share.

    ``jobs`` is how many it makes at a time; ``processor`` is the number of the one that it keeps
    to, None where it may have any.
    """

    setup: Setup
    jobs: int
    processor: int | None


@dataclass(frozen=True)
class Task:
    """One attempt to be made, for at most ``seconds``; ``number`` is the row's."""

    number: int
    parameters: Parameters
    seconds: float


@dataclass(frozen=True)
class Done:
    """What the attempt came to.

    ``retry_after`` is how long the gateway asked to wait first; ``clock_ahead`` is how far its
    clock is ahead, None if that is near enough; both in seconds.
    """

    number: int
    outcome: Outcome
    retry_after: float
    clock_ahead: float | None


def _load_signing_key(data: bytes) -> PrivateKey:
    """Return the private key, as one that signs quickly where what that needs is installed."""
    key = load_private_key(data, "private_key")
    try:
        from zhima_cli.core.quick_key import QuickKey

        return QuickKey.of(key)
    except BaseException:  # where cryptography is broken it may panic, which is no Exception
        return key


class _Pickler(pickle.Pickler):
    """Keys do not let themselves be pickled, lest they end in a file; this goes through a pipe."""

    def reducer_override(self, value: Any) -> Any:
        if isinstance(value, PrivateKey):
            return _load_signing_key, (value.rsa.export_key(pkcs=1),)
        if isinstance(value, PublicKey):
            return load_public_key, (value.rsa.public_key().export_key(), "alipay_public_key")
        return NotImplemented


def packed(message: Orders | Task | Done) -> bytes:
    """Return the message as it goes through a pipe, from which pickle.load() reads it."""
    buffer = io.BytesIO()
    _Pickler(buffer, pickle.HIGHEST_PROTOCOL).dump(message)
    return buffer.getvalue()
