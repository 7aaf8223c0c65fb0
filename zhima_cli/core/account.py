"""Who calls whom: the application, its private key, and the gateway with its public one."""

import re
from dataclasses import dataclass
from datetime import datetime

from zhima_cli.core.charset import Charset
from zhima_cli.core.content_encryption import EncryptKey, load_encrypt_key
from zhima_cli.core.errors import Problem, Reason
from zhima_cli.core.gateway import PRODUCTION, gateway_url, is_gateway_url, is_https, is_loopback
from zhima_cli.core.keys import (
    RECOMMENDED_BITS,
    PrivateKey,
    PublicKey,
    is_own_public_key,
    load_private_key,
    load_public_key,
)
from zhima_cli.core.kinds import Kind
from zhima_cli.core.profile import no_config
from zhima_cli.core.serial_numbers import SerialNumbers
from zhima_cli.core.sources import Sources, option_name, variable_name

MAX_APP_ID = 32
_APP_ID = re.compile("[0-9]{16}")
_PUBLIC_KEY = ("alipay_public_key", "alipay_public_key_file")
CERT_FILES = ("app_cert_file", "alipay_cert_file", "alipay_root_cert_file")
_FIXED_BY_MOCK = (
    "gateway",
    "app_id",
    "private_key_file",
    "alipay_public_key_file",
    *CERT_FILES,
    "encrypt_key_file",
)


def is_app_id(text: str) -> bool:
    """Say whether ``text`` is like the ids that the open platform gives to applications."""
    return _APP_ID.fullmatch(text) is not None


@dataclass(frozen=True)
class Account:
    """The application, its key, and the gateway with its own.

    ``alipay_public_key`` is None only where no answer will be read. In certificate mode
    ``serial_numbers`` name the certificates; ``encrypt_key`` is there if content is encrypted.
    """

    app_id: str
    private_key: PrivateKey
    alipay_public_key: PublicKey | None
    gateway: str
    serial_numbers: SerialNumbers | None = None
    encrypt_key: EncryptKey | None = None

    @property
    def alipay_cert_sn(self) -> str | None:
        """By which an answer has to name Alipay's certificate, in certificate mode."""
        return self.serial_numbers.alipay_cert_sn if self.serial_numbers else None


@dataclass(frozen=True)
class Parts:
    """What was found of an account; a part that is missing or wrong is None."""

    app_id: str | None
    private_key: PrivateKey | None
    alipay_public_key: PublicKey | None
    gateway: str
    serial_numbers: SerialNumbers | None
    encrypt_key: EncryptKey | None


def resolve_account(
    sources: Sources, charset: Charset, now: datetime, *, dry_run: bool
) -> Account | None:
    """Resolve and check the account; None where ``sources`` has been told of a problem.

    ``now``, any aware time, has to be within the validity of certificates. A ``dry_run`` needs no
    key of Alipay's.
    """
    parts = find_parts(sources, charset, now, dry_run=dry_run)
    if parts.app_id is None or parts.private_key is None:
        return None
    return Account(
        parts.app_id,
        parts.private_key,
        parts.alipay_public_key,
        parts.gateway,
        parts.serial_numbers,
        parts.encrypt_key,
    )


def find_parts(sources: Sources, charset: Charset, now: datetime, *, dry_run: bool) -> Parts:
    """Like resolve_account, but return what there is; ``sources`` is told of what is wrong."""
    app_id = sources.text("app_id", MAX_APP_ID, charset)
    private = find_private_key(sources)
    serial_numbers = None
    is_certificate_mode = any(map(sources.has, CERT_FILES))
    if is_certificate_mode:
        serial_numbers, public = resolve_certificate_mode(sources, private, now, dry_run=dry_run)
    else:
        resolve_key = _unneeded_key if dry_run else find_public_key
        public = resolve_key(sources, private)
    encrypt_key = find_encrypt_key(sources)
    gateway = find_gateway(sources)
    profile = sources.profile
    is_unset = not is_certificate_mode and sources.wrong.keys().isdisjoint(
        ("app_id", "private_key", "alipay_public_key")
    )
    is_unset = is_unset and not (app_id or private or public)
    unseen = no_config(profile.name, profile.path) if is_unset else None
    if unseen:
        sources.fail("config", unseen)
    else:
        if app_id is None:
            add_missing(sources, "app_id", "app_id")
        if private is None:
            add_missing(sources, "private_key", "private_key_file")
        if public is None and not is_certificate_mode and not dry_run:
            add_missing(sources, "alipay_public_key", "alipay_public_key_file")
    return Parts(app_id, private, public, gateway, serial_numbers, encrypt_key)


def refuse_options_of_account(sources: Sources) -> None:
    """Refuse what would send a call made for the mock gateway elsewhere.

    The environment's variables are left alone there: they belong to the real account.
    """
    for name in _FIXED_BY_MOCK:
        if getattr(sources.options, name) is not None:
            sources.fail(name, Problem(Kind.USAGE, Reason.FIXED_BY_MOCK, option_name(name)))


def find_private_key(sources: Sources) -> PrivateKey | None:
    """Return the application's private key; None where there is none, or ``sources`` was told."""
    text = sources.key("private_key")
    if text is None:
        return None
    if text.file is not None:
        sources.warn_if_readable(text.file)
    key = sources.attempt("private_key", lambda: load_private_key(text.data, text.origin))
    if key is None:
        return None
    bits = key.rsa.size_in_bits()
    if bits < RECOMMENDED_BITS:
        sources.warn(Reason.KEY_SMALL, text.origin, str(bits), str(RECOMMENDED_BITS))
    return key


def find_public_key(sources: Sources, private: PrivateKey | None) -> PublicKey | None:
    """Return Alipay's public key; None where there is none, or ``sources`` was told.

    It must not be the public half of ``private``, as far as that is known.
    """
    text = sources.key("alipay_public_key")
    if text is None:
        return None
    key = sources.attempt("alipay_public_key", lambda: load_public_key(text.data, text.origin))
    if key is None or private is None or not is_own_public_key(key, private):
        return key
    problem = Problem(Kind.CONFIG, Reason.OWN_PUBLIC_KEY, text.origin)
    sources.fail("alipay_public_key", problem)
    return None


def _unneeded_key(sources: Sources, private: PrivateKey | None) -> PublicKey | None:
    """Like find_public_key, for a call that gets no answer: what is wrong is only warned of."""
    trial = sources.trial()
    key = find_public_key(trial, private)
    sources.warnings.extend(trial.problems)
    return key


def resolve_certificate_mode(
    sources: Sources, private: PrivateKey | None, now: datetime, *, dry_run: bool
) -> tuple[SerialNumbers | None, PublicKey | None]:
    """Return what certificate mode has in the place of Alipay's public key, and that key.

    None for either where ``sources`` was told of a problem. The rest is resolve_certificates'.
    """
    named = next(filter(sources.has, CERT_FILES))
    public_key = next(filter(sources.has, _PUBLIC_KEY), None)
    if public_key is not None:
        sources.fail(public_key, Problem(Kind.CONFIG, Reason.BOTH_MODES, named, public_key))
    for name in CERT_FILES:
        if not sources.has(name) and not (dry_run and name == "alipay_cert_file"):
            add_missing(sources, name, name)
    try:
        from zhima_cli.core.certificate_mode import resolve_certificates
    except ImportError:
        sources.fail(named, Problem(Kind.CONFIG, Reason.CERT_EXTRA_MISSING, named))
        return None, None
    return resolve_certificates(sources, private, now, dry_run=dry_run) or (None, None)


def resolve_alipay_certificate(
    sources: Sources, private: PrivateKey | None, now: datetime
) -> tuple[PublicKey | None, str | None]:
    """Return the key and SN of Alipay's certificate, for an answer that came some time before.

    None for both where ``sources`` was told of a problem. That the certificate has expired since
    is only warned of. It must not be of ``private``, as far as that is known.
    """
    name = "alipay_cert_file"
    if not sources.has(name):
        add_missing(sources, name, name)
        return None, None
    try:
        from zhima_cli.core.certificate_mode import resolve_saved_certificate
    except ImportError:
        sources.fail(name, Problem(Kind.CONFIG, Reason.CERT_EXTRA_MISSING, name))
        return None, None
    return resolve_saved_certificate(sources, private, now) or (None, None)


def find_encrypt_key(sources: Sources) -> EncryptKey | None:
    """Return the key of content encryption; None where there is none, or ``sources`` was told."""
    text = sources.key("encrypt_key")
    if text is None:
        return None
    if text.file is not None:
        sources.warn_if_readable(text.file)
    return sources.attempt("encrypt_key", lambda: load_encrypt_key(text.data, text.origin))


def find_gateway(sources: Sources) -> str:
    """Return the gateway's address, production where none is set; ``sources`` hears of faults."""
    given = sources.find("gateway")
    if given is None:
        return PRODUCTION
    url = gateway_url(given.value)
    if not is_gateway_url(url):
        sources.add(given, Reason.BAD_GATEWAY_URL, expected=PRODUCTION)
    elif not is_https(url) and not is_loopback(url):
        sources.add(given, Reason.GATEWAY_NOT_HTTPS)
    return url


def add_missing(sources: Sources, name: str, key: str) -> None:
    """Note that ``name`` is nowhere, unless what stands for it was found wrong already.

    Of a profile that could not be read nearly everything would be missing, and that is no news.
    """
    if sources.wrong.keys().isdisjoint((name, "profile")):
        expected = f"{option_name(key)}, {variable_name(name)}"
        where = sources.profile_origin(key)
        sources.fail(name, Problem(Kind.CONFIG, Reason.MISSING, name, where, expected))
