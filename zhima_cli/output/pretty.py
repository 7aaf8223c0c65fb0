"""Panels for a terminal, drawn by rich."""

from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from zhima_cli.core.kinds import Kind
from zhima_cli.output.dry_run import Section
from zhima_cli.output.report import Report, Row
from zhima_cli.output.screen import Screen
from zhima_cli.output.wrapped import Prose
from zhima_cli.words.vocabulary import Vocabulary, labelled

# Below this, a value of 32 characters no longer fits beside its label in one line.
_TWO_COLUMNS = 60
# The cells that the panel's border and padding take.
_FRAME = 4
# Those that a title in the border leaves to it.
_BESIDE_TITLE = 6


def show_report(report: Report, screen: Screen) -> None:
    """Draw the report as a panel as wide as the terminal needs."""
    color = "green" if report.kind is Kind.SUCCESS else "red"
    show_panel(report.title, report.rows, color, screen, report.footer, report.note)
    for row in report.commands:
        screen.line(labelled(row.label, row.value))


def show_panel(
    title: str,
    rows: tuple[Row, ...],
    color: str,
    screen: Screen,
    footer: str | None = None,
    note: str | None = None,
) -> None:
    """Draw labelled values in a frame of ``color``; ``note`` must not be overlooked."""
    console = screen.console()
    heading = Text(screen.safe(title), style=f"bold {color}")
    is_in_border = heading.cell_len <= console.width - _BESIDE_TITLE
    parts: list[Prose | Table] = [] if is_in_border else [Prose(heading.plain, f"bold {color}")]
    parts.append(_table(rows, console, screen))
    if note:
        parts.append(Prose(screen.safe(note), "bold black on yellow"))
    panel = Panel(
        Group(*parts),
        title=heading if is_in_border else None,
        subtitle=Text(screen.safe(footer), style="dim") if footer else None,
        title_align="left",
        subtitle_align="right",
        border_style=color,
        expand=False,
    )
    # Rich would end the process on a closed pipe; what it draws is written like all else.
    with console.capture() as drawn:
        console.print(panel)
    screen.stream.write(drawn.get())


def show_sections(sections: tuple[Section, ...], words: Vocabulary, screen: Screen) -> None:
    """Draw a dry run's request; what is to be copied is never wrapped."""
    console = screen.console()
    with console.capture() as drawn:
        for section in sections:
            heading = Text(screen.safe(words.labels[section.label]), style="bold cyan")
            console.rule(heading, align="left", style="dim")
            for line in section.lines:
                console.print(Text(screen.safe(line)), soft_wrap=True)
    screen.stream.write(drawn.get())


def _table(rows: tuple[Row, ...], console: Console, screen: Screen) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    if console.width < _TWO_COLUMNS:
        table.add_column()
        for row in rows:
            label = Text(screen.safe(row.label), style="dim")
            value = _value(row.label, row.value, screen)
            in_one = Text.assemble(label, "  ", (value.text, value.style))
            if in_one.cell_len <= console.width - _FRAME:
                table.add_row(in_one)
            else:
                table.add_row(label)
                table.add_row(value)
        return table
    table.add_column(no_wrap=True)
    table.add_column()
    for row in rows:
        table.add_row(
            Text(screen.safe(row.label), style="dim"), _value(row.label, row.value, screen)
        )
    return table


def _value(label: str, value: str, screen: Screen) -> Prose:
    return Prose(screen.safe(value), "bold" if label == "biz_no" else "")
