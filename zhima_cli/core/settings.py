"""Resolves options, environment and profile into everything that one call needs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

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
from zhima_cli.core.options import Options, Surroundings
from zhima_cli.core.parameters import Parameters, resolve_parameters
from zhima_cli.core.profile import DEFAULT_PROFILE, MOCK_PROFILE, Profile, read_config, shown_name
from zhima_cli.core.signature import SignType
from zhima_cli.core.sources import Sources, expand_home, option_name, variable_name

DEFAULT_TIMEOUT = 15.0
MAX_TIMEOUT = 600.0

_MAX_APP_ID = 32
_MAX_APP_AUTH_TOKEN = 40


@dataclass(frozen=True)
class Account:
    """Who calls whom: the application, its key, and the gateway with its own.

    ``alipay_public_key`` is None only where no answer will be read.
    """

    app_id: str
    private_key: PrivateKey
    alipay_public_key: PublicKey | None
    gateway: str


@dataclass(frozen=True)
class Settings:
    """All that a call needs. ``timeout`` is in seconds and bounds the whole exchange."""

    profile: str
    mock: bool
    account: Account
    sign_type: SignType
    charset: Charset
    timeout: float
    app_auth_token: str | None = field(repr=False)
    parameters: Parameters
    warnings: tuple[Problem, ...]


def resolve(
    options: Options,
    surroundings: Surroundings,
    mock_account: Callable[[], Account],
    *,
    dry_run: bool,
) -> Settings:
    """Resolve and check everything.

    ``mock_account`` returns the account of the gateway that zhima carries; it is called when the
    profile is that one and nothing is wrong. A ``dry_run`` reads no answer and so needs no key of
    Alipay's.

    Raises InputError with all that is wrong, not only the first of it.
    """
    variables = surroundings.variables
    problems: list[Problem] = []
    try:
        profile = _load_profile(options, surroundings)
    except InputError as error:
        problems.extend(error.problems)
        profile = Profile()
    # Without its profile nearly everything would be missing too, and that is no news.
    profile_failed = bool(problems)
    sources = Sources(variables, profile, surroundings.home, problems)

    mock = profile.name == MOCK_PROFILE
    charset = sources.choice("charset", options.charset, profile.charset, Charset.UTF_8)
    sign_type = sources.choice("sign_type", options.sign_type, profile.sign_type, SignType.RSA2)
    timeout = _timeout(sources, options)
    token = sources.text(
        "app_auth_token",
        options.app_auth_token,
        profile.app_auth_token,
        _MAX_APP_AUTH_TOKEN,
        charset,
    )
    account: Account | None = None
    if mock:
        _refuse_options_of_account(options, sources)
    else:
        account = _account(
            options, sources, charset, surroundings.check_network, dry_run, profile_failed
        )
    parameters = resolve_parameters(options, sources, charset, surroundings)
    if sources.problems or parameters is None:
        raise InputError(*sources.problems)
    if account is None:
        account = mock_account()
    return Settings(
        profile=profile.name,
        mock=mock,
        account=account,
        sign_type=sign_type,
        charset=charset,
        timeout=timeout,
        app_auth_token=token,
        parameters=parameters,
        warnings=tuple(sources.warnings),
    )


def _load_profile(options: Options, surroundings: Surroundings) -> Profile:
    variables = surroundings.variables
    for name, value in (("config", options.config), ("profile", options.profile)):
        if value == "":
            # A script's variable that is unset must not choose another account.
            raise InputError(Problem(Kind.USAGE, Reason.EMPTY, option_name(name)))
    asked = options.profile or variables.get(variable_name("profile"))
    if asked == MOCK_PROFILE:
        return Profile(MOCK_PROFILE)
    named = options.config or variables.get(variable_name("config"))
    path = surroundings.default_config
    if named:
        path = expand_home(named, surroundings.home)
    elif not path.exists():
        if asked:
            problem = Problem(Kind.CONFIG, Reason.NO_CONFIG_FILE, shown_name(asked), str(path))
            raise InputError(problem)
        return Profile(path=path)
    config = read_config(path)
    name = asked or config.default_profile or DEFAULT_PROFILE
    if name == MOCK_PROFILE:
        return Profile(MOCK_PROFILE)
    chosen = asked or config.default_profile
    if not chosen and name not in config.names and variables.get(variable_name("app_id")):
        return Profile(path=path)  # the environment has it all
    return config.profile(name)


def _is_absent(path: Path | None) -> bool:
    try:
        if path is not None:
            path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False  # reading it will tell
    return False


def _timeout(sources: Sources, options: Options) -> float:
    setting = sources.find("timeout", options.timeout, sources.profile.timeout)
    if setting is None:
        return DEFAULT_TIMEOUT
    try:
        seconds = float(setting.value)
    except ValueError:
        sources.add(setting, Reason.NOT_A_NUMBER)
        return DEFAULT_TIMEOUT
    if not 0 < seconds <= MAX_TIMEOUT:
        sources.add(setting, Reason.OUT_OF_RANGE, expected=f"0 < timeout ≤ {MAX_TIMEOUT:g}")
    return seconds


def _account(
    options: Options,
    sources: Sources,
    charset: Charset,
    check_network: Callable[[str], tuple[Problem, ...]],
    dry_run: bool,
    profile_failed: bool,
) -> Account | None:
    profile = sources.profile
    app_id = sources.text("app_id", options.app_id, profile.app_id, _MAX_APP_ID, charset)
    private = _private_key(options, sources)
    public = _public_key(options, sources, private)
    gateway = _gateway(options, sources)
    sources.problems.extend(check_network(gateway))
    is_unset = not any(problem.kind is Kind.CONFIG for problem in sources.problems)
    if is_unset and not (app_id or private or public) and _is_absent(profile.path):
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


def _refuse_options_of_account(options: Options, sources: Sources) -> None:
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
