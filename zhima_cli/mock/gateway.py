"""What a strict gateway makes of a request: the interface's page and protocol.md, check by check.

Knows nothing of HTTP: it is given what was received and says what to send.
"""

import hashlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import parse_qsl

from zhima_cli.core.answer import ERROR_NODE, MOCK_MEMBER, RESPONSE_NODE
from zhima_cli.core.charset import Charset
from zhima_cli.core.codes import BUSINESS_CODE, look_up
from zhima_cli.core.content_encryption import ENCRYPT_TYPE, decrypt, encrypt
from zhima_cli.core.identity import MAX_IDENTITY_PARAM, missing_members
from zhima_cli.core.json_options import JSON_PARAMETERS
from zhima_cli.core.outcome import MOCK_BIZ_NO, SUCCESS_CODE
from zhima_cli.core.parameters import (
    MAX_CODE,
    MAX_EXT_BIZ_PARAM,
    MAX_LINKED_MERCHANT_ID,
    MAX_MERCHANT_CONFIG,
    MAX_TRANSACTION_ID,
    is_transaction_id,
)
from zhima_cli.core.request import FORMAT, METHOD, VERSION, Param, string_to_sign
from zhima_cli.core.signature import MalformedSignatureError, SignType, sign, verify
from zhima_cli.core.strict_json import JsonError, decode, encode
from zhima_cli.mock.keys import MockKeys
from zhima_cli.mock.scripted import Script, Trick, script_by_name, script_in_transaction_id

# The page's own sample.
APP_ID = "2014072300007148"

# By which an answer is told from Alipay's own.
_MARK = {MOCK_MEMBER: "true"}
_BIZ_NO_DIGITS = 32 - len(MOCK_BIZ_NO)
_MAX_FIELDS = 100
_MESSAGES = {
    "20000": "Service Currently Unavailable",
    "20001": "Insufficient Token Permissions",
    "40001": "Missing Required Arguments",
    "40002": "Invalid Arguments",
    "40003": "Insufficient Conditions",
    "40004": "Business Failed",
    "40005": "Call Limited",
    "40006": "Insufficient Permissions",
}
_COMMON_LIMITS = {
    "app_id": 32,
    "method": 128,
    "format": 40,
    "charset": 10,
    "sign_type": 10,
    "sign": 344,
    "timestamp": 19,
    "version": 3,
    "app_auth_token": 40,
}
_OWN_LIMITS = {
    "transaction_id": MAX_TRANSACTION_ID,
    "product_code": MAX_CODE,
    "biz_code": MAX_CODE,
    "identity_param": MAX_IDENTITY_PARAM,
    "merchant_config": MAX_MERCHANT_CONFIG,
    "ext_biz_param": MAX_EXT_BIZ_PARAM,
    "linked_merchant_id": MAX_LINKED_MERCHANT_ID,
}
_REQUIRED = ("transaction_id", "product_code", "biz_code", "identity_param")
_BEFORE_THE_METHOD = frozenset({"isv.invalid-charset", "isv.missing-method", "isv.invalid-method"})
# Here the gateway cannot tell who asks, and so does not sign what it answers.
_BEFORE_THE_CALLER = _BEFORE_THE_METHOD | {
    "isv.missing-app-id",
    "isv.invalid-app-id",
    "isv.missing-signature",
    "isv.missing-signature-type",
    "isv.missing-signature-key",
    "isv.missing-signature-config",
    "isv.invalid-signature",
    "isv.invalid-signature-type",
}


@dataclass(frozen=True)
class Received:
    """A request: the URL's query, and the body's form, both still percent-encoded."""

    query: str = field(repr=False)
    form: str = field(repr=False)


@dataclass(frozen=True)
class Reply:
    """An answer: ``body`` in ``charset``; ``slow`` if it is to come too late.

    ``about`` is for a log: the transaction_id, code and sub_code or biz_no, nothing personal.
    """

    charset: Charset
    body: bytes
    slow: bool
    about: str


@dataclass(frozen=True)
class _Manner:
    """How an answer is written, as far as the request told."""

    charset: Charset = Charset.UTF_8
    sign_type: SignType = SignType.RSA2
    is_encrypted: bool = False


class _Refusal(Exception):  # noqa: N818 -- what the gateway answers, not a fault of its own
    def __init__(self, code: str, sub_code: str, detail: str = "") -> None:
        super().__init__(sub_code)
        self.code = code
        self.sub_code = sub_code
        self.detail = detail


class MockGateway:
    """A gateway that knows one application, and remembers what it was asked.

    It may be asked from several threads at once.
    """

    def __init__(self, keys: MockKeys) -> None:
        self.keys = keys
        self._contents: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def answer(self, received: Received) -> Reply:
        """Check the request as strictly as the page, and answer it."""
        manner = _Manner()
        transaction_id = ""
        try:
            manner = replace(manner, charset=_charset(received))
            params = _params(received, manner.charset)
            manner = replace(manner, sign_type=_sign_type(params))
            _check_common(params)
            self._check_certificates(params)
            self._verify(params, manner.charset, manner.sign_type)
            biz_content = params.get("biz_content", "")
            if _is_encrypted(params):
                biz_content = self._decrypt(biz_content, manner.charset)
                manner = replace(manner, is_encrypted=True)
            own = _own(biz_content)
            transaction_id = own["transaction_id"]
            script = _script(own) or Script()
            if script.known is not None:
                raise _Refusal(script.known.code, script.known.sub_code or "")
            biz_no = self._biz_no(transaction_id, biz_content)
        except _Refusal as refusal:
            about = f"{transaction_id} {refusal.code} {refusal.sub_code}".strip()
            body = self._refuse(refusal, manner)
            return Reply(manner.charset, body, slow=False, about=about)
        node = {"code": SUCCESS_CODE, "msg": "Success", "biz_no": biz_no, **_MARK}
        body = self._succeed(node, script.trick, manner)
        about = f"{transaction_id} {SUCCESS_CODE} {biz_no}"
        return Reply(manner.charset, body, slow=script.trick is Trick.SLOW, about=about)

    def _check_certificates(self, params: Mapping[str, str]) -> None:
        """Check that the request is of the mode that the application is in (protocol.md)."""
        certificates = self.keys.certificates
        sent = [params.get(name) for name in ("app_cert_sn", "alipay_root_cert_sn")]
        if not any(sent) and certificates is None:
            return
        if certificates is None or not any(sent):
            raise _Refusal("40002", "isv.missing-signature-config")
        numbers = certificates.serial_numbers
        if sent != [numbers.app_cert_sn, numbers.alipay_root_cert_sn]:
            raise _Refusal("40002", "isv.invalid-parameter", "app_cert_sn, alipay_root_cert_sn")

    def _decrypt(self, biz_content: str, charset: Charset) -> str:
        try:
            return decrypt(biz_content, self.keys.encrypt_key).decode(charset.value)
        except ValueError:
            raise _Refusal("40003", "isv.decryption-error-unknown") from None

    def _verify(self, params: Mapping[str, str], charset: Charset, sign_type: SignType) -> None:
        signed = string_to_sign(tuple(Param(name, value) for name, value in params.items()))
        key = self.keys.application.public
        try:
            holds = verify(signed.encode(charset.value), params["sign"], key, sign_type)
        except MalformedSignatureError:
            holds = False
        if not holds:
            raise _Refusal("40002", "isv.invalid-signature")

    def _biz_no(self, transaction_id: str, content: str) -> str:
        """Return the same number for the same content; refuse other content for an old id."""
        digest = hashlib.sha256(content.encode()).digest()
        with self._lock:
            known = self._contents.setdefault(transaction_id, digest)
        if known != digest:
            raise _business("INVALID_PARAMETER", "transaction_id was used for other content")
        return MOCK_BIZ_NO + str(int.from_bytes(digest))[:_BIZ_NO_DIGITS].zfill(_BIZ_NO_DIGITS)

    def _refuse(self, refusal: _Refusal, manner: _Manner) -> bytes:
        known = look_up(refusal.code, refusal.sub_code)
        node = {"code": refusal.code, "msg": _MESSAGES[refusal.code], **_MARK}
        if refusal.sub_code:
            node["sub_code"] = refusal.sub_code
            node["sub_msg"] = f"{known.description.zh} {refusal.detail}".strip()
        name = ERROR_NODE if refusal.sub_code in _BEFORE_THE_METHOD else RESPONSE_NODE
        text = encode(node)
        if refusal.sub_code in _BEFORE_THE_CALLER:
            return f'{{"{name}":{text}}}'.encode(manner.charset.value)
        text = self._written(node, manner)
        return self._signed(name, text, text, manner)

    def _succeed(self, node: dict[str, str], trick: Trick | None, manner: _Manner) -> bytes:
        text = signed = self._written(node, manner)
        if trick is Trick.UNSIGNED:
            return f'{{"{RESPONSE_NODE}":{text}}}'.encode(manner.charset.value)
        if trick is Trick.FORGED:
            text = self._written({**node, "biz_no": node["biz_no"][::-1]}, manner)
        body = self._signed(RESPONSE_NODE, text, signed, manner)
        return body[: len(body) // 2] if trick is Trick.TRUNCATED else body

    def _written(self, node: dict[str, str], manner: _Manner) -> str:
        """Return the node's text: an object, or the string that content encryption makes of it."""
        text = encode(node)
        if not manner.is_encrypted:
            return text
        return f'"{encrypt(text.encode(manner.charset.value), self.keys.encrypt_key)}"'

    def _signed(self, name: str, text: str, signed: str, manner: _Manner) -> bytes:
        charset = manner.charset.value
        signature = sign(signed.encode(charset), self.keys.gateway.private, manner.sign_type)
        members = [(name, text), ("sign", f'"{signature}"')]
        if self.keys.certificates is not None:
            alipay_cert_sn = self.keys.certificates.serial_numbers.alipay_cert_sn
            members.append(("alipay_cert_sn", f'"{alipay_cert_sn}"'))
        inside = ",".join(f'"{name}":{value}' for name, value in members)
        return f"{{{inside}}}".encode(charset)


def _business(sub_code: str, detail: str) -> _Refusal:
    return _Refusal(BUSINESS_CODE, sub_code, detail)


def _fields(text: str, charset: Charset) -> list[tuple[str, str]]:
    """Take a form apart. Raises ValueError where it is not one, or not in ``charset``."""
    if not text:
        return []
    return parse_qsl(
        text,
        keep_blank_values=True,
        strict_parsing=True,
        encoding=charset.value,
        errors="strict",
        max_num_fields=_MAX_FIELDS,
    )


def _charset(received: Received) -> Charset:
    """Find the charset in the query: without it, nothing else can be read."""
    names = [v for n, v in parse_qsl(received.query, encoding="latin-1") if n == "charset"]
    try:
        return Charset(names[0].lower())
    except (IndexError, ValueError):
        raise _Refusal("40002", "isv.invalid-charset") from None


def _params(received: Received, charset: Charset) -> dict[str, str]:
    if not (received.query.isascii() and received.form.isascii()):
        raise _Refusal("40002", "isv.invalid-parameter", "not percent-encoded")
    try:
        query, form = (_fields(text, charset) for text in (received.query, received.form))
    except ValueError:
        raise _Refusal("40002", "isv.invalid-parameter", "not a form in the charset") from None
    params = dict([*query, *form])
    if len(params) != len(query) + len(form):
        raise _Refusal("40002", "isv.invalid-parameter", "a parameter came twice")
    return params


def _sign_type(params: Mapping[str, str]) -> SignType:
    """Check what the gateway needs to know who asks, and how to sign what it answers."""
    for name, known, missing, invalid in (
        ("method", (METHOD,), "isv.missing-method", "isv.invalid-method"),
        ("app_id", (APP_ID,), "isv.missing-app-id", "isv.invalid-app-id"),
        (
            "sign_type",
            tuple(sign_type.value for sign_type in SignType),
            "isv.missing-signature-type",
            "isv.invalid-signature-type",
        ),
    ):
        if not params.get(name):
            raise _Refusal("40001", missing)
        if params[name] not in known:
            raise _Refusal("40002", invalid)
    return SignType(params["sign_type"])


def _check_common(params: Mapping[str, str]) -> None:
    """Check the common parameters that are left."""
    for name, missing in (
        ("sign", "isv.missing-signature"),
        ("timestamp", "isv.missing-timestamp"),
        ("version", "isv.missing-version"),
    ):
        if not params.get(name):
            raise _Refusal("40001", missing)
    for name, holds, sub_code in (
        ("timestamp", _is_timestamp(params["timestamp"]), "isv.invalid-timestamp"),
        ("version", params["version"] == VERSION, "isv.invalid-parameter"),
        ("format", params.get("format", FORMAT).upper() == FORMAT, "isv.invalid-format"),
    ):
        if not holds:
            raise _Refusal("40002", sub_code, name)
    for name, limit in _COMMON_LIMITS.items():
        if len(params.get(name, "")) > limit:
            if name == "app_auth_token":
                raise _Refusal("20001", "aop.invalid-app-auth-token", name)
            raise _Refusal("40002", "isv.invalid-parameter", name)


def _is_timestamp(text: str) -> bool:
    try:
        moment = datetime.strptime(text, "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 -- only its form counts
    except ValueError:
        return False
    return f"{moment:%Y-%m-%d %H:%M:%S}" == text  # "2026-1-1 1:2:3" is read, too


def _is_encrypted(params: Mapping[str, str]) -> bool:
    encrypt_type = params.get("encrypt_type")
    if encrypt_type not in (None, ENCRYPT_TYPE):
        raise _Refusal("40002", "isv.invalid-encrypt-type")
    return encrypt_type is not None


def _own(biz_content: str) -> dict[str, str]:
    """Check the interface's own parameters: types, lengths, and JSON where JSON is due."""
    content = _object(biz_content, "biz_content")
    for name, value in content.items():
        limit = _OWN_LIMITS.get(name)
        if limit is None:
            raise _business("INVALID_PARAMETER", f"{name[:32]!a} is no parameter")
        if not isinstance(value, str) or len(value) > limit:
            raise _business("INVALID_PARAMETER", f"{name} is no string of at most {limit}")
    own = {name: value for name, value in content.items() if isinstance(value, str)}
    for name in _REQUIRED:
        if not own.get(name):
            raise _business("INVALID_PARAMETER", f"{name} is missing")
    if not is_transaction_id(own["transaction_id"]):
        raise _business("INVALID_PARAMETER", "transaction_id is not of letters, digits and _")
    for name in JSON_PARAMETERS:
        if name in own:
            _object(own[name], name)
    for name in missing_members(_object(own["identity_param"], "identity_param")):
        raise _business("INVALID_PARAMETER", f"identity_param lacks {name}")
    return own


def _object(text: str, name: str) -> dict[str, object]:
    try:
        value = decode(text)
    except JsonError:
        value = None
    if not isinstance(value, dict):
        raise _business("INVALID_PARAMETER", f"{name} is no JSON object")
    return value


def _script(own: Mapping[str, str]) -> Script | None:
    """Return the answer that the call asks for by name."""
    asked = _object(own.get("ext_biz_param", "{}"), "ext_biz_param").get("mock")
    if asked is None:
        return script_in_transaction_id(own["transaction_id"])
    script = script_by_name(asked) if isinstance(asked, str) else None
    if script is None:
        raise _business("INVALID_PARAMETER", "ext_biz_param: mock names no answer")
    return script
