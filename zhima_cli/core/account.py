"""Who calls whom: the application, its private key, and the gateway with its public one."""

from collections.abc import Callable
from dataclasses import dataclass

from zhima_cli.core.charset import Charset
from zhima_cli.core.errors import InputError, Problem, Reason
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
from zhima_cli.core.options import Options
from zhima_cli.core.profile import is_absent
from zhima_cli.core.sources import Sources, option_name, variable_name

_MAX_APP_ID = 32


@dataclass(frozen=True)
class Account:
    """Who calls whom: the application, its key, and the gateway with its own.

    ``alipay_public_key`` is None only where no answer will be read.
    """

    app_id: str
    private_key: PrivateKey
    alipay_public_key: PublicKey | None
    gateway: str


def resolve_account(
    options: Options,
    sources: Sources,
    charset: Charset,
    check_network: Callable[[str], tuple[Problem, ...]],
    *,
    dry_run: bool,
    profile_failed: bool,
) -> Account | None:
    """Resolve and check the account; None where ``sources`` has been told of a problem.

    A ``dry_run`` needs no key of Alipay's; where the ``profile_failed`` to load, what it may have
    held is not missed.
    """
    profile = sources.profile
    app_id = sources.text("app_id", options.app_id, profile.app_id, _MAX_APP_ID, charset)
    private = _private_key(options, sources)
    public = _public_key(options, sources, private)
    gateway = _gateway(options, sources)
    sources.problems.extend(check_network(gateway))
    is_unset = not any(problem.kind is Kind.CONFIG for problem in sources.problems)
    if is_unset and not (app_id or private or public) and is_absent(profile.path):
        problem = Problem(Kind.CONFIG, Reason.NO_CONFIG_FILE, profile.name, str(profile.path))
        sources.problems.append(problem)
    elif not profile_failed:
        if not app_id:
            _add_missing(sources, "app_id", "app_id")
        if private is None:
            _add_missing(sources, "private_key", "private_key_file")
        if public is None and not dry_run:
            _add_missing(sources, "alipay_public_key", "alipay_public_key_file")
    if app_id is None or private is None:
        return None
    return Account(app_id, private, public, gateway)


def _private_key(options: Options, sources: Sources) -> PrivateKey | None:
    profile = sources.profile
    text = sources.key(
        "private_key", options.private_key_file, profile.private_key, profile.private_key_file
    )
    if text is None:
        return None
    if text.file is not None:
        sources.warn_if_readable(text.file)
    try:
        key = load_private_key(text.data, text.origin)
    except InputError as error:
        sources.problems.extend(error.problems)
        return None
    bits = key.rsa.size_in_bits()
    if bits < RECOMMENDED_BITS:
        sources.warn(Reason.KEY_SMALL, text.origin, str(bits), str(RECOMMENDED_BITS))
    return key


def _public_key(options: Options, sources: Sources, private: PrivateKey | None) -> PublicKey | None:
    profile = sources.profile
    text = sources.key(
        "alipay_public_key",
        options.alipay_public_key_file,
        profile.alipay_public_key,
        profile.alipay_public_key_file,
    )
    if text is None:
        return None
    try:
        key = load_public_key(text.data, text.origin)
    except InputError as error:
        sources.problems.extend(error.problems)
        return None
    if private is not None and is_own_public_key(key, private):
        sources.problems.append(Problem(Kind.CONFIG, Reason.OWN_PUBLIC_KEY, text.origin))
        return None
    return key


def _gateway(options: Options, sources: Sources) -> str:
    setting = sources.find("gateway", options.gateway, sources.profile.gateway)
    if setting is None:
        return PRODUCTION
    if not is_gateway_url(setting.value):
        sources.add(setting, Reason.BAD_GATEWAY_URL, expected=PRODUCTION)
    elif not is_https(setting.value) and not is_loopback(setting.value):
        sources.add(setting, Reason.GATEWAY_NOT_HTTPS)
    return setting.value


def _add_missing(sources: Sources, name: str, key: str) -> None:
    """Note that ``name`` is nowhere, unless what stands for it was found wrong already."""
    spellings = {
        option_name(key),
        variable_name(name),
        variable_name(key),
        f"{sources.profile.path}: profiles.{sources.profile.name}.{name}",
        f"{sources.profile.path}: profiles.{sources.profile.name}.{key}",
    }
    for problem in sources.problems:
        if any(problem.subject.startswith(spelling) for spelling in spellings):
            return
    where = f"{sources.profile.path}: profiles.{sources.profile.name}.{key}"
    expected = f"{option_name(key)}, {variable_name(name)}"
    sources.problems.append(Problem(Kind.CONFIG, Reason.MISSING, name, where, expected))


def refuse_options_of_account(options: Options, sources: Sources) -> None:
    """Refuse what would send a call made for the mock gateway elsewhere.

    The environment's variables are left alone there: they belong to the real account.
    """
    given = (
        ("gateway", options.gateway),
        ("app_id", options.app_id),
        ("private_key_file", options.private_key_file),
        ("alipay_public_key_file", options.alipay_public_key_file),
    )
    for name, value in given:
        if value is not None:
            problem = Problem(Kind.USAGE, Reason.FIXED_BY_MOCK, option_name(name))
            sources.problems.append(problem)
