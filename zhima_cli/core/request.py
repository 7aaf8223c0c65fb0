"""Assembles the request and knows the string that is signed (protocol.md, "The request")."""

from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

from zhima_cli import __version__
from zhima_cli.core.beijing import beijing_time
from zhima_cli.core.charset import Charset
from zhima_cli.core.content_encryption import ENCRYPT_TYPE, encrypt
from zhima_cli.core.parameters import Parameters
from zhima_cli.core.settings import Settings
from zhima_cli.core.signature import sign
from zhima_cli.core.strict_json import encode

METHOD = "zhima.customer.certification.initialize"
FORMAT = "JSON"
VERSION = "1.0"


@dataclass(frozen=True)
class Param:
    """One of the parameters that are sent, by the page's name."""

    name: str
    value: str = field(repr=False)


@dataclass(frozen=True)
class Header:
    """One header of the HTTP request."""

    name: str
    value: str


@dataclass(frozen=True)
class Request:
    """A request as it is sent: ``params`` sorted by name, ``sign`` apart from them.

    ``biz_content`` holds the interface's own parameters, as JSON text. The param of that name is
    the same text, or what content encryption makes of it.
    """

    gateway: str
    charset: Charset
    params: tuple[Param, ...]
    sign: str
    biz_content: str = field(repr=False)

    @property
    def url(self) -> str:
        """The gateway with every common parameter in the query, ``sign`` included."""
        common = [param for param in self.params if param.name != "biz_content"]
        return f"{self.gateway}?{self._encode([*common, Param('sign', self.sign)])}"

    @property
    def body(self) -> bytes:
        """The form that holds ``biz_content``."""
        content = [param for param in self.params if param.name == "biz_content"]
        return self._encode(content).encode("ascii")

    @property
    def headers(self) -> tuple[Header, ...]:
        """The headers that zhima sets."""
        content_type = f"application/x-www-form-urlencoded;charset={self.charset.value}"
        return (
            Header("Content-Type", content_type),
            Header("Accept", "application/json"),
            # A compressed answer could be larger than the bound on what is read.
            Header("Accept-Encoding", "identity"),
            Header("User-Agent", f"zhima-cli/{__version__}"),
        )

    @property
    def is_encrypted(self) -> bool:
        """Whether ``biz_content`` leaves the machine encrypted only."""
        return any(param.name == "encrypt_type" for param in self.params)

    @property
    def string_to_sign(self) -> str:
        """What ``sign`` is the signature of, in ``charset``."""
        return string_to_sign(self.params)

    def _encode(self, params: list[Param]) -> str:
        charset = self.charset.value
        return "&".join(f"{p.name}={quote(p.value.encode(charset), safe='')}" for p in params)


def string_to_sign(params: tuple[Param, ...]) -> str:
    """Return the parameters but ``sign`` and empty ones, by name in ASCII order, as they are."""
    signed = [param for param in params if param.name != "sign" and param.value]
    return "&".join(f"{p.name}={p.value}" for p in sorted(signed, key=lambda p: p.name))


def assemble(settings: Settings, now: datetime) -> Request:
    """Assemble and sign the call. ``now`` is any aware time; the timestamp is Beijing's."""
    biz_content = _biz_content(settings.parameters)
    params = _params(settings, biz_content, now)
    data = string_to_sign(params).encode(settings.charset.value)
    signature = sign(data, settings.account.private_key, settings.sign_type)
    return Request(settings.account.gateway, settings.charset, params, signature, biz_content)


def _params(settings: Settings, biz_content: str, now: datetime) -> tuple[Param, ...]:
    account = settings.account
    serial_numbers, encrypt_key = account.serial_numbers, account.encrypt_key
    if encrypt_key is not None:
        # First encrypted, then signed (protocol.md, "Content encryption").
        biz_content = encrypt(biz_content.encode(settings.charset.value), encrypt_key)
    values = (
        ("alipay_root_cert_sn", serial_numbers and serial_numbers.alipay_root_cert_sn),
        ("app_auth_token", settings.app_auth_token),
        ("app_cert_sn", serial_numbers and serial_numbers.app_cert_sn),
        ("app_id", account.app_id),
        ("biz_content", biz_content),
        ("charset", settings.charset.value),
        ("encrypt_type", encrypt_key and ENCRYPT_TYPE),
        ("format", FORMAT),
        ("method", METHOD),
        ("sign_type", settings.sign_type.value),
        ("timestamp", beijing_time(now).strftime("%Y-%m-%d %H:%M:%S")),
        ("version", VERSION),
    )
    return tuple(Param(name, value) for name, value in values if value)


def _biz_content(parameters: Parameters) -> str:
    members = (
        ("transaction_id", parameters.transaction_id),
        ("product_code", parameters.product_code),
        ("biz_code", parameters.biz_code),
        ("identity_param", parameters.identity_param),
        ("merchant_config", parameters.merchant_config),
        ("ext_biz_param", parameters.ext_biz_param),
        ("linked_merchant_id", parameters.linked_merchant_id),
    )
    present = {name: value for name, value in members if value is not None}
    return encode(present)
