"""What somebody may have meant by a misspelt word."""

from collections.abc import Iterable

# How like it a word has to be, from 0 to 1.
_NEAR = 0.6


def nearest(word: str, known: Iterable[str], near: float = _NEAR) -> str | None:
    """Return the known word that is most like ``word``, None where none is near."""
    import difflib  # costs every call, and only a misspelling needs it

    found = difflib.get_close_matches(word, list(known), 1, near)
    return found[0] if found else None
