"""Which gateways a call may go to."""

import ipaddress
import re
import socket

PRODUCTION = "https://openapi.alipay.com/gateway.do"
SANDBOX = "https://openapi-sandbox.dl.alipaydev.com/gateway.do"
# What people call them.
NAMED = (("production", PRODUCTION), ("sandbox", SANDBOX))

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
# One plain reading only: no user info, query, fragment, backslash, escape or white space, in which
# two parsers of URLs could see two hosts.
_URL = re.compile(
    r"(?P<scheme>https?)://"
    rf"(?P<host>{_LABEL}(?:\.{_LABEL})*|\[[0-9A-Fa-f:.]+\])"
    r"(?::(?P<port>[0-9]{1,5}))?"
    r"(?:/[A-Za-z0-9._~/-]*)?"
)
_MAX_HOST = 253


def gateway_url(text: str) -> str:
    """Return the address that a name of the platform's gateways means, any other text as it is."""
    return dict(NAMED).get(text.lower(), text)


def gateway_name(text: str) -> str | None:
    """Return the platform's name of the gateway that ``text``, a name or an address, means."""
    url = gateway_url(text)
    return next((name for name, named in NAMED if named == url), None)


def is_gateway_url(url: str) -> bool:
    """Say whether ``url`` is a plain http or https URL, without user info, query or fragment."""
    match = _URL.fullmatch(url)
    if match is None or not 0 < int(match["port"] or 443) < 65536:
        return False
    host = match["host"]
    if host.startswith("["):
        return isinstance(_ip_address(host), ipaddress.IPv6Address)
    return len(host) <= _MAX_HOST


def is_loopback(url: str) -> bool:
    """Say whether the gateway ``url``, which is_gateway_url accepts, is on this machine."""
    match = _URL.fullmatch(url)
    if match is None:
        return False
    if match["host"].lower() == "localhost":
        return True
    address = _ip_address(match["host"])
    return address is not None and address.is_loopback


def leads_off_this_machine(url: str) -> bool:
    """Say whether ``url``'s host is ``localhost`` and that name does not mean this machine."""
    match = _URL.fullmatch(url)
    if match is None or match["host"].lower() != "localhost":
        return False
    try:
        found = socket.getaddrinfo("localhost", None, type=socket.SOCK_STREAM)
    except OSError:
        return False  # connecting will tell
    addresses = (ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found)
    return not all(address.is_loopback for address in addresses)


def is_https(url: str) -> bool:
    """Say whether what is sent to ``url`` is encrypted on its way."""
    return url.startswith("https://")


def _ip_address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None
