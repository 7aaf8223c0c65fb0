"""Gives rows back in the order in which they were taken, however they end."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from zhima_cli.core.outcome import Outcome

# So many rows may have been taken and not given back: a slow one holds up those behind it.
_WINDOW = 2000


@dataclass(frozen=True)
class EndedRow:
    """A row, and what it came to."""

    number: int
    outcome: Outcome


class InOrder:
    """The rows that were taken and not given back."""

    def __init__(self) -> None:
        self._taken: deque[int] = deque()
        self._ended: dict[int, EndedRow] = {}

    @property
    def is_full(self) -> bool:
        """Whether no more rows should be taken for now."""
        return len(self._taken) >= _WINDOW

    def take(self, number: int) -> None:
        """Take note that the row of this number comes next."""
        self._taken.append(number)

    def end(self, row: EndedRow) -> None:
        """Take note that one of the rows has ended."""
        self._ended[row.number] = row

    def outcome(self, number: int) -> Outcome | None:
        """Return what the row of this number came to, None where it has not ended."""
        row = self._ended.get(number)
        return None if row is None else row.outcome

    def ready(self) -> Iterator[EndedRow]:
        """Yield the rows that have ended before any that has not."""
        while self._taken and self._taken[0] in self._ended:
            yield self._ended.pop(self._taken.popleft())

    def rest(self) -> Iterator[EndedRow]:
        """Yield what has ended, also behind rows that have not."""
        for number in sorted(self._ended):
            yield self._ended.pop(number)
