"""The charsets that the gateway takes (the interface's page, ``charset``; isv.invalid-charset)."""

from enum import Enum


class Charset(Enum):
    """The value is both the page's name and Python's."""

    UTF_8 = "utf-8"
    GBK = "gbk"
    GB2312 = "gb2312"

    def can_write(self, text: str) -> bool:
        """Say whether every character of ``text`` exists in this charset."""
        try:
            text.encode(self.value)
        except UnicodeEncodeError:
            return False
        return True
