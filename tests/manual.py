"""Writes the manual's pages in ``man/`` from the words of the help: ``python -m tests.manual``."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from zhima_cli import __version__
from zhima_cli.cli.app import build
from zhima_cli.cli.help import describe
from zhima_cli.core.commands import Command
from zhima_cli.core.kinds import EXIT_STATUS
from zhima_cli.output.help import usage_of
from zhima_cli.words.language import Language
from zhima_cli.words.vocabulary import Vocabulary

ROOT = Path(__file__).parent.parent / "man"
_VARIABLE = re.compile(r"\s*\[(ZHIMA_\w+)\]")
# Where a line may end, though no space is there.
_BREAK = re.compile(r"(?<=[，。、：；])(?=[\w\[$~-])")


@dataclass(frozen=True)
class Prose:
    """What a page says that the help does not. ``variables`` and ``files`` by their names."""

    page: Path
    volume: str
    headings: Mapping[str, str]
    about: tuple[str, ...]
    variables: Mapping[str, str]
    files: Mapping[str, str]


PROSE = {
    Language.EN: Prose(
        page=ROOT / "man1" / "zhima.1",
        volume="User Commands",
        headings={
            "NAME": "NAME",
            "SYNOPSIS": "SYNOPSIS",
            "DESCRIPTION": "DESCRIPTION",
            "COMMANDS": "COMMANDS",
            "EXIT STATUS": "EXIT STATUS",
            "ENVIRONMENT": "ENVIRONMENT",
            "FILES": "FILES",
            "EXAMPLES": "EXAMPLES",
        },
        about=(
            "zhima signs the call with the application's RSA key, sends it, verifies the signed "
            "answer and prints the biz_no. When the call fails, it says what the error code means "
            "and what to do.",
            "On a terminal, results are drawn for people; elsewhere, standard output has the "
            "result alone, and standard error everything else. --output json is for programs.",
            "A flag goes before an environment variable, that before the profile, and that before "
            "the default. A value that begins with - has to be written as --option=value.",
        ),
        variables={
            "ZHIMA_PRIVATE_KEY": "The application's private key itself.",
            "ZHIMA_ALIPAY_PUBLIC_KEY": "Alipay's public key itself.",
            "ZHIMA_ENCRYPT_KEY": "The AES key of content encryption itself.",
            "HTTPS_PROXY, ALL_PROXY, NO_PROXY": "The proxy, and the hosts that need none.",
            "REQUESTS_CA_BUNDLE": "A file with certificate authorities of your own.",
            "LC_ALL, LC_MESSAGES, LANG": "The language, where neither --lang nor ZHIMA_LANG is "
            "given.",
            "NO_COLOR": "Set to anything, it turns colour off.",
            "COLUMNS": "The width to draw in.",
        },
        files={
            "$XDG_CONFIG_HOME/zhima/config.toml": "The profiles; ~/.config/zhima/config.toml "
            "where the variable is not set.",
            "$XDG_STATE_HOME/zhima/history.db": "The record of calls; "
            "~/.local/state/zhima/history.db where the variable is not set. It never holds a "
            "name, a number, a key or a token.",
            "~/Library/Application Support/zhima/": "Where both are on macOS.",
        },
    ),
    Language.ZH: Prose(
        page=ROOT / "zh_CN" / "man1" / "zhima.1",
        volume="用户命令",
        headings={
            "NAME": "名称",
            "SYNOPSIS": "概要",
            "DESCRIPTION": "说明",
            "COMMANDS": "命令",
            "EXIT STATUS": "退出状态",
            "ENVIRONMENT": "环境变量",
            "FILES": "文件",
            "EXAMPLES": "示例",
        },
        about=(
            "zhima 用应用的 RSA 私钥为调用签名并发送，验证应答的签名，输出 biz_no。"
            "调用失败时，说明错误码的含义和解决方案。",
            "在终端上，结果以便于阅读的形式显示；在其他场合，标准输出只有结果本身，"
            "其余都在标准错误上。--output json 供程序使用。",
            "命令行选项优先于环境变量，环境变量优先于配置，配置优先于默认值。"
            "以 - 开头的值要写成 --选项=值。",
        ),
        variables={
            "ZHIMA_PRIVATE_KEY": "应用私钥本身。",
            "ZHIMA_ALIPAY_PUBLIC_KEY": "支付宝公钥本身。",
            "ZHIMA_ENCRYPT_KEY": "接口内容加密的 AES 密钥本身。",
            "HTTPS_PROXY, ALL_PROXY, NO_PROXY": "代理，以及不经过代理的主机。",
            "REQUESTS_CA_BUNDLE": "自己的 CA 证书文件。",
            "LC_ALL, LC_MESSAGES, LANG": "没有 --lang 和 ZHIMA_LANG 时的语言。",
            "NO_COLOR": "设为任意值即不用颜色。",
            "COLUMNS": "显示的宽度。",
        },
        files={
            "$XDG_CONFIG_HOME/zhima/config.toml": "各个配置；没有设置该变量时为 "
            "~/.config/zhima/config.toml。",
            "$XDG_STATE_HOME/zhima/history.db": "调用的记录；没有设置该变量时为 "
            "~/.local/state/zhima/history.db。其中没有姓名、号码、密钥或令牌。",
            "~/Library/Application Support/zhima/": "在 macOS 上，两者都在这里。",
        },
    ),
}


def manual(language: Language) -> str:
    """Return the page in one language, in the man macros of roff."""
    return "\n".join(_lines(language)) + "\n"


def _lines(language: Language) -> Iterator[str]:
    prose, words = PROSE[language], language.vocabulary
    zhima = describe(build(), ("zhima",), words.helps)
    commands = tuple(zhima.every())
    yield '.\\" -*- coding: utf-8 -*- made by: python -m tests.manual'
    yield f'.TH ZHIMA 1 "" "zhima {__version__}" "{prose.volume}"'
    yield ".nh\n.ad l"  # names stay whole, and Chinese has no spaces to stretch
    yield from _section(prose, "NAME")
    yield f"zhima \\- {_roff(zhima.help)}"
    yield from _section(prose, "SYNOPSIS")
    yield "\n.br\n".join(f".B {_roff(usage_of(command, words))}" for command in commands)
    yield from _section(prose, "DESCRIPTION")
    yield "\n.PP\n".join(map(_roff, prose.about))
    yield from _section(prose, "COMMANDS")
    for command in commands:
        yield from _command(command, words)
    yield from _section(prose, "EXIT STATUS")
    for kind, status in EXIT_STATUS.items():
        yield from _entry(str(status), words.kinds[kind])
    yield from _section(prose, "ENVIRONMENT")
    yield from _variables(commands)
    for name, text in prose.variables.items():
        yield from _entry(name, text)
    yield from _section(prose, "FILES")
    for name, text in prose.files.items():
        yield from _entry(name, text)
    yield from _section(prose, "EXAMPLES")
    examples = ("\n".join(map(_roff, command.examples)) for command in commands)
    yield "\n.PP\n".join(f".nf\n{lines}\n.fi" for lines in examples)


def _section(prose: Prose, name: str) -> Iterator[str]:
    yield f".SH {prose.headings[name]}"


def _command(command: Command, words: Vocabulary) -> Iterator[str]:
    yield f".SS {_roff(usage_of(command, words))}"
    yield _roff(command.help)
    for argument in command.arguments:
        yield from _entry(argument.metavar, argument.help)
    for option in command.options:
        spellings = ", ".join(sorted(option.spellings, key=len))
        yield from _entry(f"{spellings} {option.metavar or ''}".strip(), option.help)


def _variables(commands: tuple[Command, ...]) -> Iterator[str]:
    """Yield the variables that stand for an option, each once, as the help names them."""
    seen = set()
    for option in (option for command in commands for option in command.options):
        found = _VARIABLE.search(option.help)
        if found and found.group(1) not in seen:
            seen.add(found.group(1))
            longest = max(option.spellings, key=len)
            yield from _entry(found.group(1), f"{longest} – {_VARIABLE.sub('', option.help)}")


def _entry(name: str, text: str) -> Iterator[str]:
    yield f".TP\n.B {_roff(name)}\n{_roff(text)}"


def _roff(text: str) -> str:
    """Return ``text`` as roff shows it: backslash, hyphen and what begins a request are escaped.

    A line of Chinese may end behind its marks. groff knows that of Chinese characters, but before a
    word that is wider than the terminal it looks for such a place for ever.
    """
    text = _BREAK.sub(r"\:", text.replace("\\", "\\e"))
    text = text.replace("-", "\\-").replace("~", "\\(ti")
    text = text.replace("'", "\\(aq").replace("^", "\\(ha").replace("`", "\\(ga")
    return f"\\&{text}" if text.startswith(".") else text


if __name__ == "__main__":
    for each, page in PROSE.items():
        page.page.parent.mkdir(parents=True, exist_ok=True)
        page.page.write_text(manual(each), encoding="utf-8")
