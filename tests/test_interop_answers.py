"""Answers that the ``openssl`` command signed, as ``zhima init-cert`` takes or refuses them."""

import itertools
import json
from typing import NamedTuple

import pytest

from tests.conftest import Account
from tests.support.independent import BIZ_NO, NODE
from tests.support.long import one_in
from tests.support.openssl import OpensslKey, make_key
from tests.support.program import Result
from tests.support.stub import stub_gateway
from zhima_cli.core.answer import read_answer
from zhima_cli.core.charset import Charset
from zhima_cli.core.errors import UntrustedError
from zhima_cli.core.keys import load_public_key
from zhima_cli.core.signature import SignType

CHARSETS = ("utf-8", "gbk", "gb2312")
SIGN_TYPES = ("RSA", "RSA2")
WRONG = "The answer's signature does not hold under Alipay's public key"

# How a gateway may lay an answer out; NODE, TEXT and SIGN stand for what is filled in.
LAYOUTS = {
    "sign-last": '{"NODE":TEXT,"sign":"SIGN"}',
    "sign-first": '{"sign":"SIGN","NODE":TEXT}',
    "pretty-sign-first": '{\n\t"sign":"SIGN",\n\t"NODE":TEXT\n}',
    "white-space": ' \r\n{ "NODE" \t:\r\n TEXT\n , "sign" :\t"SIGN" } \r\n',
    "more-members": '{"x":"}","NODE":TEXT,"alipay_cert_sn":"0a1b","sign":"SIGN","y":{"z":[]}}',
}


def lay_out(text: str, signature: str, layout: str = "sign-last") -> str:
    """Return a whole answer."""
    answer = LAYOUTS[layout].replace("SIGN", signature).replace("NODE", NODE)
    return answer.replace("TEXT", text)


class Sample(NamedTuple):
    """A sub_msg as it stands in an answer between its quotes, and what it says."""

    written: str
    says: str
    only_gbk: bool = False


SAMPLES = {
    "chinese": Sample("系统繁忙,请稍后再试", "系统繁忙,请稍后再试"),
    "slash": Sample("见 https://opendocs.alipay.com/", "见 https://opendocs.alipay.com/"),
    "escaped-slash": Sample(
        r"见 https:\/\/opendocs.alipay.com\/", "见 https://opendocs.alipay.com/"
    ),
    "escaped-characters": Sample(r"\u7cfb\u7EDF \ud83d\ude00\n\t", "系统 😀\n\t"),
    "braces": Sample("}{ {{ }}} [", "}{ {{ }}} ["),
    "quotes": Sample(r"\"}, \"sign\":\"x\" \\", '"}, "sign":"x" \\'),
    "a-node-inside": Sample(rf"\"{NODE}\":{{\"code\":\"10000\"}}", f'"{NODE}":{{"code":"10000"}}'),
    # In gbk their second bytes are 5C, 7B and 7D: backslash and braces.
    "gbk-backslash-byte": Sample("乗", "乗", only_gbk=True),
    "gbk-brace-bytes": Sample("亇亄亇亇", "亇亄亇亇", only_gbk=True),
    "gbk-all": Sample(r"亄\"乗\\乗\"亇", '亄"乗\\乗"亇', only_gbk=True),
}
SAMPLE_CASES = [
    (name, charset, sign_type, layout)
    for ((name, sample), charset, sign_type), layout in zip(
        itertools.product(SAMPLES.items(), CHARSETS, SIGN_TYPES),
        itertools.cycle(LAYOUTS),
        strict=False,
    )
    if not (sample.only_gbk and charset == "gb2312")
]


def success(sub_msg: str = "") -> str:
    """Return the node of a success."""
    return f'{{"code":"10000","msg":"Success","sub_msg":"{sub_msg}","biz_no":"{BIZ_NO}"}}'


@pytest.fixture(scope="module")
def alipay(tmp_path_factory: pytest.TempPathFactory) -> OpensslKey:
    """Alipay's key pair."""
    return make_key(tmp_path_factory.mktemp("openssl") / "alipay")


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> OpensslKey:
    """A key pair that has nothing to do with the account."""
    return make_key(tmp_path_factory.mktemp("openssl") / "stranger")


def answered(
    account: Account,
    alipay: OpensslKey,
    answer: str | bytes,
    charset: str = "utf-8",
    sign_type: str = "RSA2",
) -> Result:
    """Run ``zhima init-cert`` against a gateway that gives this answer."""
    with stub_gateway(answer if isinstance(answer, bytes) else answer.encode(charset)) as stub:
        account.write(
            gateway=stub.url,
            charset=charset,
            sign_type=sign_type,
            alipay_public_key=alipay.public_forms["spki-pem"],
        )
        result = account.init_cert("--transaction-id=T1", "--output=json")
    assert len(stub.seen) == 1, result
    return result


def assert_refused(result: Result, why: str = WRONG) -> None:
    """Assert that nothing of the answer was believed."""
    fields = result.json
    assert isinstance(fields["description"], str)
    assert why in fields["description"]
    told = ("ok", "kind", "sent", "verified", "retryable", "biz_no", "code", "msg", "sub_msg")
    assert (result.status, [fields[name] for name in told]) == (
        7,
        [False, "untrusted", "answered", False, False, None, None, None, None],
    )
    assert BIZ_NO not in result.out + result.err


@pytest.mark.parametrize(("name", "charset", "sign_type", "layout"), one_in(7, SAMPLE_CASES))
def test_what_openssl_signed_is_accepted(
    account: Account,
    alipay: OpensslKey,
    name: str,
    charset: str,
    sign_type: str,
    layout: str,
) -> None:
    sample = SAMPLES[name]
    text = success(sample.written)
    signature = alipay.sign(text.encode(charset), sign_type)
    result = answered(account, alipay, lay_out(text, signature, layout), charset, sign_type)
    assert result.status == 0, result
    told = ("ok", "kind", "verified", "biz_no", "code", "msg", "sub_msg")
    assert [result.json[name] for name in told] == [
        *(True, "success", True, BIZ_NO, "10000", "Success"),
        sample.says,
    ]


@pytest.mark.parametrize(
    ("sign_type", "charset", "layout"),
    one_in(7, itertools.product(SIGN_TYPES, CHARSETS, LAYOUTS)),
)
def test_a_signed_failure_is_believed(
    account: Account, alipay: OpensslKey, sign_type: str, charset: str, layout: str
) -> None:
    text = '{"code":"40004","msg":"业务失败","sub_code":"ARRANGEMENT_ERROR","sub_msg":"合约异常"}'
    signature = alipay.sign(text.encode(charset), sign_type)
    result = answered(account, alipay, lay_out(text, signature, layout), charset, sign_type)
    assert result.status == 4, result
    told = ("ok", "kind", "verified", "biz_no", "code", "msg", "sub_code", "sub_msg")
    assert [result.json[name] for name in told] == [
        *(False, "business", True, None),
        *("40004", "业务失败", "ARRANGEMENT_ERROR", "合约异常"),
    ]


@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f'{{\r\n\t"biz_no" : "{BIZ_NO}" ,\n "code":\t"10000" }}', id="white-space"),
        pytest.param(
            f'{{"a":{{"b":[{{"c":"}}"}},"]",1e2,null]}},"code":"10000","biz_no":"{BIZ_NO}"}}',
            id="nested",
        ),
        pytest.param(
            f'{{"sign":"x","{NODE}":{{}},"code":"10000","biz_no":"{BIZ_NO}"}}', id="same-names"
        ),
        pytest.param(f'{{"\\u0063ode":"1000\\u0030","biz_no":"{BIZ_NO}"}}', id="escaped-names"),
    ],
)
def test_the_node_is_verified_as_it_stands(
    account: Account, alipay: OpensslKey, text: str, charset: str
) -> None:
    signature = alipay.sign(text.encode(charset), "RSA2")
    result = answered(account, alipay, lay_out(text, signature), charset)
    assert (result.status, result.json["biz_no"], result.json["verified"]) == (0, BIZ_NO, True)


@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize("sign_type", SIGN_TYPES)
def test_an_answer_may_be_signed_without_the_escape_of_the_slash(
    account: Account, alipay: OpensslKey, sign_type: str, charset: str
) -> None:
    text, unescaped = success(r"见 https:\/\/a.b\/c"), success("见 https://a.b/c")
    signature = alipay.sign(unescaped.encode(charset), sign_type)
    result = answered(account, alipay, lay_out(text, signature), charset, sign_type)
    assert (result.status, result.json["biz_no"]) == (0, BIZ_NO)
    assert result.json["sub_msg"] == "见 https://a.b/c"


def test_what_is_told_is_the_text_that_was_signed(account: Account, alipay: OpensslKey) -> None:
    """Without what looks like an escape the text may say something else, and only that counts."""
    text, signed = success(r"a\\/b"), success(r"a\/b")
    signature = alipay.sign(signed.encode(), "RSA2")
    result = answered(account, alipay, lay_out(text, signature))
    assert (result.status, result.json["sub_msg"]) == (0, "a/b")


def test_the_slashes_of_the_signature_may_be_escaped_too(
    account: Account, alipay: OpensslKey
) -> None:
    text, signature = next(
        (text, signature)
        for text in map(success, map(str, range(100)))
        if "/" in (signature := alipay.sign(text.encode(), "RSA2"))
    )
    result = answered(account, alipay, lay_out(text, signature.replace("/", r"\/")))
    assert (result.status, result.json["biz_no"]) == (0, BIZ_NO)


@pytest.mark.parametrize(
    ("place", "line_end", "form"),
    one_in(
        7,
        itertools.product(
            ["profile", "profile-file", "option-file", "variable", "variable-file"],
            ["\n", "\r\n", " \t\n\n "],
            ["spki-pem", "spki-base64"],
        ),
    ),
)
def test_alipays_public_key_is_read_in_every_form(
    account: Account, alipay: OpensslKey, place: str, line_end: str, form: str
) -> None:
    """Where the key is not the profile's, another one stands there, which must not be used."""
    key = line_end.join(["", *alipay.public_forms[form].splitlines(), ""])
    file = account.config.with_name("alipay.pem")
    file.write_bytes(key.encode("ascii"))
    text = success()
    options: list[str] = []
    variables: dict[str, str] = {}
    with stub_gateway(lay_out(text, alipay.sign(text.encode(), "RSA2")).encode()) as stub:
        if place == "profile":
            account.write(gateway=stub.url, alipay_public_key=key)
        elif place == "profile-file":
            account.write(gateway=stub.url)
            lines = account.config.read_text(encoding="utf-8").splitlines()
            kept = [line for line in lines if not line.startswith("alipay_public_key = ")]
            added = 'alipay_public_key_file = "alipay.pem"'
            account.config.write_text("\n".join([*kept, added]), encoding="utf-8")
        else:
            account.write(gateway=stub.url)
            if place == "option-file":
                options = [f"--alipay-public-key-file={file}"]
            elif place == "variable":
                variables = {"ZHIMA_ALIPAY_PUBLIC_KEY": key}
            else:
                variables = {"ZHIMA_ALIPAY_PUBLIC_KEY_FILE": str(file)}
        result = account.init_cert("--transaction-id=T1", *options, variables=variables)
    assert (result.status, result.out, result.err) == (0, f"{BIZ_NO}\n", "")


# White space, an escaped slash, an escaped character and Chinese: every byte of it counts.
FULL = f'{{\n\t"code":"10000", "msg":"成功 \\/ \\u7cfb",\n\t"biz_no":"{BIZ_NO}"\n}}'


@pytest.mark.parametrize("signed_with_escape", [True, False], ids=["as-it-stands", "unescaped"])
@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize("sign_type", SIGN_TYPES)
def test_no_byte_of_the_node_may_change(
    alipay: OpensslKey, sign_type: str, charset: str, signed_with_escape: bool
) -> None:
    key = load_public_key(alipay.public_forms["spki-pem"].encode(), "key")
    signed = FULL if signed_with_escape else FULL.replace(r"\/", "/")
    signature = alipay.sign(signed.encode(charset), sign_type)
    body = lay_out(FULL, signature).encode(charset)
    read = (Charset(charset), key, SignType(sign_type))
    assert read_answer(body, *read).biz_no == BIZ_NO
    node = FULL.encode(charset)
    start = body.index(node)
    believed = []
    # The lowest bit; the one between upper and lower case; the one that leaves ASCII.
    for at, bit in itertools.product(range(start, start + len(node)), (0x01, 0x20, 0x80)):
        changed = body[:at] + bytes([body[at] ^ bit]) + body[at + 1 :]
        try:
            believed.append((at, bit, read_answer(changed, *read)))
        except UntrustedError:
            continue
    assert believed == []


@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("29253", "29254", id="biz_no"),
        pytest.param("成", "城", id="chinese"),
        pytest.param("\n\t", "\n ", id="white-space"),
        pytest.param("7cfb", "7CFB", id="case-of-an-escape"),
        pytest.param(r"\/", "/", id="escape-of-the-slash"),
        pytest.param(', "msg"', ',"msg"', id="a-space-less"),
    ],
)
def test_a_changed_node_is_refused(
    account: Account, alipay: OpensslKey, old: str, new: str, charset: str
) -> None:
    assert old in FULL
    signature = alipay.sign(FULL.encode(charset), "RSA2")
    changed = lay_out(FULL.replace(old, new, 1), signature)
    assert_refused(answered(account, alipay, changed, charset))


@pytest.mark.parametrize("sign_type", SIGN_TYPES)
def test_a_changed_failure_is_refused_too(
    account: Account, alipay: OpensslKey, sign_type: str
) -> None:
    """A failure without a signature is shown, one with a wrong signature never is."""
    text = '{"code":"40004","msg":"Business Failed","sub_code":"ARRANGEMENT_ERROR"}'
    signature = alipay.sign(text.encode(), sign_type)
    changed = lay_out(text.replace("ARRANGEMENT", "TRANSACTION"), signature)
    assert_refused(answered(account, alipay, changed, sign_type=sign_type))


@pytest.mark.parametrize("sign_type", SIGN_TYPES)
def test_another_keys_signature_is_refused(
    account: Account, alipay: OpensslKey, stranger: OpensslKey, sign_type: str
) -> None:
    text = success()
    signature = stranger.sign(text.encode(), sign_type)
    assert stranger.verifies(text.encode(), signature, sign_type)
    assert_refused(answered(account, alipay, lay_out(text, signature), sign_type=sign_type))


@pytest.mark.parametrize(("signed", "expected"), [("RSA", "RSA2"), ("RSA2", "RSA")])
def test_the_other_digests_signature_is_refused(
    account: Account, alipay: OpensslKey, signed: str, expected: str
) -> None:
    text = success()
    signature = alipay.sign(text.encode(), signed)
    assert answered(account, alipay, lay_out(text, signature), sign_type=signed).status == 0
    assert_refused(answered(account, alipay, lay_out(text, signature), sign_type=expected))


@pytest.mark.parametrize(
    "signed",
    [
        pytest.param(FULL.encode("utf-8"), id="the-node-in-another-charset"),
        pytest.param(f" {FULL}\n".encode("gbk"), id="with-space-around"),
        pytest.param(f'"{NODE}":{FULL}'.encode("gbk"), id="with-its-name"),
        pytest.param(f'{{"{NODE}":{FULL}}}'.encode("gbk"), id="the-answer-without-sign"),
        pytest.param(
            json.dumps(json.loads(FULL), ensure_ascii=False, separators=(",", ":")).encode("gbk"),
            id="dumped-again",
        ),
    ],
)
def test_a_signature_over_anything_but_the_nodes_text_is_refused(
    account: Account, alipay: OpensslKey, signed: bytes
) -> None:
    answer = lay_out(FULL, alipay.sign(signed, "RSA2"))
    assert_refused(answered(account, alipay, answer, "gbk"))


@pytest.mark.parametrize(
    ("sent_in", "read_in"), [("utf-8", "gbk"), ("gbk", "utf-8"), ("utf-8", "gb2312")]
)
def test_an_answer_in_another_charset_than_the_requests_is_refused(
    account: Account, alipay: OpensslKey, sent_in: str, read_in: str
) -> None:
    text = success("认证书")  # an odd number of bytes in utf-8, which gbk cannot read in pairs
    signature = alipay.sign(text.encode(sent_in), "RSA2")
    result = answered(account, alipay, lay_out(text, signature).encode(sent_in), read_in)
    assert_refused(result, f"The answer is not text in {read_in}")
