"""The help of every command there is: whole, in both languages, at any width; its examples run."""

import contextlib
import re
import shlex
import signal
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Account, Keys
from tests.support.commands import COMMANDS, EXAMPLES, every_command
from tests.support.independent import signed_answer
from tests.support.long import long
from tests.support.mock_client import served_mock
from tests.support.program import PERSON, Result, process_variables, run_inside, zhima_command
from tests.support.terminal import cells, run_in_terminal
from zhima_cli.core.commands import Command
from zhima_cli.mock.gateway import APP_ID as MOCK_APP_ID
from zhima_cli.words.examples import EXAMPLES as WRITTEN
from zhima_cli.words.language import Language

HEADINGS = {
    Language.EN: ("Usage: ", "Arguments:", "Options:", "Commands:", "Examples:"),
    Language.ZH: ("用法：", "参数：", "选项：", "命令：", "示例："),
}
ENGLISH_HEADING = re.compile("usage|arguments?|options?|commands?|examples?|show this", re.I)

every_name = pytest.mark.parametrize("name", COMMANDS)
both_languages = pytest.mark.parametrize("language", Language, ids=lambda each: each.value)


def described(name: str, language: Language) -> Command:
    """Return what there is to say of the command of that name."""
    return next(each for each in every_command(language) if each.name == name)


def shown(name: str, language: Language, home: Path, option: str = "--help", **more: str) -> str:
    """Return the help as the program shows it."""
    words = name.split()[1:]
    result = run_inside([*words, option], home, {"ZHIMA_LANG": language.value, **more})
    assert (result.status, result.err) == (0, "")
    return result.out


def solid(text: str) -> str:
    """Return ``text`` without what wrapping may change."""
    return re.sub(r"\s+", "", text)


@both_languages
@every_name
def test_it_says_all_there_is_in_its_order(name: str, language: Language, tmp_path: Path) -> None:
    command = described(name, language)
    pieces = [name, command.help]
    for argument in command.arguments:
        pieces += [argument.metavar, argument.help]
    for option in command.options:
        spellings = ", ".join(sorted(option.spellings, key=len))
        pieces += [f"{spellings} {option.metavar or ''}", option.help]
    for inner in command.commands:
        pieces += [inner.words[-1], inner.help]
    pieces += command.examples
    rest = solid(shown(name, language, tmp_path))
    for piece in map(solid, pieces):
        before, found, rest = rest.partition(piece)
        assert found == piece, (piece, before)
    assert rest == ""


@both_languages
@every_name
def test_its_headings_are_in_the_language(name: str, language: Language, tmp_path: Path) -> None:
    command = described(name, language)
    usage, *headings = HEADINGS[language]
    text = shown(name, language, tmp_path)
    parts = (command.arguments, command.options, command.commands, command.examples)
    due = [heading for heading, part in zip(headings, parts, strict=True) if part]
    found = [line for line in text.splitlines() if re.match(r"[^\s:：]+[:：]$", line)]
    assert text.startswith(f"{usage}{name} ")
    assert found == due
    # The person of the examples has a Chinese name.
    is_chinese = re.search("[\u3000-\u9fff\uff00-\uffef]", text.replace("收委", "")) is not None
    assert is_chinese is (language is Language.ZH)
    if language is Language.ZH:
        own = [line for line in text.splitlines() if not line.lstrip().startswith("zhima ")]
        assert [line for line in own if ENGLISH_HEADING.search(re.sub(r"\S*--\S+", "", line))] == []


@both_languages
@every_name
@pytest.mark.parametrize("columns", [24, 40, 80])
def test_no_line_is_wider_than_the_terminal(
    name: str, language: Language, columns: int, tmp_path: Path
) -> None:
    lines = shown(name, language, tmp_path, COLUMNS=str(columns)).splitlines()
    if columns == 24:  # a command line's values are never broken
        lines = lines[: lines.index(HEADINGS[language][-1])]
    # Nor is a path, which is a word that a shell has to find whole.
    paths = {w for e in described(name, language).examples for w in e.split() if "/" in w}
    assert [line for line in lines if cells(line) > columns and line.strip() not in paths] == []
    assert [line for line in lines if line != line.rstrip()] == []
    # No mark that ends a sentence stands at the beginning of a line, nor one that opens at its end.
    assert [line for line in lines if re.match(r"\s*[，。、：；？！）”》]", line)] == []
    assert [line for line in lines if re.search(r"[（“《]$", line)] == []


def test_a_word_that_no_line_can_hold_is_broken_and_nothing_of_it_lost(tmp_path: Path) -> None:
    text = shown("zhima", Language.EN, tmp_path, COLUMNS="24")
    assert "zhima.customer.certifica\ntion.initialize and\n" in text


@every_name
def test_both_spellings_and_a_pipe_show_the_same(name: str, tmp_path: Path) -> None:
    text = shown(name, Language.EN, tmp_path)
    assert shown(name, Language.EN, tmp_path, "-h") == text
    assert shown(name, Language.EN, tmp_path, COLUMNS="80") == text


def test_it_takes_the_width_of_the_terminal(tmp_path: Path) -> None:
    watched = run_in_terminal(["history", "--help"], tmp_path, 40, variables={"ZHIMA_LANG": "zh"})
    assert watched.status == 0
    assert watched.screen == shown("zhima history", Language.ZH, tmp_path, COLUMNS="40")


def test_a_name_stands_over_its_text_where_there_is_no_room_beside(tmp_path: Path) -> None:
    text = shown("zhima history show", Language.ZH, tmp_path, COLUMNS="40")
    assert "\n  -c, --config PATH\n      配置文件（TOML）。[ZHIMA_CONFIG]\n" in text
    assert "[选项]\n    TRANSACTION_ID\n" in text


# --- examples --------------------------------------------------------------------------------


def test_every_command_has_two_or_three_and_there_are_none_of_others() -> None:
    counts = {command.name: len(command.examples) for command in every_command()}
    assert {name: count for name, count in counts.items() if count not in (2, 3)} == {}
    assert set(WRITTEN) == set(counts)


def test_the_first_help_that_one_reads_has_the_call_for_one_person_and_for_many() -> None:
    of_zhima = [example.split()[1] for name, example in EXAMPLES if name == "zhima"]
    assert of_zhima[:2] == ["init-cert", "init-certs"]


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_the_help_alone_is_that_of_zhima_whole(
    tmp_path: Path, language: Language, option: str
) -> None:
    """Alone, it is made of the commands' names; among other options, of the commands."""
    alone = run_inside([option], tmp_path, {"ZHIMA_LANG": language.value})
    assert alone == run_inside([f"--lang={language.value}", option], tmp_path)
    assert alone.status == 0
    assert "\n  init-certs " in alone.out


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_an_example_is_of_its_command_and_a_line_of_80(name: str, example: str) -> None:
    assert name == "zhima" or example.startswith(name)
    assert cells(f"  {example}") <= 80


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_a_broken_example_is_the_same_to_a_shell(name: str, example: str, tmp_path: Path) -> None:
    text = shown(name, Language.EN, tmp_path, COLUMNS="40")
    joined = re.sub(r" \\\n\s+", " ", text.split(f"\n{HEADINGS[Language.EN][-1]}\n")[1])
    assert example in [line.strip() for line in joined.splitlines()]


@dataclass(frozen=True)
class Scene:
    """A folder in which the examples run, and the account that they use."""

    home: Path
    account: Account

    def run(self, words: list[str]) -> Result:
        """Run zhima in the folder."""
        with contextlib.chdir(self.home):
            return run_inside(words, self.home)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> Iterator[Scene]:
    """Yield a folder with what the examples name: files, an account, a transaction."""
    home = tmp_path_factory.mktemp("examples")
    account = Account(home, keys)
    with served_mock(keys) as gateway:
        account.write(True, app_id=MOCK_APP_ID, gateway=gateway.url)
        (home / "person.json").write_text(
            '{"identity_type": "CERT_INFO", "cert_type": "IDENTITY_CARD", '
            '"cert_name": "收委", "cert_no": "260104197909275964"}',
            encoding="utf-8",
        )
        (home / "people.csv").write_text(
            "cert_name,cert_no\n收委,260104197909275964\n", encoding="utf-8"
        )
        (home / "people.jsonl").write_text(
            '{"cert_name": "张三", "cert_no": "110101199003070011"}\n', encoding="utf-8"
        )
        (home / "answer.json").write_bytes(signed_answer(keys.alipay, charset="gbk"))
        done = account.init_cert("--transaction-id=ORDER_1")
        assert done.status == 0, done
        yield Scene(home, account)


# These serve until they are stopped.
SERVERS = tuple(example for _, example in EXAMPLES if example.startswith("zhima mock-gateway"))
OTHERS = tuple(sorted({example for _, example in EXAMPLES} - set(SERVERS)))
# Making keys and starting processes takes seconds: of each, the quick run tries one.
SLOW = ("zhima keygen", "zhima init-certs", "zhima mock-gateway")


def one_of_each(examples: Iterable[str]) -> list[Any]:
    """Return the examples; of those of a slow command the quick run tries the first."""
    found: list[Any] = []
    tried: set[str] = set()
    for example in examples:
        command = " ".join(example.split()[:2])
        found.append(long(example) if command in tried else example)
        if command in SLOW:
            tried.add(command)
    return found


@pytest.mark.parametrize("example", one_of_each(OTHERS))
def test_an_example_runs(scene: Scene, example: str) -> None:
    lexer = shlex.shlex(example, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    words = list(lexer)
    end = min((words.index(mark) for mark in (">", ">>", "|") if mark in words), default=None)
    # What a redirection makes of it is the shell's.
    result = scene.run(words[1:end])
    assert (result.status, "error" in result.err) == (0, False), result
    # No call's end is unknown here, and the profile lacks nothing.
    is_said = "--out" in example or example == "zhima init-certs people.csv --dry-run"
    assert result.out or "unknown" in example or example == "zhima configure" or is_said


def test_the_examples_of_completion_are_the_readmes_lines() -> None:
    """fish, for one, keeps what it has read in the manual unless the script is in that file."""
    readme = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    written = WRITTEN["zhima completion"]
    assert [example for example in written if f"| `{example}` |\n" not in readme] == []


@pytest.mark.parametrize("example", one_of_each(SERVERS))
def test_an_example_of_a_server_runs(tmp_path: Path, example: str) -> None:
    with subprocess.Popen(
        [zhima_command(), *shlex.split(example)[1:]],
        cwd=tmp_path,
        env=process_variables(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("mock gateway ready: http://127.0.0.1:")
        with contextlib.chdir(tmp_path):
            call = run_inside(["init-cert", "--config=mock.toml", *PERSON], tmp_path)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    assert (call.status, call.out.startswith("ZMMOCK")) == (0, True), call
