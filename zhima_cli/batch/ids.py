"""transaction_ids that a row has by itself, so that a second run asks for the same transaction."""

import hashlib

from zhima_cli.core.keys import PrivateKey
from zhima_cli.core.parameters import MAX_TRANSACTION_ID, Content
from zhima_cli.core.strict_json import encode

# No answer of the mock gateway has a J in its name, and none is made of hexadecimal digits: so
# none is asked for by chance, not even where the prefix is the beginning of its name.
_AFTER_PREFIX = "J"
_CONTENT_DIGITS = 32


class RowIds:
    """Makes the ids of a batch: the same content has the same one, today and tomorrow.

    They are keyed by the application's private key: who knows a person cannot find out that
    person's id, nor the person of an id.
    """

    def __init__(self, private_key: PrivateKey, app_id: str, batch: str, prefix: str) -> None:
        # A prime, and not the file: the same key can be written in more than one way.
        prime = min(int(private_key.rsa.p), int(private_key.rsa.q))
        secret = prime.to_bytes((prime.bit_length() + 7) // 8, "big")
        self._key = hashlib.sha256(b"zhima transaction_id of a row\0" + secret).digest()
        self._app_id = app_id
        self._batch = batch
        self._head = prefix + _AFTER_PREFIX

    def transaction_id(self, content: Content) -> str:
        """Return the id of what a row asks for: 32 characters, beginning with the prefix."""
        digest = self._digest("transaction_id", self._batch, content)
        return self._head + digest[: MAX_TRANSACTION_ID - len(self._head)]

    def content(self, content: Content) -> str:
        """Return 32 hexadecimal digits by which the same content is known again, in any batch."""
        return self._digest("content", "", content)[:_CONTENT_DIGITS]

    def _digest(self, purpose: str, batch: str, content: Content) -> str:
        fields = [
            self._app_id,
            content.product_code,
            content.biz_code,
            content.identity_param,
            content.merchant_config,
            content.ext_biz_param,
            content.linked_merchant_id,
        ]
        text = encode([purpose, batch, *fields])
        # The batch's name may be a file's, whose bytes need not be text.
        data = text.encode("utf-8", "surrogateescape")
        # A keyed hash by itself (RFC 7693): HMAC with OpenSSL takes ten times as long.
        return hashlib.blake2b(data, digest_size=32, key=self._key).hexdigest()
