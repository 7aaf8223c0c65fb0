"""Answers for all to judge, signed by an independent signer: made from a fixed seed.

Each class is a function that lays an answer out; what it says of itself is what the table says.
"""

import itertools
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tests.conftest import Keys
from tests.support.independent import NODE, node_text, sign

SIGN_TYPES = ("RSA", "RSA2")
OTHER_NODE = "alipay_trade_query_response"
_VARIANTS = 3
_SEED = 20161024
_MESSAGES = ("Success", "成功", "处理成功,请查收", "一切正常。OK")


@dataclass(frozen=True)
class Maker:
    """What an answer is made of: the genuine node's text, a forged one's, and signatures."""

    keys: Keys
    charset: str
    sign_type: str
    biz_no: str
    msg: str

    @property
    def node(self) -> str:
        """The node that Alipay signed."""
        return self.success()

    @property
    def forged(self) -> str:
        """A node that it did not."""
        return self.success(biz_no=self.biz_no[::-1])

    @property
    def failure(self) -> str:
        """A refusal of the interface's."""
        return node_text(
            code="40004", msg=self.msg, sub_code="ARRANGEMENT_ERROR", sub_msg="合约异常"
        )

    def success(self, **changes: str) -> str:
        """Return a node of a success with these members changed or added."""
        members = {"code": "10000", "msg": self.msg, "biz_no": self.biz_no}
        return node_text(**{**members, **changes})

    def sign(self, text: str, sign_type: str | None = None, key: str = "alipay") -> str:
        """Return the signature of a text, by Alipay's key unless told otherwise."""
        data = text.encode(self.charset)
        return sign(data, getattr(self.keys, key), sign_type or self.sign_type)

    def answer(self, node: str, signature: str | None = None, name: str = NODE) -> str:
        """Return the usual answer; without a signature given, properly signed."""
        return f'{{"{name}":{node},"sign":"{signature or self.sign(node)}"}}'


@dataclass(frozen=True)
class AnswerCase:
    """One answer: its class, how it is to be read, and its bytes."""

    number: int
    kind: str
    charset: str
    sign_type: str
    biz_no: str
    body: bytes


Layout = Callable[[Maker], str]


def make_cases(keys: Keys, kinds: Sequence[tuple[str, str, Layout]]) -> list[AnswerCase]:
    """Return every class for both sign_types, three times with other values."""
    rng = random.Random(_SEED)  # noqa: S311 -- cases, not secrets
    cases = []
    product = itertools.product(kinds, SIGN_TYPES, range(_VARIANTS))
    for number, ((kind, charset, layout), sign_type, _) in enumerate(product):
        biz_no = f"ZM{rng.randrange(10**29, 10**30)}"
        maker = Maker(keys, charset, sign_type, biz_no, rng.choice(_MESSAGES))
        body = layout(maker).encode(charset)
        cases.append(AnswerCase(number, kind, charset, sign_type, biz_no, body))
    return cases


def all_kinds() -> list[tuple[str, str, Layout]]:
    """Return the classes below: name, charset and layout."""
    utf_8 = [(kind, "utf-8", layout) for kind, layout in {**GENUINE, **NOT_GENUINE}.items()]
    return [*utf_8, *((kind, charset, layout) for kind, (charset, layout) in IN_CHARSETS.items())]


def _unescaped(maker: Maker) -> str:
    """An answer that shows an escaped slash and is signed over the text without it."""
    node = maker.success(url="https://a.b/c")
    return maker.answer(node.replace("/", r"\/"), maker.sign(node))


def _slashed_signature(maker: Maker) -> str:
    """An answer whose signature's slashes are escaped; some signature has one."""
    for number in range(100):
        node = maker.success(note=str(number))
        signature = maker.sign(node)
        if "/" in signature:
            return maker.answer(node, signature.replace("/", r"\/"))
    raise AssertionError


def _as_escapes(maker: Maker) -> str:
    text = maker.success(note="系统")
    return maker.answer(text.replace("系统", r"\u7cfb\u7EDF"))


def _spaced(maker: Maker, space: str) -> str:
    text = maker.node
    for mark in ('","', '":"'):
        text = text.replace(mark, f'"{space}{mark[1]}{space}"')
    node = f"{{{space}{text[1:-1]}{space}}}"
    signature = maker.sign(node)
    return (
        f'{space}{{{space}"{NODE}"{space}:{space}{node}{space},'
        f'{space}"sign"{space}:{space}"{signature}"{space}}}{space}'
    )


def _sign_first(maker: Maker, node: str) -> str:
    return f'{{"sign":"{maker.sign(node)}","{NODE}":{node}}}'


# What Alipay may well send, and did sign.
GENUINE: Mapping[str, Layout] = {
    "sign last": lambda m: m.answer(m.node),
    "sign first": lambda m: _sign_first(m, m.node),
    "certificate number between": lambda m: (
        f'{{"{NODE}":{m.node},"alipay_cert_sn":"0a","sign":"{m.sign(m.node)}"}}'
    ),
    "certificate number last": lambda m: (
        f'{{"{NODE}":{m.node},"sign":"{m.sign(m.node)}","alipay_cert_sn":"0a"}}'
    ),
    "member before the node": lambda m: (
        f'{{"alipay_cert_sn":"0a","{NODE}":{m.node},"sign":"{m.sign(m.node)}"}}'
    ),
    "spaces, tabs, line feeds": lambda m: _spaced(m, " \t\n"),
    "carriage returns": lambda m: _spaced(m, "\r\n"),
    "escaped slash, signed as it stands": lambda m: m.answer(
        m.success(url="https://a.b/c").replace("/", r"\/")
    ),
    "escaped slash, signed without": _unescaped,
    "escaped slash in the signature": _slashed_signature,
    "characters as escapes": _as_escapes,
    "names of members as escapes": lambda m: m.answer(m.node.replace("biz_no", r"\u0062iz_no")),
    "pairs of braces in a string": lambda m: m.answer(m.success(note="{{}} {a}")),
    "opening brace in a string": lambda m: m.answer(m.success(note="{ {")),
    "closing brace in a string": lambda m: m.answer(m.success(note="} }")),
    "quotes in a string": lambda m: m.answer(m.success(note='a "b" \\"c\\\\')),
    "the word sign in a string": lambda m: m.answer(m.success(note='"}, "sign":"x" ')),
    "the node's name in a string": lambda m: m.answer(m.success(note=f'"{NODE}":{{}}')),
    "objects and lists in the node": lambda m: m.answer(
        m.node[:-1] + ',"more":{"a":[{"b":null},[1e2,true]]}}'
    ),
    "a member sign in the node": lambda m: m.answer('{"sign":"x",' + m.node[1:]),
    "biz_no first": lambda m: m.answer(f'{{"biz_no":"{m.biz_no}","code":"10000","msg":"{m.msg}"}}'),
    "signed failure": lambda m: m.answer(m.failure),
    "unsigned failure": lambda m: f'{{"{NODE}":{m.failure}}}',
    "signed error_response": lambda m: m.answer(m.failure, name="error_response"),
    "unsigned error_response": lambda m: f'{{"error_response":{m.failure}}}',
}

# What is in another charset than utf-8, with text that shows it.
IN_CHARSETS: Mapping[str, tuple[str, Layout]] = {
    "gbk, ASCII alone": ("gbk", lambda m: m.answer(m.success(msg="Success"))),
    "gbk, Chinese": ("gbk", lambda m: m.answer(m.success(note="异常·"))),
    "gbk, second bytes that are braces and backslashes": (
        "gbk",
        lambda m: m.answer(m.success(note="乗亄亇乗")),
    ),
    "gb2312, Chinese": ("gb2312", lambda m: m.answer(m.success(note="异常"))),
    "gbk, sign first": ("gbk", lambda m: _sign_first(m, m.success(note="异常"))),
}


def _bit_flipped(maker: Maker) -> str:
    signature = maker.sign(maker.node)
    other = "A" if signature[40] != "A" else "B"
    return maker.answer(maker.node, signature[:40] + other + signature[41:])


def _other_hash(maker: Maker) -> str:
    other = {"RSA": "RSA2", "RSA2": "RSA"}[maker.sign_type]
    return maker.answer(maker.node, maker.sign(maker.node, other))


def _two_nodes(layout: str) -> Layout:
    """Return a layout of a genuine node and a forged one under the same name."""

    def lay_out(maker: Maker) -> str:
        text = layout.replace("SIGN", maker.sign(maker.node)).replace("NODE", NODE)
        return text.replace("GENUINE", maker.node).replace("FORGED", maker.forged)

    return lay_out


# What is not to be believed, or is not what the interface's page promises.
NOT_GENUINE: Mapping[str, Layout] = {
    "unsigned success": lambda m: f'{{"{NODE}":{m.node}}}',
    "sign null": lambda m: f'{{"{NODE}":{m.node},"sign":null}}',
    "sign empty": lambda m: f'{{"{NODE}":{m.node},"sign":""}}',
    "sign a number": lambda m: f'{{"{NODE}":{m.node},"sign":1}}',
    "sign in the node": lambda m: f'{{"{NODE}":{m.node[:-1]},"sign":"{m.sign(m.node)}"}}}}',
    "signature with a changed bit": _bit_flipped,
    "signature cut short": lambda m: m.answer(m.node, m.sign(m.node)[:-8]),
    "signature with line ends": lambda m: m.answer(
        m.node, m.sign(m.node)[:76] + r"\n" + m.sign(m.node)[76:]
    ),
    "signature with marks in it": lambda m: m.answer(
        m.node, m.sign(m.node)[:76] + "!*!" + m.sign(m.node)[76:]
    ),
    "signature of a stranger's key": lambda m: m.answer(m.node, m.sign(m.node, key="stranger")),
    "signature of the application's key": lambda m: m.answer(m.node, m.sign(m.node, key="app")),
    "signature of the other hash": _other_hash,
    "signature of another node": lambda m: m.answer(m.forged, m.sign(m.node)),
    "signature without the node's braces": lambda m: m.answer(m.node, m.sign(m.node[1:-1])),
    "space put into the node": lambda m: m.answer(m.node.replace(":", ": ", 1), m.sign(m.node)),
    "failure made a success": lambda m: m.answer(m.node, m.sign(m.failure)),
    "forged failure": lambda m: m.answer(m.failure, m.sign(m.node)),
    "forged error_response": lambda m: m.answer(m.failure, m.sign(m.node), "error_response"),
    "two nodes, the genuine one first": _two_nodes('{"NODE":GENUINE,"sign":"SIGN","NODE":FORGED}'),
    "two nodes, the forged one first": _two_nodes('{"NODE":FORGED,"NODE":GENUINE,"sign":"SIGN"}'),
    "two nodes, both before the sign": _two_nodes('{"NODE":GENUINE,"NODE":FORGED,"sign":"SIGN"}'),
    "two nodes, the sign first": _two_nodes('{"sign":"SIGN","NODE":GENUINE,"NODE":FORGED}'),
    "two signs, the good one last": lambda m: (
        f'{{"{NODE}":{m.node},"sign":"AAAA","sign":"{m.sign(m.node)}"}}'
    ),
    "two signs, the good one first": lambda m: (
        f'{{"{NODE}":{m.node},"sign":"{m.sign(m.node)}","sign":"AAAA"}}'
    ),
    "a genuine node with two biz_no": lambda m: m.answer(
        m.node[:-1] + f',"biz_no":"{m.biz_no[::-1]}"}}'
    ),
    "node and error_response": lambda m: (
        f'{{"{NODE}":{m.node},"sign":"{m.sign(m.node)}","error_response":{m.failure}}}'
    ),
    "genuine node of another interface": lambda m: m.answer(m.node, name=OTHER_NODE),
    "signed success as error_response": lambda m: m.answer(m.node, name="error_response"),
    "node within another object": lambda m: f'{{"data":{m.answer(m.node)}}}',
    "answer within a string": lambda m: (
        '{"data":"' + m.answer(m.node).replace("\\", "\\\\").replace('"', '\\"') + '"}'
    ),
    "text behind the answer": lambda m: m.answer(m.node) + "x",
    "second answer behind the first": lambda m: m.answer(m.node) + m.answer(m.node),
    "byte order mark": lambda m: "\ufeff" + m.answer(m.node),
    "cut off in the middle": lambda m: m.answer(m.node)[:120],
    "comma too many": lambda m: m.answer(m.node)[:-1] + ",}",
    "list around the answer": lambda m: f"[{m.answer(m.node)}]",
    "no text at all": lambda _: "",
    "success without a biz_no": lambda m: m.answer(node_text(code="10000", msg=m.msg)),
    "biz_no a number": lambda m: m.answer('{"code":"10000","biz_no":12345}'),
    "biz_no of 33 characters": lambda m: m.answer(m.success(biz_no=m.biz_no + "1")),
    "biz_no with a line end": lambda m: m.answer(m.success(biz_no="ZM1\n2")),
    "code a number": lambda m: m.answer(f'{{"code":10000,"biz_no":"{m.biz_no}"}}'),
}
