"""What went wrong in an HTTP exchange, by what requests and urllib3 raised."""

import http.client
import socket
import ssl
from collections.abc import Iterator

import requests
import urllib3

from zhima_cli.core.errors import Reason, TemporaryError, UntrustedError
from zhima_cli.core.kinds import Sent
from zhima_cli.core.network import Network


def diagnose(
    error: Exception, sent: Sent, gateway: str, network: Network, timeout: float
) -> Exception:
    """Turn what requests raised into an error of zhima's; what is none of the network's stays."""
    causes = list(_causes(error))

    def has(*types: type[BaseException]) -> bool:
        return any(isinstance(cause, types) for cause in causes)

    broken_off = has(ssl.SSLEOFError, ssl.SSLZeroReturnError) or any(
        isinstance(cause, http.client.BadStatusLine) and _is_cut_short(cause) for cause in causes
    )
    if has(ssl.SSLError, requests.exceptions.SSLError) and not broken_off:
        certificate = next((c for c in causes if isinstance(c, ssl.SSLCertVerificationError)), None)
        found = certificate.verify_message if certificate else ""
        return UntrustedError(sent, Reason.TLS_NOT_VERIFIED, gateway, found)
    is_system = any(
        isinstance(cause, OSError) and not isinstance(cause, requests.RequestException)
        for cause in causes
    )
    if has(socket.gaierror) and network.proxy is None:
        return TemporaryError(sent, Reason.NAME_NOT_RESOLVED, gateway)
    # What urllib3 raises for a refused connection is one of its time-outs, too.
    is_refused = has(urllib3.exceptions.NewConnectionError)
    if not is_refused and has(
        TimeoutError, requests.exceptions.Timeout, urllib3.exceptions.TimeoutError
    ):
        return TemporaryError(sent, Reason.TIMED_OUT, gateway, f"{timeout:g}")
    if sent is Sent.NO and (is_system or is_refused or broken_off):
        if network.proxy is not None:
            return TemporaryError(sent, Reason.PROXY_FAILED, gateway)
        return TemporaryError(sent, Reason.NOT_CONNECTED, gateway, _system_words(causes))
    if broken_off or has(
        ConnectionError,
        http.client.RemoteDisconnected,
        http.client.IncompleteRead,
        urllib3.exceptions.IncompleteRead,
        urllib3.exceptions.InvalidChunkLength,
    ):
        return TemporaryError(sent, Reason.CONNECTION_BROKEN, gateway)
    if has(http.client.HTTPException, urllib3.exceptions.HTTPError, requests.RequestException):
        return UntrustedError(sent, Reason.NOT_HTTP, gateway)
    return error


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield ``error`` and what it wraps: requests and urllib3 wrap by argument and by cause."""
    pending: list[BaseException] = [error]
    seen: set[int] = set()
    while pending:
        current = pending.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        wrapped = [*current.args, getattr(current, "reason", None)]
        wrapped += [current.__cause__, current.__context__]
        pending.extend(item for item in wrapped if isinstance(item, BaseException))


def _is_cut_short(error: http.client.BadStatusLine) -> bool:
    line = str(error.args[0] if error.args else "")
    return line.startswith("HTTP/") and not line.endswith("\n")


def _system_words(causes: list[BaseException]) -> str:
    """Return the operating system's own words for what happened, if it said any."""
    for cause in causes:
        if isinstance(cause, OSError) and isinstance(cause.errno, int) and cause.strerror:
            return cause.strerror
    return ""
