"""What of an answer is believed: one JSON object, one node, and what its signature covers."""

import base64
import json
import time
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.conftest import Account, Keys
from tests.support.exchange import MIB, SUCCEEDED, UNTRUSTED_ANSWERED, Ending, call, ending
from tests.support.independent import (
    BIZ_NO,
    NODE,
    SUCCESS,
    node_text,
    public_pem,
    sign,
    signed_answer,
)
from tests.support.program import Result
from tests.support.stub import stub_gateway
from zhima_cli.core.answer import read_answer
from zhima_cli.core.charset import Charset
from zhima_cli.core.errors import UntrustedError
from zhima_cli.core.keys import load_public_key
from zhima_cli.core.signature import SignType

FORGED = SUCCESS.replace(BIZ_NO, "ZM_FORGED")
REFUSAL = node_text(code="40004", msg="Business Failed", sub_code="BIZ_ERROR", sub_msg="no")

# Of the key that is Alipay's here, to the whole answer.
Make = Callable[[rsa.RSAPrivateKey], str]


def ask(account: Account, body: str | bytes, *arguments: str) -> Result:
    """Make a call that is answered with ``body``."""
    with stub_gateway(body.encode() if isinstance(body, str) else body) as stub:
        return call(account, stub.url, *arguments)


def assert_untrusted(result: Result) -> None:
    """Assert that nothing of the answer was used or shown."""
    assert ending(result) == UNTRUSTED_ANSWERED
    names = ("biz_no", "code", "msg", "sub_code", "sub_msg")
    assert [result.json[name] for name in names] == [None] * 5
    shown = result.out + result.err
    assert BIZ_NO not in shown
    assert "ZM_FORGED" not in shown


def signed(node: str) -> Make:
    """A whole answer around ``node``, properly signed."""
    return lambda key: signed_answer(key, node).decode()


def around(template: str) -> Make:
    """``template`` with NODE, GOOD (a success), BAD (another) and SIGN (of the first) put in."""

    def make(key: rsa.RSAPrivateKey) -> str:
        text = template.replace("SIGN", f'"sign":"{sign(SUCCESS.encode(), key)}"')
        return text.replace("NODE", NODE).replace("GOOD", SUCCESS).replace("BAD", FORGED)

    return make


def with_signature(change: Callable[[str], object], node: str = SUCCESS) -> Make:
    """A success whose signature was changed; what it is changed to is put in as JSON."""

    def make(key: rsa.RSAPrivateKey) -> str:
        value = json.dumps(change(sign(node.encode(), key)))
        return f'{{"{NODE}":{node},"sign":{value}}}'

    return make


# One object with one node

SHAPES: dict[str, Make] = {
    "node, sign, another node": around('{"NODE":GOOD,SIGN,"NODE":BAD}'),
    "another node, node, sign": around('{"NODE":BAD,"NODE":GOOD,SIGN}'),
    "sign, node, another node": around('{SIGN,"NODE":GOOD,"NODE":BAD}'),
    "the same node twice": around('{"NODE":GOOD,SIGN,"NODE":GOOD}'),
    "another node with an escaped name": around(
        '{"NODE":GOOD,SIGN,"\\u007ahima_customer_certification_initialize_response":BAD}'
    ),
    "another node with an escaped name first": around(
        '{"zhima_customer_certification_initialize_respons\\u0065":BAD,"NODE":GOOD,SIGN}'
    ),
    "two signs, the right one first": around('{"NODE":GOOD,SIGN,"sign":"AAAA"}'),
    "two signs, the right one last": around('{"NODE":GOOD,"sign":"AAAA",SIGN}'),
    "two signs, one with an escaped name": around('{"NODE":GOOD,SIGN,"s\\u0069gn":null}'),
    "another member twice": around('{"a":1,"a":1,"NODE":GOOD,SIGN}'),
    "a member twice within another": around('{"a":[{"b":1,"b":1}],"NODE":GOOD,SIGN}'),
    "the error node as well": around('{"NODE":GOOD,SIGN,"error_response":BAD}'),
    "the error node first": around('{"error_response":BAD,"NODE":GOOD,SIGN}'),
    "success in the error node": around('{"error_response":GOOD,SIGN}'),
    "unsigned success in the error node": around('{"error_response":GOOD}'),
    "no node": around("{SIGN}"),
    "nothing": around("{}"),
    "a node whose name ours begins with": around(
        '{"zhima_customer_certification_initialize":GOOD,SIGN}'
    ),
    "a node whose name begins with ours": around('{"NODE2":GOOD,SIGN}'),
    "a node with a space behind its name": around('{"NODE ":GOOD,SIGN}'),
    "a node in capitals": lambda key: around('{"NODE":GOOD,SIGN}')(key).replace(NODE, NODE.upper()),
    "another method's node": around('{"alipay_trade_query_response":GOOD,SIGN}'),
    "the method as the node": around('{"zhima.customer.certification.initialize":GOOD,SIGN}'),
    "a node within another member": around('{"a":{"NODE":GOOD,SIGN}}'),
    "an array": around('[{"NODE":GOOD,SIGN}]'),
    "two objects": around('{"NODE":GOOD,SIGN}{"NODE":BAD}'),
    "text after the object": around('{"NODE":GOOD,SIGN}x'),
    "a bracket after the object": around('{"NODE":GOOD,SIGN}}'),
    "a comma after the object": around('{"NODE":GOOD,SIGN},'),
    "NUL after the object": around('{"NODE":GOOD,SIGN}\0'),
    "a form feed after the object": around('{"NODE":GOOD,SIGN}\f'),
    "a no-break space before the object": around('\u00a0{"NODE":GOOD,SIGN}'),
    "text before the object": around('x{"NODE":GOOD,SIGN}'),
    "a callback": around('callback({"NODE":GOOD,SIGN})'),
    "a byte-order mark": around('\ufeff{"NODE":GOOD,SIGN}'),
    "a comma too many": around('{"NODE":GOOD,SIGN,}'),
    "a comma too few": around('{"NODE":GOOD SIGN}'),
    "a comma first": around('{,"NODE":GOOD,SIGN}'),
    "no colon": around('{"NODE" GOOD,SIGN}'),
    "a name without quotes": around('{a:1,"NODE":GOOD,SIGN}'),
    "a name in single quotes": around("{'a':1,\"NODE\":GOOD,SIGN}"),
    "a number as a name": around('{1:1,"NODE":GOOD,SIGN}'),
    "a comment": around('{"NODE":GOOD,/**/SIGN}'),
    "cut short": around('{"NODE":GOOD,SIGN'),
    "NaN beside the node": around('{"a":NaN,"NODE":GOOD,SIGN}'),
    "Infinity beside the node": around('{"a":[Infinity],"NODE":GOOD,SIGN}'),
    "a number without end": around('{"a":' + "9" * 100_000 + ',"NODE":GOOD,SIGN}'),
    "a line end within a string": around('{"a":"\n","NODE":GOOD,SIGN}'),
    "brackets without end beside the node": around(
        '{"a":' + "[" * 100_000 + "]" * 100_000 + ',"NODE":GOOD,SIGN}'
    ),
    "brackets that never close": around('{"a":' + "[" * 100_000),
    "braces without end": around('{"a":' * 100_000 + "1" + "}" * 100_000),
}


@pytest.mark.parametrize("make", SHAPES.values(), ids=SHAPES)
def test_an_answer_is_one_object_with_one_node(account: Account, make: Make) -> None:
    assert_untrusted(ask(account, make(account.keys.alipay)))


# What the node holds


def _node(members: str) -> str:
    return '{"code":"10000","msg":"Success",' + members + "}"


def _biz_no(value: object) -> str:
    return _node(f'"biz_no":{json.dumps(value)}')


NODES = {
    "an array": "[]",
    "an array of it": f"[{SUCCESS}]",
    "a string": json.dumps(SUCCESS),
    "a number": "10000",
    "null": "null",
    "true": "true",
    "empty": "{}",
    "no code": f'{{"biz_no":"{BIZ_NO}"}}',
    "a number as the code": f'{{"code":10000,"biz_no":"{BIZ_NO}"}}',
    "null as the code": f'{{"code":null,"biz_no":"{BIZ_NO}"}}',
    "an empty code": f'{{"code":"","biz_no":"{BIZ_NO}"}}',
    "an array as the code": f'{{"code":["10000"],"biz_no":"{BIZ_NO}"}}',
    "a number as msg": f'{{"code":"10000","msg":1,"biz_no":"{BIZ_NO}"}}',
    "an object as sub_code": '{"code":"40004","sub_code":{}}',
    "true as sub_msg": '{"code":"40004","sub_msg":true}',
    "two codes": _node(f'"biz_no":"{BIZ_NO}","code":"40004"'),
    "two codes, one escaped": _node(f'"biz_no":"{BIZ_NO}","c\\u006fde":"40004"'),
    "two biz_no": _node(f'"biz_no":"{BIZ_NO}","biz_no":"ZM_FORGED"'),
    "two members deep within": _node(f'"biz_no":"{BIZ_NO}","a":[{{"b":{{"c":1,"\\u0063":2}}}}]'),
    "NaN": _node(f'"biz_no":"{BIZ_NO}","a":NaN'),
    "minus Infinity": _node(f'"biz_no":"{BIZ_NO}","a":-Infinity'),
    "brackets without end": _node(f'"biz_no":"{BIZ_NO}","a":' + "[" * 100_000 + "]" * 100_000),
    "no biz_no": '{"code":"10000","msg":"Success"}',
    "biz_no elsewhere": _node(f'"a":{{"biz_no":"{BIZ_NO}"}}'),
    "null as biz_no": _biz_no(None),
    "a number as biz_no": _biz_no(201612013000000393900404029253),
    "an array as biz_no": _biz_no([BIZ_NO]),
    "an empty biz_no": _biz_no(""),
    "a biz_no of 33 characters": _biz_no(BIZ_NO + "4"),
    "a biz_no that is a space": _biz_no(" "),
    "a space behind biz_no": _biz_no("ZM2016 "),
    "a wide space in biz_no": _biz_no("ZM\u30002016"),
    "a line end in biz_no": _biz_no("ZM2016\n"),
    "NUL in biz_no": _biz_no("ZM2016\0"),
    "ESC in biz_no": _biz_no("ZM\x1b[2J"),
    "a C1 control in biz_no": _biz_no("ZM\x9b2J"),
    "DEL in biz_no": _biz_no("ZM\x7f"),
    "an override in biz_no": _biz_no("ZM\u202e2016"),
    "an isolate in biz_no": _biz_no("ZM\u20662016"),
    "a zero-width space in biz_no": _biz_no("ZM\u200b2016"),
    "a byte-order mark in biz_no": _biz_no("\ufeffZM2016"),
    "half a character in biz_no": _biz_no("ZM\ud800"),
}


@pytest.mark.parametrize("node", NODES.values(), ids=NODES)
def test_what_is_signed_but_makes_no_sense_is_not_used(account: Account, node: str) -> None:
    assert_untrusted(ask(account, signed(node)(account.keys.alipay)))


# The signature


def _stray_bits(signature: str) -> str:
    """Change bits that a decoder drops: 256 bytes leave four of the last character's unused."""
    assert signature.endswith("==")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    other = alphabet[alphabet.index(signature[-3]) + 1]
    changed = f"{signature[:-3]}{other}=="
    assert base64.b64decode(changed) == base64.b64decode(signature)
    return changed


SIGNATURES: dict[str, Callable[[str], object]] = {
    "null": lambda _: None,
    "a number": lambda _: 1,
    "false": lambda _: False,
    "an array": lambda s: [s],
    "an object": lambda s: {"sign": s},
    "empty": lambda _: "",
    "a space": lambda _: " ",
    "the page's dummy": lambda _: "ERITJKEIJKJHKKKKKKKHJEREEEEEEEEEEE",
    "a space before": lambda s: " " + s,
    "a line end behind": lambda s: s + "\n",
    "line ends within": lambda s: "\r\n".join((s[:76], s[76:])),
    "a space for a plus": lambda s: s[:100] + " " + s[101:],
    "junk within": lambda s: s[:100] + "!" + s[100:],
    "a wide letter within": lambda s: s[:100] + "Ａ" + s[100:],
    "NUL behind": lambda s: s + "\0",
    "the other alphabet": lambda s: "-_" + s[2:],
    "no padding": lambda s: s.rstrip("="),
    "half the padding": lambda s: s[:-1],
    "more padding": lambda s: s + "==",
    "padding within": lambda s: s[:100] + "====" + s[100:],
    "something behind the padding": lambda s: s + "AAAA",
    "stray low bits": _stray_bits,
    "twice": lambda s: s + s,
    "as hexadecimal": lambda s: base64.b64decode(s).hex(),
    "cut short": lambda s: s[:-8],
    "another byte": lambda s: ("B" if s[0] == "A" else "A") + s[1:],
    "zeros": lambda _: base64.b64encode(bytes(256)).decode(),
    "ones": lambda _: base64.b64encode(b"\xff" * 256).decode(),
    "a leading zero byte": lambda s: base64.b64encode(b"\0" + base64.b64decode(s)).decode(),
}


@pytest.mark.parametrize("change", SIGNATURES.values(), ids=SIGNATURES)
def test_the_signature_of_a_success_has_to_hold(
    account: Account, change: Callable[[str], object]
) -> None:
    assert_untrusted(ask(account, with_signature(change)(account.keys.alipay)))


@pytest.mark.parametrize("change", ["null", "a number", "empty", "junk within", "another byte"])
def test_a_signature_of_a_refusal_has_to_hold(account: Account, change: str) -> None:
    make = with_signature(SIGNATURES[change], REFUSAL)
    assert_untrusted(ask(account, make(account.keys.alipay)))


@pytest.mark.parametrize(
    "forge",
    [
        lambda keys, node: sign(node.encode(), keys.stranger),
        lambda keys, node: sign(node.encode(), keys.app),
        lambda keys, node: sign(node.encode(), keys.alipay, "RSA"),
        lambda keys, node: sign(node.upper().encode(), keys.alipay),
        lambda keys, node: sign(f'{{"{NODE}":{node}}}'.encode(), keys.alipay),
        lambda keys, node: sign(node[1:-1].encode(), keys.alipay),
        lambda keys, node: sign(node.encode() + b"\n", keys.alipay),
        lambda keys, node: sign(json.dumps(json.loads(node)).encode(), keys.alipay),
    ],
    ids=[
        "by a stranger's key",
        "by the application's key",
        "with SHA-1 where RSA2 was asked",
        "of another node",
        "of the whole object",
        "of what is between the braces",
        "of the node and a line end",
        "of the node written anew",
    ],
)
@pytest.mark.parametrize("node", [SUCCESS, REFUSAL], ids=["success", "refusal"])
def test_a_signature_has_to_be_alipays_and_the_nodes(
    account: Account, forge: Callable[[Keys, str], str], node: str
) -> None:
    body = f'{{"{NODE}":{node},"sign":"{forge(account.keys, node)}"}}'
    assert_untrusted(ask(account, body))


def test_where_sha_1_was_asked_for_sha_256_does_not_do(account: Account) -> None:
    """The answer is signed as the request was."""
    body = signed_answer(account.keys.alipay)
    assert_untrusted(ask(account, body, "--sign-type=RSA"))


# The charset

Bytes = Callable[[rsa.RSAPrivateKey], bytes]
CHINESE = node_text(code="10000", msg="成功了", biz_no=BIZ_NO)
MISCODED: dict[str, tuple[str, Bytes]] = {
    "gbk for utf-8": ("utf-8", lambda key: signed_answer(key, CHINESE, charset="gbk")),
    "utf-8 for gbk": ("gbk", lambda key: signed_answer(key, CHINESE, charset="utf-8")),
    "gbk for gb2312": (
        "gb2312",
        lambda key: signed_answer(key, CHINESE.replace("成", "乗"), charset="gbk"),
    ),
    "utf-16 for utf-8": ("utf-8", lambda key: signed_answer(key).decode().encode("utf-16")),
    "a byte that is no utf-8": ("utf-8", lambda key: b'{"a":"\xff",' + signed_answer(key)[1:]),
    "an overlong slash": ("utf-8", lambda key: b'{"a":"\xc0\xaf",' + signed_answer(key)[1:]),
    "half a character": ("utf-8", lambda key: b'{"a":"\xed\xa0\x80",' + signed_answer(key)[1:]),
    "a byte that is no gbk": ("gbk", lambda key: b'{"a":"\x80",' + signed_answer(key)[1:]),
    "half of two bytes": ("gbk", lambda key: signed_answer(key) + b"\x81"),
}


@pytest.mark.parametrize(("charset", "make"), MISCODED.values(), ids=MISCODED)
def test_an_answer_is_text_in_the_charset_that_was_asked_for(
    account: Account, charset: str, make: Bytes
) -> None:
    assert_untrusted(ask(account, make(account.keys.alipay), f"--charset={charset}"))


@pytest.mark.parametrize("characters", ["乗亄亇", "成功", "乗\\\\", '亄\\"}', "}]{["])
def test_the_node_is_cut_from_characters_and_not_from_bytes(
    account: Account, characters: str
) -> None:
    """In gbk the second byte of 乗, 亄 and 亇 is that of a backslash and of braces."""
    node = f'{{"code":"10000","msg":"{characters}","biz_no":"{BIZ_NO}"}}'
    result = ask(account, signed_answer(account.keys.alipay, node, charset="gbk"), "--charset=gbk")
    assert ending(result) == SUCCEEDED
    assert result.json["msg"] == json.loads(f'"{characters}"')


# What has to go through

WELL_FORMED: dict[str, Make] = {
    "sign first": around('{SIGN,"NODE":GOOD}'),
    "sign last": around('{"NODE":GOOD,SIGN}'),
    "laid out like the page's samples": around('{\n\tSIGN,\r\n\t"NODE": \t GOOD\n}\n'),
    "white space all around": around(' \r\n\t{ "NODE" \n: GOOD , SIGN }\r\n '),
    "members that are none of ours": around(
        '{"alipay_cert_sn":"a","b":[{"NODE":BAD}],"c":{"sign":1},"NODE":GOOD,SIGN}'
    ),
    "an escaped name": lambda key: around('{"NODE":GOOD,SIGN}')(key).replace(
        NODE, "\\u007a" + NODE[1:]
    ),
    "a node laid out in lines": signed(
        f'{{\n\t"msg" : "Success",\r\n\t"code":"10000",\n\t"biz_no":"{BIZ_NO}"\n\t}}'
    ),
    "escapes in the node": signed(
        f'{{"c\\u006fde":"1\\u0030000","msg":"\\u6210\\/\\"","biz_no":"{BIZ_NO}"}}'
    ),
    "brackets and quotes in strings": signed(_node(f'"a":"}}\\"}}{{[\\\\","biz_no":"{BIZ_NO}"')),
    "objects in the node": signed(_node(f'"a":{{"biz_no":"x","b":[{{}}]}},"biz_no":"{BIZ_NO}"')),
    "half a character in what is not ours": signed(_node(f'"a":"\\ud800","biz_no":"{BIZ_NO}"')),
}


@pytest.mark.parametrize("make", WELL_FORMED.values(), ids=WELL_FORMED)
def test_an_answer_however_it_is_written_goes_through(account: Account, make: Make) -> None:
    result = ask(account, make(account.keys.alipay))
    assert ending(result) == SUCCEEDED
    assert result.json["biz_no"] == BIZ_NO


@pytest.mark.parametrize("biz_no", ["Z", "Z" * 32, "ZM-2016.12:01/认证"])
def test_a_biz_no_may_be_of_any_letters(account: Account, biz_no: str) -> None:
    result = ask(account, signed_answer(account.keys.alipay, _biz_no(biz_no)))
    assert ending(result) == SUCCEEDED
    assert result.json["biz_no"] == biz_no


# The slash, which some answers escape after they were signed


def _escaped_after_signing(key: rsa.RSAPrivateKey, node: str) -> str:
    signature = sign(node.encode(), key)
    return f'{{"{NODE}":{node.replace("/", chr(92) + "/")},"sign":"{signature}"}}'


def test_a_slash_may_be_escaped_after_signing(account: Account) -> None:
    node = node_text(code="40004", msg="http://a/b", sub_code="BIZ_ERROR")
    result = ask(account, _escaped_after_signing(account.keys.alipay, node))
    assert ending(result) == Ending(4, "business", "answered", False, True)
    assert result.json["msg"] == "http://a/b"


def test_what_is_reported_is_the_text_that_was_signed(account: Account) -> None:
    """Escaping the slash behind a backslash changes what the string says: ``\\\\/`` is ``\\/``."""
    node = '{"code":"40004","msg":"a\\/b","sub_code":"BIZ_ERROR"}'
    text = _escaped_after_signing(account.keys.alipay, node)
    assert json.loads(text)[NODE]["msg"] == "a\\/b"
    result = ask(account, text)
    assert ending(result) == Ending(4, "business", "answered", False, True)
    assert result.json["msg"] == "a/b"


def test_a_node_that_names_a_member_twice_as_it_was_signed_is_not_used(account: Account) -> None:
    """The names differ in the text that came, and no longer in the one that was signed."""
    came = _node(f'"a\\\\/":1,"a/":2,"biz_no":"{BIZ_NO}"')
    was_signed = came.replace("\\/", "/")
    assert len(json.loads(came)) == 5
    assert len(json.loads(was_signed)) == 4
    body = f'{{"{NODE}":{came},"sign":"{sign(was_signed.encode(), account.keys.alipay)}"}}'
    assert_untrusted(ask(account, body))


# Refusals without a signature


@pytest.mark.parametrize("node_name", [NODE, "error_response"])
@pytest.mark.parametrize(
    ("code", "sub_code", "expected"),
    [
        ("40002", "isv.invalid-signature", Ending(5, "gateway", "answered", False, False)),
        ("40002", "isv.invalid-app-id", Ending(5, "gateway", "answered", False, False)),
        ("40004", "BIZ_ERROR", Ending(4, "business", "answered", False, False)),
        ("20000", "isp.unknow-error", Ending(6, "temporary", "answered", True, False)),
        ("49999", "isv.nobody-knows", Ending(5, "gateway", "answered", False, False)),
    ],
)
def test_an_unsigned_refusal_is_shown_as_not_verified(
    account: Account, node_name: str, code: str, sub_code: str, expected: Ending
) -> None:
    node = node_text(code=code, msg="Refused", sub_code=sub_code, sub_msg="不行", biz_no=BIZ_NO)
    result = ask(account, f'{{"{node_name}":{node}}}')
    assert ending(result) == expected
    fields = result.json
    assert (fields["code"], fields["sub_code"]) == (code, sub_code)
    assert (fields["msg"], fields["sub_msg"]) == ("Refused", "不行")
    assert fields["biz_no"] is None


def test_an_unsigned_refusal_tells_people_that_it_is_not_verified(account: Account) -> None:
    with stub_gateway(f'{{"{NODE}":{REFUSAL}}}'.encode()) as stub:
        result = account.init_cert(f"--gateway={stub.url}", "--transaction-id=T1")
    assert (result.status, result.out) == (4, "")
    assert "not verified" in result.err


def test_a_refusal_in_the_error_node_may_be_signed(account: Account) -> None:
    text = signed_answer(account.keys.alipay, REFUSAL).decode().replace(NODE, "error_response")
    assert ending(ask(account, text)) == Ending(4, "business", "answered", False, True)


def test_half_a_character_from_the_gateway_is_shown_and_breaks_nothing(account: Account) -> None:
    node = '{"code":"40004","msg":"\\ud800","sub_code":"BIZ_ERROR","sub_msg":"\\u202e\\u001b"}'
    with stub_gateway(signed_answer(account.keys.alipay, node)) as stub:
        plain = account.init_cert(f"--gateway={stub.url}", "--transaction-id=T1")
        in_json = call(account, stub.url)
    assert (plain.status, in_json.status) == (4, 4)
    assert "\\ud800" in plain.err
    assert "\\u202e\\u001b" in plain.err
    assert (in_json.json["msg"], in_json.json["sub_msg"]) == ("\ud800", "\u202e\x1b")
    assert in_json.out.isascii()


# The time that reading takes


def _members(count: int) -> str:
    return ",".join(f'"m{number}":{number}' for number in range(count))


def _near_1_mib(unit: str) -> str:
    return unit * ((MIB - 1000) // len(unit))


LARGE: dict[str, Make] = {
    "members beside the node": around("{" + _members(60_000) + ',"NODE":GOOD,SIGN}'),
    "members in the node": signed(_node(_members(60_000) + f',"biz_no":"{BIZ_NO}"')),
    "escaped slashes": signed(_node(f'"a":"{_near_1_mib(chr(92) + "/")}","biz_no":"{BIZ_NO}"')),
    "backslashes": signed(_node(f'"a":"{_near_1_mib(chr(92) * 2)}","biz_no":"{BIZ_NO}"')),
    "escaped letters": signed(_node(f'"a":"{_near_1_mib(chr(92) + "u0041")}","biz_no":"{BIZ_NO}"')),
    "objects": signed(_node(f'"a":[{_near_1_mib("{},")}{{}}],"biz_no":"{BIZ_NO}"')),
    "white space": around(_near_1_mib(" ") + '{"NODE":GOOD,SIGN}'),
    "white space within": around("{" + _near_1_mib("\n") + '"NODE":GOOD,SIGN}'),
}


@pytest.mark.parametrize("make", LARGE.values(), ids=LARGE)
def test_reading_1_mib_takes_no_time_to_speak_of(keys: Keys, make: Make) -> None:
    body = make(keys.alipay).encode()
    assert len(body) > MIB // 2
    key = load_public_key(public_pem(keys.alipay).encode(), "key")
    start = time.thread_time()
    answer = read_answer(body, Charset.UTF_8, key, SignType.RSA2)
    assert time.thread_time() - start < 2
    assert answer.biz_no == BIZ_NO


@pytest.mark.parametrize(
    "body",
    ["[" * MIB, '{"a":' * (MIB // 5), '"' * MIB, "\\" * MIB, "9" * MIB, '{"a":"' + "\\" * MIB],
    ids=["brackets", "objects", "quotes", "backslashes", "digits", "an open string"],
)
def test_refusing_1_mib_takes_no_time_to_speak_of(keys: Keys, body: str) -> None:
    key = load_public_key(public_pem(keys.alipay).encode(), "key")
    start = time.thread_time()
    with pytest.raises(UntrustedError):
        read_answer(body.encode(), Charset.UTF_8, key, SignType.RSA2)
    assert time.thread_time() - start < 2
