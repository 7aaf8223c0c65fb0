"""Peers on loopback that break the rules of HTTP, TLS of a test's own, and a proxy."""

import contextlib
import datetime
import ipaddress
import select
import socket
import socketserver
import ssl
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.support.program import Result

if TYPE_CHECKING:
    from tests.conftest import Account


class Ending(NamedTuple):
    """How a call ended, for a program that reads it: the exit status, and the JSON's fields."""

    status: int
    kind: object
    sent: object
    retryable: object
    verified: object


SUCCEEDED = Ending(0, "success", "answered", None, True)
TEMPORARY_NO = Ending(6, "temporary", "no", True, None)
TEMPORARY_UNKNOWN = Ending(6, "temporary", "unknown", True, None)
TEMPORARY_ANSWERED = Ending(6, "temporary", "answered", True, None)
UNTRUSTED_NO = Ending(7, "untrusted", "no", False, None)
UNTRUSTED_ANSWERED = Ending(7, "untrusted", "answered", False, False)
MIB = 1024 * 1024


def ending(result: Result) -> Ending:
    """Return how a run with ``--output=json`` ended."""
    fields = result.json
    names = ("kind", "sent", "retryable", "verified")
    return Ending(result.status, *(fields[name] for name in names))


def call(
    account: "Account", gateway: str, *arguments: str, variables: Mapping[str, str] | None = None
) -> Result:
    """Make the call to ``gateway`` inside this process, with its outcome as JSON."""
    return account.init_cert(
        "--transaction-id=T1",
        "--output=json",
        f"--gateway={gateway}",
        *arguments,
        variables=variables,
    )


def http_answer(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    """Return a whole HTTP response."""
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(head).encode("latin-1") + body


class Line:
    """One connection, as the side that was called has it."""

    def __init__(self, connection: socket.socket, ended: threading.Event) -> None:
        self.connection = connection
        self._ended = ended
        self.accepted = 0

    def read_head(self) -> bytes:
        """Read up to the empty line, byte by byte so that nothing behind it is taken."""
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            byte = self.connection.recv(1)
            if not byte:
                break
            head += byte
        return head

    def read_request(self) -> bytes:
        """Read a request's head and body; return both."""
        head = self.read_head()
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if line)
        body = b""
        while len(body) < int(fields.get(b"content-length", b"0")):
            piece = self.connection.recv(65536)
            if not piece:
                break
            body += piece
        return head + body

    def send(self, data: bytes) -> None:
        """Send it all, unless the other side hangs up."""
        self.connection.sendall(data)

    def drip(self, data: bytes, seconds: float = 0.02) -> None:
        """Send byte by byte, until the test is over."""
        for byte in data:
            if self._ended.wait(seconds):
                return
            self.send(bytes([byte]))

    def flood(self, data: bytes, limit: int) -> None:
        """Send ``data`` again and again, ``limit`` bytes in all, counting what was accepted."""
        while self.accepted < limit and not self._ended.is_set():
            self.accepted += self.connection.send(data)

    def stay(self) -> None:
        """Keep the connection open and say nothing, until the test is over."""
        self._ended.wait()

    def reset(self) -> None:
        """End the connection with a reset."""
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.connection.close()


@dataclass(frozen=True)
class Peer:
    """A server: its port, and every connection that it had."""

    port: int
    lines: list[Line]

    @property
    def http(self) -> str:
        """Its address as a gateway without TLS."""
        return f"http://127.0.0.1:{self.port}/gateway.do"

    @property
    def https(self) -> str:
        """Its address as a gateway with TLS."""
        return f"https://127.0.0.1:{self.port}/gateway.do"


@contextlib.contextmanager
def peer(talk: Callable[[Line], None], tls: ssl.SSLContext | None = None) -> Iterator[Peer]:
    """Serve ``talk`` on each connection, under ``tls`` if given; all ends with the block."""
    lines: list[Line] = []
    ended = threading.Event()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            connection: socket.socket = self.request
            connection.settimeout(10)
            line = Line(connection, ended)
            lines.append(line)
            # The other side hangs up, or breaks the handshake off, in most of these tests.
            with contextlib.suppress(OSError):
                if tls is not None:
                    line.connection = tls.wrap_socket(connection, server_side=True)
                with line.connection:
                    talk(line)

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = False
        block_on_close = True

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield Peer(server.server_address[1], lines)
        finally:
            ended.set()
            for line in lines:
                with contextlib.suppress(OSError):
                    line.connection.shutdown(socket.SHUT_RDWR)
            server.shutdown()
            thread.join()


@contextlib.contextmanager
def closed_port() -> Iterator[int]:
    """Hold a port of loopback at which nobody listens."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]


@dataclass(frozen=True)
class Authority:
    """A certificate authority that only a test trusts, by the file ``bundle``."""

    folder: Path
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def bundle(self) -> Path:
        """The authority's own certificate, as PEM."""
        path = self.folder / "ca.pem"
        path.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))
        return path

    def server(self, host: str, last_year: int = 2199) -> ssl.SSLContext:
        """Return what a server needs to be ``host``, with a certificate until ``last_year``."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _builder(host, self.certificate.subject, key, last_year)
        for extension, critical in (
            (x509.BasicConstraints(ca=False, path_length=None), True),
            (x509.SubjectAlternativeName([_general_name(host)]), False),
            (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
            (x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), False),
        ):
            builder = builder.add_extension(extension, critical)
        path = self.folder / f"{host}-{last_year}.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + builder.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context


def make_authority(folder: Path) -> Authority:
    """Make an authority that keeps its files in ``folder``."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority of a test")])
    certificate = (
        _builder("authority of a test", name, key, 2199)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_KEY_USAGE, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return Authority(folder, key, certificate)


_KEY_USAGE = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)


def _builder(
    subject: str, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, last_year: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC))
        .not_valid_after(datetime.datetime(last_year, 1, 1, tzinfo=datetime.UTC))
    )


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def tunnel_to(port: int, heads: list[bytes]) -> Callable[[Line], None]:
    """Return what a proxy does: note the head of its request, then connect to ``port``."""

    def talk(line: Line) -> None:
        heads.append(line.read_head())
        line.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
        join(line, port)

    return talk


def join(line: Line, port: int) -> None:
    """Connect to ``port``, and pass on what either side says until one hangs up."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as other:
        ends = {line.connection: other, other: line.connection}
        while True:
            for end in select.select(list(ends), [], [], 10)[0]:
                data = end.recv(65536)
                if not data:
                    return
                ends[end].sendall(data)
