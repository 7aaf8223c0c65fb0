"""Waiting that a signal ends."""

import time
from collections.abc import Iterator

_SLICE_SECONDS = 0.1


def slices(seconds: float) -> Iterator[float]:
    """Yield short waits that add up to ``seconds``.

    A signal that comes just before a thread lies down to wait does not wake it.
    """
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        yield min(_SLICE_SECONDS, left)
