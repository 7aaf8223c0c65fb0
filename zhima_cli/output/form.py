"""The forms that output takes."""

from enum import Enum


class Form(Enum):
    """The value is what ``--output`` takes; ``curl`` is for a dry run only."""

    PRETTY = "pretty"
    PLAIN = "plain"
    JSON = "json"
    CURL = "curl"
