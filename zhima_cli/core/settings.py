"""Resolves options, environment and profile into everything that one call needs."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from zhima_cli.core.account import Account, refuse_options_of_account, resolve_account
from zhima_cli.core.charset import Charset
from zhima_cli.core.errors import InputError, Problem, Reason
from zhima_cli.core.gateway import PRODUCTION
from zhima_cli.core.keys import PublicKey
from zhima_cli.core.kinds import Kind
from zhima_cli.core.network import Network, network_for
from zhima_cli.core.numbers import DEADLINE, RETRIES, TIMEOUT, find_number
from zhima_cli.core.options import Options, Surroundings
from zhima_cli.core.parameters import Parameters, resolve_parameters
from zhima_cli.core.profile import (
    DEFAULT_PROFILE,
    MOCK_PROFILE,
    Profile,
    is_absent,
    read_config,
    shown_name,
)
from zhima_cli.core.signature import SignType
from zhima_cli.core.sources import Sources, expand_home, option_name, variable_name

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
    sources = _open(options, surroundings)
    sources.problems.extend(found)
    mock = sources.profile.name == MOCK_PROFILE
    charset = sources.choice("charset", Charset.UTF_8)
    sign_type = sources.choice("sign_type", SignType.RSA2)
    timeout = find_number(sources, "timeout", TIMEOUT)
    retries = find_number(sources, "retries", RETRIES)
    # One attempt may take all of its time, unless somebody says that it may not.
    allowed = replace(DEADLINE, default=max(DEADLINE.default, timeout))
    deadline = find_number(sources, "deadline", allowed)
    history = _history(sources, surroundings)
    token = sources.text("app_auth_token", _MAX_APP_AUTH_TOKEN, charset)
    if sources.profile.path is not None and sources.profile.app_auth_token:
        sources.warn_if_readable(sources.profile.path)
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
        timeout=timeout,
        retries=int(retries),
        deadline=deadline,
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
    sources = _open(options, surroundings)
    path = _history(sources, surroundings)
    if any(problem.reason not in _NO_PROFILE for problem in sources.problems):
        raise InputError(*sources.problems)
    return path or surroundings.default_history


def _open(options: Options, surroundings: Surroundings) -> Sources:
    """Return the sources of everything, the profile's among them if it can be read."""
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
    elif is_absent(path):
        if asked:
            problem = Problem(Kind.CONFIG, Reason.NO_CONFIG_FILE, shown_name(asked), str(path))
            raise InputError(problem)
        return Profile(path=path)
    config = read_config(path)
    name = asked or config.default_profile or DEFAULT_PROFILE
    if name == MOCK_PROFILE:
        return Profile(MOCK_PROFILE)
    chosen = asked or config.default_profile
    app_id = options.app_id or variables.get(variable_name("app_id"))
    if app_id and not chosen and name not in config.names:
        return Profile(path=path)  # flags and environment have it all
    return config.profile(name)


def _history(sources: Sources, surroundings: Surroundings) -> Path | None:
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
