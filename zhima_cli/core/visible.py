"""What must not reach a terminal, a log or a file as it is: characters that act or hide."""

import unicodedata

# Control, format (bidirectional marks, zero-width), surrogate, line and paragraph separator.
_UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})

# The rest of what Unicode calls Default_Ignorable_Code_Point: drawn as nothing.
_IGNORABLE = frozenset({0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2065, 0x3164, 0xFFA0}).union(
    range(0x180B, 0x1810), range(0xFE00, 0xFE10), range(0xE0000, 0xE1000)
)


def is_unseen(character: str) -> bool:
    """Say whether ``character`` acts on the terminal, reorders the text, or shows as nothing."""
    return unicodedata.category(character) in _UNSEEN_CATEGORIES or ord(character) in _IGNORABLE


def has_unseen(text: str) -> bool:
    """Say whether ``text`` has such a character."""
    return not (text.isascii() and text.isprintable()) and any(map(is_unseen, text))


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def visible(text: str) -> str:
    """Return ``text`` with every unseen character as an escape such as ``\\u001b``.

    All text that came from outside passes through here on its way out.
    """
    if not has_unseen(text):
        return text
    return "".join(_escape(c) if is_unseen(c) else c for c in text)
