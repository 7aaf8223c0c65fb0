"""Resolves options, environment and profile into everything that one call needs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from zhima_cli.core.account import Account, refuse_options_of_account, resolve_account
from zhima_cli.core.charset import Charset
from zhima_cli.core.errors import InputError, Problem
from zhima_cli.core.gateway import PRODUCTION
from zhima_cli.core.keys import PublicKey
from zhima_cli.core.network import Network, network_for
from zhima_cli.core.numbers import find_numbers
from zhima_cli.core.opening import find_history, open_sources
from zhima_cli.core.options import Options, Surroundings
from zhima_cli.core.parameters import Parameters, resolve_parameters
from zhima_cli.core.profile import MOCK_PROFILE
from zhima_cli.core.signature import SignType
from zhima_cli.core.sources import Sources

_MAX_APP_AUTH_TOKEN = 40


@dataclass(frozen=True)
class Setup:
    """All that calls of one profile have in common.

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
    warnings: tuple[Problem, ...]

    @property
    def alipay_public_key(self) -> PublicKey:
        """The key that verifies the answer; a dry run, which gets none, may lack it."""
        key = self.account.alipay_public_key
        assert key is not None  # noqa: S101 -- resolve() lets only a dry run go without
        return key


@dataclass(frozen=True)
class Settings(Setup):
    """All that a call needs."""

    parameters: Parameters


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
    charset = sources.choice("charset", Charset.UTF_8)
    make_setup = _find_setup(sources, charset, surroundings, dry_run=dry_run)
    parameters = resolve_parameters(sources, charset, surroundings)
    if sources.problems or parameters is None:
        raise InputError(*sources.problems)
    return settings_for(make_setup(mock_account), parameters)


def resolve_setup(
    options: Options,
    surroundings: Surroundings,
    mock_account: Callable[[], Account],
    *,
    dry_run: bool,
    found: tuple[Problem, ...] = (),
) -> tuple[Setup, Sources]:
    """Resolve and check everything but the parameters, as resolve() does, for many calls.

    Returns the sources, too: the parameters of each call are resolved against the same profile.
    Raises InputError with all that is wrong.
    """
    sources = open_sources(options, surroundings)
    sources.problems.extend(found)
    charset = sources.choice("charset", Charset.UTF_8)
    make_setup = _find_setup(sources, charset, surroundings, dry_run=dry_run)
    if sources.problems:
        raise InputError(*sources.problems)
    return make_setup(mock_account), sources


def settings_for(setup: Setup, parameters: Parameters) -> Settings:
    """Return what the call with these parameters needs."""
    return Settings(**vars(setup), parameters=parameters)


def _find_setup(
    sources: Sources, charset: Charset, surroundings: Surroundings, *, dry_run: bool
) -> Callable[[Callable[[], Account]], Setup]:
    """Return what makes the setup of a ``mock_account``, for when nothing turns out to be wrong."""
    options = sources.options
    sign_type = sources.choice("sign_type", SignType.RSA2)
    numbers = find_numbers(sources)
    history = find_history(sources, surroundings)
    token = find_app_auth_token(sources, charset)
    account: Account | None = None
    network = Network()
    mock = sources.profile.name == MOCK_PROFILE
    if mock:
        refuse_options_of_account(sources)
    else:
        account = resolve_account(sources, charset, surroundings.now, dry_run=dry_run)
        if not dry_run:
            network = network_for(account.gateway if account else PRODUCTION, sources)
    return lambda mock_account: Setup(
        profile=sources.profile.name,
        mock=mock,
        account=mock_account() if account is None else account,
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
        warnings=tuple(sources.warnings),
    )


def find_app_auth_token(sources: Sources, charset: Charset) -> str | None:
    """Return the token, if there is one; warn where others can read it in the profile."""
    token = sources.text("app_auth_token", _MAX_APP_AUTH_TOKEN, charset)
    if sources.profile.path is not None and sources.profile.app_auth_token:
        sources.warn_if_readable(sources.profile.path)
    return token
