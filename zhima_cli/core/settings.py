"""Resolves options, environment and profile into everything that one call needs."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from zhima_cli.core.account import Account, refuse_options_of_account, resolve_account
from zhima_cli.core.charset import Charset
from zhima_cli.core.errors import InputError, Problem, Reason
from zhima_cli.core.keys import PublicKey
from zhima_cli.core.kinds import Kind
from zhima_cli.core.options import Options, Surroundings
from zhima_cli.core.parameters import Parameters, resolve_parameters
from zhima_cli.core.profile import (
    DEFAULT_PROFILE,
    MOCK_PROFILE,
    Profile,
    read_config,
    shown_name,
)
from zhima_cli.core.signature import SignType
from zhima_cli.core.sources import Sources, expand_home, option_name, variable_name

DEFAULT_TIMEOUT = 15.0
MAX_TIMEOUT = 600.0
DEFAULT_RETRIES = 2
MAX_RETRIES = 100
DEFAULT_DEADLINE = 60.0
MAX_DEADLINE = 86400.0

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
) -> Settings:
    """Resolve and check everything.

    ``mock_account`` returns the account of the gateway that zhima carries; it is called when the
    profile is that one and nothing is wrong. A ``dry_run`` reads no answer and so needs no key of
    Alipay's.

    Raises InputError with all that is wrong, not only the first of it.
    """
    problems: list[Problem] = []
    try:
        profile = _load_profile(options, surroundings)
    except InputError as error:
        problems.extend(error.problems)
        profile = Profile()
    # Without its profile nearly everything would be missing too, and that is no news.
    profile_failed = bool(problems)
    sources = Sources(surroundings.variables, profile, surroundings.home, problems)

    mock = profile.name == MOCK_PROFILE
    charset = sources.choice("charset", options.charset, profile.charset, Charset.UTF_8)
    sign_type = sources.choice("sign_type", options.sign_type, profile.sign_type, SignType.RSA2)
    timeout = _number(sources, "timeout", options.timeout, profile.timeout, _TIMEOUT)
    retries = _number(sources, "retries", options.retries, profile.retries, _RETRIES)
    deadline = _number(
        sources,
        "deadline",
        options.deadline,
        profile.deadline,
        # One attempt may take all of its time, unless somebody says that it may not.
        replace(_DEADLINE, default=max(DEFAULT_DEADLINE, timeout)),
    )
    history = _history(options, sources, surroundings)
    token = sources.text(
        "app_auth_token",
        options.app_auth_token,
        profile.app_auth_token,
        _MAX_APP_AUTH_TOKEN,
        charset,
    )
    account: Account | None = None
    if mock:
        refuse_options_of_account(options, sources)
    else:
        account = resolve_account(
            options,
            sources,
            charset,
            surroundings.check_network,
            dry_run=dry_run,
            profile_failed=profile_failed,
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
    profile = Profile()
    try:
        profile = _load_profile(options, surroundings)
    except InputError as error:
        if any(problem.reason not in _NO_PROFILE for problem in error.problems):
            raise
    problems: list[Problem] = []
    sources = Sources(surroundings.variables, profile, surroundings.home, problems)
    path = _history(options, sources, surroundings)
    if problems:
        raise InputError(*problems)
    return path or surroundings.default_history


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


@dataclass(frozen=True)
class _Range:
    """Which numbers a setting may have; ``least`` itself only where it is ``inclusive``."""

    default: float
    least: float
    most: float
    inclusive: bool
    whole: bool

    def holds(self, number: float) -> bool:
        if self.whole and number != int(number):
            return False
        return (number > self.least or (self.inclusive and number == self.least)) and (
            number <= self.most
        )

    def __str__(self) -> str:
        return f"{self.least:g} {'≤' if self.inclusive else '<'} … ≤ {self.most:g}"


_TIMEOUT = _Range(DEFAULT_TIMEOUT, 0, MAX_TIMEOUT, inclusive=False, whole=False)
_RETRIES = _Range(DEFAULT_RETRIES, 0, MAX_RETRIES, inclusive=True, whole=True)
_DEADLINE = _Range(DEFAULT_DEADLINE, 0, MAX_DEADLINE, inclusive=False, whole=False)


def _number(
    sources: Sources, name: str, flag: str | None, in_profile: str | None, allowed: _Range
) -> float:
    setting = sources.find(name, flag, in_profile)
    if setting is None:
        return allowed.default
    try:
        number = float(setting.value)
    except ValueError:
        sources.add(setting, Reason.NOT_A_NUMBER)
        return allowed.default
    if not math.isfinite(number) or not allowed.holds(number):
        sources.add(setting, Reason.OUT_OF_RANGE, expected=str(allowed))
        return allowed.default
    return number


def _history(options: Options, sources: Sources, surroundings: Surroundings) -> Path | None:
    """Return where the call is recorded; the mock gateway's only where that is asked for."""
    for given, other in (
        (options.history is not None, "history"),
        (options.require_history, "require_history"),
    ):
        if options.no_history and given:
            subject = option_name("no_history")
            sources.problems.append(
                Problem(Kind.USAGE, Reason.EXCLUDES, subject, option_name(other))
            )
    if options.no_history:
        return None
    in_profile = sources.profile.history
    setting = sources.find("history", options.history, in_profile or None)
    if setting is not None:
        config = sources.profile.path if setting.kind is Kind.CONFIG else None
        folder = config.parent if config else Path()
        return folder / expand_home(setting.value, sources.home)
    is_off = in_profile is False or sources.profile.name == MOCK_PROFILE
    if is_off and not options.require_history:
        return None
    return surroundings.default_history
