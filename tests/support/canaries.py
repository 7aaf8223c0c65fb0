"""Secrets that must never be shown, and the ways in which a run that holds them can fail."""

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import strategies as st

from tests.support.independent import NODE, node_text, private_pem
from tests.support.stub import Said, Seen

NAME = "尉迟骉鹂"
PINYIN = "yuchibiaoli"
NUMBER = "340207198811243091"
TOKEN = "202610BBcanary4token7of9nobody0QQxx1yyZZ"  # noqa: S105 -- nobody's

# A piece of a key this long is a leak; the first letters are the same in every key.
_PIECE = 20
_COMMON = 48

Answer = Callable[[Seen], Said | bytes]


@dataclass(frozen=True)
class Canaries:
    """The secrets of one run: a person, a token, and a private key in two forms."""

    pem: str
    bare: str
    _pieces: tuple[str, ...] = field(repr=False)

    def found_in(self, output: str) -> list[str]:
        """Return what of the secrets stands in the output, in whatever form, wrapped or not."""
        squeezed = re.sub(r"[\s│]", "", output)
        return [piece for piece in self._pieces if piece in output or piece in squeezed]


def make_canaries(key: rsa.RSAPrivateKey) -> Canaries:
    """Return the secrets, with every piece and spelling of them by which they would be known."""
    pem = private_pem(key)
    der = key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    bare = base64.b64encode(der).decode()
    numbers = key.private_numbers()
    long_texts = [bare[_COMMON:], *(f(n) for n in (numbers.d, numbers.p) for f in (str, hex))]
    pieces = {text[at : at + _PIECE] for text in long_texts for at in range(8, 600, 4)}
    pieces = {piece for piece in pieces if len(piece) == _PIECE}
    # Of a name that cannot be written one character may be named, and no more.
    pieces |= {spelling for pair in _pairs(NAME) for spelling in _spellings(pair)}
    pieces |= {PINYIN, NUMBER, NUMBER[6:14], TOKEN, TOKEN[8:28]}
    return Canaries(pem, bare, tuple(sorted(pieces)))


def _pairs(text: str) -> Iterator[str]:
    return (text[at : at + 2] for at in range(len(text) - 1))


def _spellings(text: str) -> Iterator[str]:
    yield text
    yield json.dumps(text)[1:-1]
    yield quote(text)
    yield quote(text, encoding="gbk")
    yield repr(text.encode())[2:-1]
    yield text.encode().decode("latin-1")


@dataclass(frozen=True)
class Attempt:
    """A run that must fail: what is typed and set, and what the gateway answers if it is asked.

    ``config`` replaces the configuration file's text; ``files`` are put into the home folder.
    """

    arguments: Sequence[str]
    variables: Mapping[str, str] = field(default_factory=dict)
    stdin: bytes = b""
    answer: Answer | None = None
    config: str | None = None
    files: Mapping[str, str] = field(default_factory=dict)

    def prepare(self, home: Path) -> None:
        """Write the files."""
        for name, text in self.files.items():
            (home / name).write_text(text, encoding="utf-8")


PERSON = (f"--cert-name={NAME}", f"--cert-no={NUMBER}", f"--app-auth-token={TOKEN}")
_NOT_FREE = ("charset", "sign-type", "timeout", "gateway", "output", "lang")
_LIMITED = ("product-code", "biz-code", "linked-merchant-id", "app-auth-token", "app-id")
_JSON = ("identity-param", "merchant-config", "ext-biz-param")
_IDENTITY = json.dumps(
    {
        "identity_type": "CERT_INFO",
        "cert_type": "IDENTITY_CARD",
        "cert_name": NAME,
        "cert_no": NUMBER,
    },
    ensure_ascii=False,
)


GROUPS = (
    "bad values",
    "unknown options",
    "stray words",
    "charsets",
    "bad JSON",
    "answers",
    "misplaced keys",
)


def attempts(group: str, canaries: Canaries) -> st.SearchStrategy[Attempt]:
    """Return runs that fail in one of the ways, each with all the secrets it can hold."""
    secrets = st.sampled_from([NAME, PINYIN, NUMBER, TOKEN, canaries.bare, canaries.pem])
    strategies = (
        _bad_values(secrets, canaries),
        _unknown_options(st.sampled_from([PINYIN, f"{NAME}{NUMBER}", canaries.bare])),
        _words(secrets),
        _charsets(),
        _bad_json(),
        _answers(),
        _misplaced_keys(canaries),
    )
    return dict(zip(GROUPS, strategies, strict=True))[group]


def _bad_values(secrets: st.SearchStrategy[str], canaries: Canaries) -> st.SearchStrategy[Attempt]:
    not_ids = st.sampled_from([NAME, TOKEN, canaries.bare, f"{NUMBER}-{PINYIN}"])
    options = st.sampled_from((*_NOT_FREE, *_JSON))
    typed = st.builds(lambda o, s: Attempt([*PERSON, f"--{o}={s}"]), options, secrets)
    variables = st.builds(
        lambda o, s: Attempt(PERSON, {f"ZHIMA_{o.replace('-', '_').upper()}": s}),
        st.sampled_from(_NOT_FREE),
        secrets,
    )
    too_long = st.builds(
        lambda o, s: Attempt([*PERSON[:2], f"--{o}={s * 11}"]), st.sampled_from(_LIMITED), secrets
    )
    ids = st.builds(lambda s: Attempt([*PERSON, f"--transaction-id={s}"]), not_ids)
    return st.one_of(typed, variables, too_long, ids)


def _unknown_options(secrets: st.SearchStrategy[str]) -> st.SearchStrategy[Attempt]:
    known = st.sampled_from(["--cert-name", "--private-key-file"])
    glue: st.SearchStrategy[Callable[[str, str], str]] = st.sampled_from(
        [
            lambda option, secret: option + secret,
            lambda option, secret: option[:-1] + secret,
            lambda option, secret: f"{option}-{secret}",
            lambda option, secret: f"{option}s={secret}",
            lambda option, secret: option.replace("-", "")[:4] + secret,
            lambda _option, secret: f"--{secret}",
            lambda _option, secret: f"-{secret}",
            lambda _option, secret: f"-x{secret}",
            lambda option, secret: f"-{option}={secret}",
            lambda _option, secret: f"--dry-run={secret}",
            lambda _option, secret: f"--debug{secret}",
        ]
    )
    return st.builds(lambda g, o, s: Attempt([g(o, s), *PERSON]), glue, known, secrets)


def _words(secrets: st.SearchStrategy[str]) -> st.SearchStrategy[Attempt]:
    shapes: st.SearchStrategy[Callable[[str], list[str]]] = st.sampled_from(
        [
            lambda secret: [secret, *PERSON],
            lambda secret: [*PERSON, secret],
            lambda secret: [*PERSON, "--", secret],
            lambda secret: ["--cert-name", NAME, secret, f"--cert-no={NUMBER}"],
            lambda secret: [f"--cert-no={NUMBER}", f"--app-id={secret[:8]}", "--cert-name"],
            lambda secret: [f"--cert-no={NUMBER}", "--cert-name", f"--{secret}"],
            lambda secret: [f"--cert-no={NUMBER}", "--cert-name", f"-{secret}"],
            lambda _secret: [f"--cert-name={NAME}"],
            lambda _secret: [f"--cert-no={NUMBER}", "--cert-name="],
        ]
    )
    return st.builds(lambda shape, secret: Attempt(shape(secret)), shapes, secrets)


def _charsets() -> st.SearchStrategy[Attempt]:
    """A name that the charset lacks, by every way that a name can come."""
    ways: list[Attempt] = []
    for charset in ("gb2312", "gbk"):
        option = f"--charset={charset}"
        name = NAME + "䶮"
        identity = _IDENTITY.replace(NAME, name)
        ways += [
            Attempt([option, f"--cert-name={name}", f"--cert-no={NUMBER}"]),
            Attempt([option], {"ZHIMA_CERT_NAME": name, "ZHIMA_CERT_NO": NUMBER}),
            Attempt([option, f"--identity-param={identity}"]),
            Attempt([option, "--identity-param=-"], stdin=identity.encode()),
            Attempt([option, "--identity-param=@person.json"], files={"person.json": identity}),
            Attempt([*PERSON, option, f"--linked-merchant-id=䶮{NAME}"]),
        ]
    return st.sampled_from(ways)


def _bad_json() -> st.SearchStrategy[Attempt]:
    texts = st.sampled_from(
        [
            _IDENTITY[:-1],
            _IDENTITY[1:],
            _IDENTITY + _IDENTITY,
            f"[{_IDENTITY}]",
            _IDENTITY.replace('"', "“"),
            _IDENTITY.replace('"', "'"),
            _IDENTITY.replace(f'"{NUMBER}"', NUMBER),
            _IDENTITY.replace('"cert_no"', '"cert_name"'),
            _IDENTITY.replace('"cert_name"', f'"{NAME}"'),
            _IDENTITY.replace(f'"{NAME}"', f'"{NAME}\\ud800"'),
            json.dumps(NAME),
            NAME,
        ]
    )
    ways: st.SearchStrategy[Callable[[str], Attempt]] = st.sampled_from(
        [
            lambda text: Attempt([f"--identity-param={text}"]),
            lambda text: Attempt(["--identity-param", "-"], stdin=text.encode()),
            lambda text: Attempt(
                ["--identity-param=-"], stdin=text.encode("gbk", "replace") + b"\xff"
            ),
            lambda text: Attempt(["--identity-param=@p.json"], files={"p.json": text}),
            lambda text: Attempt([f"--identity-param={text}", *PERSON]),
            lambda text: Attempt([f"--identity-param=@{{{text}}}"]),
            lambda text: Attempt(
                ["--identity-param=-", "--merchant-config=-"], stdin=text.encode()
            ),
        ]
    )
    return st.builds(lambda way, text: way(text), ways, texts)


def _answers() -> st.SearchStrategy[Attempt]:
    """Gateways that fail, some of them with the request itself in what they send back."""

    def hang_up(_seen: Seen) -> Said:
        raise ConnectionAbortedError

    def echo(seen: Seen) -> bytes:
        return seen.query.encode() + seen.body

    answers: st.SearchStrategy[Answer] = st.sampled_from(
        [
            hang_up,
            echo,
            lambda seen: b'{"%s":{"code":"10000","biz_no":"%s"}}' % (NODE.encode(), seen.body[:20]),
            lambda seen: b'{"%s":{"code":1,"msg":"%s"}}' % (NODE.encode(), seen.body),
            lambda _seen: f'{{"{NAME}":{_IDENTITY}}}'.encode(),
            lambda _seen: _IDENTITY.encode("gbk"),
            lambda _seen: f'{{"{NODE}":{{"code":"{NUMBER}" "{NAME}'.encode(),
            lambda _seen: f'{{"{NODE}":{_IDENTITY},"sign":"{TOKEN}"}}'.encode(),
            lambda _seen: f'{{"{NODE}":{node_text(code="10000")},"sign":"{NAME}"}}'.encode(),
            lambda _seen: (
                node_text(code="40004", sub_code="BIZ_ERROR").join([f'{{"{NODE}":', "}"]).encode()
            ),
            lambda seen: Said(echo(seen), status=500),
            lambda seen: Said(echo(seen), status=403),
            lambda seen: Said(b"", 302, {"Location": f"https://evil.example/?{seen.query}"}),
            lambda seen: Said(b"", headers={"Content-Encoding": seen.body[:40].decode()}),
            lambda seen: Said(echo(seen), length=10000),
            lambda _seen: b"x" * (1024 * 1024 + 1),
        ]
    )
    answered = st.builds(lambda answer: Attempt(PERSON, answer=answer), answers)
    nobody = st.just(Attempt([*PERSON, "--gateway=http://127.0.0.1:1/gateway.do"]))
    return st.one_of(answered, nobody)


def _misplaced_keys(canaries: Canaries) -> st.SearchStrategy[Attempt]:
    """The private key where something else is due, or spoilt where it is due itself."""
    keys = st.sampled_from([canaries.bare, canaries.pem])
    pem = canaries.pem
    damaged = pem.replace(pem[300:304], "AAAA")
    files = {"key.pem": pem, "damaged.pem": damaged, "public.pem": pem.replace("PRIVATE", "PUBLIC")}
    by_option = st.sampled_from(
        [
            "--alipay-public-key-file=key.pem",
            "--alipay-public-key-file=public.pem",
            "--private-key-file=damaged.pem",
            "--private-key-file=public.pem",
            "--config=key.pem",
            "--identity-param=@key.pem",
            "--merchant-config=@key.pem",
        ]
    )
    files_given = st.builds(lambda o: Attempt([*PERSON, o], files=files), by_option)
    texts_given = st.builds(
        lambda option, key: Attempt([*PERSON, f"{option}={key}"]),
        st.sampled_from(
            ["--private-key-file", "--alipay-public-key-file", "--config", "--profile"]
        ),
        keys,
    )
    variables = st.builds(
        lambda variable, key: Attempt(PERSON, {variable: key}),
        st.sampled_from(
            [
                "ZHIMA_PRIVATE_KEY_FILE",
                "ZHIMA_ALIPAY_PUBLIC_KEY",
                "ZHIMA_ALIPAY_PUBLIC_KEY_FILE",
                "ZHIMA_CONFIG",
                "ZHIMA_PROFILE",
                "ZHIMA_GATEWAY",
            ]
        ),
        keys,
    )
    spoilt = st.builds(
        lambda key: Attempt(PERSON, {"ZHIMA_PRIVATE_KEY": key}),
        st.sampled_from(
            [damaged, pem[:-40], pem[40:], canaries.bare[:-8], canaries.bare[4:], pem + pem]
        ),
    )
    quoted = json.dumps(canaries.bare)
    configs = st.builds(
        lambda text: Attempt(PERSON, config=text),
        st.sampled_from(
            [
                pem,
                canaries.bare,
                f"[profiles.default]\nprivate_key = {canaries.bare}\n",
                f"[profiles.default]\nprivate_key = '{pem}'\n",
                f"[profiles.default]\n{quoted} = 1\n",
                f"{quoted} = 1\n",
                f"[profiles.default]\nprivate_kee = {quoted}\n",
                f"[profiles.default]\nprivate_key_file = {quoted}\n",
                f"[profiles.default]\nprivate_key = [{quoted}]\n",
                f"[profiles.default]\nprivate_key = {quoted}\nprivate_key_file = {quoted}\n",
                f"[profiles.default]\napp_id = {quoted}\nprivate_key = {quoted}\n",
                f"[profiles.default]\ngateway = {quoted}\ncharset = {quoted}\n",
                f"[profiles.default]\nalipay_public_key = {quoted}\n",
                f"[profiles.default]\nalipay_public_key_file = {quoted}\ntimeout = {quoted}\n",
                f"[profiles.default]\ntransaction_prefix = {quoted}\nsign_type = {quoted}\n",
                f"default_profile = {quoted}\n[profiles.default]\n",
                f"private_key = {quoted}\n",
                f"profiles = {quoted}\n",
            ]
        ),
    )
    return st.one_of(files_given, texts_given, variables, spoilt, configs)
