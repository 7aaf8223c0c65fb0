"""Says on standard error what the attempts come to."""

from dataclasses import dataclass, field

from zhima_cli.cli.session import Session
from zhima_cli.core.errors import Problem, Reason, ZhimaError
from zhima_cli.core.kinds import Kind
from zhima_cli.core.outcome import Outcome
from zhima_cli.output.report import describe
from zhima_cli.words.vocabulary import Label


@dataclass
class Progress:
    """Tells a person at the terminal, or under ``--verbose`` anybody, of each attempt."""

    session: Session
    retries: int
    _is_clock_told: bool = field(default=False, init=False)

    def pausing(self, outcome: Outcome, seconds: float) -> None:
        """Say what the attempt came to, and how long it waits before the next one."""
        self._say(Label.PAUSING, outcome, f"{seconds:.1f}")

    def ended(self, outcome: Outcome) -> None:
        """Say what the last attempt came to, where all of them are told of."""
        is_stopped = outcome.kind in (Kind.INTERRUPTED, Kind.TERMINATED)
        if self.session.verbose and not is_stopped:
            self._say(Label.ATTEMPT_ENDED, outcome, "")

    def trying_again(self, attempt: int) -> None:
        """Tell a person that the attempt is being made."""
        if self.session.err.is_terminal:
            text = self.session.words.labels[Label.TRYING_AGAIN]
            self.session.log(f"zhima: {text.format(attempt=attempt, of=self.retries + 1)}")

    def failed(self, error: ZhimaError) -> None:
        """Show where the error arose, under ``--debug``."""
        self.session.trace(error)

    def clock_is_off(self, seconds: float) -> None:
        """Warn, once, that the clocks are too far apart for the timestamp to be right."""
        if not self._is_clock_told:
            self._is_clock_told = True
            found = f"{abs(seconds) / 60:.0f}"
            self.session.warn(Problem(Kind.CONFIG, Reason.CLOCK_OFF, found=found))

    def _say(self, label: Label, outcome: Outcome, seconds: str) -> None:
        if not (self.session.verbose or self.session.err.is_terminal):
            return
        sentences = describe(outcome, self.session.presentation.language)
        why = sentences[0].what if sentences else self.session.words.kinds[outcome.kind]
        text = self.session.words.labels[label]
        of = self.retries + 1
        line = text.format(attempt=outcome.attempts, of=of, why=why, seconds=seconds)
        self.session.log(f"zhima: {line}")
