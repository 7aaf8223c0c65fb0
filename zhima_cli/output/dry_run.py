"""A signed request that is shown instead of sent."""

import json
import re
import shlex
from dataclasses import dataclass, replace

from zhima_cli.core.gateway import is_https
from zhima_cli.core.json_options import JSON_PARAMETERS
from zhima_cli.core.request import Param, Request
from zhima_cli.core.strict_json import encode
from zhima_cli.output.screen import Screen
from zhima_cli.words.vocabulary import Label

_MASK = "***"
# What kind of document it is says nothing about the person, as long as it is the name of a kind.
_HARMLESS_MEMBERS = frozenset({"identity_type", "cert_type"})
_NAME_OF_KIND = re.compile(r"[A-Z_]{1,32}")


@dataclass(frozen=True)
class Section:
    """A heading and its lines, each of them to be copied whole."""

    label: Label
    lines: tuple[str, ...]


def redact(request: Request) -> Request:
    """Return the request with name, number, token and signature masked.

    The signature covers what is masked, so it would tell whether a guess at it is right. So would
    the cipher text, to whoever has its key.
    """
    biz_content = _redact_biz_content(request.biz_content)
    masked = {
        "app_auth_token": _MASK,
        "biz_content": _MASK if request.is_encrypted else biz_content,
    }
    params = tuple(Param(p.name, masked.get(p.name, p.value)) for p in request.params)
    return replace(request, params=params, sign=_MASK, biz_content=biz_content)


def sections(request: Request) -> tuple[Section, ...]:
    """Return everything there is to show of the request, for people."""
    headers = tuple(f"{header.name}: {header.value}" for header in request.headers)
    params = tuple(f"{param.name}={param.value}" for param in request.params)
    biz_content = json.dumps(_opened(request.biz_content), ensure_ascii=False, indent=2)
    return (
        Section(Label.DRY_RUN, (f"POST {request.url}",)),
        Section(Label.HEADERS, headers),
        Section(Label.PARAMS, params),
        Section(Label.BIZ_CONTENT, tuple(biz_content.split("\n"))),
        Section(Label.STRING_TO_SIGN, (request.string_to_sign,)),
        Section(Label.SIGN, (request.sign,)),
        Section(Label.BODY, (request.body.decode("ascii"),)),
    )


def show_curl(request: Request, screen: Screen) -> None:
    """Write a command for a POSIX shell that sends the request.

    URL and body, the token and the person in them, go through a pipe, since what stands in a
    command's arguments shows in the process list. ``--disable`` keeps a ~/.curlrc from changing
    the request, ``--noproxy`` one to this machine from leaving it.
    """
    headers = " ".join(f"--header {shlex.quote(f'{h.name}: {h.value}')}" for h in request.headers)
    proxy = "" if is_https(request.gateway) else " --noproxy '*'"
    # Both are percent-encoded, so that neither the shell nor curl finds anything to interpret.
    screen.line(
        f'printf \'url = "%s"\\ndata = "%s"\\n\' {shlex.quote(request.url)} '
        f"{shlex.quote(request.body.decode('ascii'))} | "
        f"curl --disable --silent --show-error --globoff{proxy} {headers} --header 'Expect:' "
        "--config -"
    )


def _opened(biz_content: str) -> dict[str, object]:
    """Return the parameters with those that are JSON read, for a person to see through."""
    content = json.loads(biz_content)
    return {n: json.loads(v) if n in JSON_PARAMETERS else v for n, v in content.items()}


def _redact_biz_content(text: str) -> str:
    biz_content = json.loads(text)
    identity = json.loads(biz_content["identity_param"])
    biz_content["identity_param"] = encode(_mask(identity))
    return encode(biz_content)


def _mask(identity: dict[str, object]) -> dict[str, object]:
    return {
        name: value if name in _HARMLESS_MEMBERS and _is_name_of_kind(value) else _MASK
        for name, value in identity.items()
    }


def _is_name_of_kind(value: object) -> bool:
    return isinstance(value, str) and _NAME_OF_KIND.fullmatch(value) is not None
