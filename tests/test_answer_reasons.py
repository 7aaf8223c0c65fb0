"""Why an answer is not believed: the reason, and what it is about."""

import json
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.conftest import Keys
from tests.fuzz.seeds import ENCRYPT_KEY, encrypted
from tests.support.independent import BIZ_NO, NODE, SUCCESS, public_pem, sign, signed_answer
from zhima_cli.core.answer import ERROR_NODE, read_answer
from zhima_cli.core.charset import Charset
from zhima_cli.core.content_encryption import EncryptKey
from zhima_cli.core.errors import Problem, Reason, UntrustedError
from zhima_cli.core.keys import load_public_key
from zhima_cli.core.kinds import Kind, Sent
from zhima_cli.core.outcome import Answer
from zhima_cli.core.signature import SignType

SN = "0a1b2c"
Make = Callable[[rsa.RSAPrivateKey], bytes]


def plain(text: str) -> Make:
    """Return an answer as it stands, NODE in it being the node's name."""
    return lambda _key: text.replace("NODE", NODE).encode()


def signed(node: str) -> Make:
    """Return a whole answer around the node."""
    return lambda key: signed_answer(key, node)


def beside(members: str, node: str = SUCCESS) -> Make:
    """Return a signed answer with other members before its own."""
    return lambda key: signed_answer(key, node).replace(b"{", b"{" + members.encode() + b",", 1)


def with_sign(change: Callable[[str], object]) -> Make:
    """Return a success whose signature was changed."""

    def make(key: rsa.RSAPrivateKey) -> bytes:
        value = json.dumps(change(sign(SUCCESS.encode(), key)))
        return f'{{"{NODE}":{SUCCESS},"sign":{value}}}'.encode()

    return make


def in_error_node(key: rsa.RSAPrivateKey) -> bytes:
    """Return a success in the node for errors, signed."""
    return signed_answer(key).replace(NODE.encode(), ERROR_NODE.encode())


def twisted(signature: str) -> str:
    """Return a signature that is base64 of the right length, but of another text."""
    return signature[:-8] + ("A" if signature[-8] != "A" else "B") + signature[-7:]


REFUSED: dict[str, tuple[Make, Reason, str]] = {
    "bytes": (lambda _key: b"\xff", Reason.ANSWER_NOT_IN_CHARSET, "utf-8"),
    "nothing": (plain(""), Reason.ANSWER_NOT_JSON, ""),
    "no object": (plain("[]"), Reason.ANSWER_NOT_JSON, ""),
    "a number as a name": (plain('{1:{},"NODE":{}}'), Reason.ANSWER_NOT_JSON, ""),
    "no colon": (plain('{"NODE" {}}'), Reason.ANSWER_NOT_JSON, ""),
    "no comma": (plain('{"NODE":{} "a":1}'), Reason.ANSWER_NOT_JSON, ""),
    "no end": (plain('{"NODE":{}'), Reason.ANSWER_NOT_JSON, ""),
    "more": (plain('{"NODE":{}}x'), Reason.ANSWER_NOT_JSON, ""),
    "twice": (plain('{"NODE":{},"NODE":{}}'), Reason.ANSWER_NOT_JSON, ""),
    "no node": (plain('{"sign":"AAAA"}'), Reason.ANSWER_NODE, NODE),
    "two nodes": (plain('{"NODE":{},"error_response":{}}'), Reason.ANSWER_NODE, NODE),
    "an array as the node": (plain('{"NODE":[]}'), Reason.ANSWER_NODE, NODE),
    "no code": (plain('{"NODE":{}}'), Reason.ANSWER_MEMBER, "code"),
    "a number as code": (plain('{"NODE":{"code":1}}'), Reason.ANSWER_MEMBER, "code"),
    "a number as msg": (plain('{"NODE":{"code":"1","msg":1}}'), Reason.ANSWER_MEMBER, "msg"),
    "a number as sub_code": (
        plain('{"NODE":{"code":"1","sub_code":1}}'),
        Reason.ANSWER_MEMBER,
        "sub_code",
    ),
    "a number as sub_msg": (
        plain('{"NODE":{"code":"1","sub_msg":1}}'),
        Reason.ANSWER_MEMBER,
        "sub_msg",
    ),
    "a number as biz_no": (
        signed('{"code":"10000","biz_no":1}'),
        Reason.ANSWER_MEMBER,
        "biz_no",
    ),
    "no biz_no": (signed('{"code":"10000"}'), Reason.BIZ_NO_MISSING, ""),
    "an empty biz_no": (signed('{"code":"10000","biz_no":""}'), Reason.BIZ_NO_MISSING, ""),
    "a long biz_no": (
        signed(f'{{"code":"10000","biz_no":"{"1" * 33}"}}'),
        Reason.BIZ_NO_MISSING,
        "",
    ),
    "success without sign": (plain(f'{{"NODE":{SUCCESS}}}'), Reason.SIGNATURE_MISSING, ""),
    "encrypted without sign": (plain('{"NODE":"AAAA"}'), Reason.SIGNATURE_MISSING, ""),
    "success in the other node": (in_error_node, Reason.ANSWER_NODE, NODE),
    "null as sign": (with_sign(lambda _sign: None), Reason.SIGNATURE_MALFORMED, ""),
    "an empty sign": (with_sign(lambda _sign: ""), Reason.SIGNATURE_MALFORMED, ""),
    "a space in sign": (with_sign(lambda sign: sign + " "), Reason.SIGNATURE_MALFORMED, ""),
    "padding gone": (with_sign(lambda sign: sign.rstrip("=")), Reason.SIGNATURE_MALFORMED, ""),
    "Chinese in sign": (with_sign(lambda sign: "收" + sign), Reason.SIGNATURE_MALFORMED, ""),
    "stray bits": (with_sign(lambda sign: sign[:-3] + "B=="), Reason.SIGNATURE_MALFORMED, ""),
    "another sign": (with_sign(twisted), Reason.SIGNATURE_WRONG, ""),
    "a short sign": (with_sign(lambda _sign: "AAAA"), Reason.SIGNATURE_WRONG, ""),
    "another certificate": (beside('"alipay_cert_sn":"0a1b2d"'), Reason.OTHER_CERTIFICATE, SN),
    "a number as certificate": (beside('"alipay_cert_sn":1'), Reason.OTHER_CERTIFICATE, SN),
    "too deep as signed": (
        signed('{"code":"40004","x":' + "[" * 64 + "]" * 64 + "}"),
        Reason.ANSWER_NOT_JSON,
        "",
    ),
    "undecryptable": (signed('"AAAA"'), Reason.ANSWER_UNDECRYPTABLE, ""),
    "encrypted but no JSON": (
        signed(f'"{encrypted("x", "utf-8")}"'),
        Reason.ANSWER_UNDECRYPTABLE,
        "",
    ),
    "encrypted but no text": (
        signed(f'"{encrypted("乗", "gbk")}"'),
        Reason.ANSWER_UNDECRYPTABLE,
        "",
    ),
    "encrypted but no object": (
        signed(f'"{encrypted("[]", "utf-8")}"'),
        Reason.ANSWER_UNDECRYPTABLE,
        "",
    ),
    "encrypted without a code": (
        signed(f'"{encrypted("{}", "utf-8")}"'),
        Reason.ANSWER_MEMBER,
        "code",
    ),
}


def read(
    body: bytes, keys: Keys, charset: Charset = Charset.UTF_8, *, has_key: bool = True
) -> Answer:
    """Read an answer in certificate mode, with content encryption if there ``has_key``."""
    key = load_public_key(public_pem(keys.alipay).encode(), "key")
    encrypt_key = EncryptKey(ENCRYPT_KEY) if has_key else None
    return read_answer(
        body, charset, key, SignType.RSA2, alipay_cert_sn=SN, encrypt_key=encrypt_key
    )


@pytest.mark.parametrize("name", REFUSED)
def test_an_answer_that_is_not_believed_says_why(keys: Keys, name: str) -> None:
    make, reason, subject = REFUSED[name]
    with pytest.raises(UntrustedError) as caught:
        read(make(keys.alipay), keys)
    assert caught.value.problems == (Problem(Kind.UNTRUSTED, reason, subject),)
    assert (caught.value.kind, caught.value.sent) == (Kind.UNTRUSTED, Sent.ANSWERED)


def test_an_answer_that_is_not_in_the_charset_says_which(keys: Keys) -> None:
    with pytest.raises(UntrustedError) as caught:
        read("亇é".encode(), keys, Charset.GBK)
    problem = Problem(Kind.UNTRUSTED, Reason.ANSWER_NOT_IN_CHARSET, "gbk")
    assert caught.value.problems == (problem,)


def test_an_encrypted_answer_needs_the_key(keys: Keys) -> None:
    body = signed_answer(keys.alipay, f'"{encrypted(SUCCESS, "utf-8")}"')
    with pytest.raises(UntrustedError) as caught:
        read(body, keys, has_key=False)
    assert caught.value.problems == (Problem(Kind.UNTRUSTED, Reason.ANSWER_ENCRYPTED),)
    assert read(body, keys).biz_no == BIZ_NO


@pytest.mark.parametrize("named", [f'"alipay_cert_sn":"{SN}"', '"x":"y"'])
def test_an_answer_may_name_the_certificate_or_none(keys: Keys, named: str) -> None:
    assert read(beside(named)(keys.alipay), keys).biz_no == BIZ_NO


def test_encrypted_slashes_may_be_escaped_too(keys: Keys) -> None:
    """AES as base64 has slashes, which a gateway may escape after it signed."""
    nodes = (f'{{"code":"10000","biz_no":"ZM{number}"}}' for number in range(1000))
    node = next(node for node in nodes if "/" in encrypted(node, "utf-8"))
    text = f'"{encrypted(node, "utf-8")}"'
    signature = sign(text.encode(), keys.alipay)
    body = f'{{"{NODE}":{text.replace("/", chr(92) + "/")},"sign":"{signature}"}}'.encode()
    assert read(body, keys).biz_no == json.loads(node)["biz_no"]
