"""The proxy and the certificates that the usual variables name."""

import os
import re
import ssl
from collections.abc import Mapping
from pathlib import Path

from requests.utils import should_bypass_proxies

from zhima_cli.core.errors import InputError, Problem, Reason
from zhima_cli.core.exchange import Network
from zhima_cli.core.gateway import is_https
from zhima_cli.core.kinds import Kind

_PROXY_VARIABLES = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
_NO_PROXY_VARIABLES = ("no_proxy", "NO_PROXY")
_CA_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_PROXY_URL = re.compile(
    r"(https?://)?([^@/\s]*@)?([A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\])(:(?P<port>[0-9]{1,5}))?/?"
)


def network_for(gateway: str, variables: Mapping[str, str]) -> Network:
    """Return how ``gateway`` is reached. Raises InputError for a variable that is of no use."""
    if not is_https(gateway):
        return Network()  # on this machine: neither a proxy nor TLS
    return Network(_proxy(gateway, variables), _ca_bundle(variables))


def network_problems(gateway: str, variables: Mapping[str, str]) -> tuple[Problem, ...]:
    """Return everything that is wrong with the variables that lead to ``gateway``."""
    problems: list[Problem] = []
    if is_https(gateway):
        try:
            _proxy(gateway, variables)
        except InputError as error:
            problems.extend(error.problems)
        try:
            _ca_bundle(variables)
        except InputError as error:
            problems.extend(error.problems)
    return tuple(problems)


def _first(names: tuple[str, ...], variables: Mapping[str, str]) -> tuple[str, str] | None:
    return next(((name, variables[name]) for name in names if variables.get(name)), None)


def _proxy(gateway: str, variables: Mapping[str, str]) -> str | None:
    found = _first(_PROXY_VARIABLES, variables)
    exempt = _first(_NO_PROXY_VARIABLES, variables)
    if found is None or should_bypass_proxies(gateway, exempt[1] if exempt else ""):
        return None
    name, url = found
    match = _PROXY_URL.fullmatch(url)
    if match is None or not 0 < int(match["port"] or 80) < 65536:
        raise InputError(Problem(Kind.CONFIG, Reason.BAD_PROXY, name))
    return url if "://" in url else f"http://{url}"


def _ca_bundle(variables: Mapping[str, str]) -> str | None:
    found = _first(_CA_VARIABLES, variables)
    if found is None:
        return None
    name, path = found
    try:
        if not Path(path).is_dir():
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=path)
        elif not os.access(path, os.R_OK | os.X_OK):
            raise PermissionError
    except (OSError, ValueError) as error:
        raise InputError(Problem(Kind.CONFIG, Reason.NO_CA_BUNDLE, name)) from error
    return path
