"""``zhima keygen``: the files, the line to paste, what it leaves alone; openssl reads it all."""

import os
import shlex
import stat
import subprocess
from pathlib import Path

import pytest

from tests.support.openssl import OpensslKey, bare_base64
from tests.support.program import run_inside
from zhima_cli.core.errors import InputError, Reason
from zhima_cli.core.key_pair import KeyFiles, KeyPair

NAMES = ["app_private_key.pem", "app_public_key.pem"]


def mode(path: Path) -> int:
    """Return the file's permissions."""
    return stat.S_IMODE(path.stat().st_mode)


def openssl(*arguments: str) -> str:
    """Return what openssl says, which has to go well."""
    done = subprocess.run(["openssl", *arguments], capture_output=True, check=True, timeout=60)
    return done.stdout.decode()


def test_a_new_pair_is_a_pair_and_its_line_can_be_pasted(tmp_path: Path) -> None:
    before = os.umask(0o777)  # the worst there is: nobody may do anything
    try:
        result = run_inside(["keygen"], tmp_path)
    finally:
        os.umask(before)
    assert result.status == 0, result
    folder = tmp_path / ".config" / "zhima"
    private, public = (folder / name for name in NAMES)
    assert sorted(entry.name for entry in folder.iterdir()) == NAMES
    assert (mode(folder), mode(private), mode(public)) == (0o700, 0o600, 0o644)

    assert private.read_text().startswith("-----BEGIN PRIVATE KEY-----\n")
    assert "Key is valid" in openssl("pkey", "-check", "-noout", "-in", str(private))
    assert "(2048 bit" in openssl("pkey", "-text", "-noout", "-in", str(private))
    assert openssl("pkey", "-pubout", "-in", str(private)) == public.read_text()
    private.with_name("private.pem").write_bytes(private.read_bytes())
    private.with_name("public.pem").write_bytes(public.read_bytes())
    pair = OpensslKey(folder)
    assert pair.verifies("收委".encode(), pair.sign("收委".encode(), "RSA2"), "RSA2")

    assert result.out == bare_base64(public.read_text()) + "\n"
    lines = result.err.splitlines()
    assert lines[0] == f"zhima: private key written, keep it to yourself: {private}"
    assert lines[1] == f"zhima: public key written: {public}"
    assert lines[3] == f"zhima: next: zhima configure --private-key-file {private}"
    assert len(lines) == 4
    assert bare_base64(private.read_text())[:40] not in result.err + result.out


def test_it_may_be_another_folder_and_json(tmp_path: Path) -> None:
    made = tmp_path / "my keys" / "live"
    result = run_inside(["keygen", f"--out={made}", "-o", "json", "--lang=zh"], tmp_path)
    assert (result.status, mode(made), mode(made.parent)) == (0, 0o700, 0o700)
    line = bare_base64((made / NAMES[1]).read_text())
    assert result.json == {
        "schema": 1,
        "private_key_file": str(made / NAMES[0]),
        "public_key_file": str(made / NAMES[1]),
        "public_key": line,
    }
    command = shlex.join(["zhima", "configure", "--private-key-file", str(made / NAMES[0])])
    assert result.err.splitlines()[-1] == f"zhima: 下一步：{command}"
    assert not (tmp_path / ".config").exists()


@pytest.mark.parametrize("there", NAMES)
@pytest.mark.parametrize("kind", ["file", "dangling link", "folder"])
def test_nothing_is_overwritten_nor_half_done(tmp_path: Path, there: str, kind: str) -> None:
    path = tmp_path / there
    if kind == "file":
        path.write_text("somebody's own")
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to(tmp_path / "other")
    before = path.lstat()
    result = run_inside(["keygen", f"--out={tmp_path}"], tmp_path)
    assert (result.status, result.out) == (2, "")
    assert f"error: {path} exists, and zhima overwrites no key\n" in result.err
    assert path.lstat() == before
    assert [entry.name for entry in tmp_path.iterdir()] == [there]


@pytest.mark.parametrize("bits", ["1024", "4096", "2047", "", "abc", "２０４８", " 2048"])
def test_no_other_length(tmp_path: Path, bits: str) -> None:
    result = run_inside(["keygen", f"--bits={bits}"], tmp_path)
    assert (result.status, result.out) == (2, "")
    assert "--bits is not 2048, the only length" in result.err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_is_an_error_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder, said in (
        ("", "--out is empty"),
        (f"{tmp_path}/file/keys", "--out: the file cannot be written: "),
        (f"{tmp_path}/a\0b", "--out: the file cannot be written: "),
        (f"{tmp_path}/{'x' * 300}", "--out: the file cannot be written: "),
    ):
        files = KeyFiles(Path(folder))
        if folder:
            with pytest.raises(InputError) as caught:
                files.check("--out")
                files.write(KeyPair("private", "public", "line"), "--out")
            assert caught.value.problems[0].reason is Reason.FILE_UNWRITABLE, said
        else:
            assert said in run_inside(["keygen", "--out="], tmp_path).err
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_where_the_second_file_fails_the_first_is_gone(tmp_path: Path) -> None:
    """As it does where somebody else makes it in the meantime, or the disk is full."""
    files = KeyFiles(tmp_path / "keys")
    files.folder.mkdir()
    files.public.write_text("of somebody quicker")
    with pytest.raises(InputError) as caught:
        files.write(KeyPair("private", "public", "line"), "--out")
    assert caught.value.problems[0].found == f"{files.public}: File exists"
    assert [entry.name for entry in files.folder.iterdir()] == [NAMES[1]]
    assert files.public.read_text() == "of somebody quicker"


def test_its_key_shows_in_no_repr() -> None:
    assert repr(KeyPair("SECRET", "SECRET", "SECRET")) == "KeyPair()"
