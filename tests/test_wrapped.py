"""How text for a person is broken into lines, in every form that is drawn to a terminal's width."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import Account
from tests.support.independent import public_pem
from tests.support.long import long
from tests.support.program import run_inside
from tests.support.terminal import cells
from zhima_cli.core.errors import Problem, Reason
from zhima_cli.core.kinds import Kind
from zhima_cli.output.wrapped import filled
from zhima_cli.words.language import Language

OPENING, CLOSING = "（“《〈「『【〔", "，。、：；？！）”》〉」』】〕…"
HAN = "签名验证不通过配置文件"
PIECES = st.sampled_from(
    [*HAN, "zhima", "--lang", " ", " ", "(cert_name):", "https://a.example/b?c=d", "x" * 70]
    + [f"{mark}名" for mark in (*OPENING, "(", "[")]
    + [f"名{mark}" for mark in (*CLOSING, ",", ".", ":", ";", "?", "!", ")", "]", "”。", "）；")]
    + ["biz_no。", "“zhima”，"]
)


def is_broken_well(lines: list[str]) -> bool:
    """Say whether every mark stands on the line of what it belongs to."""
    return not any(
        re.match(rf"[{CLOSING}]|[,.:;?!)\]](?![\w])", line) or re.search(rf"[{OPENING}(\[]$", line)
        # The frame of a panel and the mark of a check are no part of the text.
        for line in (re.sub("^! ", "", each.strip(" │")) for each in lines)
    )


@given(st.lists(PIECES, max_size=40).map("".join), st.integers(8, 80))
def test_nothing_is_lost_and_every_mark_stays_where_it_belongs(text: str, width: int) -> None:
    lines = list(filled(text, width))
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert max(map(cells, lines)) <= width
    assert is_broken_well(lines)


@given(st.text(st.sampled_from("。！…,.)名x ")), st.integers(8, 80))
def test_marks_without_end_are_no_reason_for_too_long_a_line(text: str, width: int) -> None:
    lines = list(filled(text, width))
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert max(map(cells, lines)) <= width


@given(st.text(st.sampled_from(HAN)), st.sampled_from([*CLOSING, ""]), st.integers(8, 80))
def test_a_line_of_chinese_is_full(text: str, mark: str, width: int) -> None:
    """There was no room for the next character and its mark."""
    *lines, _ = filled("".join(f"{character}{mark}" for character in text), width)
    assert [line for line in lines if cells(line) + cells(f"名{mark}") <= width] == []


def test_a_line_ends_anywhere_in_chinese_and_at_spaces_elsewhere() -> None:
    assert list(filled("签名验证不通过。", 8)) == ["签名验证", "不通过。"]
    assert list(filled("签名验证不通过。", 14)) == ["签名验证不通", "过。"]
    assert list(filled("请运行 zhima doctor（名）", 14)) == ["请运行 zhima", "doctor（名）"]
    assert list(filled("the signature does", 14)) == ["the signature", "does"]
    assert list(filled("x" * 9, 8)) == ["x" * 8, "x"]
    assert list(filled("", 8)) == [""]


@pytest.mark.parametrize(
    ("lang", "columns"),
    [
        ("zh", "24"),
        ("en", "40"),
        *(long("zh", columns) for columns in ("40", "61", "80")),
        *(long("en", columns) for columns in ("24", "61", "80")),
    ],
)
def test_what_is_drawn(account: Account, lang: str, columns: str) -> None:
    account.write(sign_type="RSA", alipay_public_key=public_pem(account.keys.app), gateway="no")
    for command in (
        ["explain"],
        *(["explain", code] for code in ("2", "6", "7", "40004", "isv.invalid-signature")),
        ["doctor"],
        ["profiles"],
        ["init-cert", "--cert-name=x"],
        ["init-cert", "--cert-name=收委", "--cert-no=1", "--profile=mock", "--no-history"],
    ):
        result = run_inside(
            [*command, "--output=pretty", f"--lang={lang}"], account.home, {"COLUMNS": columns}
        )
        assert is_broken_well((result.out + result.err).splitlines()), result


@pytest.mark.parametrize("width", range(24, 81, 7))
def test_every_sentence_of_chinese(width: int) -> None:
    words = Language.ZH.vocabulary
    sentences = [
        words.say(Problem(Kind.CONFIG, reason, "--config", "config.toml", "mock"))
        for reason in Reason
    ]
    for sentence in (*sentences, *words.endings.values()):
        for text in (sentence.what, sentence.remedy):
            lines = list(filled(text, width))
            assert is_broken_well(lines), lines
