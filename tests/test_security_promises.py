"""What docs/security.md promises: each promise has a test that exists, and here are those that no
other file has."""

import ast
import csv
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import Account
from tests.support.canaries import NAME, NUMBER, PERSON, PINYIN, TOKEN, make_canaries
from tests.support.counting import Asked, Refusal, counting_gateway
from tests.support.independent import BIZ_NO, private_pem, signed_answer
from tests.support.lock import LOCKED, ROOT, closure, read_lock
from tests.support.long import long
from tests.support.processes import processes_in
from tests.support.program import (
    NOW,
    process_variables,
    run_inside,
    run_process,
    zhima_command,
)
from tests.support.stub import stub_gateway
from tests.support.surroundings import no_mock, surroundings_of
from zhima_cli.core.content_encryption import load_encrypt_key
from zhima_cli.core.keys import load_private_key
from zhima_cli.core.options import Options
from zhima_cli.core.profile import read_config
from zhima_cli.core.quick_key import QuickKey
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
        **{
            f"the extra {extra}": set(map(_name, project["optional-dependencies"][extra]))
            for extra in ("cert", "fast")
        },
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
    surroundings = surroundings_of(
        account, {"ZHIMA_PRIVATE_KEY": canaries.pem, "ZHIMA_CERT_NAME": NAME}
    )
    settings = resolve(options, surroundings, no_mock, dry_run=False)
    setup, _ = resolve_setup(options, surroundings, no_mock, dry_run=False)
    config = read_config(account.config)
    profile = config.profile("default")
    sources = Sources(options, surroundings.variables, profile, account.home)
    objects = [
        *(options, surroundings, config, profile, sources, setup, settings, settings.account),
        *(settings.parameters, assemble(settings, NOW), sources.key("private_key")),
        *(sources.find("cert_name"), load_private_key(canaries.pem.encode(), "key")),
        load_encrypt_key(b"MTIzNDU2Nzg5MDEyMzQ1Ng==", "key"),
        QuickKey.of(load_private_key(canaries.pem.encode(), "key")),
    ]
    shown = "\n".join(f"{one!r} {one!s}" for one in objects)
    assert "app_id='2014072300007148'" in shown
    assert canaries.found_in(shown) == []
    assert "1234567890123456" not in shown
    # Else there was nothing to be seen.
    assert settings.app_auth_token == TOKEN
    assert NAME in settings.parameters.identity_param


# The people of a file

_ROWS = f"""cert_name,cert_no,merchant_config
{NAME},{NUMBER},
{NAME},{NUMBER},{NAME}
{NAME},,
,{NUMBER},
{NAME},{NUMBER},
{NAME},{NUMBER},,{NAME}
{NAME}{PINYIN},{NUMBER},
"{NAME}"{NAME},{NUMBER},
"{NAME},{NUMBER},
"""


@pytest.mark.parametrize("language", ["zh", long("en")])
def test_a_file_of_people_is_in_no_message_no_result_and_no_record(
    account: Account, language: str
) -> None:
    canaries = make_canaries(account.keys.app)

    def refuse(asked: Asked) -> Refusal | None:
        return Refusal("40004", "INVALID_PARAMETER") if asked.person != NAME else None

    people = account.home / "people.csv"
    people.write_text(_ROWS, encoding="utf-8")
    results = account.home / "results.csv"
    arguments = ["init-certs", str(people), "--batch=people", f"--lang={language}", "--debug"]
    with counting_gateway(account.keys.alipay, refuse) as gateway:
        account.write(True, gateway=gateway.url, app_auth_token=TOKEN)
        told = run_inside(arguments, account.home)
        sent = run_inside([*arguments, "--skip-invalid"], account.home)
        filed = run_inside([*arguments, "--skip-invalid", f"--out={results}"], account.home)
        assert gateway.initialized == {NAME: 1}
    assert (told.status, sent.status, filed.status) == (2, 4, 4)
    # Beside one that was sent and one that was refused, every other row is wrong in its own way.
    kinds = [row["kind"] for row in csv.DictReader(results.read_text("utf-8").splitlines())]
    assert kinds == ["success", *["usage"] * 5, "business", *["usage"] * 2]
    assert [line for line in (3, 4, 5, 6, 7, 9, 10) if f"people.csv:{line}" not in told.err] == []
    history = account.home / ".local" / "state" / "zhima" / "history.db"
    left = [path.read_bytes().decode("latin-1") for path in (history, results)]
    left.append(results.read_text(encoding="utf-8"))
    for text in (*left, told.out, told.err, sent.out, sent.err, filed.out, filed.err):
        assert canaries.found_in(text) == []
    assert "INVALID_PARAMETER" in left[0]


def test_a_large_standard_input_is_in_no_file_with_a_name(account: Account) -> None:
    if not Path("/proc/self/fd").is_dir():
        pytest.skip("which files a process has open is found as Linux tells of it")
    folder = account.home / "temporary"
    folder.mkdir()
    seen: list[tuple[list[Path], bytes, int]] = []
    pids: list[int] = []

    def look(_asked: Asked) -> Refusal | None:
        for entry in Path(f"/proc/{pids[0]}/fd").iterdir():
            if str(folder) in str(entry.readlink()):
                seen.append((list(folder.iterdir()), entry.read_bytes(), entry.stat().st_mode))
        return None

    row = json.dumps({"cert_name": NAME, "cert_no": NUMBER}, ensure_ascii=False)
    with counting_gateway(account.keys.alipay, look) as gateway:
        account.write(True, gateway=gateway.url)
        with subprocess.Popen(
            [zhima_command(), "init-certs", "-", "--batch=people"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=process_variables(account.home, TMPDIR=str(folder)),
            cwd=account.home,
        ) as process:
            pids.append(process.pid)
            # Lines of spaces make it large.
            text = f"{row}\n" + (" " * 60_000 + "\n") * 200
            process.communicate(text.encode(), timeout=60)
    assert process.returncode == 0
    ((names, content, mode),) = seen
    assert names == []
    assert content == text.encode()
    assert mode & 0o077 == 0
    assert list(folder.iterdir()) == []


_TWICE = """
import os, sys
from pathlib import Path
from zhima_cli.batch.duplicates import finding_duplicates

folder = os.environ["TMPDIR"]
with finding_duplicates() as duplicates:
    for line in range(200_000):
        assert duplicates.first_line(f"ZHIMAJ{line:06}", line) is None
    files = [e for e in Path("/proc/self/fd").iterdir() if e.is_symlink() and
        str(e.readlink()).startswith(folder)]
    (file,) = files
    content = file.read_bytes()
    print(len(content) > 1_000_000, b"ZHIMAJ" in content, os.listdir(folder))
"""


def test_what_finds_rows_that_come_twice_writes_hashes_alone(tmp_path: Path) -> None:
    if not Path("/proc/self/fd").is_dir():
        pytest.skip("which files a process has open is found as Linux tells of it")
    done = subprocess.run(
        [sys.executable, "-B", "-c", _TWICE],
        capture_output=True,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path), "SQLITE_TMPDIR": str(tmp_path)},
        check=False,
        timeout=300,
    )
    assert (done.stdout, done.stderr) == ("True False []\n", "")


def test_the_processes_that_sign_get_no_key_where_others_see_it(account: Account) -> None:
    if not Path("/proc/self/cwd").is_symlink():
        pytest.skip("processes are found as Linux tells of them")
    canaries = make_canaries(account.keys.app)
    seen: dict[str, str] = {}

    def look(_asked: Asked) -> Refusal | None:
        for pid in processes_in(account.home):
            place = Path(f"/proc/{pid}")
            shown = (place / "cmdline").read_bytes() + (place / "environ").read_bytes()
            seen[(place / "cmdline").read_bytes().decode()] = shown.decode()
        return None

    people = account.home / "people.csv"
    people.write_text(f"cert_name,cert_no\n{NAME},{NUMBER}\n", encoding="utf-8")
    with counting_gateway(account.keys.alipay, look) as gateway:
        account.write(True, gateway=gateway.url, app_auth_token=TOKEN)
        assert run_process(["init-certs", "people.csv", "--batch=people"], account.home).status == 0
    assert [command for command in seen if "zhima_cli.batch.worker" in command] != []
    assert [command for command in seen if "people.csv" in command] != []
    assert canaries.found_in("\n".join(seen.values())) == []


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
