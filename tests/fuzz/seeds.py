"""What the fuzzer begins with: right inputs of every sort, near misses, and what it found once."""

import base64
import json

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from tests.fuzz import nobody
from tests.support.independent import NODE, SUCCESS, node_text, sign

JSON_WORDS = (
    *("{", "}", "[", "]", ",", ":", '"', "\\", '\\"', "\\/", "\\\\", "\\u0041", "\\ud83d\\ude00"),
    *("\\ud800", "null", "true", "NaN", "-Infinity", "1e999", "-0", "0.5", " ", "\n", "\ufeff"),
    *('{"a":1}', '"a":', '""', "[" * 40, "]" * 40, "收委", "，", "“", "”", "\u3000", "\0"),
)

# --- content encryption, as protocol.md describes it ----------------------------------------------

ENCRYPT_KEY = b"nobody's AES key"
_CIPHER = Cipher(algorithms.AES(ENCRYPT_KEY), modes.CBC(bytes(16)))


def encrypted(text: str, charset: str) -> str:
    """Return the text in AES, as base64."""
    padder, encryptor = padding.PKCS7(128).padder(), _CIPHER.encryptor()
    data = padder.update(text.encode(charset)) + padder.finalize()
    return base64.b64encode(encryptor.update(data) + encryptor.finalize()).decode()


def decrypted(text: str, charset: str) -> str:
    """Return what an encrypted text holds. Raises ValueError."""
    unpadder, decryptor = padding.PKCS7(128).unpadder(), _CIPHER.decryptor()
    data = decryptor.update(base64.b64decode(text, validate=True)) + decryptor.finalize()
    return (unpadder.update(data) + unpadder.finalize()).decode(charset)


# --- answers --------------------------------------------------------------------------------------

ANSWER_WORDS = (
    *JSON_WORDS,
    *(f'"{NODE}"', '"error_response"', '"sign"', '"code"', '"10000"', '"40004"', '"msg"'),
    *('"sub_code"', '"sub_msg"', '"biz_no"', '"mock"', SUCCESS, f'"{NODE}":{SUCCESS}', '"sign":"'),
)

_NODES = (
    SUCCESS,
    node_text(code="40004", msg="业务失败", sub_code="ARRANGEMENT_ERROR", sub_msg="合约异常"),
    '{ "code":"10000",\n"msg":"\\u7cfb\\/", "biz_no":"ZM1","x":{"sign":"}","a":[1.5e3,null]} }',
    '{"code":"10000","biz_no":"ZM 1"}',
    '{"code":40004,"msg":[]}',
    '{"code":"40004","mock":true}',
    f'"{encrypted(SUCCESS, "utf-8")}"',
    f'"{encrypted("[]", "utf-8")}"',
    '"AAAA"',
)
_LAYOUTS = (
    '{"NODE":TEXT,"sign":"SIGN"}',
    '{"sign":"SIGN","NODE":TEXT}',
    ' {\n"x" : {"a":[]} , "NODE" : TEXT , "sign" : null } ',
    '{"alipay_cert_sn":"0a1b","NODE":TEXT,"sign":"SIGN"}',
    '{"error_response":TEXT}',
    '{"NODE":TEXT,"error_response":TEXT}',
    '{"NODE":TEXT,"NODE":TEXT,"sign":"SIGN"}',
    '{"NODE":TEXT,"sign":"SIGN"}x',
)
_CHARSETS = ("utf-8", "gbk", "gb2312")


def _answers() -> dict[bytes, str]:
    """Return answers, each behind a byte for its charset, with what is signed in them."""
    made = {}
    for at, charset in enumerate(_CHARSETS):
        for text in _NODES:
            signature = sign(text.encode(charset), nobody.KEY)
            for layout in _LAYOUTS:
                answer = layout.replace("SIGN", signature).replace("NODE", NODE)
                made[bytes([at]) + answer.replace("TEXT", text).encode(charset)] = text
    return made


_SIGNED = _answers()
# The piece that is cut out begins within what stands before it.
_OVERLAP = b'\0{"error_response":":"}'
ANSWERS = (
    *_SIGNED,
    _OVERLAP,
    b"",
    b"\0",
    b"\0{}",
    b"\1\x81",
    b"\0\xef\xbb\xbf{}",
    b'\0{"a":' * 2000,
)


def was_signed(answer: str) -> bool:
    """Say whether a node that the seeds have a signature of stands in the answer."""
    plain = answer.replace("\\/", "/")
    return any(text in answer or text in plain for text in _NODES)


# --- configuration files --------------------------------------------------------------------------

_RIGHT = {
    "app_id": "2014072300007148",
    "private_key": nobody.pem(nobody.PKCS8, "PRIVATE KEY"),
    # Another key than the application's own, of 1024 bits too.
    "alipay_public_key": (
        "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC+qyhuKwlhXG6PRyVLcOlgnSTy4CGjag7Qk9z6"
        "hMZt7ikilBkw5mg8ZZin8S1T6uFo3NeIvEjdmylCvO3EBdNyqFeryJsb2Tw8dHJnffSV/GuRs9rG"
        "2/FBbZZdoplu8yHKlgeH8F52WETXsVjFWFvfu0paAVhDxHuDQtoW9vYwOwIDAQAB"
    ),
}
_OTHERS = {
    "private_key_file": "app.pem",
    "alipay_public_key_file": "~/alipay.pem",
    "sign_type": "RSA",
    "charset": "gbk",
    "gateway": "http://127.0.0.1:8080/gateway.do",
    "timeout": 0.5,
    "retries": 0,
    "deadline": 90,
    "history": False,
    "app_auth_token": "201510BB",
    "linked_merchant_id": "2088",
    "product_code": "w1010100000000002978",
    "biz_code": "FACE",
    "transaction_prefix": "T",
    "app_cert_file": "app.crt",
    "encrypt_key": base64.b64encode(ENCRYPT_KEY).decode(),
    "encrypt_key_file": "aes.key",
}


def _profile(name: str, **values: object) -> str:
    return "\n".join(
        [
            f"[profiles.{name}]",
            *(f"{key} = {json.dumps(value)}" for key, value in values.items()),
            "",
        ]
    )


PROFILES = tuple(
    text.encode()
    for text in (
        _profile("default", **_RIGHT),
        *(_profile("a", **_RIGHT, **{key: value}) for key, value in _OTHERS.items()),
        'default_profile = "b"\n' + _profile("a", **_RIGHT) + _profile("b", **_OTHERS),
        "\ufeff" + _profile("default", app_id=1, private_key=True, timeout="x", history=True),
        _profile("mock"),
        _profile("''", **_RIGHT),
        'profiles = {a = {app_id = "1"}, b = 1}',
        "[[profiles]]",
        "default_profile = 1979-05-27",
        f"private_key = {json.dumps(_RIGHT['private_key'])}",
        _profile("default") + f"{base64.b64encode(nobody.PKCS8).decode()}",
        _profile("default") + f"{base64.b64encode(nobody.PKCS8).decode().rstrip('=')} = 1",
        _profile("default", private_key_file=_RIGHT["private_key"]),
        _profile("default", **_RIGHT, gateway="https://a.b/" + "." * 100),
        "a" + ".a" * 300 + " = 1",
        "",
        "# nothing\r\n",
        "[profiles.default]\ntimeout = 0x" + "f" * 5000,
        "[profiles.default]\ntimeout = " + "9" * 5000,
        "[profiles.default]\ntimeout = 2026-02-30",
        "[profiles.default]\ntimeout = 1e400\nretries = -0\ndeadline = nan",
    )
)
PROFILE_WORDS = (
    *_RIGHT,
    *_OTHERS,
    *("[profiles.", "profiles", "default_profile", "default", "mock", "[[", "]]", " = ", "'''"),
    *('"""', "\\", "\\u0000", "\n", "\r\n", "\ufeff", "true", "false", "inf", "nan", "1e999", "-1"),
    *(
        "0x",
        "1979-05-27",
        "07:32:00",
        "{",
        "}",
        "a.b",
        "#",
        "https://",
        "localhost",
        "RSA2",
        "utf-8",
    ),
    *(
        base64.b64encode(nobody.PKCS8).decode()[:60],
        "-----BEGIN PRIVATE KEY-----",
        "~/",
        "/dev/null",
    ),
)

# --- keys -----------------------------------------------------------------------------------------

_ENCRYPTED = "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n"
# AlgorithmIdentifiers: RSA, RSASSA-PSS, and elliptic curves (RFC 8017, 5480).
_ALGORITHMS = (
    bytes.fromhex("300d06092a864886f70d0101010500"),
    bytes.fromhex("300b06092a864886f70d01010a"),
    bytes.fromhex("301306072a8648ce3d020106082a8648ce3d030107"),
)
KEYS = tuple(
    text.encode()
    for text in (
        *(
            base64.b64encode(der).decode()
            for der in (nobody.PKCS1, nobody.PKCS8, nobody.SPKI, nobody.PKCS1_PUBLIC)
        ),
        *(base64.b64encode(nobody.PKCS8 + b"\0" * more).decode() for more in (1, 2, 3)),
        # Found: an even exponent.
        base64.b64encode(nobody.SPKI[:-1] + b"\0").decode(),
        *(base64.b64encode(nobody.PKCS8[:-less]).decode() for less in (1, 30, 300)),
        *(
            base64.b64encode(nobody.SPKI.replace(_ALGORITHMS[0], other)).decode()
            for other in _ALGORITHMS[1:]
        ),
        nobody.pem(nobody.PKCS1, "RSA PRIVATE KEY"),
        nobody.pem(nobody.PKCS8, "PRIVATE KEY"),
        nobody.pem(nobody.SPKI, "PUBLIC KEY"),
        nobody.pem(nobody.PKCS1_PUBLIC, "RSA PUBLIC KEY"),
        nobody.pem(nobody.SPKI, "CERTIFICATE"),
        nobody.pem(nobody.SPKI, "CERTIFICATE REQUEST"),
        nobody.pem(nobody.PKCS8, "ENCRYPTED PRIVATE KEY"),
        nobody.pem(nobody.PKCS8, "OPENSSH PRIVATE KEY"),
        nobody.pem(nobody.PKCS1, "RSA PRIVATE KEY").replace("\n", "\n" + _ENCRYPTED, 1),
        nobody.pem(nobody.PKCS8, "PRIVATE KEY").replace("\n", "\r\n"),
        nobody.pem(nobody.PKCS8, "PRIVATE KEY").replace("\n", r"\n"),
        nobody.pem(nobody.PKCS8, "PRIVATE KEY") * 2,
        "\ufeff\n" + nobody.pem(nobody.SPKI, "PUBLIC KEY"),
        nobody.pem(nobody.PKCS8, "PRIVATE KEY")[:200],
        "ssh-rsa AAAAB3NzaC1yc2E= nobody",
        "./app_private_key.pem",
        "",
        "\0",
        "MAA=",
    )
)
KEY_WORDS = (
    *("-----BEGIN ", "-----END ", "-----", "PRIVATE KEY", "RSA ", "PUBLIC KEY", "ENCRYPTED ", "=="),
    *("OPENSSH ", "CERTIFICATE", " REQUEST", "ssh-", "\\n", "\n", "\ufeff", ".pem", "MIIC", "AgEA"),
    *(base64.b64encode(algorithm).decode() for algorithm in _ALGORITHMS),
)

# --- parameters that are JSON ---------------------------------------------------------------------

_TEXTS = (
    '{"a":"b"}',
    ' {"cert_name":"收委","cert_no":"260104197909275964","n":[1,-2.5e3,true,null,{}]} \n',
    "\ufeff{}",
    "\u3000{}\u00a0",
    '{"a":"\\ud83d\\ude00","b":"\\/\\\\\\"\\u4e58"}',
    '{"a":"\\ud83d"}',
    '{"a":1,"a":2}',
    '{"a":[{"b":1,"\\u0062":2}]}',
    "[]",
    '"x"',
    "1",
    "NaN",
    '{"a":Infinity}',
    '{"a":1e999}',
    '{"a":' + "9" * 5000 + "}",
    "{“a”：1}",
    '{"a":"“"}',
    "{'a':1}",
    '{"a":"\n"}',
    '{"a":1,}',
    '{"a":1}}',
    "@file",
    "-",
    "",
    '{"a":' * 63 + "1" + "}" * 63,
    '{"a":' * 64 + "1" + "}" * 64,
    '{"a":' + "[" * 64 + "]" * 64 + "}",
    "[" * 3000,
    '{"k":"' + "x" * 1015 + '"}',
    '{"k":"' + "x" * 1016 + '"}',
    '{"k":"' + "x" * 1017 + '"}',
)
PARAMETERS = (
    *(bytes([how]) + text.encode() for text in _TEXTS for how in (0, 0x11, 0x22, 0x42)),
    b"\x10\xff",
    b"\x00\xff{}",
    b'\x00{"a":"\xff"}',
    b'\x20{"a":"\xed\xa0\x80"}',
    b'\x10{"k":"' + b"x" * (64 * 1024) + b'"}',
    b'\x20{"k":"' + b"x" * (64 * 1024) + b'"}',
)
