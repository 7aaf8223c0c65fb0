"""Says of a saved answer whether its signature holds, and if not, why it probably does not."""

import codecs
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from zhima_cli.core.account import (
    CERT_FILES,
    add_missing,
    find_encrypt_key,
    find_gateway,
    find_private_key,
    find_public_key,
    resolve_alipay_certificate,
)
from zhima_cli.core.answer import cut_node, decode_body, read_answer
from zhima_cli.core.charset import Charset
from zhima_cli.core.choosing import config_path
from zhima_cli.core.content_encryption import EncryptKey
from zhima_cli.core.diagnosis import Evidence, NamedKey, diagnose
from zhima_cli.core.errors import InputError, Problem, Reason, UntrustedError
from zhima_cli.core.gateway import is_loopback
from zhima_cli.core.keys import PublicKey
from zhima_cli.core.kinds import Kind
from zhima_cli.core.opening import open_sources
from zhima_cli.core.options import Options, Surroundings
from zhima_cli.core.outcome import Answer
from zhima_cli.core.profile import MOCK_PROFILE, Profile, no_config, read_config
from zhima_cli.core.signature import SignType, verify
from zhima_cli.core.sources import Sources, option_name

# What is found wrong only after the signature was found to hold.
_SIGNED_BUT_UNUSABLE = frozenset(
    {Reason.ANSWER_ENCRYPTED, Reason.ANSWER_UNDECRYPTABLE, Reason.BIZ_NO_MISSING}
)


@dataclass(frozen=True)
class Verifier:
    """What an answer is verified with.

    ``alipay_cert_sn`` names the certificate of ``key`` in certificate mode. ``own_key`` is the
    public half of the application's own key, if that can be read. ``is_gateway_local``
    says that the gateway is on this machine.
    """

    profile: str
    key: PublicKey
    charset: Charset
    sign_type: SignType
    alipay_cert_sn: str | None
    encrypt_key: EncryptKey | None
    own_key: PublicKey | None
    is_gateway_local: bool
    warnings: tuple[Problem, ...]


@dataclass(frozen=True)
class Verdict:
    """What was found of a saved answer.

    ``holds`` says whether its signature does. ``answer`` is what it says, None where that is not to
    be believed; ``problem`` says why not and ``cause`` where that probably comes from. ``notes``
    are what was overlooked because it is harmless.
    """

    holds: bool
    answer: Answer | None = None
    problem: Problem | None = None
    cause: Problem | None = None
    notes: tuple[Problem, ...] = ()

    @property
    def kind(self) -> Kind:
        """What it comes to: UNTRUSTED where anything keeps the answer from being believed."""
        return Kind.SUCCESS if self.problem is None else Kind.UNTRUSTED


def resolve_verifier(options: Options, surroundings: Surroundings) -> Verifier:
    """Resolve what a saved answer is verified with: Alipay's key or certificate is enough.

    Raises InputError with all that is wrong.
    """
    sources = open_sources(options, surroundings)
    profile = sources.profile
    if profile.name == MOCK_PROFILE:
        subject = f"{option_name('profile')} {MOCK_PROFILE}"
        raise InputError(Problem(Kind.USAGE, Reason.MOCK_KEYS_GONE, subject))
    charset = sources.choice("charset", Charset.UTF_8)
    sign_type = sources.choice("sign_type", SignType.RSA2)
    # It only helps to tell the cause; whatever is wrong with it is no matter here.
    private = find_private_key(sources.trial())
    alipay_cert_sn = None
    if any(map(sources.has, CERT_FILES)):
        key, alipay_cert_sn = resolve_alipay_certificate(sources, private, surroundings.now)
    else:
        key = find_public_key(sources, private)
        if key is None and "profile" not in sources.wrong:
            _say_what_is_missing(sources)
    encrypt_key = find_encrypt_key(sources)
    if sources.problems or key is None:
        raise InputError(*sources.problems)
    return Verifier(
        profile=profile.name,
        key=key,
        charset=charset,
        sign_type=sign_type,
        alipay_cert_sn=alipay_cert_sn,
        encrypt_key=encrypt_key,
        own_key=PublicKey(private.rsa.public_key()) if private else None,
        is_gateway_local=is_loopback(find_gateway(sources.trial())),
        warnings=tuple(sources.warnings),
    )


def judge(
    body: bytes, verifier: Verifier, other_keys: Callable[[], tuple[NamedKey, ...]]
) -> Verdict:
    """Say whether the answer's signature holds, and what it says or why it probably does not.

    ``body`` is the answer as it was saved; ``other_keys`` is called where the signature does not
    hold, for the keys of the other profiles.
    """
    charset, key = verifier.charset, verifier.key
    bare = body.removeprefix(codecs.BOM_UTF8)
    try:
        answer = read_answer(
            bare,
            charset,
            key,
            verifier.sign_type,
            alipay_cert_sn=verifier.alipay_cert_sn,
            encrypt_key=verifier.encrypt_key,
        )
    except UntrustedError as error:
        problem = error.problems[0]
        if problem.reason in _SIGNED_BUT_UNUSABLE:
            return Verdict(holds=True, problem=problem)
        evidence = Evidence(
            bare,
            charset,
            verifier.sign_type,
            key,
            own_key=verifier.own_key,
            other_keys=other_keys(),
            is_gateway_local=verifier.is_gateway_local,
        )
        return Verdict(holds=False, problem=problem, cause=diagnose(evidence))
    if not answer.verified:
        problem = Problem(Kind.UNTRUSTED, Reason.REFUSAL_UNSIGNED)
        return Verdict(holds=False, answer=answer, problem=problem)
    return Verdict(holds=True, answer=answer, notes=tuple(_notes(body, bare, verifier)))


def other_profiles_keys(options: Options, surroundings: Surroundings) -> tuple[NamedKey, ...]:
    """Return Alipay's public key of each profile of the file, as far as they can be read."""
    try:
        config = read_config(config_path(options, surroundings), surroundings.files)
    except InputError:
        return ()
    keys = []
    for name in config.names:
        try:
            profile = config.profile(name)
        except InputError:
            continue
        key = find_public_key(Sources(Options(), {}, profile, surroundings.home), None)
        if key is not None:
            keys.append(NamedKey(name, key))
    return tuple(keys)


def _say_what_is_missing(sources: Sources) -> None:
    profile: Profile = sources.profile
    unseen = None if sources.problems else no_config(profile.name, profile.path)
    if unseen:
        sources.fail("config", unseen)
    else:
        add_missing(sources, "alipay_public_key", "alipay_public_key_file")


def _notes(body: bytes, bare: bytes, verifier: Verifier) -> Iterator[Problem]:
    """Yield what was overlooked in an answer whose signature holds."""
    if bare != body:
        yield Problem(Kind.UNTRUSTED, Reason.MARK_IGNORED)
    text = decode_body(bare, verifier.charset)
    if text != text.strip():
        yield Problem(Kind.UNTRUSTED, Reason.SPACE_IGNORED)
    parts = cut_node(text)
    sign = parts.sign.value if parts.sign else None
    data = parts.node.text.encode(verifier.charset.value)
    if isinstance(sign, str) and not verify(data, sign, verifier.key, verifier.sign_type):
        yield Problem(Kind.UNTRUSTED, Reason.SLASH_UNESCAPED)
