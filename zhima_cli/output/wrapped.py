"""Text for a person, wrapped between its words to the terminal's width."""

from rich.text import Text

from zhima_cli.output.screen import Screen


def show_wrapped(text: str, screen: Screen) -> None:
    """Write a paragraph."""
    console = screen.console()
    with console.capture() as drawn:
        console.print(Text(screen.safe(text)))
    screen.stream.write(drawn.get())
