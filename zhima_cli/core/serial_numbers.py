"""The serial numbers of certificate mode (公钥证书模式; protocol.md)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SerialNumbers:
    """By which a request names its certificates, and an answer Alipay's.

    ``alipay_cert_sn`` is None only where no answer will be read.
    """

    app_cert_sn: str
    alipay_root_cert_sn: str
    alipay_cert_sn: str | None
