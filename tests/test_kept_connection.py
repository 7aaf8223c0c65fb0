"""A connection that is kept open: each exchange reads its own answer and nothing of another's."""

import _thread
import itertools
import threading
from collections.abc import Callable, Iterator

import pytest

from tests.conftest import Account
from tests.support.exchange import MIB, Authority, Line, http_answer, join, peer, tunnel_to
from tests.support.independent import BIZ_NO
from tests.support.record import Time, init_cert_timed, refusal, success
from zhima_cli.core.charset import Charset
from zhima_cli.core.errors import Interrupted, Reason, TemporaryError, UntrustedError, ZhimaError
from zhima_cli.core.kept_connection import KeptConnection
from zhima_cli.core.kinds import Sent
from zhima_cli.core.network import Network
from zhima_cli.core.request import Param, Request

SECONDS = 20.0
# What Python reads at once from a socket, and so throws away with the answer it belongs to.
BUFFER = 8192
FORGED = http_answer(b"forged")


def request_to(gateway: str) -> Request:
    """Return a request as it could be, signed by nobody."""
    params = (Param("app_id", "2014"), Param("biz_content", '{"a":"收"}'))
    return Request(gateway, Charset.UTF_8, params, "c2lnbg==", '{"a":"收"}')


def own(number: int) -> bytes:
    """Return what the gateway says to its request of this number, counted from 1."""
    return f"answer {number}".encode()


class Gateway:
    """Answers every request with its number, the first one with ``first`` if that is given."""

    def __init__(self, first: bytes | None = None) -> None:
        self._numbers = itertools.count(1)
        self._first = first
        self.requests: list[bytes] = []

    def __call__(self, line: Line) -> None:
        while request := line.read_request():
            self.requests.append(request)
            number = next(self._numbers)
            is_first = number == 1 and self._first is not None
            line.send(self._first if is_first and self._first else http_answer(own(number)))


@pytest.fixture
def connection() -> Iterator[KeptConnection]:
    with KeptConnection(Network()) as kept:
        yield kept


def bodies(connection: KeptConnection, gateway: str, times: int) -> list[bytes]:
    """Return what so many exchanges are answered."""
    return [connection.exchange(request_to(gateway), SECONDS).body for _ in range(times)]


def refused(connection: KeptConnection, gateway: str, timeout: float = SECONDS) -> ZhimaError:
    """Return the error that an exchange ends with."""
    with pytest.raises((TemporaryError, UntrustedError)) as caught:
        connection.exchange(request_to(gateway), timeout)
    return caught.value


# --- what is kept ---------------------------------------------------------------------------------


def test_exchanges_share_one_connection(connection: KeptConnection) -> None:
    talk = Gateway()
    with peer(talk) as gateway:
        assert bodies(connection, gateway.http, 5) == [own(n) for n in range(1, 6)]
        assert len(gateway.lines) == 1
    # And each sends what the first one sent.
    assert len(talk.requests) == 5
    assert set(talk.requests) == {talk.requests[0]}
    head, _, body = talk.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /gateway.do?app_id=2014&sign=c2lnbg%3D%3D HTTP/1.1\r\nHost: ")
    assert body == request_to("").body


def test_a_connection_with_tls_is_kept_too(authority: Authority) -> None:
    with (
        peer(Gateway(), authority.server("127.0.0.1")) as gateway,
        KeptConnection(Network(ca_bundle=str(authority.bundle))) as connection,
    ):
        assert bodies(connection, gateway.https, 3) == [own(1), own(2), own(3)]
        assert len(gateway.lines) == 1


def test_a_proxys_tunnel_is_kept_too(authority: Authority) -> None:
    heads: list[bytes] = []
    with (
        peer(Gateway(), authority.server("gateway.invalid")) as gateway,
        peer(tunnel_to(gateway.port, heads)) as proxy,
        KeptConnection(
            Network(f"http://127.0.0.1:{proxy.port}", str(authority.bundle))
        ) as connection,
    ):
        url = "https://gateway.invalid/gateway.do"
        assert bodies(connection, url, 3) == [own(1), own(2), own(3)]
    assert len(heads) == 1


def test_attempts_of_one_call_share_a_connection_if_they_are_answered(account: Account) -> None:
    answers = [refusal(account, "40004", "SYSTEM_ERROR"), success(account, BIZ_NO)]

    def talk(line: Line) -> None:
        while line.read_request():
            line.send(http_answer(answers.pop(0)))

    account.write(True)
    with peer(talk) as gateway:
        result = init_cert_timed(account, Time(), f"--gateway={gateway.http}")
        assert len(gateway.lines) == 1
    assert (result.status, result.out) == (0, f"{BIZ_NO}\n")


# --- what is not ----------------------------------------------------------------------------------

TOO_LARGE = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (3 * MIB) + bytes(3 * MIB)
UNREAD: dict[str, tuple[bytes, Reason]] = {
    "too large": (TOO_LARGE, Reason.ANSWER_TOO_LARGE),
    "too large by a little": (http_answer(bytes(MIB + 1)) + FORGED, Reason.ANSWER_TOO_LARGE),
    "500 with a body": (http_answer(b"down", "500 Oh") + FORGED, Reason.HTTP_UNAVAILABLE),
    "503 in chunks": (
        b"HTTP/1.1 503 Busy\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbusy\r\n0\r\n\r\n" + FORGED,
        Reason.HTTP_UNAVAILABLE,
    ),
    "a redirect": (http_answer(b"moved", "302 Found", "Location: /"), Reason.REDIRECTED),
    "404": (http_answer(FORGED, "404 Not Found"), Reason.HTTP_STATUS),
    "204 with a body": (b"HTTP/1.1 204 No Content\r\n\r\n" + FORGED, Reason.HTTP_STATUS),
    "compressed": (http_answer(FORGED, "200 OK", "Content-Encoding: br"), Reason.ANSWER_COMPRESSED),
    "no HTTP": (b"SSH-2.0-OpenSSH_9.6\r\n" + FORGED, Reason.NOT_HTTP),
}


@pytest.mark.parametrize(("first", "reason"), UNREAD.values(), ids=UNREAD)
def test_of_an_answer_that_is_not_read_nothing_is_read_later(
    connection: KeptConnection, first: bytes, reason: Reason
) -> None:
    with peer(Gateway(first)) as gateway:
        error = refused(connection, gateway.http)
        assert bodies(connection, gateway.http, 2) == [own(2), own(3)]
        assert len(gateway.lines) == 2
    assert error.problems[0].reason is reason


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "TLS"])
@pytest.mark.parametrize(
    "at", [0, 1, BUFFER, 40_000], ids=["behind", "1", "the buffer's end", "far"]
)
def test_what_comes_behind_the_end_of_an_answer_is_nobodys(
    authority: Authority, at: int, tls: bool
) -> None:
    """Another answer, so that it would be believed; ``at`` is where it begins."""
    answer = http_answer(own(1))
    first = answer.ljust(at, b"x") + FORGED
    context = authority.server("127.0.0.1") if tls else None
    with (
        peer(Gateway(first), context) as gateway,
        KeptConnection(Network(ca_bundle=str(authority.bundle))) as connection,
    ):
        url = gateway.https if tls else gateway.http
        assert bodies(connection, url, 3) == [own(1), own(2), own(3)]
        # What fits into the buffer is thrown away with the answer.
        assert len(gateway.lines) == (1 if at + len(FORGED) <= BUFFER else 2)


@pytest.mark.parametrize("announced", [True, False], ids=["announced", "in silence"])
def test_a_gateway_that_closes_after_each_answer_is_connected_to_anew(
    connection: KeptConnection, announced: bool
) -> None:
    numbers = itertools.count(1)
    closed = threading.Semaphore(0)

    def talk(line: Line) -> None:
        line.read_request()
        headers = ("Connection: close",) if announced else ()
        line.send(http_answer(own(next(numbers)), "200 OK", *headers))
        line.connection.close()
        closed.release()

    with peer(talk) as gateway:
        for number in range(1, 4):
            assert bodies(connection, gateway.http, 1) == [own(number)]
            assert closed.acquire(timeout=SECONDS)
        assert len(gateway.lines) == 3


@pytest.mark.parametrize("end", ["close", "reset"])
def test_an_idle_connection_that_the_gateway_closes_is_replaced(
    connection: KeptConnection, end: str
) -> None:
    idle, closed = threading.Event(), threading.Event()
    talk = Gateway()

    def tire(line: Line) -> None:
        if len(gateway.lines) > 1:
            talk(line)
            return
        line.read_request()
        line.send(http_answer(b"first"))
        idle.wait(SECONDS)
        if end == "reset":
            line.reset()
        line.connection.close()
        closed.set()

    with peer(tire) as gateway:
        assert bodies(connection, gateway.http, 1) == [b"first"]
        idle.set()
        assert closed.wait(SECONDS)
        assert bodies(connection, gateway.http, 2) == [own(1), own(2)]
        assert len(gateway.lines) == 2


def test_a_connection_that_breaks_off_within_an_answer_is_replaced(
    connection: KeptConnection,
) -> None:
    talk = Gateway()

    def break_off(line: Line) -> None:
        if len(gateway.lines) == 1:
            line.read_request()
            line.send(http_answer(b"whole"))
            line.read_request()
            line.send(http_answer(b"cut")[:-1])
        else:
            talk(line)

    with peer(break_off) as gateway:
        assert bodies(connection, gateway.http, 1) == [b"whole"]
        error = refused(connection, gateway.http)
        assert bodies(connection, gateway.http, 2) == [own(1), own(2)]
        assert len(gateway.lines) == 2
    assert (error.problems[0].reason, error.sent) == (Reason.CONNECTION_BROKEN, Sent.UNKNOWN)


# --- time-outs and interruptions ------------------------------------------------------------------


def late(also: Callable[[], None]) -> tuple[Callable[[Line], None], threading.Event]:
    """Return a gateway whose second answer comes only once the event is set; ``also`` is called."""
    numbers = itertools.count(1)
    go_on = threading.Event()

    def talk(line: Line) -> None:
        while line.read_request():
            number = next(numbers)
            if number == 2:
                also()
                go_on.wait(SECONDS)
            line.send(http_answer(own(number)))

    return talk, go_on


def test_what_comes_after_the_time_out_is_nobodys_answer(connection: KeptConnection) -> None:
    talk, go_on = late(lambda: None)
    with peer(talk) as gateway:
        assert bodies(connection, gateway.http, 1) == [own(1)]
        error = refused(connection, gateway.http, 0.5)
        go_on.set()
        assert bodies(connection, gateway.http, 2) == [own(3), own(4)]
        assert len(gateway.lines) == 2
    assert (error.problems[0].reason, error.sent) == (Reason.TIMED_OUT, Sent.UNKNOWN)


def test_what_comes_after_an_interruption_is_nobodys_answer(connection: KeptConnection) -> None:
    talk, go_on = late(_thread.interrupt_main)
    with peer(talk) as gateway:
        assert bodies(connection, gateway.http, 1) == [own(1)]
        with pytest.raises(Interrupted) as caught:
            connection.exchange(request_to(gateway.http), SECONDS)
        go_on.set()
        assert bodies(connection, gateway.http, 2) == [own(3), own(4)]
        assert len(gateway.lines) == 2
    assert (caught.value.problems[0].reason, caught.value.sent) == (
        Reason.INTERRUPTED,
        Sent.UNKNOWN,
    )


def test_what_had_not_begun_to_leave_when_time_was_up_never_leaves(authority: Authority) -> None:
    """A proxy says byte by byte that it is connected, and is so after the time-out."""
    go_on = threading.Event()
    got: list[bytes] = []

    def to_proxy(line: Line) -> None:
        line.read_head()
        line.send(b"HTTP/1.1 200 OK\r\nX: ")
        while not go_on.wait(0.05):
            line.send(b"x")
        line.send(b"\r\n\r\n")
        join(line, gateway.port)

    def to_gateway(line: Line) -> None:
        got.append(line.read_head())
        got.append(line.connection.recv(65536))

    before = set(threading.enumerate())
    with (
        peer(to_gateway, authority.server("gateway.invalid")) as gateway,
        peer(to_proxy) as proxy,
        KeptConnection(Network(f"http://127.0.0.1:{proxy.port}", str(authority.bundle))) as kept,
    ):
        error = refused(kept, "https://gateway.invalid/gateway.do", 0.5)
        (left_behind,) = talkers(before)
        go_on.set()
        left_behind.join(SECONDS)
        assert not left_behind.is_alive()
    assert (error.problems[0].reason, error.sent) == (Reason.TIMED_OUT, Sent.NO)
    head, body = got
    assert head.startswith(b"POST /gateway.do?")
    assert body == b""


# --- threads --------------------------------------------------------------------------------------


def talkers(before: set[threading.Thread]) -> set[threading.Thread]:
    """Return the threads of exchanges that were not there before."""
    return {t for t in threading.enumerate() if t.name == "zhima-exchange"} - before


def test_one_thread_makes_all_exchanges_and_ends_with_them() -> None:
    before = set(threading.enumerate())
    with peer(Gateway(http_answer(b"", "503 Busy"))) as gateway:
        connection = KeptConnection(Network())
        assert talkers(before) == set()
        refused(connection, gateway.http)
        first = talkers(before)
        bodies(connection, gateway.http, 3)
        assert talkers(before) == first
        assert len(first) == 1
        connection.close()
        assert talkers(before) == set()
        # Closed twice is closed; and it can be opened again.
        connection.close()
        assert bodies(connection, gateway.http, 1) == [own(5)]
        connection.close()
    assert talkers(before) == set()


def test_a_thread_that_was_left_behind_ends_with_its_exchange() -> None:
    """The answer comes byte by byte, so that no time-out of its own ends the thread's exchange."""
    go_on = threading.Event()

    def talk(line: Line) -> None:
        line.read_request()
        line.send(http_answer(own(1)))
        line.read_request()
        line.send(b"HTTP/1.1 200 OK\r\nX: ")
        while not go_on.wait(0.05):
            line.send(b"x")
        line.send(b"\r\nContent-Length: 0\r\n\r\n")

    before = set(threading.enumerate())
    with peer(talk) as gateway, KeptConnection(Network()) as connection:
        assert bodies(connection, gateway.http, 1) == [own(1)]
        refused(connection, gateway.http, 0.5)
        (left_behind,) = talkers(before)
        go_on.set()
        left_behind.join(SECONDS)
        assert not left_behind.is_alive()
