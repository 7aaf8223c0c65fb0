"""Makes the call, and makes it again as long as that can help and there is time."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from zhima_cli.core.answer import read_answer
from zhima_cli.core.errors import Interrupted, TemporaryError, ZhimaError
from zhima_cli.core.exchange import Received
from zhima_cli.core.kept_connection import KeptConnection
from zhima_cli.core.kinds import Kind, Sent
from zhima_cli.core.outcome import Call, Outcome, conclude, fail
from zhima_cli.core.recording import Recording
from zhima_cli.core.request import Request, assemble
from zhima_cli.core.settings import Settings
from zhima_cli.core.waiting import Clock

# The bound of the first pause, which doubles with each, and the bound of them all, in seconds.
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 10.0
_LEAST_SECONDS = 0.001
# How far the clocks may be apart before the timestamp is in doubt.
TOLERATED_SECONDS = 300.0


class Observer(Protocol):
    """Is told what happens between the attempts."""

    def pausing(self, outcome: Outcome, seconds: float) -> None:
        """Say that ``outcome`` was temporary, and that the next attempt follows in ``seconds``."""

    def trying_again(self, attempt: int) -> None:
        """Say that the attempt of this number, counted from 1, is about to be sent."""

    def failed(self, error: ZhimaError) -> None:
        """Say that an attempt ended without an answer to be believed."""

    def clock_is_off(self, seconds: float) -> None:
        """Say that the gateway's clock is ahead by ``seconds``, behind where they are negative."""


@dataclass(frozen=True)
class Attempt:
    """What one attempt came to, and how long the gateway asked to wait then, in seconds."""

    outcome: Outcome
    retry_after: float


def make_call(
    settings: Settings, call: Call, clock: Clock, record: Recording, observer: Observer
) -> Outcome:
    """Make the call and return what it came to; only what is temporary is tried again.

    Every attempt has the same transaction_id and content, a fresh timestamp and so a fresh
    signature, and is counted in the ``record`` first. ``settings`` bound the number of attempts
    and the seconds for them all.
    """
    begun = clock.elapsed()
    sent = sent_if_stopped = Sent.NO
    attempts = 0
    outcome: Outcome | None = None
    try:
        with KeptConnection(settings.network) as connection:
            while True:
                if outcome is not None:
                    if clock.elapsed() - begun >= settings.deadline:
                        return outcome  # the machine was asleep
                    record.count_attempt()
                    observer.trying_again(attempts + 1)
                attempts += 1
                left = settings.deadline - (clock.elapsed() - begun)
                # A signal may come at any line of it, after the last byte has left included.
                sent_if_stopped = Sent.UNKNOWN
                made = attempt(settings, call, clock, observer, left, connection.exchange)
                outcome = after_attempts(made.outcome, attempts, sent)
                sent = sent_if_stopped = outcome.sent
                if attempts > settings.retries:
                    return outcome
                left = settings.deadline - (clock.elapsed() - begun)
                pause = pause_after(outcome, made.retry_after, left, clock.jitter)
                if pause is None:
                    return outcome
                observer.pausing(outcome, pause)
                clock.wait(pause)
    except KeyboardInterrupt as stop:
        if outcome is not None and outcome.kind is Kind.SUCCESS:
            return outcome
        return after_attempts(
            fail(call, Interrupted(sent_if_stopped, stop)), attempts, sent_if_stopped
        )


def pause_after(
    outcome: Outcome, retry_after: float, left: float, jitter: Callable[[float], float]
) -> float | None:
    """Return the seconds to wait before the next attempt, None where it is of no use or too late.

    ``jitter`` picks a length between 0 and a bound. What the gateway asked for, ``retry_after``,
    is the least; ``left`` are the seconds that are left for everything.
    """
    if outcome.kind is not Kind.TEMPORARY:
        return None
    bound = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (outcome.attempts - 1))
    pause = max(jitter(bound), retry_after)
    return pause if pause < left else None


def after_attempts(outcome: Outcome, attempts: int, sent_before: Sent) -> Outcome:
    """Count the attempts; what an earlier one may have sent is not unsent by this one."""
    if outcome.sent is Sent.NO and sent_before is not Sent.NO:
        outcome = replace(outcome, sent=Sent.UNKNOWN)
    return replace(outcome, attempts=attempts)


def attempt(
    settings: Settings,
    call: Call,
    clock: Clock,
    observer: Observer,
    left: float,
    exchange: Callable[[Request, float], Received],
) -> Attempt:
    """Make the call once, by an ``exchange``, and return what it came to.

    ``exchange`` is given the seconds that it may take, which it has to bound: the settings'
    ``timeout``, and no more than are ``left``. An error is an outcome, too; the ``observer`` is
    told of it.
    """
    request = assemble(settings, clock.now())
    try:
        timeout = min(settings.timeout, max(left, _LEAST_SECONDS))
        received = exchange(request, timeout)
        if abs(received.clock_ahead) > TOLERATED_SECONDS:
            observer.clock_is_off(received.clock_ahead)
        answer = read_answer(
            received.body,
            settings.charset,
            settings.alipay_public_key,
            settings.sign_type,
            alipay_cert_sn=settings.account.alipay_cert_sn,
            encrypt_key=settings.account.encrypt_key,
        )
        return Attempt(conclude(call, answer), 0.0)
    except ZhimaError as error:
        observer.failed(error)
        retry_after = error.retry_after if isinstance(error, TemporaryError) else 0.0
        return Attempt(fail(call, error), retry_after)
