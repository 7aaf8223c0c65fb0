"""Shell completion: what zhima answers, and bash, where it is real. It is quick and quiet.

zsh, fish and PowerShell are in test_shells.py.
"""

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
import tree_sitter
import tree_sitter_powershell

from tests.conftest import Account
from tests.support.commands import every_command
from tests.support.mock_client import served_mock
from tests.support.program import Result, process_variables, run_inside, zhima_command
from zhima_cli.core.codes import GATEWAY_CODES, INTERFACE_CODES
from zhima_cli.core.commands import Command

SHELLS = ("bash", "zsh", "fish", "powershell")


def ask(home: Path, *words: str, variables: Mapping[str, str] | None = None) -> Result:
    """Ask as the scripts do: the last of the words is the one under the cursor."""
    asked = {"_ZHIMA_COMPLETE": "\n".join(("zhima", *words[:-1])), "_ZHIMA_WORD": words[-1]}
    return run_inside([], home, {**asked, **(variables or {})})


def values(home: Path, *words: str, variables: Mapping[str, str] | None = None) -> list[str]:
    """Return the values that fit; it never fails, and never says a word."""
    result = ask(home, *words, variables=variables)
    assert (result.status, result.err) == (0, "")
    return [line.partition("\t")[0] for line in result.out.splitlines()]


# --- commands and options --------------------------------------------------------------------


@pytest.mark.parametrize("command", every_command(), ids=lambda each: each.name)
def test_the_commands_and_the_options_of_every_command(tmp_path: Path, command: object) -> None:
    (described,) = (each for each in every_command() if each == command)
    words = described.words[1:]
    longest = [max(option.spellings, key=len) for option in described.options]
    assert values(tmp_path, *words, "-") == longest
    if described.commands:
        assert values(tmp_path, *words, "") == [each.words[-1] for each in described.commands]


def test_a_beginning_is_completed(tmp_path: Path) -> None:
    assert values(tmp_path, "his") == ["history"]
    assert values(tmp_path, "history", "ex") == ["export"]
    assert values(tmp_path, "init-cert", "--cert-n") == ["--cert-name", "--cert-no"]
    assert values(tmp_path, "init-cert", "-o") == ["-o"]
    assert values(tmp_path, "nothing", "x") == []


def test_a_line_says_what_a_value_is_in_the_language(tmp_path: Path) -> None:
    english = ask(tmp_path, "history", "pr").out
    chinese = ask(tmp_path, "history", "pr", variables={"ZHIMA_LANG": "zh"}).out
    assert english == "prune\tDelete records that were last changed before a date.\n"
    assert chinese == "prune\t删除最后变动早于某个日期的记录。\n"
    assert ask(tmp_path, "init-cert", "--lang", "z").out == "zh\n"


FORMED = [each for each in every_command() if each.option("--output")]


@pytest.mark.parametrize("command", FORMED, ids=lambda each: each.name)
def test_the_form_of_requests_is_offered_where_it_is_taken(
    tmp_path: Path, command: Command
) -> None:
    words = command.words[1:]
    required = [argument.metavar for argument in command.arguments if argument.is_required]
    tried = run_inside([*words, *required, "--output=curl", "--lang=en"], tmp_path)
    is_taken = "--output curl only shows a request" in tried.err  # and so needs --dry-run
    assert is_taken or "--output has a value that there is not" in tried.err
    offered = values(tmp_path, *words, "--output", "")
    assert offered == ["pretty", "plain", "json", *(["curl"] if is_taken else [])]


def test_options_are_offered_where_nothing_else_can_follow(tmp_path: Path) -> None:
    assert "--dry-run" in values(tmp_path, "init-cert", "")
    assert "--yes" in values(tmp_path, "history", "prune", "")


# --- values ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "choices"),
    [
        (("init-cert", "--lang", ""), ["zh", "en"]),
        (("init-cert", "--output", ""), ["pretty", "plain", "json", "curl"]),
        (("init-cert", "-o", "p"), ["pretty", "plain"]),
        (("init-cert", "--charset", ""), ["utf-8", "gbk", "gb2312"]),
        (("init-cert", "--sign-type", ""), ["RSA2", "RSA"]),
        (("history", "export", "--format", ""), ["csv", "jsonl"]),
        (("history", "--state", ""), ["sending", "success", "refused", "unknown"]),
        (("completion", ""), list(SHELLS)),
        (("init-cert", "--dry-run", "--verbose", "--lang", ""), ["zh", "en"]),
        (("--lang", "zh", "init-cert", "--charset", "g"), ["gbk", "gb2312"]),
        (("init-cert", "--output=", "--lang", ""), ["zh", "en"]),
    ],
    ids=str,
)
def test_choices(tmp_path: Path, words: tuple[str, ...], choices: list[str]) -> None:
    assert values(tmp_path, *words) == choices


def test_a_value_behind_an_equals_sign(tmp_path: Path) -> None:
    assert values(tmp_path, "init-cert", "--output=p") == ["--output=pretty", "--output=plain"]
    # Bash makes three words of it.
    assert values(tmp_path, "init-cert", "--output", "=", "p") == ["pretty", "plain"]
    assert values(tmp_path, "init-cert", "--dry-run=") == []
    assert values(tmp_path, "init-cert", "--zzz=") == []


@pytest.mark.parametrize("option", ["--config", "--cert-name", "--gateway", "--timeout"])
def test_nothing_is_offered_for_a_file_or_any_text(tmp_path: Path, option: str) -> None:
    """The shell then offers files."""
    assert values(tmp_path, "init-cert", option, "") == []


def test_the_profiles_of_the_configuration_file(tmp_path: Path) -> None:
    default = tmp_path / ".config" / "zhima" / "config.toml"
    default.parent.mkdir(parents=True)
    default.write_text('[profiles.live]\nprivate_key = "SECRET"\n[profiles."生产"]\n')
    other = tmp_path / "other.toml"
    other.write_text("[profiles.other]\n")
    assert values(tmp_path, "init-cert", "--profile", "") == ["live", "生产", "mock"]
    assert values(tmp_path, "history", "-p", "l") == ["live"]
    for typed in (("--config", str(other)), (f"--config={other}",), ("-c~/other.toml",)):
        assert values(tmp_path, "init-cert", *typed, "--profile", "") == ["other", "mock"]
    variables = {"ZHIMA_CONFIG": str(other)}
    assert values(tmp_path, "init-cert", "-p", "", variables=variables) == ["other", "mock"]


@pytest.mark.parametrize(
    "name", ["$(touch x)", "`x`", "a b", "a;b", "a\\tb", "*", "'", "-x", "\\u001b[2J", "a:b", ""]
)
def test_a_name_that_a_shell_could_read_as_more_is_not_offered(tmp_path: Path, name: str) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f'[profiles."{name}"]\n[profiles.fine]\n')
    words = ("init-cert", "--config", str(config), "--profile", "")
    assert values(tmp_path, *words) == ["fine", "mock"]


@pytest.mark.parametrize(
    "text", ["[", "profiles = 1", "zzz = 1", "\xff", "#" * 70000], ids=range(5)
)
def test_a_broken_configuration_is_not_told_of(tmp_path: Path, text: str) -> None:
    config = tmp_path / "config.toml"
    config.write_text(text, encoding="latin-1")
    words = ("init-cert", "--config", str(config), "--profile", "")
    assert values(tmp_path, *words) == ["mock"]
    assert values(tmp_path, "history", "show", "--config", str(config), "") == []


def test_the_transactions_of_the_history(account: Account) -> None:
    home, file = account.home, account.home / "calls.db"
    with served_mock(account.keys) as gateway:
        account.write(True, gateway=gateway.url, history=str(file))
        for name, status in (("ORDER_1", 0), ("ORDER_2", 0), ("MOCK_40006_1", 5)):
            assert account.init_cert(f"--transaction-id={name}").status == status
    assert values(home, "history", "show", "") == ["MOCK_40006_1", "ORDER_2", "ORDER_1"]
    assert ask(home, "history", "show", "M").out == "MOCK_40006_1\trefused 2026-11-24T19:07:50Z\n"
    assert values(home, "history", "show", "--profile", "mock", "") == []
    other = {"ZHIMA_CONFIG": "none.toml", "ZHIMA_HISTORY": str(file)}
    assert values(home, "history", "show", "O", variables=other) == []
    del other["ZHIMA_CONFIG"]
    assert values(home, "history", "show", "O", variables=other) == ["ORDER_2", "ORDER_1"]
    # One that has its biz_no is not sent again.
    assert values(home, "init-cert", "--transaction-id", "") == ["MOCK_40006_1"]
    file.write_bytes(b"no database")
    assert values(home, "history", "show", "") == []


def test_looking_makes_no_history(tmp_path: Path) -> None:
    assert values(tmp_path, "history", "show", "") == []
    assert list(tmp_path.iterdir()) == []


def test_the_codes_of_both_tables(tmp_path: Path) -> None:
    """Of whatever command takes one."""
    takers = [
        command.words[1:]
        for command in every_command()
        if any(argument.metavar == "CODE" for argument in command.arguments)
    ]
    assert takers
    for words in takers:
        offered = values(tmp_path, *words, "")
        assert {row.sub_code or row.code for row in (*INTERFACE_CODES, *GATEWAY_CODES)} <= {
            *offered
        }
        assert values(tmp_path, *words, "ARR") == ["ARRANGEMENT_ERROR"]


# --- the protocol ----------------------------------------------------------------------------


def test_what_is_typed_cannot_act_on_the_terminal(tmp_path: Path) -> None:
    assert values(tmp_path, "\x1b[2J", "--lang", "\x1b") == []
    assert values(tmp_path, "init-cert", "--\udcff", "x") == []


def test_the_variable_alone_keeps_nobody_from_working(tmp_path: Path) -> None:
    """Left in an environment, it must not make a call do nothing and succeed."""
    variables = {"_ZHIMA_COMPLETE": "zhima"}
    assert run_inside(["--version"], tmp_path, variables).out.startswith("zhima ")
    assert run_inside(["init-cert", "--zzz"], tmp_path, variables).status == 2


def test_nothing_typed_may_be_no_variable_at_all(tmp_path: Path) -> None:
    """PowerShell takes an empty variable out of the environment, up to 7.4."""
    asked = {"_ZHIMA_COMPLETE": "zhima\ninit-cert\n--lang"}
    result = run_inside([], tmp_path, asked)
    assert (result.status, result.out) == (0, "zh\nen\n")


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_has_a_script(tmp_path: Path, shell: str) -> None:
    result = run_inside(["completion", shell], tmp_path)
    assert (result.status, result.err) == (0, "")
    assert "_ZHIMA_COMPLETE" in result.out
    assert "_ZHIMA_WORD" in result.out
    assert f"# Completion of zhima for {'PowerShell' if shell == 'powershell' else shell}" in (
        result.out
    )


def test_powershell_s_script_is_powershell(tmp_path: Path) -> None:
    """By a grammar that is not PowerShell's own; without any one of its brackets it is not."""
    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language()))

    def is_powershell(text: str) -> bool:
        return not parser.parse(text.encode()).root_node.has_error

    script = run_inside(["completion", "powershell"], tmp_path).out
    assert is_powershell(script)
    brackets = [at for at, character in enumerate(script) if character in "{}()"]
    assert brackets
    for at in brackets:
        assert not is_powershell(script[:at] + script[at + 1 :]), script[: at + 1]


def test_another_shell_is_refused_with_those_that_there_are(tmp_path: Path) -> None:
    result = run_inside(["completion", "tcsh"], tmp_path)
    assert (result.status, result.out) == (2, "")
    assert "error: SHELL has a value that there is not" in result.err
    assert "bash, zsh, fish, powershell" in result.err


_BASH = """
eval "$(zhima completion bash)"
complete -p zhima
try() {
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    _zhima zhima "${@: -1}" "${@: -2:1}"
    printf '%s|' "$*" "${COMPREPLY[@]}"
    echo
}
try zhima hist
try zhima init-cert --lang = z
try zhima init-cert --profile ''
try zhima init-cert --cert-name "it's \\"half" --charset gb
"""


def test_bash_completes(tmp_path: Path) -> None:
    config = tmp_path / ".config" / "zhima" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('[profiles.live]\n[profiles."*"]\n')
    variables = process_variables(tmp_path)
    variables["PATH"] = f"{Path(zhima_command()).parent}:{variables['PATH']}"
    done = subprocess.run(
        ["bash", "--norc", "-c", _BASH],
        cwd=tmp_path,
        env=variables,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "complete -o default -F _zhima zhima",
        "zhima hist|history|",
        "zhima init-cert --lang = z|zh|",
        "zhima init-cert --profile |live|mock|",
        """zhima init-cert --cert-name it's "half --charset gb|gbk|gb2312|""",
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == [".config"]
