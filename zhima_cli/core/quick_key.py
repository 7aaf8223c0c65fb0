"""A private key that signs by OpenSSL, as cryptography has it: in less than half the time.

The signature is the same to the byte, whoever makes it (RFC 8017, 8.2). The package is the extra
``fast``; who has it not signs with pycryptodome.
"""

from dataclasses import dataclass, field
from typing import Self

from Crypto.Hash import SHA1, SHA256
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import load_der_private_key

from zhima_cli.core.keys import Digest, PrivateKey

_HASHES = {hash_type.digest_size: hash_type for hash_type in (hashes.SHA1, hashes.SHA256)}


@dataclass(frozen=True)
class QuickKey(PrivateKey):
    """The same key as OpenSSL's."""

    openssl_key: RSAPrivateKey = field(repr=False)

    @classmethod
    def of(cls, key: PrivateKey) -> Self:
        """Return the same key, tried with each hash.

        Raises ValueError, or what cryptography does, where OpenSSL does not sign the same.
        """
        openssl_key = load_der_private_key(key.rsa.export_key("DER"), None)
        assert isinstance(openssl_key, RSAPrivateKey)  # noqa: S101 -- as the other one is
        quick = cls(key.rsa, openssl_key)
        # A machine's policy may forbid a hash, which is told only when something is signed.
        for digest in (SHA1.new(), SHA256.new()):
            if quick.sign(digest) != key.sign(digest):
                raise ValueError
        return quick

    def sign(self, digest: Digest) -> bytes:
        """Return the signature of what ``digest`` is of, by PKCS#1 v1.5."""
        hash_type = _HASHES[digest.digest_size]()
        return self.openssl_key.sign(digest.digest(), PKCS1v15(), Prehashed(hash_type))
