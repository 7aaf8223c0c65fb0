"""A gateway that keeps its connections open and counts whom it initialized, for batches."""

import contextlib
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography.hazmat.primitives.asymmetric import rsa

from tests.support.independent import node_text, read_request, signed_answer


@dataclass(frozen=True)
class Asked:
    """A call as the gateway read it; ``number`` counts all calls from 1."""

    number: int
    transaction_id: str
    person: str


@dataclass(frozen=True)
class Refusal:
    """What the gateway answers instead of a biz_no; ``status`` is HTTP's."""

    code: str = ""
    sub_code: str = ""
    msg: str = "no"
    status: int = 200
    retry_after: str = "0"


@dataclass
class CountingGateway:
    """Gives each transaction its biz_no, the same one every time, and counts.

    ``refuse`` says what is answered instead; None is a success.
    """

    key: rsa.RSAPrivateKey
    refuse: Callable[[Asked], Refusal | None] = lambda _asked: None
    url: str = ""
    calls: list[Asked] = field(default_factory=list)
    connections: int = 0
    biz_nos: dict[str, str] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def initialized(self) -> Counter[str]:
        """How many transactions each person was initialized by."""
        return Counter(self.people.values())

    def answer(self, query: str, body: bytes) -> tuple[Refusal, bytes]:
        """Return what it refuses with, if it does, and the body of an answer."""
        content = read_request(query, body).biz_content
        identity = json.loads(content["identity_param"])
        with self.lock:
            asked = Asked(len(self.calls) + 1, content["transaction_id"], identity["cert_name"])
            self.calls.append(asked)
        refusal = self.refuse(asked)
        if refusal is not None:
            node = node_text(code=refusal.code, msg=refusal.msg, sub_code=refusal.sub_code)
            return refusal, signed_answer(self.key, node)
        with self.lock:
            self.people[asked.transaction_id] = asked.person
            number = f"ZM{len(self.biz_nos):030}"
            biz_no = self.biz_nos.setdefault(asked.transaction_id, number)
        return Refusal(), signed_answer(
            self.key, node_text(code="10000", msg="Success", biz_no=biz_no)
        )


@contextlib.contextmanager
def counting_gateway(
    key: rsa.RSAPrivateKey, refuse: Callable[[Asked], Refusal | None] = lambda _asked: None
) -> Iterator[CountingGateway]:
    """Serve such a gateway on loopback."""
    gateway = CountingGateway(key, refuse)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        timeout = 10

        def setup(self) -> None:
            super().setup()
            with gateway.lock:
                gateway.connections += 1

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            refusal, answer = gateway.answer(self.path.partition("?")[2], body)
            self.send_response(refusal.status)
            if refusal.status != 200:
                self.send_header("Retry-After", refusal.retry_after)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base's name
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

        def handle_error(self, request: object, client_address: object) -> None:
            pass

    with Server(("127.0.0.1", 0), Handler) as server:
        gateway.url = f"http://127.0.0.1:{server.server_port}/gateway.do"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield gateway
        finally:
            server.shutdown()
            thread.join()
