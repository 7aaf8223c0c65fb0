"""The table of faults. Each row: the fault -> exit status, `sent`, state in the record.

Every row is a run of the program as a process, against a server on loopback or on a machine that
misbehaves. With each is checked, besides the row, that no traceback was shown, that the memory
stayed within bounds, and that personal data is neither in the output nor in the record.
"""

import contextlib
import json
import os
import pty
import resource
import select
import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.conftest import Account, Keys
from tests.faults.scene import (
    CALL,
    ID,
    NOTHING,
    UNREADABLE,
    Row,
    Running,
    Scene,
    filled_pipe,
    is_blocked,
    wait_until,
)
from tests.faults.server import (
    MIB,
    Act,
    Make,
    answers,
    around,
    bomb,
    drips,
    floods,
    full_backlog,
    gateway,
    good,
    in_turn,
    node,
    says,
    says_and_resets,
    says_and_stays,
)
from tests.support.canaries import NAME, NUMBER, Canaries, make_canaries
from tests.support.exchange import (
    Line,
    closed_port,
    http_answer,
    make_authority,
    peer,
)
from tests.support.independent import (
    BIZ_NO,
    NODE,
    node_text,
    signed_answer,
)
from tests.support.program import Result
from tests.support.terminal import run_in_terminal

# Each row is a process of its own.
pytestmark = pytest.mark.long


@pytest.fixture(scope="session")
def canaries(keys: Keys) -> Canaries:
    return make_canaries(keys.app)


@pytest.fixture
def scene(account: Account, canaries: Canaries) -> Scene:
    account.write(True)
    return Scene(account, canaries)


def table(rows: Sequence[tuple[Row, object]]) -> pytest.MarkDecorator:
    """Run a test for each row, and for what comes with it; the row is the test's name."""
    argvalues = [pytest.param(row, cause, id=str(row)) for row, cause in rows]
    return pytest.mark.parametrize(("row", "cause"), argvalues)


# Many at once; it comes first, since it takes longest


@table([(Row("50 processes at once", 0, "answered", "success", BIZ_NO[:20]), 50)])
def test_many(scene: Scene, row: Row, cause: int) -> None:
    """All wait for their answers at the same time, get them at the same time, and record them.

    None of them goes on without the record, so none may have waited for it in vain.
    """
    count = cause
    numbers = [f"{BIZ_NO[:20]}{number:04}" for number in range(count)]
    pending = list(numbers)
    all_there = threading.Barrier(count)

    def act(line: Line, keys: Keys) -> None:
        line.read_request()
        biz_no = pending.pop()
        all_there.wait(100)
        text = node_text(code="10000", msg="Success", biz_no=biz_no)
        line.send(http_answer(signed_answer(keys.alipay, text)))

    with gateway(act, scene.account.keys) as server, ExitStack() as stack:
        running = [
            stack.enter_context(
                scene.start(
                    server.http,
                    *CALL[1:],
                    f"--transaction-id=T{number}",
                    "--timeout=100",
                    "--require-history",
                    # The other rows run meanwhile, some of them with little time.
                    script='exec nice -n 10 "$@"',
                )
            )
            for number in range(count)
        ]
        results = [each.end() for each in running]
    assert {(result.status, result.err) for result in results} == {(row.status, "")}
    given = {str(result.json["transaction_id"]): result.json["biz_no"] for result in results}
    assert sorted(map(str, given.values())) == numbers
    with contextlib.closing(sqlite3.connect(scene.history)) as connection:
        rows = connection.execute("SELECT transaction_id, biz_no, state, attempts FROM call")
        recorded = {row[0]: row[1:] for row in rows}
    assert recorded == {name: (biz_no, row.state, 1) for name, biz_no in given.items()}
    for result in results:
        scene.check_decency(result)


# No connection


class Place(NamedTuple):
    """Where a call goes, for how long it waits, and what the environment says."""

    url: str
    timeout: float = 60
    variables: Mapping[str, str] = {}


Way = Callable[[Scene], AbstractContextManager[Place]]


@contextlib.contextmanager
def _refused(_scene: Scene) -> Iterator[Place]:
    with closed_port() as port:
        yield Place(f"http://127.0.0.1:{port}/gateway.do")


@contextlib.contextmanager
def _unknown_host(_scene: Scene) -> Iterator[Place]:
    """The name is one that no DNS may ever have; where there is no DNS at all, time runs out."""
    yield Place("https://gateway.invalid/gateway.do", 2)


@contextlib.contextmanager
def _no_room(_scene: Scene) -> Iterator[Place]:
    with full_backlog() as port:
        yield Place(f"http://127.0.0.1:{port}/gateway.do", 1)


def _over_tls(host: str, last_year: int = 2199, *, trusted: bool = True) -> Way:
    """A gateway that would answer well, with a certificate for ``host``."""

    @contextlib.contextmanager
    def way(scene: Scene) -> Iterator[Place]:
        authority = make_authority(scene.home)
        tls = authority.server(host, last_year)
        with peer(lambda line: says(good)(line, scene.account.keys), tls) as server:
            bundle = {"REQUESTS_CA_BUNDLE": str(authority.bundle)}
            yield Place(server.https, variables=bundle if trusted else {})

    return way


def _without_tls(talk: Callable[[Line], None], timeout: float = 60) -> Way:
    """Something that does not speak TLS where TLS is due."""

    @contextlib.contextmanager
    def way(_scene: Scene) -> Iterator[Place]:
        with peer(talk) as server:
            yield Place(server.https, timeout)

    return way


def _plain_http(line: Line) -> None:
    line.connection.recv(4096)
    line.send(http_answer(b"<html>Bad Request</html>", "400 Bad Request"))


def _deaf(line: Line) -> None:
    line.stay()


def _hang_up(line: Line) -> None:
    line.connection.recv(4096)


CONNECTIONS = (
    (Row("refused connection", 6, "no", "unknown", "Connection refused"), _refused),
    (Row("unknown host", 6, "no", "unknown", "gateway.invalid"), _unknown_host),
    (Row("connect time-out", 6, "no", "unknown", "did not answer within 1 s"), _no_room),
    (
        Row("TLS that does not verify", 7, "no", "unknown", "unable to get local issuer"),
        _over_tls("127.0.0.1", trusted=False),
    ),
    (
        Row("TLS of another host", 7, "no", "unknown", "IP address mismatch"),
        _over_tls("gateway.invalid"),
    ),
    (
        Row("TLS that has expired", 7, "no", "unknown", "certificate has expired"),
        _over_tls("127.0.0.1", 2001),
    ),
    (
        Row("plain HTTP where TLS is due", 7, "no", "unknown", "could not be verified"),
        _without_tls(_plain_http),
    ),
    (
        Row("TLS handshake without end", 6, "no", "unknown", "did not answer within 1 s"),
        _without_tls(_deaf, 1),
    ),
    (
        Row("TLS handshake broken off", 6, "no", "unknown", "No connection to the gateway"),
        _without_tls(_hang_up),
    ),
)


@table(CONNECTIONS)
def test_connection(scene: Scene, row: Row, cause: Way) -> None:
    with cause(scene) as place:
        result = scene.run(place.url, f"--timeout={place.timeout}", variables=place.variables)
    assert scene.ending(result) == row.ending
    assert row.is_told_by(result), result


# Broken connections and wrong HTTP

HTML = b"<html><body>Welcome</body></html>"
BROKEN = "broke off before the answer was complete"
LATE = "did not answer within 2 s"
NOT_JSON = "not proper JSON"
OK = b"HTTP/1.1 200 OK\r\n"
LENGTH = b"Content-Length: 104857600\r\n\r\n"


def _html(_keys: Keys) -> bytes:
    return HTML


def _nothing(_keys: Keys) -> bytes:
    return b""


def _cut(end: bytes, more: int = 0) -> Make:
    """A good response up to ``end`` and a few bytes ``more``."""
    return lambda keys: good(keys)[: good(keys).index(end) + len(end) + more]


def _with_length(change: int) -> Make:
    """A good response whose Content-Length is wrong by this much."""

    def make(keys: Keys) -> bytes:
        body = signed_answer(keys.alipay)
        return OK + b"Content-Length: %d\r\n\r\n" % (len(body) + change) + body

    return make


def _raw(response: bytes) -> Act:
    return says(lambda _keys: response)


def _busy(retry_after: str) -> Act:
    return answers(_html, "503 Service Unavailable", f"Retry-After: {retry_after}")


HTTP = (
    (Row("the answer never comes", 6, "unknown", "unknown", LATE), says_and_stays(_nothing)),
    (Row("the answer byte by byte", 6, "unknown", "unknown", LATE), drips(good)),
    (Row("reset before the headers", 6, "unknown", "unknown", BROKEN), says_and_resets(_nothing)),
    (
        Row("reset within the headers", 6, "unknown", "unknown", BROKEN),
        says_and_resets(_cut(b"Content-Le")),
    ),
    (
        Row("reset after the headers", 6, "unknown", "unknown", BROKEN),
        says_and_resets(_cut(b"\r\n\r\n")),
    ),
    (
        Row("reset within the body", 6, "unknown", "unknown", BROKEN),
        says_and_resets(_cut(b"\r\n\r\n", 99)),
    ),
    (Row("truncated body", 6, "unknown", "unknown", BROKEN), says(_cut(b"\r\n\r\n", 99))),
    (Row("Content-Length too long", 6, "unknown", "unknown", BROKEN), says(_with_length(1))),
    (Row("Content-Length too short", 7, "answered", "unknown", NOT_JSON), says(_with_length(-1))),
    (
        Row("Content-Length of two minds", 7, "unknown", "unknown", "not proper HTTP"),
        _raw(OK + b"Content-Length: 2, 3\r\n\r\n{}"),
    ),
    (Row("empty body", 7, "answered", "unknown", NOT_JSON), answers(_nothing)),
    (Row("not HTTP", 7, "unknown", "unknown", "not proper HTTP"), _raw(b"SSH-2.0-OpenSSH_9.6\r\n")),
    (Row("HTML with 200", 7, "answered", "unknown", NOT_JSON), answers(_html)),
    (
        Row("HTML with 404", 7, "answered", "unknown", "HTTP status 404, as the gateway never"),
        answers(_html, "404 Not Found"),
    ),
    (
        Row("HTML with 502", 6, "answered", "unknown", "HTTP status 502"),
        answers(_html, "502 Bad Gateway"),
    ),
    (
        Row("HTML with 503 and Retry-After", 6, "answered", "unknown", "HTTP status 503"),
        _busy("3600"),
    ),
    (Row("a senseless Retry-After", 6, "answered", "unknown", "status 503"), _busy("9" * 9999)),
    (
        Row("429", 6, "answered", "unknown", "HTTP status 429"),
        answers(_html, "429 Too Many Requests"),
    ),
    (Row("100 MiB", 7, "answered", "unknown", "larger than 1048576 bytes"), floods(OK + LENGTH)),
    (Row("100 MiB of headers", 7, "unknown", "unknown", "not proper HTTP"), floods(OK + b"X: ")),
    (
        Row("a compressed bomb", 7, "answered", "unknown", "compressed its answer"),
        answers(lambda _keys: bomb(500), "200 OK", "Content-Encoding: gzip"),
    ),
    (
        Row("a bomb that does not say so", 7, "answered", "unknown", "not text in utf-8"),
        answers(lambda _keys: bomb(500)),
    ),
)


@table(HTTP)
def test_http(scene: Scene, row: Row, cause: Act) -> None:
    timeout = 2 if row.told == LATE else 60
    with gateway(cause, scene.account.keys) as server:
        result = scene.run(server.http, f"--timeout={timeout}")
    assert scene.ending(result) == row.ending
    assert row.is_told_by(result), result
    assert len(server.lines) == 1
    assert server.lines[0].accepted < 20 * MIB  # the rest is what the system's buffers hold


@table([(Row("Retry-After beyond the deadline", 6, "answered", "unknown", "status 503"), "3600")])
def test_patience(scene: Scene, row: Row, cause: str) -> None:
    """The gateway asks for more of it than there is: so there is no second attempt."""
    with gateway(_busy(cause), scene.account.keys) as server:
        result = scene.run(server.http, "--retries=2")
    assert scene.ending(result) == row.ending
    assert row.is_told_by(result), result
    assert result.json["attempts"] == 1
    assert len(server.lines) == 1


@table([(Row("redirect to another host", 7, "answered", "unknown", "sent the call else"), 307)])
def test_redirect(scene: Scene, row: Row, cause: int) -> None:
    keys = scene.account.keys
    with gateway(says(good), keys) as elsewhere:
        away = answers(_html, f"{cause} Moved", f"Location: {elsewhere.http}")
        with gateway(away, keys) as server:
            result = scene.run(server.http)
    assert scene.ending(result) == row.ending
    assert row.is_told_by(result), result
    assert elsewhere.lines == []


# Answers that are no answers

DEEP = "[" * 100_000
ONE_NODE = f"has not exactly one {NODE}"
UNSIGNED = "reports success unsigned"
NOT_BASE64 = "not one line of base64"
WRONG = "does not hold under Alipay's public key"

NO_BIZ_NO = "has no proper biz_no"
# Clears the screen, sets the title, rings, reorders, and is markup to rich.
ACTING = "\x1b[2J\x1b]0;t\x07\u202e[red]owned[/red]"
SHOWN = r"\u001b[2J\u001b]0;t\u0007\u202e[red]owned[/red]"

BODIES: tuple[tuple[Row, Make], ...] = (
    (
        Row("invalid bytes in the charset", 7, "answered", "unknown", "not text in utf-8"),
        lambda keys: signed_answer(keys.alipay).replace(b"Success", b"Succ\xff\xfe"),
    ),
    (Row("a JSON array", 7, "answered", "unknown", NOT_JSON), around('[{"NODE":GOOD,SIGN}]')),
    (Row("a JSON number", 7, "answered", "unknown", NOT_JSON), lambda _keys: b"10000"),
    (Row("deep nesting", 7, "answered", "unknown", NOT_JSON), lambda _keys: DEEP.encode()),
    (
        Row("deep nesting beside the node", 7, "answered", "unknown", NOT_JSON),
        around(f'{{"a":{DEEP}{"]" * len(DEEP)},"NODE":GOOD,SIGN}}'),
    ),
    (
        Row("two nodes of the same name", 7, "answered", "unknown", NOT_JSON),
        around('{"NODE":GOOD,SIGN,"NODE":{"code":"10000","biz_no":"ZM_FORGED"}}'),
    ),
    (
        Row("a node whose name is a prefix of ours", 7, "answered", "unknown", ONE_NODE),
        around('{"zhima_customer_certification_initialize":GOOD,SIGN}'),
    ),
    (
        Row("a node whose name ours is a prefix of", 7, "answered", "unknown", ONE_NODE),
        around('{"NODE_":GOOD,SIGN}'),
    ),
    (
        Row("two sign fields", 7, "answered", "unknown", NOT_JSON),
        around('{"NODE":GOOD,SIGN,"sign":"AAAA"}'),
    ),
    (Row("signature missing", 7, "answered", "unknown", UNSIGNED), around('{"NODE":GOOD}')),
    (
        Row("signature empty", 7, "answered", "unknown", NOT_BASE64),
        around('{"NODE":GOOD,"sign":""}'),
    ),
    (
        Row("signature not base64", 7, "answered", "unknown", NOT_BASE64),
        around('{"NODE":GOOD,"sign":"%%%"}'),
    ),
    (
        Row("signature not a string", 7, "answered", "unknown", NOT_BASE64),
        around('{"NODE":GOOD,"sign":[]}'),
    ),
    (
        Row("signature of another key", 7, "answered", "unknown", WRONG),
        lambda keys: signed_answer(keys.stranger),
    ),
    (
        Row("signature of another text", 7, "answered", "unknown", WRONG),
        lambda keys: signed_answer(keys.alipay).replace(BIZ_NO.encode(), b"ZM_FORGED"),
    ),
    (
        Row("signature of another key on a refusal", 7, "answered", "unknown", WRONG),
        lambda keys: signed_answer(keys.stranger, node_text(code="40004", sub_code="BIZ_ERROR")),
    ),
    (
        Row("error_response", 5, "answered", "refused", "isv.invalid-app-id"),
        lambda _keys: b'{"error_response":{"code":"40002","sub_code":"isv.invalid-app-id"}}',
    ),
    (
        Row("error_response that is busy", 6, "answered", "unknown", "service is unavailable"),
        lambda _keys: b'{"error_response":{"code":"20000","msg":"Service Unavailable"}}',
    ),
    (
        Row("error_response that reports success", 7, "answered", "unknown", UNSIGNED),
        around('{"error_response":GOOD}'),
    ),
    (Row("10000 without biz_no", 7, "answered", "unknown", NO_BIZ_NO), node(code="10000")),
    (
        Row("biz_no not a string", 7, "answered", "unknown", "biz_no is missing or no text"),
        node(code="10000", biz_no=4711),
    ),
    (Row("biz_no empty", 7, "answered", "unknown", NO_BIZ_NO), node(code="10000", biz_no="")),
    (
        Row("biz_no of 10,000 characters", 7, "answered", "unknown", NO_BIZ_NO),
        node(code="10000", biz_no="Z" * 10_000),
    ),
    (
        Row("biz_no with control characters", 7, "answered", "unknown", NO_BIZ_NO),
        node(code="10000", biz_no=f"{BIZ_NO[:9]}\x1b[2J\r\n"),
    ),
    (
        Row("biz_no with a space", 7, "answered", "unknown", NO_BIZ_NO),
        node(code="10000", biz_no="ZM 2016"),
    ),
    (
        Row("code not a string", 7, "answered", "unknown", "code is missing or no text"),
        node(code=10000, biz_no=BIZ_NO),
    ),
    (
        Row("unknown code", 5, "answered", "refused", "in none of the tables"),
        node(code="49999", msg="Who knows"),
    ),
    (
        Row("unknown sub_code", 4, "answered", "refused", "The business was not done"),
        node(code="40004", sub_code="NOBODY_KNOWS"),
    ),
    (
        Row("sub_msg that acts on the screen", 4, "answered", "refused", "[red]owned[/red]"),
        node(code="40004", sub_code="BIZ_ERROR", sub_msg=ACTING),
    ),
)


@table(BODIES)
def test_body(scene: Scene, row: Row, cause: Make) -> None:
    with gateway(answers(cause), scene.account.keys) as server:
        result = scene.run(server.http)
    assert scene.ending(result) == row.ending
    assert row.is_told_by(result), result
    assert "ZM_FORGED" not in result.out + result.err


SCREENS = (
    (Row("sub_msg that acts, in plain", 4, "answered", "refused", SHOWN), "plain"),
    (Row("sub_msg that acts, pretty", 4, "answered", "refused", SHOWN), "pretty"),
)


@table(SCREENS)
def test_sub_msg_for_people(scene: Scene, row: Row, cause: str) -> None:
    act = answers(node(code="40004", sub_code="BIZ_ERROR", sub_msg=ACTING))
    with gateway(act, scene.account.keys) as server:
        result = scene.run(server.http, f"--output={cause}")
    assert scene.ending(result) == row.ending
    assert row.is_told_by(result), result


@table([(Row("sub_msg that acts on a terminal", 4, "answered", "refused", SHOWN), ACTING)])
def test_sub_msg_on_a_terminal(scene: Scene, row: Row, cause: str) -> None:
    """There rich gives out sequences of its own, of which none is among these."""
    act = answers(node(code="40004", sub_code="BIZ_ERROR", sub_msg=cause))
    with gateway(act, scene.account.keys) as server:
        call = ["init-cert", *CALL, f"--gateway={server.http}"]
        watched = run_in_terminal(call, scene.home, columns=160)
    assert (watched.status, scene.state()) == (row.status, row.state)
    assert row.told in watched.screen
    for acting in ("\x1b[2J", "\x1b]0;", "\x07", "\u202e"):
        assert acting not in watched.screen


@table([(Row("sub_code that echoes the request", 4, "answered", "refused", "BIZ"), NAME + NUMBER)])
def test_echo(scene: Scene, row: Row, cause: str) -> None:
    """It is shown, to whom it belongs, and not recorded: a refusal may come without a signature."""

    def act(line: Line, _keys: Keys) -> None:
        request = line.read_request().decode("ascii")
        assert NUMBER in request
        echo = {"code": "40004", "sub_code": f"BIZ{cause}{request[-500:]}"}
        line.send(http_answer(json.dumps({"error_response": echo}).encode()))

    with gateway(act, scene.account.keys) as server:
        result = scene.run(server.http)
    assert (result.status, scene.state()) == (row.status, row.state)
    assert row.told in result.out
    scene.check_decency(Result(result.status, "", ""))


# Signals

SAME_AGAIN = "Try again with the same transaction_id."
NOWHERE = "http://127.0.0.1:1/gateway.do"
Reach = Callable[[Scene], AbstractContextManager[Running]]


@contextlib.contextmanager
def _starting(scene: Scene) -> Iterator[Running]:
    """Most of the program is still to be loaded; it will wait for its input, and send nothing."""
    with scene.start(
        NOWHERE,
        f"--transaction-id={ID}",
        "--identity-param=-",
        stdin=subprocess.PIPE,
        variables={"PYTHONPROFILEIMPORTTIME": "1"},
    ) as running:
        running.wait_for_line(b" typer")
        yield running


@contextlib.contextmanager
def _asking(scene: Scene) -> Iterator[Running]:
    """It asks for the name, at a terminal."""
    ours, theirs = pty.openpty()

    def read(seconds: float) -> bytes:
        return os.read(ours, 65536) if select.select([ours], [], [], seconds)[0] else b""

    def finish() -> tuple[bytes, bytes]:
        out, _ = running.communicate()
        return out, read(0)

    try:
        with scene.start(NOWHERE, CALL[0], stdin=theirs, stderr=theirs) as running:
            running.finish = finish
            while b"cert_name" not in running.shown:
                said = read(30)
                assert said, running.shown
                running.shown += said
            yield running
    finally:
        os.close(ours)
        os.close(theirs)


@contextlib.contextmanager
def _connecting(scene: Scene) -> Iterator[Running]:
    """The gateway does not end the TLS handshake."""
    came = threading.Event()

    def talk(line: Line) -> None:
        line.connection.recv(4096)
        came.set()
        line.stay()

    with peer(talk) as server, scene.start(server.https, *CALL) as running:
        assert came.wait(30)
        yield running


def _waiting(*arguments: str, before: Act | None = None, said: bytes = b"") -> Reach:
    """The gateway has the request, and says no more than it ``said``."""

    @contextlib.contextmanager
    def reach(scene: Scene) -> Iterator[Running]:
        came = threading.Event()

        def act(line: Line, _keys: Keys) -> None:
            line.read_request()
            line.send(said)
            came.set()
            line.stay()

        acts = [act] if before is None else [before, act]
        with (
            gateway(in_turn(*acts), scene.account.keys) as server,
            scene.start(server.http, *CALL, *arguments) as running,
        ):
            assert came.wait(30)
            yield running

    return reach


@contextlib.contextmanager
def _pausing(scene: Scene) -> Iterator[Running]:
    """The gateway asked it to come back in half a minute."""
    with (
        gateway(_busy("30"), scene.account.keys) as server,
        scene.start(server.http, *CALL, "--retries=1", "--verbose") as running,
    ):
        running.wait_for_line(b"waiting 30.0 s")
        yield running


@contextlib.contextmanager
def _recording(scene: Scene) -> Iterator[Running]:
    """The answer is there, and another process has the record until this one is to end."""
    with ExitStack() as stack:
        locks: list[sqlite3.Connection] = []
        answered = threading.Event()

        def act(line: Line, keys: Keys) -> None:
            line.read_request()
            locks.append(stack.enter_context(locked(scene.history)))
            line.send(good(keys))
            answered.set()

        def finish() -> tuple[bytes, bytes]:
            locks[0].execute("ROLLBACK")
            return running.communicate()

        server = stack.enter_context(gateway(act, scene.account.keys))
        running = stack.enter_context(scene.start(server.http, *CALL))
        running.finish = finish
        assert answered.wait(30)
        wait_until(lambda: is_blocked(running.process))
        yield running


@contextlib.contextmanager
def _writing(scene: Scene) -> Iterator[Running]:
    """The answer is recorded, and nobody reads standard output, a pipe that is full."""
    reader, writer, filled = filled_pipe()
    with open(reader, "rb") as pipe:  # noqa: PTH123 -- it has no path

        def finish() -> tuple[bytes, bytes]:
            out = pipe.read()[filled:]
            return out, running.communicate()[1]

        with (
            gateway(says(good), scene.account.keys) as server,
            scene.start(server.http, *CALL, stdout=writer) as running,
        ):
            os.close(writer)
            running.finish = finish
            wait_until(lambda: scene.state() == "success")
            yield running


@dataclass(frozen=True)
class Stage:
    """A stage of a call: what is said and recorded where it is stopped there, and where killed."""

    name: str
    reach: Reach
    sent: str
    state: str
    state_if_killed: str
    told_before: str = ""

    def rows(self) -> Iterator[tuple[Row, tuple[int, Reach]]]:
        """Yield a row for each signal."""
        for number, status, words in (
            (signal.SIGINT, 130, "Interrupted (Ctrl-C)"),
            (signal.SIGTERM, 143, "Stopped (SIGTERM)"),
        ):
            if self.state == "success":
                status, words = 0, BIZ_NO
            row = Row(f"{number.name} {self.name}", status, self.sent, self.state, words)
            yield row, (number, self.reach)
        fault = f"SIGKILL {self.name}"
        row = Row(fault, -9, NOTHING, self.state_if_killed, self.told_before)
        yield row, (signal.SIGKILL, self.reach)


STAGES = (
    Stage("while starting", _starting, "no", NOTHING, NOTHING, "import time"),
    Stage("while asking for the name", _asking, "no", NOTHING, NOTHING, "cert_name"),
    Stage("while connecting", _connecting, "no", "unknown", "sending"),
    Stage("while waiting for the answer", _waiting(), "unknown", "unknown", "sending"),
    Stage("within the answer", _waiting(said=OK + LENGTH), "unknown", "unknown", "sending"),
    Stage("during a retry pause", _pausing, "answered", "unknown", "sending", "waiting 30.0 s"),
    Stage(
        "during the second attempt",
        _waiting("--retries=1", before=_busy("0")),
        "unknown",
        "unknown",
        "sending",
    ),
    Stage("while recording the answer", _recording, "answered", "success", "sending"),
    Stage("while writing the biz_no", _writing, "answered", "success", "success"),
)


@table([row for stage in STAGES for row in stage.rows()])
def test_signal(scene: Scene, row: Row, cause: tuple[int, Reach]) -> None:
    number, reach = cause
    with reach(scene) as running:
        running.signal(number)
        result = running.end()
    assert scene.ending(result) == row.ending
    assert row.is_told_by(result), result


BURSTS = (
    (Row("SIGINT 30 times", 130, "unknown", "unknown", SAME_AGAIN), (signal.SIGINT,)),
    (
        Row("SIGINT and SIGTERM 15 times", 130, "unknown", "unknown", SAME_AGAIN),
        (signal.SIGINT, signal.SIGTERM),
    ),
)


@table(BURSTS)
def test_burst(scene: Scene, row: Row, cause: Sequence[int]) -> None:
    """One is heeded; the others come while what it led to is recorded and shown."""
    with _waiting()(scene) as running:
        running.burst(*cause)
        result = running.end()
    assert result.status in [128 + number for number in cause]
    assert scene.ending(result)[1:] == row.ending[1:]
    assert row.is_told_by(result), result


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_the_way_to_try_again(scene: Scene, number: signal.Signals) -> None:
    with _waiting("--output=plain")(scene) as running:
        running.signal(number)
        result = running.end()
    assert result.status == 128 + number
    command = f"zhima init-cert --profile=default --transaction-id={ID} --app-id="
    assert f"try again with: {command}" in result.err


# Standard output

REFUSAL = node(code="40004", sub_code="BIZ_ERROR")

OUTPUTS = (
    (Row("stdout closed", 8, NOTHING, "success", BIZ_NO), ('exec "$@" >&-', good)),
    (
        Row("stdout full", 8, NOTHING, "success", f"{BIZ_NO} error: The result could not be"),
        ('exec "$@" >/dev/full', good),
    ),
    (Row("stdout and stderr closed", 8, NOTHING, "success", ""), ('exec "$@" >&- 2>&-', good)),
    (
        Row("stdout full on a refusal", 4, "answered", "refused", "BIZ_ERROR"),
        ('exec "$@" >/dev/full', lambda keys: http_answer(REFUSAL(keys))),
    ),
)


@table(OUTPUTS)
def test_output(scene: Scene, row: Row, cause: tuple[str, Make]) -> None:
    script, make = cause
    with gateway(says(make), scene.account.keys) as server:
        result = scene.run(server.http, script=script)
    assert scene.ending(result) == row.ending
    assert row.is_told_by(result), result


@table([(Row("stdout closed early", 8, NOTHING, "success", f"biz_no: {BIZ_NO}"), "json")])
def test_output_closed_early(scene: Scene, row: Row, cause: str) -> None:
    """As by head -0, which may end before anything is written."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        with gateway(says(good), scene.account.keys) as server:
            result = scene.run(server.http, f"--output={cause}", stdout=writer)
    finally:
        os.close(writer)
    assert scene.ending(result) == row.ending
    assert row.is_told_by(result), result


# The record


@contextlib.contextmanager
def locked(path: Path) -> Iterator[sqlite3.Connection]:
    """Keep every other process out of a database; ROLLBACK lets them in."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    with contextlib.closing(connection):
        connection.execute("BEGIN EXCLUSIVE")
        yield connection


REQUIRED = "--require-history"
Spoil = Callable[[Scene], AbstractContextManager[None]]


@contextlib.contextmanager
def _kept(path: Path) -> Iterator[None]:
    """Check that neither the file, nor its mode, nor what lies beside it changes."""

    def look() -> tuple[bytes, int, list[Path]]:
        return path.read_bytes(), path.stat().st_mode, sorted(path.parent.iterdir())

    before = look()
    yield
    assert look() == before


def _write_other(scene: Scene, data: bytes) -> None:
    """Put a file that is not zhima's where the record would be."""
    scene.history.parent.mkdir(parents=True)
    scene.history.write_bytes(data)
    scene.history.chmod(0o644)


def _record_another_call(scene: Scene, biz_no: str = "ZM_OTHER") -> None:
    act = answers(node(code="10000", biz_no=biz_no))
    with gateway(act, scene.account.keys) as server:
        result = scene.account.init_cert("--transaction-id=T0", f"--gateway={server.http}")
    assert (result.status, result.err) == (0, "")
    assert scene.history.is_file()


@contextlib.contextmanager
def _garbage(scene: Scene) -> Iterator[None]:
    _write_other(scene, b"Not a database.\n" * 1000)
    with _kept(scene.history):
        yield


@contextlib.contextmanager
def _foreign(scene: Scene) -> Iterator[None]:
    _write_other(scene, b"")
    with contextlib.closing(sqlite3.connect(scene.history)) as connection:
        connection.execute("CREATE TABLE note (text)")
    with _kept(scene.history):
        yield


@contextlib.contextmanager
def _truncated(scene: Scene) -> Iterator[None]:
    _record_another_call(scene)
    with contextlib.closing(sqlite3.connect(scene.history)) as connection, connection:
        columns = (
            "started, updated, profile, app_id, gateway, method, product_code, biz_code, attempts,"
            " state, transaction_id"
        )
        connection.execute(
            f"INSERT INTO call ({columns}) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL"  # noqa: S608 -- own names
            f" SELECT i + 1 FROM n WHERE i < 500) SELECT {columns} || i FROM call, n"
        )
    size = scene.history.stat().st_size
    os.truncate(scene.history, size // 2 - 100)
    with _kept(scene.history):
        yield


@contextlib.contextmanager
def _newer(scene: Scene) -> Iterator[None]:
    _record_another_call(scene)
    with contextlib.closing(sqlite3.connect(scene.history)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with _kept(scene.history):
        yield


@contextlib.contextmanager
def _read_only_home(scene: Scene) -> Iterator[None]:
    """A file where a folder should be made stops the administrator, too, whom no mode stops."""
    (scene.home / ".local").write_bytes(b"")
    yield


@contextlib.contextmanager
def _folder(scene: Scene) -> Iterator[None]:
    scene.history.mkdir(parents=True)
    yield


@contextlib.contextmanager
def _recorded(scene: Scene) -> Iterator[None]:
    _record_another_call(scene)
    yield


@dataclass(frozen=True)
class Damage:
    """How the record is spoilt before the call; ``script`` runs it, for what is no file's fault."""

    name: str
    spoil: Spoil
    told: str
    state: str = NOTHING
    script: str = 'exec "$@"'

    def rows(self) -> Iterator[tuple[Row, tuple["Damage", Sequence[str]]]]:
        """Yield the row of a call that does without the record, and of one that does not."""
        yield Row(self.name, 0, "answered", self.state, self.told), (self, ())
        fault = f"{self.name}, {REQUIRED}"
        yield Row(fault, 3, "no", self.state, self.told), (self, (REQUIRED,))


# No file may grow: not a full disk, but what it is like; a real one needs a file system to mount.
FULL_DISK = "ulimit -f 0; "
DAMAGES = (
    Damage("garbage in place of the record", _garbage, "not a database", UNREADABLE),
    Damage("truncated record", _truncated, "malformed", UNREADABLE),
    Damage("record of a newer version", _newer, "of a newer zhima (version 99"),
    Damage("another program's database", _foreign, "not a history of zhima's"),
    Damage("read-only home", _read_only_home, "Not a directory"),
    Damage("folder in place of the record", _folder, "Is a directory"),
    Damage("full disk", _recorded, "cannot be used", script=FULL_DISK + 'exec "$@"'),
)


@table([row for damage in DAMAGES for row in damage.rows()])
def test_record(scene: Scene, row: Row, cause: tuple[Damage, Sequence[str]]) -> None:
    damage, arguments = cause
    with damage.spoil(scene), gateway(says(good), scene.account.keys) as server:
        result = scene.run(server.http, *arguments, script=damage.script)
    assert scene.ending(result) == row.ending
    assert row.is_told_by(result), result
    assert len(server.lines) == (0 if row.sent == "no" else 1)
    if row.status == 0:
        assert result.json["biz_no"] == BIZ_NO
        assert result.err.startswith("zhima: warning: ")


@table(
    [(Row("full disk for the result, too", 8, NOTHING, NOTHING, f"biz_no: {BIZ_NO}"), FULL_DISK)]
)
def test_record_and_output(scene: Scene, row: Row, cause: str) -> None:
    """The pipe of standard error is all that is left."""
    with gateway(says(good), scene.account.keys) as server:
        result = scene.run(server.http, script=cause + 'exec "$@" >out.json')
    assert scene.ending(result) == row.ending
    assert row.is_told_by(result), result


# What becomes of the record's file while the gateway has the request.
Blow = Callable[[Scene, "subprocess.Popen[bytes]", ExitStack], None]


def _overwrite(scene: Scene, _process: "subprocess.Popen[bytes]", _stack: ExitStack) -> None:
    scene.history.write_bytes(b"Not a database.\n" * 1000)


def _lock(scene: Scene, _process: "subprocess.Popen[bytes]", stack: ExitStack) -> None:
    stack.enter_context(locked(scene.history))


def _fill_disk(_scene: Scene, process: "subprocess.Popen[bytes]", _stack: ExitStack) -> None:
    unlimited = resource.RLIM_INFINITY
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (0, unlimited))


UNRECORDED = "The result could not be recorded in the history"
BLOWS: tuple[tuple[Row, tuple[Blow, Sequence[str]]], ...] = (
    (
        Row("record damaged while waiting", 0, "answered", UNREADABLE, "not a database"),
        (_overwrite, ()),
    ),
    (
        Row(f"record damaged while waiting, {REQUIRED}", 8, "answered", UNREADABLE, UNRECORDED),
        (_overwrite, (REQUIRED,)),
    ),
    (
        Row("disk full while waiting", 0, "answered", "sending", "disk I/O error"),
        (_fill_disk, ()),
    ),
    (
        Row(f"disk full while waiting, {REQUIRED}", 8, "answered", "sending", UNRECORDED),
        (_fill_disk, (REQUIRED,)),
    ),
    (
        Row(f"record locked while waiting, {REQUIRED}", 8, "answered", "sending", UNRECORDED),
        (_lock, (REQUIRED,)),
    ),
)


@table(BLOWS)
def test_record_while_waiting(scene: Scene, row: Row, cause: tuple[Blow, Sequence[str]]) -> None:
    """The result is there, and shown; the record still says that it is not known."""
    blow, arguments = cause
    began = threading.Event()

    def act(line: Line, keys: Keys) -> None:
        line.read_request()
        began.wait(30)
        blow(scene, running.process, stack)
        line.send(good(keys))

    with ExitStack() as stack:
        server = stack.enter_context(gateway(act, scene.account.keys))
        running = stack.enter_context(scene.start(server.http, *CALL, *arguments))
        began.set()
        result = running.end()
    assert scene.ending(result) == row.ending
    assert row.is_told_by(result), result
    assert result.json["biz_no"] == BIZ_NO


@table([(Row("locked record", 0, "answered", NOTHING, "database is locked"), 10)])
def test_locked_record(scene: Scene, row: Row, cause: int) -> None:
    """The call waits a few seconds for it, and goes on without."""
    _record_another_call(scene)
    with locked(scene.history), gateway(says(good), scene.account.keys) as server:
        began = time.monotonic()
        result = scene.run(server.http)
        lasted = time.monotonic() - began
    assert scene.ending(result) == row.ending
    assert row.is_told_by(result), result
    assert result.json["biz_no"] == BIZ_NO
    assert lasted < cause


@table([(Row("biz_no of another transaction", 7, "answered", "unknown", "an old answer"), BIZ_NO)])
def test_replay(scene: Scene, row: Row, cause: str) -> None:
    _record_another_call(scene, cause)
    with gateway(says(good), scene.account.keys) as server:
        result = scene.run(server.http)
    assert scene.ending(result) == row.ending
    assert row.is_told_by(result), result
