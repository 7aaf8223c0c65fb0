"""The HTTP exchange: one POST, one bounded answer, and what became of the request if neither."""

import contextlib
import http.client
import io
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from queue import Empty, SimpleQueue
from typing import Self, TypeVar

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


class _Line:
    """A thread that talks to a gateway for another, by an adapter that keeps connections open.

    Neither a name look-up nor a TLS handshake can be cut short from outside: what has not ended in
    time is left behind, bound by its own time-outs, and does not keep the process alive.
    """

    def __init__(self) -> None:
        self._tasks: SimpleQueue[Callable[[HTTPAdapter], None] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="zhima-exchange", daemon=True)
        self._thread.start()

    def ask(self, talk: Callable[[HTTPAdapter], _Result], timeout: float) -> _Result | Exception:
        """Return what ``talk`` returns or raises. Raises Empty when the seconds have passed."""
        results: SimpleQueue[_Result | Exception] = SimpleQueue()

        def task(adapter: HTTPAdapter) -> None:
            try:
                results.put(talk(adapter))
            except Exception as error:
                # What may still come of an answer is not the next one's.
                adapter.close()
                results.put(error)

        self._tasks.put(task)
        for part in slices(timeout):
            with contextlib.suppress(Empty):
                return results.get(timeout=part)
        raise Empty

    def end(self) -> None:
        """See to it that the thread ends after what it is at."""
        self._tasks.put(None)

    def join(self) -> None:
        """Wait for the thread's end."""
        self._thread.join()

    def _work(self) -> None:
        with contextlib.closing(HTTPAdapter()) as adapter:
            while (task := self._tasks.get()) is not None:
                task(adapter)


class KeptConnection:
    """A connection to one gateway, kept open from one exchange to the next, for one thread.

    Only after a whole answer the next exchange has the same connection. What a time-out or an
    interruption leaves behind is left alone.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self._line: _Line | None = None
        self._last: bytes | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def exchange(self, request: Request, timeout: float) -> Received:
        """POST the request and return the answer, MAX_ANSWER_BYTES at most.

        ``timeout`` bounds the whole of it, in seconds: looking the name up, connecting, and an
        answer that comes byte by byte, which requests' own time-out does not. Raises
        TemporaryError, UntrustedError, or Interrupted on a KeyboardInterrupt.
        """
        body = _Body(request.body)
        received = self._in_time(
            lambda adapter: _post(request, body, adapter, self._network, timeout),
            body,
            request.gateway,
            timeout,
        )
        if received.body == self._last:
            # A second copy of the last answer would leave this one's for the next.
            self.close()
        self._last = received.body
        return received

    def close(self) -> None:
        """Hang up."""
        line, self._line = self._line, None
        if line is not None:
            line.end()
            line.join()

    def _in_time(
        self, talk: Callable[[HTTPAdapter], _Result], body: _Body, gateway: str, timeout: float
    ) -> _Result:
        """Return what ``talk`` returns. ``body`` is what it sends, and knows if it began to."""
        line, self._line = self._line, None
        try:
            line = line or _Line()
            result = line.ask(talk, timeout)
            self._line = line
        except Empty:
            sent = body.hold_back()
            raise TemporaryError(sent, Reason.TIMED_OUT, gateway, f"{timeout:g}") from None
        except KeyboardInterrupt as stop:
            raise Interrupted(body.hold_back(), stop) from None
        finally:
            if line is not None and self._line is None:
                line.end()
        if isinstance(result, ZhimaError):
            raise result
        if isinstance(result, Exception):
            raise diagnose(result, body.sent, gateway, self._network, timeout) from result
        return result


def reach(gateway: str, network: Network, timeout: float) -> Reached:
    """Ask the gateway for the head of its own address: no parameter, nothing signed or personal.

    ``timeout`` bounds the whole of it, in seconds. Any answer will do. Raises TemporaryError,
    UntrustedError, or Interrupted on a KeyboardInterrupt.
    """
    with KeptConnection(network) as connection:
        return connection._in_time(
            lambda adapter: _head(gateway, adapter, network, timeout), _Body(b""), gateway, timeout
        )


def _post(
    request: Request, body: _Body, adapter: HTTPAdapter, network: Network, timeout: float
) -> Received:
    # An adapter sends exactly what it is given: ~/.netrc, the environment's proxies, cookies and
    # redirects are what a requests.Session adds.
    headers = {header.name: header.value for header in request.headers}
    prepared = requests.Request("POST", request.url, headers, data=body).prepare()
    with _sent(prepared, adapter, network, timeout) as response:
        connection = response.raw.connection
        received = _read(response, request.gateway)
    if connection is None or _may_hold_more(connection.sock):
        adapter.close()
    return received


def _head(gateway: str, adapter: HTTPAdapter, network: Network, timeout: float) -> Reached:
    prepared = requests.Request("HEAD", gateway).prepare()
    with _sent(prepared, adapter, network, timeout) as response:
        return Reached(_seconds_from_now(response.headers.get("Date", "")))


def _sent(
    prepared: requests.PreparedRequest, adapter: HTTPAdapter, network: Network, timeout: float
) -> requests.Response:
    proxies = {"http": network.proxy, "https": network.proxy} if network.proxy else {}
    return adapter.send(
        prepared,
        stream=True,
        timeout=timeout,
        verify=network.ca_bundle or True,
        proxies=proxies,
    )


def _may_hold_more(sock: object) -> bool:
    """Say whether more may have come than was read that urllib3 does not see before it sends.

    It looks whether there is something to read at the socket. TLS may have taken it from there.
    """
    if isinstance(sock, ssl.SSLSocket):
        return sock.pending() > 0
    return not isinstance(sock, socket.socket)


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
