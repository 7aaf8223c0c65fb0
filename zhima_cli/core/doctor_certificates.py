"""Examines certificate mode (公钥证书模式): the three certificates and how they hang together."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from zhima_cli.core.account import CERT_FILES, resolve_certificate_mode
from zhima_cli.core.checks import Check, Note, Topic, fine, skipped, warned, wrong
from zhima_cli.core.errors import Problem, Reason
from zhima_cli.core.keys import PrivateKey
from zhima_cli.core.kinds import Kind
from zhima_cli.core.sources import Sources

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

_SOON = timedelta(days=30)
_OF_THE_MODE = frozenset({Reason.BOTH_MODES, Reason.CERT_EXTRA_MISSING})
_TOPICS = dict(
    zip(CERT_FILES, (Topic.APP_CERT, Topic.ALIPAY_CERT, Topic.ALIPAY_ROOT_CERT), strict=True)
)


def examine_certificates(
    sources: Sources, private: PrivateKey | None, now: datetime
) -> Iterator[Check]:
    """Yield the checks of certificate mode; ``private`` is the application's key, if it is known.

    ``now``, any aware time, has to be within the certificates' validity.
    """
    trial = sources.trial()
    resolve_certificate_mode(trial, private, now, dry_run=False)
    of_the_mode = [problem for problem in trial.problems if problem.reason in _OF_THE_MODE]
    if of_the_mode:
        yield wrong(Topic.VERIFICATION, of_the_mode)
    else:
        yield fine(Topic.VERIFICATION, Note.BY_CERTIFICATES)
    for name, topic in _TOPICS.items():
        problems = trial.wrong.get(name, [])
        if any(problem.reason is Reason.CERT_EXTRA_MISSING for problem in of_the_mode):
            yield skipped(topic, Topic.VERIFICATION)
        elif any(problem.reason is Reason.MISSING for problem in problems):
            yield skipped(topic, Topic.PROFILE)  # which has told
        elif own := [problem for problem in problems if problem not in of_the_mode]:
            yield wrong(topic, own)
        else:
            yield _describe(sources, name, topic, now)


def _describe(sources: Sources, name: str, topic: Topic, now: datetime) -> Check:
    """Say until when a certificate is valid that was found to be right, or how many roots."""
    from zhima_cli.core.certificates import load_certificates, load_root_bundle

    if topic is Topic.ALIPAY_ROOT_CERT:
        return fine(topic, Note.ROOTS, str(len(_load(sources, name, load_root_bundle))))
    end = _load(sources, name, load_certificates)[0].not_valid_after_utc
    if end - now < _SOON:
        problem = Problem(Kind.CONFIG, Reason.CERT_EXPIRES_SOON, name, f"{end:%Y-%m-%d}")
        return warned(topic, problem)
    return fine(topic, Note.VALID_UNTIL, f"{end:%Y-%m-%d}")


def _load(
    sources: Sources,
    name: str,
    read: "Callable[[bytes, str], tuple[Certificate, ...]]",
) -> "tuple[Certificate, ...]":
    from zhima_cli.core.certificates import MAX_CERTIFICATE_BYTES

    material = sources.trial().file(name, MAX_CERTIFICATE_BYTES)
    return read(material.data, material.origin) if material else ()
