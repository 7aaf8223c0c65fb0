"""The forms that output takes."""

from collections.abc import Iterable
from enum import Enum


class Form(Enum):
    """The value is what ``--output`` takes; ``curl`` is for a dry run only."""

    PRETTY = "pretty"
    PLAIN = "plain"
    JSON = "json"
    CURL = "curl"


def names(forms: Iterable[Form]) -> str:
    """Return what ``--output`` takes for these forms, to choose from."""
    return ", ".join(form.value for form in forms)


# What shows no request has these.
FORMS_OF_RESULTS = (Form.PRETTY, Form.PLAIN, Form.JSON)
