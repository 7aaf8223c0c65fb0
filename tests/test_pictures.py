"""The pictures of the READMEs are what zhima shows, fetch nothing, and are all used."""

import re
from pathlib import Path

import pytest

from tests.pictures import FOLDER, PICTURES, Picture, draw

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(
    "picture",
    [
        pytest.param(each, id=each.name, marks=() if each is PICTURES[0] else pytest.mark.long)
        for each in PICTURES
    ],
)
def test_a_picture_is_current(picture: Picture, tmp_path: Path) -> None:
    """Else run: python -m tests.pictures."""
    assert picture.file.read_text(encoding="utf-8") == draw(picture, tmp_path)


def test_there_are_no_others_and_each_is_in_its_readme() -> None:
    assert {file.name for file in FOLDER.iterdir()} == {picture.name for picture in PICTURES}
    for name, language in (("README.md", "en"), ("README.zh-CN.md", "zh")):
        text = (ROOT / name).read_text(encoding="utf-8")
        shown = re.findall(r"!\[[^\]]+\]\(docs/pictures/([^)]+)\)", text)
        assert shown == [each.name for each in PICTURES if each.language.value == language]


def test_they_fetch_nothing() -> None:
    for picture in PICTURES:
        addresses = re.findall(r"https?://[^\s\"'<)&]+", picture.file.read_text(encoding="utf-8"))
        assert set(addresses) <= {
            "http://www.w3.org/2000/svg",
            "http://127.0.0.1:54321/gateway.do",
        }
