"""Keys, signing and checking by the library cryptography and by protocol.md alone."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

NODE = "zhima_customer_certification_initialize_response"
BIZ_NO = "ZM201612013000000393900404029253"


def new_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    """Make an RSA key."""
    return rsa.generate_private_key(65537, bits)


def private_pem(key: rsa.RSAPrivateKey) -> str:
    """Return the private key as PKCS#8 PEM."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def public_pem(key: rsa.RSAPrivateKey) -> str:
    """Return the public half as SPKI PEM."""
    return (
        key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


def _hash(sign_type: str) -> hashes.HashAlgorithm:
    return {"RSA2": hashes.SHA256(), "RSA": hashes.SHA1()}[sign_type]  # noqa: S303 -- the protocol's


def sign(data: bytes, key: rsa.RSAPrivateKey, sign_type: str = "RSA2") -> str:
    """Return the signature as base64."""
    return base64.b64encode(key.sign(data, padding.PKCS1v15(), _hash(sign_type))).decode()


def holds(data: bytes, signature: str, key: rsa.RSAPrivateKey, sign_type: str) -> bool:
    """Say whether the signature is that of the key's private half."""
    try:
        key.public_key().verify(
            base64.b64decode(signature, validate=True),
            data,
            padding.PKCS1v15(),
            _hash(sign_type),
        )
    except InvalidSignature:
        return False
    return True


@dataclass(frozen=True)
class ReadRequest:
    """A request as a gateway reads it: every parameter, decoded from its charset."""

    params: Mapping[str, str]

    @property
    def string_to_sign(self) -> bytes:
        """The string to be signed, as protocol.md says, in the request's charset."""
        names = sorted(name for name, value in self.params.items() if name != "sign" and value)
        text = "&".join(f"{name}={self.params[name]}" for name in names)
        return text.encode(self.params["charset"])

    @property
    def biz_content(self) -> dict[str, str]:
        """The interface's own parameters."""
        content: dict[str, str] = json.loads(self.params["biz_content"])
        return content

    def is_signed_by(self, key: rsa.RSAPrivateKey) -> bool:
        """Say whether ``sign`` is this key's over the string to be signed."""
        return holds(self.string_to_sign, self.params["sign"], key, self.params["sign_type"])


def read_request(query: str, body: bytes) -> ReadRequest:
    """Decode a request's query and form by the charset that the query names."""
    charset = dict(parse_qsl(query, encoding="latin-1"))["charset"]
    common = parse_qsl(query, strict_parsing=True, encoding=charset, errors="strict")
    form = parse_qsl(body.decode("ascii"), strict_parsing=True, encoding=charset, errors="strict")
    assert [name for name, _ in form] == ["biz_content"]
    params = dict(common + form)
    assert len(params) == len(common) + len(form)
    return ReadRequest(params)


def node_text(**members: str) -> str:
    """Return an answer's node as JSON text, characters as they are."""
    return json.dumps(members, ensure_ascii=False, separators=(",", ":"))


SUCCESS = node_text(code="10000", msg="Success", biz_no=BIZ_NO)


def signed_answer(
    key: rsa.RSAPrivateKey,
    node: str = SUCCESS,
    sign_type: str = "RSA2",
    charset: str = "utf-8",
) -> bytes:
    """Return a whole answer, properly signed, with ``sign`` behind the node."""
    signature = sign(node.encode(charset), key, sign_type)
    return f'{{"{NODE}":{node},"sign":"{signature}"}}'.encode(charset)
