"""The manual's pages are what the program says of itself, and roff takes them."""

import re

import pytest

from tests.manual import PROSE, manual
from tests.support.commands import EXAMPLES, every_command
from tests.support.terminal import cells
from zhima_cli.core.kinds import EXIT_STATUS
from zhima_cli.words.language import Language

both_languages = pytest.mark.parametrize("language", Language, ids=lambda each: each.value)


def read(language: Language) -> str:
    """Return the page as it is in the repository, the escapes of roff undone."""
    text = PROSE[language].page.read_text(encoding="utf-8")
    for escape, character in (
        *(("\\-", "-"), ("\\(aq", "'"), ("\\(ti", "~"), ("\\&", ""), ("\\:", "")),
    ):
        text = text.replace(escape, character)
    return text


@both_languages
def test_the_page_is_current(language: Language) -> None:
    """Else run: python -m tests.manual."""
    assert PROSE[language].page.read_text(encoding="utf-8") == manual(language)


@both_languages
def test_the_page_has_all_commands_options_examples_and_statuses(language: Language) -> None:
    lines = read(language).splitlines()
    for command in every_command(language):
        assert [line for line in lines if re.match(rf"\.SS {re.escape(command.name)} \[", line)]
        for option in command.options:
            spellings = ", ".join(sorted(option.spellings, key=len))
            assert f".B {spellings} {option.metavar or ''}".strip() in lines
            assert option.help in lines
    assert {example for _, example in EXAMPLES} <= set(lines)
    for status in EXIT_STATUS.values():
        assert f".B {status}" in lines


@both_languages
def test_every_line_is_a_known_request_or_text(language: Language) -> None:
    lines = PROSE[language].page.read_text(encoding="utf-8").splitlines()
    requests = {line.split()[0] for line in lines if line.startswith((".", "'"))}
    assert requests == {
        *('.\\"', ".TH", ".SH", ".SS", ".TP", ".PP", ".B", ".nh", ".ad", ".br", ".nf", ".fi"),
    }
    escapes = {found for line in lines[1:] for found in re.findall(r"\\(?:\(..|.)", line)}
    assert escapes <= {"\\-", "\\&", "\\:", "\\e", "\\(aq", "\\(ti", "\\(ha", "\\(ga"}


def test_a_line_may_end_behind_a_chinese_mark() -> None:
    """Else groff, told that the language is Chinese, never ends where a word is too wide."""
    page = PROSE[Language.ZH].page.read_text(encoding="utf-8")
    assert "。\\:[ZHIMA_ALIPAY_ROOT_CERT_FILE]" in page
    assert re.findall(r"[，。、：；][\w\[$~-]|[，。、：；]\\[^:]", page) == []


@both_languages
def test_the_first_line_has_room_on_a_narrow_terminal(language: Language) -> None:
    title = PROSE[language].page.read_text(encoding="utf-8").splitlines()[1]
    _, _, volume = re.findall('"([^"]*)"', title)
    assert cells(f"ZHIMA(1) {volume} ZHIMA(1)") <= 38  # man leaves two of 40


def test_both_pages_have_the_same_parts() -> None:
    english, chinese = PROSE[Language.EN], PROSE[Language.ZH]
    assert list(english.headings) == list(chinese.headings)
    assert len(english.about) == len(chinese.about)
    assert list(english.variables) == list(chinese.variables)
    assert list(english.files) == list(chinese.files)
