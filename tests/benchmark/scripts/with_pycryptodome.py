"""Pycryptodome and either HTTP: SCRIPT GATEWAY http.client|requests quick|full."""

import base64
import json
import sys

from Crypto.Hash import SHA256
from Crypto.PublicKey import RSA
from Crypto.Signature import pkcs1_15
from Crypto.Util.asn1 import DerOctetString, DerSequence

from tests.benchmark.scripts.request import (
    NODE,
    form,
    parameters,
    read,
    signed_part,
    string_to_sign,
)

HEADERS = {"Content-Type": "application/x-www-form-urlencoded;charset=utf-8"}


def private_key(*, quick: bool) -> RSA.RsaKey:
    """Load the key; the full check takes its primes to be prime only after a test."""
    text = read("app.pem")
    if not quick:
        return RSA.import_key(text)
    pkcs8 = base64.b64decode("".join(text.splitlines()[1:-1]))
    pkcs1 = DerOctetString().decode(DerSequence().decode(pkcs8)[2]).payload
    _, n, e, d, p, q = DerSequence().decode(pkcs1)[:6]
    return RSA.construct((n, e, d, p, q, pow(p, -1, q)), consistency_check=False)


def post(gateway: str, by: str, body: bytes) -> str:
    """Return the answer's text."""
    if by == "requests":
        import requests

        return requests.post(gateway, data=body, headers=HEADERS, timeout=30).text
    import http.client
    from urllib.parse import urlsplit

    url = urlsplit(gateway)
    connection = http.client.HTTPConnection(url.netloc, timeout=30)
    connection.request("POST", url.path, body, HEADERS)
    return connection.getresponse().read().decode()


def main(gateway: str, by: str, check: str) -> None:
    """Make the call and print its biz_no."""
    params = parameters()
    digest = SHA256.new(string_to_sign(params))
    key = private_key(quick=check == "quick")
    params["sign"] = base64.b64encode(pkcs1_15.new(key).sign(digest)).decode()
    text = post(gateway, by, form(params))
    answer = json.loads(text)
    alipay = RSA.import_key(read("alipay.pem"))
    signature = base64.b64decode(answer["sign"])
    pkcs1_15.new(alipay).verify(SHA256.new(signed_part(text)), signature)
    print(answer[NODE]["biz_no"])


main(*sys.argv[1:])
