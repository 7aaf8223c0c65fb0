"""Shows on standard error how far a batch is."""

import contextlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zhima_cli.batch.asked import Plan
from zhima_cli.batch.tally import Tally
from zhima_cli.cli.session import Session
from zhima_cli.core.errors import Problem, Reason
from zhima_cli.core.kinds import Kind
from zhima_cli.words.vocabulary import Label

if TYPE_CHECKING:
    from zhima_cli.output.bar import Bar


@dataclass
class BatchProgress:
    """Moves the bar, if there is one, and says what concerns all rows."""

    session: Session
    tally: Tally
    bar: "Bar | None" = None
    is_clock_told: bool = False

    def ended(self) -> None:
        """Move the bar: one more row has been counted."""
        if self.bar is not None:
            total = self.tally.counts.total()
            self.bar.advance(self.tally.of_kind(Kind.SUCCESS), total)

    def slowed(self, rate: float, seconds: float) -> None:
        """Say that the gateway had enough: after ``seconds`` follow ``rate`` calls a second."""
        text = self.session.words.labels[Label.BATCH_SLOWED]
        with self._aside():
            self.session.log(f"zhima: {text.format(rate=f'{rate:.1f}', seconds=f'{seconds:.0f}')}")

    def clock_is_off(self, seconds: float) -> None:
        """Warn, once, that the clocks are too far apart for the timestamps to be right."""
        if not self.is_clock_told:
            self.is_clock_told = True
            found = f"{abs(seconds) / 60:.0f}"
            with self._aside():
                self.session.warn(Problem(Kind.CONFIG, Reason.CLOCK_OFF, found=found))

    def _aside(self) -> AbstractContextManager[None]:
        return self.bar.aside() if self.bar is not None else contextlib.nullcontext()


@contextlib.contextmanager
def batch_progress(
    session: Session, rows: int, tally: Tally, plan: Plan
) -> Iterator[BatchProgress]:
    """Yield what shows how many of the ``rows`` have ended: at a terminal, by a bar."""
    # Results that go to the same terminal show it themselves.
    has_results = plan.out is None and session.out.is_terminal
    if has_results or not session.err.is_terminal:
        yield BatchProgress(session, tally)
        return
    from zhima_cli.output.bar import draw_bar  # of use at a terminal only

    with draw_bar(rows, session.err) as bar:
        yield BatchProgress(session, tally, bar)
