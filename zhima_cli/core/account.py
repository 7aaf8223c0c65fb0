"""Who calls whom: the application, its private key, and the gateway with its public one."""

from dataclasses import dataclass

from zhima_cli.core.charset import Charset
from zhima_cli.core.errors import Problem, Reason
from zhima_cli.core.gateway import PRODUCTION, is_gateway_url, is_https, is_loopback
from zhima_cli.core.keys import (
    RECOMMENDED_BITS,
    PrivateKey,
    PublicKey,
    is_own_public_key,
    load_private_key,
    load_public_key,
)
from zhima_cli.core.kinds import Kind
from zhima_cli.core.profile import is_absent
from zhima_cli.core.sources import Sources, option_name, variable_name

_MAX_APP_ID = 32


@dataclass(frozen=True)
class Account:
    """The application, its key, and the gateway with its own.

    ``alipay_public_key`` is None only where no answer will be read.
    """

    app_id: str
    private_key: PrivateKey
    alipay_public_key: PublicKey | None
    gateway: str


def resolve_account(sources: Sources, charset: Charset, *, dry_run: bool) -> Account | None:
    """Resolve and check the account; None where ``sources`` has been told of a problem.

    A ``dry_run`` needs no key of Alipay's.
    """
    # Of a profile that could not be read, nearly everything would be missing, and that is no news.
    profile_failed = "profile" in sources.wrong
    app_id = sources.text("app_id", _MAX_APP_ID, charset)
    private = _private_key(sources)
    public = _unneeded_key(sources, private) if dry_run else _public_key(sources, private)
    gateway = _gateway(sources)
    profile = sources.profile
    is_unset = sources.wrong.isdisjoint(("app_id", "private_key", "alipay_public_key"))
    if is_unset and not (app_id or private or public) and is_absent(profile.path):
        problem = Problem(Kind.CONFIG, Reason.NO_CONFIG_FILE, profile.name, str(profile.path))
        sources.fail("config", problem)
    elif not profile_failed:
        if app_id is None:
            _add_missing(sources, "app_id", "app_id")
        if private is None:
            _add_missing(sources, "private_key", "private_key_file")
        if public is None and not dry_run:
            _add_missing(sources, "alipay_public_key", "alipay_public_key_file")
    if app_id is None or private is None:
        return None
    return Account(app_id, private, public, gateway)


def refuse_options_of_account(sources: Sources) -> None:
    """Refuse what would send a call made for the mock gateway elsewhere.

    The environment's variables are left alone there: they belong to the real account.
    """
    for name in ("gateway", "app_id", "private_key_file", "alipay_public_key_file"):
        if getattr(sources.options, name) is not None:
            sources.fail(name, Problem(Kind.USAGE, Reason.FIXED_BY_MOCK, option_name(name)))


def _private_key(sources: Sources) -> PrivateKey | None:
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


def _public_key(sources: Sources, private: PrivateKey | None) -> PublicKey | None:
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
    """Like _public_key, for a call that gets no answer: what is wrong is only warned of."""
    trial = Sources(sources.options, sources.variables, sources.profile, sources.home)
    key = _public_key(trial, private)
    sources.warnings.extend(trial.problems)
    return key


def _gateway(sources: Sources) -> str:
    given = sources.find("gateway")
    if given is None:
        return PRODUCTION
    if not is_gateway_url(given.value):
        sources.add(given, Reason.BAD_GATEWAY_URL, expected=PRODUCTION)
    elif not is_https(given.value) and not is_loopback(given.value):
        sources.add(given, Reason.GATEWAY_NOT_HTTPS)
    return given.value


def _add_missing(sources: Sources, name: str, key: str) -> None:
    """Note that ``name`` is nowhere, unless what stands for it was found wrong already."""
    if name not in sources.wrong:
        expected = f"{option_name(key)}, {variable_name(name)}"
        where = sources.profile_origin(key)
        sources.fail(name, Problem(Kind.CONFIG, Reason.MISSING, name, where, expected))
