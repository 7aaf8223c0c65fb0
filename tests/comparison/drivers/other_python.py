"""Drives python-alipay-sdk as its users do: AliPay.server_api, and DCAliPay's serial numbers."""

import json
from collections.abc import Mapping
from typing import Any

from alipay import AliPay, DCAliPay
from alipay.exceptions import AliPayException
from alipay.utils import AliPayConfig

from tests.comparison.drivers.lines import METHOD, REFUSED, SECONDS, Case, result, serve, verdict_on


def call(case: Case) -> Mapping[str, object]:
    """Make one call."""
    signed: list[bytes] = []
    try:
        client = _client(case)
        # It knows production and the sandbox alone.
        client._gateway = case["gateway"]
        signs = client._sign

        def record(text: str) -> object:
            signed.append(text.encode())  # as the client does, whatever the charset
            return signs(text)

        client._sign = record
        names = ("timestamp", "format", "app_auth_token")
        more = {name: case[name] for name in names if name in case}
        if case["charset"] != "utf-8":
            more["charset"] = case["charset"]
        content = json.loads(case["biz_content"]) if case["own_json"] else case["biz_content"]
        verdict, why = verdict_on(client.server_api(METHOD, content, **more)), ""
    except AliPayException as error:
        verdict, why = _verdict_on_exception(error), str(error)
    except Exception as error:
        verdict, why = REFUSED, f"{type(error).__name__}: {error}"
    return result(signed[0] if signed else None, verdict, why)


def _client(case: Case) -> Any:
    own = {
        "appid": case["app_id"],
        "app_private_key_string": case["private_key"],
        "sign_type": case["sign_type"],
    }
    if "app_cert" not in case:
        config = AliPayConfig(timeout=SECONDS)
        return AliPay(alipay_public_key_string=case["alipay_public_key"], config=config, **own)
    return DCAliPay(
        app_public_key_cert_string=case["app_cert"],
        alipay_public_key_cert_string=case["alipay_cert"],
        alipay_root_cert_string=case["alipay_root_cert"],
        **own,
    )


def _verdict_on_exception(error: Exception) -> str:
    """Return what the exception tells that stands for an answer; it carries the whole text."""
    text = str(error).partition("message:")[2]
    nodes = [value for value in json.loads(text).values() if isinstance(value, dict)]
    if nodes and nodes[0].get("code") != "10000":
        return verdict_on(nodes[0])
    return REFUSED


def serial_numbers(case: Case) -> Mapping[str, object]:
    """Return both serial numbers."""
    found: dict[str, object] = {}
    for name, read, text in (
        ("certificate", DCAliPay.get_cert_sn, case["certificate"]),
        ("root", DCAliPay.get_root_cert_sn, case["root"]),
    ):
        try:
            found[name] = read(text)
        except Exception as error:
            found[name] = f"{REFUSED}: {type(error).__name__}"
    return found


def settings(_case: Case) -> Mapping[str, object]:
    """Return the names of all that can be set or called."""
    return {"names": " ".join(dir(DCAliPay))}


if __name__ == "__main__":
    serve({"call": call, "settings": settings, "serial_numbers": serial_numbers})
