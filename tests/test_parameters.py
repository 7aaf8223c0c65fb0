"""The interface's own parameters: how they are given, what is refused, what gets a warning."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.conftest import Account
from tests.support.independent import BIZ_NO
from tests.support.input import (
    TRANSACTION_ID,
    Refusal,
    answering,
    dry_run,
    json_of,
    refusal,
    sent,
    shown,
)
from tests.support.program import PERSON, Result, run_process

IDENTITY = (
    '{"identity_type":"CERT_INFO","cert_type":"IDENTITY_CARD",'
    '"cert_name":"收委","cert_no":"260104197909275964"}'
)
JSON_OPTIONS = ("--identity-param", "--merchant-config", "--ext-biz-param")
EXAMPLES = {
    "--identity-param": IDENTITY,
    "--merchant-config": '{"need_user_authorization":"false"}',
    "--ext-biz-param": '{ "扩展" : [1, null, {"a": "b"}] }',
}


def _name(option: str) -> str:
    return option.removeprefix("--").replace("-", "_")


def _person(option: str) -> tuple[str, ...]:
    """Return the person's options, which exclude --identity-param."""
    return () if option == "--identity-param" else PERSON


def _refused(
    account: Account,
    *arguments: str,
    person: tuple[str, ...] = PERSON,
    variables: Mapping[str, str] | None = None,
    stdin: bytes = b"",
) -> Refusal:
    """Run for real, against a gateway that must see nothing, and return the refusal."""
    with answering(account) as stub:
        result = account.init_cert(
            "--output=json", *arguments, person=person, variables=variables, stdin=stdin
        )
        assert stub.seen == []
    return refusal(result, "usage")


# --- the three ways to give JSON -------------------------------------------------------------


@pytest.mark.parametrize("option", JSON_OPTIONS)
@pytest.mark.parametrize("way", ["text", "file", "stdin", "file-with-mark", "stdin-with-mark"])
def test_json_is_given_as_text_as_a_file_or_on_standard_input(
    account: Account, tmp_path: Path, option: str, way: str
) -> None:
    """It is sent as it was written; a byte-order mark and the last line end are not part of it."""
    text = EXAMPLES[option]
    mark = "\ufeff" if way.endswith("with-mark") else ""
    data = f"{mark}{text}\n".encode()
    file = tmp_path / "parameter.json"
    file.write_bytes(data)
    value = {"text": text, "file": f"@{file}", "stdin": "-"}[way.removesuffix("-with-mark")]
    with answering(account) as stub:
        result = account.init_cert(
            f"--transaction-id={TRANSACTION_ID}",
            *(option, value),
            person=_person(option),
            stdin=data if value == "-" else b"",
        )
    assert result == Result(0, f"{BIZ_NO}\n", "")
    assert sent(stub).request.biz_content[_name(option)] == text


def test_json_is_read_from_a_file_in_the_home_folder(account: Account) -> None:
    (account.home / "person.json").write_text(IDENTITY, encoding="utf-8")
    given = dry_run(account, "--identity-param=@~/person.json", person=())
    assert given.find("identity_param") == IDENTITY


def test_personal_data_can_stay_out_of_the_process_list(account: Account) -> None:
    """As a process, with standard input for what other users could see otherwise."""
    arguments = ("init-cert", "--dry-run", "--output=json", "--identity-param", "-")
    result = run_process(arguments, account.home, stdin=IDENTITY.encode())
    biz_content = result.json["biz_content"]
    assert isinstance(biz_content, dict)
    assert biz_content["identity_param"] == IDENTITY


@pytest.mark.parametrize(
    "options",
    [
        ("--identity-param", "--merchant-config"),
        ("--merchant-config", "--ext-biz-param"),
        ("--identity-param", "--merchant-config", "--ext-biz-param"),
    ],
)
def test_only_one_parameter_may_read_standard_input(
    account: Account, options: tuple[str, ...]
) -> None:
    person = () if "--identity-param" in options else PERSON
    arguments = [f"{option}=-" for option in options]
    refused = _refused(account, *arguments, person=person, stdin=IDENTITY.encode())
    assert refused.names(f"Only one option can read standard input: {', '.join(options)}")


@pytest.mark.parametrize("option", ["--cert-name", "--cert-no", "--cert-type", "--identity-type"])
def test_identity_param_excludes_the_four(account: Account, option: str) -> None:
    refused = _refused(account, f"--identity-param={IDENTITY}", f"{option}=A", person=())
    assert refused.names(f"--identity-param and {option} exclude each other")


def test_identity_param_stands_instead_of_the_four_variables(account: Account) -> None:
    """The flag goes before the environment here too."""
    variables = {"ZHIMA_CERT_NAME": "李雷", "ZHIMA_CERT_NO": "1", "ZHIMA_CERT_TYPE": "PASSPORT"}
    given = dry_run(account, f"--identity-param={IDENTITY}", person=(), variables=variables)
    assert given.find("identity_param") == IDENTITY


def test_the_four_are_sent_as_the_pages_json(account: Account) -> None:
    assert dry_run(account).find("identity_param") == IDENTITY


def test_an_identity_of_another_type_has_members_of_its_own(account: Account) -> None:
    """The page knows more types than it lists."""
    identity = '{"identity_type":"ALIPAY_USER_ID","user_id":"2088"}'
    given = dry_run(account, f"--identity-param={identity}", person=())
    assert given.find("identity_param") == identity


# --- JSON that is refused --------------------------------------------------------------------

NOT_JSON = {
    "cut-short": '{"a":"b"',
    "more-behind": '{"a":"b"} x',
    "two-objects": "{}{}",
    "single-quotes": "{'a':'b'}",
    "no-quotes": "{a:b}",
    "trailing-comma": '{"a":"b",}',
    "comment": '{"a":"b"} // c',
    "twice": '{"a":"1","a":"2"}',
    "twice-below": '{"a":{"b":"1","b":"2"}}',
    "twice-by-escape": '{"a":"1","\\u0061":"2"}',
    "nan": '{"a":NaN}',
    "infinity": '{"a":-Infinity}',
    "line-end-in-a-string": '{"a":"b\nc"}',
    "word": "hello",
    "number-without-end": '{"a":' + "1" * 900 + "x}",
}


@pytest.mark.parametrize("text", NOT_JSON.values(), ids=list(NOT_JSON))
def test_what_is_not_json_is_refused(account: Account, text: str) -> None:
    refused = _refused(account, f"--ext-biz-param={text}")
    assert refused.names("--ext-biz-param is not JSON")
    assert "@FILE" in refused.solutions[0]


@pytest.mark.parametrize("option", JSON_OPTIONS)
def test_what_is_not_json_is_refused_in_each_of_the_three(account: Account, option: str) -> None:
    refused = _refused(account, f"{option}={NOT_JSON['twice']}", person=_person(option))
    assert refused.names(f"{option} is not JSON")


@pytest.mark.parametrize("quotes", ["“”", "””", "‘’"])
def test_typographic_quotes_are_told(account: Account, quotes: str) -> None:
    """The page's own text has one, and word processors make them."""
    text = f'{{"identity_type":{quotes[0]}CERT_INFO{quotes[1]}}}'
    refused = _refused(account, f"--identity-param={text}", person=())
    assert refused.names("--identity-param is not JSON: it has typographic quotes")
    assert "“ ”" in refused.descriptions[0]


def test_typographic_quotes_within_a_string_are_text(account: Account) -> None:
    text = '{"a":"“b”"}'
    assert dry_run(account, f"--merchant-config={text}").find("merchant_config") == text


@pytest.mark.parametrize("text", ["[]", '"a"', "1", "null"])
@pytest.mark.parametrize("option", JSON_OPTIONS)
def test_json_that_is_no_object_is_refused(account: Account, option: str, text: str) -> None:
    refused = _refused(account, f"{option}={text}", person=_person(option))
    assert refused.names(f"{option} is JSON, but no object")


@pytest.mark.parametrize("way", ["text", "file", "stdin"])
@pytest.mark.parametrize("option", JSON_OPTIONS)
def test_nothing_in_the_place_of_json_is_refused(
    account: Account, tmp_path: Path, option: str, way: str
) -> None:
    (tmp_path / "empty").write_bytes(b" \n")
    value = {"text": "", "file": f"@{tmp_path / 'empty'}", "stdin": "-"}[way]
    refused = _refused(account, f"{option}={value}", person=_person(option), stdin=b"\r\n")
    assert refused.names(f"{option} is empty")


@pytest.mark.parametrize("depth", [2000, 30_000], ids=["in-the-limit", "over-the-limit"])
def test_json_that_nests_without_end_is_refused(account: Account, depth: int) -> None:
    text = '{"a":' + "[" * depth + "]" * depth + "}"
    refused = _refused(account, "--ext-biz-param=-", stdin=text.encode())
    assert "--ext-biz-param is not JSON" in refused.descriptions[-1]


@pytest.mark.parametrize(
    "text",
    [
        r'{"a":"\ud800"}',
        r'{"\udc00":"a"}',
        r'{"a":[{"b":"\ude00\ud83d"}]}',
    ],
)
def test_half_a_character_in_json_is_refused(account: Account, text: str) -> None:
    refused = _refused(account, f"--merchant-config={text}")
    assert refused.names("--merchant-config holds something that is no text")


def test_a_whole_character_of_two_halves_in_json_is_sent(account: Account) -> None:
    text = r'{"a":"\ud842\udfb7"}'
    assert dry_run(account, f"--merchant-config={text}").find("merchant_config") == text


IDENTITY_MEMBERS = ("identity_type", "cert_type", "cert_name", "cert_no")


@pytest.mark.parametrize("value", [None, "", 1, ["x"]], ids=["missing", "empty", "number", "array"])
@pytest.mark.parametrize("member", IDENTITY_MEMBERS)
def test_an_identity_that_lacks_a_member_is_refused(
    account: Account, member: str, value: object
) -> None:
    identity = json.loads(IDENTITY)
    identity[member] = value
    if value is None:
        del identity[member]
    refused = _refused(account, f"--identity-param={json.dumps(identity)}", person=())
    assert refused.names(f"--identity-param lacks {member}")


def test_all_members_that_an_identity_lacks_are_named_at_once(account: Account) -> None:
    refused = _refused(account, '--identity-param={"identity_type":"CERT_INFO"}', person=())
    for member in ("cert_type", "cert_name", "cert_no"):
        assert member in refused.text


# --- files -----------------------------------------------------------------------------------


@pytest.mark.parametrize("option", JSON_OPTIONS)
def test_a_file_that_there_is_not_is_refused(account: Account, option: str) -> None:
    file = account.home / "nowhere.json"
    refused = _refused(account, f"{option}=@{file}", person=_person(option))
    assert refused.names(f"{option}: the file cannot be read: {file}: No such file")


def test_a_folder_in_the_files_place_is_refused(account: Account) -> None:
    refused = _refused(account, f"--merchant-config=@{account.home}")
    assert refused.names(f"--merchant-config: the file cannot be read: {account.home}: Is a dir")


def test_no_name_of_a_file_is_refused(account: Account) -> None:
    refused = _refused(account, "--merchant-config=@")
    assert refused.names("--merchant-config: the file cannot be read")


def test_json_typed_where_a_files_name_is_due_is_not_shown(account: Account) -> None:
    refused = _refused(account, f"--identity-param=@{IDENTITY}", person=())
    assert refused.names("--identity-param: the file cannot be read")
    assert "收委" not in refused.text
    assert "260104197909275964" not in refused.text


@pytest.mark.parametrize("way", ["file", "stdin"])
def test_what_is_not_utf_8_is_refused(account: Account, tmp_path: Path, way: str) -> None:
    data = IDENTITY.encode("gbk")
    (tmp_path / "gbk.json").write_bytes(data)
    value = "-" if way == "stdin" else f"@{tmp_path / 'gbk.json'}"
    refused = _refused(account, f"--identity-param={value}", person=(), stdin=data)
    assert refused.names("is not UTF-8 text")
    assert "--identity-param" in refused.descriptions[0]


@pytest.mark.parametrize("way", ["file", "stdin"])
def test_a_file_without_end_is_refused(account: Account, tmp_path: Path, way: str) -> None:
    data = json_of(64 * 1024 + 1).encode()
    (tmp_path / "large.json").write_bytes(data)
    value = "-" if way == "stdin" else f"@{tmp_path / 'large.json'}"
    refused = _refused(account, f"--ext-biz-param={value}", stdin=data)
    assert refused.names("is larger than 65536 bytes")
    assert "--ext-biz-param" in refused.descriptions[0]


def test_a_device_without_end_is_refused(account: Account) -> None:
    refused = _refused(account, "--ext-biz-param=@/dev/zero")
    assert refused.names("/dev/zero is larger than 65536 bytes")


# --- charsets --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("charset", "name", "character", "able"),
    [
        pytest.param("gb2312", "朱镕基", "镕 (U+9555)", {"utf-8", "gbk"}, id="gb2312-rare"),
        pytest.param("gb2312", "阿卜杜拉·买买提", "· (U+00B7)", {"utf-8", "gbk"}, id="gb2312-dot"),
        pytest.param("gbk", "𠮷野", "𠮷 (U+20BB7)", {"utf-8"}, id="gbk-rare"),
        pytest.param("gb2312", "𠮷野", "𠮷 (U+20BB7)", {"utf-8"}, id="gb2312-rarer"),
        pytest.param("gbk", "王㐂", "㐂 (U+3402)", {"utf-8"}, id="gbk-extension-a"),
        pytest.param("gb2312", "朱镕·基𠮷", "镕 (U+9555)", {"utf-8"}, id="first-of-several"),
    ],
)
@pytest.mark.parametrize("way", ["flag", "variable", "identity-param"])
def test_a_character_that_the_charset_lacks_is_named_with_the_charsets_that_can(
    account: Account, charset: str, name: str, character: str, able: set[str], way: str
) -> None:
    identity = json.dumps(json.loads(IDENTITY) | {"cert_name": name}, ensure_ascii=False)
    arguments, variables, subject = {
        "flag": ([f"--cert-name={name}", "--cert-no=A"], {}, "--cert-name"),
        "variable": (["--cert-no=A"], {"ZHIMA_CERT_NAME": name}, "ZHIMA_CERT_NAME"),
        "identity-param": ([f"--identity-param={identity}"], {}, "--identity-param"),
    }[way]
    refused = _refused(account, f"--charset={charset}", *arguments, person=(), variables=variables)
    assert refused.names(f"{subject} ({charset}) cannot write the character {character}")
    named = {other for other in ("utf-8", "gbk", "gb2312") if other in refused.solutions[0]}
    assert named == able
    assert name not in refused.text


@pytest.mark.parametrize(
    "option",
    [
        *("--product-code", "--biz-code", "--linked-merchant-id", "--app-auth-token", "--app-id"),
        *("--cert-no", "--cert-type", "--identity-type"),
    ],
)
def test_every_value_must_be_in_the_charset(account: Account, option: str) -> None:
    person = [text for text in PERSON if not text.startswith(f"{option}=")]
    refused = _refused(account, "--charset=gb2312", f"{option}=镕", person=tuple(person))
    assert refused.names(f"{option} (gb2312) cannot write the character 镕 (U+9555)")


@pytest.mark.parametrize("option", ["--merchant-config", "--ext-biz-param"])
def test_every_json_must_be_in_the_charset(account: Account, option: str) -> None:
    refused = _refused(account, "--charset=gb2312", f'{option}={{"a":"镕"}}')
    assert refused.names(f"{option} (gb2312) cannot write the character 镕 (U+9555)")


@pytest.mark.parametrize(
    ("charset", "name", "encoded"),
    [
        pytest.param("utf-8", "阿卜杜拉·买买提", "%C2%B7", id="dot-in-utf-8"),
        pytest.param("gbk", "阿卜杜拉·买买提", "%A1%A4", id="dot-in-gbk"),
        pytest.param("gbk", "朱镕基", "%E9F", id="rare-in-gbk"),
        pytest.param("utf-8", "𠮷野", "%F0%A0%AE%B7", id="rarer-in-utf-8"),
        pytest.param("gb2312", "收委", "%CA%D5%CE%AF", id="common-in-gb2312"),
    ],
)
def test_a_character_that_the_charset_has_is_sent_in_its_bytes(
    account: Account, charset: str, name: str, encoded: str
) -> None:
    with answering(account) as stub:
        result = account.init_cert(
            f"--charset={charset}", person=(f"--cert-name={name}", "--cert-no=A")
        )
    assert (result.status, result.out) == (0, f"{BIZ_NO}\n")
    assert encoded in stub.seen[0].body.decode("ascii")
    given = sent(stub)
    assert given.identity["cert_name"] == name
    assert given.request.is_signed_by(account.keys.app)


@pytest.mark.parametrize("charset", ["utf-8", "gbk", "gb2312"])
@pytest.mark.parametrize(
    "option",
    [
        *("--cert-name", "--cert-no", "--product-code", "--app-auth-token", "--app-id"),
        "--merchant-config",
    ],
)
def test_what_is_no_text_is_refused(account: Account, option: str, charset: str) -> None:
    """Bytes of the command line that are not UTF-8 come to Python as lone surrogates."""
    person = [text for text in PERSON if not text.startswith(f"{option}=")]
    value = '{"a":"\udcff"}' if option == "--merchant-config" else "a\udcff"
    refused = _refused(account, f"--charset={charset}", f"{option}={value}", person=tuple(person))
    assert refused.names(f"{option} holds something that is no text")


@pytest.mark.parametrize("way", ["flag", "variable"])
def test_bytes_of_a_process_that_are_no_text_are_refused(account: Account, way: str) -> None:
    """A terminal in another encoding than the locale's: here gbk, in a locale of UTF-8."""
    name = "收委".encode("gbk").decode("utf-8", "surrogateescape")
    arguments = ["init-cert", "--cert-no=A", "--output=json", "--dry-run"]
    if way == "flag":
        result = run_process([*arguments, f"--cert-name={name}"], account.home)
    else:
        result = run_process(arguments, account.home, ZHIMA_CERT_NAME=name)
    subject = "--cert-name" if way == "flag" else "ZHIMA_CERT_NAME"
    assert refusal(result, "usage").names(f"{subject} holds something that is no text")


# --- warnings --------------------------------------------------------------------------------

# GB 11643's own weights for the first 17 digits, and its check digits by the remainder.
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"


def _check_digit(first_17: str) -> str:
    total = sum(int(digit) * weight for digit, weight in zip(first_17, WEIGHTS, strict=True))
    return CHECK_DIGITS[total % 11]


def _result_for_number(account: Account, number: str, *more: str) -> Result:
    person = ("--cert-name=收委", f"--cert-no={number}")
    return account.init_cert("--dry-run", "--output=json", *more, person=person)


@pytest.mark.parametrize("first_17", ["26010419790927596", "11010519491231002"])
def test_a_wrong_check_digit_is_a_warning_and_the_right_one_is_none(
    account: Account, first_17: str
) -> None:
    """The page's own number, and the standard's own, whose check digit is X."""
    silent = []
    for digit in "0123456789X":
        result = _result_for_number(account, first_17 + digit)
        assert result.status == 0
        if result.err == "":
            silent.append(digit)
        else:
            assert result.err.startswith("zhima: warning: cert_no: ")
            assert "last digit" in result.err
            assert result.err.count("\n") == 1
            assert first_17 not in result.err
    assert silent == [_check_digit(first_17)]


@pytest.mark.parametrize(
    "number",
    [
        pytest.param("11010519491231002x", id="lower-case-x"),
        pytest.param("110105491231002", id="15-of-the-old-cards"),
    ],
)
def test_a_number_in_another_form_of_a_card_gets_no_warning(account: Account, number: str) -> None:
    result = _result_for_number(account, number)
    assert (result.status, result.err) == (0, "")


@pytest.mark.parametrize(
    "number",
    [
        pytest.param("1101051949123100", id="16"),
        pytest.param("11010519491231002", id="17"),
        pytest.param("1101051949123100211", id="19"),
        pytest.param("1.10105E+17", id="of-a-spreadsheet"),
    ],
)
def test_a_wrong_length_is_a_warning_that_does_not_show_the_number(
    account: Account, number: str
) -> None:
    result = _result_for_number(account, number)
    assert result.status == 0
    assert result.err.startswith("zhima: warning: cert_no: an identity card number has 18 digits")
    assert result.err.count("\n") == 1
    assert number not in result.err


@pytest.mark.parametrize(
    "number",
    [
        pytest.param("２６０１０４１９７９０９２７５９６４", id="full-width"),
        pytest.param("26010419790927596４", id="full-width-last"),
        pytest.param("26010419790927596Ｘ", id="full-width-x"),
        pytest.param("26010419790927O964", id="letter"),
        pytest.param("X60104197909275964", id="x-first"),
        pytest.param("2601041979 0927596", id="space-within"),
        pytest.param("26010419790927X", id="x-of-15"),
        pytest.param("٢٦٠١٠٤١٩٧٩٠٩٢٧٥٩٦٤", id="arabic-indic"),
    ],
)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_character_that_no_number_has_is_a_warning_that_does_not_show_the_number(
    account: Account, number: str, lang: str
) -> None:
    """The screen shows some of them like the digits that they are not."""
    result = _result_for_number(account, number, f"--lang={lang}")
    assert shown(result).identity["cert_no"] == number
    said = {
        "en": "zhima: warning: cert_no: an identity card number has the digits 0 to 9 only",
        "zh": "zhima: 警告：cert_no：身份证号码只含数字 0 到 9",
    }
    assert result.err.startswith(said[lang])
    assert result.err.count("\n") == 1
    assert not any(part in result.err for part in (number, number[:6], number[-6:]))


@pytest.mark.parametrize("number", ["110105194912310021", "E12345678"])
def test_a_number_of_another_document_gets_no_warning(account: Account, number: str) -> None:
    assert _result_for_number(account, number).err != ""
    result = _result_for_number(account, number, "--cert-type=PASSPORT")
    assert (result.status, result.err) == (0, "")


def test_a_wrong_check_digit_in_json_is_a_warning_too(account: Account) -> None:
    identity = IDENTITY.replace("260104197909275964", "260104197909275965")
    with answering(account) as stub:
        result = account.init_cert(f"--identity-param={identity}", "--transaction-id=A", person=())
    assert (result.status, result.out) == (0, f"{BIZ_NO}\n")
    assert result.err.startswith("zhima: warning: identity_param: ")
    assert sent(stub).find("identity_param") == identity


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(" 收委", id="space-before"),
        pytest.param("收委\n", id="line-end-behind"),
        pytest.param("收\u200b委", id="zero-width"),
        pytest.param("\u202e收委", id="bidirectional"),
        pytest.param("收\ufeff委", id="byte-order-mark"),
        pytest.param("收\x07委", id="control"),
        pytest.param("收委\u3000", id="wide-space-behind"),
    ],
)
@pytest.mark.parametrize("way", ["flag", "identity-param"])
def test_what_does_not_show_in_a_name_is_a_warning_and_is_sent(
    account: Account, name: str, way: str
) -> None:
    identity = json.dumps(json.loads(IDENTITY) | {"cert_name": name}, ensure_ascii=False)
    person = {
        "flag": (f"--cert-name={name}", PERSON[1]),
        "identity-param": (f"--identity-param={identity}",),
    }[way]
    with answering(account) as stub:
        result = account.init_cert("--transaction-id=A", person=person)
    assert (result.status, result.out) == (0, f"{BIZ_NO}\n")
    assert result.err.startswith("zhima: warning: cert_name has spaces around it, or characters")
    assert result.err.count("\n") == 1
    assert "收" not in result.err
    assert sent(stub).identity["cert_name"] == name


@pytest.mark.parametrize("name", ["阿卜杜拉·买买提", "O'Brien-李", 'a&b=c+d %20 "q"', "JOHN SMITH"])
def test_an_unusual_name_gets_no_warning(account: Account, name: str) -> None:
    with answering(account) as stub:
        result = account.init_cert("--transaction-id=A", person=(f"--cert-name={name}", PERSON[1]))
    assert result == Result(0, f"{BIZ_NO}\n", "")
    assert sent(stub).identity["cert_name"] == name


# --- all at once -----------------------------------------------------------------------------

WRONG_VALUES = {
    "--transaction-id": "a-b",
    "--product-code": "9" * 33,
    "--biz-code": "",
    "--cert-name": "a\udcff",
    "--cert-no": "",
    "--merchant-config": "[]",
    "--ext-biz-param": "{",
    "--linked-merchant-id": "9" * 17,
    "--app-auth-token": "9" * 41,
    "--gateway": "http://example.com/",
    "--app-id": "9" * 33,
    "--private-key-file": "/nowhere/app.pem",
    "--alipay-public-key-file": "/nowhere/alipay.pem",
    "--sign-type": "MD5",
    "--charset": "latin-1",
    "--timeout": "0",
}


def test_all_that_is_wrong_is_said_at_once(account: Account) -> None:
    arguments = [f"{option}={value}" for option, value in WRONG_VALUES.items()]
    refused = _refused(account, *arguments, person=())
    assert refused.names(*WRONG_VALUES)


def test_what_is_wrong_on_file_is_said_with_what_is_wrong_in_the_command(account: Account) -> None:
    account.write(sign_typ="RSA", biz_code="9" * 33)
    result = account.init_cert("--output=json", "--transaction-id=a-b", "--timeout=0")
    refused = refusal(result, "usage")
    assert any("unknown key sign_typ" in text for text in refused.descriptions)
    for option in ("--transaction-id", "--timeout"):
        assert any(option in text for text in refused.descriptions)
    assert len(refused.descriptions) == 3  # the profile is not used as long as it is wrong


def test_a_missing_person_is_said_with_the_rest(account: Account) -> None:
    refused = _refused(account, "--transaction-id=a-b", person=())
    assert refused.names("--transaction-id", "cert_name is missing", "cert_no is missing")


def test_a_wrong_choice_of_output_is_said_with_the_rest(account: Account) -> None:
    with answering(account) as stub:
        result = account.init_cert("--output=xml", "--lang=fr", "--timeout=0", "--charset=latin-1")
        assert stub.seen == []
    assert result.status == 2
    for option in ("--output", "--lang", "--timeout", "--charset"):
        assert f"error: {option} " in result.err


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "HTTPS_PROXY"])
def test_a_variable_of_no_use_is_said_with_the_rest(account: Account, variable: str) -> None:
    """These belong to the way to the gateway, here the production one."""
    result = account.init_cert(
        "--output=json",
        "--transaction-id=a-b",
        variables={variable: "ftp://user@nowhere/ x"},
    )
    assert refusal(result, "usage").names("--transaction-id", variable)


def test_a_refusal_has_a_remedy_for_each_thing_that_is_wrong(account: Account) -> None:
    with answering(account) as stub:
        result = account.init_cert("--timeout=0", "--charset=latin-1", "--output=plain")
        assert stub.seen == []
    assert (result.status, result.out) == (2, "")
    assert result.err.count("  error: ") == 2
    assert result.err.count("  what to do: ") == 2
