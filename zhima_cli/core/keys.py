"""RSA keys in the forms that protocol.md ("Keys") names; every other form is told by its name."""

import base64
import binascii
import re
from dataclasses import dataclass, field

from Crypto.Hash import SHA1, SHA256
from Crypto.PublicKey import RSA
from Crypto.Signature import pkcs1_15
from Crypto.Util.asn1 import DerBitString, DerOctetString, DerSequence

from zhima_cli.core.errors import InputError, Problem, Reason
from zhima_cli.core.key_forms import (
    OTHER_PRIVATE_FORMS,
    OTHER_PUBLIC_FORMS,
    PRIVATE_FORMS,
    PUBLIC_FORMS,
    KeyForm,
)
from zhima_cli.core.kinds import Kind

MIN_BITS = 1024
# The page gives `sign` 344 characters, which is the signature of a key of 2048 bits.
MAX_SIGNING_BITS = 2048
RECOMMENDED_BITS = 2048

Digest = SHA256.SHA256Hash | SHA1.SHA1Hash

_RSA_OID = bytes.fromhex("06092a864886f70d010101")
_RSA_ALGORITHMS = (  # with the parameters, NULL, and without them
    b"\x30\x0d" + _RSA_OID + b"\x05\x00",
    b"\x30\x0b" + _RSA_OID,
)
_PEM = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \1-----", re.DOTALL)
# ``openssl ecparam -genkey`` puts these before the key; RSA has none.
_PARAMETERS = re.compile(r"-----BEGIN ((?:EC|DSA) PARAMETERS)-----.*?-----END \1-----", re.DOTALL)
_PEM_LABELS = {
    KeyForm.PKCS1_PRIVATE: "RSA PRIVATE KEY",
    KeyForm.PKCS8_PRIVATE: "PRIVATE KEY",
    KeyForm.SPKI_PUBLIC: "PUBLIC KEY",
}
_PEM_WIDTH = 64
# What makes a usable key of another form; openssl reads it as PEM or as DER, not as bare base64.
_CONVERSIONS = {
    KeyForm.BINARY: (Reason.KEY_BINARY, "openssl pkey -inform DER -in FILE -out FILE.pem"),
    KeyForm.ENCRYPTED_PRIVATE: (Reason.KEY_ENCRYPTED, "openssl pkey -in FILE -out FILE.pem"),
    KeyForm.OPENSSH_PRIVATE: (Reason.KEY_OPENSSH, "ssh-keygen -p -m PEM -f COPY"),
}
_PUBLIC_CONVERSION = "openssl pkey -pubin -inform DER -in FILE -out FILE.pem"


@dataclass(frozen=True)
class PrivateKey:
    """The application's private key (应用私钥). Its repr shows nothing of the key."""

    rsa: RSA.RsaKey = field(repr=False)

    def sign(self, digest: Digest) -> bytes:
        """Return the signature of what ``digest`` is of, by PKCS#1 v1.5."""
        return pkcs1_15.new(self.rsa).sign(digest)


@dataclass(frozen=True)
class PublicKey:
    """Alipay's public key (支付宝公钥), which verifies what the gateway answers."""

    rsa: RSA.RsaKey = field(repr=False)


def load_private_key(data: bytes, subject: str) -> PrivateKey:
    """Read an application's private key: PKCS#1 or PKCS#8, as PEM or bare base64.

    ``data`` is the key's text as bytes, ``subject`` names where it came from.
    Raises InputError.
    """
    form, der = identify(data)
    if form in PUBLIC_FORMS or form in OTHER_PUBLIC_FORMS:
        raise _fault(Reason.KEY_PUBLIC_FOR_PRIVATE, subject, form.value)
    if form in _CONVERSIONS and not der:
        reason, command = _CONVERSIONS[form]
        raise _fault(reason, subject, form.value, command)
    if form not in PRIVATE_FORMS:
        raise _fault(Reason.KEY_FORM, subject, form.value, "PKCS#1, PKCS#8")
    try:
        rsa = _construct(_pkcs1(der, form))
    except (ValueError, IndexError, TypeError, ArithmeticError) as error:
        raise _fault(Reason.KEY_DAMAGED, subject, form.value) from error
    _check_size(rsa, subject)
    if rsa.size_in_bits() > MAX_SIGNING_BITS:
        raise _fault(Reason.KEY_TOO_LARGE, subject, str(rsa.size_in_bits()), str(MAX_SIGNING_BITS))
    return PrivateKey(rsa)


def load_public_key(data: bytes, subject: str) -> PublicKey:
    """Read Alipay's public key: SPKI, as PEM or bare base64.

    ``data`` is the key's text as bytes, ``subject`` names where it came from.
    Raises InputError.
    """
    form, der = identify(data)
    if form in PRIVATE_FORMS or form in OTHER_PRIVATE_FORMS:
        raise _fault(Reason.KEY_PRIVATE_FOR_PUBLIC, subject, form.value)
    if form is KeyForm.CERTIFICATE:
        raise _fault(Reason.KEY_CERTIFICATE, subject, form.value)
    if form is KeyForm.BINARY:
        raise _fault(Reason.KEY_BINARY, subject, form.value, _PUBLIC_CONVERSION)
    if form not in PUBLIC_FORMS:
        raise _fault(Reason.KEY_FORM, subject, form.value, "SPKI")
    try:
        # Not by import_key(), which loads all that private keys may be encrypted with.
        rsa = RSA.construct(_public_numbers(der))
        if rsa.e % 2 == 0:
            raise ValueError
    except (ValueError, IndexError, TypeError, ArithmeticError) as error:
        raise _fault(Reason.KEY_DAMAGED, subject, form.value) from error
    _check_size(rsa, subject)
    return PublicKey(rsa)


def is_own_public_key(public: PublicKey, private: PrivateKey) -> bool:
    """Say whether ``public`` is the public half of ``private``: the commonest mistake."""
    return public.rsa.n == private.rsa.n


def fingerprint(key: PrivateKey | PublicKey) -> str:
    """Return the SHA-256 of the public half, as the DER of SPKI, in hexadecimal digits.

    ``openssl pkey -pubin -outform der | openssl dgst -sha256`` gives the same.
    """
    der: bytes = key.rsa.public_key().export_key(format="DER")
    return SHA256.new(der).hexdigest()


def identify(data: bytes) -> tuple[KeyForm, bytes]:
    """Tell which form of key ``data`` holds, and return it with the DER inside, if any."""
    try:
        text = data.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        return KeyForm.BINARY, b""
    if not text:
        return KeyForm.EMPTY, b""
    if "\0" in text:
        return KeyForm.BINARY, b""
    if "-----" in text:
        return _identify_pem(text)
    if text.startswith("ssh-"):
        return KeyForm.OPENSSH_PUBLIC, b""
    der = _decode_base64(text)
    if der is not None:
        return _identify_der(der), der
    looks_like_path = "\n" not in text and text.lower().endswith((".pem", ".key", ".txt", ".crt"))
    return (KeyForm.PATH if looks_like_path else KeyForm.UNKNOWN), b""


def on_one_line(text: str) -> str:
    """Return a key, in any form that is read, as bare base64; other text as it is."""
    form, der = identify(text.encode("utf-8", "surrogateescape"))
    return base64.b64encode(der).decode("ascii") if form in _PEM_LABELS else text


def in_pem(text: str) -> str:
    """Return a key, in any form that is read, as PEM; other text as it is."""
    form, _ = identify(text.encode("utf-8", "surrogateescape"))
    if form not in _PEM_LABELS:
        return text
    line, label = on_one_line(text), _PEM_LABELS[form]
    lines = (line[at : at + _PEM_WIDTH] for at in range(0, len(line), _PEM_WIDTH))
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----"])


def _identify_pem(text: str) -> tuple[KeyForm, bytes]:
    without_parameters = _PARAMETERS.sub("", text)
    if without_parameters.count("-----BEGIN ") > 1:
        return KeyForm.SEVERAL, b""
    if without_parameters != text:
        return KeyForm.OTHER_ALGORITHM, b""
    if r"\n" in text:
        return KeyForm.ESCAPED_LINES, b""
    block = _PEM.search(text)
    if block is None:
        return KeyForm.CUT_PEM, b""
    label, content = block.groups()
    if label == "OPENSSH PRIVATE KEY":
        return KeyForm.OPENSSH_PRIVATE, b""
    if label == "ENCRYPTED PRIVATE KEY" or "ENCRYPTED" in content:
        return KeyForm.ENCRYPTED_PRIVATE, b""
    if label.endswith("CERTIFICATE REQUEST"):
        return KeyForm.CERTIFICATE_REQUEST, b""
    der = _decode_base64(content)
    if der is None:
        return KeyForm.CUT_PEM, b""
    return _identify_der(der), der


def _decode_base64(text: str) -> bytes | None:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None


def _fields(der: bytes) -> list[int | bytes]:
    """Return the fields of an ASN.1 SEQUENCE, none where ``der`` is not one."""
    try:
        fields: list[int | bytes] = DerSequence().decode(der)[:]
    except (ValueError, IndexError, TypeError):
        return []
    return fields


def _identify_der(der: bytes) -> KeyForm:
    """Tell the ASN.1 structures apart by their first fields (RFC 8017, 5958, 5280, 5915)."""
    match _fields(der):
        case [0, *rest] if len(rest) == 8 and all(isinstance(value, int) for value in rest):
            return KeyForm.PKCS1_PRIVATE
        case [0 | 1, bytes(algorithm), bytes(), *_] if algorithm[:1] == b"\x30":
            return KeyForm.PKCS8_PRIVATE if _RSA_OID in algorithm else KeyForm.OTHER_ALGORITHM
        case [int(), int()]:
            return KeyForm.PKCS1_PUBLIC
        case [bytes(algorithm), bytes(content)] if content[:1] == b"\x03":
            return KeyForm.SPKI_PUBLIC if _RSA_OID in algorithm else KeyForm.OTHER_ALGORITHM
        case [bytes(), bytes(content)] if content[:1] == b"\x04":
            return KeyForm.ENCRYPTED_PRIVATE
        case [bytes(body), bytes(), bytes()] if body[:1] == b"\x30":
            # A request begins with its version, which is 0 (RFC 2986); a certificate does not.
            is_request = _fields(body)[:1] == [0]
            return KeyForm.CERTIFICATE_REQUEST if is_request else KeyForm.CERTIFICATE
        case [int(), *_]:
            return KeyForm.OTHER_ALGORITHM
    return KeyForm.UNKNOWN


def _pkcs1(der: bytes, form: KeyForm) -> bytes:
    """Return the PKCS#1 structure, which PKCS#8 wraps."""
    if form is KeyForm.PKCS1_PRIVATE:
        return der
    return bytes(DerOctetString().decode(DerSequence().decode(der)[2]).payload)


def _public_numbers(spki: bytes) -> tuple[int, int]:
    """Return n and e of a public key's DER (RFC 5280, 4.1; RFC 8017, A.1.1).

    Raises ValueError where it is no RSA key's.
    """
    algorithm, content = DerSequence().decode(spki, nr_elements=2)[:]
    if algorithm not in _RSA_ALGORITHMS:
        raise ValueError
    pkcs1 = DerBitString().decode(content).value
    n, e = DerSequence().decode(pkcs1, nr_elements=2, only_ints_expected=True)[:]
    return n, e


def _construct(pkcs1: bytes) -> RSA.RsaKey:
    """Make a key of its numbers (RFC 8017, A.1.2). Raises ValueError where they do not fit.

    That the primes are prime is not tested, which would take ten times as long as a call's
    signature; that they are none shows in the signature made here.
    """
    numbers = DerSequence().decode(pkcs1, nr_elements=9, only_ints_expected=True)[:]
    _version, n, e, d, p, q = numbers[:6]
    if n != p * q or min(p, q) < 2 or not (1 < e < n and e % 2) or not 1 < d < n:
        raise ValueError
    if (e * d - 1) % (p - 1) or (e * d - 1) % (q - 1):
        raise ValueError
    key = RSA.construct((n, e, d, p, q, pow(p, -1, q)), consistency_check=False)
    if key.size_in_bits() >= MIN_BITS:
        pkcs1_15.new(key).sign(SHA256.new())
    return key


def _check_size(rsa: RSA.RsaKey, subject: str) -> None:
    if rsa.size_in_bits() < MIN_BITS:
        raise _fault(Reason.KEY_TOO_SMALL, subject, str(rsa.size_in_bits()), str(MIN_BITS))


def _fault(reason: Reason, subject: str, found: str, expected: str = "") -> InputError:
    return InputError(Problem(Kind.CONFIG, reason, subject, found, expected))
