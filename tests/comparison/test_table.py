"""The page in the docs says what the suite found."""

import os

from tests.comparison.conftest import Answers, Requests
from tests.comparison.encrypted_outcomes import Encrypted
from tests.comparison.serial_outcomes import Serials
from tests.comparison.table import FILE, render


def test_the_page_is_what_was_found(
    requests: Requests, answers: Answers, serials: Serials, encrypted: Encrypted
) -> None:
    page = render(requests, answers, serials, encrypted)
    if os.environ.get("UPDATE_COMPARISON") == "1":
        FILE.parent.mkdir(exist_ok=True)
        FILE.write_text(page, encoding="utf-8")
    assert FILE.read_text(encoding="utf-8") == page
