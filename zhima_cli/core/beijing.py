"""Beijing time, which the gateway's timestamps are in (protocol.md)."""

from datetime import datetime, timedelta, timezone

_BEIJING = timezone(timedelta(hours=8))


def beijing_time(now: datetime) -> datetime:
    """Return the aware ``now`` as Beijing's clock shows it (UTC+8, no summer time)."""
    return now.astimezone(_BEIJING)
