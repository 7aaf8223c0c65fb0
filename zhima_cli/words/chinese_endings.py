"""What each exit status means and what to do, in Chinese."""

from collections.abc import Mapping

from zhima_cli.core.kinds import Kind
from zhima_cli.words.vocabulary import Sentence

ENDINGS: Mapping[Kind, Sentence] = {
    Kind.SUCCESS: Sentence(
        "调用成功且签名已验证；其他命令则已按要求完成",
        "请记录 biz_no：后续每一步都需要它。",
    ),
    Kind.INTERNAL: Sentence(
        "zhima 自身出现意料之外的错误",
        "请附上 zhima 输出的那一行和 --debug 的输出反馈给我们；两者都不含个人信息。",
    ),
    Kind.USAGE: Sentence(
        "选项或参数有误、缺失，或者该交易已有 biz_no",
        "请按提示改正；--help 可查看命令的选项。",
    ),
    Kind.CONFIG: Sentence(
        "配置、密钥或证书缺失或不可用；使用 --require-history 时，也可能是无法记录",
        "请按提示改正；zhima doctor 逐项检查，zhima profiles 显示每项设置的来源。",
    ),
    Kind.BUSINESS: Sentence(
        "网关接受了调用，但接口拒绝了所请求的业务",
        "请查询返回的 sub_code：zhima explain SUB_CODE。",
    ),
    Kind.GATEWAY: Sentence(
        "网关拒绝了调用：签名、权限、令牌或公共参数有问题",
        "请查询返回的 sub_code：zhima explain SUB_CODE。",
    ),
    Kind.TEMPORARY: Sentence(
        "无法连接、没有及时应答，或应答要求稍后再试",
        "请稍后用同一个 transaction_id 重试：网关可能已经处理了该调用。",
    ),
    Kind.UNTRUSTED: Sentence(
        "应答者不能确认是网关：签名、TLS 或应答的形式不对",
        "请勿使用该应答的任何内容。请检查支付宝公钥或证书、网关地址、代理和网络。",
    ),
    Kind.UNWRITTEN: Sentence(
        "无法写到标准输出；使用 --require-history 时，也可能是结果无法记录",
        "如果调用已经发出，biz_no 在标准错误上：请记录它。然后检查输出的去向和磁盘空间。",
    ),
    Kind.INTERRUPTED: Sentence(
        "被 Ctrl-C 中断；进行中的调用可能已被处理",
        "请用同一个 transaction_id 重试，zhima history 会列出它。",
    ),
    Kind.TERMINATED: Sentence(
        "被 SIGTERM 停止；进行中的调用可能已被处理",
        "请用同一个 transaction_id 重试，zhima history 会列出它。",
    ),
}
