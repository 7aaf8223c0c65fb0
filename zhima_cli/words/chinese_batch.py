"""The Chinese words of ``zhima init-certs``."""

from collections.abc import Mapping

from zhima_cli.core.errors import Reason
from zhima_cli.words.vocabulary import Label, Sentence

PROBLEMS: Mapping[Reason, Sentence] = {
    Reason.FILE_NOT_TEXT: Sentence(
        "{subject}：从这里起不是 UTF-8 或 GBK 文本", "请把文件另存为 UTF-8。"
    ),
    Reason.NO_ROWS: Sentence("{subject} 中没有数据行", "请在列名下面为每个人写一行。"),
    Reason.UNKNOWN_COLUMN: Sentence(
        "{subject} 不是可识别的列名",
        "请改名或去掉；可用的名字：{expected}。",
    ),
    Reason.REPEATED_COLUMN: Sentence("{subject} 与前面的列重名：{found}", "请只保留其中一列。"),
    Reason.MISSING_COLUMN: Sentence(
        "{subject} 中没有 {found} 列",
        "第一行是列名，其中要有 cert_name 和 cert_no，或者 identity_param。",
    ),
    Reason.NOT_CSV: Sentence(
        "{subject} 不是 CSV：引号没有闭合，或闭合的引号后面还有内容",
        "请把整个值放在引号中，值里的每个引号写两次。",
    ),
    Reason.NOT_JSON_LINE: Sentence("{subject} 不是 JSON：{found}", "请把每个对象单独写成一行。"),
    Reason.ROW_TOO_LONG: Sentence(
        "从 {subject} 开始的一行数据超过 {expected} 个字符或 {found} 行",
        "请检查是否有引号没有闭合，或者漏了换行。",
    ),
    Reason.ROW_LENGTH: Sentence(
        "{subject} 有 {found} 个值，但共有 {expected} 列",
        "请使两者一致；含逗号的值请放在引号中。",
    ),
    Reason.CELL_TYPE: Sentence("{subject} 的 JSON 类型是 {found}", "应为类型 {expected}。"),
    Reason.CELL_NOT_JSON: Sentence(
        "{subject} 不是 JSON：{found}",
        """请给出对象，例如 {{"name":"value"}}；在 CSV 中放在引号里，每个引号写两次。""",
    ),
    Reason.CELL_IS_DUE: Sentence("{subject} 是空的", "请填写 {expected}。"),
    Reason.DUPLICATE_ROW: Sentence(
        "{subject} 与第 {found} 行是同一笔交易",
        "请去掉其中一行，或给每行写上各自的 transaction_id。",
    ),
    Reason.NOT_A_RATE: Sentence("{subject} 不是每秒的调用次数", "请写成 20 或 20/s。"),
    Reason.BATCH_NEEDS_NAME: Sentence(
        "从标准输入读取时需要批次名", "请用 {subject} 指定；用同一名称即从停下处继续。"
    ),
    Reason.BATCH_UNRECORDED: Sentence(
        "历史记录 {subject} 无法使用：{found}",
        "请检查路径和权限，或用 --history 指定其他文件；没有记录，中断后就无从知道谁已初始化。",
    ),
    Reason.BATCH_RECORDED: Sentence(
        "该批次记录在 {subject} 中，尽管配置写有 history = false",
        "可用 --history 指定其他文件；没有记录，中断后就无从知道谁已初始化。",
    ),
    Reason.BATCH_NEEDS_MERCHANT: Sentence(
        "使用 app_auth_token 时，批次需要自己的名称",
        "请用 {subject} 给出能区分商户的名称：同样的行对另一商户是另外的交易。",
    ),
    Reason.ROWS_CHANGED: Sentence(
        "{subject} 在发送过程中被改动", "请再次运行命令；已有 biz_no 的行不会再次发送。"
    ),
    Reason.NOT_A_FILE: Sentence("{subject} 不是普通文件", "请指定一个文件，或不用该选项。"),
    Reason.ROWS_INVALID: Sentence(
        "{subject}：{expected} 行中有 {found} 行有误，未发送任何数据",
        "请按上面的提示改正，或用 --skip-invalid 只发送其余各行。",
    ),
    Reason.TRANSACTION_OF_OTHER: Sentence(
        "{subject}：这个交易以前发送过，内容不同或未知",
        "请为该行另给一个 transaction_id，或将其留空；zhima history show 可查看该交易的结果。",
    ),
    Reason.RESULTS_OF_OTHER_ROWS: Sentence(
        "{subject}：文件内容不是这些行的结果",
        "请为结果指定其他文件；已有 biz_no 的行不会再次发送。",
    ),
    Reason.RESULTS_IN_USE: Sentence(
        "{subject}：另一个 zhima 正在写这个文件", "请等它结束，或指定其他文件。"
    ),
}

LABELS: Mapping[Label, str] = {
    Label.BATCH_CHECKING: "正在检查全部行：",
    Label.BATCH_MORE_FAULTY: "其余有误的行数：{count}；加上 2> 文件，可把全部写入该文件",
    Label.BATCH_CHECKED: "全部正确，未发送；行数：",
    Label.BATCH_SLOWED: "网关要求降低频率；{seconds} 秒后以每秒 {rate} 次继续",
    Label.BATCH_SUMMARY: "行数：{rows}，已完成：{ended}，取得 biz_no：{successes}",
    Label.BATCH_ENDING: "{count} 行：{kind}（zhima explain {code}）",
    Label.BATCH_STOPPED_BY_REFUSALS: "已停止：连续被拒，原因与行内容无关（密钥、权限或签约）",
    Label.BATCH_STOPPED_BY_FAILURES: "已停止：连续多行暂时失败，请稍后再试",
    Label.BATCH_STOPPED_BY_REPLAY: "已停止：网关给出的 biz_no 已属于另一交易",
    Label.BATCH_BROKEN_OFF: "已中断；部分行已经发送",
    Label.BATCH_GOES_ON: "再次运行同一命令，即从停下处继续",
}

HELPS: Mapping[str, str] = {
    "zhima init-certs": "为文件的每一行初始化认证；中断后再次运行即继续。",
    "zhima init-certs file": "CSV（有表头）或 JSON lines；- 表示标准输入。"
    "列名用接口参数名，如 cert_name。",
    "zhima init-certs out": "结果文件。默认为标准输出。",
    "zhima init-certs format": "csv 或 jsonl。默认：结果文件以 .csv 结尾时为 csv，否则 jsonl。",
    "batch": "批次名；同名批次中同一人不会重复初始化。默认为文件名。",
    "jobs": "同时进行的调用数。默认 64。",
    "rate": "每秒最多多少次调用。默认不限。",
    "encoding": "文件的编码：utf-8 或 gbk。默认自动判断。",
    "skip_invalid": "跳过有误的行，发送其余各行。",
    "zhima init-certs dry_run": "只检查全部行，不发送。",
    "zhima init-certs output": "失败信息的形式：pretty、plain 或 json。[ZHIMA_OUTPUT]",
}
