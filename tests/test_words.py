"""The words for people: both languages have all of them, and they mean the same."""

import ast
import inspect
import re
import string
from collections.abc import Iterator
from enum import Enum
from pathlib import Path

import pytest

import zhima_cli
from tests.support.program import run_inside
from zhima_cli.cli import history
from zhima_cli.cli.completion import completion
from zhima_cli.cli.configure import configure
from zhima_cli.cli.doctor import doctor
from zhima_cli.cli.explain import explain
from zhima_cli.cli.init_cert import init_cert
from zhima_cli.cli.init_certs import init_certs
from zhima_cli.cli.keygen import keygen
from zhima_cli.cli.mock_gateway import mock_gateway
from zhima_cli.cli.profiles import profiles
from zhima_cli.cli.verify_response import verify_response
from zhima_cli.core.codes import BARE_CODES, GATEWAY_CODES, INTERFACE_CODES
from zhima_cli.core.errors import InputError, Problem, Reason
from zhima_cli.core.key_forms import KeyForm
from zhima_cli.core.kinds import Kind
from zhima_cli.core.profile import parse_config
from zhima_cli.core.strict_json import JsonError, decode
from zhima_cli.words.chinese import CHINESE
from zhima_cli.words.english import ENGLISH
from zhima_cli.words.vocabulary import Label, Vocabulary, labelled, led_to

LANGUAGES = {"en": ENGLISH, "zh": CHINESE}
# Han, and the punctuation and the full-width forms that go with it.
CHINESE_CHARACTER = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")
HAN = re.compile(r"[\u3400-\u9fff]")
# What the open platform's page calls it, whatever language its reader speaks.
# What a reader has to look for there.
ON_THE_PLATFORM = re.compile(
    "支付宝公钥|公钥证书模式|接口内容加密"
    # zhima configure, zhima keygen
    "|应用私钥|开发设置|接口加签方式|支付宝根证书|支付宝公钥证书|应用公钥证书|证书|公钥"
)
# The labels that are the gateway's own names, the same in every language.
NAMES = {Label.SIGN}
COMMANDS = {
    "zhima",
    "zhima init-cert",
    "zhima init-certs",
    "zhima history",
    "zhima history show",
    "zhima history export",
    "zhima history prune",
    "zhima mock-gateway",
    "zhima explain",
    "zhima profiles",
    # completion
    "zhima completion",
    "zhima doctor",
    "zhima verify-response",
    # zhima configure, zhima keygen
    "zhima configure",
    "zhima keygen",
}

# Options that mean something else in one command than in the others.
OPTIONS_OF_THEIR_OWN = {
    f"zhima history{command} {option}"
    for command, option in (
        *(("", "profile"), ("", "output"), (" show", "profile"), (" show", "output")),
        *((" export", "profile"), (" prune", "profile")),
        # help
        (" show", "transaction_id"),
    )
} | {"zhima explain output", "zhima profiles profile", "zhima profiles output"}
OPTIONS_OF_THEIR_OWN |= {"zhima doctor output", "zhima verify-response output"}
# zhima configure, zhima keygen
OPTIONS_OF_THEIR_OWN |= {
    f"zhima {command} {option}"
    for command, option in (
        *(("init-certs", name) for name in ("file", "out", "format", "dry_run", "output")),
        *(("configure", name) for name in ("profile", "app_id", "gateway", "private_key_file")),
        *(("configure", name) for name in ("alipay_public_key_file", "app_cert_file")),
        *(("configure", name) for name in ("alipay_cert_file", "alipay_root_cert_file")),
        *(("configure", name) for name in ("encrypt_key_file", "sign_type", "charset")),
        *(("configure", "dry_run"), ("configure", "output"), ("keygen", "output")),
    )
}

both_languages = pytest.mark.parametrize("words", LANGUAGES.values(), ids=list(LANGUAGES))


def placeholders(template: str) -> set[str]:
    """Return the names of the placeholders in a template."""
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def option_names() -> set[str]:
    """Return the names of every option of every command, as the program defines them."""
    commands = (
        init_cert,
        init_certs,
        mock_gateway,
        history.history,
        history.show,
        history.export,
        history.prune,
        explain,
        profiles,
        # completion
        completion,
        doctor,
        verify_response,
        # zhima configure, zhima keygen
        configure,
        keygen,
    )
    parameters = [name for c in commands for name in inspect.signature(c).parameters]
    return {*parameters, "version", "help"} - {"context"}


def every_text(words: Vocabulary) -> Iterator[str]:
    """Yield every text of a language."""
    for sentence in (*words.reasons.values(), *words.endings.values()):
        yield from (sentence.what, sentence.remedy)
    yield from words.kinds.values()
    yield from words.labels.values()
    yield from words.helps.values()


def used_in_the_package(enum: type[Enum]) -> set[str]:
    """Return the members of an enum that the package's code names, the words themselves apart."""
    root = Path(zhima_cli.__file__).parent
    paths = [p for p in root.rglob("*.py") if p.parent != root / "words"]
    nodes = (node for p in paths for node in ast.walk(ast.parse(p.read_text(encoding="utf-8"))))
    return {
        node.attr
        for node in nodes
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == enum.__name__
    }


@both_languages
class TestComplete:
    def test_there_is_a_sentence_for_every_reason(self, words: Vocabulary) -> None:
        assert set(words.reasons) == set(Reason)

    def test_there_is_a_title_for_every_kind(self, words: Vocabulary) -> None:
        assert set(words.kinds) == set(Kind)
        assert set(words.endings) == set(Kind)

    def test_there_is_every_label(self, words: Vocabulary) -> None:
        assert set(words.labels) == set(Label)

    def test_there_is_help_for_every_option_and_none_for_others(self, words: Vocabulary) -> None:
        assert set(words.helps) == option_names() | COMMANDS | OPTIONS_OF_THEIR_OWN

    def test_no_text_is_empty_or_has_stray_spaces(self, words: Vocabulary) -> None:
        texts = list(every_text(words))
        asked = (Label.ASK_CERT_NAME, Label.ASK_CERT_NO, Label.ASK_PRUNE)
        questions = {words.labels[label] for label in asked}
        assert [text for text in texts if not text.strip()] == []
        assert [t for t in texts if t not in questions and (t != t.strip() or "  " in t)] == []
        assert all(question.endswith((": ", "：", "[y/N] ")) for question in questions)


class TestSameMeaning:
    def test_both_languages_fill_in_the_same(self) -> None:
        for reason in Reason:
            english, chinese = ENGLISH.reasons[reason], CHINESE.reasons[reason]
            assert placeholders(english.what) == placeholders(chinese.what), reason
            assert placeholders(english.remedy) == placeholders(chinese.remedy), reason
            named = placeholders(english.what) | placeholders(english.remedy)
            assert named <= {"subject", "found", "expected"}, reason

    def test_both_name_the_same_options_variables_and_addresses(self) -> None:
        pattern = re.compile(r"--[a-z-]+[a-z]|\b[A-Z]+_[A-Z_]+\b|@|\bhttps?://")
        for reason in Reason:
            english, chinese = (
                set(pattern.findall(sentence.what + sentence.remedy))
                for sentence in (ENGLISH.reasons[reason], CHINESE.reasons[reason])
            )
            assert english == chinese, reason

    def test_both_name_the_same_of_an_ending(self) -> None:
        commands = "zhima (?:doctor|explain|profiles|history)"
        pattern = re.compile(rf"--[a-z-]+[a-z]|\b[A-Z]+_[A-Z_]+\b|[a-z]+_[a-z]+|{commands}")
        for kind in Kind:
            english, chinese = (
                set(pattern.findall(sentence.what + sentence.remedy))
                for sentence in (ENGLISH.endings[kind], CHINESE.endings[kind])
            )
            assert english == chinese, kind

    def test_both_name_the_same_variables_in_the_help(self) -> None:
        pattern = re.compile(r"\[ZHIMA_[A-Z_]+\]")
        for name, text in ENGLISH.helps.items():
            assert pattern.findall(text) == pattern.findall(CHINESE.helps[name]), name


class TestLanguage:
    def test_english_has_nothing_chinese_but_names_on_the_platform(self) -> None:
        texts = [ON_THE_PLATFORM.sub("", text) for text in every_text(ENGLISH)]
        assert [text for text in texts if CHINESE_CHARACTER.search(text)] == []

    def test_chinese_is_chinese(self) -> None:
        names = {CHINESE.labels[label] for label in NAMES}
        texts = [text for text in every_text(CHINESE) if text not in names]
        assert [text for text in texts if not HAN.search(text)] == []

    def test_the_tables_of_codes_are_in_both_languages(self) -> None:
        for row in (*INTERFACE_CODES, *GATEWAY_CODES, *BARE_CODES):
            for text in (row.description, row.solution):
                assert HAN.search(text.zh), row
                assert text.en, row
                assert not CHINESE_CHARACTER.search(text.en), row

    def test_an_address_has_the_colon_that_it_is_typed_with(self) -> None:
        remedy = CHINESE.say(Problem(Kind.CONFIG, Reason.BAD_PROXY, "HTTPS_PROXY")).remedy
        assert "http://主机:端口" in remedy
        assert "https://主机:端口" in remedy


@both_languages
class TestFilledIn:
    def test_values_survive_whatever_marks_they_hold(self, words: Vocabulary) -> None:
        values = {
            "subject": "{subject!r} {0} %s {{",
            "found": "%(found)d } {expected}",
            "expected": "{}}} 100%",
        }
        for reason, template in words.reasons.items():
            sentence = words.say(Problem(Kind.USAGE, reason, **values))
            for text, form in ((sentence.what, template.what), (sentence.remedy, template.remedy)):
                missing = {name for name in placeholders(form) if values[name] not in text}
                assert missing == set(), reason

    def test_parentheses_in_a_value_survive(self, words: Vocabulary) -> None:
        for value in ("a ().toml", "a（）.toml"):
            problem = Problem(Kind.CONFIG, Reason.NO_SUCH_PROFILE, subject=value)
            assert words.say(problem).what.startswith(value)

    def test_nothing_is_left_of_parentheses_around_nothing(self, words: Vocabulary) -> None:
        for reason in Reason:
            sentence = words.say(Problem(Kind.USAGE, reason, "--subject"))
            for text in (sentence.what, sentence.remedy):
                assert not re.search(r"[(（]\s*[)）]", text), reason

    def test_braces_of_the_sentence_itself_come_out_single(self, words: Vocabulary) -> None:
        sentence = words.say(Problem(Kind.USAGE, Reason.NOT_A_JSON_OBJECT, "--merchant-config"))
        assert """'{"name":"value"}'""" in sentence.remedy

    def test_parentheses_around_something_stay(self, words: Vocabulary) -> None:
        problem = Problem(Kind.CONFIG, Reason.NOT_TOML, "config.toml", "line 3")
        assert re.search(r"[(（]line 3[)）]", words.say(problem).what)

    def test_the_words_are_not_filled_in_twice(self, words: Vocabulary) -> None:
        problem = Problem(Kind.USAGE, Reason.EXCLUDES, "{found}", "{subject}")
        what = words.say(problem).what
        assert what.index("{found}") < what.index("{subject}")


@pytest.mark.parametrize("enum", [Reason, Kind, Label], ids=lambda enum: enum.__name__)
def test_no_word_is_dead(enum: type[Enum]) -> None:
    assert {member.name for member in enum} - used_in_the_package(enum) == set()


@both_languages
def test_what_is_wrong_ends_open_and_the_remedy_is_a_sentence(words: Vocabulary) -> None:
    """Plain output puts the one before the other on a line."""
    for reason, sentence in (*words.reasons.items(), *words.endings.items()):
        assert not sentence.what.endswith((".", "。")), reason
        assert sentence.remedy.endswith((".", "。", "?", "？")), reason


def test_what_keeps_a_text_from_being_json_is_told_in_chinese() -> None:
    def told(words: Vocabulary, text: str) -> str:
        with pytest.raises(JsonError) as caught:
            decode(text)
        problem = Problem(Kind.USAGE, Reason.NOT_JSON, "--x", str(caught.value))
        return words.say(problem).what

    assert told(CHINESE, "[") == "--x 不是 JSON：第 2 个字符处有误"
    assert told(ENGLISH, "[") == "--x is not JSON: at character 2"
    for text in ('{"a":1,"a":1}', "NaN", "[" * 100, "{}x"):
        said = told(CHINESE, text).removeprefix("--x 不是 JSON：")
        assert not re.search("[a-z]", said)
        assert HAN.search(said)


def test_where_a_file_is_not_toml_is_told_in_chinese(tmp_path: Path) -> None:
    def told(text: str) -> str:
        with pytest.raises(InputError) as caught:
            parse_config(tmp_path, text.encode())
        return CHINESE.say(caught.value.problems[0]).what

    assert told("a = 1\nb = }") == f"{tmp_path} 不是合法的 TOML（第 2 行第 5 列）"
    assert told("a = ") == f"{tmp_path} 不是合法的 TOML（文件末尾）"


@pytest.mark.parametrize("form", KeyForm, ids=lambda form: form.name)
def test_what_was_given_for_a_key_is_told_in_chinese(form: KeyForm) -> None:
    problem = Problem(Kind.CONFIG, Reason.KEY_FORM, "private_key", form.value, "PKCS#8")
    assert f"发现的是：{form.value}" not in CHINESE.say(problem).what
    assert HAN.search(CHINESE.findings[form.value])


def test_nothing_that_was_found_is_taken_for_words() -> None:
    """A name may be one of zhima's own words, or look like a place for a number."""
    for found in ("nothing", "line 3, column 1", "line 1, column N", "line N, column N", "{} 7"):
        problem = Problem(Kind.CONFIG, Reason.NO_SUCH_PROFILE, "x", found, "a")
        assert CHINESE.say(problem).what == f"x 中没有配置 {found}"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("init-cert", "--output=xml"), "可选：pretty、plain、json、curl。"),
        (("profiles", "--output=curl"), "可选：pretty、plain、json。"),
        (("init-cert", "--sign-type=x"), "可选：RSA2、RSA。"),
        (("history", "--state=x"), "可选：sending、success、refused、unknown。"),
        (("history", "export", "--format=x"), "可选：csv、jsonl。"),
        (("completion", "x"), "可选：bash、zsh、fish、powershell。"),
        (("init-certs", "x.csv", "--encoding=x"), "可选：utf-8、gbk。"),
        (("history", "x"), "可用命令：show、export、prune。"),
        (("init-cert", "--app-id=2014072300007148"), "--private-key-file、ZHIMA_PRIVATE_KEY。"),
        (("init-cert", "--profile=mock"), "其中之一：--cert-no、ZHIMA_CERT_NO、--identity-param；"),
        (("init-cert", "--charset=gbk", "--biz-code=\U0001f600"), "字符集：utf-8（--charset）。"),
        (("init-cert", "--charset=gb2312", "--biz-code=骉"), "字符集：utf-8、gbk（--charset）。"),
        (
            ("init-cert", "--identity-param=-", "--ext-biz-param=-"),
            "读取标准输入：--identity-param、--ext-biz-param",
        ),
    ],
    ids=str,
)
def test_a_list_in_chinese_has_chinese_commas(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    assert said in run_inside([*arguments, "--lang=zh"], tmp_path).err


@pytest.mark.parametrize("reason", [Reason.KEY_FORM, Reason.UNKNOWN_COLUMN])
def test_so_has_a_list_of_what_a_file_may_hold(reason: Reason) -> None:
    sentence = CHINESE.say(Problem(Kind.USAGE, reason, "a, b", "c, d", "e, f"))
    assert "a, b" in sentence.what
    assert "e、f" in sentence.remedy


def test_what_is_from_outside_keeps_its_commas(tmp_path: Path) -> None:
    folder = tmp_path / "a, b"
    folder.mkdir()
    config = folder / "config.toml"
    config.write_text('[profiles."c, d"]\ncharset = "x"\n', encoding="utf-8")
    base = ["init-cert", f"--config={config}", "--lang=zh"]
    no_profile = run_inside([*base, "--profile=e, f"], tmp_path).err
    assert "没有配置 e, f" in no_profile
    charset = run_inside([*base, "--profile=c, d"], tmp_path).err
    assert "可选：utf-8、gbk、gb2312" in charset
    for said in (no_profile, charset):
        assert "a, b" in said
        assert "c, d" in said


def test_a_label_has_its_languages_colon_and_a_name_of_the_protocol_its_own() -> None:
    assert labelled("more", "zhima explain 3") == "more: zhima explain 3"
    assert labelled("详情", "zhima explain 3") == "详情：zhima explain 3"
    assert labelled("biz_no", "1") == "biz_no: 1"
    assert (led_to("ready:", "x"), led_to("已就绪：", "x")) == ("ready: x", "已就绪：x")
    assert led_to("transaction_id 为", "x") == "transaction_id 为 x"
    half_width = re.compile(
        r"[\u3400-\u9fff）”][:,;?!](?:\s|$)|： |[\u3400-\u9fff]\(|\)[\u3400-\u9fff]"
    )
    texts = [*CHINESE.labels.values(), *CHINESE.kinds.values(), *CHINESE.helps.values()]
    for sentence in (*CHINESE.reasons.values(), *CHINESE.endings.values()):
        texts += [sentence.what, sentence.remedy]
    assert [text for text in texts if half_width.search(text)] == []
