"""``zhima verify-response``: whether a saved answer's signature holds, and if not, the cause."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives import padding as block_padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from tests.conftest import Account, Keys
from tests.support.certified import certificate, write_certificates
from tests.support.independent import (
    BIZ_NO,
    NODE,
    SUCCESS,
    new_key,
    node_text,
    private_pem,
    public_pem,
    sign,
    signed_answer,
)
from tests.support.program import NOW, Result, run_inside, run_process
from tests.support.terminal import run_in_terminal
from zhima_cli.core.diagnosis import HYPOTHESES

CHINESE_REFUSAL = node_text(
    code="40004", msg="Business Failed", sub_code="ARRANGEMENT_ERROR", sub_msg="签约失败"
)
NODE_WITH_SLASH = SUCCESS.replace("Success", r"Success\/ok")
OUT_OF_ORDER = node_text(msg="Success", code="10000", sub_msg="芝麻", biz_no=BIZ_NO)


def verify(
    account: Account, answer: bytes, *arguments: str, variables: dict[str, str] | None = None
) -> Result:
    """Have the answer verified that comes on standard input."""
    return run_inside(["verify-response", *arguments], account.home, variables, answer)


def wrap(node: str, signature: str) -> str:
    """Return an answer's text."""
    return f'{{"{NODE}":{node},"sign":"{signature}"}}'


# --- whose signature holds ---------------------------------------------------------------------


@pytest.mark.parametrize("sign_type", ["RSA2", "RSA"])
@pytest.mark.parametrize("charset", ["utf-8", "gbk"])
def test_a_signature_that_holds(account: Account, sign_type: str, charset: str) -> None:
    account.write(sign_type=sign_type, charset=charset)
    answer = signed_answer(account.keys.alipay, CHINESE_REFUSAL, sign_type, charset)
    result = verify(account, answer, "-o", "json")
    assert (result.status, result.err) == (0, "")
    assert result.json == {
        "schema": 1,
        "ok": True,
        "kind": "success",
        "verified": True,
        "biz_no": None,
        "code": "40004",
        "msg": "Business Failed",
        "sub_code": "ARRANGEMENT_ERROR",
        "sub_msg": "签约失败",
        "reason": None,
        "cause": None,
        "description": None,
        "solution": None,
        "notes": [],
        "profile": "default",
        "mock": False,
    }


def test_each_form_of_a_success(account: Account) -> None:
    answer = signed_answer(account.keys.alipay)
    plain = verify(account, answer, "-")
    assert (plain.status, plain.err) == (0, "")
    assert plain.out == f"signature: verified\nbiz_no: {BIZ_NO}\nprofile: default\n"
    pretty = verify(account, answer, "-o", "pretty", "--lang", "zh")
    assert pretty.status == 0
    assert "签名有效" in pretty.out
    assert f"biz_no  {BIZ_NO}" in pretty.out


def test_a_file(account: Account) -> None:
    path = account.home / "answer.json"
    path.write_bytes(signed_answer(account.keys.alipay))
    result = verify(account, b"", str(path))
    assert result.status == 0
    assert BIZ_NO in result.out


def test_alipays_key_alone_is_enough(account: Account, tmp_path: Path) -> None:
    key = tmp_path / "alipay.pem"
    key.write_text(public_pem(account.keys.alipay))
    account.config.unlink()
    result = verify(account, signed_answer(account.keys.alipay), f"--alipay-public-key-file={key}")
    assert result.status == 0


def harmless_mark(text: bytes) -> bytes:
    """Put a byte-order mark before the answer."""
    return b"\xef\xbb\xbf" + text


@pytest.mark.parametrize(
    ("change", "note"),
    [
        (harmless_mark, "mark_ignored"),
        (lambda text: text + b"\n", "space_ignored"),
        (lambda text: b"\r\n" + text + b"\r\n", "space_ignored"),
    ],
    ids=["mark", "newline", "crlf"],
)
def test_what_is_harmless_is_told(
    account: Account, change: Callable[[bytes], bytes], note: str
) -> None:
    answer = change(signed_answer(account.keys.alipay))
    result = verify(account, answer, "-o", "json")
    assert (result.status, result.json["notes"]) == (0, [note])
    assert "note: " in verify(account, answer).out


def test_line_ends_between_the_members_are_no_matter(account: Account) -> None:
    signature = sign(SUCCESS.encode(), account.keys.alipay)
    answer = f'{{\r\n"{NODE}": {SUCCESS},\r\n"sign": "{signature}"\r\n}}'
    result = verify(account, answer.encode(), "-o", "json")
    assert (result.status, result.json["notes"]) == (0, [])


def test_a_slash_that_was_signed_without_its_escape(account: Account) -> None:
    signature = sign(NODE_WITH_SLASH.replace(r"\/", "/").encode(), account.keys.alipay)
    result = verify(account, wrap(NODE_WITH_SLASH, signature).encode(), "-o", "json")
    assert (result.status, result.json["notes"]) == (0, ["slash_unescaped"])
    assert result.json["msg"] == "Success/ok"


# --- encrypted ---------------------------------------------------------------------------------

ENCRYPT_KEY = bytes(range(16))


def encrypted(text: str, key: bytes = ENCRYPT_KEY) -> str:
    """Return the text as an encrypted answer's node."""
    padder = block_padding.PKCS7(128).padder()
    data = padder.update(text.encode()) + padder.finalize()
    encryptor = Cipher(algorithms.AES(key), modes.CBC(bytes(16))).encryptor()
    return json.dumps(base64.b64encode(encryptor.update(data) + encryptor.finalize()).decode())


@pytest.mark.parametrize(
    ("key", "status", "verified", "reason"),
    [
        (ENCRYPT_KEY, 0, True, None),
        (bytes(16), 7, True, "answer_undecryptable"),
        (None, 7, True, "answer_encrypted"),
    ],
    ids=["key", "other-key", "no-key"],
)
def test_an_encrypted_answer(
    account: Account, key: bytes | None, status: int, verified: bool, reason: str | None
) -> None:
    if key:
        account.write(encrypt_key=base64.b64encode(key).decode())
    node = encrypted(SUCCESS)
    answer = wrap(node, sign(node.encode(), account.keys.alipay)).encode()
    result = verify(account, answer, "-o", "json")
    assert (result.status, result.json["verified"]) == (status, verified)
    assert result.json["reason"] == reason
    assert result.json["biz_no"] == (BIZ_NO if status == 0 else None)


def test_an_encrypted_answer_is_verified_before_it_is_decrypted(account: Account) -> None:
    account.write(encrypt_key=base64.b64encode(ENCRYPT_KEY).decode())
    node = encrypted(SUCCESS, bytes(16))
    answer = wrap(node, sign(node.encode(), account.keys.stranger)).encode()
    result = verify(account, answer, "-o", "json")
    assert (result.status, result.json["reason"]) == (7, "signature_wrong")


# --- why it does not hold ----------------------------------------------------------------------


def with_headers(keys: Keys) -> bytes:
    """Save the answer with its HTTP headers."""
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + signed_answer(keys.alipay)


def cut_in_the_node(keys: Keys) -> bytes:
    """Lose the end of the answer within a string."""
    return signed_answer(keys.alipay)[:90]


def cut_in_the_signature(keys: Keys) -> bytes:
    """Lose the last characters of the answer."""
    return signed_answer(keys.alipay)[:-20]


def cut_before_the_last_brace(keys: Keys) -> bytes:
    """Lose the last character of the answer."""
    return signed_answer(keys.alipay)[:-1]


def in_gbk(keys: Keys) -> bytes:
    """Answer in gbk where utf-8 is set."""
    return signed_answer(keys.alipay, CHINESE_REFUSAL, charset="gbk")


def converted_from_gbk(keys: Keys) -> bytes:
    """Answer in gbk, and let an editor save it in utf-8."""
    return signed_answer(keys.alipay, CHINESE_REFUSAL, charset="gbk").decode("gbk").encode()


def converted_to_utf_16(keys: Keys) -> bytes:
    """Redirect the answer in a shell that writes UTF-16."""
    return signed_answer(keys.alipay, CHINESE_REFUSAL).decode().encode("utf-16")


def converted_from_gbk_by_chance_utf_8(keys: Keys) -> bytes:
    """Convert an answer in gbk, whose bytes are letters in utf-8 as well."""
    node = node_text(code="40004", msg="Business Failed", sub_msg="学习")
    answer = signed_answer(keys.alipay, node, charset="gbk")
    assert "ѧϰ" in answer.decode()
    return answer.decode("gbk").encode()


def misread(read_in: str, charset: str, sub_msg: str) -> Callable[[Keys], bytes]:
    """Return a function that answers in ``charset`` and reads it in another one."""

    def answer(keys: Keys) -> bytes:
        node = node_text(code="40004", msg="Business Failed", sub_msg=sub_msg)
        saved = signed_answer(keys.alipay, node, charset=charset).decode(read_in)
        assert sub_msg not in saved
        return saved.encode()

    return answer


def misread_by_a_browser(keys: Keys) -> bytes:
    """Read it as windows-1252, and what that has nothing for as a control."""
    answer = signed_answer(keys.alipay, node_text(code="40004", msg="", sub_msg="芝麻"))
    assert b"\x9d" in answer
    return "".join(
        bytes([byte]).decode("latin-1" if byte == 0x9D else "cp1252") for byte in answer
    ).encode()


def misread_by_a_shell(keys: Keys) -> bytes:
    """Redirect the answer in a shell that reads gbk and writes UTF-16."""
    return signed_answer(keys.alipay, CHINESE_REFUSAL).decode("gbk").encode("utf-16")


def with_characters_lost(keys: Keys) -> bytes:
    """Read an answer in gbk as utf-8, and whatever is none as U+FFFD."""
    answer = signed_answer(keys.alipay, CHINESE_REFUSAL, charset="gbk")
    return answer.decode("utf-8", "replace").encode()


def with_characters_lost_and_escaped(keys: Keys) -> bytes:
    """Lose characters, and write the answer anew."""
    return json.dumps(json.loads(with_characters_lost(keys))).encode()


def resigned(change: Callable[[str], str]) -> Callable[[Keys], bytes]:
    """Return a function that answers with a changed signature."""

    def answer(keys: Keys) -> bytes:
        signature = sign(node_with_plus(keys).encode(), keys.alipay)
        return wrap(node_with_plus(keys), change(signature)).encode()

    return answer


def node_with_plus(keys: Keys) -> str:
    """Return a node whose signature has a plus and a slash."""
    nodes = (node_text(code="10000", msg=str(n), biz_no=BIZ_NO) for n in range(99))
    return next(n for n in nodes if {"+", "/"} <= set(sign(n.encode(), keys.alipay)))


def dumped(**style: Any) -> Callable[[Keys], bytes]:
    """Return a function that parses a signed answer, and writes it anew."""

    def answer(keys: Keys) -> bytes:
        value = json.loads(signed_answer(keys.alipay, OUT_OF_ORDER))
        return json.dumps(value, **style).encode()

    return answer


def pretty_answer_dumped(keys: Keys) -> bytes:
    """Sign a spaced text, and write it without the spaces."""
    node = json.dumps(json.loads(OUT_OF_ORDER), ensure_ascii=True, indent=2)
    signature = sign(node.replace(": ", ": ").encode(), keys.alipay)
    return wrap(OUT_OF_ORDER, signature).encode()


def line_ends_changed(keys: Keys) -> bytes:
    """Sign a text of several lines, and let a text mode change their ends."""
    node = json.dumps(json.loads(CHINESE_REFUSAL), ensure_ascii=False, indent=3)
    return wrap(node.replace("\n", "\r\n"), sign(node.encode(), keys.alipay)).encode()


def line_ends_unified(keys: Keys) -> bytes:
    """Sign a text with the line ends of Windows, and let git change them."""
    node = json.dumps(json.loads(CHINESE_REFUSAL), ensure_ascii=False, indent=3)
    signed = node.replace("\n", "\r\n")
    return wrap(node, sign(signed.encode(), keys.alipay)).encode()


def mock_answer(keys: Keys) -> bytes:
    """Answer as a mock gateway whose keys are gone."""
    return signed_answer(keys.stranger, SUCCESS[:-1] + ',"mock":"true"}')


def mock_biz_no(keys: Keys) -> bytes:
    """Answer with a mock gateway's biz_no alone."""
    return signed_answer(keys.stranger, SUCCESS.replace(BIZ_NO, "ZMMOCK1"))


_WRONG = "signature_wrong"
_MALFORMED = "signature_malformed"
CAUSES = [
    (lambda _: b"", "answer_not_json", "nothing_saved"),
    (lambda _: b"\xef\xbb\xbf\r\n", "answer_not_json", "nothing_saved"),
    (lambda _: SUCCESS.encode(), "answer_node", "node_alone"),
    (lambda _: CHINESE_REFUSAL.encode(), "answer_node", "node_alone"),
    (lambda _: b'{"code":"10000"}', "answer_node", None),
    (lambda _: b'{"code":502,"msg":"Bad Gateway"}', "answer_node", None),
    (
        lambda keys: signed_answer(keys.stranger, SUCCESS.replace("Success", r"C:\\ufffdir")),
        "signature_wrong",
        None,
    ),
    (lambda _: b'{"code":"1","msg":"","sign":""}', "answer_node", None),
    (lambda _: b'["code","msg"]', "answer_not_json", None),
    (with_headers, "answer_not_json", "saved_with_headers"),
    (cut_in_the_node, "answer_not_json", "answer_cut"),
    (cut_in_the_signature, "answer_not_json", "answer_cut"),
    (cut_before_the_last_brace, "answer_not_json", "answer_cut"),
    (in_gbk, "answer_not_in_charset", "signed_in_other_charset"),
    (converted_from_gbk, _WRONG, "converted_to_other_charset"),
    (converted_from_gbk_by_chance_utf_8, _WRONG, "converted_to_other_charset"),
    (misread("gbk", "utf-8", "签约失败"), _WRONG, "read_in_other_charset"),
    (misread("gb18030", "utf-8", "系统错误"), _WRONG, "read_in_other_charset"),
    (misread("latin-1", "utf-8", "签约失败"), _WRONG, "read_in_other_charset"),
    (misread("latin-1", "gbk", "签约失败"), _WRONG, "read_in_other_charset"),
    (misread("cp1252", "utf-8", "商户"), _WRONG, "read_in_other_charset"),
    (misread_by_a_browser, _WRONG, "read_in_other_charset"),
    (misread_by_a_shell, "answer_not_in_charset", "read_in_other_charset"),
    (with_characters_lost, _WRONG, "characters_lost"),
    (with_characters_lost_and_escaped, _WRONG, "characters_lost"),
    (converted_to_utf_16, "answer_not_in_charset", "converted_to_other_charset"),
    (resigned(lambda s: quote(s, safe="")), _MALFORMED, "sign_percent_encoded"),
    (resigned(lambda s: s.replace("+", " ")), _MALFORMED, "sign_with_spaces"),
    (resigned(lambda s: s[:76] + r"\n" + s[76:]), _MALFORMED, "sign_wrapped"),
    (resigned(lambda s: s[:200]), _WRONG, "sign_cut"),
    (resigned(lambda s: s[:201]), _MALFORMED, "sign_cut"),
    (lambda keys: signed_answer(keys.app), _WRONG, "signed_with_own_key"),
    (lambda keys: signed_answer(keys.alipay, sign_type="RSA"), _WRONG, "signed_as_other_type"),
    (line_ends_changed, _WRONG, "line_ends_changed"),
    (line_ends_unified, _WRONG, "line_ends_changed"),
    (dumped(), _WRONG, "answer_redumped"),
    (dumped(ensure_ascii=False), _WRONG, "answer_redumped"),
    (dumped(separators=(",", ":")), _WRONG, "answer_redumped"),
    (dumped(indent=2), _WRONG, "answer_redumped"),
    (dumped(sort_keys=True, ensure_ascii=False), _WRONG, "answer_redumped"),
    (pretty_answer_dumped, _WRONG, "answer_redumped"),
    (mock_answer, _WRONG, "mock_answer"),
    (mock_biz_no, _WRONG, "mock_answer"),
    (lambda keys: signed_answer(keys.stranger), _WRONG, None),
]


@pytest.mark.parametrize(
    ("answer", "reason", "cause"),
    CAUSES,
    ids=[f"{at}-{cause}" for at, (_, _, cause) in enumerate(CAUSES)],
)
def test_the_cause(
    account: Account, answer: Callable[[Keys], bytes], reason: str, cause: str | None
) -> None:
    result = verify(account, answer(account.keys), "-o", "json")
    assert (result.status, result.err) == (7, "")
    assert (result.json["reason"], result.json["cause"]) == (reason, cause)
    assert (result.json["ok"], result.json["verified"], result.json["kind"]) == (
        False,
        False,
        "untrusted",
    )
    said = (result.json[name] for name in ("biz_no", "code", "msg", "sub_code", "sub_msg"))
    assert set(said) == {None}
    assert BIZ_NO not in result.out


def test_an_altered_answer_of_the_profiles_own_mock_gateway_is_not_just_called_anothers(
    account: Account,
) -> None:
    saved = signed_answer(account.keys.alipay, SUCCESS[:-1] + ',"mock":"true"}')
    account.write(gateway="http://127.0.0.1:9/gateway.do")
    assert verify(account, saved, "-o", "json").status == 0
    result = verify(account, saved.replace(b"10000", b"10001"), "-o", "json")
    assert (result.status, result.json["cause"]) == (7, "mock_restarted")


@pytest.mark.parametrize(
    ("read_in", "written_in"), [("gbk", "utf-8"), ("latin-1", "utf-8"), ("latin-1", "gbk")]
)
def test_an_answer_that_was_misread_is_told_in_which_charset(
    account: Account, read_in: str, written_in: str
) -> None:
    saved = misread(read_in, written_in, "签约失败")(account.keys)
    result = verify(account, saved, "--charset=gbk")
    assert f"The answer is in {written_in}, but was read as {read_in}" in result.err
    assert f"read them as {written_in}." in result.err


def test_the_key_of_another_profile(account: Account) -> None:
    with account.config.open("a") as file:
        file.write("[profiles.broken]\napp_id = 1\n[profiles.empty]\n[profiles.sandbox]\n")
        file.write(f"alipay_public_key = {json.dumps(public_pem(account.keys.stranger))}\n")
    result = verify(account, signed_answer(account.keys.stranger), "-o", "json")
    assert (result.status, result.json["cause"]) == (7, "signed_for_other_profile")
    assert "the profile sandbox" in str(result.json["description"])
    assert verify(account, signed_answer(account.keys.stranger), "-p", "sandbox").status == 0


def test_a_key_of_another_size(account: Account) -> None:
    result = verify(account, signed_answer(new_key(1024)), "-o", "json")
    assert (result.status, result.json["cause"]) == (7, "signed_with_other_size")
    assert "1024 bits" in str(result.json["description"])


def test_every_hypothesis_is_among_the_causes() -> None:
    told = {cause for _, _, cause in CAUSES if cause}
    told |= {"signed_for_other_profile", "signed_with_other_size"}
    # Of the charset there are two: signed in another one, and converted.
    assert len(told) == len(HYPOTHESES) + 1


def test_a_node_of_many_members_is_judged_in_time(account: Account) -> None:
    members = {f"m{at}": "/芝" * 40 for at in range(40)}
    node = node_text(code="10000", msg="Success", biz_no=BIZ_NO, **members)
    value = json.loads(signed_answer(account.keys.alipay, node))
    result = verify(account, json.dumps(value).encode(), "-o", "json")
    assert (result.status, result.json["cause"]) == (7, "answer_redumped")


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\0" * 4096,
        b'{"' + rb"\"" * 500_000,
        b'{"a":"' * 150_000,
        wrap('{"a":' * 900 + "1" + "}" * 900, "AAAA").encode(),
        wrap(r'{"code":"\ud800"}', "AAAA").encode(),
        wrap('{"code":"10000"}', "A" * 343).encode(),
        wrap('{"code":"10000"}', "A" * 1_000_000).encode(),
    ],
    ids=["empty", "zeros", "quotes", "open", "deep", "surrogate", "odd", "long-sign"],
)
def test_whatever_was_saved_comes_to_a_verdict(account: Account, answer: bytes) -> None:
    result = verify(account, answer, "-o", "json")
    assert (result.status, result.err) == (7, "")
    assert (result.json["ok"], result.json["verified"]) == (False, False)


# --- without a signature -----------------------------------------------------------------------


def test_a_refusal_without_a_signature_is_shown_and_not_believed(account: Account) -> None:
    answer = f'{{"{NODE}":{CHINESE_REFUSAL}}}'.encode()
    result = verify(account, answer, "-o", "json")
    assert (result.status, result.json["reason"]) == (7, "refusal_unsigned")
    assert (result.json["verified"], result.json["code"]) == (False, "40004")
    shown = verify(account, answer)
    assert (shown.status, shown.out) == (7, "")
    assert "signature: none, so not verified" in shown.err
    assert "sub_code: ARRANGEMENT_ERROR" in shown.err


def test_a_success_without_a_signature(account: Account) -> None:
    result = verify(account, f'{{"{NODE}":{SUCCESS}}}'.encode(), "-o", "json")
    assert (result.status, result.json["reason"]) == (7, "signature_missing")
    assert result.json["biz_no"] is None


def test_the_failure_in_words(account: Account) -> None:
    result = verify(account, signed_answer(account.keys.app))
    assert (result.status, result.out) == (7, "")
    assert result.err.startswith("zhima: The signature does not hold (exit status 7)\n")
    assert "likeliest cause: The application's own private key signed it" in result.err
    assert result.err.endswith("more: zhima explain 7\n")


# --- what there is to verify with --------------------------------------------------------------


def test_the_own_public_key_in_alipays_place(account: Account) -> None:
    account.write(alipay_public_key=public_pem(account.keys.app))
    result = verify(account, signed_answer(account.keys.alipay))
    assert (result.status, result.out) == (3, "")
    assert "is the application's own public key" in result.err


def test_without_any_configuration(account: Account) -> None:
    account.config.unlink()
    result = verify(account, signed_answer(account.keys.alipay))
    assert result.status == 3
    assert "there is no configuration file" in result.err


def test_without_alipays_key(account: Account) -> None:
    account.config.write_text("[profiles.default]\n")
    result = verify(account, signed_answer(account.keys.alipay))
    assert result.status == 3
    assert "alipay_public_key is not set" in result.err


def test_the_mock_profile_has_no_key_to_verify_with(account: Account) -> None:
    result = verify(account, signed_answer(account.keys.alipay), "-p", "mock")
    assert result.status == 2
    assert "made anew for each run" in result.err


def test_certificate_mode(account: Account) -> None:
    year, yesterday = NOW + timedelta(days=365), NOW - timedelta(days=1)
    write_certificates(account, year, year)
    # Neither the application's certificate nor its private key is needed.
    (account.config.parent / "app.crt").unlink()
    answer = signed_answer(account.keys.alipay)
    holds = verify(account, answer, "-o", "json")
    assert (holds.status, holds.err) == (0, "")
    named = answer[:-1] + b',"alipay_cert_sn":"' + b"0" * 32 + b'"}'
    other = verify(account, named, "-o", "json")
    assert (other.status, other.json["reason"]) == (7, "other_certificate")
    write_certificates(account, year, yesterday)
    expired = verify(account, answer)
    assert (expired.status, "warning: " in expired.err) == (0, True)
    assert "the certificate ended on 2026-11-23" in expired.err
    lines = account.config.read_text().splitlines()
    account.config.write_text("\n".join(line for line in lines if "alipay_cert" not in line))
    assert verify(account, answer).status == 3


def test_a_certificate_that_leads_to_no_root(account: Account) -> None:
    year = NOW + timedelta(days=365)
    write_certificates(account, year, year)
    forged = certificate("alipay", account.keys.alipay, account.keys.app, year)
    (account.config.parent / "alipay.crt").write_text(forged)
    result = verify(account, signed_answer(account.keys.alipay))
    assert (result.status, result.out) == (3, "")
    assert "does not lead to" in result.err


# --- the file ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("missing.json", "No such file or directory"),
        (".", "Is a directory"),
        ("large.json", "is larger than 1048576 bytes"),
    ],
)
def test_a_file_that_cannot_be_read(account: Account, name: str, words: str) -> None:
    (account.home / "large.json").write_bytes(b" " * (1024 * 1024 + 1))
    result = verify(account, b"", str(account.home / name))
    assert (result.status, result.out) == (2, "")
    assert words in result.err


def test_too_much_on_standard_input(account: Account) -> None:
    result = verify(account, b" " * (1024 * 1024 + 1))
    assert result.status == 2
    assert "is larger than 1048576 bytes" in result.err


def test_as_a_process(account: Account) -> None:
    result = run_process(["verify-response"], account.home, signed_answer(account.keys.app))
    assert (result.status, result.out) == (7, "")
    assert "likeliest cause: The application's own private key" in result.err


def test_nothing_is_waited_for_at_a_terminal(account: Account) -> None:
    watched = run_in_terminal(["verify-response"], account.home, 80)
    assert watched.status == 2
    assert "FILE is missing" in watched.screen


def test_two_files_are_refused(account: Account) -> None:
    result = verify(account, b"", "one", "two")
    assert result.status == 2


def test_nothing_of_the_key_is_shown(account: Account) -> None:
    secret = private_pem(account.keys.app).splitlines()[1]
    for form in ("pretty", "plain", "json"):
        result = verify(account, signed_answer(account.keys.stranger), "-o", form, "--debug")
        assert secret not in result.out + result.err
