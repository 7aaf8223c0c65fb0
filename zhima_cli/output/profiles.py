"""Shows the profiles: each setting, where it comes from, and what is wrong."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from zhima_cli.core.errors import Problem
from zhima_cli.core.profiles import ListedProfile, Listing, Setting
from zhima_cli.core.sources import Source
from zhima_cli.output.machine import SCHEMA
from zhima_cli.output.screen import Screen
from zhima_cli.output.wrapped import Prose
from zhima_cli.words.vocabulary import Label, Vocabulary, labelled

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

# Below this, a setting's value stands under its name.
_ONE_LINE = 60
# What is shown in the place of a value that is secret or wrong; the words of plain output are the
# same in every language.
_SET, _WRONG = "set", "wrong"
_INDENT = (0, 0, 0, 2)


def show_json(listing: Listing, words: Vocabulary, screen: Screen) -> None:
    """Write the listing as a JSON object; what does not apply is null."""
    screen.json(
        {
            "schema": SCHEMA,
            "config": listing.path,
            "default": {"name": listing.choice.name, "source": listing.choice.source.value},
            "profiles": [_profile(profile, words) for profile in listing.profiles],
        }
    )


def show_lines(listing: Listing, screen: Screen) -> None:
    """Write a setting a line, its fields apart by tabs; ``*`` marks the profile that is used."""
    for profile in listing.profiles:
        for setting in profile.settings:
            fields = (
                "*" if profile.is_chosen else "",
                profile.name,
                setting.name,
                setting.source.value if setting.source else "",
                setting.place or "",
                _value(setting, _SET, _WRONG) if setting.source else "",
                _fingerprint(setting) or "",
            )
            screen.stream.write("\t".join(map(screen.safe, fields)) + "\n")


def problem_lines(listing: Listing, words: Vocabulary) -> Iterator[str]:
    """Yield what is wrong with the profiles, and what should be known, a line each."""
    for profile in listing.profiles:
        for line in _problems(profile, words):
            yield f"zhima: {profile.name}: {line}"


def show_pretty(listing: Listing, words: Vocabulary, screen: Screen) -> None:
    """Draw each profile with its settings below each other; nothing that is copied is wrapped."""
    from rich.padding import Padding
    from rich.text import Text

    labels = words.labels
    console = screen.console()
    with console.capture() as drawn:
        path = listing.path or labels[Label.NO_FILE]
        console.print(Text(screen.safe(labelled(labels[Label.CONFIG_FILE], path))), soft_wrap=True)
        for profile in listing.profiles:
            console.print()
            heading = Text(screen.safe(profile.name), style="bold cyan")
            if profile.is_chosen:
                heading.append(f"  {_why(listing, words)}", style="green")
            if profile.is_mock:
                heading.append(f"  {labels[Label.OWN_PROFILE]}", style="dim")
            console.print(heading)
            for line in _lines(profile, words, screen, console):
                console.print(line, soft_wrap=True)
            unset = words.comma.join(s.name for s in profile.settings if s.source is None)
            if unset:
                text = labelled(labels[Label.NOT_SET], unset)
                console.print(Padding(Prose(text, "dim"), _INDENT))
            for problem in _problems(profile, words):
                console.print(Padding(Prose(screen.safe(problem), "yellow"), _INDENT))
    screen.stream.write(drawn.get())


def _why(listing: Listing, words: Vocabulary) -> str:
    label = {
        Source.FLAG: Label.CHOSEN_BY_FLAG,
        Source.ENVIRONMENT: Label.CHOSEN_BY_VARIABLE,
        Source.FILE: Label.CHOSEN_BY_FILE,
        Source.DEFAULT: Label.CHOSEN_BY_DEFAULT,
    }[listing.choice.source]
    return words.labels[label]


def _lines(
    profile: ListedProfile, words: Vocabulary, screen: Screen, console: "Console"
) -> Iterator["Text"]:
    from rich.cells import cell_len
    from rich.text import Text

    labels = words.labels
    shown = [setting for setting in profile.settings if setting.source is not None]
    places = {s.name: screen.safe(_place(s, words)) for s in shown}
    name_cells = max(cell_len(s.name) for s in shown)
    place_cells = max(map(cell_len, places.values()))
    for setting in shown:
        place = places[setting.name]
        shown_value = _value(setting, labels[Label.IS_SET], labels[Label.IS_WRONG])
        value = Text(screen.safe(shown_value), style="yellow" if setting.is_wrong else "")
        name = Text(f"  {setting.name}", style="dim")
        if console.width >= _ONE_LINE:
            padding = " " * (place_cells - cell_len(place) + 2)
            name.pad_right(name_cells - cell_len(setting.name) + 2)
            yield Text.assemble(name, place, padding, value)
        elif (in_one := Text.assemble(name, "  ", place, "  ", value)).cell_len <= console.width:
            yield in_one
        else:
            yield Text.assemble(name, "  ", place)
            yield Text.assemble("    ", value)
        fingerprint = _fingerprint(setting)
        if fingerprint:
            yield Text(f"    {screen.safe(fingerprint)}", style="dim")


def _place(setting: Setting, words: Vocabulary) -> str:
    if setting.source is Source.DEFAULT:
        return words.labels[Label.BY_DEFAULT]
    if setting.source is Source.FILE:
        return words.labels[Label.IN_FILE]
    return setting.place or ""


def _value(setting: Setting, is_set: str, is_wrong: str) -> str:
    if setting.is_wrong:
        return labelled(is_wrong, setting.path) if setting.path else is_wrong
    return setting.value or setting.path or is_set


def _fingerprint(setting: Setting) -> str | None:
    if setting.sha256:
        return f"SHA256 {setting.sha256}"
    return f"SN {setting.serial_number}" if setting.serial_number else None


def _problems(profile: ListedProfile, words: Vocabulary) -> Iterator[str]:
    for label, problems in ((Label.ERROR, profile.faults), (Label.WARNING, profile.warnings)):
        for sentence in map(words.say, problems):
            yield labelled(words.labels[label], f"{sentence.what} - {sentence.remedy}")


def _profile(profile: ListedProfile, words: Vocabulary) -> dict[str, object]:
    return {
        "name": profile.name,
        "default": profile.is_chosen,
        "mock": profile.is_mock,
        "settings": [_setting(setting) for setting in profile.settings],
        "faults": _sentences(profile.faults, words),
        "warnings": _sentences(profile.warnings, words),
    }


def _setting(setting: Setting) -> dict[str, object]:
    return {
        "name": setting.name,
        "source": setting.source.value if setting.source else None,
        "place": setting.place,
        "value": setting.value,
        "wrong": setting.is_wrong,
        "path": setting.path,
        "sha256": setting.sha256,
        "serial_number": setting.serial_number,
    }


def _sentences(problems: tuple[Problem, ...], words: Vocabulary) -> list[dict[str, str]]:
    sentences = map(words.say, problems)
    return [{"description": s.what, "solution": s.remedy} for s in sentences]
