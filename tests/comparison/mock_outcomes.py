"""A real mock gateway, asked by zhima and by each client for the same."""

import base64
import contextlib
import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from tests.comparison.clients import Environment
from tests.comparison.driving import drive_calls
from tests.comparison.loopback import MOCK, require
from tests.comparison.request_cases import CLASSES, SIGN_TYPES, RequestCase, make_cases, row_name
from tests.comparison.request_outcomes import ZhimaCall, zhima_call
from tests.support.program import run_inside
from tests.test_mock_command import running

# The official Python client cannot call a URL that names a port, so nobody does.
GATEWAY = f"http://{MOCK[0]}/gateway.do"


@dataclass(frozen=True)
class Asked:
    """What the gateway answered to zhima, and what a client took its own answer for."""

    case: RequestCase
    zhima: str
    client: str


@dataclass(frozen=True)
class MockSetup:
    """A mock gateway that is running, and the profile that it wrote."""

    home: Path
    profile: Mapping[str, str]

    @property
    def line(self) -> dict[str, object]:
        """What of the profile a client's driver needs."""
        der = base64.b64decode(self.profile["private_key"])
        key = load_der_private_key(der, None)
        assert isinstance(key, RSAPrivateKey)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
        names = ("app_cert", "alipay_cert", "alipay_root_cert")
        files = {name: self.profile.get(f"{name}_file") for name in names}
        certificates = {
            name: self._certificates(file) for name, file in files.items() if file is not None
        }
        return {
            "gateway": GATEWAY,
            "app_id": self.profile["app_id"],
            "private_key": pem.decode("ascii"),
            "key_form": "pkcs1-pem",
            "alipay_public_key": _public_pem(self.profile.get("alipay_public_key", "")),
            "own_json": False,
            "validate_sign": True,
            **certificates,
        }

    def _certificates(self, file: str) -> str:
        """Return the file's certificates, without the remark above them."""
        text = (self.home / file).read_text(encoding="utf-8")
        return text[text.index("-----BEGIN") :]


def _public_pem(bare: str) -> str:
    return f"-----BEGIN PUBLIC KEY-----\n{bare}\n-----END PUBLIC KEY-----"


@contextlib.contextmanager
def mock_gateway(home: Path, *options: str) -> Iterator[MockSetup]:
    """Run ``zhima mock-gateway`` at port 80."""
    require(MOCK)
    with running(home, f"--port={MOCK[1]}", "--write-profile=mock.toml", *options):
        text = (home / "mock.toml").read_text(encoding="utf-8")
        yield MockSetup(home, tomllib.loads(text)["profiles"]["mock-gateway"])


def one_of_each() -> list[RequestCase]:
    """Return a case of each class and sign_type."""
    found: dict[tuple[str, str], RequestCase] = {}
    for case in make_cases():
        found.setdefault((case.row, case.sign_type), case)
    assert len(found) == len(CLASSES) * len(SIGN_TYPES)
    return list(found.values())


def utf_8_of_each() -> list[RequestCase]:
    """Return those of them whose charset every client writes."""
    rows = {row_name(charset, kind) for charset, kind in CLASSES if charset == "utf-8"}
    return [case for case in one_of_each() if case.row in rows]


def ask(
    environments: Mapping[str, Environment],
    setup: MockSetup,
    clients: Sequence[str],
    cases: Sequence[RequestCase],
    **changes: object,
) -> dict[str, list[Asked]]:
    """Let zhima make each call, and then each client the same."""
    config = f"--config={setup.home / 'mock.toml'}"
    # The gateway's certificates are valid today, and it takes any time.
    cases = [replace(case, moment=datetime.now(UTC)) for case in cases]
    own = [_zhima_verdict(case, setup.home, config) for case in cases]
    calls = [zhima_call(case, setup.home, config) for case in cases]
    lines = [_line(setup, case, call, changes) for case, call in zip(cases, calls, strict=True)]
    results = drive_calls(environments, dict.fromkeys(clients, lines))
    return {
        client: [
            Asked(case, verdict, result.verdict)
            for case, verdict, result in zip(cases, own, results[client], strict=True)
        ]
        for client in clients
    }


def _zhima_verdict(case: RequestCase, home: Path, config: str) -> str:
    arguments = ["init-cert", *case.arguments, config, "--no-history", "--output=json"]
    result = run_inside(arguments, home, now=case.moment)
    assert result.status == 0, (case, result)
    return f"biz_no {json.loads(result.out)['biz_no']}"


def _line(
    setup: MockSetup, case: RequestCase, call: ZhimaCall, changes: Mapping[str, object]
) -> dict[str, object]:
    own = {"sign_type": case.sign_type, "charset": case.charset}
    return {**setup.line, **own, **call.given, **changes}
