"""Examines the keys of a profile: the application's pair, Alipay's, and that of encryption."""

import os
import stat
from collections.abc import Generator, Iterator
from datetime import datetime
from pathlib import Path

from Crypto.PublicKey import RSA

from zhima_cli.core.account import (
    CERT_FILES,
    find_encrypt_key,
    find_private_key,
    find_public_key,
)
from zhima_cli.core.checks import Check, Note, Topic, fine, skipped, warned, wrong
from zhima_cli.core.errors import Problem, Reason
from zhima_cli.core.keys import PrivateKey, PublicKey, identify
from zhima_cli.core.kinds import Kind
from zhima_cli.core.signature import SignType, sign, verify
from zhima_cli.core.sources import KeyMaterial, Sources

_OF_THE_SIZE = frozenset({Reason.KEY_TOO_SMALL, Reason.KEY_TOO_LARGE})
_SAMPLE = "芝麻认证".encode()


def examine_private_key(
    sources: Sources, source: Topic
) -> Generator[Check, None, PrivateKey | None]:
    """Yield the checks of the private key and return it, None where it is not usable.

    ``source`` is the check that tells where there is none.
    """
    trial = sources.trial()
    private = find_private_key(trial)
    material = sources.trial().key("private_key")
    yield from _key(Topic.PRIVATE_KEY, material, trial.problems, source)
    if material is None:
        yield skipped(Topic.PRIVATE_KEY_MODE, Topic.PRIVATE_KEY)
    else:
        yield from _key_mode(Topic.PRIVATE_KEY_MODE, material, sources)
    small = [problem for problem in trial.warnings if problem.reason is Reason.KEY_SMALL]
    sizes = [problem for problem in trial.problems if problem.reason in _OF_THE_SIZE]
    if sizes:
        yield wrong(Topic.PRIVATE_KEY_SIZE, sizes)
    elif private is None:
        yield skipped(Topic.PRIVATE_KEY_SIZE, Topic.PRIVATE_KEY)
    elif small:
        yield warned(Topic.PRIVATE_KEY_SIZE, *small)
    else:
        yield fine(Topic.PRIVATE_KEY_SIZE, Note.BITS, str(private.rsa.size_in_bits()))
    return private


def examine_numbers(private: PrivateKey | None, sign_type: SignType) -> Iterator[Check]:
    """Test all of the key's numbers, which a call does not have the time for, and the pair."""
    if private is None:
        yield skipped(Topic.PRIVATE_KEY_NUMBERS, Topic.PRIVATE_KEY)
        yield skipped(Topic.KEY_PAIR, Topic.PRIVATE_KEY)
        return
    subject = Topic.PRIVATE_KEY.value
    rsa = private.rsa
    try:
        RSA.construct((rsa.n, rsa.e, rsa.d, rsa.p, rsa.q), consistency_check=True)
    except ValueError:
        problem = Problem(Kind.CONFIG, Reason.KEY_NOT_PRIME, subject)
        yield wrong(Topic.PRIVATE_KEY_NUMBERS, [problem])
    else:
        yield fine(Topic.PRIVATE_KEY_NUMBERS, Note.PRIMES)
    if signs_and_verifies(private, sign_type):
        yield fine(Topic.KEY_PAIR, Note.PAIR_WORKS, sign_type.value)
    else:
        problem = Problem(Kind.CONFIG, Reason.KEY_DAMAGED, subject, sign_type.value)
        yield wrong(Topic.KEY_PAIR, [problem])


def signs_and_verifies(private: PrivateKey, sign_type: SignType) -> bool:
    """Say whether the public half of the key verifies what the key signs."""
    try:
        signature = sign(_SAMPLE, private, sign_type)
    except ValueError:
        return False
    return verify(_SAMPLE, signature, PublicKey(private.rsa.public_key()), sign_type)


def examine_verification(
    sources: Sources, private: PrivateKey | None, source: Topic, now: datetime
) -> Iterator[Check]:
    """Yield the checks of what verifies answers: Alipay's public key, or certificates.

    ``private`` is the application's own key, if it is known; ``source`` is the check that tells
    where there is nothing to verify with.
    """
    if any(map(sources.has, CERT_FILES)):
        from zhima_cli.core.doctor_certificates import examine_certificates

        yield from examine_certificates(sources, private, now)
    else:
        yield fine(Topic.VERIFICATION, Note.BY_PUBLIC_KEY)
        yield from _public_key(sources, private, source)


def examine_encrypt_key(sources: Sources) -> Iterator[Check]:
    """Yield the checks of content encryption."""
    if not is_set(sources, "encrypt_key"):
        yield fine(Topic.ENCRYPT_KEY, Note.NOT_ENCRYPTED)
        return
    trial = sources.trial()
    key = find_encrypt_key(trial)
    if key is None:
        yield wrong(Topic.ENCRYPT_KEY, trial.problems)
        return
    yield fine(Topic.ENCRYPT_KEY, Note.ENCRYPTED, f"AES-{len(key.data) * 8}")
    material = sources.trial().key("encrypt_key")
    if material is not None:
        yield from _key_mode(Topic.ENCRYPT_KEY_MODE, material, sources)


def examine_mode(topic: Topic, path: Path) -> Check:
    """Say whether anybody but its owner can read or change the file (POSIX)."""
    if os.name != "posix":
        return fine(topic, Note.NO_MODES)
    mode = stat.S_IMODE(path.stat().st_mode)
    if stat.S_ISREG(path.stat().st_mode) and mode & 0o077:
        problem = Problem(Kind.CONFIG, Reason.FILE_OPEN_TO_OTHERS, str(path), f"{mode:04o}")
        return warned(topic, problem)
    return fine(topic, Note.PRIVATE_MODE, f"{mode:04o}")


def is_set(sources: Sources, name: str) -> bool:
    """Say whether the setting is anywhere: its value, or the file that it is kept in."""
    return sources.has(name) or sources.has(f"{name}_file")


def _key(
    topic: Topic, material: KeyMaterial | None, problems: list[Problem], source: Topic
) -> Iterator[Check]:
    """Say in which form the key was found, unless there is more to be said of it."""
    of_the_key = [problem for problem in problems if problem.reason not in _OF_THE_SIZE]
    if of_the_key:
        yield wrong(topic, of_the_key)
    elif material is None:
        yield skipped(topic, source)
    else:
        yield fine(topic, Note.AS_FOUND, identify(material.data)[0].value)


def _key_mode(topic: Topic, material: KeyMaterial, sources: Sources) -> Iterator[Check]:
    if material.file is None:
        yield fine(topic, Note.NO_FILE, material.origin)
    elif material.file != sources.profile.path:  # that one has been looked at
        yield examine_mode(topic, material.file)


def _public_key(sources: Sources, private: PrivateKey | None, source: Topic) -> Iterator[Check]:
    trial = sources.trial()
    public = find_public_key(trial, private)
    material = sources.trial().key("alipay_public_key")
    own = [problem for problem in trial.problems if problem.reason is Reason.OWN_PUBLIC_KEY]
    others = [problem for problem in trial.problems if problem not in own]
    yield from _key(Topic.ALIPAY_PUBLIC_KEY, material, others, source)
    sizes = [problem for problem in others if problem.reason in _OF_THE_SIZE]
    if sizes:
        yield wrong(Topic.ALIPAY_PUBLIC_KEY_SIZE, sizes)
    elif public is not None:
        yield fine(Topic.ALIPAY_PUBLIC_KEY_SIZE, Note.BITS, str(public.rsa.size_in_bits()))
    if own:
        yield wrong(Topic.OTHER_THAN_OWN, own)
    elif public is None:
        yield skipped(Topic.OTHER_THAN_OWN, Topic.ALIPAY_PUBLIC_KEY)
    elif private is None:
        yield skipped(Topic.OTHER_THAN_OWN, Topic.PRIVATE_KEY)
    else:
        yield fine(Topic.OTHER_THAN_OWN, Note.NOT_OWN)
