"""Every block of the README runs as it stands, and the pages in both languages are equal."""

import csv
import itertools
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.conftest import APP_ID, Keys
from tests.support.commands import every_command
from tests.support.exchange import Authority
from tests.support.independent import private_pem, public_pem
from tests.support.long import long, one_in
from tests.support.mock_client import mock_keys, served_mock
from tests.support.program import run_inside, zhima_command
from tests.support.stand_ins import with_and_without, write_stand_in
from zhima_cli import __version__
from zhima_cli.core.keys import load_public_key
from zhima_cli.mock.keys import KnownKey, MockKeys
from zhima_cli.mock.server import serve

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
WHEEL = f"zhima_cli-{__version__}-py3-none-any.whl"
PERSON = (
    '{"identity_type": "CERT_INFO", "cert_type": "IDENTITY_CARD", "cert_name": "收委", '
    '"cert_no": "260104197909275964"}'
)

_FLAGS = re.DOTALL | re.MULTILINE
_BLOCK = re.compile(r"^```(?P<language>\w+)\n(?P<text>.*?)^```$", _FLAGS)
_BLOCK_OR_HEADING = re.compile(rf"{_BLOCK.pattern}|^#+ (?P<heading>[^\n]+)$", _FLAGS)


@dataclass(frozen=True)
class Block:
    """A block of code: its language, and the heading that it is under."""

    heading: str
    language: str
    text: str


def blocks_of(page: str) -> list[Block]:
    """Return a page's blocks in their order."""
    heading = ""
    blocks = []
    for found in _BLOCK_OR_HEADING.finditer(page):
        if found["heading"]:
            heading = found["heading"]
        else:
            blocks.append(Block(heading, found["language"], found["text"]))
    return blocks


BLOCKS = blocks_of(README)
_PATH = f"{Path(zhima_command()).parent}{os.pathsep}{os.environ['PATH']}"


def under(heading: str, language: str = "sh") -> list[str]:
    """Return the blocks under a heading; there is one at least."""
    found = [b.text for b in BLOCKS if (b.heading, b.language) == (heading, language)]
    assert found, heading
    return found


@dataclass(frozen=True)
class Shell:
    """A user's machine: an empty home, where commands run, and zhima in the PATH."""

    home: Path
    variables: dict[str, str]

    def with_stand_in(self, name: str) -> "Shell":
        """Return the same machine with something in the place of the program."""
        folder = self.home / "stand-ins"
        write_stand_in(name, folder)
        path = f"{folder}{os.pathsep}{_PATH}"
        called = self.home / "arguments.json"
        return Shell(self.home, {**self.variables, "PATH": path, "CURL_ARGUMENTS": str(called)})

    def run(self, script: str, **more: str) -> str:
        """Run a script, which must succeed; return its output."""
        done = self.done("-euc", script, **more)
        assert done.returncode == 0, done
        return done.stdout.decode()

    def done(self, options: str, script: str, **more: str) -> "subprocess.CompletedProcess[bytes]":
        """Run a script to its end with the shell's options, however it ends."""
        return subprocess.run(
            ["sh", options, script],
            cwd=self.home,
            env={
                "HOME": str(self.home),
                "PATH": _PATH,
                "LANG": "C.UTF-8",
                **self.variables,
                **more,
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=100,
            check=False,
        )


@pytest.fixture
def newcomer(tmp_path: Path) -> Shell:
    """Someone who has nothing but zhima."""
    return Shell(tmp_path, {})


@pytest.fixture
def member(tmp_path: Path, keys: Keys) -> Iterator[Shell]:
    """Someone who has followed the first steps, and whose platform is a mock gateway."""
    folder = tmp_path / ".config" / "zhima"
    folder.mkdir(parents=True)
    (folder / "app_private_key.pem").write_text(private_pem(keys.app), encoding="utf-8")
    (folder / "app_private_key.pem").chmod(0o600)
    (tmp_path / "alipay_public_key.pem").write_text(public_pem(keys.alipay), encoding="utf-8")
    (tmp_path / "person.json").write_text(PERSON, encoding="utf-8")
    (tmp_path / "people").mkdir()
    for order in ("ORDER_1", "ORDER_2"):
        (tmp_path / "people" / f"{order}.json").write_text(PERSON, encoding="utf-8")
    options = (
        f"--app-id={APP_ID}",
        f"--private-key-file={folder / 'app_private_key.pem'}",
        f"--alipay-public-key-file={tmp_path / 'alipay_public_key.pem'}",
    )
    with served_mock(keys) as platform:
        done = run_inside(["configure", *options, f"--gateway={platform.url}"], tmp_path)
        assert done.status == 0, done
        yield Shell(tmp_path, {"NAME": "收委", "NUMBER": "260104197909275964", "ORDER": "ORDER_1"})


# --- the first steps -------------------------------------------------------------------------


def test_the_first_real_call(newcomer: Shell, keys: Keys) -> None:
    _, make, configure = under("zhima")
    newcomer.run(make)
    # The platform: it is given the line, and shows its own key.
    line = (newcomer.home / "public_line.txt").read_bytes()
    own = mock_keys(keys).gateway
    with serve(0, MockKeys(KnownKey(load_public_key(line, "")), own), lambda _line: None) as url:
        shown = newcomer.home / "alipay_public_key.pem"
        shown.write_text(own.public_text, encoding="utf-8")
        said = newcomer.run(configure, ZHIMA_GATEWAY=url)
    assert "\nZMMOCK" in said


@pytest.mark.long
def test_without_an_account(newcomer: Shell) -> None:
    (script,) = under("Without an account")
    assert "\nZMMOCK" in newcomer.run(script)


@pytest.mark.long
def test_with_own_keys(newcomer: Shell) -> None:
    (script,) = under("With your own keys, without an account")
    said = newcomer.run(script)
    assert "\nok\tgateway_connection\treached" in said
    assert "\nZMMOCK" in said


@pytest.mark.long
def test_with_an_account_of_the_sandbox(member: Shell) -> None:
    (script,) = under("With your account")
    key = (member.home / "alipay_public_key.pem").read_bytes()
    (member.home / "sandbox_alipay_public_key.pem").write_bytes(key)
    said = member.run(script)
    assert "POST https://openapi-sandbox.dl.alipaydev.com/gateway.do" in said
    assert "收委" not in said


@pytest.mark.long
@with_and_without("curl")
def test_when_it_does_not_work(member: Shell, real: bool) -> None:
    shell = member if real else member.with_stand_in("curl")
    said = shell.run("\n".join(under("When it does not work")))
    assert "ARRANGEMENT_ERROR" in said
    assert "signature: verified" in said


@pytest.mark.long
def test_the_record(member: Shell) -> None:
    member.run("zhima init-cert --cert-name=收委 --cert-no=1 --transaction-id=ORDER_1")
    (script,) = under("Nothing is lost")
    said = member.run(script)
    assert said.count("ORDER_1") == 2
    assert "ORDER_1" in (member.home / "calls.csv").read_text(encoding="utf-8")


@pytest.mark.long
def test_many_people(member: Shell) -> None:
    (script,) = under("Many people")
    member.run(script)
    written = (member.home / "results.csv").read_text(encoding="utf-8")
    results = list(csv.DictReader(written.splitlines()))
    assert [result["row"] for result in results] == ["1", "2"]
    assert [result["biz_no"][:6] for result in results] == ["ZMMOCK", "ZMMOCK"]
    # Run again, it has nothing left to do.
    member.run(script)
    assert (member.home / "results.csv").read_text(encoding="utf-8") == written


# --- recipes ---------------------------------------------------------------------------------


def test_a_shell_script(member: Shell) -> None:
    (script,) = under("Shell script")
    assert member.run(script).startswith("record this: ORDER_1 ZMMOCK")


@pytest.mark.long
def test_a_shell_script_in_chinese(member: Shell) -> None:
    page = (ROOT / "README.zh-CN.md").read_text(encoding="utf-8")
    (script,) = [block.text for block in blocks_of(page) if block.heading == "shell 脚本"]
    assert member.run(script).startswith("请记录：ORDER_1 ZMMOCK")


@pytest.mark.long
def test_every_outcome(newcomer: Shell) -> None:
    (script,) = under("Every outcome, for your own tests")
    assert "refused, with exit status 4\n" in newcomer.run(script)


@pytest.mark.parametrize(
    "heading",
    ["Every outcome, for your own tests", long("With your own keys, without an account")],
)
def test_waiting_for_a_gateway_ends_where_it_does_not_start(newcomer: Shell, heading: str) -> None:
    """Line by line, as it is pasted: a shell at a terminal goes on after an error."""
    (script,) = under(heading)
    done = newcomer.done("-uc", script, ZHIMA_LANG="fr")
    assert done.returncode != 0
    assert b"ZHIMA_LANG" in done.stderr


@pytest.mark.long
def test_github_actions(member: Shell, keys: Keys) -> None:
    (workflow,) = under("GitHub Actions", "yaml")
    assert set(re.findall(r"^ +(\w+): \$\{\{ secrets\.\1 \}\}", workflow, re.M)) == {*_CI, "PERSON"}
    install, *steps = re.findall(r"^ +- run: (.*)$", workflow, re.M)
    assert install == f"python -m pip install ./{WHEEL}"
    said = member.run("\n".join(steps), **_secrets(keys), PERSON=PERSON)
    assert '"biz_no": "ZMMOCK' in said


@pytest.mark.long
def test_gitlab_ci(member: Shell, keys: Keys) -> None:
    (pipeline,) = under("GitLab CI", "yaml")
    install, *steps = re.findall(r"^ +- (.*)$", pipeline, re.M)
    assert install == f"python -m pip install ./{WHEEL}"
    said = member.run("\n".join(steps), **_secrets(keys), PERSON="person.json")
    assert '"biz_no": "ZMMOCK' in said


_CI = ("ZHIMA_APP_ID", "ZHIMA_PRIVATE_KEY", "ZHIMA_ALIPAY_PUBLIC_KEY")


def _secrets(keys: Keys) -> dict[str, str]:
    return dict(zip(_CI, (APP_ID, private_pem(keys.app), public_pem(keys.alipay)), strict=True))


@pytest.mark.long
def test_cron(member: Shell) -> None:
    installed = member.home / ".local" / "bin"
    installed.mkdir(parents=True)
    (installed / "zhima").symlink_to(zhima_command())
    (table,) = under("cron", "crontab")
    lines = [line.split(" ", 5) for line in table.splitlines()]
    assert [
        time for *times, _ in lines for time in times if not re.fullmatch(r"\*|\d+", time)
    ] == []
    for *_, command in lines:
        assert "%" not in command  # to cron it is the end of the line
        assert member.run(command, PATH="/usr/bin:/bin") == ""


@pytest.mark.long
def test_xargs(member: Shell) -> None:
    (script,) = under("xargs")
    member.run(script)
    results = (member.home / "results.jsonl").read_text(encoding="utf-8").splitlines()
    found = [re.findall(r'"biz_no": "(ZMMOCK\d+)".*"transaction_id": "(\w+)"', r) for r in results]
    assert sorted(pair[0][1] for pair in found) == ["ORDER_1", "ORDER_2"]


@pytest.mark.long
@with_and_without("jq")
def test_jq(member: Shell, real: bool) -> None:
    shell = member if real else member.with_stand_in("jq")
    (script,) = under("jq")
    assert re.fullmatch(r"ZMMOCK\d+\n", shell.run(script))
    refused = shell.run(script.replace("@person.json", "'{}'"))
    assert refused.startswith("exit status 2\nusage: ")
    wrong = shell.run(script, ZHIMA_CHARSET="big5")
    assert "ZHIMA_CHARSET" in wrong.splitlines()[-1]


def test_a_dockerfile(newcomer: Shell) -> None:
    (file,) = under("Dockerfile", "dockerfile")
    assert set(re.findall(r"[\w.-]+\.whl", file)) == {WHEEL}
    assert f"COPY dist/{WHEEL} /tmp/" in file
    assert '\nENTRYPOINT ["zhima"]\n' in file
    (command,) = re.findall(r"docker run .*--env-file zhima.env zhima (.*)", file)
    assert run_inside([*command.split(), "--profile=mock"], newcomer.home).status == 0


@pytest.mark.long
def test_behind_a_proxy(member: Shell, authority: Authority) -> None:
    shutil.copy(authority.bundle, member.home / "company-ca.pem")
    (script,) = under("Behind a proxy")
    said = member.run(script, ZHIMA_GATEWAY="https://openapi.alipay.com/gateway.do")
    assert "\nok\tproxy\tas HTTPS_PROXY says\t\n" in said
    assert "\nok\tca\tas REQUESTS_CA_BUNDLE says\t\n" in said


# --- what is installed -----------------------------------------------------------------------


@pytest.mark.long
def test_installing(newcomer: Shell) -> None:
    """Without an index: what zhima needs is in the environment of the tests."""
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, newcomer.home)
    for name in ("zhima_cli", "man"):
        shutil.copytree(
            ROOT / name, newcomer.home / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    packages = [path for path in sys.path if path.endswith("site-packages")]
    offline = {
        "PIP_NO_INDEX": "1",
        "PIP_NO_BUILD_ISOLATION": "0",  # pip's way to say that there is to be none
        "PYTHONPATH": os.pathsep.join(packages),
    }
    first, *_ = under("zhima")
    assert newcomer.run(first, **offline).startswith("ZMMOCK")
    (wheel,) = under("Install")
    newcomer.run(wheel, **offline)
    assert [file.name for file in (newcomer.home / "dist").iterdir()] == [WHEEL]


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
@pytest.mark.parametrize("tool", ["python -m pip install", "pipx install", "uv tool install"])
def test_how_to_install_each_extra_is_said_for_each_tool(page: str, tool: str) -> None:
    """Those that are a user's; the others are for who works on zhima."""
    text = (ROOT / page).read_text(encoding="utf-8")
    named = re.findall(rf"`[^`]*{tool} [^`]*'\.\[([a-z,]+)\]'`", text)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = {*project["optional-dependencies"]} - {"test", "lint"}
    assert {extra for names in named for extra in names.split(",")} == extras


def test_every_block_is_run_here() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    run = set(re.findall(r'under\("([^"]+)"', source))
    assert {block.heading for block in BLOCKS} - run == set()


# --- the tests themselves ----------------------------------------------------------------------

_ABOUT_TESTS = README.split("\n## Tests\n")[1].split("\n## ")[0]
_OF_A_MODULE = re.compile(r"(?:\.venv/bin/)?python3? -m [^\n`&]+")
# What is behind `python -m`, of every line in the blocks there and in the text.
MODULES = [shlex.split(line)[2:] for line in _OF_A_MODULE.findall(_ABOUT_TESTS)]
WRITERS = ("tests.pictures", "tests.manual")


def lines_of(module: str) -> list[list[str]]:
    """Return what follows the module's name, of each line that runs it."""
    found = [arguments for name, *arguments in MODULES if name == module]
    assert found, module
    return found


def run_module(module: str, *arguments: str, folder: Path = ROOT) -> str:
    """Run a module, which must succeed; return its output."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done
    return done.stdout.decode()


def test_the_first_test_line_is_the_one_that_ci_runs() -> None:
    first, _ = under("Tests")
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    (assignment,) = re.findall(r"^line=\$\(.*\)$", script, re.M)
    assert '\n  eval "$line"\n' in script
    done = subprocess.run(
        ["sh", "-euc", f'{assignment}\nprintf "%s\\n" "$line"'],
        cwd=ROOT,
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.decode() == first
    # What is longer, and what compares, is run by it as the text says it. What takes ten minutes
    # for one answer is not, nor what needs shells that a bare machine lacks.
    for arguments in lines_of("pytest"):
        if arguments and arguments not in (["-m", "large"], ["-m", "shells"]):
            assert f"\n.venv/bin/python -m pytest {shlex.join(arguments)}\n" in script


@pytest.mark.long
def test_the_test_lines_have_every_test_between_them_once() -> None:
    counts = []
    for arguments in lines_of("pytest"):
        said = run_module("pytest", *arguments, "--collect-only", "-q", "-n", "0")
        (found,) = re.findall(r"^(\d+)/(\d+) tests collected", said, re.M)
        counts.append(tuple(map(int, found)))
    collected, totals = zip(*counts, strict=True)
    assert all(collected)
    assert {sum(collected)} == set(totals)


def test_what_is_installed_for_the_tests_is_there() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    own, more = lines_of("pip")
    assert own[-1] == ".[test]"
    assert "test" in project["optional-dependencies"]
    files = [word for option, word in itertools.pairwise(more) if option == "-r"]
    assert sorted(files) == [f"tests/{name}/requirements.txt" for name in ("fuzz", "mutation")]
    for file in files:
        lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
        requirements = [Requirement(line) for line in lines if not line.startswith("#")]
        assert requirements


@pytest.mark.parametrize(
    "line",
    one_in(4, ((m,) for m in MODULES if m[0].startswith("tests.") and m[0] not in WRITERS)),
    ids=" ".join,
)
def test_a_line_that_takes_long_is_one_that_its_program_knows(line: list[str]) -> None:
    """Its arguments are read, and the help is shown in the place of doing it."""
    shown = run_module(*line, "--help")
    assert f"usage: python -m {line[0]} " in shown
    assert [word for word in line if word.startswith("-") and word not in shown] == []


@pytest.mark.long
def test_pictures_and_manual_are_written_anew(tmp_path: Path) -> None:
    folders = {"tests.pictures": "docs/pictures", "tests.manual": "man"}
    for name in ("tests", "zhima_cli"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for module in WRITERS:
        assert lines_of(module) == [[]]
        run_module(module, folder=tmp_path)
        folder = folders[module]
        files = {path for path in (ROOT / folder).rglob("*") if path.is_file()}
        assert files
        for path in files:
            assert (tmp_path / path.relative_to(ROOT)).read_bytes() == path.read_bytes()


def test_there_is_no_other_line_about_the_tests() -> None:
    longer = {"tests.fuzz", "tests.mutation", "tests.benchmark", "tests.benchmark.thousands"}
    tried = {"venv", "pip", "pytest", *longer, *WRITERS}
    assert {name for name, *_ in MODULES} == tried
    for block in under("Tests"):
        for line in block.replace("&&", "\n").splitlines():
            assert _OF_A_MODULE.fullmatch(line.strip()), line


# --- commands ----------------------------------------------------------------------------------


def test_the_commands_are_listed() -> None:
    table = README.split("\n## Commands\n")[1].split("\n## ")[0]
    listed = re.findall(r"^\| `(zhima [a-z-]+)` \|", table, re.M)
    there = {command.name for command in every_command() if command.name.count(" ") == 1}
    assert sorted(listed) == sorted(there)


# --- both languages --------------------------------------------------------------------------

both_pages = pytest.mark.parametrize(
    ("english", "chinese"),
    [("README.md", "README.zh-CN.md"), ("docs/reference.md", "docs/reference.zh-CN.md")],
    ids=["README", "reference"],
)


def _shape(name: str) -> list[str]:
    """Return what must be the same in both languages, in its order."""
    text = (ROOT / name).read_text(encoding="utf-8")
    prose = _BLOCK.sub("```", text)
    shape = []
    for line in prose.splitlines():
        if found := re.match(r"(#+) |(- )|\d+(\. )|(```)", line):
            shape.append(found[0])
        elif line.startswith("| "):
            # The first cell as far as it is no prose, and how many cells there are.
            cells = line.split(" | ")
            shape.append(f"{re.findall(r'`[^`]+`|^[|] [0-9]+$', cells[0])} {len(cells)}")
    return shape


# What a block says to people, by a comment or by echo; and in that, names and what a shell acts on.
_WORDS = re.compile(r'(?<=# )[^\n]+$|(?<=echo ")[^"\n]+', re.MULTILINE)
_NAMES = re.compile(r"[$`\\!][\w(?]*|--[a-z]+|[a-z]+_[a-z]+", re.ASCII)


@both_pages
def test_the_blocks_are_the_same_but_for_words_in_chinese(english: str, chinese: str) -> None:
    pages = [blocks_of((ROOT / name).read_text(encoding="utf-8")) for name in (english, chinese)]
    code = [[(block.language, _WORDS.split(block.text)) for block in page] for page in pages]
    assert code[0] == code[1]
    words = [[said for block in page for said in _WORDS.findall(block.text)] for page in pages]
    for said, translated in zip(*words, strict=True):
        if re.search("[\u4e00-\u9fff]", translated):
            assert sorted(_NAMES.findall(translated)) == sorted(_NAMES.findall(said))
        else:
            assert translated == said


@both_pages
def test_the_pages_have_the_same_shape(english: str, chinese: str) -> None:
    assert _shape(english) == _shape(chinese)


@both_pages
def test_code_in_the_text_is_the_same(english: str, chinese: str) -> None:
    """Each name of a command, an option, a variable, a field is on both pages."""
    codes = [
        set(re.findall(r"`([^`\n]+)`", _BLOCK.sub("", (ROOT / name).read_text(encoding="utf-8"))))
        for name in (english, chinese)
    ]
    assert codes[0] == codes[1]


@both_pages
def test_the_links_lead_to_files(english: str, chinese: str) -> None:
    counts = []
    for name in (english, chinese):
        text = (ROOT / name).read_text(encoding="utf-8")
        links = re.findall(r"\]\((?!https?:)([^)#]+)", text)
        assert [link for link in links if not ((ROOT / name).parent / link).is_file()] == []
        counts.append(len(links))
    assert counts[0] == counts[1]


@both_pages
@pytest.mark.parametrize("language", [0, 1], ids=["en", "zh"])
def test_the_links_lead_to_headings(english: str, chinese: str, language: int) -> None:
    page = ROOT / (english, chinese)[language]
    text = page.read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:)([^)#]*)#([^)]+)\)", text)
    assert links
    for file, anchor in links:
        target = (page.parent / file if file else page).read_text(encoding="utf-8")
        headings = re.findall(r"^#+ (.+)$", _BLOCK.sub("", target), re.MULTILINE)
        assert anchor in {_anchor(heading) for heading in headings}, (file, anchor)


def _anchor(heading: str) -> str:
    """Return what a link to a heading has behind the ``#``, as GitHub makes it."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
