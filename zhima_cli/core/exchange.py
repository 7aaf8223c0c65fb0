"""The HTTP exchange: one POST, one bounded answer, and what became of the request if neither."""

import http.client
import io
import socket
import ssl
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import requests
from requests.adapters import HTTPAdapter

from zhima_cli.core.errors import Reason, TemporaryError, UntrustedError, ZhimaError
from zhima_cli.core.exchange_faults import diagnose
from zhima_cli.core.kinds import Sent
from zhima_cli.core.network import Network
from zhima_cli.core.request import Request

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


class Body(io.BytesIO):
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


def give_up(body: Body, gateway: str, timeout: float) -> TemporaryError:
    """Give an exchange up that has taken its ``timeout``, in seconds; return the error.

    What has not begun to leave of its ``body`` never does.
    """
    return TemporaryError(body.hold_back(), Reason.TIMED_OUT, gateway, f"{timeout:g}")


class Connection:
    """A connection to one gateway, kept open from one exchange to the next.

    Only after a whole answer the next exchange has the same connection. Each takes place in the
    thread that asks for it, and nothing bounds it but time-outs of its parts: a name look-up has
    none, and an answer that comes byte by byte never exceeds one.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        # An adapter sends exactly what it is given: ~/.netrc, the environment's proxies, cookies
        # and redirects are what a requests.Session adds.
        self._adapter = HTTPAdapter()
        self._last: bytes | None = None

    def exchange(self, request: Request, body: Body, timeout: float) -> Received:
        """POST the request with its ``body`` and return the answer, MAX_ANSWER_BYTES at most.

        ``timeout`` bounds each wait for the gateway, in seconds. Raises TemporaryError,
        UntrustedError.
        """
        headers = {header.name: header.value for header in request.headers}
        try:
            prepared = requests.Request("POST", request.gateway, headers, data=body).prepare()
            # It is encoded already; requests' own look at it takes longer than all else it does.
            prepared.url = request.url
            with self._send(prepared, timeout) as response:
                connection = response.raw.connection
                received = _read(response, request.gateway)
        except Exception as error:
            # What may still come of an answer is not the next one's.
            self.close()
            if isinstance(error, ZhimaError):
                raise
            raise diagnose(error, body.sent, request.gateway, self._network, timeout) from error
        # A second copy of the last answer would leave this one's for the next.
        is_repeated = received.body == self._last
        if is_repeated or connection is None or _may_hold_more(connection.sock):
            self.close()
        self._last = received.body
        return received

    def reach(self, gateway: str, timeout: float) -> Reached:
        """Ask the gateway for the head of its own address; any answer will do.

        ``timeout`` is as in exchange(). Raises TemporaryError, UntrustedError.
        """
        try:
            prepared = requests.Request("HEAD", gateway).prepare()
            with self._send(prepared, timeout) as response:
                return Reached(_seconds_from_now(response.headers.get("Date", "")))
        except Exception as error:
            self.close()
            raise diagnose(error, Sent.NO, gateway, self._network, timeout) from error

    def close(self) -> None:
        """Hang up; another exchange opens it again."""
        self._adapter.close()

    def _send(self, prepared: requests.PreparedRequest, timeout: float) -> requests.Response:
        network = self._network
        proxies = {"http": network.proxy, "https": network.proxy} if network.proxy else {}
        return self._adapter.send(
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
