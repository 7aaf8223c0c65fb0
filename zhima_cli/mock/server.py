"""Serves a mock gateway over HTTP on a loopback port."""

import contextlib
import socketserver
import threading
from collections.abc import Callable, Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from zhima_cli.core.account import Account
from zhima_cli.mock.gateway import APP_ID, MockGateway, Received
from zhima_cli.mock.keys import MockKeys, make_pair

HOST = "127.0.0.1"
PATH = "/gateway.do"

_MAX_BODY_BYTES = 1024 * 1024
_IDLE_SECONDS = 30
_SLOW_SECONDS = 600.0
_POLL_SECONDS = 0.05


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, gateway: MockGateway, log: Callable[[str], None]) -> None:
        super().__init__((HOST, port), _Handler)
        self.gateway = gateway
        self.log = log
        self.closing = threading.Event()

    def server_bind(self) -> None:
        """Bind; the base would look this machine's name up, which nothing here needs."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, self.socket.getsockname()[1]

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a caller that went away is none of the gateway's faults."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    timeout = _IDLE_SECONDS

    def do_POST(self) -> None:
        """Answer a call whose form is the body."""
        path, query = self._target()
        length = self.headers.get("Content-Length", "")
        if path != PATH:
            self._reply(HTTPStatus.NOT_FOUND)
        elif not (length.isascii() and length.isdigit()):
            self._reply(HTTPStatus.LENGTH_REQUIRED)
        elif len(length) > len(str(_MAX_BODY_BYTES)) or int(length) > _MAX_BODY_BYTES:
            self._reply(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        else:
            form = self.rfile.read(int(length)).decode("latin-1")
            self._answer(Received(query, form))

    def do_GET(self) -> None:
        """Answer a call that has everything in the URL, as python-alipay-sdk makes it."""
        path, query = self._target()
        if path != PATH:
            self._reply(HTTPStatus.NOT_FOUND)
        elif "Content-Length" in self.headers or "Transfer-Encoding" in self.headers:
            self._reply(HTTPStatus.BAD_REQUEST)
        else:
            self._answer(Received(query, ""))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base's name
        """Log nothing here: the URL of a call holds the token."""

    def _target(self) -> tuple[str, str]:
        """Return the path and the query; a target may be a whole URL, too (RFC 9112, 3.2.2)."""
        target = self.path
        if target.startswith("http://"):
            target = "/" + target.removeprefix("http://").partition("/")[2]
        path, _, query = target.partition("?")
        return path, query

    def _answer(self, received: Received) -> None:
        reply = self.server.gateway.answer(received)
        self.server.log(reply.about)
        if reply.slow and self.server.closing.wait(_SLOW_SECONDS):
            self.close_connection = True
            return
        content_type = f"application/json;charset={reply.charset.value}"
        self._reply(HTTPStatus.OK, reply.body, content_type)

    def _reply(
        self, status: HTTPStatus, body: bytes = b"", content_type: str = "text/plain"
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        if status is not HTTPStatus.OK:
            # What the caller sends after this would be taken for another request.
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)


@contextlib.contextmanager
def serve(port: int, keys: MockKeys, log: Callable[[str], None]) -> Iterator[str]:
    """Serve a mock gateway on ``port``, 0 for any that is free, and yield its URL.

    ``log`` is told a line about each call. Raises OSError where it cannot listen.
    """
    with _Server(port, MockGateway(keys), log) as server:
        thread = threading.Thread(
            target=server.serve_forever, args=(_POLL_SECONDS,), name="zhima-mock-gateway"
        )
        thread.start()
        try:
            yield f"http://{HOST}:{server.server_port}{PATH}"
        finally:
            server.closing.set()
            server.shutdown()
            thread.join()


@contextlib.contextmanager
def mock_account() -> Iterator[Account]:
    """Serve a mock gateway and yield the account of the one application that it knows."""
    application, gateway = make_pair(), make_pair()
    with serve(0, MockKeys(application, gateway), lambda _line: None) as url:
        yield Account(APP_ID, application.private, gateway.public, url)
