"""The calls that zhima and each client make alike: made from a fixed seed, timestamps included."""

import itertools
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

SIGN_TYPES = ("RSA", "RSA2")
KEY_FORMS = ("pkcs1-pem", "pkcs8-pem", "pkcs1-base64", "pkcs8-base64")

# What the texts of a case are made of; each is a kind of its own in the table. Every name ends with
# the last of them.
KINDS: Mapping[str, tuple[str, ...]] = {
    "ASCII": tuple("abcXYZ0189_-.~,;:!*()[]{}<>|^`@#$?"),
    "Chinese as escapes": tuple("收委阿卜杜拉买提欧阳王小明测试"),
    "Chinese": tuple("收委阿卜杜拉买提欧阳王小明测试,。"),
    "dot in a name": tuple("阿卜杜拉·买提·"),
    "only in gbk": tuple("亄乗亇俙·亹"),  # second bytes that are ASCII marks, {, }, \\ among them
    "emoji": tuple("😀👨‍👩‍👧🇨🇳é𠮷"),
    "quotes": tuple("a\"'“”‘’`b收"),
    "marks of forms": tuple("a&=+%#?;20收"),
    "slashes": tuple("a/\\/\\n\\u4e00收"),
    "spaces": tuple(" a　b\t收"),
    "empty values": ("",),
}
ASCII_KINDS = ("ASCII", "Chinese as escapes")
_LACKS: Mapping[str, tuple[str, ...]] = {
    "utf-8": (),
    "gbk": ("emoji",),
    "gb2312": ("emoji", "dot in a name", "only in gbk"),
}
CLASSES = [
    (charset, kind) for charset, lacks in _LACKS.items() for kind in KINDS if kind not in lacks
]
_VARIANTS = 3
_SEED = 20161025
_FIRST_MOMENT = datetime(2024, 2, 28, 15, 30, tzinfo=UTC)
_THREE_YEARS = 3 * 365 * 24 * 3600


@dataclass(frozen=True)
class RequestCase:
    """One call: its class, what is signed with, and the options that zhima is given for it."""

    number: int
    charset: str
    kind: str
    sign_type: str
    key_form: str
    moment: datetime
    options: Mapping[str, str]

    @property
    def row(self) -> str:
        """The class of the case in the table."""
        return row_name(self.charset, self.kind)

    @property
    def arguments(self) -> list[str]:
        """The options of ``zhima init-cert``, but for the profile."""
        return [
            *(f"--{name}={value}" for name, value in self.options.items()),
            f"--charset={self.charset}",
            f"--sign-type={self.sign_type}",
        ]


def row_name(charset: str, kind: str) -> str:
    """Return the table's name of a class."""
    return f"{charset}, {kind}"


def make_cases() -> list[RequestCase]:
    """Return every class with each sign_type and key form, three times with other values."""
    rng = random.Random(_SEED)  # noqa: S311 -- cases, not secrets
    product = itertools.product(CLASSES, SIGN_TYPES, KEY_FORMS, range(_VARIANTS))
    return [
        RequestCase(
            number,
            charset,
            kind,
            sign_type,
            key_form,
            _FIRST_MOMENT + timedelta(seconds=rng.randrange(_THREE_YEARS)),
            _options(rng, number, kind),
        )
        for number, ((charset, kind), sign_type, key_form, _) in enumerate(product)
    ]


def _options(rng: random.Random, number: int, kind: str) -> dict[str, str]:
    # Every set of the four optional parameters comes round, whatever the seed.
    wanted = [bool(number >> bit & 1) for bit in range(4)]
    alphabet = KINDS[kind]
    identity = {
        "identity_type": "CERT_INFO",
        "cert_type": "IDENTITY_CARD",
        "cert_name": _text(rng, alphabet) + alphabet[-1] or "收委",
        "cert_no": "260104197909275964",
        "note": _text(rng, alphabet),
    }
    as_escapes = kind == "Chinese as escapes"
    options = {
        "transaction-id": f"COMPARED_{number:05}",
        "identity-param": _json(rng, identity, as_escapes),
    }
    if wanted[0]:
        options["app-auth-token"] = f"2015{rng.randrange(16**36):036x}"
    if wanted[1]:
        asked = rng.choice(("true", "false"))
        options["merchant-config"] = _json(rng, {"need_user_authorization": asked}, as_escapes)
    if wanted[2]:
        values: list[object] = [_text(rng, alphabet), None, 1.5, {}]
        note = {_text(rng, alphabet): values}
        options["ext-biz-param"] = _json(rng, note, as_escapes)
    if wanted[3]:
        options["linked-merchant-id"] = f"2088{rng.randrange(10**12):012}"
    return options


def _text(rng: random.Random, alphabet: tuple[str, ...]) -> str:
    return "".join(rng.choice(alphabet) for _ in range(rng.randrange(1, 24)))


def _json(rng: random.Random, value: object, as_escapes: bool) -> str:
    """Return JSON text, with or without spaces."""
    separators = rng.choice(((",", ":"), None))
    return json.dumps(value, ensure_ascii=as_escapes, separators=separators)
