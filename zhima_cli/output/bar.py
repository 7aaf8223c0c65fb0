"""A bar that shows how far a batch is, its rate and the time that is left."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from zhima_cli.output.screen import Screen

_A_SECOND = 4
# Below this, there is no room for more than numbers.
_WIDE = 60
# What a terminal shows of Ctrl-C. At the end of a full line it would go to the next one, and what
# is above it would stay.
_CONTROL_C = "^C"


class _Rate(ProgressColumn):
    """Rows a second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed:.0f}/s" if speed is not None else "-/s")


@dataclass(frozen=True)
class Bar:
    """The bar of one batch."""

    progress: Progress
    task: TaskID

    @contextlib.contextmanager
    def aside(self) -> Iterator[None]:
        """Take the bar away while something else is said."""
        self.progress.stop()
        yield
        self.progress.start()

    def advance(self, successes: int, ended: int) -> None:
        """Show how many rows have ended by now, and how many of them well."""
        self.progress.update(self.task, completed=ended, counts=_counts(successes, ended))


@contextlib.contextmanager
def draw_bar(rows: int, screen: Screen) -> Iterator[Bar]:
    """Draw a bar for so many rows as long as it is used, and leave nothing of it behind."""
    is_wide = screen.width >= _WIDE
    console = screen.console()
    console.width = screen.width - len(_CONTROL_C) - 1
    progress = Progress(
        *([BarColumn(bar_width=None)] if is_wide else []),
        MofNCompleteColumn(),
        *([_Rate()] if is_wide else []),
        TimeRemainingColumn(compact=True),
        TextColumn("{task.fields[counts]}"),
        console=console,
        refresh_per_second=_A_SECOND,
        transient=True,
        expand=is_wide,
        # What else is said passes through the screen's own filter.
        redirect_stdout=False,
        redirect_stderr=False,
    )
    with progress:
        yield Bar(progress, progress.add_task("", total=rows, counts=_counts(0, 0)))


def _counts(successes: int, ended: int) -> str:
    return f"✓ {successes}  ✗ {ended - successes}"
