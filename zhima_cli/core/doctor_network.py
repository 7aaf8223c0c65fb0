"""Examines the way to the gateway: its address, proxy and CA, and with ``reach`` the way itself."""

from collections.abc import Callable, Iterator

from zhima_cli.core.account import Account, find_gateway
from zhima_cli.core.calling import TOLERATED_SECONDS
from zhima_cli.core.checks import Check, Note, Topic, fine, left_out, skipped, warned, wrong
from zhima_cli.core.errors import Interrupted, Problem, Reason, ZhimaError
from zhima_cli.core.exchange import Reached
from zhima_cli.core.gateway import is_https
from zhima_cli.core.kinds import Kind
from zhima_cli.core.network import Network, network_for
from zhima_cli.core.numbers import find_numbers
from zhima_cli.core.sources import Sources

Reach = Callable[[str, Network, float], Reached]

_ONLINE = (Topic.NAME, Topic.CONNECTION, Topic.TLS, Topic.CLOCK)


def examine_network(sources: Sources, mock: Account | None, reach: Reach | None) -> Iterator[Check]:
    """Yield the checks of the way to the gateway, which is the ``mock`` one's if there is one."""
    trial = sources.trial()
    gateway = mock.gateway if mock else find_gateway(trial)
    usable = not trial.problems
    network = network_for(gateway, trial) if usable else Network()
    of_the_address = trial.wrong.pop("gateway", [])
    if of_the_address:
        yield wrong(Topic.GATEWAY, of_the_address)
    else:
        yield fine(Topic.GATEWAY, Note.AS_FOUND, gateway)
    failed = Topic.GATEWAY if of_the_address else None
    for topic, reason, check in (
        (Topic.PROXY, Reason.BAD_PROXY, _proxy(network)),
        (Topic.CA, Reason.NO_CA_BUNDLE, _ca(gateway, network)),
    ):
        problems = [problem for problem in trial.problems if problem.reason is reason]
        if problems:
            failed = failed or topic
            yield wrong(topic, problems)
        elif not usable:
            yield skipped(topic, Topic.GATEWAY)
        else:
            yield check
    if reach is None:
        yield from (left_out(topic, Note.ONLINE_ONLY) for topic in _ONLINE)
    elif failed:
        yield from (skipped(topic, failed) for topic in _ONLINE)
    else:
        timeout = find_numbers(sources.trial()).timeout
        yield from _online(gateway, network, lambda: reach(gateway, network, timeout))


def skip_network(source: Topic) -> Iterator[Check]:
    """Yield the same checks as not made, since it is not known which gateway it is."""
    for topic in (Topic.GATEWAY, Topic.PROXY, Topic.CA, *_ONLINE):
        yield skipped(topic, source)


def _proxy(network: Network) -> Check:
    if network.proxy is not None:
        return fine(Topic.PROXY, Note.NAMED_BY, network.proxy_variable or "")
    if network.proxy_variable is not None:
        return fine(Topic.PROXY, Note.EXEMPT, network.proxy_variable)
    return fine(Topic.PROXY, Note.DIRECT)


def _ca(gateway: str, network: Network) -> Check:
    if not is_https(gateway):
        return fine(Topic.CA, Note.ON_THIS_MACHINE)
    if network.ca_variable is not None:
        return fine(Topic.CA, Note.NAMED_BY, network.ca_variable)
    return fine(Topic.CA, Note.SHIPPED_CA)


def _online(gateway: str, network: Network, reach: Callable[[], Reached]) -> Iterator[Check]:
    """Reach for the gateway once, and tell by what came of it how far that got."""
    try:
        reached = reach()
    except Interrupted:
        raise
    except ZhimaError as error:
        yield from _unreached(error, network)
        return
    yield _name(network)
    yield fine(Topic.CONNECTION, Note.REACHED)
    yield fine(Topic.TLS, Note.TLS_VERIFIED if is_https(gateway) else Note.ON_THIS_MACHINE)
    yield _clock(reached.clock_ahead)


def _unreached(error: ZhimaError, network: Network) -> Iterator[Check]:
    reason = error.problems[0].reason
    if reason is Reason.NAME_NOT_RESOLVED:
        yield wrong(Topic.NAME, error.problems)
        yield skipped(Topic.CONNECTION, Topic.NAME)
        yield skipped(Topic.TLS, Topic.NAME)
        yield skipped(Topic.CLOCK, Topic.NAME)
        return
    # What took too long may have been the look-up.
    yield skipped(Topic.NAME, Topic.CONNECTION) if reason is Reason.TIMED_OUT else _name(network)
    if reason is Reason.TLS_NOT_VERIFIED:
        yield fine(Topic.CONNECTION, Note.REACHED)
        yield wrong(Topic.TLS, error.problems)
        yield skipped(Topic.CLOCK, Topic.TLS)
        return
    yield wrong(Topic.CONNECTION, error.problems)
    yield skipped(Topic.TLS, Topic.CONNECTION)
    yield skipped(Topic.CLOCK, Topic.CONNECTION)


def _name(network: Network) -> Check:
    return fine(Topic.NAME, Note.RESOLVED_BY_PROXY if network.proxy else Note.RESOLVED)


def _clock(ahead: float | None) -> Check:
    if ahead is None:
        return left_out(Topic.CLOCK, Note.NO_DATE)
    if abs(ahead) > TOLERATED_SECONDS:
        found = f"{abs(ahead) / 60:.0f}"
        return warned(Topic.CLOCK, Problem(Kind.CONFIG, Reason.CLOCK_OFF, found=found))
    return fine(Topic.CLOCK, Note.SECONDS_OFF, f"{abs(ahead):.0f}")
