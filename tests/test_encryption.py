"""Content encryption: what is sent, which answers are believed, and what is never told."""

import base64
import binascii
import contextlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote_to_bytes

import pytest

from tests.conftest import Account, Keys
from tests.support.aes import (
    KEY,
    KEY_TEXT,
    OTHER_KEY,
    decrypt,
    encrypt,
    encrypt_blocks,
    openssl,
    padded,
)
from tests.support.canaries import make_canaries
from tests.support.exchange import SUCCEEDED, UNTRUSTED_ANSWERED, Ending, ending
from tests.support.independent import (
    BIZ_NO,
    NODE,
    SUCCESS,
    ReadRequest,
    node_text,
    read_request,
    sign,
    signed_answer,
)
from tests.support.program import Result
from tests.support.record import history_of
from tests.support.stub import Said, Seen, stub_gateway

NAME, NUMBER = "收委", "260104197909275964"
TOKEN = "202610BBcanary4token7of9nobody0QQxx1yyZZ"  # noqa: S105 -- nobody's
REFUSAL = node_text(code="40004", msg="Business Failed", sub_code="BIZ_ERROR", sub_msg="没有")
REFUSED = Ending(4, "business", "answered", False, True)
FORMS = ["pretty", "plain", "json", "curl"]

Answer = Callable[[Seen], Said] | Said | bytes


@pytest.fixture
def encrypted(account: Account) -> Account:
    """The account with content encryption, its key in the profile."""
    account.write(encrypt_key=KEY_TEXT)
    return account


def sent(account: Account, answer: Answer, *arguments: str) -> tuple[Result, list[Seen]]:
    """Make a call that gets this answer; return what the gateway saw, too."""
    with stub_gateway(answer) as stub:
        options = (f"--gateway={stub.url}", "--transaction-id=T1", "--output=json", *arguments)
        return account.init_cert(*options), stub.seen


def ask(account: Account, answer: Answer, *arguments: str) -> Result:
    """Make a call that gets this answer."""
    return sent(account, answer, *arguments)[0]


def cipher_answer(keys: Keys, cipher: str, charset: str = "utf-8") -> bytes:
    """Return an answer whose node is this string, properly signed with its quotes."""
    return signed_answer(keys.alipay, f'"{cipher}"', charset=charset)


def opened(request: ReadRequest) -> dict[str, str]:
    """Return the interface's own parameters of an encrypted request."""
    text = decrypt(request.params["biz_content"]).decode(request.params["charset"])
    content: dict[str, str] = json.loads(text)
    return content


# --- the request ----------------------------------------------------------------------------------


@pytest.mark.parametrize("charset", ["utf-8", "gbk"])
def test_the_request_goes_out_encrypted_and_the_cipher_text_is_signed(
    encrypted: Account, keys: Keys, charset: str
) -> None:
    answer = signed_answer(keys.alipay, charset=charset)
    made, [seen] = sent(encrypted, answer, f"--charset={charset}", f"--app-auth-token={TOKEN}")
    assert ending(made) == SUCCEEDED
    request = read_request(seen.query, seen.body)
    assert request.params["encrypt_type"] == "AES"
    assert "encrypt_type=AES" in seen.query
    assert request.is_signed_by(keys.app)
    cipher = request.params["biz_content"]
    assert f"&biz_content={cipher}&charset=" in request.string_to_sign.decode(charset)
    assert cipher == encrypt(decrypt(cipher))  # one line, the least padding, canonical base64
    assert opened(request)["transaction_id"] == "T1"
    identity = json.loads(opened(request)["identity_param"])
    assert (identity["cert_name"], identity["cert_no"]) == (NAME, NUMBER)
    data = openssl("-d", cipher.encode())
    assert data == decrypt(cipher)
    assert NAME.encode(charset) in data


def test_what_is_encrypted_is_what_goes_out_without_encryption(
    encrypted: Account, keys: Keys
) -> None:
    """To the byte: the same text is encrypted that is sent as it is otherwise."""
    answer = signed_answer(keys.alipay)
    options = ('--ext-biz-param={"note": "a/b"}', "--cert-name=O'Brien-李&=")
    _, [with_it] = sent(encrypted, answer, *options)
    encrypted.write()
    _, [without] = sent(encrypted, answer, *options)
    plain = read_request(without.query, without.body)
    cipher = read_request(with_it.query, with_it.body)
    assert decrypt(cipher.params["biz_content"]).decode() == plain.params["biz_content"]
    assert "encrypt_type" not in plain.params
    names = set(cipher.params) - {"encrypt_type", "biz_content", "sign"}
    assert names == set(plain.params) - {"biz_content", "sign"}
    assert all(cipher.params[name] == plain.params[name] for name in names)


def test_nothing_of_the_person_leaves_the_machine_in_the_clear(
    encrypted: Account, keys: Keys
) -> None:
    _, [seen] = sent(encrypted, signed_answer(keys.alipay))
    everything = seen.path.encode() + seen.query.encode() + seen.body
    everything += repr(sorted(seen.headers.items())).encode()
    for text in clear_texts(everything):
        assert NUMBER.encode() not in text
        assert NAME.encode() not in text
        assert b"cert_name" not in text


def test_each_attempt_is_the_same_content_under_a_signature_of_its_own(
    encrypted: Account, keys: Keys
) -> None:
    answers = [Said(b"", status=503), Said(cipher_answer(keys, encrypt(SUCCESS.encode())))]
    made, seen = sent(encrypted, lambda _: answers.pop(0), "--retries=1")
    assert (ending(made), made.json["attempts"]) == (SUCCEEDED, 2)
    requests = [read_request(one.query, one.body) for one in seen]
    assert len(requests) == 2
    assert len({request.params["biz_content"] for request in requests}) == 1
    assert [request for request in requests if not request.is_signed_by(keys.app)] == []


# --- the answer -----------------------------------------------------------------------------------


@pytest.mark.parametrize("charset", ["utf-8", "gbk"])
@pytest.mark.parametrize("by", ["cryptography", "openssl"])
def test_an_encrypted_answer_is_read(encrypted: Account, keys: Keys, charset: str, by: str) -> None:
    for node, expected in ((SUCCESS, SUCCEEDED), (REFUSAL, REFUSED)):
        data = node.encode(charset)
        cipher = encrypt(data) if by == "cryptography" else openssl("-e", data).decode()
        made = ask(encrypted, cipher_answer(keys, cipher, charset), f"--charset={charset}")
        assert ending(made) == expected
        assert made.json["biz_no"] == (BIZ_NO if node is SUCCESS else None)
        assert made.json["sub_msg"] == (None if node is SUCCESS else "没有")


def with_slash() -> str:
    """Return the cipher text of a success that holds a slash and begins with none."""
    for number in range(200):
        node = node_text(code="10000", msg=f"Success {number}", biz_no=BIZ_NO)
        cipher = encrypt(node.encode())
        if "/" in cipher[1:-1]:
            return cipher
    raise AssertionError("no slash in 200 cipher texts")


def test_the_signature_is_of_the_string_with_its_quotes(encrypted: Account, keys: Keys) -> None:
    """As it stands, or without the escapes of its slashes; of nothing else."""
    cipher = with_slash()
    escaped = cipher.replace("/", r"\/")
    for node, signed, holds in (
        (f'"{cipher}"', f'"{cipher}"', True),
        (f'"{escaped}"', f'"{escaped}"', True),
        (f'"{escaped}"', f'"{cipher}"', True),
        (f'"{cipher}"', f'"{escaped}"', False),
        (f'"{cipher}"', cipher, False),
        (f'"{cipher}"', decrypt(cipher).decode(), False),
        (f'"{cipher}"', f'"{decrypt(cipher).decode()}"', False),
        (f'"\\u00{ord(cipher[0]):02x}{cipher[1:]}"', f'"{cipher}"', False),
    ):
        signature = sign(signed.encode(), keys.alipay)
        for members in (f'"{NODE}":{node},"sign":"SIGN"', f'"sign":"SIGN" , "{NODE}" : {node} '):
            made = ask(encrypted, f"{{{members.replace('SIGN', signature)}}}".encode())
            assert ending(made) == (SUCCEEDED if holds else UNTRUSTED_ANSWERED)


def test_an_escape_in_the_string_is_read_if_it_was_signed(encrypted: Account, keys: Keys) -> None:
    cipher = encrypt(SUCCESS.encode())
    node = f'"\\u00{ord(cipher[0]):02x}{cipher[1:]}"'
    assert ending(ask(encrypted, signed_answer(keys.alipay, node))) == SUCCEEDED


SUCCESS_BYTES = SUCCESS.encode()
BLOCKS = padded(SUCCESS_BYTES)
# Whole blocks that end with a closing brace, so that what follows is the padding alone.
EVEN = SUCCESS_BYTES.replace(b"Success", b"Success" + b"." * (-len(SUCCESS_BYTES) % 16))


UNDECRYPTABLE = {
    "another key": encrypt(SUCCESS_BYTES, OTHER_KEY),
    "padding of zeros": encrypt_blocks(EVEN + bytes(16)),
    "padding too long": encrypt_blocks(EVEN + b"\x11" * 16),
    "padding of two values": encrypt_blocks(EVEN + b"\x10" * 14 + b"\x0f\x10"),
    "padding by length alone": encrypt_blocks(EVEN + bytes(15) + b"\x10"),
    "no padding": encrypt_blocks(EVEN),
    "only padding": encrypt_blocks(b"\x10" * 16),
    "nothing": "",
    "not whole blocks": base64.b64encode(base64.b64decode(encrypt(SUCCESS_BYTES))[:-1]).decode(),
    "the first block missing": encrypt_blocks(BLOCKS)[64:],
    "bytes in front": encrypt(b"\0" + SUCCESS_BYTES),
    "not base64": encrypt(SUCCESS_BYTES).replace(encrypt(SUCCESS_BYTES)[7], "!", 1),
    "base64 for URLs": "-_" * 16,
    "base64 cut short": encrypt(SUCCESS_BYTES)[:-1],
    "base64 with a space": " " + encrypt(SUCCESS_BYTES),
    "base64 of two lines": encrypt(SUCCESS_BYTES)[:60] + r"\n" + encrypt(SUCCESS_BYTES)[60:],
    "characters of no base64": "收委",
    "the node itself": SUCCESS.replace('"', r"\""),
    "hexadecimal": base64.b64decode(encrypt(SUCCESS_BYTES)).hex(),
    "not JSON": encrypt(b"Success"),
    "JSON cut short": encrypt(SUCCESS_BYTES[:-1]),
    "two values": encrypt(SUCCESS_BYTES + b"{}"),
    "a member twice": encrypt(SUCCESS_BYTES.replace(b"{", b'{"code":"40004",')),
    "nested without end": encrypt(b'{"code":"10000","a":' + b"[" * 20_000),
    "an array": encrypt(b"[" + SUCCESS_BYTES + b"]"),
    "a number": encrypt(b"7"),
    "null": encrypt(b"null"),
    "a string": encrypt(f'"{encrypt(SUCCESS_BYTES)}"'.encode()),
    "another charset": encrypt(REFUSAL.encode("gbk")),
    "no text": encrypt(SUCCESS_BYTES.replace(b"Success", b"\xff\xfe")),
}


def test_whatever_is_wrong_inside_is_told_in_the_same_words(encrypted: Account, keys: Keys) -> None:
    """Else who sends cipher texts learns from the words how far each of them got: an oracle.

    All that is shown is the same, where it arose included.
    """
    answers = [cipher_answer(keys, cipher) for cipher in UNDECRYPTABLE.values()]
    shown: dict[Result, list[str]] = {}
    with stub_gateway(lambda _: Said(answers.pop(0))) as stub:
        for name in UNDECRYPTABLE:
            options = (f"--gateway={stub.url}", "--transaction-id=T1", "--output=json", "--debug")
            shown.setdefault(encrypted.init_cert(*options), []).append(name)
    [made] = shown
    assert ending(made) == UNTRUSTED_ANSWERED
    assert made.json["description"] == (
        "The answer's signature holds, but encrypt_key does not decrypt it"
    )
    assert "Check that encrypt_key is the one" in str(made.json["solution"])
    assert answers == []


@pytest.mark.parametrize("name", ["right", "another key", "no padding", "not base64", "a number"])
def test_nothing_is_decrypted_before_the_signature_holds(
    encrypted: Account, keys: Keys, name: str
) -> None:
    """Whatever is inside, a wrong signature is told in the same words."""
    cipher = {**UNDECRYPTABLE, "right": encrypt(SUCCESS_BYTES)}[name]
    for signature, words in (
        (sign(f'"{cipher}"'.encode(), keys.stranger), "The answer's signature does not hold"),
        (sign(SUCCESS_BYTES, keys.alipay), "The answer's signature does not hold"),
        ("no signature", "The answer's signature is not one line of base64"),
    ):
        made = ask(encrypted, f'{{"{NODE}":"{cipher}","sign":"{signature}"}}'.encode())
        assert ending(made) == UNTRUSTED_ANSWERED
        assert str(made.json["description"]).startswith(words)
        assert BIZ_NO not in made.out + made.err


@pytest.mark.parametrize("node", [SUCCESS, REFUSAL], ids=["success", "refusal"])
def test_an_encrypted_answer_without_a_signature_is_not_opened(
    encrypted: Account, node: str
) -> None:
    for cipher in (encrypt(node.encode()), encrypt(node.encode(), OTHER_KEY)):
        made = ask(encrypted, f'{{"{NODE}":"{cipher}"}}'.encode())
        assert ending(made) == UNTRUSTED_ANSWERED
        words = "The answer reports success unsigned, or is encrypted and unsigned"
        assert made.json["description"] == words
        assert made.json["sub_code"] is None


def test_an_encrypted_answer_without_a_key_is_not_believed(account: Account, keys: Keys) -> None:
    made = ask(account, cipher_answer(keys, encrypt(SUCCESS_BYTES)))
    assert ending(made) == UNTRUSTED_ANSWERED
    words = "The answer is encrypted, and there is no key to decrypt it with"
    assert made.json["description"] == words
    assert str(made.json["solution"]).startswith("Set encrypt_key_file in the profile")


def test_an_answer_that_is_not_encrypted_is_read_as_it_is(encrypted: Account, keys: Keys) -> None:
    """A refusal may come before the gateway knows of any encryption."""
    assert ending(ask(encrypted, signed_answer(keys.alipay))) == SUCCEEDED
    assert ending(ask(encrypted, signed_answer(keys.alipay, REFUSAL))) == REFUSED
    unsigned = ask(encrypted, f'{{"{NODE}":{REFUSAL}}}'.encode())
    assert ending(unsigned) == REFUSED._replace(verified=False)
    assert unsigned.json["sub_code"] == "BIZ_ERROR"
    assert ending(ask(encrypted, f'{{"{NODE}":{SUCCESS}}}'.encode())) == UNTRUSTED_ANSWERED


def test_what_was_encrypted_is_held_to_the_same_rules(encrypted: Account, keys: Keys) -> None:
    for node, words in (
        (node_text(code="10000", msg="Success"), "The answer has no proper biz_no"),
        (node_text(msg="Success", biz_no=BIZ_NO), "The answer's code is missing or no text"),
        ('{"code":10000}', "The answer's code is missing or no text"),
    ):
        made = ask(encrypted, cipher_answer(keys, encrypt(node.encode())))
        assert ending(made) == UNTRUSTED_ANSWERED
        assert made.json["description"] == words
    error = f'"{encrypt(REFUSAL.encode())}"'
    signature = sign(error.encode(), keys.alipay)
    made = ask(encrypted, f'{{"error_response":{error},"sign":"{signature}"}}'.encode())
    assert ending(made) == REFUSED


# --- the key --------------------------------------------------------------------------------------

NO_KEY = "is no AES key: not base64 of 16 bytes"


def base64_of(size: int) -> str:
    """Return base64 of so many bytes."""
    return base64.b64encode(bytes(range(100, 100 + size))).decode()


WRONG_KEYS = {
    "a byte less": base64_of(15),
    "a byte more": base64_of(17),
    "of AES-192": base64_of(24),
    "of AES-256": base64_of(32),
    "hexadecimal": KEY.hex(),
    "hexadecimal of 8 bytes": KEY.hex()[:16],
    "16 characters": "0123456789abcdef",
    "base64 for URLs": base64.urlsafe_b64encode(b"\xfb\xff" * 8).decode(),
    "without its end": KEY_TEXT.rstrip("="),
    "on two lines": f"{KEY_TEXT[:12]}\n{KEY_TEXT[12:]}",
    "with a mark": KEY_TEXT.replace(KEY_TEXT[3], "*", 1),
    "with quotes": f'"{KEY_TEXT}"',
    "Chinese": "接口内容加密密钥",
    "twice": f"{KEY_TEXT}\n{KEY_TEXT}",
    "white space": " \n",
}


@pytest.mark.parametrize("name", WRONG_KEYS)
def test_what_is_no_key_is_an_error_in_words_that_does_not_show_it(
    account: Account, name: str
) -> None:
    text = WRONG_KEYS[name]
    file = account.home / "wrong.txt"
    file.write_text(text, encoding="utf-8")
    file.chmod(0o600)
    account.write(encrypt_key=text)
    in_profile = account.init_cert("--output=json")
    account.write()
    in_file = account.init_cert("--output=json", f"--encrypt-key-file={file}")
    in_variable = account.init_cert("--output=json", variables={"ZHIMA_ENCRYPT_KEY": text})
    origin = f"{account.config}: profiles.default.encrypt_key"
    for result, where in (
        (in_profile, origin),
        (in_file, f"--encrypt-key-file: {file}"),
        (in_variable, "ZHIMA_ENCRYPT_KEY"),
    ):
        assert (result.status, result.json["sent"]) == (3, "no")
        assert result.json["description"] == f"{where} {NO_KEY}"
        assert text.strip()[:8] not in result.out + result.err or not text.strip()


def test_an_empty_key_in_the_profile_is_no_key_and_not_no_encryption(account: Account) -> None:
    account.write(encrypt_key="")
    result = account.init_cert("--output=json")
    assert (result.status, result.json["kind"]) == (3, "config")
    assert str(result.json["description"]).endswith(NO_KEY)
    account.write(encrypt_key_file="")
    result = account.init_cert("--output=json")
    where = f"{account.config}: profiles.default.encrypt_key_file"
    assert (result.status, result.json["description"]) == (3, f"{where} is empty")
    result = account.init_cert("--output=json", "--encrypt-key-file=")
    assert "--encrypt-key-file is empty" in str(result.json["description"])
    account.write()
    shown = account.init_cert("--dry-run", "-ojson", variables={"ZHIMA_ENCRYPT_KEY": ""})
    assert shown.status == 0
    assert "encrypt_type" not in shown.out


def cipher_of(result: Result) -> str:
    """Return the biz_content of a dry run's JSON."""
    assert result.status == 0, result
    params = result.json["params"]
    assert isinstance(params, dict)
    return str(params["biz_content"])


@pytest.mark.parametrize(
    "content",
    [f"{KEY_TEXT}\n", f"\r\n  {KEY_TEXT}\r\n", f"\ufeff{KEY_TEXT}", KEY_TEXT],
    ids=["a line", "lines of Windows", "a byte-order mark", "no line end"],
)
def test_the_keys_file_is_one_line(account: Account, content: str) -> None:
    file = account.config.parent / "aes.txt"
    file.write_text(content, encoding="utf-8", newline="")
    file.chmod(0o600)
    account.write(encrypt_key_file="aes.txt")
    shown = account.init_cert("--dry-run", "--output=json", "--transaction-id=T1")
    assert NUMBER in decrypt(cipher_of(shown)).decode()
    assert shown.err == ""


def test_a_flag_goes_before_the_environment_and_that_before_the_profile(account: Account) -> None:
    keys = [bytes([number]) * 16 for number in range(4)]
    texts = [base64.b64encode(key).decode() for key in keys]
    files = [account.home / f"{number}.txt" for number in range(4)]
    for file, text in zip(files, texts, strict=True):
        file.write_text(text)
        file.chmod(0o600)
    account.write(encrypt_key=texts[0])
    flag = (f"--encrypt-key-file={files[3]}",)
    inline = {"ZHIMA_ENCRYPT_KEY": texts[1]}
    by_file = {"ZHIMA_ENCRYPT_KEY_FILE": str(files[2])}
    cases: list[tuple[tuple[str, ...], dict[str, str], int]] = [
        ((), {}, 0),
        ((), inline, 1),
        ((), by_file, 2),
        (flag, by_file, 3),
        (flag, {**inline, **by_file}, 3),
    ]
    for arguments, variables, number in cases:
        shown = account.init_cert("--dry-run", "-ojson", *arguments, variables=variables)
        assert NUMBER in decrypt(cipher_of(shown), keys[number]).decode()


def test_both_forms_of_the_key_are_one_too_many(account: Account) -> None:
    account.write(encrypt_key=KEY_TEXT, encrypt_key_file="aes.txt")
    result = account.init_cert("--output=json")
    one, two = (
        f"{account.config}: profiles.default.{name}" for name in ("encrypt_key", "encrypt_key_file")
    )
    assert (result.status, result.json["description"]) == (3, f"{one} and {two} are both set")
    account.write()
    variables = {"ZHIMA_ENCRYPT_KEY": KEY_TEXT, "ZHIMA_ENCRYPT_KEY_FILE": "aes.txt"}
    result = account.init_cert("--output=json", variables=variables)
    words = "ZHIMA_ENCRYPT_KEY and ZHIMA_ENCRYPT_KEY_FILE are both set"
    assert (result.status, result.json["description"]) == (3, words)


def test_a_keys_file_that_is_not_there_is_an_error_in_words(account: Account) -> None:
    account.write(encrypt_key_file="no/aes.txt")
    result = account.init_cert("--output=json")
    path = account.config.parent / "no/aes.txt"
    assert result.status == 3
    assert f"the file cannot be read: {path}: No such file" in str(result.json["description"])


@pytest.mark.parametrize(
    "key",
    [
        KEY_TEXT,
        f"{KEY_TEXT} ",
        "ab/cd/ef+gh/ij/kl/mnopQ==",
        "AB//CD//EF//GH//IJKLMQ==",
        # What a double click leaves of it.
        KEY_TEXT[:-2],
        f"{KEY_TEXT[:-1]} ",
        "ab/cd/ef+gh/ij/kl/mnoQ",
    ],
)
def test_a_key_in_the_place_of_its_file_is_not_shown(account: Account, key: str) -> None:
    """An easy mistake, and the message goes into logs."""
    account.write(encrypt_key_file=key)
    in_profile = account.init_cert("--output=json", "--debug")
    account.write()
    by_flag = account.init_cert("--output=json", "--debug", f"--encrypt-key-file={key}")
    variables = {"ZHIMA_ENCRYPT_KEY_FILE": key}
    by_variable = account.init_cert("--output=json", "--debug", variables=variables)
    for result in (in_profile, by_flag, by_variable):
        assert result.status == 3
        assert "the file cannot be read: …: No such file or directory" in result.out
        for piece in key.replace("//", "/").split("/"):
            assert len(piece) < 6 or piece not in result.out + result.err


@pytest.mark.parametrize(
    "name",
    ["aes.txt", "abcdefghijklmnopqrstug", "aes/production/keys/Q", "ABcdefghijklmnopqrstu.Q"],
)
def test_a_files_name_is_shown(account: Account, name: str) -> None:
    shown = account.init_cert("--output=json", f"--encrypt-key-file={name}")
    assert f"the file cannot be read: {name}: No such file" in str(shown.json["description"])


def test_others_who_can_read_the_key_are_warned_of_once(account: Account, tmp_path: Path) -> None:
    file = tmp_path / "aes.txt"
    file.write_text(KEY_TEXT)
    file.chmod(0o644)
    options = ("--dry-run", "--output=json", "--transaction-id=T1")
    shown = account.init_cert(*options, f"--encrypt-key-file={file}")
    words = "zhima: warning: Others can read the secret in {} (mode 0644) - "
    assert shown.err.startswith(words.format(file))
    assert shown.err.count("\n") == 1
    account.write(encrypt_key=KEY_TEXT)
    account.config.chmod(0o644)
    shown = account.init_cert(*options)
    assert shown.err.startswith(words.format(account.config))
    assert shown.err.count("\n") == 1


# --- a dry run ------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_a_dry_run_shows_what_is_sent_and_what_is_in_it(encrypted: Account, form: str) -> None:
    options = ("--dry-run", f"--output={form}", "--transaction-id=T1")
    shown = encrypted.init_cert(*options, variables={"COLUMNS": "9999"})
    assert shown.status == 0
    [body] = set(re.findall(r"biz_content=([A-Za-z0-9%]+)(?=['\"\s])", shown.out))
    cipher = unquote_to_bytes(body).decode()
    assert NAME in decrypt(cipher).decode()
    assert "encrypt_type=AES" in shown.out
    assert NUMBER in decrypted_texts(shown.out.encode())[0].decode()
    if form == "curl":  # it is to be sent as it stands
        assert NAME not in shown.out
        assert NUMBER not in shown.out
    else:
        assert NAME in shown.out
        assert f"biz_content={cipher}&charset=" in shown.out  # the string to be signed
    if form == "json":
        said = shown.json
        content = said["biz_content"]
        assert isinstance(content, dict)
        assert cipher_of(shown) == cipher
        assert json.loads(decrypt(cipher)) == content


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("charset", ["utf-8", "gbk"])
def test_redacted_there_is_nothing_of_the_person_not_even_encrypted(
    encrypted: Account, form: str, charset: str
) -> None:
    shown = encrypted.init_cert(
        *("--dry-run", "--redact", f"--output={form}", f"--charset={charset}"),
        f"--app-auth-token={TOKEN}",
        variables={"COLUMNS": "9999"},
    )
    assert shown.status == 0
    assert "encrypt_type=AES" in shown.out
    name = NAME.encode(charset)
    everything = (shown.out + shown.err).encode()
    for text in (*clear_texts(everything), *decrypted_texts(everything)):
        for secret in (name, NAME.encode(), NUMBER.encode(), TOKEN.encode(), KEY):
            assert secret not in text
    masked = "biz_content=%2A%2A%2A" if form == "curl" else "biz_content=***&charset="
    assert masked in shown.out


def clear_texts(data: bytes) -> list[bytes]:
    """Return the data, percent-decoded too, and what is in it as base64."""
    texts = [data, unquote_to_bytes(data)]
    for text in tuple(texts):
        for run in re.findall(rb"[A-Za-z0-9+/]{16,}={0,2}", text):
            try:
                decoded = base64.b64decode(run + b"=" * (-len(run) % 4))
            except binascii.Error:
                continue
            texts.append(decoded)
    return texts


def decrypted_texts(data: bytes) -> list[bytes]:
    """Return what of the data is base64 of whole blocks, decrypted."""
    runs = re.findall(rb"[A-Za-z0-9+/]{22,}={0,2}", data + b"\n" + unquote_to_bytes(data))
    texts = []
    for run in runs:
        with contextlib.suppress(ValueError):
            texts.append(decrypt(run.decode()))
    return texts


# --- what is never shown --------------------------------------------------------------------------


def test_no_key_is_in_any_output_nor_in_the_record(account: Account, keys: Keys) -> None:
    """Of calls that succeed, are refused, fail, and are only shown."""
    account.write(True, encrypt_key=KEY_TEXT)
    canaries = make_canaries(keys.app)
    pieces = [KEY_TEXT[at : at + 8] for at in range(len(KEY_TEXT) - 8)]
    pieces += [KEY.hex()[at : at + 8] for at in range(24)] + [repr(KEY)[2:20]]
    results = [
        ask(account, cipher_answer(keys, encrypt(node)), "--debug", "--verbose", *more)
        for node, more in (
            (SUCCESS_BYTES, ["--transaction-id=T2"]),
            (REFUSAL.encode(), ["--output=pretty"]),
            (b"7", ["--output=plain", "--retries=0"]),
            (b"7", ["--lang=zh", "--charset=gb2312"]),
            (b"7", ["--timeout=x"]),
            (b"7", ["--cert-name=䶮", "--charset=gbk"]),
        )
    ]
    results += [
        account.init_cert("--dry-run", "--debug", f"--output={form}", *more)
        for form in FORMS
        for more in ((), ("--redact",))
    ]
    assert [result.status for result in results] == [0, 4, 7, 7, 2, 2, *[0] * 8]
    outputs = [result.out + result.err for result in results]
    assert [piece for piece in pieces for output in outputs if piece in output] == []
    leaks = [leak for output in outputs for leak in canaries.found_in(output)]
    assert leaks == []
    record = b"".join(file.read_bytes() for file in history_of(account).parent.iterdir())
    assert b"T2" in record
    for secret in (KEY, KEY_TEXT.encode(), KEY.hex().encode(), NUMBER.encode(), NAME.encode()):
        assert secret not in record
