"""Draws the pictures of the READMEs from real runs in a terminal: ``python -m tests.pictures``."""

import html
import itertools
import re
import shlex
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.support.terminal import cells, run_in_terminal
from zhima_cli.words.language import Language

FOLDER = Path(__file__).parent.parent / "docs" / "pictures"

_COLUMNS = 80
# The gateway takes any free port; the pictures all show this one.
_PORT = "127.0.0.1:54321"
_ANY_PORT = re.compile(r"127\.0\.0\.1:\d{5}\b")

# What rich makes of a piece of a line, and the width of a cell there.
_TEXT = re.compile(
    r'<text class="(?P<class>[^"]+)" x="(?P<x>[^"]+)" y="(?P<y>[^"]+)" textLength="[^"]+"'
    r"(?P<clip>[^>]*)>(?P<text>[^<]*)</text>"
)
_CELL = 12.2

# As rich's own, but for fonts: a picture in a page must fetch nothing.
_FORMAT = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
  <!-- A run of zhima, drawn by rich: python -m tests.pictures -->
  <style>
  .{unique_id}-matrix {{
    font-family: "DejaVu Sans Mono", Menlo, Consolas, "Noto Sans Mono CJK SC", "PingFang SC",
      "Microsoft YaHei", monospace;
    font-size: {char_height}px;
    line-height: {line_height}px;
  }}
  .{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: sans-serif; }}
  {styles}
  </style>
  <defs>
  <clipPath id="{unique_id}-clip-terminal">
    <rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
  </clipPath>
  {lines}
  </defs>
  {chrome}
  <g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
  {backgrounds}
  <g class="{unique_id}-matrix">
  {matrix}
  </g>
  </g>
</svg>
"""


@dataclass(frozen=True)
class Picture:
    """A file, and the run that it shows: the lines typed, of which a shell makes one command."""

    name: str
    language: Language
    typed: tuple[str, ...]

    @property
    def file(self) -> Path:
        """Where it is kept."""
        return FOLDER / self.name


def _pictures() -> tuple[Picture, ...]:
    person = "  --cert-name 收委 --cert-no 260104197909275964"
    runs = {"success": "ORDER_1", "refusal": "MOCK_ARRANGEMENT_ERROR_1"}
    return tuple(
        Picture(
            f"{name}.{language.value}.svg",
            language,
            (f"zhima init-cert --profile mock --transaction-id {transaction_id} \\", person),
        )
        for name, transaction_id in runs.items()
        for language in Language
    )


PICTURES = _pictures()


def draw(picture: Picture, home: Path) -> str:
    """Run what the picture shows in a terminal of 80 columns; return the SVG."""
    from rich.console import Console
    from rich.text import Text

    words = shlex.split("\n".join(picture.typed).replace("\\\n", ""))[1:]
    variables = {"ZHIMA_LANG": picture.language.value}
    watched = run_in_terminal(words, home, _COLUMNS, variables=variables)
    shown = _ANY_PORT.sub(_PORT, watched.screen)
    with Path("/dev/null").open("w", encoding="utf-8") as nowhere:
        console = Console(record=True, width=_COLUMNS, file=nowhere, force_terminal=True)
        prompt, *more = picture.typed
        console.print(Text.assemble(("$ ", "dim"), prompt), *more, sep="\n", highlight=False)
        console.print(Text.from_ansi(shown), highlight=False)
    drawn = console.export_svg(
        title="zhima", code_format=_FORMAT, unique_id=picture.file.stem.replace(".", "-")
    )
    return _TEXT.sub(_in_runs, drawn)


def _in_runs(text: re.Match[str]) -> str:
    """Return a text as several, of wide or narrow characters each, each as long as its cells.

    Rich counts characters where the length is concerned, which squeezes Chinese into half its room.
    """
    x = float(text["x"])
    drawn = ""
    for _, run in itertools.groupby(html.unescape(text["text"]), cells):
        characters = "".join(run)
        if characters == "\n":  # behind the last cell of a line; no picture shows it
            continue
        length = cells(characters) * _CELL
        escaped = html.escape(characters).replace("\N{NO-BREAK SPACE}", "&#160;")
        place = f'x="{x:g}" y="{text["y"]}" textLength="{length:g}"'
        drawn += f'<text class="{text["class"]}" {place}{text["clip"]}>{escaped}</text>'
        x += length
    return drawn


def main() -> None:
    """Write all pictures anew."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for picture in PICTURES:
        with tempfile.TemporaryDirectory() as home:
            picture.file.write_text(draw(picture, Path(home)), encoding="utf-8")


if __name__ == "__main__":
    main()
