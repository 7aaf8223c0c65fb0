"""Certificate mode (公钥证书模式): reads the three certificates and checks how they hang together.

Nothing but that mode imports this, since it needs the extra `cert` of the package.
"""

from dataclasses import dataclass
from datetime import datetime

from cryptography.x509 import Certificate

from zhima_cli.core.certificates import (
    MAX_CERTIFICATE_BYTES,
    check_chain,
    check_validity,
    has_issuer,
    load_certificates,
    load_root_bundle,
    public_key,
    root_serial_number,
    serial_number,
)
from zhima_cli.core.errors import InputError, Problem, Reason
from zhima_cli.core.keys import PrivateKey, PublicKey, is_own_public_key
from zhima_cli.core.kinds import Kind
from zhima_cli.core.serial_numbers import SerialNumbers
from zhima_cli.core.sources import Sources


@dataclass(frozen=True)
class _Certificates:
    """A file's certificates: the one that it is about, then those that lead to the root."""

    own: Certificate
    between: tuple[Certificate, ...]
    origin: str


@dataclass(frozen=True)
class _Roots:
    bundle: tuple[Certificate, ...]
    serial_number: str


def resolve_certificates(
    sources: Sources, private: PrivateKey | None, now: datetime, *, dry_run: bool
) -> tuple[SerialNumbers, PublicKey | None] | None:
    """Return the serial numbers and Alipay's key; None where ``sources`` was told of a problem.

    ``private`` is the application's key, which its certificate has to be of; ``now`` is any aware
    time. A ``dry_run`` reads no answer: what is wrong with Alipay's certificate is only warned of.
    """
    roots = _roots(sources)
    # Of what a dry run does not need, problems are noted apart.
    alipay_sources = sources.trial() if dry_run else sources
    alipay = _read(alipay_sources, "alipay_cert_file")
    app = _read(sources, "app_cert_file")
    public = None
    if alipay is not None:
        public = _alipay_key(alipay_sources, alipay, roots, private, now)
    if app is not None:
        _check_app(sources, app, alipay, roots, private, now)
    if dry_run:
        sources.warnings.extend(alipay_sources.problems)
    if app is None or roots is None:
        return None
    alipay_cert_sn = serial_number(alipay.own) if alipay else None
    return SerialNumbers(serial_number(app.own), roots.serial_number, alipay_cert_sn), public


def resolve_saved_certificate(
    sources: Sources, private: PrivateKey | None, now: datetime
) -> tuple[PublicKey, str] | None:
    """Return the key and SN of Alipay's certificate; None where ``sources`` was told of a problem.

    It verifies what was signed some time before, so that it may have expired, which is warned of.
    Only where there are root certificates has it to lead to one of them.
    """
    roots = _roots(sources)
    alipay = _read(sources, "alipay_cert_file")
    if alipay is None:
        return None
    valid = min(now, alipay.own.not_valid_after_utc)
    if valid < now:
        sources.warn(Reason.CERT_EXPIRED, alipay.origin, f"{valid:%Y-%m-%d}")
    public = _alipay_key(sources, alipay, roots, private, valid)
    return (public, serial_number(alipay.own)) if public else None


def _read(sources: Sources, name: str) -> _Certificates | None:
    material = sources.file(name, MAX_CERTIFICATE_BYTES)
    if material is None:
        return None
    certificates = sources.attempt(name, lambda: load_certificates(material.data, material.origin))
    if certificates is None:
        return None
    return _Certificates(certificates[0], certificates[1:], material.origin)


def _roots(sources: Sources) -> _Roots | None:
    name = "alipay_root_cert_file"
    material = sources.file(name, MAX_CERTIFICATE_BYTES)
    if material is None:
        return None

    def read() -> _Roots:
        bundle = load_root_bundle(material.data, material.origin)
        return _Roots(bundle, root_serial_number(bundle, material.origin))

    return sources.attempt(name, read)


def _alipay_key(
    sources: Sources,
    alipay: _Certificates,
    roots: _Roots | None,
    private: PrivateKey | None,
    now: datetime,
) -> PublicKey | None:
    """Return the key that verifies answers, if everything about its certificate is right."""
    name, origin = "alipay_cert_file", alipay.origin

    def read() -> PublicKey:
        public = public_key(alipay.own, origin)
        if private is not None and is_own_public_key(public, private):
            raise InputError(Problem(Kind.CONFIG, Reason.OWN_CERTIFICATE, origin))
        check_validity(alipay.own, now, origin)
        if roots is not None:
            check_chain((alipay.own, *alipay.between), roots.bundle, now, origin)
        return public

    return sources.attempt(name, read)


def _check_app(
    sources: Sources,
    app: _Certificates,
    alipay: _Certificates | None,
    roots: _Roots | None,
    private: PrivateKey | None,
    now: datetime,
) -> None:
    name, origin = "app_cert_file", app.origin

    def check() -> None:
        check_validity(app.own, now, origin)
        if roots is not None:
            between = (*app.between, *(alipay.between if alipay else ()))
            # Alipay hands an application's certificate out without its issuer's, which is not in
            # the root bundle either; where it is nowhere, there is no chain to be checked.
            if app.between or has_issuer(app.own, (*between, *roots.bundle)):
                check_chain((app.own, *between), roots.bundle, now, origin)
        public = public_key(app.own, origin)
        if private is not None and public.rsa != private.rsa.public_key():
            raise InputError(Problem(Kind.CONFIG, Reason.CERT_OF_OTHER_KEY, origin))

    sources.attempt(name, check)
