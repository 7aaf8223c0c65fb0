"""Resolves options, environment and profile into everything that one call needs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from zhima_cli.core.account import Account, refuse_options_of_account, resolve_account
from zhima_cli.core.charset import Charset
from zhima_cli.core.choosing import Choice, asked_profile, existing_config, usual_profile
from zhima_cli.core.errors import InputError, Problem, Reason
from zhima_cli.core.gateway import PRODUCTION
from zhima_cli.core.keys import PublicKey
from zhima_cli.core.kinds import Kind
from zhima_cli.core.network import Network, network_for
from zhima_cli.core.numbers import find_numbers
from zhima_cli.core.options import Options, Surroundings
from zhima_cli.core.parameters import Parameters, resolve_parameters
from zhima_cli.core.profile import MOCK_PROFILE, ConfigFile, Profile, read_config, shown_name
from zhima_cli.core.signature import SignType
from zhima_cli.core.sources import Source, Sources, expand_home, option_name, variable_name

_MAX_APP_AUTH_TOKEN = 40

_NO_PROFILE = frozenset({Reason.NO_CONFIG_FILE, Reason.NO_SUCH_PROFILE})


@dataclass(frozen=True)
class Settings:
    """All that a call needs.

    ``timeout`` bounds one exchange and ``deadline`` all attempts with their pauses, in seconds;
    ``retries`` is how often a temporary failure is tried again. ``history`` is the file that the
    call is recorded in, None for none; where it is required, a call that cannot be recorded is
    not made. ``resend`` lets a transaction go out again that has its biz_no already.
    """

    profile: str
    mock: bool
    account: Account
    network: Network
    sign_type: SignType
    charset: Charset
    timeout: float
    retries: int
    deadline: float
    history: Path | None
    require_history: bool
    resend: bool
    app_auth_token: str | None = field(repr=False)
    parameters: Parameters
    warnings: tuple[Problem, ...]

    @property
    def alipay_public_key(self) -> PublicKey:
        """The key that verifies the answer; a dry run, which gets none, may lack it."""
        key = self.account.alipay_public_key
        assert key is not None  # noqa: S101 -- resolve() lets only a dry run go without
        return key


def resolve(
    options: Options,
    surroundings: Surroundings,
    mock_account: Callable[[], Account],
    *,
    dry_run: bool,
    found: tuple[Problem, ...] = (),
) -> Settings:
    """Resolve and check everything.

    ``mock_account`` returns the account of the gateway that zhima carries; it is called when the
    profile is that one and nothing is wrong. A ``dry_run`` reads no answer and so needs no key of
    Alipay's. ``found`` is what was found wrong before.

    Raises InputError with all that is wrong, not only the first of it.
    """
    sources = open_sources(options, surroundings)
    sources.problems.extend(found)
    mock = sources.profile.name == MOCK_PROFILE
    charset = sources.choice("charset", Charset.UTF_8)
    sign_type = sources.choice("sign_type", SignType.RSA2)
    numbers = find_numbers(sources)
    history = find_history(sources, surroundings)
    token = find_app_auth_token(sources, charset)
    account: Account | None = None
    network = Network()
    if mock:
        refuse_options_of_account(sources)
    else:
        account = resolve_account(sources, charset, surroundings.now, dry_run=dry_run)
        if not dry_run:
            network = network_for(account.gateway if account else PRODUCTION, sources)
    parameters = resolve_parameters(sources, charset, surroundings)
    if sources.problems or parameters is None:
        raise InputError(*sources.problems)
    if account is None:
        account = mock_account()
    return Settings(
        profile=sources.profile.name,
        mock=mock,
        account=account,
        network=network,
        sign_type=sign_type,
        charset=charset,
        timeout=numbers.timeout,
        retries=numbers.retries,
        deadline=numbers.deadline,
        history=history,
        require_history=options.require_history,
        resend=options.resend,
        app_auth_token=token,
        parameters=parameters,
        warnings=tuple(sources.warnings),
    )


def resolve_history(options: Options, surroundings: Surroundings) -> Path:
    """Return where calls are recorded, for looking at them. Raises InputError.

    The profile of the options need not be there any more: records outlive it.
    """
    sources = open_sources(options, surroundings)
    path = find_history(sources, surroundings)
    if any(problem.reason not in _NO_PROFILE for problem in sources.problems):
        raise InputError(*sources.problems)
    return path or surroundings.default_history


def open_sources(options: Options, surroundings: Surroundings) -> Sources:
    """Return the sources of everything, the profile's among them if it can be read.

    Where it cannot, they are told so, as of a fault of ``profile``.
    """
    profile = Profile()
    problems: tuple[Problem, ...] = ()
    try:
        profile = _load_profile(options, surroundings)
    except InputError as error:
        problems = error.problems
    sources = Sources(options, surroundings.variables, profile, surroundings.home)
    if problems:
        sources.fail("profile", *problems)
    return sources


def _load_profile(options: Options, surroundings: Surroundings) -> Profile:
    asked = asked_profile(options, surroundings)
    if asked and asked.name == MOCK_PROFILE:
        return Profile(MOCK_PROFILE)
    path = existing_config(options, surroundings)
    config = read_config(path) if path else None
    profile, problems = find_profile(asked or usual_profile(config), config, options, surroundings)
    if problems:
        raise InputError(*problems)
    return profile


def find_profile(
    choice: Choice, config: ConfigFile | None, options: Options, surroundings: Surroundings
) -> tuple[Profile, tuple[Problem, ...]]:
    """Return what is right in the profile that was chosen, and what is wrong.

    ``config`` is None where there is no file. Then, and where the file has no profile of the
    usual name, flags and environment may have all that is needed.
    """
    if choice.name == MOCK_PROFILE:
        return Profile(MOCK_PROFILE), ()
    is_asked_for = choice.source is not Source.DEFAULT
    if config is None:
        path = surroundings.default_config
        name = shown_name(choice.name)
        problem = Problem(Kind.CONFIG, Reason.NO_CONFIG_FILE, name, str(path))
        return Profile(choice.name, path), (problem,) if is_asked_for else ()
    app_id = options.app_id or surroundings.variables.get(variable_name("app_id"))
    if app_id and not is_asked_for and choice.name not in config.names:
        return Profile(path=config.path), ()
    return config.look_into(choice.name)


def find_app_auth_token(sources: Sources, charset: Charset) -> str | None:
    """Return the token, if there is one; warn where others can read it in the profile."""
    token = sources.text("app_auth_token", _MAX_APP_AUTH_TOKEN, charset)
    if sources.profile.path is not None and sources.profile.app_auth_token:
        sources.warn_if_readable(sources.profile.path)
    return token


def find_history(sources: Sources, surroundings: Surroundings) -> Path | None:
    """Return where the call is recorded; the mock gateway's only where that is asked for."""
    options = sources.options
    if options.no_history:
        for name, is_given in (
            ("history", options.history is not None),
            ("require_history", options.require_history),
        ):
            if is_given:
                names = option_name("no_history"), option_name(name)
                sources.fail(name, Problem(Kind.USAGE, Reason.EXCLUDES, *names))
        return None
    given = sources.find("history")
    if given is not None:
        config = sources.profile.path if given.kind is Kind.CONFIG else None
        folder = config.parent if config else Path()
        return folder / expand_home(given.value, sources.home)
    is_off = sources.profile.history is False or sources.profile.name == MOCK_PROFILE
    if is_off and not options.require_history:
        return None
    return surroundings.default_history
