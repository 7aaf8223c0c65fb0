"""The HTTP exchange: bounded in time and size, sent where it is meant to go and nowhere else."""

import gzip
import importlib.metadata
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.conftest import Account
from tests.support.exchange import (
    MIB,
    SUCCEEDED,
    TEMPORARY_ANSWERED,
    TEMPORARY_NO,
    TEMPORARY_UNKNOWN,
    UNTRUSTED_ANSWERED,
    UNTRUSTED_NO,
    Authority,
    Ending,
    Line,
    Peer,
    call,
    closed_port,
    ending,
    http_answer,
    peer,
    tunnel_to,
)
from tests.support.independent import BIZ_NO, signed_answer
from tests.support.long import long
from tests.support.program import PERSON, run_process
from tests.support.stub import Said, stub_gateway

CONFIG = Ending(3, "config", "no", False, None)
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
GATEWAY = "https://gateway.invalid/gateway.do"  # a name that only a proxy can reach
PASSWORD = "hunter2"  # noqa: S105 -- to be looked for in the output


@pytest.fixture
def answer(account: Account) -> bytes:
    return signed_answer(account.keys.alipay)


def saying(*pieces: bytes) -> Callable[[Line], None]:
    """Read the request, say the pieces, hang up."""

    def talk(line: Line) -> None:
        line.read_request()
        line.send(b"".join(pieces))

    return talk


# The time-out


def _silent(line: Line) -> None:
    line.read_request()
    line.stay()


def _deaf(line: Line) -> None:
    line.stay()


def _interim_without_end(line: Line) -> None:
    line.read_request()
    line.flood(b"HTTP/1.1 100 Continue\r\n\r\n", 10 * MIB)


def _one_header_without_end(line: Line) -> None:
    line.read_request()
    line.send(b"HTTP/1.1 200 OK\r\nX: ")
    line.drip(b"x" * 500)


@pytest.mark.parametrize(
    "talk",
    [_silent, _deaf, _interim_without_end, _one_header_without_end],
    ids=lambda t: t.__name__,
)
def test_the_timeout_bounds_a_gateway_that_never_comes_to_an_end(
    account: Account, talk: Callable[[Line], None]
) -> None:
    with peer(talk) as gateway:
        start = time.monotonic()
        result = call(account, gateway.http, "--timeout=0.5")
        lasted = time.monotonic() - start
    assert ending(result) == TEMPORARY_UNKNOWN
    assert "did not answer within 0.5 s" in str(result.json["description"])
    assert lasted < 5


@pytest.mark.parametrize("dripped", ["all of it", "the body"])
def test_the_timeout_bounds_an_answer_that_drips(
    account: Account, answer: bytes, dripped: str
) -> None:
    """Each byte comes well within the time-out, the whole answer in many times as long."""
    whole = http_answer(answer)
    at_once = 0 if dripped == "all of it" else whole.index(b"{")

    def talk(line: Line) -> None:
        line.read_request()
        line.send(whole[:at_once])
        line.drip(whole[at_once:])

    with peer(talk) as gateway:
        result = call(account, gateway.http, "--timeout=0.5")
    assert ending(result) == TEMPORARY_UNKNOWN


def test_an_answer_that_drips_within_the_timeout_is_read(account: Account, answer: bytes) -> None:
    def talk(line: Line) -> None:
        line.read_request()
        line.drip(http_answer(answer), 0.0001)

    with peer(talk) as gateway:
        assert ending(call(account, gateway.http)) == SUCCEEDED


def test_the_timeout_bounds_a_tls_handshake(account: Account) -> None:
    """Nothing of the request can have left then."""
    with peer(_deaf) as gateway:
        result = call(account, gateway.https, "--timeout=0.5")
    assert ending(result) == TEMPORARY_NO


def test_the_timeout_bounds_a_proxy(account: Account) -> None:
    with peer(_deaf) as proxy:
        variables = {"HTTPS_PROXY": f"http://127.0.0.1:{proxy.port}"}
        result = call(account, GATEWAY, "--timeout=0.5", variables=variables)
    assert ending(result) == TEMPORARY_NO


# Connections that break off

CUTS: dict[str, Callable[[bytes], bytes]] = {
    "before the status line": lambda _: b"",
    "within the status line": lambda _: b"HTTP/1.1 20",
    "after the status line": lambda _: b"HTTP/1.1 200 OK\r\n",
    "within a header's name": lambda _: b"HTTP/1.1 200 OK\r\nContent-Le",
    "within the headers": lambda _: b"HTTP/1.1 200 OK\r\nDate: today\r\n",
    "after the headers": lambda a: http_answer(a)[: -len(a)],
    "within the body": lambda a: http_answer(a)[:-20],
    "before the body's last byte": lambda a: http_answer(a)[:-1],
    "after the JSON, before Content-Length": lambda a: http_answer(a + b" ")[:-1],
    "within a chunk": lambda a: CHUNKED + b"%x\r\n" % len(a) + a[:-10],
    "before the last chunk": lambda a: CHUNKED + b"%x\r\n" % len(a) + a + b"\r\n",
}


@pytest.mark.parametrize("cut", CUTS.values(), ids=CUTS)
def test_a_connection_that_closes_early_is_temporary(
    account: Account, answer: bytes, cut: Callable[[bytes], bytes]
) -> None:
    with peer(saying(cut(answer))) as gateway:
        result = call(account, gateway.http)
    assert ending(result) == TEMPORARY_UNKNOWN
    assert "broke off before the answer was complete" in str(result.json["description"])
    assert len(gateway.lines) == 1


def test_a_tls_connection_that_closes_early_is_temporary(
    account: Account, authority: Authority, answer: bytes
) -> None:
    variables = {"REQUESTS_CA_BUNDLE": str(authority.bundle)}
    with peer(saying(http_answer(answer)[:-20]), authority.server("127.0.0.1")) as gateway:
        result = call(account, gateway.https, variables=variables)
    assert ending(result) == TEMPORARY_UNKNOWN


@pytest.mark.parametrize("end", ["close", "reset"])
def test_a_connection_that_ends_within_the_tls_handshake_is_temporary(
    account: Account, end: str
) -> None:
    def talk(line: Line) -> None:
        line.connection.recv(65536)
        if end == "reset":
            line.reset()

    with peer(talk) as gateway:
        result = call(account, gateway.https)
    assert ending(result) == TEMPORARY_NO


@pytest.mark.parametrize("body", [b"", b"{", b'{"a":1'], ids=str)
def test_a_whole_response_whose_json_is_cut_short_is_untrusted(
    account: Account, body: bytes
) -> None:
    with peer(saying(http_answer(body))) as gateway:
        assert ending(call(account, gateway.http)) == UNTRUSTED_ANSWERED


def test_an_answer_in_chunks_is_read(account: Account, answer: bytes) -> None:
    pieces = [CHUNKED]
    for at in range(0, len(answer), 7):
        piece = answer[at : at + 7]
        pieces.append(b"%x\r\n%s\r\n" % (len(piece), piece))
    with peer(saying(*pieces, b"0\r\n\r\n")) as gateway:
        assert ending(call(account, gateway.http)) == SUCCEEDED


def test_an_answer_that_ends_with_the_connection_is_read(account: Account, answer: bytes) -> None:
    with peer(saying(b"HTTP/1.1 200 OK\r\n\r\n", answer)) as gateway:
        assert ending(call(account, gateway.http)) == SUCCEEDED


def test_a_refused_connection_says_so(account: Account) -> None:
    with closed_port() as port:
        result = call(account, f"http://127.0.0.1:{port}/gateway.do")
    assert ending(result) == TEMPORARY_NO
    assert "refused" in str(result.json["description"]).lower()


# Answers that are no proper HTTP, or no answer of a gateway

GARBAGE = {
    "ssh": b"SSH-2.0-OpenSSH_9.6\r\n",
    "tls alert": b"\x15\x03\x01\x00\x02\x02\x28",
    "zeros": bytes(100_000),
    "html alone": b"<html></html>\n",
    "no status": b"HTTP/1.1 abc def\r\n\r\n",
    "negative status": b"HTTP/1.1 -20 OK\r\n\r\n",
    "no such status": b"HTTP/1.1 999 OK\r\nContent-Length: 2\r\n\r\n{}",
    "no such version": b"HTTP/9.9 200 OK\r\n\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2, 3\r\n\r\n{}",
    "a header too long": b"HTTP/1.1 200 OK\r\nA: " + b"b" * 70_000 + b"\r\n\r\n",
    "too many headers": b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 500 + b"\r\n",
    "bytes in headers": b"HTTP/1.1 200 OK\r\nA\x00\xff: \xff\x1b[2J\r\nContent-Length: 2\r\n\r\n{}",
    "cookies": b"HTTP/1.1 200 OK\r\nSet-Cookie: \xff=;;=; expires=x; domain=..;max-age=z\r\n"
    b"Content-Length: 2\r\n\r\n{}",
    "upgrade": b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
    "no content": b"HTTP/1.1 204 No Content\r\n\r\n",
}


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE)
def test_what_no_gateway_says_is_untrusted(account: Account, garbage: bytes) -> None:
    with peer(saying(garbage)) as gateway:
        result = call(account, gateway.http)
    assert (result.status, result.json["kind"], result.json["retryable"]) == (7, "untrusted", False)
    assert result.json["sent"] != "no"
    assert result.err == ""


@pytest.mark.parametrize("status", [201, 202, 206, 400, 401, 403, 404, 405, 410, 451])
def test_an_http_status_that_the_gateway_never_has_is_untrusted(
    account: Account, answer: bytes, status: int
) -> None:
    """Even if what comes with it is signed."""
    with stub_gateway(Said(answer, status)) as stub:
        result = call(account, stub.url)
    assert ending(result) == UNTRUSTED_ANSWERED
    assert f"HTTP status {status}" in str(result.json["description"])


@pytest.mark.parametrize(
    ("encoding", "compress"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("GZIP, gzip", gzip.compress),
        ("br", bytes),
    ],
)
def test_a_compressed_answer_was_not_asked_for(
    account: Account, answer: bytes, encoding: str, compress: Callable[[bytes], bytes]
) -> None:
    """It could be far larger than the bound on what is read."""
    with stub_gateway(Said(compress(answer), headers={"Content-Encoding": encoding})) as stub:
        result = call(account, stub.url)
    assert ending(result) == UNTRUSTED_ANSWERED
    assert "compressed" in str(result.json["description"])
    assert stub.seen[0].headers["Accept-Encoding"] == "identity"


LENGTH = b"Content-Length: 104857600\r\n\r\n"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"HTTP/1.1 200 OK\r\n" + LENGTH, UNTRUSTED_ANSWERED),
        (b"HTTP/1.1 200 OK\r\n\r\n", UNTRUSTED_ANSWERED),
        (CHUNKED + b"6400000\r\n", UNTRUSTED_ANSWERED),
        (b"HTTP/1.1 404 Not Found\r\n" + LENGTH, UNTRUSTED_ANSWERED),
        (b"HTTP/1.1 302 Found\r\nLocation: /\r\n" + LENGTH, UNTRUSTED_ANSWERED),
        (b"HTTP/1.1 503 Busy\r\n" + LENGTH, TEMPORARY_ANSWERED),
    ],
    ids=["length", "until the end", "one chunk", "404", "redirect", "503"],
)
def test_of_100_mib_little_more_than_1_mib_is_taken(
    account: Account, head: bytes, expected: Ending
) -> None:
    def talk(line: Line) -> None:
        line.read_request()
        line.send(head)
        line.flood(bytes(65536), 100 * MIB)

    with peer(talk) as gateway:
        result = call(account, gateway.http)
    assert ending(result) == expected
    # The rest is what the system's own buffers hold.
    assert gateway.lines[0].accepted < 20 * MIB


# Redirects


@pytest.mark.parametrize(
    "location",
    ["", "//", "http://[::1/", "http://a:99999/", "http://\xff/", "x:", "\x01", "/gateway.do"],
    ids=ascii,
)
def test_wherever_a_redirect_points_it_is_untrusted(account: Account, location: str) -> None:
    with peer(saying(http_answer(b"", "307 Moved", f"Location: {location}"))) as gateway:
        result = call(account, gateway.http)
    assert ending(result) == UNTRUSTED_ANSWERED
    assert "HTTP status 307" in str(result.json["description"])
    assert len(gateway.lines) == 1


# What is sent


def test_the_headers_are_these_and_no_others(account: Account, answer: bytes) -> None:
    with stub_gateway(answer) as stub:
        call(account, stub.url)
    headers = dict(stub.seen[0].headers)
    del headers["Content-Length"]
    version = importlib.metadata.version("zhima-cli")
    assert headers == {
        "Host": stub.url.split("/")[2],
        "User-Agent": f"zhima-cli/{version}",
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "Content-Type": "application/x-www-form-urlencoded;charset=utf-8",
    }


def test_neither_netrc_nor_a_proxy_gets_at_a_gateway_on_loopback(
    account: Account, answer: bytes
) -> None:
    """A process of its own, since requests looks into the process's environment."""
    netrc = account.home / ".netrc"
    netrc.write_text(f"machine 127.0.0.1 login me password {PASSWORD}\n", encoding="utf-8")
    netrc.chmod(0o600)
    with peer(saying(http_answer(b""))) as proxy, stub_gateway(answer) as stub:
        account.write(gateway=stub.url)
        url = f"http://127.0.0.1:{proxy.port}"
        result = run_process(
            ["init-cert", *PERSON, "--transaction-id=T1"],
            account.home,
            NETRC=str(netrc),
            HTTP_PROXY=url,
            http_proxy=url,
            HTTPS_PROXY=url,
            ALL_PROXY=url,
            all_proxy=url,
        )
    assert (result.status, result.out) == (0, f"{BIZ_NO}\n")
    assert proxy.lines == []
    assert "Authorization" not in stub.seen[0].headers


# Proxies


@dataclass(frozen=True)
class Proxied:
    """A proxy, what it was asked for, and the gateway that it leads to."""

    proxy: Peer
    gateway: Peer
    bundle: Path
    heads: list[bytes] = field(default_factory=list)

    def variables(self, name: str, scheme: str = "http://") -> dict[str, str]:
        url = f"{scheme}me:{PASSWORD}@127.0.0.1:{self.proxy.port}"
        return {"REQUESTS_CA_BUNDLE": str(self.bundle), name: url}


@pytest.fixture
def proxied(authority: Authority, answer: bytes) -> Iterator[Proxied]:
    heads: list[bytes] = []
    with (
        peer(saying(http_answer(answer)), authority.server("gateway.invalid")) as gateway,
        peer(tunnel_to(gateway.port, heads)) as proxy,
    ):
        yield Proxied(proxy, gateway, authority.bundle, heads)


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
@pytest.mark.parametrize("scheme", ["http://", ""], ids=["with scheme", "without"])
def test_a_gateway_elsewhere_is_reached_through_the_proxy(
    account: Account, proxied: Proxied, name: str, scheme: str
) -> None:
    result = call(account, GATEWAY, variables=proxied.variables(name, scheme))
    assert ending(result) == SUCCEEDED
    assert len(proxied.heads) == 1
    assert proxied.heads[0].startswith(b"CONNECT gateway.invalid:443 HTTP/1.")
    assert b"Proxy-Authorization: Basic bWU6aHVudGVyMg==\r\n" in proxied.heads[0]


def test_https_proxy_comes_before_all_proxy(account: Account, proxied: Proxied) -> None:
    variables = {"ALL_PROXY": "http://proxy.invalid:1", **proxied.variables("HTTPS_PROXY")}
    assert ending(call(account, GATEWAY, variables=variables)) == SUCCEEDED


def test_http_proxy_is_for_http_alone(account: Account, proxied: Proxied) -> None:
    result = call(account, GATEWAY, "--timeout=3", variables=proxied.variables("HTTP_PROXY"))
    assert ending(result) == TEMPORARY_NO
    assert proxied.heads == []


@pytest.mark.parametrize("name", ["NO_PROXY", "no_proxy"])
@pytest.mark.parametrize(
    "exempt", ["gateway.invalid", ".invalid", "a.example, gateway.invalid", "*"]
)
def test_no_proxy_is_respected(account: Account, proxied: Proxied, name: str, exempt: str) -> None:
    variables = {name: exempt, **proxied.variables("HTTPS_PROXY")}
    result = call(account, GATEWAY, "--timeout=3", variables=variables)
    assert ending(result) == TEMPORARY_NO
    assert proxied.heads == []


def test_no_proxy_for_another_host_changes_nothing(account: Account, proxied: Proxied) -> None:
    variables = {"NO_PROXY": "way.invalid.example,ateway", **proxied.variables("HTTPS_PROXY")}
    assert ending(call(account, GATEWAY, variables=variables)) == SUCCEEDED


def test_a_proxy_that_opens_tls_itself_is_found_out(account: Account, proxied: Proxied) -> None:
    """Its certificate is not one that the usual authorities vouch for."""
    variables = proxied.variables("HTTPS_PROXY")
    del variables["REQUESTS_CA_BUNDLE"]
    result = call(account, GATEWAY, variables=variables)
    assert ending(result) == UNTRUSTED_NO
    assert proxied.heads != []


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "The proxy did not let"),
        (b"HTTP/1.1 503 Busy\r\n\r\n", "The proxy did not let"),
        (b"", ""),
    ],
    ids=["407", "503", "hangs up"],
)
def test_a_proxy_that_does_not_let_the_call_through_is_temporary(
    account: Account, said: bytes, words: str
) -> None:
    def talk(line: Line) -> None:
        line.read_head()
        line.send(said)

    with peer(talk) as proxy:
        variables = {"HTTPS_PROXY": f"http://me:{PASSWORD}@127.0.0.1:{proxy.port}"}
        result = call(account, GATEWAY, "--debug", variables=variables)
    assert ending(result) == TEMPORARY_NO
    assert words in str(result.json["description"])
    assert PASSWORD not in result.out + result.err


@pytest.mark.parametrize(
    "url",
    [
        f"socks5://me:{PASSWORD}@127.0.0.1:1",
        f"socks5h://me:{PASSWORD}@127.0.0.1:1",
        f"ftp://me:{PASSWORD}@127.0.0.1:1",
        f"http://me:{PASSWORD}@",
        f"http://me:{PASSWORD}@127.0.0.1:port",
        f"http://me:{PASSWORD}@127.0.0.1:65536",
        f"http://me:{PASSWORD}@127.0.0.1:0",
        f"http://me:{PASSWORD}@127.0.0.1:1/path",
        f"http://me:{PASSWORD} @127.0.0.1:1",
        f"http:/me:{PASSWORD}@127.0.0.1:1",
        f"me:{PASSWORD}",
    ],
)
@pytest.mark.parametrize("name", ["HTTPS_PROXY", "all_proxy"])
def test_a_proxy_that_is_no_http_proxy_is_an_error_that_keeps_its_password(
    account: Account, name: str, url: str
) -> None:
    variables = {name: url}
    result = call(account, GATEWAY, "--debug", "--timeout=3", variables=variables)
    assert PASSWORD not in result.out + result.err
    assert ending(result) == CONFIG
    assert name in str(result.json["description"])


# CA bundles


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
@pytest.mark.parametrize("content", [None, b"", b"not PEM", b"\xff\xfe"], ids=ascii)
def test_a_ca_bundle_that_is_of_no_use_is_an_error(
    account: Account, tmp_path: Path, name: str, content: bytes | None
) -> None:
    bundle = tmp_path / "bundle.pem"
    if content is not None:
        bundle.write_bytes(content)
    with peer(_deaf) as gateway:
        result = call(account, gateway.https, variables={name: str(bundle)})
    assert ending(result) == CONFIG
    assert name in str(result.json["description"])
    assert gateway.lines == []


def test_curl_ca_bundle_counts_where_requests_own_is_not_set(
    account: Account, authority: Authority, answer: bytes
) -> None:
    variables = {"CURL_CA_BUNDLE": str(authority.bundle), "REQUESTS_CA_BUNDLE": ""}
    with peer(saying(http_answer(answer)), authority.server("127.0.0.1")) as gateway:
        assert ending(call(account, gateway.https, variables=variables)) == SUCCEEDED


def test_a_gateway_without_tls_needs_neither_a_bundle_nor_a_proxy(
    account: Account, answer: bytes
) -> None:
    variables = {"REQUESTS_CA_BUNDLE": "nowhere", "HTTPS_PROXY": "socks5://proxy.invalid:1"}
    with stub_gateway(answer) as stub:
        assert ending(call(account, stub.url, variables=variables)) == SUCCEEDED


# Where a call may go

GATEWAYS = {
    "http elsewhere": "http://example.com/gateway.do",
    "http on the local network": "http://10.0.0.1/gateway.do",
    "http on any address": "http://0.0.0.0:{port}/gateway.do",
    "a host that begins with localhost": "http://localhost.evil:{port}/gateway.do",
    "a host that begins with 127.0.0.1": "http://127.0.0.1.evil.example:{port}/gateway.do",
    "a user": "http://user@127.0.0.1:{port}/gateway.do",
    "a user and a password": f"http://user:{PASSWORD}@127.0.0.1:{{port}}/gateway.do",
    "a user and a password over https": f"https://user:{PASSWORD}@example.com/gateway.do",
    "loopback as the user": "http://127.0.0.1:{port}@evil.example/gateway.do",
    "localhost as the user": "http://localhost@evil.example/gateway.do",
    "an escaped at": "http://127.0.0.1:{port}%40evil.example/gateway.do",
    "a backslash before at": "http://127.0.0.1:{port}\\@evil.example/gateway.do",
    "a backslash in the host": "http://127.0.0.1:{port}\\.evil.example/gateway.do",
    "backslashes for slashes": "http:\\\\127.0.0.1:{port}\\gateway.do",
    "port 0": "http://127.0.0.1:0/gateway.do",
    "port 65536": "http://127.0.0.1:65536/gateway.do",
    "a negative port": "http://127.0.0.1:-1/gateway.do",
    "no port after the colon": "http://127.0.0.1:/gateway.do",
    "a port of letters": "https://example.com:https/gateway.do",
    "a host as one number": "http://2130706433:{port}/gateway.do",
    "a host in hexadecimal": "http://0x7f000001:{port}/gateway.do",
    "a short host": "http://127.1:{port}/gateway.do",
    "wide digits": "http://\uff11\uff12\uff17.0.0.1:{port}/gateway.do",
    "a zone": "http://[::1%25lo]:{port}/gateway.do",
    "an open bracket": "http://[::1:{port}/gateway.do",
    "no host": "https:///gateway.do",
    "no scheme": "127.0.0.1:{port}/gateway.do",
    "another scheme": "ftp://127.0.0.1:{port}/gateway.do",
    "a file": "file:///etc/passwd",
    "a query": "http://127.0.0.1:{port}/gateway.do?app_id=1",
    "a fragment": "http://127.0.0.1:{port}/gateway.do#x",
    "a space": "http://127.0.0.1:{port}/gate way.do",
    "a space before": " http://127.0.0.1:{port}/gateway.do",
    "a line end behind": "http://127.0.0.1:{port}/gateway.do\n",
    "a header": "http://127.0.0.1:{port}/gateway.do\r\nX: y",
    "a tab": "http://127.0.0.1\t:{port}/gateway.do",
}


@pytest.mark.parametrize(
    ("template", "place"),
    [
        long(template, place, id=f"{name}-{place}")
        if (at + of_profile) % 2
        else pytest.param(template, place, id=f"{name}-{place}")
        for at, (name, template) in enumerate(GATEWAYS.items())
        for of_profile, place in enumerate(["flag", "profile"])
    ],
)
def test_an_address_that_is_no_gateways_gets_nothing(
    account: Account, answer: bytes, template: str, place: str
) -> None:
    with peer(saying(http_answer(answer))) as anyone:
        url = template.format(port=anyone.port)
        if place == "flag":
            result = call(account, url, "--debug")
        else:
            account.write(gateway=url)
            result = account.init_cert("--output=json", "--debug")
    status, kind = (3, "config") if place == "profile" else (2, "usage")
    assert ending(result) == Ending(status, kind, "no", False, None)
    assert anyone.lines == []
    assert PASSWORD not in result.out + result.err


@pytest.mark.parametrize(
    "template", ["http://localhost:{port}/gateway.do", "http://127.0.0.1:{port}"]
)
def test_http_is_for_this_machine(account: Account, answer: bytes, template: str) -> None:
    with peer(saying(http_answer(answer))) as gateway:
        result = call(account, template.format(port=gateway.port))
    assert ending(result) == SUCCEEDED


def test_nothing_in_the_environment_makes_tls_optional(
    account: Account, authority: Authority, answer: bytes
) -> None:
    switches: Mapping[str, str] = {
        "PYTHONHTTPSVERIFY": "0",
        "CURL_INSECURE": "1",
        "ZHIMA_INSECURE": "1",
        "REQUESTS_CA_BUNDLE": "",
    }
    with peer(saying(http_answer(answer)), authority.server("127.0.0.1")) as gateway:
        assert ending(call(account, gateway.https, variables=switches)) == UNTRUSTED_NO
