"""Says on standard error what goes on between the attempts."""

from dataclasses import dataclass

from zhima_cli.cli.session import Session
from zhima_cli.core.errors import Problem, Reason, ZhimaError
from zhima_cli.core.kinds import Kind
from zhima_cli.core.outcome import Outcome
from zhima_cli.core.recording import Recording
from zhima_cli.output.report import describe
from zhima_cli.words.vocabulary import Label

_TOLERATED_SECONDS = 300.0


@dataclass(frozen=True)
class Progress:
    """Tells a person at the terminal, or under ``--verbose`` anybody, of each attempt."""

    session: Session
    retries: int
    record: Recording

    def pausing(self, outcome: Outcome, seconds: float) -> None:
        """Say what failed, and how long it waits before the next attempt."""
        sentences = describe(outcome, self.session.presentation.language)
        why = sentences[0].what if sentences else outcome.kind.value
        self._say(
            self.session.words.labels[Label.PAUSING].format(
                attempt=outcome.attempts, of=self.retries + 1, why=why, seconds=f"{seconds:.1f}"
            )
        )

    def trying_again(self, attempt: int) -> None:
        """Record the attempt, and say which it is."""
        self.record.count_attempt()
        self._say(
            self.session.words.labels[Label.TRYING_AGAIN].format(
                attempt=attempt, of=self.retries + 1
            )
        )

    def failed(self, error: ZhimaError) -> None:
        """Show where the error arose, under ``--debug``."""
        self.session.trace(error)

    def clock_is_off(self, seconds: float) -> None:
        """Warn where the clocks are too far apart for the timestamp to be right."""
        if abs(seconds) > _TOLERATED_SECONDS:
            self.session.warn(
                Problem(Kind.CONFIG, Reason.CLOCK_OFF, found=f"{abs(seconds) / 60:.0f}")
            )

    def _say(self, text: str) -> None:
        if self.session.verbose or self.session.err.is_terminal:
            self.session.log(f"zhima: {text}")
