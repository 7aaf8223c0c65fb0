"""Why a saved answer's signature does not hold: each likely cause, tried out.

A hypothesis is a function of the evidence that returns the cause as a problem, or None where it
is not that. Most are proven by a signature that does hold once the cause is undone.
"""

import base64
import binascii
import contextlib
import itertools
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote

from zhima_cli.core.answer import (
    ERROR_NODE,
    MOCK_MEMBER,
    RESPONSE_NODE,
    Parts,
    cut_node,
    decode_body,
)
from zhima_cli.core.charset import Charset
from zhima_cli.core.errors import Problem, Reason, UntrustedError
from zhima_cli.core.keys import PublicKey
from zhima_cli.core.kinds import Kind
from zhima_cli.core.outcome import MOCK_BIZ_NO
from zhima_cli.core.signature import MalformedSignatureError, SignType, verify
from zhima_cli.core.strict_json import JsonError, decode


@dataclass(frozen=True)
class _Style:
    """How JSON is spaced."""

    indent: int | None
    separators: tuple[str, str]


_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
# What UTF-8 writes in three bytes or four, such as everything Chinese. Pairs of GBK's bytes may be
# UTF-8 by chance, but hardly ever in threes.
_OF_THREE_BYTES = re.compile(r"[\u0800-\U0010ffff]")
# What windows-1252 has where latin-1 has the controls from 0x80 on, and their bytes. For the five
# bytes that windows-1252 has nothing for, most readers take the control.
_FROM_WINDOWS_1252 = {
    ord(char): byte
    for byte, char in enumerate(bytes(range(0x80, 0xA0)).decode("cp1252", "replace"), 0x80)
    if char != "\ufffd"
}
# U+FFFD stands for what a reader could not read; JSON may write it as an escape.
_LOST = re.compile(r"\ufffd|(?<!\\)(?:\\\\)*\\u[fF]{3}[dD]")
_HTTP = re.compile(rb"HTTP/[0-9.]+ [0-9]{3}")
# A string of JSON, whose last quote is missing where it is cut.
_STRING = re.compile(r'"(?:[^"\\]|\\.)*+("?)', re.DOTALL)
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
# What RSA keys sign with: 1024, 2048, 3072 and 4096 bits.
_SIGNATURE_BYTES = frozenset({128, 256, 384, 512})
# So many members are tried in every order, and so long a node in every form.
_MAX_REORDERED = 5
_MAX_REDUMPED = 64 * 1024
_COMPACT = _Style(None, (",", ":"))
_STYLES = (
    _COMPACT,
    _Style(None, (", ", ": ")),
    _Style(2, (",", ": ")),
    _Style(4, (",", ": ")),
)


@dataclass(frozen=True)
class NamedKey:
    """Alipay's public key of the profile ``name``."""

    name: str
    key: PublicKey


@dataclass(frozen=True)
class Reading:
    """The text of an answer's node and its signature, as ``charset`` reads them."""

    charset: str
    node: str
    sign: str


@dataclass(frozen=True)
class Evidence:
    """A saved answer, and what its signature was expected to hold under.

    ``own_key`` is the public half of the application's key, if that is known; ``other_keys`` are
    the other profiles'. A gateway on this machine (``is_gateway_local``) is nearly always a mock
    one, and so is the key then.
    """

    body: bytes
    charset: Charset
    sign_type: SignType
    key: PublicKey
    own_key: PublicKey | None = None
    other_keys: tuple[NamedKey, ...] = ()
    is_gateway_local: bool = False

    @cached_property
    def parts(self) -> Parts | None:
        """The answer's parts, None where it has none."""
        try:
            return cut_node(decode_body(self.body, self.charset))
        except UntrustedError:
            return None

    @property
    def sign(self) -> str | None:
        """The signature as it stands in the answer."""
        parts = self.parts
        value = parts.sign.value if parts and parts.sign else None
        return value if isinstance(value, str) else None

    @cached_property
    def readings(self) -> tuple[Reading, ...]:
        """The answer in each charset that it may have been saved in."""
        charsets = [charset.value for charset in Charset]
        if self.body.startswith(_UTF_16_MARKS):
            charsets.append("utf-16")
        readings = []
        for charset in charsets:
            try:
                parts = cut_node(self.body.decode(charset))
            except (UnicodeError, UntrustedError):
                continue
            sign = parts.sign.value if parts.sign else None
            if isinstance(sign, str):
                readings.append(Reading(charset, parts.node.text, sign))
        return tuple(readings)

    def holds(
        self,
        text: str | None = None,
        *,
        sign: str | None = None,
        charset: str | None = None,
        key: PublicKey | None = None,
        sign_type: SignType | None = None,
    ) -> bool:
        """Say whether the signature holds for the node, but for what is given here instead."""
        parts = self.parts
        text = text if text is not None or parts is None else parts.node.text
        sign = sign if sign is not None else self.sign
        if text is None or sign is None:
            return False
        for signed in dict.fromkeys((text, text.replace(r"\/", "/"))):
            try:
                data = signed.encode(charset or self.charset.value)
                if verify(data, sign, key or self.key, sign_type or self.sign_type):
                    return True
            except (MalformedSignatureError, UnicodeError):
                return False
        return False


Hypothesis = Callable[[Evidence], Problem | None]


def diagnose(evidence: Evidence) -> Problem | None:
    """Return the likeliest cause, None where no hypothesis holds."""
    causes = (hypothesis(evidence) for hypothesis in HYPOTHESES)
    return next((cause for cause in causes if cause is not None), None)


def nothing_saved(evidence: Evidence) -> Problem | None:
    """What was saved is empty."""
    return None if evidence.body.strip() else _cause(Reason.NOTHING_SAVED)


def saved_with_headers(evidence: Evidence) -> Problem | None:
    """The HTTP status line and headers stand before the answer."""
    return _cause(Reason.SAVED_WITH_HEADERS) if _HTTP.match(evidence.body) else None


def answer_is_cut(evidence: Evidence) -> Problem | None:
    """The answer begins as JSON and ends before it should."""
    text = evidence.body.decode("latin-1").strip()
    if not text.startswith("{"):
        return None
    ends = [string[1] for string in _STRING.finditer(text)]
    marks = _STRING.sub("", text)
    is_cut = "" in ends or marks.count("{") > marks.count("}")
    return _cause(Reason.ANSWER_CUT) if is_cut else None


def node_alone(evidence: Evidence) -> Problem | None:
    """The node was taken out of the answer, and ``sign`` was left there."""
    try:
        node = decode(decode_body(evidence.body, evidence.charset))
    except (UntrustedError, JsonError):
        return None
    if not isinstance(node, dict) or not isinstance(node.get("code"), str) or "msg" not in node:
        return None
    is_answer = not node.keys().isdisjoint({RESPONSE_NODE, ERROR_NODE, "sign"})
    return None if is_answer else _cause(Reason.NODE_ALONE)


def read_in_other_charset(evidence: Evidence) -> Problem | None:
    """It was read in a charset that it is not in, and saved as what it looked like then."""
    for reading in evidence.readings:
        text = reading.node
        for read_in, codec, seen in (
            # What gbk has no character for, most readers take from its successor.
            (Charset.GBK.value, "gb18030", text),
            ("latin-1", "latin-1", text.translate(_FROM_WINDOWS_1252)),
        ):
            try:
                written_in = _chinese_in(seen.encode(codec))
            except UnicodeError:
                continue
            if written_in in (None, read_in):
                continue
            if evidence.holds(seen, sign=reading.sign, charset=codec):
                return _cause(Reason.READ_IN_OTHER_CHARSET, read_in, written_in)
    return None


def other_charset(evidence: Evidence) -> Problem | None:
    """It was signed in another charset, or converted to another one when it was saved."""
    for reading in evidence.readings:
        for signed in Charset:
            if evidence.holds(reading.node, sign=reading.sign, charset=signed.value):
                if reading.charset == signed.value:
                    return _cause(Reason.SIGNED_IN_OTHER_CHARSET, signed.value)
                return _cause(Reason.CONVERTED_TO_OTHER_CHARSET, reading.charset, signed.value)
    return None


def sign_is_percent_encoded(evidence: Evidence) -> Problem | None:
    """The signature is as it stands in a URL."""
    return _repaired(evidence, Reason.SIGN_PERCENT_ENCODED, unquote)


def sign_has_spaces(evidence: Evidence) -> Problem | None:
    """The signature was decoded once too often: each plus became a space."""
    return _repaired(evidence, Reason.SIGN_WITH_SPACES, lambda sign: sign.replace(" ", "+"))


def sign_is_wrapped(evidence: Evidence) -> Problem | None:
    """The signature was broken into lines."""
    return _repaired(evidence, Reason.SIGN_WRAPPED, lambda sign: "".join(sign.split()))


def sign_is_cut(evidence: Evidence) -> Problem | None:
    """The signature is shorter than any key's."""
    length = _signature_bytes(evidence)
    whole = evidence.key.rsa.size_in_bytes()
    is_cut = length is not None and length < whole and length not in _SIGNATURE_BYTES
    return _cause(Reason.SIGN_CUT, str(length), str(whole)) if is_cut else None


def own_key(evidence: Evidence) -> Problem | None:
    """The application's own private key signed it, so that it is no answer of Alipay's."""
    own = evidence.own_key
    is_own = own is not None and evidence.holds(key=own)
    return _cause(Reason.SIGNED_WITH_OWN_KEY) if is_own else None


def other_profile(evidence: Evidence) -> Problem | None:
    """It answers another profile's call."""
    names = (other.name for other in evidence.other_keys if evidence.holds(key=other.key))
    name = next(names, None)
    return _cause(Reason.SIGNED_FOR_OTHER_PROFILE, name) if name else None


def other_sign_type(evidence: Evidence) -> Problem | None:
    """It was signed as RSA where RSA2 was expected, or the other way round."""
    for sign_type in SignType:
        if sign_type is not evidence.sign_type and evidence.holds(sign_type=sign_type):
            return _cause(Reason.SIGNED_AS_OTHER_TYPE, sign_type.value, evidence.sign_type.value)
    return None


def line_ends(evidence: Evidence) -> Problem | None:
    """The line ends within the node were changed when it was saved."""
    parts = evidence.parts
    if parts is None or "\n" not in parts.node.text:
        return None
    unix = parts.node.text.replace("\r\n", "\n")
    is_changed = any(evidence.holds(text) for text in (unix, unix.replace("\n", "\r\n")))
    return _cause(Reason.LINE_ENDS_CHANGED) if is_changed else None


def redumped(evidence: Evidence) -> Problem | None:
    """The answer was parsed, and written anew before it was saved."""
    parts = evidence.parts
    if parts is None or len(parts.node.text) > _MAX_REDUMPED:
        return None
    try:
        node = decode(parts.node.text)  # which refuses what is nested too deep to be written
    except JsonError:
        return None
    is_redumped = any(map(evidence.holds, dict.fromkeys(_dumps(node))))
    return _cause(Reason.ANSWER_REDUMPED) if is_redumped else None


def other_key_size(evidence: Evidence) -> Problem | None:
    """A key of another size signed it."""
    length, whole = _signature_bytes(evidence), evidence.key.rsa.size_in_bytes()
    if length is None or length == whole or length not in _SIGNATURE_BYTES:
        return None
    bits, expected = str(length * 8), str(evidence.key.rsa.size_in_bits())
    return _cause(Reason.SIGNED_WITH_OTHER_SIZE, bits, expected)


def mock_answer(evidence: Evidence) -> Problem | None:
    """A mock gateway made it, whose keys were made for it alone."""
    parts = evidence.parts
    node = parts.node.value if parts else None
    if not isinstance(node, dict):
        return None
    is_mock = MOCK_MEMBER in node or str(node.get("biz_no", "")).startswith(MOCK_BIZ_NO)
    reason = Reason.MOCK_RESTARTED if evidence.is_gateway_local else Reason.MOCK_ANSWER
    return _cause(reason) if is_mock else None


def characters_lost(evidence: Evidence) -> Problem | None:
    """It was read in a charset that it is not in, and what could not be read is lost."""
    is_lossy = any(_LOST.search(reading.node) for reading in evidence.readings)
    return _cause(Reason.CHARACTERS_LOST) if is_lossy else None


# Those that are proven by a signature go before those that are only likely.
HYPOTHESES: tuple[Hypothesis, ...] = (
    nothing_saved,
    saved_with_headers,
    answer_is_cut,
    node_alone,
    read_in_other_charset,
    other_charset,
    sign_is_percent_encoded,
    sign_has_spaces,
    sign_is_wrapped,
    own_key,
    other_profile,
    other_sign_type,
    line_ends,
    redumped,
    sign_is_cut,
    other_key_size,
    mock_answer,
    characters_lost,
)


def _cause(reason: Reason, found: str = "", expected: str = "") -> Problem:
    return Problem(Kind.UNTRUSTED, reason, found=found, expected=expected)


def _chinese_in(data: bytes) -> str | None:
    """Return the charset in which ``data`` has something Chinese, None where there is none."""
    for charset in (Charset.UTF_8.value, Charset.GBK.value):
        with contextlib.suppress(UnicodeError):
            if _OF_THREE_BYTES.search(data.decode(charset)):
                return charset
    return None


def _repaired(evidence: Evidence, reason: Reason, repair: Callable[[str], str]) -> Problem | None:
    sign = evidence.sign
    if sign is None or (mended := repair(sign)) == sign:
        return None
    return _cause(reason) if evidence.holds(sign=mended) else None


def _signature_bytes(evidence: Evidence) -> int | None:
    """Return how long the signature is, None where it is not base64."""
    sign = (evidence.sign or "").rstrip("=")
    if not _BASE64.fullmatch(sign):
        return None
    try:
        # One letter more than whole bytes take is what a cut leaves.
        return len(base64.b64decode(sign[: len(sign) - (len(sign) % 4 == 1)] + "=="))
    except binascii.Error:
        return None


def _dumps(node: object) -> Iterator[str]:
    """Yield the texts that ``node`` may have been parsed from, as JSON is usually written.

    They are in the order of its members as they stand in any style, and in every other order in
    the style that gateways use.
    """
    for style in _STYLES:
        yield from _texts(node, style)
    if not isinstance(node, dict):
        return
    members = list(node.items())
    if len(members) <= _MAX_REORDERED:
        for order in itertools.permutations(members):
            yield from _texts(dict(order), _COMPACT)
    else:
        yield from _texts(dict(sorted(members)), _COMPACT)


def _texts(value: object, style: _Style) -> Iterator[str]:
    for ascii_only in (False, True):
        text = json.dumps(
            value, ensure_ascii=ascii_only, indent=style.indent, separators=style.separators
        )
        yield text
        yield text.replace("/", r"\/")
