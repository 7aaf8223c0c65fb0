"""What each client signed and sent for the cases, beside what zhima did."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from urllib.parse import unquote_to_bytes, urlsplit

from tests.comparison.clients import CLIENTS, Environment
from tests.comparison.differences import KEY_FORMS_REFUSED
from tests.comparison.driving import CallResult, call_line, drive_calls
from tests.comparison.loopback import STUB, require
from tests.comparison.request_cases import RequestCase
from tests.conftest import APP_ID, Account
from tests.support.independent import public_pem, signed_answer
from tests.support.openssl import OpensslKey
from tests.support.program import run_inside
from tests.support.stub import Said, Seen, stub_gateway


class Outcome(Enum):
    """How a client's call compares with zhima's; the value is the table's word for it."""

    SAME = "same"
    AS_UTF_8 = "same text, signed and sent as utf-8"
    OTHER = "other"


@dataclass(frozen=True)
class Wire:
    """A request as it came: its parameters as bytes, each where it was."""

    method: str
    query: Mapping[str, bytes]
    form: Mapping[str, bytes]

    @property
    def params(self) -> dict[str, bytes]:
        """All of them."""
        return {**self.query, **self.form}


@dataclass(frozen=True)
class ZhimaCall:
    """What ``zhima init-cert --dry-run`` shows for a case."""

    string_to_sign: str
    params: Mapping[str, str]
    biz_content: str
    query: str
    body: str

    @property
    def wire(self) -> Wire:
        """What would be sent."""
        return _wire("POST", self.query, self.body)

    @property
    def given(self) -> dict[str, object]:
        """What a client is told of it; the rest it makes by itself."""
        names = ("timestamp", "format", "app_auth_token")
        common = {name: self.params[name] for name in names if name in self.params}
        return {**common, "biz_content": self.biz_content}

    def signed(self, charset: str) -> bytes:
        """The bytes that are signed."""
        return self.string_to_sign.encode(charset)


@dataclass(frozen=True)
class ClientCall:
    """What a client made of the same case: its result, and the request that came from it."""

    result: CallResult
    wire: Wire | None


def write_profiles(account: Account, app: OpensslKey, gateway: str) -> None:
    """Write a profile for each form of the application's key."""
    lines = []
    for form, key in app.private_forms.items():
        settings = {
            "app_id": APP_ID,
            "private_key": key,
            "alipay_public_key": public_pem(account.keys.alipay),
            "gateway": gateway,
        }
        lines += [f"[profiles.{form}]", "history = false", "retries = 0"]
        lines += [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
    account.config.parent.mkdir(parents=True, exist_ok=True)
    account.config.write_text("\n".join([*lines, ""]), encoding="utf-8")
    account.config.chmod(0o600)


def zhima_call(
    case: RequestCase, home: Path, *arguments: str, variables: Mapping[str, str] | None = None
) -> ZhimaCall:
    """Let zhima show what it would send."""
    command = ["init-cert", *case.arguments, *arguments, "--dry-run", "--output=json"]
    result = run_inside(command, home, variables, now=case.moment)
    assert result.status == 0, (case, result.err)
    shown = result.json
    params, biz_content = shown["params"], shown["biz_content"]
    assert isinstance(params, dict)
    return ZhimaCall(
        str(shown["string_to_sign"]),
        params,
        json.dumps(biz_content, ensure_ascii=False, separators=(",", ":")),
        urlsplit(str(shown["url"])).query,
        str(shown["body"]),
    )


def _changes(client: str, case: RequestCase, call: ZhimaCall, app: OpensslKey) -> dict[str, object]:
    """Return what lets a client make the same call.

    The client gets the key in the case's form where it reads that, else in one that it does.
    """
    form = "pkcs1-pem" if case.key_form in KEY_FORMS_REFUSED[client] else case.key_form
    return {
        "gateway": _url(client, case),
        "private_key": app.private_forms[form],
        "key_form": form,
        "sign_type": case.sign_type,
        "charset": case.charset,
        **call.given,
    }


def compare(case: RequestCase, call: ZhimaCall, other: ClientCall) -> Outcome:
    """Say how a client's call compares with zhima's: what was signed, the signature, and all."""
    if other.wire is None or other.result.signed is None:
        return Outcome.OTHER
    sent = other.wire.params
    if other.result.signed == call.signed(case.charset):
        is_same = sent == call.wire.params
        return Outcome.SAME if is_same else Outcome.OTHER
    as_utf_8 = {name: value.encode() for name, value in call.params.items() if name != "sign"}
    if other.result.signed == call.signed("utf-8") and as_utf_8.items() <= sent.items():
        return Outcome.AS_UTF_8
    return Outcome.OTHER


def make_calls(
    environments: Mapping[str, Environment],
    account: Account,
    app: OpensslKey,
    cases: Sequence[RequestCase],
    calls: Sequence[ZhimaCall],
) -> dict[str, list[ClientCall]]:
    """Let every client make every call, to a server that answers each with the same success."""
    answer = {
        sign_type: Said(signed_answer(account.keys.alipay, sign_type=sign_type))
        for sign_type in ("RSA", "RSA2")
    }
    kinds = {case.number: case.sign_type for case in cases}

    def said(seen: Seen) -> Said:
        return answer[kinds[_number(seen)]]

    require(STUB)
    with stub_gateway(said, STUB) as stub:
        lines = {
            client: [
                call_line(app, account.keys.alipay, **_changes(client, case, call, app))
                for case, call in zip(cases, calls, strict=True)
            ]
            for client in CLIENTS
        }
        results = drive_calls(environments, lines)
    seen = {urlsplit(request.path).path: request for request in stub.seen}
    assert len(seen) == len(stub.seen)  # nobody called twice
    return {
        client: [
            ClientCall(result, wire_of(seen.get(urlsplit(_url(client, case)).path)))
            for case, result in zip(cases, results[client], strict=True)
        ]
        for client in CLIENTS
    }


def _url(client: str, case: RequestCase) -> str:
    return f"http://{STUB[0]}/{client}/{case.number}"


def _number(seen: Seen) -> int:
    return int(urlsplit(seen.path).path.rpartition("/")[2])


def wire_of(seen: Seen | None) -> Wire | None:
    """Take a request apart, if there is one."""
    return None if seen is None else _wire(seen.method, seen.query, seen.body.decode("ascii"))


def _wire(method: str, query: str, form: str) -> Wire:
    return Wire(method, _fields(query), _fields(form))


def _fields(text: str) -> dict[str, bytes]:
    pairs = [pair.partition("=") for pair in text.split("&") if pair]
    fields = {name: unquote_to_bytes(value.replace("+", "%20")) for name, _, value in pairs}
    assert len(fields) == len(pairs)
    return fields
