"""A gateway on loopback that misbehaves: what it does with a connection, as one value a fault."""

import contextlib
import gzip
import socket
from collections.abc import Callable, Iterator

from tests.conftest import Keys
from tests.support.exchange import Line, Peer, http_answer, peer
from tests.support.independent import BIZ_NO, NODE, node_text, sign, signed_answer

MIB = 1024 * 1024

# What the server does with a connection; the keys are those of the account that calls.
Act = Callable[[Line, Keys], None]
# The body of an answer.
Make = Callable[[Keys], bytes]


@contextlib.contextmanager
def gateway(act: Act, keys: Keys) -> Iterator[Peer]:
    """Serve ``act``, without TLS."""
    with peer(lambda line: act(line, keys)) as server:
        yield server


def good(keys: Keys) -> bytes:
    """Return the whole HTTP response that a call hopes for."""
    return http_answer(signed_answer(keys.alipay))


# What is said once the request was read


def says(make: Make) -> Act:
    """Say these bytes, HTTP or not, and hang up."""

    def act(line: Line, keys: Keys) -> None:
        line.read_request()
        line.send(make(keys))

    return act


def answers(make: Make, status: str = "200 OK", *headers: str) -> Act:
    """Answer with this body."""
    return says(lambda keys: http_answer(make(keys), status, *headers))


def says_and_resets(make: Make) -> Act:
    """Say these bytes, and end the connection with a reset."""

    def act(line: Line, keys: Keys) -> None:
        line.read_request()
        line.send(make(keys))
        line.reset()

    return act


def says_and_stays(make: Make) -> Act:
    """Say these bytes, then nothing more, and keep the connection open."""

    def act(line: Line, keys: Keys) -> None:
        line.read_request()
        line.send(make(keys))
        line.stay()

    return act


def drips(make: Make) -> Act:
    """Say these bytes one by one, each long before a time-out."""

    def act(line: Line, keys: Keys) -> None:
        line.read_request()
        line.drip(make(keys))

    return act


def floods(head: bytes) -> Act:
    """Say ``head``, then 100 MiB."""

    def act(line: Line, _keys: Keys) -> None:
        line.read_request()
        line.send(head)
        line.flood(bytes(65536), 100 * MIB)

    return act


def in_turn(*acts: Act) -> Act:
    """Do something else with every connection."""
    pending = list(acts)

    def act(line: Line, keys: Keys) -> None:
        pending.pop(0)(line, keys)

    return act


# Bodies


def bomb(size: int) -> bytes:
    """Return ``size`` MiB of zeros as gzip, which is a thousandth of that."""
    return gzip.compress(bytes(MIB)) * size


def node(**members: object) -> Make:
    """Return an answer, properly signed, with these members; a text is put in as it is."""

    def make(keys: Keys) -> bytes:
        # Some rows give members that are no text, on purpose.
        return signed_answer(keys.alipay, node_text(**members))  # type: ignore[arg-type] # as meant

    return make


def signed(text: str) -> Make:
    """Return an answer, properly signed, whose node is this text."""
    return lambda keys: signed_answer(keys.alipay, text)


def around(template: str) -> Make:
    """Return ``template`` with NODE, GOOD (a success) and SIGN (its signature) put in."""

    def make(keys: Keys) -> bytes:
        node = node_text(code="10000", msg="Success", biz_no=BIZ_NO)
        signature = f'"sign":"{sign(node.encode(), keys.alipay)}"'
        text = template.replace("SIGN", signature).replace("NODE", NODE).replace("GOOD", node)
        return text.encode()

    return make


# No answer at all


@contextlib.contextmanager
def full_backlog() -> Iterator[int]:
    """Listen at a port whose queue is full: whoever else connects there waits for ever."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(8):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]
