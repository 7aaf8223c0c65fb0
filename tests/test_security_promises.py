"""What docs/security.md promises: each promise has a test that exists, and here are those that no
other file has."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import NoReturn

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import Account
from tests.support.canaries import NAME, NUMBER, PERSON, TOKEN, make_canaries
from tests.support.independent import BIZ_NO, private_pem, signed_answer
from tests.support.lock import LOCKED, ROOT, closure, read_lock
from tests.support.program import NOW, process_variables, run_inside
from tests.support.stub import stub_gateway
from zhima_cli.core.content_encryption import load_encrypt_key
from zhima_cli.core.keys import load_private_key
from zhima_cli.core.options import Options, Surroundings
from zhima_cli.core.profile import read_config
from zhima_cli.core.request import assemble
from zhima_cli.core.settings import resolve, resolve_setup
from zhima_cli.core.sources import Sources

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
PROMISES = PAGE.split("\n## What is protected\n")[1].split("\n## What is not protected\n")[0]
_TEST = re.compile(r"`((?:\w+/)*test_\w+\.py::[\w:]+)`")


def _promises() -> list[str]:
    """Return the page's promises, each with the tests that it names."""
    items = re.split(r"^- ", PROMISES, flags=re.MULTILINE)[1:]
    return [re.split(r"\n(?:\n|#)", item)[0] for item in items]


def _tests_in(file: Path) -> set[str]:
    """Return the tests and the classes of tests of a file, as pytest names them."""
    names: set[str] = set()
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.ClassDef):
            methods = [one.name for one in node.body if isinstance(one, ast.FunctionDef)]
            tests = [f"{node.name}::{name}" for name in methods if name.startswith("test_")]
            names.update([node.name, *tests] if tests else [])
    return {name for name in names if name.startswith(("test_", "Test"))}


def test_every_promise_names_a_test() -> None:
    assert len(_promises()) > 40
    assert [promise for promise in _promises() if not _TEST.search(promise)] == []


def test_every_test_that_the_page_names_exists() -> None:
    named = set(_TEST.findall(PAGE))
    # Nothing that looks like the name of a test is passed over.
    assert named == {text for text in re.findall(r"`([^`]+)`", PAGE) if ".py::" in text}
    files = {name.split("::")[0] for name in named}
    there = {
        f"{file}::{test}" for file in files for test in _tests_in(Path(__file__).parent / file)
    }
    assert named - there == set()


def test_the_readme_leads_to_the_page() -> None:
    assert "(docs/security.md)" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_run_time_packages_are_those_of_the_page() -> None:
    """Each package with those that need it; where this fails, mend the table."""
    rows = re.findall(r"^\| `(.*?)` \| (.*?) \| .* \|$", PAGE, re.MULTILINE)
    listed = {name: set(needed_by.replace("`", "").split(", ")) for name, needed_by in rows}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    by_zhima = {
        "zhima": set(map(_name, project["dependencies"])),
        "the extra cert": set(map(_name, project["optional-dependencies"]["cert"])),
    }
    for who, names in by_zhima.items():
        assert {name for name, needed_by in listed.items() if who in needed_by} == names
    packages = {package.name: package for package in read_lock(LOCKED.read_text(encoding="utf-8"))}
    assert closure(set.union(*by_zhima.values()), packages.values()) == set(listed)
    for name, needed_by in listed.items():
        assert packages[name].asked_by & set(listed) == needed_by - set(by_zhima)


def _name(requirement: str) -> str:
    return canonicalize_name(Requirement(requirement).name)


# Keys and personal data


def test_no_option_takes_a_key_itself(account: Account) -> None:
    shown = run_inside(["init-cert", "--help"], account.home).out
    about_keys = set(re.findall(r"--[a-z-]*key[a-z-]*", shown))
    wanted = {"--private-key-file", "--alipay-public-key-file", "--encrypt-key-file"}
    assert wanted <= about_keys
    assert all(option.endswith("-file") for option in about_keys)
    result = account.init_cert(f"--private-key={private_pem(account.keys.app)}")
    assert result.status == 2


@pytest.mark.parametrize("charset", ["utf-8", "gbk"])
def test_what_is_sent_holds_the_person_in_its_body_and_the_key_nowhere(
    account: Account, charset: str
) -> None:
    canaries = make_canaries(account.keys.app)
    with stub_gateway(signed_answer(account.keys.alipay)) as stub:
        account.write(gateway=stub.url)
        person = (f"--cert-name={NAME}", f"--cert-no={NUMBER}", f"--charset={charset}")
        assert account.init_cert(person=person).status == 0
    (seen,) = stub.seen
    head = "\n".join([seen.path, seen.query, json.dumps(seen.headers)])
    assert canaries.found_in(head) == []
    found = set(canaries.found_in(seen.body.decode("ascii")))
    alone = set(make_canaries(account.keys.stranger).found_in(seen.body.decode("ascii")))
    # The same pieces whosever key is looked for: they are the person's.
    assert found == alone
    assert NUMBER in found


def test_no_object_shows_a_secret_when_it_is_printed(account: Account) -> None:
    canaries = make_canaries(account.keys.app)
    account.write(app_auth_token=TOKEN)
    options = Options(cert_name=NAME, cert_no=NUMBER, app_auth_token=TOKEN)
    surroundings = Surroundings(
        variables={"ZHIMA_PRIVATE_KEY": canaries.pem, "ZHIMA_CERT_NAME": NAME},
        default_config=account.config,
        default_history=account.home / "history.db",
        home=account.home,
        now=NOW,
        read_stdin=bytes,
        can_ask=False,
        ask=lambda _name: None,
    )

    def no_mock() -> NoReturn:
        raise AssertionError

    settings = resolve(options, surroundings, no_mock, dry_run=False)
    setup, _ = resolve_setup(options, surroundings, no_mock)
    config = read_config(account.config)
    profile = config.profile("default")
    sources = Sources(options, surroundings.variables, profile, account.home)
    objects = [
        *(options, surroundings, config, profile, sources, setup, settings, settings.account),
        *(settings.parameters, assemble(settings, NOW), sources.key("private_key")),
        *(sources.find("cert_name"), load_private_key(canaries.pem.encode(), "key")),
        load_encrypt_key(b"MTIzNDU2Nzg5MDEyMzQ1Ng==", "key"),
    ]
    shown = "\n".join(f"{one!r} {one!s}" for one in objects)
    assert "app_id='2014072300007148'" in shown
    assert canaries.found_in(shown) == []
    assert "1234567890123456" not in shown
    # Else there was nothing to be seen.
    assert settings.app_auth_token == TOKEN
    assert NAME in settings.parameters.identity_param


# What else a process does

# Runs zhima, and writes down what of the world outside it is asked for.
_WATCHED = """
import json, os, sys

log = os.open(sys.argv.pop(1), os.O_WRONLY | os.O_APPEND)
PROGRAMS = ("subprocess.Popen", "os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn")

def watch(event, arguments):
    if event == "socket.connect":
        told = ["connect", *arguments[1][:2]]
    elif event == "socket.getaddrinfo":
        told = ["look up", arguments[0]]
    elif event in ("socket.sendto", "socket.sendmsg"):
        told = [event]
    elif event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        told = ["write", str(arguments[0])]
    elif event == "sqlite3.connect":
        told = ["write", str(arguments[0])]
    elif event in ("os.mkdir", "os.rename", "os.remove", "os.chmod", "os.link", "os.symlink"):
        told = [event, *map(str, arguments[:2])]
    elif event in PROGRAMS:
        told = [event]
    else:
        return
    os.write(log, json.dumps(told).encode() + b"\\n")

sys.addaudithook(watch)
from zhima_cli.__main__ import main
main()
"""


def watched(account: Account, *arguments: str) -> tuple[str, list[list[object]]]:
    """Run zhima as a process; return its standard output, and what it touched."""
    log = account.home / "log"
    log.write_bytes(b"")
    done = subprocess.run(
        [sys.executable, "-B", "-c", _WATCHED, str(log), "init-cert", *PERSON, *arguments],
        capture_output=True,
        env=process_variables(account.home),
        cwd=account.home,
        timeout=60,
        check=True,
        encoding="utf-8",
    )
    return done.stdout, [json.loads(line) for line in log.read_text().splitlines()]


def test_a_call_touches_the_gateway_and_the_record_and_nothing_else(account: Account) -> None:
    history = account.home / ".local" / "state" / "zhima" / "history.db"
    with stub_gateway(signed_answer(account.keys.alipay)) as stub:
        account.write(True, gateway=stub.url)
        port = int(stub.url.split(":")[2].split("/")[0])
        assert watched(account, "--dry-run")[1] == []
        out, touched = watched(account)
    assert out == f"{BIZ_NO}\n"
    folders = [history.parent.parent.parent, history.parent.parent, history.parent]
    made = [one[1] for one in touched if one[0] == "os.mkdir"]
    assert set(made) == set(map(str, folders))
    assert [one for one in touched if one[0] != "os.mkdir"] == [
        ["write", str(history)],
        ["write", str(history)],
        ["look up", "127.0.0.1"],
        ["connect", "127.0.0.1", port],
    ]
    left = {path for path in account.home.rglob("*") if path.is_file()}
    assert left == {account.config, account.home / "log", history}
    assert list(history.parent.iterdir()) == [history]
