"""Output for people and shells: what the two forms say, and what never gets through them."""

import io
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from tests.conftest import Account
from tests.support.independent import BIZ_NO, NODE, node_text, signed_answer
from tests.support.program import Result, run_process
from tests.support.stub import Said, stub_gateway
from tests.support.terminal import cells
from zhima_cli.core.kinds import Kind
from zhima_cli.output.pretty import show_panel
from zhima_cli.output.screen import Screen
from zhima_cli.words.chinese import CHINESE
from zhima_cli.words.english import ENGLISH
from zhima_cli.words.vocabulary import Vocabulary

ID = "ZGYD201610252323000001234"
BUSINESS = {
    "code": "40004",
    "msg": "Business Failed",
    "sub_code": "ARRANGEMENT_ERROR",
    "sub_msg": "合约异常",
}
MARKUP = "[red]stop[/red] [link=http://evil.example]here[/link] :smile: [/] \\[bold]"
# As it comes, and as it has to be shown.
HOSTILE = {
    "escape": ("\x1b[2J", r"\u001b[2J"),
    "title (OSC)": ("\x1b]0;owned\x07", r"\u001b]0;owned\u0007"),
    "hyperlink (OSC)": ("\x1b]8;;http://evil\x1b\\", r"\u001b]8;;http://evil\u001b" + "\\"),
    "CSI of C1": ("\x9b31m", r"\u009b31m"),
    "next line": ("\x85", r"\u0085"),
    "line end": ("\r\n", r"\u000d\u000a"),
    "tab": ("\t", r"\u0009"),
    "backspace": ("\b", r"\u0008"),
    "null": ("\0", r"\u0000"),
    "delete": ("\x7f", r"\u007f"),
    "right-to-left override": ("\u202e", r"\u202e"),
    "isolates": ("\u2066\u2069", r"\u2066\u2069"),
    "zero-width characters": ("\u200b\u200d", r"\u200b\u200d"),
    "byte-order mark": ("\ufeff", r"\ufeff"),
    "separators": ("\u2028\u2029", r"\u2028\u2029"),
    "variation selector": ("\ufe0f", r"\ufe0f"),
    "Hangul filler": ("\u3164", r"\u3164"),
    "astral tag": ("\U000e0001", r"\U000e0001"),
}
# The forms that people read, wide enough that nothing is wrapped.
FORMS = ["pretty", "plain"]
WIDE = {"COLUMNS": "300"}


@dataclass(frozen=True)
class Panel:
    """A panel as it was drawn: its title, its rows by their labels, its last words.

    ``commands`` are the command lines below it, by their labels.
    """

    title: str
    rows: Mapping[str, str]
    notes: tuple[str, ...]
    footer: str
    commands: Mapping[str, str] = field(default_factory=dict)


# Chinese has a colon of its own, an escape where the charset lacks it.
_COMMAND = re.compile(r"(?P<label>[^:：]+?)(?:: |：|\\uff1a)(?P<command>zhima .*)")


def split_commands(text: str) -> tuple[list[str], dict[str, str]]:
    """Return the lines of a panel, and the command lines below it by their labels."""
    lines = text.splitlines()
    commands = [found for line in lines if (found := _COMMAND.fullmatch(line))]
    at = len(lines) - len(commands)
    assert lines[at:] == [found[0] for found in commands], text
    return lines[:at], {found["label"]: found["command"] for found in commands}


def read_panel(text: str) -> Panel:
    """Read a panel; fail where its borders are not in line."""
    lines, commands = split_commands(text)
    assert len({cells(line) for line in lines}) == 1, text
    for line in lines[1:-1]:
        assert line[0] == line[-1] == "│", text
    content = [re.split(r" {2,}", line[2:-1].rstrip(), maxsplit=1) for line in lines[1:-1]]
    rows = {row[0]: row[1] for row in content if len(row) == 2}
    notes = tuple(row[0] for row in content if len(row) == 1)
    return Panel(lines[0].strip("╭╮─ "), rows, notes, lines[-1].strip("╰╯─ "), commands)


def ask(
    account: Account,
    answer: Said | bytes,
    *arguments: str,
    encoding: str = "utf-8",
) -> Result:
    """Make the call to a gateway that gives ``answer``, in a terminal that is wide enough."""
    with stub_gateway(answer) as stub:
        account.write(gateway=stub.url)
        return account.init_cert(
            f"--transaction-id={ID}", *arguments, variables=WIDE, encoding=encoding
        )


def refuse(account: Account, *arguments: str, **members: str) -> Result:
    """Make the call to a gateway that refuses, properly signed."""
    node = node_text(**{**BUSINESS, **members})
    return ask(account, signed_answer(account.keys.alipay, node), *arguments)


def unseen(text: str) -> list[str]:
    """Return the characters of a text that act or hide, line ends left out."""
    hidden = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return [c for c in text.replace("\n", "") if unicodedata.category(c) in hidden]


class TestPlain:
    def test_the_biz_no_is_all_that_standard_output_gets(self, account: Account) -> None:
        result = ask(account, signed_answer(account.keys.alipay), "--output=plain")
        assert (result.status, result.out, result.err) == (0, f"{BIZ_NO}\n", "")

    def test_it_is_the_form_where_standard_output_is_no_terminal(self, account: Account) -> None:
        result = ask(account, signed_answer(account.keys.alipay))
        assert (result.status, result.out) == (0, f"{BIZ_NO}\n")

    def test_a_refusal_is_told_a_line_each(self, account: Account) -> None:
        with stub_gateway(signed_answer(account.keys.alipay, node_text(**BUSINESS))) as stub:
            account.write(gateway=stub.url)
            result = account.init_cert(f"--transaction-id={ID}")
        assert (result.status, result.out) == (4, "")
        first, *rest = result.err.splitlines()
        assert first == "zhima: Refused by the interface: ARRANGEMENT_ERROR (exit status 4)"
        rows = dict(line.removeprefix("  ").split(": ", 1) for line in rest)
        assert rows == {
            "code": "40004",
            "sub_code": "ARRANGEMENT_ERROR",
            "gateway says": "Business Failed - 合约异常",
            "meaning": "The contract is not in order",
            "what to do": "Make sure that the product code is right, and that the contract is in "
            "force and includes the permission for this business",
            "transaction_id": ID,
            "sent": "yes, and answered",
            "trying again": "does not help as it is",
            "signature": "verified",
            "profile": "default",
            "gateway": stub.url,
            "more": "zhima explain ARRANGEMENT_ERROR",
        }

    def test_the_words_are_the_pages_own_in_chinese(self, account: Account) -> None:
        result = refuse(account, "--lang=zh")
        assert "  含义：合约异常\n" in result.err
        solution = "请确定的产品码正确,合约已经生效,并且包含此业务的权限"
        assert f"  解决方案：{solution}\n" in result.err
        assert result.err.startswith("zhima: 接口拒绝：ARRANGEMENT_ERROR（退出状态 4）\n")

    def test_the_environment_chooses_the_form_and_the_option_wins(self, account: Account) -> None:
        with stub_gateway(signed_answer(account.keys.alipay)) as stub:
            account.write(gateway=stub.url)
            variables = {"ZHIMA_OUTPUT": "pretty"}
            pretty = account.init_cert(variables=variables)
            plain = account.init_cert("-o", "plain", variables=variables)
        assert BIZ_NO in pretty.out
        assert pretty.out.startswith("╭─ ")
        assert plain.out == f"{BIZ_NO}\n"


class TestPretty:
    def test_success(self, account: Account) -> None:
        with stub_gateway(signed_answer(account.keys.alipay)) as stub:
            account.write(gateway=stub.url)
            result = account.init_cert(f"--transaction-id={ID}", "--output=pretty", variables=WIDE)
        assert (result.status, result.err) == (0, "")
        assert read_panel(result.out) == Panel(
            "Certification initialized",
            {
                "biz_no": BIZ_NO,
                "transaction_id": ID,
                "signature": "verified",
                "profile": "default",
                "gateway": stub.url,
            },
            (),
            "exit status 0",
        )

    def test_a_refusal(self, account: Account) -> None:
        with stub_gateway(signed_answer(account.keys.alipay, node_text(**BUSINESS))) as stub:
            account.write(gateway=stub.url)
            result = account.init_cert(f"--transaction-id={ID}", "--output=pretty", variables=WIDE)
        assert (result.status, result.out) == (4, "")
        panel = read_panel(result.err)
        assert "Refused by the interface" in panel.title
        assert panel.footer == "exit status 4"
        assert panel.rows == {
            "code": "40004",
            "sub_code": "ARRANGEMENT_ERROR",
            "gateway says": "Business Failed - 合约异常",
            "meaning": "The contract is not in order",
            "what to do": "Make sure that the product code is right, and that the contract is in "
            "force and includes the permission for this business",
            "transaction_id": ID,
            "sent": "yes, and answered",
            "trying again": "does not help as it is",
            "signature": "verified",
            "profile": "default",
            "gateway": stub.url,
        }
        assert panel.commands == {"more": "zhima explain ARRANGEMENT_ERROR"}

    def test_the_meaning_and_the_remedy_in_chinese(self, account: Account) -> None:
        panel = read_panel(refuse(account, "--output=pretty", "--lang=zh").err)
        assert panel.rows["含义"] == "合约异常"
        solution = "请确定的产品码正确,合约已经生效,并且包含此业务的权限"
        assert panel.rows["解决方案"] == solution
        assert panel.footer == "退出状态 4"

    def test_an_unsigned_refusal_is_marked(self, account: Account) -> None:
        node = node_text(code="40002", msg="Invalid Arguments", sub_code="isv.invalid-signature")
        result = ask(account, f'{{"{NODE}":{node}}}'.encode(), "--output=pretty")
        panel = read_panel(result.err)
        assert (result.status, panel.footer) == (5, "exit status 5")
        assert panel.rows["signature"] == "none, so not verified"
        assert panel.rows["gateway says"] == "Invalid Arguments"

    def test_what_is_temporary_says_that_trying_again_can_help(self, account: Account) -> None:
        panel = read_panel(refuse(account, "--output=pretty", sub_code="SYSTEM_ERROR").err)
        assert panel.footer == "exit status 6"
        assert panel.rows["trying again"] == "can help; keep the same transaction_id"

    def test_http_503_has_no_code_but_says_all_else(self, account: Account) -> None:
        panel = read_panel(ask(account, Said(b"busy", status=503), "--output=pretty").err)
        assert panel.footer == "exit status 6"
        assert panel.rows.keys().isdisjoint({"code", "sub_code", "gateway says", "signature"})
        assert "503" in panel.rows["error"]
        assert panel.rows["trying again"] == "can help; keep the same transaction_id"
        assert panel.rows["sent"] == "yes, and answered"
        assert panel.rows["transaction_id"] == ID

    def test_an_answer_that_cannot_be_believed_is_not_quoted(self, account: Account) -> None:
        answer = signed_answer(account.keys.stranger, node_text(**BUSINESS))
        result = ask(account, answer, "--output=pretty")
        panel = read_panel(result.err)
        assert (result.status, panel.footer) == (7, "exit status 7")
        assert "signature" in panel.rows["error"]
        assert panel.rows["trying again"] == "does not help as it is"
        assert not any(text in result.err for text in BUSINESS.values())


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("columns", [24, 40, 41, 59, 60, 61, 72, 100])
def test_a_panel_is_in_line_and_fits_at_any_width(
    account: Account, columns: int, lang: str
) -> None:
    with stub_gateway(signed_answer(account.keys.alipay, node_text(**BUSINESS))) as stub:
        account.write(gateway=stub.url)
        result = account.init_cert(
            f"--transaction-id={'T' * 32}",
            "--output=pretty",
            f"--lang={lang}",
            variables={"COLUMNS": str(columns)},
        )
    assert result.status == 4
    lines, commands = split_commands(result.err)
    assert list(commands.values()) == ["zhima explain ARRANGEMENT_ERROR"]
    assert {cells(line) for line in lines} == {cells(lines[0])}, result.err
    assert cells(lines[0]) <= columns
    assert ("T" * 32 in result.err) == (columns >= 40)


WRONG = {
    "business": (4, ()),
    "usage": (2, ("--transaction-id=not-one",)),
    "unknown option": (2, ("--transaction",)),
    "configuration": (3, ("--profile=none",)),
    "temporary": (6, ("--gateway=http://127.0.0.1:1/gateway.do",)),
}


@pytest.mark.parametrize("width", [24, 40, 80])
@pytest.mark.parametrize("words", [ENGLISH, CHINESE], ids=["en", "zh"])
@pytest.mark.parametrize("kind", Kind, ids=lambda kind: kind.value)
def test_a_title_is_whole_at_any_width(kind: Kind, words: Vocabulary, width: int) -> None:
    stream = io.StringIO()
    show_panel(words.kinds[kind], (), "red", Screen(stream, {"COLUMNS": str(width)}), "exit 3")
    lines = stream.getvalue().splitlines()
    assert {cells(line) for line in lines} == {cells(lines[0])}
    assert cells(lines[0]) <= width
    shown = re.sub(r"[╭╮╰╯─│\s]", "", stream.getvalue())
    assert shown == "".join(words.kinds[kind].split()) + "exit3"


@pytest.mark.parametrize(("status", "arguments"), WRONG.values(), ids=WRONG.keys())
@pytest.mark.parametrize("form", FORMS)
def test_a_failure_prints_nothing_on_standard_output(
    account: Account, form: str, status: int, arguments: tuple[str, ...]
) -> None:
    with stub_gateway(signed_answer(account.keys.alipay, node_text(**BUSINESS))) as stub:
        account.write(gateway=stub.url)
        result = account.init_cert(f"--output={form}", *arguments)
    assert (result.status, result.out) == (status, "")
    assert f"exit status {status}" in result.err


@pytest.mark.parametrize("form", FORMS)
def test_everything_that_is_wrong_is_told_at_once(account: Account, form: str) -> None:
    result = account.init_cert(f"--output={form}", "--transaction-id=a b", "--timeout=soon")
    assert result.status == 2
    assert "--transaction-id" in result.err
    assert "--timeout" in result.err


class TestMock:
    @pytest.mark.long
    def test_the_panel_says_so(self, account: Account) -> None:
        result = account.init_cert("--profile=mock", "--output=pretty", variables=WIDE)
        panel = read_panel(result.out)
        assert panel.rows["biz_no"].startswith("ZMMOCK")
        assert panel.rows["profile"] == "mock"
        (note,) = panel.notes
        assert note.startswith("MOCK")

    @pytest.mark.long
    def test_plain_says_so_beside_the_biz_no_not_in_it(self, account: Account) -> None:
        result = account.init_cert("--profile=mock", f"--transaction-id={ID}")
        assert result.status == 0
        assert re.fullmatch(r"ZMMOCK[0-9A-Z]{1,26}\n", result.out)
        assert result.err.startswith("zhima: MOCK")
        assert result.err.count("\n") == 1

    def test_a_failure_says_so(self, account: Account) -> None:
        result = account.init_cert("--profile=mock", "--transaction-id=MOCK_BIZ_ERROR")
        assert (result.status, result.out) == (4, "")
        assert result.err.splitlines()[-1].startswith("  MOCK: ")

    @pytest.mark.parametrize(("form", "stream"), [("pretty", "out"), ("plain", "err")])
    def test_a_biz_no_of_the_mock_is_told_whatever_the_profile(
        self, account: Account, form: str, stream: str
    ) -> None:
        node = node_text(code="10000", msg="Success", biz_no="ZMMOCK00000000000000000000000001")
        result = ask(account, signed_answer(account.keys.alipay, node), f"--output={form}")
        assert result.status == 0
        assert "MOCK: " in getattr(result, stream)

    def test_a_real_biz_no_is_not_called_a_mock(self, account: Account) -> None:
        result = ask(account, signed_answer(account.keys.alipay), "--output=pretty")
        assert "MOCK" not in result.out + result.err


class TestTextFromOutside:
    @pytest.mark.parametrize("member", ["code", "msg", "sub_code", "sub_msg"])
    @pytest.mark.parametrize("form", FORMS)
    def test_markup_is_shown_as_it_is(self, account: Account, form: str, member: str) -> None:
        result = refuse(account, f"--output={form}", **{member: MARKUP})
        assert result.status in (4, 5)
        assert MARKUP in result.err

    @pytest.mark.parametrize("member", ["code", "msg", "sub_code", "sub_msg"])
    @pytest.mark.parametrize("form", FORMS)
    def test_what_acts_or_hides_is_shown_as_an_escape(
        self, account: Account, form: str, member: str
    ) -> None:
        raw, shown = ("".join(column) for column in zip(*HOSTILE.values(), strict=True))
        result = refuse(account, f"--output={form}", **{member: f"<{raw}>"})
        assert result.status in (4, 5)
        assert f"<{shown}>" in result.err
        assert unseen(result.err) == []
        assert not set(raw) & set("\u3164\ufe0f") & set(result.err)

    @pytest.mark.parametrize(("raw", "shown"), HOSTILE.values(), ids=HOSTILE.keys())
    def test_each_escape_is_of_its_own_kind(self, account: Account, raw: str, shown: str) -> None:
        result = refuse(account, sub_msg=f"a{raw}b")
        assert f"a{shown}b\n" in result.err
        assert unseen(result.err) == []

    @pytest.mark.parametrize("form", FORMS)
    def test_a_lone_surrogate_is_shown_as_an_escape(self, account: Account, form: str) -> None:
        node = node_text(**BUSINESS).replace("合约异常", r"a\ud800b")
        result = ask(account, signed_answer(account.keys.alipay, node), f"--output={form}")
        assert result.status == 4
        assert r"a\ud800b" in result.err

    @pytest.mark.parametrize("form", FORMS)
    def test_what_was_typed_is_treated_the_same(self, account: Account, form: str) -> None:
        profile = "[red]\x1b[31m\u202enone"
        result = account.init_cert(f"--output={form}", "--profile", profile, variables=WIDE)
        assert result.status == 3
        assert r"[red]\u001b[31m\u202enone" in result.err
        assert unseen(result.err) == []

    @pytest.mark.parametrize("form", FORMS)
    def test_the_configuration_is_treated_the_same(self, account: Account, form: str) -> None:
        with stub_gateway(signed_answer(account.keys.alipay)) as stub:
            account.write(gateway=stub.url)
            text = account.config.read_text(encoding="utf-8")
            text = text.replace("default", r'"[bold]\u001b[1m\u200b"')
            account.config.write_text(text, encoding="utf-8")
            result = account.init_cert(
                f"--output={form}", "--profile=[bold]\x1b[1m\u200b", variables=WIDE
            )
        assert result.status == 0
        assert BIZ_NO in result.out
        assert unseen(result.out + result.err) == []
        if form == "pretty":
            assert read_panel(result.out).rows["profile"] == r"[bold]\u001b[1m\u200b"

    def test_a_path_keeps_every_character_that_can_be_seen(self, account: Account) -> None:
        path = account.home / "copy () of 50%s" / "config.toml"
        result = account.init_cert("--config", str(path))
        assert result.status == 3
        assert f" {path}: " in result.err


class TestEncodings:
    @pytest.mark.parametrize("form", FORMS)
    @pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
    def test_chinese_is_escaped_where_it_cannot_be_written(
        self, account: Account, encoding: str, form: str
    ) -> None:
        answer = signed_answer(account.keys.alipay, node_text(**BUSINESS))
        result = ask(account, answer, f"--output={form}", "--lang=zh", encoding=encoding)
        assert (result.status, result.out) == (4, "")
        assert r"\u5408\u7ea6\u5f02\u5e38" in result.err
        assert result.err.isascii()

    @pytest.mark.parametrize("encoding", ["ascii", "latin-1", "gbk"])
    def test_the_panel_stays_in_line(self, account: Account, encoding: str) -> None:
        answer = signed_answer(account.keys.alipay, node_text(**BUSINESS))
        result = ask(account, answer, "--output=pretty", "--lang=zh", encoding=encoding)
        lines, _ = split_commands(result.err)
        assert len({cells(line) for line in lines}) == 1, result.err
        assert {line[0] + line[-1] for line in lines[1:-1]} == {"||"}

    @pytest.mark.parametrize("form", FORMS)
    def test_gbk_shows_chinese_and_escapes_what_it_lacks(self, account: Account, form: str) -> None:
        node = node_text(**{**BUSINESS, "sub_msg": "合约异常\N{GRINNING FACE}"})
        answer = signed_answer(account.keys.alipay, node)
        result = ask(account, answer, f"--output={form}", encoding="gbk")
        assert r"合约异常\U0001f600" in result.err

    @pytest.mark.parametrize("form", FORMS)
    def test_a_biz_no_that_cannot_be_written_is_escaped(self, account: Account, form: str) -> None:
        node = node_text(code="10000", msg="Success", biz_no="ZM芝麻")
        answer = signed_answer(account.keys.alipay, node)
        result = ask(account, answer, f"--output={form}", encoding="ascii")
        assert result.status == 0
        assert r"ZM\u829d\u9ebb" in result.out

    @pytest.mark.parametrize("form", FORMS)
    def test_a_process_whose_pipes_are_ascii_does_not_crash(
        self, account: Account, form: str
    ) -> None:
        arguments = ["init-cert", "--cert-name=收委", f"--output={form}", "--lang=zh"]
        result = run_process(arguments, account.home, encoding="ascii", PYTHONIOENCODING="ascii")
        assert (result.status, result.out) == (2, "")
        assert "cert_no" in result.err
        assert r"\u7f3a\u5c11" in result.err  # 缺少
