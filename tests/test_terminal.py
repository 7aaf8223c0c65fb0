"""The installed program in a real terminal: widths, borders, colours, and what is to be copied."""

import re
from collections.abc import Iterator, Mapping

import pytest

from tests.conftest import APP_ID, Account
from tests.support.exchange import closed_port
from tests.support.independent import BIZ_NO, holds, node_text, signed_answer
from tests.support.long import long
from tests.support.person import CTRL_C, at_terminal
from tests.support.program import PERSON
from tests.support.stub import Said, Seen, Stub, stub_gateway
from tests.support.terminal import Piped, Watched, cells, run_in_terminal

# As long as a transaction_id can be.
ID = "ZGYD2016102523230000012340000032"
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
REFUSED = {
    "code": "40002",
    "msg": "Invalid Arguments",
    "sub_code": "isv.decryption-error-not-valid-encrypt-type",
    "sub_msg": "解密出错，不支持的加密算法" * 3 + "[red]x\x1b[2J",
}
REFUSE = "--biz-code=REFUSE"


@pytest.fixture
def gateway(account: Account) -> Iterator[Stub]:
    """A gateway that takes every call but one for the scene ``REFUSE``."""

    def answer(request: Seen) -> Said:
        if b"%22REFUSE%22" in request.body:
            return Said(signed_answer(account.keys.alipay, node_text(**REFUSED)))
        return Said(signed_answer(account.keys.alipay))

    with stub_gateway(answer) as stub:
        account.write(gateway=stub.url)
        yield stub


def run(
    account: Account,
    columns: int,
    *arguments: str,
    piped: Piped | None = None,
    variables: Mapping[str, str] | None = None,
) -> Watched:
    """Run the call in a terminal."""
    call = ["init-cert", *PERSON, f"--transaction-id={ID}", *arguments]
    return run_in_terminal(call, account.home, columns, piped, variables)


def check_panel(screen: str, columns: int) -> list[str]:
    """Check that it is one panel, in line and no wider than the terminal; return what it holds.

    The command lines below it are wrapped by the terminal, so that they can be copied whole.
    """
    lines = [line for line in screen.splitlines() if not re.match(r"[^│]+(: |：)zhima ", line)]
    assert {cells(line) for line in lines} == {cells(lines[0])}, screen
    assert cells(lines[0]) <= columns, screen
    assert lines[0][0] + lines[0][-1] + lines[-1][0] + lines[-1][-1] == "╭╮╰╯", screen
    assert {line[0] + line[-1] for line in lines[1:-1]} == {"││"}, screen
    return [line[1:-1].strip() for line in lines[1:-1]]


@pytest.mark.usefixtures("gateway")
@pytest.mark.parametrize(
    ("columns", "lang"), [(80, "en"), (40, "zh"), long(80, "zh"), long(40, "en")]
)
class TestWidth:
    def test_a_success_fits(self, account: Account, columns: int, lang: str) -> None:
        watched = run(account, columns, f"--lang={lang}")
        assert watched.status == 0
        held = check_panel(COLOUR.sub("", watched.screen), columns)
        for value in (BIZ_NO, ID):
            assert sum(line.endswith(value) for line in held) == 1

    def test_a_refusal_fits(self, account: Account, columns: int, lang: str) -> None:
        watched = run(account, columns, f"--lang={lang}", REFUSE)
        assert watched.status == 5
        held = check_panel(COLOUR.sub("", watched.screen), columns)
        assert sum(line.endswith(ID) for line in held) == 1
        # Whatever had to be folded is all there.
        whole = "".join("".join(held).split())
        assert REFUSED["sub_code"] in whole
        assert "解密出错，不支持的加密算法" * 3 + r"[red]x\u001b[2J" in whole


@pytest.mark.usefixtures("gateway")
class TestColour:
    def test_a_terminal_gets_colours_and_no_other_control(self, account: Account) -> None:
        success, refusal = run(account, 80), run(account, 80, REFUSE)
        assert (success.status, refusal.status) == (0, 5)
        assert "\x1b[32m" in success.screen  # green
        assert "\x1b[31m" in refusal.screen  # red
        for watched in (success, refusal):
            assert "\x1b" not in COLOUR.sub("", watched.screen)
            assert watched.screen.count("\x1b[0m") > 0

    @pytest.mark.parametrize(
        ("arguments", "variables"),
        [
            ((), {"NO_COLOR": "1", "FORCE_COLOR": "1"}),
            ((REFUSE,), {"TERM": "dumb"}),
            long((), {"TERM": "dumb"}),
            long((REFUSE,), {"NO_COLOR": "1", "FORCE_COLOR": "1"}),
        ],
        ids=["success-NO_COLOR", "refusal-TERM=dumb", "success-TERM=dumb", "refusal-NO_COLOR"],
    )
    def test_none_where_it_is_not_wanted(
        self, account: Account, arguments: tuple[str, ...], variables: dict[str, str]
    ) -> None:
        watched = run(account, 40, *arguments, variables=variables)
        assert watched.status == (5 if arguments else 0)
        assert "\x1b" not in watched.screen
        check_panel(watched.screen, 40)

    def test_an_empty_no_color_is_none(self, account: Account) -> None:
        assert "\x1b[32m" in run(account, 80, variables={"NO_COLOR": ""}).screen

    def test_a_dry_run_keeps_to_it_too(self, account: Account) -> None:
        assert "\x1b[" in run(account, 80, "--dry-run").screen
        assert "\x1b" not in run(account, 80, "--dry-run", variables={"NO_COLOR": "1"}).screen


@pytest.mark.usefixtures("gateway")
class TestPipes:
    """A result that goes elsewhere is for a program, and so is what is said of a failure."""

    def test_a_piped_result_is_the_biz_no_alone(self, account: Account) -> None:
        watched = run(account, 40, piped="stdout")
        assert (watched.status, watched.piped, watched.screen) == (0, f"{BIZ_NO}\n", "")

    def test_forced_colour_does_not_reach_a_pipe(self, account: Account) -> None:
        forced = {"FORCE_COLOR": "1", "CLICOLOR_FORCE": "1", "TTY_COMPATIBLE": "1"}
        watched = run(account, 80, "--output=pretty", piped="stdout", variables=forced)
        assert (watched.status, watched.screen) == (0, "")
        assert BIZ_NO in watched.piped
        assert "\x1b" not in watched.piped

    def test_a_failure_in_a_pipe_has_no_colour(self, account: Account) -> None:
        watched = run(account, 80, REFUSE, piped="stderr")
        assert (watched.status, watched.screen) == (5, "")
        assert REFUSED["sub_code"] in watched.piped
        assert "\x1b" not in watched.piped

    def test_a_failure_of_a_piped_result_is_plain_on_the_terminal(self, account: Account) -> None:
        watched = run(account, 80, REFUSE, piped="stdout")
        assert (watched.status, watched.piped) == (5, "")
        assert watched.screen.startswith("zhima: Refused by the gateway: ")
        assert "\x1b" not in watched.screen


@pytest.mark.parametrize("lang", ["zh", long("en")])
def test_what_a_dry_run_shows_can_be_copied_however_narrow_the_terminal(
    account: Account, gateway: Stub, lang: str
) -> None:
    watched = run(account, 40, "--dry-run", f"--lang={lang}")
    assert watched.status == 0
    lines = COLOUR.sub("", watched.screen).splitlines()
    (string,) = (line for line in lines if line.startswith(f"app_id={APP_ID}&"))
    (sign,) = (line for line in lines if re.fullmatch(r"[A-Za-z0-9+/]{342}==", line))
    assert holds(string.encode(), sign, account.keys.app, "RSA2")
    assert sum(line.startswith(f"POST {gateway.url}?") for line in lines) == 1
    assert sum(line.startswith("biz_content=%7B%22") for line in lines) == 1
    headings = [line for line in lines if "──" in line]
    assert len(headings) >= 5
    assert all(cells(heading) <= 40 for heading in headings)
    assert gateway.seen == []


def test_what_is_said_after_ctrl_c_begins_a_line(account: Account) -> None:
    call = ("init-cert", *PERSON, f"--transaction-id={ID}", "--output=pretty", "--retries=100")
    variables = {"COLUMNS": "80", "TERM": "dumb"}
    with closed_port() as port:
        account.write(gateway=f"http://127.0.0.1:{port}/")
        with at_terminal(account.home, *call, variables=variables) as terminal:
            terminal.wait_for("; waiting ")
            terminal.type(CTRL_C)
            result = terminal.finish()
    assert result.status == 130
    # The terminal sends the signal before it shows ^C, which may so come late.
    said, _, panel = result.err.replace("^C", "").partition("\n\n")
    assert said.startswith("zhima: attempt 1 of 101: ")
    check_panel(panel, 80)


def unspaced(text: str) -> str:
    """Return the text without the spaces and line ends that wrapping moves."""
    return "".join(text.split())


@pytest.mark.usefixtures("gateway")
@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("columns", [80, 40])
@pytest.mark.parametrize("odd", ["--cert-no=1", "--gateway=http://gateway.example/"])
def test_what_is_said_beside_a_plain_result_is_broken_between_words(
    account: Account, columns: int, lang: str, odd: str
) -> None:
    arguments = (odd, f"--lang={lang}", "--output=plain")
    piped = run(account, columns, *arguments, piped="stderr").piped
    shown = run(account, columns, *arguments).screen.replace(f"{BIZ_NO}\n", "")
    assert max(map(cells, shown.splitlines())) <= columns
    assert max(map(cells, piped.splitlines())) > 60
    assert unspaced(shown) == unspaced(piped)
    words = "[A-Za-z]+"
    assert re.findall(words, shown) == re.findall(words, piped)


@pytest.mark.parametrize("columns", [80, 40])
def test_a_path_and_a_command_stay_whole(account: Account, columns: int) -> None:
    folder = account.home / "x" / "folder of keys"
    watched = run_in_terminal(["keygen", f"--out={folder}"], account.home, columns)
    lines = watched.screen.splitlines()
    for whole in (f"{folder}/app_private_key.pem", f"{folder}/app_public_key.pem"):
        assert sum(line.endswith(whole) for line in lines) == 1
    command = f"zhima configure --private-key-file '{folder}/app_private_key.pem'"
    assert sum(line.endswith(command) for line in lines) == 1
    said = [line for line in lines if not re.search(r"[A-Za-z0-9+/=]{100}|/", line)]
    assert max(map(cells, said)) <= columns
