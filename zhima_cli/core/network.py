"""How a gateway is reached: the proxy and the certificates that the usual variables name."""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from zhima_cli.core.errors import Problem, Reason
from zhima_cli.core.gateway import is_https, leads_off_this_machine
from zhima_cli.core.kinds import Kind
from zhima_cli.core.sources import Sources

_PROXY_VARIABLES = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
_NO_PROXY_VARIABLES = ("no_proxy", "NO_PROXY")
_CA_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_PROXY_URL = re.compile(
    r"(https?://)?([^@/\s]*@)?([A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\])(:(?P<port>[0-9]{1,5}))?/?"
)


@dataclass(frozen=True)
class Network:
    """A proxy's URL, which may hold a password, and a file or folder of CA certificates.

    None for ``proxy`` is a direct connection, for ``ca_bundle`` the one that requests ships. The
    variables are those that decided it: ``proxy_variable`` may be the one that exempts the gateway.
    """

    proxy: str | None = field(default=None, repr=False)
    ca_bundle: str | None = None
    proxy_variable: str | None = None
    ca_variable: str | None = None


def network_for(gateway: str, sources: Sources) -> Network:
    """Return how ``gateway`` is reached; ``sources`` is told of a variable that is of no use."""
    if not is_https(gateway):
        # On this machine there is neither a proxy nor TLS, so that it has to be this machine.
        if leads_off_this_machine(gateway):
            sources.fail("gateway", Problem(Kind.CONFIG, Reason.GATEWAY_NOT_HTTPS, "localhost"))
        return Network()
    proxy_variable, proxy = _proxy(gateway, sources)
    ca_variable, ca_bundle = _ca_bundle(sources)
    return Network(proxy, ca_bundle, proxy_variable, ca_variable)


def _first(names: tuple[str, ...], sources: Sources) -> tuple[str, str] | None:
    variables = sources.variables
    return next(((name, variables[name]) for name in names if variables.get(name)), None)


def _proxy(gateway: str, sources: Sources) -> tuple[str | None, str | None]:
    """Return the variable that decided it, and the proxy's URL."""
    found = _first(_PROXY_VARIABLES, sources)
    if found is None:
        return None, None
    exempt = _first(_NO_PROXY_VARIABLES, sources)
    from requests.utils import should_bypass_proxies  # costs more than all else of a dry run

    if should_bypass_proxies(gateway, exempt[1] if exempt else ""):
        return (exempt[0] if exempt else None), None
    name, url = found
    match = _PROXY_URL.fullmatch(url)
    if match is None or not 0 < int(match["port"] or 80) < 65536:
        sources.fail(name, Problem(Kind.CONFIG, Reason.BAD_PROXY, name))
        return name, None
    return name, (url if "://" in url else f"http://{url}")


def _ca_bundle(sources: Sources) -> tuple[str | None, str | None]:
    """Return the variable that names it, and the file or folder."""
    found = _first(_CA_VARIABLES, sources)
    if found is None:
        return None, None
    import ssl  # only here: most calls leave the certificates to requests

    name, path = found
    try:
        if not Path(path).is_dir():
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=path)
        elif not os.access(path, os.R_OK | os.X_OK):
            raise PermissionError
    except (OSError, ValueError):
        sources.fail(name, Problem(Kind.CONFIG, Reason.NO_CA_BUNDLE, name))
    return name, path
