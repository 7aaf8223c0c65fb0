"""The HTTP exchange: one POST, one bounded answer, and what became of the request if neither."""

import contextlib
import http.client
import io
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from queue import Empty, SimpleQueue
from typing import TypeVar

import requests
from requests.adapters import HTTPAdapter

from zhima_cli.core.errors import (
    Interrupted,
    Reason,
    TemporaryError,
    UntrustedError,
    ZhimaError,
)
from zhima_cli.core.exchange_faults import diagnose
from zhima_cli.core.kinds import Sent
from zhima_cli.core.network import Network
from zhima_cli.core.request import Request
from zhima_cli.core.waiting import slices

MAX_ANSWER_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Received:
    """An answer's body, and by how many seconds the gateway's clock is ahead, as far as it says."""

    body: bytes
    clock_ahead: float


@dataclass(frozen=True)
class Reached:
    """That a gateway answered; by how many seconds its clock is ahead, None if it does not say."""

    clock_ahead: float | None


_Result = TypeVar("_Result", Received, Reached)


class _Body(io.BytesIO):
    """The request's body, which remembers whether it began to leave.

    It is read only once the connection stands, TLS included, and the headers are written; until
    then the gateway cannot have acted on the request.
    """

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self._lock = threading.Lock()
        self._is_leaving = False
        self._is_held_back = False

    def read(self, size: int | None = -1) -> bytes:
        with self._lock:
            if self._is_held_back:
                raise ConnectionAbortedError
            self._is_leaving = True
        return super().read(size)

    @property
    def sent(self) -> Sent:
        return Sent.UNKNOWN if self._is_leaving else Sent.NO

    def hold_back(self) -> Sent:
        """See to it that what has not begun to leave never does, and say whether it had."""
        with self._lock:
            self._is_held_back = True
        return self.sent


def exchange(request: Request, network: Network, timeout: float) -> Received:
    """POST the request and return the answer, MAX_ANSWER_BYTES at most.

    ``timeout`` bounds the whole of it, in seconds: looking the name up, connecting, and an answer
    that comes byte by byte, which requests' own time-out does not. Raises TemporaryError,
    UntrustedError, or Interrupted on a KeyboardInterrupt.
    """
    body = _Body(request.body)
    return _in_time(
        lambda: _post(request, body, network, timeout), body, request.gateway, network, timeout
    )


def reach(gateway: str, network: Network, timeout: float) -> Reached:
    """Ask the gateway for the head of its own address: no parameter, nothing signed or personal.

    ``timeout`` bounds the whole of it, in seconds. Any answer will do. Raises TemporaryError,
    UntrustedError, or Interrupted on a KeyboardInterrupt.
    """
    return _in_time(lambda: _head(gateway, network, timeout), _Body(b""), gateway, network, timeout)


def _in_time(
    talk: Callable[[], _Result], body: _Body, gateway: str, network: Network, timeout: float
) -> _Result:
    """Return what ``talk`` returns; ``body`` is what it sends, and knows whether it began to."""
    results: SimpleQueue[_Result | Exception] = SimpleQueue()

    def work() -> None:
        try:
            results.put(talk())
        except Exception as error:
            results.put(error)

    # Neither a name look-up nor a TLS handshake can be cut short from outside: what has not ended
    # in time is left behind, bound by its own time-outs, and does not keep the process alive.
    worker = threading.Thread(target=work, name="zhima-exchange", daemon=True)
    try:
        worker.start()
        result = _wait_for(results, timeout)
    except Empty:
        sent = body.hold_back()
        raise TemporaryError(sent, Reason.TIMED_OUT, gateway, f"{timeout:g}") from None
    except KeyboardInterrupt as stop:
        raise Interrupted(body.hold_back(), stop) from None
    if isinstance(result, ZhimaError):
        raise result
    if isinstance(result, Exception):
        raise diagnose(result, body.sent, gateway, network, timeout) from result
    return result


def _wait_for(results: SimpleQueue[_Result | Exception], timeout: float) -> _Result | Exception:
    """Return the first of the results. Raises Empty when ``timeout`` seconds have passed."""
    for part in slices(timeout):
        with contextlib.suppress(Empty):
            return results.get(timeout=part)
    raise Empty


def _post(request: Request, body: _Body, network: Network, timeout: float) -> Received:
    # An adapter sends exactly what it is given: ~/.netrc, the environment's proxies, cookies and
    # redirects are what a requests.Session adds.
    headers = {header.name: header.value for header in request.headers}
    prepared = requests.Request("POST", request.url, headers, data=body).prepare()
    with _sent(prepared, network, timeout) as response:
        return _read(response, request.gateway)


def _head(gateway: str, network: Network, timeout: float) -> Reached:
    prepared = requests.Request("HEAD", gateway).prepare()
    with _sent(prepared, network, timeout) as response:
        return Reached(_seconds_from_now(response.headers.get("Date", "")))


@contextlib.contextmanager
def _sent(
    prepared: requests.PreparedRequest, network: Network, timeout: float
) -> Iterator[requests.Response]:
    proxies = {"http": network.proxy, "https": network.proxy} if network.proxy else {}
    with (
        contextlib.closing(HTTPAdapter()) as adapter,
        adapter.send(
            prepared,
            stream=True,
            timeout=timeout,
            verify=network.ca_bundle or True,
            proxies=proxies,
        ) as response,
    ):
        yield response


def _read(response: requests.Response, gateway: str) -> Received:
    status = response.status_code
    if 300 <= status < 400:
        raise UntrustedError(Sent.ANSWERED, Reason.REDIRECTED, gateway, str(status))
    if status == http.client.TOO_MANY_REQUESTS or 500 <= status < 600:
        retry_after = _retry_after(response.headers.get("Retry-After", ""))
        raise TemporaryError(
            Sent.ANSWERED, Reason.HTTP_UNAVAILABLE, gateway, str(status), retry_after
        )
    if status != http.client.OK:
        raise UntrustedError(Sent.ANSWERED, Reason.HTTP_STATUS, gateway, str(status))
    if (response.headers.get("Content-Encoding") or "identity").lower() != "identity":
        raise UntrustedError(Sent.ANSWERED, Reason.ANSWER_COMPRESSED, gateway)
    body = bytearray()
    # A read of a given size takes the end of the connection for the end of the answer; only the
    # one after it is told of what is missing.
    while chunk := response.raw.read(MAX_ANSWER_BYTES + 1 - len(body), decode_content=False):
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            break
    if len(body) > MAX_ANSWER_BYTES:
        limit = str(MAX_ANSWER_BYTES)
        raise UntrustedError(Sent.ANSWERED, Reason.ANSWER_TOO_LARGE, gateway, limit)
    if not body and not {"Content-Length", "Transfer-Encoding"} & response.headers.keys():
        # Headers that are cut off look like headers that have ended.
        raise TemporaryError(Sent.UNKNOWN, Reason.CONNECTION_BROKEN, gateway)
    return Received(bytes(body), _seconds_from_now(response.headers.get("Date", "")) or 0.0)


def _retry_after(value: str) -> float:
    """Return the header's seconds: it holds them, or a date (RFC 9110, 10.2.3)."""
    if value.isascii() and value.isdigit():
        return float(value[:9])
    return max(_seconds_from_now(value) or 0.0, 0.0)


def _seconds_from_now(date: str) -> float | None:
    """Return how far off an HTTP date is, None where it is none."""
    try:
        moment = parsedate_to_datetime(date)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None:
        return None
    return (moment - datetime.now(UTC)).total_seconds()
