"""Drives alipay-sdk-python as its users do: DefaultAlipayClient.execute, and the typed response."""

import json
from collections.abc import Mapping
from datetime import datetime
from types import SimpleNamespace

import alipay.aop.api.DefaultAlipayClient
from alipay.aop.api.AlipayClientConfig import AlipayClientConfig
from alipay.aop.api.request.ZhimaCustomerCertificationInitializeRequest import (
    ZhimaCustomerCertificationInitializeRequest,
)
from alipay.aop.api.response.ZhimaCustomerCertificationInitializeResponse import (
    ZhimaCustomerCertificationInitializeResponse,
)
from alipay.aop.api.util.EncryptUtils import decrypt_content, encrypt_content

from tests.comparison.drivers.lines import REFUSED, SECONDS, Case, result, serve, verdict_on

client_module = alipay.aop.api.DefaultAlipayClient


class SignedLog:
    """A logger, which the client tells the string that it signed, within the URL."""

    def __init__(self) -> None:
        self.signed: str | None = None

    def info(self, line: str) -> None:
        """Note what is signed."""
        _, is_request, url = line.partition("]request:")
        if is_request:
            self.signed = url.partition("?")[2].rpartition("&sign=")[0]


def call(case: Case) -> Mapping[str, object]:
    """Make one call."""
    config = AlipayClientConfig()
    config.server_url = case["gateway"]
    config.app_id = case["app_id"]
    config.app_private_key = case["private_key"]
    config.alipay_public_key = case["alipay_public_key"]
    config.sign_type = case["sign_type"]
    config.charset = case["charset"]
    config.timeout = SECONDS
    if "format" in case:
        config.format = case["format"]
    if "encrypt_key" in case:
        config.encrypt_type = "AES"
        config.encrypt_key = case["encrypt_key"]
    if "timestamp" in case:
        # The client takes no timestamp from its caller, so its clock is set instead.
        moment = datetime.strptime(case["timestamp"], "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 -- as stored
        client_module.datetime = SimpleNamespace(datetime=SimpleNamespace(now=lambda: moment))
    request = ZhimaCustomerCertificationInitializeRequest()
    if case["own_json"]:
        request.biz_content = json.loads(case["biz_content"])
    else:
        request.add_other_text_param("biz_content", case["biz_content"])
    if "app_auth_token" in case:
        request.add_other_text_param("app_auth_token", case["app_auth_token"])
    log = SignedLog()
    try:
        content = client_module.DefaultAlipayClient(config, log).execute(request)
        response = ZhimaCustomerCertificationInitializeResponse()
        response.parse_response_content(content)
        node = {name: getattr(response, name) for name in ("code", "sub_code", "biz_no")}
        verdict, why = verdict_on({name: v for name, v in node.items() if v is not None}), ""
    except Exception as error:
        verdict, why = REFUSED, f"{type(error).__name__}: {error}"
    signed = None if log.signed is None else log.signed.encode(case["charset"])
    return result(signed, verdict, why)


def encrypt(case: Case) -> Mapping[str, object]:
    """Encrypt and decrypt by the functions that the client itself uses."""
    try:
        text = encrypt_content(case["text"], "AES", case["encrypt_key"], case["charset"])
        back = decrypt_content(text, "AES", case["encrypt_key"], case["charset"])
    except Exception as error:
        return {"text": None, "why": f"{type(error).__name__}: {error}"}
    return {"text": text if back == case["text"] else None, "why": ""}


def settings(_case: Case) -> Mapping[str, object]:
    """Return the names of all that can be set or called."""
    return {"names": " ".join(dir(AlipayClientConfig))}


if __name__ == "__main__":
    serve({"call": call, "settings": settings, "encrypt": encrypt})
