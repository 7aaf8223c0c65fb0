"""Signed answers, and everything that may happen to them on their way.

An answer is put together here of its members, so that they can be changed without reading JSON.
"""

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric import rsa

from tests.support.independent import BIZ_NO, NODE, sign

OTHER_NO = "ZM201612013000000393900404029999"
ERROR_NODE = "error_response"


class Says(NamedTuple):
    """What an answer's node says, under the names that zhima's answer has."""

    code: str
    msg: str | None = None
    sub_code: str | None = None
    sub_msg: str | None = None
    biz_no: str | None = None
    mock: bool = False


@dataclass(frozen=True)
class Node:
    """A node as it is written, as it is signed where that differs, and what it then says.

    ``says`` is None where the node is not to be believed although it is signed.
    """

    name: str
    written: str
    says: Says | None
    signed: str = ""

    @property
    def text(self) -> str:
        """What is signed."""
        return self.signed or self.written


def _success(more: str = "", biz_no: str = BIZ_NO) -> str:
    return f'{{"code":"10000","msg":"Success",{more}"biz_no":"{biz_no}"}}'


_REFUSAL = (
    '{ "code" : "40004","msg":"业务失败",'
    '"sub_code":"ARRANGEMENT_ERROR",\n"sub_msg":"合约\\u5f02常"}'
)

# What the key signs. 乗 and 亇 end in gbk with the bytes of a backslash and a brace.
NODES = {
    "success": Node(NODE, _success(), Says("10000", "Success", biz_no=BIZ_NO)),
    "awkward success": Node(
        NODE,
        _success(rf'"sub_msg":"乗\"}},\"sign\":\"亇 \u0041\/\\","x":{{"biz_no":"{OTHER_NO}"}},'),
        Says("10000", "Success", None, '乗"},"sign":"亇 A/\\', BIZ_NO),
    ),
    "success signed without escapes": Node(
        NODE,
        _success(r'"sub_msg":"a\/b\\/c",', "ZM2016\\/1"),
        Says("10000", "Success", None, "a/b/c", "ZM2016/1"),
        signed=_success(r'"sub_msg":"a/b\/c",', "ZM2016/1"),
    ),
    "refusal": Node(
        NODE, _REFUSAL, Says("40004", "业务失败", "ARRANGEMENT_ERROR", "合约异常", None)
    ),
    "gateway's refusal": Node(
        ERROR_NODE,
        '{"msg":"Invalid Arguments","code":"40002","sub_code":"isv.invalid-signature"}',
        Says("40002", "Invalid Arguments", "isv.invalid-signature"),
    ),
}
# Signed by the same key, at another time or for another interface.
OTHERS = {
    "another success": Node(
        NODE, _success(biz_no=OTHER_NO), Says("10000", "Success", biz_no=OTHER_NO)
    ),
    "refusal with a biz_no": Node(
        NODE, f'{{"code":"40004","msg":"no","biz_no":"{OTHER_NO}"}}', Says("40004", "no")
    ),
    "success with two biz_no": Node(NODE, _success(f'"biz_no":"{OTHER_NO}",'), None),
    "success without biz_no": Node(NODE, '{"code":"10000","msg":"Success"}', None),
    "array": Node(NODE, f'["10000","{OTHER_NO}"]', None),
    "string": Node(NODE, '"10000"', None),
}


class Member(NamedTuple):
    """A member of an answer: its name and its value, both as JSON text."""

    name: str
    value: str


@dataclass(frozen=True)
class Answer:
    """An answer as its members, in a charset; ``is_signed`` is false for one without ``sign``."""

    name: str
    node: Node
    members: tuple[Member, ...]
    charset: str
    sign_type: str
    is_signed: bool

    @property
    def text(self) -> str:
        """The whole answer."""
        return "{" + ",".join(f"{name}:{value}" for name, value in self.members) + "}"

    @property
    def body(self) -> bytes:
        """The whole answer in its charset."""
        return self.text.encode(self.charset)


@dataclass(frozen=True)
class Vault:
    """All that the key ever signed in one charset by one sign type."""

    key: rsa.RSAPrivateKey
    charset: str
    sign_type: str
    signatures: dict[str, str]

    def signed(self, signature: str) -> Node | None:
        """Return the node that this is the signature of, None where it is of none."""
        for node in (*NODES.values(), *OTHERS.values()):
            if self.signatures[node.text] == signature:
                return node
        return None

    def answers(self) -> list[Answer]:
        """Return every node in an answer of its own, ``sign`` first or last, or missing."""
        made = []
        for at, (name, node) in enumerate(NODES.items()):
            signature = Member('"sign"', f'"{self.signatures[node.text]}"')
            member = Member(f'"{node.name}"', node.written)
            members = (member, signature) if at % 2 else (signature, member)
            made.append(Answer(name, node, members, self.charset, self.sign_type, True))
            if name in ("success", "refusal"):
                name = f"unsigned {name}"
                made.append(Answer(name, node, (member,), self.charset, self.sign_type, False))
        return made


def make_vault(key: rsa.RSAPrivateKey, charset: str, sign_type: str) -> Vault:
    """Sign all nodes."""
    texts = [node.text for node in (*NODES.values(), *OTHERS.values())]
    signatures = {text: sign(text.encode(charset), key, sign_type) for text in texts}
    return Vault(key, charset, sign_type, signatures)


# --- by byte --------------------------------------------------------------------------------------

_BYTES = b'{}[]":,\\/ \t\n\r\0\x0b\x0c\x1b\x7f\x80\x81\xa0\xad\xc0\xc2\xe2\xed\xef\xff0123AUeu+-.tn'


def _by_byte(answer: Answer, _vault: Vault, chance: random.Random) -> bytes:
    body = answer.body
    at = chance.randrange(len(body))
    byte = bytes([chance.choice(_BYTES) if chance.random() < 0.6 else chance.randrange(256)])
    before, here, after = body[:at], body[at : at + 1], body[at + 1 :]
    end = at + chance.randrange(1, 40)
    return chance.choice(
        [
            before + bytes([here[0] ^ 1 << chance.randrange(8)]) + after,
            before + after,
            before + byte + here + after,
            before + byte + after,
            before + after[:1] + here + after[1:],
            before + body[end:],
            body[:end] + body[at:],
            before,
            body[at:],
        ]
    )


# --- by token -------------------------------------------------------------------------------------

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|\s+|[^\s{}\[\],:"]+')
_STRANGE = [
    "null",
    "true",
    "NaN",
    "-Infinity",
    "1e999",
    "0",
    '""',
    "''",
    "{}",
    "[]",
    '"sign"',
    "//",
]


def _by_token(answer: Answer, vault: Vault, chance: random.Random) -> str:
    tokens = _TOKEN.findall(answer.text)
    others = _TOKEN.findall(chance.choice(vault.answers()).text)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        at, other = (chance.randrange(len(tokens)) for _ in range(2))
        match chance.randrange(6):
            case 0 if len(tokens) > 1:
                del tokens[at]
            case 1:
                tokens.insert(other, tokens[at])
            case 2:
                tokens[at], tokens[other] = tokens[other], tokens[at]
            case 3:
                tokens[at] = chance.choice(_STRANGE)
            case 4:
                tokens[at] = chance.choice(others)
            case _:
                tokens.insert(at, chance.choice([*_STRANGE, *others]))
    return "".join(tokens)


# --- by member ------------------------------------------------------------------------------------


def _escaped(name: str, chance: random.Random) -> str:
    """Return a JSON string with some of its characters written as escapes."""
    inner = name[1:-1]
    if "\\" in inner:
        return name
    return '"' + "".join(f"\\u{ord(c):04x}" if chance.random() < 0.2 else c for c in inner) + '"'


def _pool(answer: Answer, vault: Vault) -> list[Member]:
    """Return members that somebody may add to an answer, forged and genuine ones."""
    nodes = [*NODES.values(), *OTHERS.values()]
    forged = answer.node.written.replace(BIZ_NO, OTHER_NO).replace("ARRANGEMENT", "TRANSACTION")
    signatures = list(vault.signatures.values())
    return [
        *(Member(f'"{name}"', node.written) for node in nodes for name in (NODE, ERROR_NODE)),
        *(Member(f'"{name}"', forged) for name in (NODE, ERROR_NODE)),
        *(Member('"sign"', f'"{signature}"') for signature in signatures),
        *(Member('"sign"', value) for value in ("null", '""', "[]", "1")),
        Member('"sign_type"', '"RSA"'),
        Member('"alipay_cert_sn"', '"0a1b"'),
        Member('"biz_no"', f'"{OTHER_NO}"'),
        Member('"x"', answer.text),
        Member(f'"{NODE.upper()}"', forged),
        Member(f'"{NODE} "', forged),
    ]


def _by_member(answer: Answer, vault: Vault, chance: random.Random) -> str:
    members = list(answer.members)
    pool = _pool(answer, vault)
    for _ in range(chance.choice((1, 1, 2, 3))):
        at = chance.randrange(len(members))
        match chance.randrange(7):
            case 0:
                members.insert(chance.randrange(len(members) + 1), members[at])
            case 1:
                chance.shuffle(members)
            case 2:
                members.insert(chance.randrange(len(members) + 1), chance.choice(pool))
            case 3:
                members[at] = members[at]._replace(name=_escaped(members[at].name, chance))
            case 4:
                members[at] = members[at]._replace(value=chance.choice(pool).value)
            case 5:
                members[at] = members[at]._replace(name=chance.choice(pool).name)
            case _ if len(members) > 1:
                del members[at]
            case _:
                members *= 2
    return replace(answer, members=tuple(members)).text


def _within_node(answer: Answer, _vault: Vault, chance: random.Random) -> str:
    """Change the members of the node itself: none of that is signed any more."""
    inner = re.findall(r'\s*"\w+"\s*:\s*(?:"(?:[^"\\]|\\.)*"|\{.*\})', answer.node.written)
    added = [f'"biz_no":"{OTHER_NO}"', '"code":"10000"', '"mock":true', '"sub_msg":"x"', '"x":[]']
    for _ in range(chance.choice((1, 2))):
        at = chance.randrange(len(inner))
        match chance.randrange(5):
            case 0:
                chance.shuffle(inner)
            case 1:
                inner.insert(at, inner[chance.randrange(len(inner))])
            case 2:
                inner.insert(at, chance.choice(added))
            case 3:
                name, _, value = inner[at].partition(":")
                inner[at] = f"{_escaped(name.strip(), chance)}:{value}"
            case _ if len(inner) > 1:
                del inner[at]
            case _:
                inner.append(chance.choice(added))
    node = "{" + ",".join(inner) + "}"
    members = [
        m._replace(value=node) if m.value == answer.node.written else m for m in answer.members
    ]
    return replace(answer, members=tuple(members)).text


def _spliced(answer: Answer, vault: Vault, chance: random.Random) -> str:
    """Put two answers together, each of them signed."""
    other = chance.choice([made for made in vault.answers() if made.name != answer.name])
    match chance.randrange(4):
        case 0:
            members = [*answer.members, *other.members]
            chance.shuffle(members)
            members = members[: chance.randrange(2, 5)]
            return replace(answer, members=tuple(members)).text
        case 1:
            return answer.text[: chance.randrange(1, len(answer.text))] + other.text
        case 2:
            start, end = chance.randrange(len(answer.text)), chance.randrange(len(other.text))
            return answer.text[:start] + other.text[end:]
        case _:
            ones, others = (_TOKEN.findall(made.text) for made in (answer, other))
            start, end = chance.randrange(len(ones)), chance.randrange(len(others))
            return "".join(ones[:start] + others[end:])


# --- by spelling ----------------------------------------------------------------------------------


def _by_slash(answer: Answer, _vault: Vault, chance: random.Random) -> str:
    """Write slashes in other ways: only one of them may stand for what was signed."""
    ways = ["/", "\\/", "\\\\/", "\\u002f", "\\u002F", "\\\\\\/", "//", "\\"]
    share = chance.random()
    return re.sub(
        r"\\*/", lambda m: chance.choice(ways) if chance.random() < share else m[0], answer.text
    )


def _by_escape(answer: Answer, _vault: Vault, chance: random.Random) -> str:
    """Write characters as escapes, in names, values and where none belong."""
    share = chance.choice((0.002, 0.01, 0.05))
    quoted = answer.text if chance.random() < 0.3 else None
    if quoted is None:
        tokens = _TOKEN.findall(answer.text)
        at = chance.choice([at for at, token in enumerate(tokens) if token.startswith('"')])
        tokens[at] = _escaped(tokens[at], chance)
        return "".join(tokens)
    return "".join(f"\\u{ord(c):04x}" if chance.random() < share else c for c in quoted)


def _by_white_space(answer: Answer, _vault: Vault, chance: random.Random) -> str:
    """Put space of all sorts between, before and behind tokens."""
    spaces = [" ", "\n", "\t", "\r\n", "  ", "\0", "\x0b", "\x0c", "\u3000", "\x1e", "/**/"]
    tokens = _TOKEN.findall(answer.text)
    for _ in range(chance.choice((1, 1, 2, 4))):
        space = chance.choice(spaces if chance.random() < 0.5 else spaces[:5])
        tokens.insert(chance.randrange(len(tokens) + 1), space)
    return "".join(tokens)


# --- by charset -----------------------------------------------------------------------------------

_ENCODINGS = ("utf-8", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-32", "utf-7", "utf-8-sig")
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\0", b"\x1a", b"\x84\x31\x95\x33")
# An overlong quote, a surrogate, a euro sign of cp936, half of a character before a brace.
_PIECES = (b"\xc0\xa2", b"\xed\xa0\x80", b"\x80", b"\x81", b"\xbf\x5c", b"\xe4\xb8", b"\xa1\xa1")


def _by_charset(answer: Answer, _vault: Vault, chance: random.Random) -> bytes:
    body = answer.body
    at = chance.randrange(len(body))
    match chance.randrange(5):
        case 0:
            half = chance.randrange(len(answer.text))
            one, other = (chance.choice(_ENCODINGS) for _ in range(2))
            return answer.text[:half].encode(one) + answer.text[half:].encode(other)
        case 1:
            mark = chance.choice(_MARKS)
            return chance.choice((mark + body, body + mark, body[:at] + mark + body[at:]))
        case 2:
            # A lead byte takes the mark behind it into a character of two.
            marks = [m.start() for m in re.finditer(rb"[{}\\\[\]|~@A-Za-z]", body)]
            at = chance.choice(marks)
            return body[:at] + bytes([chance.randrange(0x81, 0xFF)]) + body[at:]
        case 3:
            return body[:at] + chance.choice(_PIECES) + body[at + chance.randrange(2) :]
        case _:
            spans = [m.span() for m in re.finditer(rb"[\x80-\xff]+", body)] or [(at, at + 1)]
            start, end = chance.choice(spans)
            texts = [text.encode(charset) for text in "乗亇认" for charset in ("utf-8", "gbk")]
            return body[:start] + chance.choice([*texts, b"?", b""]) + body[end:]


def _around(answer: Answer, _vault: Vault, chance: random.Random) -> str:
    """Put something before or behind the answer, or wrap it."""
    tails = ["\0", "}", "{}", ",", "x", '"', "]", "\n\n", " ", answer.text, "//", "null", "\ufeff"]
    head, tail = chance.choice(["", chance.choice(tails)]), chance.choice(tails)
    tail *= chance.randrange(1, 5)
    return chance.choice(
        [
            head + answer.text + tail,
            tail + answer.text + head,
            f"[{answer.text}]{tail}",
            f"callback({answer.text}){tail}",
            f'{{"x":{answer.text}{head}}}{tail}',
        ]
    )


KINDS: dict[str, Callable[[Answer, Vault, random.Random], str | bytes]] = {
    "byte": _by_byte,
    "token": _by_token,
    "member": _by_member,
    "node": _within_node,
    "splice": _spliced,
    "slash": _by_slash,
    "escape": _by_escape,
    "space": _by_white_space,
    "charset": _by_charset,
    "around": _around,
}


class Mutation(NamedTuple):
    """A changed answer, and by what it was changed."""

    kind: str
    body: bytes


def mutations(answer: Answer, vault: Vault, number: int, seed: str) -> Iterator[Mutation]:
    """Return ``number`` different mutations of the answer, all kinds in turn."""
    chance = random.Random(f"{seed} {answer.charset} {answer.sign_type} {answer.name}")  # noqa: S311 -- no secret
    seen = {answer.body}
    while len(seen) <= number:
        for kind, mutate in KINDS.items():
            changed = mutate(answer, vault, chance)
            if isinstance(changed, str):
                changed = changed.encode(answer.charset, "replace")
            if changed not in seen and len(seen) <= number:
                seen.add(changed)
                yield Mutation(kind, changed)
