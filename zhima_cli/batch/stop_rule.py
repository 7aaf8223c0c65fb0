"""When it is of no use to send more rows."""

from enum import Enum

from zhima_cli.batch.tally import ending_of, is_hopeless
from zhima_cli.core.errors import Reason
from zhima_cli.core.kinds import Kind
from zhima_cli.core.outcome import Outcome

# How many rows in a row have to end so that the next ones are not sent in vain.
_HOPELESS_RUN = 5
_TEMPORARY_RUN = 20


class Stop(Enum):
    """Why the rest of the rows was not sent."""

    REFUSALS = "refusals"
    TEMPORARY = "temporary"
    REPLAY = "replay"


class StopRule:
    """Notices a run of failures that is not the rows' fault."""

    def __init__(self) -> None:
        self._hopeless = 0
        self._temporary = 0
        self._has_replay = False

    @property
    def stop(self) -> Stop | None:
        """Why no other row should be sent, None if there is no reason."""
        if self._has_replay:
            return Stop.REPLAY
        if self._hopeless >= _HOPELESS_RUN:
            return Stop.REFUSALS
        return Stop.TEMPORARY if self._temporary >= _TEMPORARY_RUN else None

    def heed(self, outcome: Outcome) -> None:
        """Take note how a row ended that was sent."""
        if any(problem.reason is Reason.BIZ_NO_REPLAYED for problem in outcome.problems):
            # From then on an answer may be another row's.
            self._has_replay = True
        if outcome.kind is Kind.TEMPORARY:
            self._temporary += 1
        elif is_hopeless(ending_of(outcome)):
            self._hopeless += 1
        else:
            self._hopeless = self._temporary = 0
