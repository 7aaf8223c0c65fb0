"""Reads the gateway's answer: cuts out what is signed, verifies it, and only then looks inside.

protocol.md, "The response".
"""

import contextlib
from dataclasses import dataclass, replace

from zhima_cli.core.charset import Charset
from zhima_cli.core.content_encryption import EncryptKey, decrypt
from zhima_cli.core.errors import Reason, UntrustedError
from zhima_cli.core.keys import PublicKey
from zhima_cli.core.kinds import Sent
from zhima_cli.core.outcome import SUCCESS_CODE, Answer
from zhima_cli.core.request import METHOD
from zhima_cli.core.signature import MalformedSignatureError, SignType, verify
from zhima_cli.core.strict_json import JsonError, decode, decode_at, skip_white_space
from zhima_cli.core.visible import is_unseen

RESPONSE_NODE = METHOD.replace(".", "_") + "_response"
ERROR_NODE = "error_response"
# A member that the mock gateway adds to its nodes, and Alipay's has not.
MOCK_MEMBER = "mock"

_MAX_BIZ_NO = 32


@dataclass(frozen=True)
class Cut:
    """A member's value of the answer: parsed, and as the text that stands there."""

    text: str
    value: object


@dataclass(frozen=True)
class Parts:
    """The answer's node and what stands beside it; a node is an object, or encrypted a string."""

    node_name: str
    node: Cut
    sign: Cut | None
    alipay_cert_sn: Cut | None


def read_answer(
    body: bytes,
    charset: Charset,
    key: PublicKey,
    sign_type: SignType,
    *,
    alipay_cert_sn: str | None = None,
    encrypt_key: EncryptKey | None = None,
) -> Answer:
    """Verify an answer and return what it says.

    A success is returned only if its signature holds, a failure also where it has none. What is
    returned was parsed from exactly the text that was verified, and nothing is decrypted before.
    ``alipay_cert_sn`` is that of the certificate that ``key`` came from, if it came from one.
    Raises UntrustedError.
    """
    parts = cut_node(decode_body(body, charset))
    node_name, node, signature = parts.node_name, parts.node, parts.sign
    if signature is None:
        if isinstance(node.value, str):
            raise _untrusted(Reason.SIGNATURE_MISSING)
        answer = _interpret(node_name, node.value, verified=False)
        if answer.code == SUCCESS_CODE:
            raise _untrusted(Reason.SIGNATURE_MISSING)
        return answer
    if not isinstance(signature.value, str):
        raise _untrusted(Reason.SIGNATURE_MALFORMED)
    named = parts.alipay_cert_sn
    if alipay_cert_sn is not None and named is not None and named.value != alipay_cert_sn:
        raise _untrusted(Reason.OTHER_CERTIFICATE, alipay_cert_sn)
    # Some answers are signed without the optional escape of the slash, as the official clients
    # know. What is read then is that text, not the one that came: they need not say the same.
    for text in dict.fromkeys((node.text, node.text.replace(r"\/", "/"))):
        try:
            if verify(text.encode(charset.value), signature.value, key, sign_type):
                node_value = _open(_parse(text), charset, encrypt_key)
                return _interpret(node_name, node_value, verified=True)
        except MalformedSignatureError:
            raise _untrusted(Reason.SIGNATURE_MALFORMED) from None
    raise _untrusted(Reason.SIGNATURE_WRONG)


def cut_node(text: str) -> Parts:
    """Return the answer's node as it stands in ``text``, and what stands beside it.

    Raises UntrustedError where ``text`` is not one JSON object with exactly one node.
    """
    members = _members(text)
    nodes = [name for name in (RESPONSE_NODE, ERROR_NODE) if name in members]
    if len(nodes) != 1 or not isinstance(members[nodes[0]].value, dict | str):
        raise _untrusted(Reason.ANSWER_NODE, RESPONSE_NODE)
    name = nodes[0]
    return Parts(name, members[name], members.get("sign"), members.get("alipay_cert_sn"))


def decode_body(body: bytes, charset: Charset) -> str:
    """Return an answer's text. Raises UntrustedError where ``charset`` does not read it whole."""
    try:
        text = body.decode(charset.value)
        if text.encode(charset.value) == body:
            return text
    except UnicodeError:
        pass
    raise _untrusted(Reason.ANSWER_NOT_IN_CHARSET, charset.value)


def _members(text: str) -> dict[str, Cut]:
    """Return the members of the object that ``text`` is, each with its place in the text kept."""
    members: dict[str, Cut] = {}
    try:
        at = skip_white_space(text, _expect(text, 0, "{"))
        while not text.startswith("}", at):
            if members:
                at = skip_white_space(text, _expect(text, at, ","))
            name, at = decode_at(text, at)
            if not isinstance(name, str) or name in members:
                raise JsonError
            start = skip_white_space(text, _expect(text, at, ":"))
            value, at = decode_at(text, start)
            members[name] = Cut(text[start:at], value)
            at = skip_white_space(text, at)
        at = _expect(text, at, "}")
        if skip_white_space(text, at) != len(text):
            raise JsonError
    except JsonError:
        raise _untrusted(Reason.ANSWER_NOT_JSON) from None
    return members


def _expect(text: str, at: int, mark: str) -> int:
    at = skip_white_space(text, at)
    if not text.startswith(mark, at):
        raise JsonError
    return at + 1


def _parse(text: str) -> object:
    try:
        return decode(text)
    except JsonError:
        raise _untrusted(Reason.ANSWER_NOT_JSON) from None


def _open(node: object, charset: Charset, key: EncryptKey | None) -> object:
    """Return a node that was verified, decrypted if it is encrypted.

    Whatever is wrong inside, the error is the same: another would tell of the key.
    """
    if not isinstance(node, str):
        return node
    if key is None:
        raise _untrusted(Reason.ANSWER_ENCRYPTED)
    opened: object = None
    with contextlib.suppress(ValueError):
        opened = decode(decrypt(node, key).decode(charset.value))
    if not isinstance(opened, dict):
        raise _untrusted(Reason.ANSWER_UNDECRYPTABLE)
    return opened


def _interpret(node_name: str, node: object, *, verified: bool) -> Answer:
    if not isinstance(node, dict):
        raise _untrusted(Reason.ANSWER_NODE, node_name)
    code = _text(node, "code")
    if not code:
        raise _untrusted(Reason.ANSWER_MEMBER, "code")
    answer = Answer(
        code=code,
        msg=_text(node, "msg"),
        sub_code=_text(node, "sub_code"),
        sub_msg=_text(node, "sub_msg"),
        biz_no=None,
        verified=verified,
        mock=MOCK_MEMBER in node,
    )
    if code != SUCCESS_CODE or not verified:
        return answer
    if node_name != RESPONSE_NODE:
        raise _untrusted(Reason.ANSWER_NODE, RESPONSE_NODE)
    biz_no = _text(node, "biz_no") or ""
    unfit = any(c.isspace() or is_unseen(c) for c in biz_no)
    if not 0 < len(biz_no) <= _MAX_BIZ_NO or unfit:
        raise _untrusted(Reason.BIZ_NO_MISSING)
    return replace(answer, biz_no=biz_no)


def _text(node: dict[str, object], name: str) -> str | None:
    value = node.get(name)
    if not isinstance(value, str | None):
        raise _untrusted(Reason.ANSWER_MEMBER, name)
    return value


def _untrusted(reason: Reason, subject: str = "") -> UntrustedError:
    return UntrustedError(Sent.ANSWERED, reason, subject)
