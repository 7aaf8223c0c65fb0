"""Runs the drivers, all at the same time: a process for each client, a line for each case."""

import base64
import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from tests.comparison.clients import ROOT, Environment
from tests.conftest import APP_ID
from tests.support.independent import public_pem
from tests.support.mock_client import content
from tests.support.openssl import OpensslKey

Line = Mapping[str, object]
# Far more than it takes: a machine may be busy with much else.
_SECONDS = 1200


@dataclass(frozen=True)
class CallResult:
    """What a client signed, None where it did not come to that; its verdict; and why."""

    signed: bytes | None
    verdict: str
    why: str


def call_line(app: OpensslKey, alipay: RSAPrivateKey, **changes: object) -> dict[str, object]:
    """Return the line for a driver of a call like any other, but for these changes."""
    return {
        "app_id": APP_ID,
        "private_key": app.private_forms["pkcs1-pem"],
        "key_form": "pkcs1-pem",
        "alipay_public_key": public_pem(alipay),
        "sign_type": "RSA2",
        "charset": "utf-8",
        "biz_content": content(),
        "own_json": False,
        "validate_sign": True,
        **changes,
    }


def drive(
    environments: Mapping[str, Environment],
    lines: Mapping[str, Sequence[Line]],
    zone: str = "Asia/Shanghai",
) -> dict[str, list[dict[str, str | None]]]:
    """Hand each client its lines, and return what each came to. ``zone`` is the machine's."""
    with ThreadPoolExecutor() as pool:
        running = {
            client: pool.submit(_drive, environments[client], given, zone)
            for client, given in lines.items()
        }
        return {client: future.result() for client, future in running.items()}


def drive_calls(
    environments: Mapping[str, Environment],
    lines: Mapping[str, Sequence[Line]],
    zone: str = "Asia/Shanghai",
) -> dict[str, list[CallResult]]:
    """Let each client make the calls of its lines."""
    calls = {client: [{"do": "call", **line} for line in given] for client, given in lines.items()}
    return {
        client: [_call_result(result) for result in results]
        for client, results in drive(environments, calls, zone).items()
    }


def _call_result(result: Mapping[str, str | None]) -> CallResult:
    signed, verdict, why = (result[name] for name in ("signed", "verdict", "why"))
    assert verdict is not None
    return CallResult(None if signed is None else base64.b64decode(signed), verdict, why or "")


def _drive(
    environment: Environment, lines: Sequence[Line], zone: str
) -> list[dict[str, str | None]]:
    done = subprocess.run(
        environment.command,
        input="".join(f"{json.dumps(line)}\n" for line in lines),
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={"PATH": os.environ["PATH"], "TZ": zone, "PYTHONUTF8": "1"},
        cwd=ROOT,
        timeout=_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(results) == len(lines), done.stderr
    return results
