"""What is fuzzed: each target takes any bytes, and asserts what must hold whatever they are.

Everything is compared with an independent reading: the standard library's JSON and TOML of the
whole text, keys and signatures by the library cryptography.
"""

import base64
import json
import math
import re
import tempfile
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.fuzz import nobody, seeds
from tests.support.independent import public_pem, sign
from zhima_cli.core.account import Account
from zhima_cli.core.answer import ERROR_NODE, RESPONSE_NODE, cut_node, read_answer
from zhima_cli.core.charset import Charset
from zhima_cli.core.content_encryption import EncryptKey
from zhima_cli.core.errors import InputError, UntrustedError
from zhima_cli.core.json_options import MAX_JSON_BYTES, JsonReader
from zhima_cli.core.key_forms import KeyForm
from zhima_cli.core.keys import PrivateKey, identify, load_private_key, load_public_key
from zhima_cli.core.kinds import Kind
from zhima_cli.core.options import Options, Surroundings
from zhima_cli.core.profile import PROFILE_KEYS, Profile, read_config
from zhima_cli.core.settings import resolve
from zhima_cli.core.signature import SignType
from zhima_cli.core.signature import sign as sign_with_zhima
from zhima_cli.core.sources import Sources
from zhima_cli.core.strict_json import JsonError, decode, encode

_CHARSETS = tuple(Charset)
_MAX_DEPTH = 64


class _Refused(Exception):  # noqa: N818 -- an expected outcome
    """The independent reading finds that it is not to be read."""


class _Unknown(Exception):  # noqa: N818 -- an expected outcome
    """The independent reading cannot tell."""


# --- JSON, read independently ---------------------------------------------------------------------


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len({name for name, _ in pairs}) != len(pairs):
        raise _Refused
    return dict(pairs)


def _no_constant(_name: str) -> object:
    raise _Refused


def _json(text: str) -> object:
    """Read JSON by the standard library. Raises _Refused, or _Unknown if it nests too deep."""
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except RecursionError:
        raise _Unknown from None
    except ValueError:
        raise _Refused from None


def _depth(value: object) -> int:
    """Return how many arrays and objects stand around what is deepest in ``value``."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return 1 + max(map(_depth, value)) if value else 0
    return 0


def _is_at(text: str, name: str, piece: str, value: object) -> bool:
    """Say whether the member ``name`` stands in ``text`` as ``piece``, and reads as ``value``."""
    if json.loads(piece) != value:
        return False
    mark = {"what was cut out": True}
    expected = {**json.loads(text), name: mark}
    starts = (found.start() for found in re.finditer(f"(?={re.escape(piece)})", text))
    for start in starts:
        try:
            changed = json.loads(text[:start] + json.dumps(mark) + text[start + len(piece) :])
        except ValueError:
            continue
        if changed == expected:
            return True
    return False


# --- an answer ------------------------------------------------------------------------------------

_PUBLIC = load_public_key(public_pem(nobody.KEY).encode(), "key")
_ENCRYPT_KEY = EncryptKey(seeds.ENCRYPT_KEY)


def check_answer(data: bytes) -> None:
    """Cut an answer as zhima and as the standard library do; then sign it, and read it again."""
    charset, body = _CHARSETS[data[:1][0] % 3 if data else 0], data[1:]
    try:
        text = body.decode(charset.value)
    except UnicodeDecodeError:
        text = None
    try:
        answer = read_answer(body, charset, _PUBLIC, SignType.RSA2)
    except UntrustedError:
        pass
    else:
        # Nobody but the seeds can sign.
        assert text is not None
        if answer.verified:
            assert seeds.was_signed(text)
        else:
            assert (answer.biz_no, answer.code == "10000") == (None, False)
    if text is not None:
        _check_cut(text, charset)


def _check_cut(text: str, charset: Charset) -> None:
    try:
        expected = _nodes(text)
    except _Unknown:
        return
    except _Refused:
        expected = None
    try:
        parts = cut_node(text)
    except UntrustedError:
        assert expected is None, "refused, and should not be"
        return
    name, node = parts.node_name, parts.node
    assert expected is not None, "cut, and should not be"
    assert (name, node.value) == expected
    assert _is_at(text, name, node.text, node.value)
    members = json.loads(text)
    for other, cut in (("sign", parts.sign), ("alipay_cert_sn", parts.alipay_cert_sn)):
        assert (cut is None) is (other not in members)
        if cut is not None:
            assert cut.value == members[other]
            assert _is_at(text, other, cut.text, cut.value)
    _check_signed(name, node.text, node.value, charset)


def _nodes(text: str) -> tuple[str, object]:
    members = _json(text)
    if not isinstance(members, dict):
        raise _Refused
    names = [name for name in (RESPONSE_NODE, ERROR_NODE) if name in members]
    if len(names) != 1 or not isinstance(members[names[0]], dict | str):
        raise _Refused
    return names[0], members[names[0]]


def _check_signed(name: str, text: str, value: object, charset: Charset) -> None:
    """Sign the node as it was cut out: it must be believed, unless it says nothing to believe.

    The same goes for the node in AES, by the library cryptography.
    """
    assert isinstance(value, dict | str)
    if isinstance(value, dict):
        encrypted = f'"{seeds.encrypted(text, charset.value)}"'
        _check_read(name, text, value, charset, None)
        _check_read(name, encrypted, value, charset, _ENCRYPT_KEY)
    else:
        _check_read(name, text, None, charset, None)
        _check_read(name, text, _opened(value, charset), charset, _ENCRYPT_KEY)


def _opened(text: str, charset: Charset) -> object:
    """Return what an encrypted node holds, None where it cannot be told."""
    try:
        return _json(seeds.decrypted(text, charset.value))
    except (ValueError, _Refused, _Unknown):
        return None


def _check_read(
    name: str, text: str, value: object, charset: Charset, encrypt_key: EncryptKey | None
) -> None:
    signature = sign(text.encode(charset.value), nobody.KEY)
    body = f'{{"{name}":{text},"sign":"{signature}"}}'.encode(charset.value)
    node: dict[str, object] = value if isinstance(value, dict) else {}
    texts = [node.get(key) for key in ("code", "msg", "sub_code", "sub_msg")]
    is_right = bool(texts[0]) and all(isinstance(text, str | None) for text in texts)
    biz_no = node.get("biz_no")
    if is_right and texts[0] == "10000":
        is_right = name == RESPONSE_NODE and isinstance(biz_no, str) and 0 < len(biz_no) <= 32
    try:
        answer = read_answer(body, charset, _PUBLIC, SignType.RSA2, encrypt_key=encrypt_key)
    except UntrustedError:
        # Of a biz_no that does not look like one, or a node that nests too deep.
        is_odd = isinstance(biz_no, str) and not re.fullmatch(r"[!-~]*", biz_no)
        assert not is_right or is_odd or _depth(value) >= _MAX_DEPTH, "refused, and should not be"
        return
    assert is_right, "believed, and should not be"
    assert [answer.code, answer.msg, answer.sub_code, answer.sub_msg] == texts
    assert answer.verified
    assert answer.mock is ("mock" in node)
    assert answer.biz_no == (biz_no if texts[0] == "10000" else None)


# --- a profile ------------------------------------------------------------------------------------

_FOLDER = tempfile.TemporaryDirectory()
_FILE = Path(_FOLDER.name) / "config.toml"
_NUMBERS = ("timeout", "retries", "deadline")


def check_profile(data: bytes) -> None:
    """Read a configuration file and make settings of each profile; tell of it no key."""
    _FILE.write_bytes(data)
    try:
        tables = _tables(data)
    except _Refused:
        tables = None
    try:
        config = read_config(_FILE)
    except InputError as refused:
        assert tables is None, "refused, and should not be"
        _check_told(refused)
        return
    assert tables is not None, "read, and should not be"
    assert config.names == tuple(tables)
    for name, table in tables.items():
        try:
            profile = config.profile(name)
        except InputError as refused:
            assert not _is_profile(table), "refused, and should not be"
            _check_told(refused)
            continue
        assert _is_profile(table), "read, and should not be"
        for key in PROFILE_KEYS:
            _check_value(getattr(profile, key), table.get(key))
        if name:
            _check_settings(name)


def _tables(data: bytes) -> dict[str, Any]:
    """Return the profiles that a file is to be read as. Raises _Refused."""
    if len(data) > 64 * 1024 or any(line.count(b".") > 256 for line in data.splitlines()):
        raise _Refused
    try:
        document = tomllib.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise _Refused from None
    profiles = document.get("profiles", {})
    is_right = (
        document.keys() <= {"profiles", "default_profile"}
        and isinstance(document.get("default_profile", ""), str)
        and isinstance(profiles, dict)
        and "mock" not in profiles
    )
    if not is_right:
        raise _Refused
    tables: dict[str, Any] = profiles
    return tables


def _is_profile(table: Any) -> bool:
    return (
        isinstance(table, dict)
        and table.keys() <= set(PROFILE_KEYS)
        and all(
            isinstance(value, str)
            or (key == "history" and value is False)
            or (key in _NUMBERS and type(value) in (int, float))
            for key, value in table.items()
        )
    )


def _check_value(read: object, written: object) -> None:
    if type(written) in (int, float):
        assert isinstance(read, str)
        assert isinstance(written, int | float)
        is_huge = not abs(written) < 1e9
        assert float(read) == (float("inf") if is_huge else written)
    else:
        assert read is written or read == written


def _check_settings(name: str) -> None:
    options = Options(
        config=str(_FILE), profile=name, cert_name="收委", cert_no="260104197909275964"
    )
    surroundings = Surroundings(
        variables={},
        default_config=_FILE,
        default_history=Path("history.db"),
        home=Path(_FOLDER.name),
        now=datetime(2026, 11, 24, tzinfo=UTC),
        read_stdin=lambda: b"",
        can_ask=False,
        ask=lambda _name: None,
    )
    try:
        settings = resolve(options, surroundings, _no_mock, dry_run=False)
    except InputError as refused:
        _check_told(refused)
        return
    assert settings.profile == name
    assert not settings.mock
    assert 0 < settings.timeout <= 600
    assert 0 < settings.deadline <= 86400
    assert 0 <= settings.retries <= 100
    assert 0 < len(settings.account.app_id) <= 32
    assert re.match(r"https://|http://(localhost|127\.|\[::1\])", settings.account.gateway, re.I)
    assert not nobody.shows_key(repr(settings))


def _no_mock() -> Account:
    raise AssertionError("the mock gateway was not asked for")


def _check_told(refused: InputError) -> None:
    """Assert that an error says what is wrong, and shows nothing of the key that is in the file."""
    assert refused.problems
    assert not any(nobody.shows_key(repr(problem)) for problem in refused.problems)
    assert not nobody.shows_key(str(refused))


# --- a key ----------------------------------------------------------------------------------------


def check_key(data: bytes) -> None:
    """Load a key, private and public; what loads has the numbers that cryptography reads."""
    form, der = identify(data)
    try:
        private = load_private_key(data, "key")
    except InputError as refused:
        _check_told(refused)
        assert not _is_good_private(der), "refused, and should not be"
    else:
        assert form in (KeyForm.PKCS1_PRIVATE, KeyForm.PKCS8_PRIVATE)
        assert "RsaKey" not in repr(private)
        numbers = _private_numbers(private)
        assert _same(der, numbers)
        signature = sign(b"data", numbers.private_key())
        assert sign_with_zhima(b"data", private, SignType.RSA2) == signature
    try:
        public = load_public_key(data, "key")
    except InputError as refused:
        _check_told(refused)
        assert not _is_good_public(der), "refused, and should not be"
    else:
        assert form is KeyForm.SPKI_PUBLIC
        numbers_of_public = rsa.RSAPublicNumbers(public.rsa.e, public.rsa.n)
        assert numbers_of_public.public_key().key_size >= 1024
        assert _same(der, numbers_of_public)


def _private_numbers(private: PrivateKey) -> rsa.RSAPrivateNumbers:
    n, e, d, p, q = (getattr(private.rsa, name) for name in "nedpq")
    public = rsa.RSAPublicNumbers(e, n)
    return rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), public)


def _same(der: bytes, numbers: rsa.RSAPrivateNumbers | rsa.RSAPublicNumbers) -> bool:
    """Say whether cryptography reads these numbers; it is stricter about what stands around."""
    try:
        if isinstance(numbers, rsa.RSAPublicNumbers):
            public = serialization.load_der_public_key(der)
            return isinstance(public, rsa.RSAPublicKey) and public.public_numbers() == numbers
        private = serialization.load_der_private_key(der, None, unsafe_skip_rsa_key_validation=True)
    except ValueError:
        return True
    assert isinstance(private, rsa.RSAPrivateKey)
    read = private.private_numbers()
    pairs = [({k.p, k.q}, k.d, k.public_numbers) for k in (read, numbers)]
    return pairs[0] == pairs[1]


def _is_good_private(der: bytes) -> bool:
    """Say whether cryptography takes it for an RSA key of a size that may sign, and tests it."""
    try:
        loaded = serialization.load_der_private_key(der, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return isinstance(loaded, rsa.RSAPrivateKey) and 1024 <= loaded.key_size <= 2048


def _is_good_public(der: bytes) -> bool:
    """Say whether cryptography takes it for SPKI with an RSA key that is large enough."""
    try:
        loaded = serialization.load_der_public_key(der)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False
    if not isinstance(loaded, rsa.RSAPublicKey) or loaded.key_size < 1024:
        return False
    # It does not look whether the modulus can be a product of two primes that fit the exponent.
    numbers = loaded.public_numbers()
    is_fit = numbers.n % 2 == 1 and math.gcd(numbers.n, numbers.e) == 1
    return is_fit and identify(base64.b64encode(der))[0] is not KeyForm.PKCS1_PUBLIC


# --- a parameter that is JSON ---------------------------------------------------------------------

_JSON_FILE = Path(_FOLDER.name) / "parameter.json"


def check_json(data: bytes) -> None:
    """Take a parameter from the command line, a file or standard input, and read it again."""
    how, data = data[:1][0] if data else 0, data[1:]
    charset = _CHARSETS[how % 3]
    limit = 1024 if how & 0x40 else 4096
    match how & 0x30:
        case 0x10:
            _JSON_FILE.write_bytes(data)
            option, given = f"@{_JSON_FILE}", _text(data)
        case 0x20:
            option, given = "-", _text(data)
        case _:
            # So Python reads the command line.
            option = data.decode("utf-8", "surrogateescape")
            given = option
            if option.startswith("@") or option == "-":
                return
    sources = Sources(Options(merchant_config=option), {}, Profile(), Path(_FOLDER.name))
    try:
        expected = _parameter(given, charset, limit)
    except _Unknown:
        return
    except _Refused:
        expected = None
    read = JsonReader(sources, charset, lambda: data).read("merchant_config", limit)
    assert read is not None or sources.problems
    assert {problem.kind for problem in sources.problems} <= {Kind.USAGE}
    # What is too long or not in the charset is noted, and the rest looked at all the same.
    assert (None if sources.problems else read) == expected
    if given is not None:
        _check_decoded(given)


def _text(data: bytes) -> str | None:
    try:
        return data.decode("utf-8-sig") if len(data) <= MAX_JSON_BYTES else None
    except UnicodeDecodeError:
        return None


def _parameter(given: str | None, charset: Charset, limit: int) -> str:
    """Return the text that is to be sent of a parameter. Raises _Refused, or _Unknown."""
    if given is None:
        raise _Refused
    text = given.strip()
    try:
        text.encode(charset.value)
    except UnicodeEncodeError:
        raise _Refused from None
    value = _json(text)
    if len(text) > limit or not isinstance(value, dict) or _depth(value) >= _MAX_DEPTH:
        raise _Refused
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise _Refused from None
    return text


def _check_decoded(text: str) -> None:
    try:
        expected: object = _json(text)
        is_right = _depth(expected) < _MAX_DEPTH
    except _Unknown:
        return
    except _Refused:
        is_right = False
    try:
        value = decode(text)
    except JsonError as refused:
        assert not is_right, "refused, and should not be"
        assert re.fullmatch(r"[a-zA-Z ]*(at character \d+)?", str(refused))
        return
    assert is_right, "read, and should not be"
    assert repr(value) == repr(expected)
    if "inf" not in repr(value):
        assert json.loads(encode(value)) == value


# --- all of them ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Target:
    """A check of any bytes, what the fuzzer begins with, and words that it may put in."""

    check: Callable[[bytes], None]
    seeds: tuple[bytes, ...]
    words: tuple[str, ...]


TARGETS = {
    "answer": Target(check_answer, seeds.ANSWERS, seeds.ANSWER_WORDS),
    "profile": Target(check_profile, seeds.PROFILES, seeds.PROFILE_WORDS),
    "key": Target(check_key, seeds.KEYS, seeds.KEY_WORDS),
    "json": Target(check_json, seeds.PARAMETERS, seeds.JSON_WORDS),
}
