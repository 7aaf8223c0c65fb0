"""The interface's own parameters (zhima.customer.certification.initialize, 请求参数)."""

import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from zhima_cli.core.beijing import beijing_time
from zhima_cli.core.charset import Charset
from zhima_cli.core.errors import InputError, Problem, Reason
from zhima_cli.core.files import read_file
from zhima_cli.core.kinds import Kind
from zhima_cli.core.options import Options, Surroundings
from zhima_cli.core.sources import Setting, Sources, expand_home, option_name, variable_name
from zhima_cli.core.strict_json import JsonError, decode
from zhima_cli.core.visible import is_unseen

PRODUCT_CODE = "w1010100000000002978"
BIZ_CODE = "FACE"
CERT_INFO = "CERT_INFO"
IDENTITY_CARD = "IDENTITY_CARD"

MAX_TRANSACTION_ID = 32
MAX_CODE = 32
MAX_IDENTITY_PARAM = 4096
MAX_MERCHANT_CONFIG = 1024
MAX_EXT_BIZ_PARAM = 4096
MAX_LINKED_MERCHANT_ID = 16

# These hold JSON text.
JSON_PARAMETERS = ("identity_param", "merchant_config", "ext_biz_param")

TRANSACTION_ID = re.compile(r"[A-Za-z0-9_]{1,32}")

# A typographic quote where JSON's own is due, not one within a string.
_CURLY_QUOTES = re.compile(r"[{,:]\s*[“”‘’]|[“”‘’]\s*[:,}]")

_MAX_JSON_BYTES = 64 * 1024
_TRANSACTION_PREFIX = "ZHIMA"
_MAX_TRANSACTION_PREFIX = 10
# No vowels, so that the tail never spells a word, nor the name of an answer of the mock gateway.
_TAIL_ALPHABET = "0123456789BCDFGHJKLMNPQRSTVWXZ"


@dataclass(frozen=True)
class Parameters:
    """The parameters as they are sent; the three JSON ones hold JSON text. None is left out."""

    transaction_id: str
    product_code: str
    biz_code: str
    identity_param: str = field(repr=False)
    merchant_config: str | None
    ext_biz_param: str | None = field(repr=False)
    linked_merchant_id: str | None


def resolve_parameters(
    options: Options,
    sources: Sources,
    charset: Charset,
    surroundings: Surroundings,
) -> Parameters | None:
    """Resolve and check the parameters; None where ``sources`` has been told of a problem.

    A missing name or number is asked for last, when nothing else is wrong.
    """
    profile = sources.profile
    transaction_id = _transaction_id(options, sources, surroundings.now)
    product_code = sources.text(
        "product_code", options.product_code, profile.product_code, MAX_CODE, charset
    )
    biz_code = sources.text("biz_code", options.biz_code, profile.biz_code, MAX_CODE, charset)
    linked_merchant_id = sources.text(
        "linked_merchant_id",
        options.linked_merchant_id,
        profile.linked_merchant_id,
        MAX_LINKED_MERCHANT_ID,
        charset,
    )
    reader = _JsonReader(options, sources, charset, surroundings.read_stdin)
    merchant_config = reader.read("merchant_config", options.merchant_config, MAX_MERCHANT_CONFIG)
    ext_biz_param = reader.read("ext_biz_param", options.ext_biz_param, MAX_EXT_BIZ_PARAM)
    if options.identity_param is not None:
        identity_param = _given_identity(options, sources, reader)
    else:
        ask = _nobody if reader.stdin_is_taken else surroundings.ask
        identity_param = _assembled_identity(options, sources, charset, ask)
    if sources.problems or identity_param is None:
        return None
    return Parameters(
        transaction_id=transaction_id,
        product_code=product_code or PRODUCT_CODE,
        biz_code=biz_code or BIZ_CODE,
        identity_param=identity_param,
        merchant_config=merchant_config,
        ext_biz_param=ext_biz_param,
        linked_merchant_id=linked_merchant_id,
    )


def make_transaction_id(prefix: str, now: datetime) -> str:
    """Return a new transaction_id of 32 characters: prefix, Beijing date and time, random tail.

    The page recommends this order. ``prefix`` has at most 10 characters.
    """
    head = prefix + beijing_time(now).strftime("%Y%m%d%H%M%S")
    tail = (secrets.choice(_TAIL_ALPHABET) for _ in range(MAX_TRANSACTION_ID - len(head)))
    return head + "".join(tail)


def _nobody(_name: str) -> str | None:
    return None


def _transaction_id(options: Options, sources: Sources, now: datetime) -> str:
    if options.transaction_id is not None:
        if not TRANSACTION_ID.fullmatch(options.transaction_id):
            origin = option_name("transaction_id")
            problem = Problem(Kind.USAGE, Reason.BAD_TRANSACTION_ID, origin)
            sources.problems.append(problem)
        return options.transaction_id
    prefix = sources.profile.transaction_prefix
    if prefix is None:
        return make_transaction_id(_TRANSACTION_PREFIX, now)
    if len(prefix) > _MAX_TRANSACTION_PREFIX or not TRANSACTION_ID.fullmatch(prefix):
        origin = f"{sources.profile.path}: profiles.{sources.profile.name}.transaction_prefix"
        sources.problems.append(
            Problem(
                Kind.CONFIG,
                Reason.BAD_TRANSACTION_PREFIX,
                origin,
                expected=str(_MAX_TRANSACTION_PREFIX),
            )
        )
        return ""
    return make_transaction_id(prefix, now)


class _JsonReader:
    """Reads the parameters that are JSON: the text itself, ``@FILE``, or ``-``."""

    def __init__(
        self,
        options: Options,
        sources: Sources,
        charset: Charset,
        read_stdin: Callable[[], bytes],
    ) -> None:
        self._sources = sources
        self._charset = charset
        self._read_stdin = read_stdin
        takers = [name for name in JSON_PARAMETERS if getattr(options, name) == "-"]
        self.stdin_is_taken = bool(takers)
        self._stdin_is_clear = len(takers) <= 1
        if not self._stdin_is_clear:
            subject = ", ".join(map(option_name, takers))
            sources.problems.append(Problem(Kind.USAGE, Reason.STDIN_TWICE, subject))

    def read(self, name: str, flag: str | None, limit: int) -> str | None:
        """Return the JSON object's text, None where there is none or it is wrong."""
        if flag is None or (flag == "-" and not self._stdin_is_clear):
            return None
        origin = option_name(name)
        try:
            text = self._text(flag, origin).strip()
        except InputError as error:
            self._sources.problems.extend(error.problems)
            return None
        setting = Setting(text, origin, Kind.USAGE)
        if not text:
            self._sources.add(setting, Reason.EMPTY)
            return None
        self._sources.check_charset(setting, self._charset)
        self._sources.check_length(setting, limit)
        try:
            value = decode(text)
        except JsonError as error:
            reason = Reason.CURLY_QUOTES if _CURLY_QUOTES.search(text) else Reason.NOT_JSON
            self._sources.add(setting, reason, str(error))
            return None
        if not isinstance(value, dict):
            self._sources.add(setting, Reason.NOT_A_JSON_OBJECT)
            return None
        if Charset.UTF_8.can_write(text) and _has_lone_surrogate(value):
            self._sources.add(setting, Reason.NOT_TEXT)
            return None
        return text

    def _text(self, flag: str, origin: str) -> str:
        if flag == "-":
            data, source = self._read_stdin(), f"{origin} (stdin)"
            if len(data) > _MAX_JSON_BYTES:
                raise _usage(Reason.FILE_TOO_LARGE, source, "stdin", str(_MAX_JSON_BYTES))
        elif flag.startswith("@"):
            path = expand_home(flag[1:], self._sources.home)
            data, source = self._file(path, origin), f"{origin}: {path}"
        else:
            return flag
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise _usage(Reason.FILE_NOT_UTF8, origin, source) from error

    def _file(self, path: Path, origin: str) -> bytes:
        return read_file(path, _MAX_JSON_BYTES, Kind.USAGE, origin)


def _has_lone_surrogate(value: object) -> bool:
    """Say whether a string in ``value`` holds half a character, which no charset can write."""
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            if not Charset.UTF_8.can_write(item):
                return True
        elif isinstance(item, list):
            pending.extend(item)
        elif isinstance(item, dict):
            pending.extend(item)
            pending.extend(item.values())
    return False


def _given_identity(options: Options, sources: Sources, reader: _JsonReader) -> str | None:
    parts = ("cert_name", "cert_no", "cert_type", "identity_type")
    for name in parts:
        if getattr(options, name) is not None:
            subject, other = option_name("identity_param"), option_name(name)
            sources.problems.append(Problem(Kind.USAGE, Reason.EXCLUDES, subject, other))
    text = reader.read("identity_param", options.identity_param, MAX_IDENTITY_PARAM)
    if text is None:
        return None
    identity = decode(text)
    assert isinstance(identity, dict)  # noqa: S101 -- the reader returns nothing else
    required = ["identity_type"]
    if identity.get("identity_type") == CERT_INFO:
        required += ["cert_type", "cert_name", "cert_no"]
    for name in required:
        if not isinstance(identity.get(name), str) or not identity[name]:
            problem = Problem(
                Kind.USAGE, Reason.IDENTITY_MEMBER, option_name("identity_param"), name
            )
            sources.problems.append(problem)
    if sources.problems:
        return None
    if identity["identity_type"] == CERT_INFO:
        name, number, cert_type = (identity[n] for n in ("cert_name", "cert_no", "cert_type"))
        _warn_of_person(sources, "identity_param", name, number, cert_type)
    return text


def _assembled_identity(
    options: Options, sources: Sources, charset: Charset, ask: Callable[[str], str | None]
) -> str | None:
    identity_type = _identity_text(sources, "identity_type", options.identity_type, charset)
    cert_type = _identity_text(sources, "cert_type", options.cert_type, charset)
    name = _identity_text(sources, "cert_name", options.cert_name, charset)
    number = _identity_text(sources, "cert_no", options.cert_no, charset)
    if name is None:
        name = _ask_for_person(sources, "cert_name", charset, ask)
    if number is None:
        number = _ask_for_person(sources, "cert_no", charset, ask)
    if name is None or number is None:
        return None
    cert_type = cert_type or IDENTITY_CARD
    _warn_of_person(sources, "cert_no", name, number, cert_type)
    text = json.dumps(
        {
            "identity_type": identity_type or CERT_INFO,
            "cert_type": cert_type,
            "cert_name": name,
            "cert_no": number,
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )
    sources.check_length(Setting(text, "identity_param", Kind.USAGE), MAX_IDENTITY_PARAM)
    return text


def _identity_text(sources: Sources, name: str, flag: str | None, charset: Charset) -> str | None:
    return sources.text(name, flag, None, MAX_IDENTITY_PARAM, charset)


def _ask_for_person(
    sources: Sources, name: str, charset: Charset, ask: Callable[[str], str | None]
) -> str | None:
    origin = option_name(name)
    if any(
        problem.subject.startswith((origin, variable_name(name))) for problem in sources.problems
    ):
        return None
    answer = None if sources.problems else ask(name)
    if answer is None:
        expected = f"{origin}, {variable_name(name)}, {option_name('identity_param')}"
        problem = Problem(Kind.USAGE, Reason.MISSING_PERSON, name, expected=expected)
        sources.problems.append(problem)
        return None
    return _identity_text(sources, name, answer, charset)


def _warn_of_person(
    sources: Sources, number_subject: str, name: str, number: str, cert_type: str
) -> None:
    for subject, text in (("cert_name", name), ("cert_no", number)):
        if text != text.strip() or any(map(is_unseen, text)):
            sources.warn(Reason.ODD_CHARACTERS, subject)
    if cert_type == IDENTITY_CARD and has_wrong_check_digit(number):
        sources.warn(Reason.CHECK_DIGIT, number_subject)


def has_wrong_check_digit(number: str) -> bool:
    """Say whether an 18-digit identity card number's last digit contradicts the others.

    The check digit is ISO 7064 MOD 11-2's, as GB 11643 uses it; anything that has not the form of
    such a number has no check digit to be wrong.
    """
    if not re.fullmatch(r"[0-9]{17}[0-9Xx]", number):
        return False
    total = sum(int(digit) * pow(2, 17 - at, 11) for at, digit in enumerate(number[:17]))
    return "10X98765432"[total % 11] != number[17].upper()


def _usage(reason: Reason, subject: str, found: str, expected: str = "") -> InputError:
    return InputError(Problem(Kind.USAGE, reason, subject, found, expected))
