"""Lines without decoration, for scripts and logs."""

from typing import TYPE_CHECKING

from zhima_cli.output.report import Report
from zhima_cli.output.screen import Screen
from zhima_cli.words.vocabulary import Vocabulary, bracketed, labelled

if TYPE_CHECKING:
    from zhima_cli.output.dry_run import Section

# Behind the first line of a row.
_INDENT = "    "


def show_failure(report: Report, screen: Screen) -> None:
    """Write a failure, a line a row; at a terminal, as many as it takes."""
    title = labelled(report.title, report.code) if report.code else report.title
    screen.paragraph(f"zhima: {bracketed(title, report.footer)}")
    for row in report.rows:
        screen.paragraph(f"  {labelled(row.label, row.value)}", _INDENT)
    for row in report.commands:  # to be copied whole
        screen.line(f"  {labelled(row.label, row.value)}")
    if report.note:
        screen.paragraph(f"  {report.note}", _INDENT)


def show_bug(report: Report, screen: Screen) -> None:
    """Write a fault of zhima's own as one line."""
    rows = "; ".join(labelled(r.label, r.value) for r in (*report.rows, *report.commands))
    title = bracketed(report.title, report.footer)
    screen.line(f"zhima: {labelled(title, rows)}")


def show_sections(sections: "tuple[Section, ...]", words: Vocabulary, screen: Screen) -> None:
    """Write a dry run's request, with every value whole on a line of its own."""
    for at, section in enumerate(sections):
        if at > 0:
            screen.line("")
        screen.line(f"# {words.labels[section.label]}")
        for line in section.lines:
            screen.line(line)
