"""A real HTTP server on loopback that answers what a test tells it to."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Seen:
    """A request as it came."""

    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    method: str = "POST"


@dataclass(frozen=True)
class Said:
    """An answer. ``length`` stands in Content-Length where it is not the body's own."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None


@dataclass(frozen=True)
class Stub:
    """The server: where it is, and what it saw."""

    url: str
    seen: list[Seen]


@contextlib.contextmanager
def stub_gateway(
    answer: Callable[[Seen], Said] | Said | bytes, address: tuple[str, int] = ("127.0.0.1", 0)
) -> Iterator[Stub]:
    """Serve ``answer``: a function of the request, an answer, or the body of a plain one."""
    seen: list[Seen] = []

    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_POST(self) -> None:
            path, _, query = self.path.partition("?")
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            request = Seen(path, query, dict(self.headers.items()), body, self.command)
            seen.append(request)
            said = answer(request) if callable(answer) else answer
            if isinstance(said, bytes):
                said = Said(said)
            self.send_response(said.status)
            for name, value in said.headers.items():
                self.send_header(name, value)
            length = len(said.body) if said.length is None else said.length
            self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(said.body)

        do_GET = do_POST  # noqa: N815 -- the base's name

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base's name
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            pass

    with Server(address, Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield Stub(f"http://{address[0]}:{server.server_port}/gateway.do", seen)
        finally:
            server.shutdown()
            thread.join()
