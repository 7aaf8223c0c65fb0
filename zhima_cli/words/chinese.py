"""The words for people, in Chinese. {subject}, {found} and {expected} are a problem's own."""

from zhima_cli.core.errors import Reason
from zhima_cli.core.key_forms import KeyForm
from zhima_cli.core.kinds import Kind
from zhima_cli.core.strict_json import JsonFault
from zhima_cli.words import chinese_batch as batch
from zhima_cli.words.chinese_endings import ENDINGS
from zhima_cli.words.chinese_helps import HELPS
from zhima_cli.words.vocabulary import Label, Sentence, Vocabulary

_CONTACT = "请附上本行和 --debug 的输出反馈给我们；两者都不含个人信息。"
_UNTRUSTED = "请勿使用该应答的任何内容：它可能在途中被篡改。请检查网关地址、代理和网络。"
_SAME_AGAIN = "请用同一个 transaction_id 重试。"

CHINESE = Vocabulary(
    reasons={
        Reason.UNKNOWN_OPTION: Sentence(
            "{found} 不是本命令的选项（zhima 之后的第 {subject} 个词）",
            "--help 可查看全部选项。",
        ),
        Reason.MISSPELT_OPTION: Sentence(
            "{found} 不是本命令的选项（zhima 之后的第 {subject} 个词）",
            "是否想输入 {expected}？--help 可查看全部选项。",
        ),
        Reason.UNKNOWN_COMMAND: Sentence("zhima 没有这个命令", "可用命令：{expected}。"),
        Reason.MISSPELT_COMMAND: Sentence(
            "zhima 没有这个命令", "是否想输入 {subject}？可用命令：{expected}。"
        ),
        Reason.NO_COMMAND: Sentence("没有给出命令", "可用命令：{expected}。详见 zhima --help。"),
        Reason.OPTION_NEEDS_VALUE: Sentence("{subject} 缺少值", "请写成 {subject}=值。"),
        Reason.OPTION_TAKES_NO_VALUE: Sentence("{subject} 不接受值", "请只写 {subject}。"),
        Reason.OPTION_AS_VALUE: Sentence(
            "{subject} 的值以 - 开头，像是一个选项",
            "如果它确实是值，请写成 {subject}=值；否则是 {subject} 漏了值。",
        ),
        Reason.OPTION_IS_DUE: Sentence("缺少 {subject}", "请给出 {subject}。"),
        Reason.ARGUMENT_IS_DUE: Sentence("缺少 {subject}", "请写在命令后面；用法见 --help。"),
        Reason.UNEXPECTED_ARGUMENT: Sentence(
            "有一个词不属于任何选项", "每个值前面都要有它的选项；含空格的值请加引号。"
        ),
        Reason.ARGUMENT_TOO_MANY: Sentence(
            "多了一个词：除选项之外，本命令只接受 {subject}",
            "请去掉它，或在它前面写上它的选项；含空格的值请加引号。",
        ),
        Reason.OPTION_MISPLACED: Sentence(
            "{subject} 写在了命令 {found} 的前面", "请写在 {found} 的后面。"
        ),
        Reason.EXCLUDES: Sentence("{subject} 与 {found} 不能同时使用", "请只给其中一个。"),
        Reason.STDIN_TWICE: Sentence(
            "只能有一个选项读取标准输入：{subject}", "其余的请用 @文件 给出。"
        ),
        Reason.STDIN_TWICE_FOR_KEYS: Sentence(
            "只能有一个选项读取标准输入：{subject}", "其余的请给出文件名。"
        ),
        Reason.NEEDS_OPTION: Sentence("{subject} 需要 {expected}", "请加上 {expected}。"),
        Reason.CURL_NEEDS_DRY_RUN: Sentence(
            "--output curl 只用于展示请求", "请加上 --dry-run，或改用 pretty、plain、json。"
        ),
        Reason.REDACT_NEEDS_DRY_RUN: Sentence(
            "--redact 只能与 --dry-run 一起使用", "请加上 --dry-run，或去掉 --redact。"
        ),
        Reason.FIXED_BY_MOCK: Sentence(
            "{subject} 不能与 mock 配置一起使用，它自带这一项",
            "请去掉 {subject}，或选择其他配置。",
        ),
        # zhima explain
        Reason.UNKNOWN_CODE: Sentence(
            "{subject} 不是 zhima 认识的错误码、退出状态或类别（{found}）",
            "单独运行 zhima explain 可列出全部。",
        ),
        Reason.MISSPELT_CODE: Sentence(
            "{subject} 不是 zhima 认识的错误码、退出状态或类别（{found}）",
            "是否想输入 {expected}？单独运行 zhima explain 可列出全部。",
        ),
        # questions
        Reason.UNANSWERED: Sentence(
            "尚未回答 {subject}，输入就已结束；未执行任何操作",
            "请重新运行该命令，或在命令中给出 {expected}。",
        ),
        Reason.UNCONFIRMED: Sentence(
            "尚未回答提问，输入就已结束；没有删除任何记录", "请重新运行该命令并回答提问。"
        ),
        Reason.EMPTY: Sentence("{subject} 是空的", "请给出值，或者不写它。"),
        Reason.MISSING: Sentence(
            "没有设置 {subject}",
            "请写入 {found}，或给出 {expected}。没有账号可先试 --profile mock。",
        ),
        Reason.MISSING_PERSON: Sentence(
            "缺少 {subject}", "请给出其中之一：{expected}；在终端上 zhima 会询问。"
        ),
        Reason.TOO_LONG: Sentence(
            "{subject} 太长：{found} 个字符", "接口最多接受 {expected} 个字符。"
        ),
        Reason.NOT_A_CHOICE: Sentence("{subject} 的值不在可选范围内", "可选：{expected}。"),
        Reason.BAD_APP_ID: Sentence(
            "{subject} 不是应用 ID", "应为 16 位数字，见开放平台应用页面的顶部。"
        ),
        Reason.NOT_A_NUMBER: Sentence("{subject} 不是数字", "请给出数字，例如 15。"),
        Reason.OUT_OF_RANGE: Sentence("{subject} 超出范围", "允许的范围：{expected}。"),
        Reason.NOT_A_DATE: Sentence(
            "{subject} 不是日期",
            "请给出日期（2026-11-24）、时间（2026-11-24T19:07）或多久以前（90m、12h、7d）。",
        ),
        Reason.NO_SUCH_RECORD: Sentence(
            "没有这个 {subject} 的记录", "zhima history 列出最近的记录。"
        ),
        Reason.BAD_TRANSACTION_ID: Sentence(
            "{subject} 不是 1 到 32 位的字母、数字或下划线",
            "只能用 A-Z、a-z、0-9 和 _；不写则自动生成。",
        ),
        Reason.BAD_TRANSACTION_PREFIX: Sentence(
            "{subject} 不是 1 到 {expected} 位的字母、数字或下划线",
            "只能用 A-Z、a-z、0-9 和 _。",
        ),
        Reason.NOT_IN_CHARSET: Sentence(
            "{subject} 无法表示字符 {found}", "请改用可以表示它的字符集：{expected}（--charset）。"
        ),
        Reason.NOT_TEXT: Sentence(
            "{subject} 含有不是文本的内容", "请以 UTF-8 给出；检查终端或文件的编码。"
        ),
        Reason.NOT_JSON: Sentence(
            "{subject} 不是 JSON：{found}",
            """请给出对象，例如 '{{"name":"value"}}'（在 shell 中用单引号），或用 @文件。""",
        ),
        Reason.CURLY_QUOTES: Sentence(
            "{subject} 不是 JSON：其中有中文引号（“”）", '请改用 JSON 的引号："。'
        ),
        Reason.NOT_A_JSON_OBJECT: Sentence(
            "{subject} 是 JSON，但不是对象", """请给出对象，例如 '{{"name":"value"}}'。"""
        ),
        Reason.IDENTITY_MEMBER: Sentence(
            "{subject} 缺少 {found}，或者它不是字符串", "请加上字符串类型的 {found}。"
        ),
        Reason.FILE_UNREADABLE: Sentence("{subject}：无法读取文件：{found}", "请检查路径和权限。"),
        Reason.PIPE_WITHOUT_WRITER: Sentence(
            "{subject}：没有程序向管道 {found} 写入", "请先启动写入它的程序，或改用文件。"
        ),
        Reason.FILE_TOO_LARGE: Sentence(
            "{subject}：{found} 超过 {expected} 字节", "请检查是否写错了文件。"
        ),
        Reason.FILE_NOT_UTF8: Sentence("{subject}：{found} 不是 UTF-8 文本", "请另存为 UTF-8。"),
        Reason.FILE_EXISTS: Sentence(
            "{subject}：{found} 已存在，且不是 zhima 写的", "请换一个文件名，或先删除它。"
        ),
        Reason.FILE_UNWRITABLE: Sentence(
            "{subject}：无法写入文件：{found}", "请检查文件夹和权限。"
        ),
        Reason.NO_CONFIG_FILE: Sentence(
            "没有配置 {subject}，因为配置文件 {found} 不存在",
            "请用 zhima configure 新建，或用 --config 指定。没有账号可先试 --profile mock。",
        ),
        Reason.NOT_TOML: Sentence("{subject} 不是合法的 TOML（{found}）", "请改正该文件。"),
        Reason.NO_SUCH_PROFILE: Sentence(
            "{subject} 中没有配置 {found}", "可选：{expected}（--profile）。"
        ),
        Reason.RESERVED_PROFILE: Sentence(
            "{subject}：这个名字是 zhima 自带配置的", "请给您的配置换个名字。"
        ),
        Reason.UNKNOWN_KEY: Sentence(
            "{subject} 有未知的配置项 {found}", "请改名或去掉；可用的配置项：{expected}。"
        ),
        Reason.MISSPELT_KEY: Sentence("{subject} 有未知的配置项 {found}", "是否想写 {expected}？"),
        Reason.WRONG_TYPE: Sentence("{subject} 的 TOML 类型是 {found}", "应为类型 {expected}。"),
        Reason.BOTH_FORMS: Sentence(
            "{subject} 与 {found} 都设置了", "请只保留一个：密钥本身，或它的文件。"
        ),
        Reason.BAD_GATEWAY_URL: Sentence(
            "{subject} 不是网关地址",
            "请给出 production、sandbox，或形如 {expected} 的地址，不含用户名、查询参数和片段。",
        ),
        Reason.GATEWAY_NOT_HTTPS: Sentence(
            "{subject} 不是 https",
            "个人信息只走 https；http 仅限本机（127.0.0.1、localhost）。",
        ),
        Reason.NO_CA_BUNDLE: Sentence(
            "{subject} 指向的 CA 证书文件或文件夹不可用",
            "请改正该变量，或取消它以使用默认证书。",
        ),
        Reason.BAD_PROXY: Sentence(
            "{subject} 不是 HTTP 代理地址",
            "请写成 http://主机:端口 或 https://主机:端口，或取消它。",
        ),
        Reason.PORT_UNAVAILABLE: Sentence(
            "{subject}：无法监听：{found}", "请换一个端口，或用 0 任选空闲端口。"
        ),
        # zhima configure, zhima keygen
        Reason.BAD_PROFILE_NAME: Sentence(
            "{subject} 不能作为配置的名字",
            "请使用 1 到 32 个字母、数字、-、_ 或点，开头不能是 -。",
        ),
        Reason.CONFIG_UNEDITABLE: Sentence(
            "{subject} 的写法使 zhima 无法只修改一处而不影响其余内容",
            "请把该配置写成单独的表，例如 [profiles.default]，或手工修改。",
        ),
        Reason.CONFIG_CHANGED: Sentence(
            "{subject} 在此期间被修改过，因此没有写入", "请查看该文件，然后重新执行。"
        ),
        Reason.CONFIG_LOCKED: Sentence(
            "{subject} 正被其他程序锁定，因此没有写入", "请等它结束后重新执行。"
        ),
        Reason.KEY_FILE_EXISTS: Sentence(
            "{found} 已存在，zhima 不会覆盖密钥",
            "请用 {subject} 指定其他文件夹，或先移走该文件。",
        ),
        Reason.KEY_BITS: Sentence(
            "{subject} 不是 {expected}，zhima 只生成这一种长度",
            "请去掉 {subject}：更短的密钥不安全，更长的密钥签名超出 sign 参数的最大长度。",
        ),
        Reason.PASTED: Sentence(
            "在询问 {subject} 时粘贴了密钥或证书",
            "请按提示回答；证书请给出文件名。",
        ),
        Reason.HISTORY_UNUSABLE: Sentence(
            "历史记录 {subject} 无法使用：{found}",
            "请检查该文件、文件夹和磁盘空间；--history 可指定其他文件，"
            "--no-history 可不记录而直接调用。",
        ),
        Reason.HISTORY_FOREIGN: Sentence(
            "{subject} 不是 zhima 的历史记录", "请用 --history 指定其他文件。"
        ),
        Reason.HISTORY_NEWER: Sentence(
            "历史记录 {subject} 来自更新版本的 zhima（版本 {found}，本程序支持到 {expected}）",
            "请使用更新的 zhima，或用 --history 指定其他文件。",
        ),
        Reason.ALREADY_INITIALIZED: Sentence(
            "{subject} 已有 biz_no：{found}",
            "请使用它；若是另一次认证，请换一个 transaction_id。{expected} 可强制再次发送。",
        ),
        Reason.KEY_FORM: Sentence(
            "{subject} 不是可用的密钥；发现的是：{found}",
            "可用的形式：RSA 密钥，{expected}，PEM 或单行 base64。",
        ),
        Reason.KEY_BINARY: Sentence(
            "{subject} 不是可用的密钥；发现的是：{found}",
            "如果它是 DER 格式的密钥，请用 {expected} 把文件转换为 PEM，然后使用 FILE.pem。",
        ),
        Reason.KEY_ENCRYPTED: Sentence(
            "{subject} 不是可用的密钥；发现的是：{found}",
            "请用 {expected} 解密它的文件（会询问密码），然后使用 FILE.pem。",
        ),
        Reason.KEY_OPENSSH: Sentence(
            "{subject} 不是可用的密钥；发现的是：{found}",
            "请复制它的文件，用 {expected} 转换副本（不设新密码），然后使用副本。",
        ),
        Reason.KEY_PUBLIC_FOR_PRIVATE: Sentence(
            "{subject} 是公钥（{found}），这里需要应用私钥",
            "请给出平台密钥工具保存的应用私钥（PKCS#1 或 PKCS#8）。",
        ),
        Reason.KEY_PRIVATE_FOR_PUBLIC: Sentence(
            "{subject} 是私钥（{found}），这里需要支付宝公钥",
            "请从开放平台的应用页面复制支付宝公钥。",
        ),
        Reason.KEY_DAMAGED: Sentence(
            "{subject} 看起来是密钥（{found}），但已损坏", "请从来源处重新完整复制。"
        ),
        Reason.KEY_TOO_SMALL: Sentence(
            "{subject} 只有 {found} 位", "请使用 2048 位的密钥；最少 {expected} 位。"
        ),
        Reason.KEY_TOO_LARGE: Sentence(
            "{subject} 有 {found} 位，它的签名超出 sign 参数的最大长度",
            "请使用 {expected} 位的密钥。",
        ),
        Reason.OWN_PUBLIC_KEY: Sentence(
            "{subject} 是应用自己的公钥，不是支付宝公钥",
            "请从开放平台的应用页面复制支付宝公钥；上传应用公钥之后会显示它。",
        ),
        Reason.KEY_CERTIFICATE: Sentence(
            "{subject} 是证书（{found}），不是公钥本身",
            "若使用公钥证书模式，请设置 alipay_cert_file、app_cert_file 和 "
            "alipay_root_cert_file；否则请复制支付宝公钥。",
        ),
        Reason.ENCRYPT_KEY_FORM: Sentence(
            "{subject} 不是 AES 密钥：不是 16 字节的 base64",
            "请从应用页面复制接口内容加密的密钥，共 24 个字符。",
        ),
        Reason.BOTH_MODES: Sentence(
            "同时设置了 {subject} 和 {found}：公钥证书模式和支付宝公钥",
            "请以开放平台应用页面为准，只保留一种：三个证书，或公钥。",
        ),
        Reason.CERT_EXTRA_MISSING: Sentence(
            "{subject} 要求公钥证书模式，但所需的包没有安装",
            "请照原来的方式再装一次 zhima，在安装来源后加上 [cert]，例如 '.[cert]'；"
            "pipx 还须加 --force。",
        ),
        Reason.CERT_UNREADABLE: Sentence(
            "{subject} 中没有可读的证书，或有读不出的证书",
            "请重新下载：X.509，PEM 格式，带 BEGIN CERTIFICATE 行。",
        ),
        Reason.CERT_NOT_RSA: Sentence(
            "{subject}：不是 RSA 密钥的证书",
            "请使用文件名以 RSA2.crt 结尾的证书，或应用的 RSA2 证书。",
        ),
        Reason.CERT_EXPIRED: Sentence(
            "{subject}：证书已于 {found} 过期",
            "请从应用页面下载当前的证书，并检查本机时钟。",
        ),
        Reason.CERT_NOT_YET_VALID: Sentence(
            "{subject}：证书自 {found} 起才有效", "请检查本机时钟。"
        ),
        Reason.CERT_NOT_CHAINED: Sentence(
            "{subject}：证书不能追溯到 alipay_root_cert_file；缺少有效的签发者：{found}",
            "请使用同一应用、同一网关（沙箱有自己的证书）下载的三个文件，原样使用。",
        ),
        Reason.CERT_OF_OTHER_KEY: Sentence(
            "{subject}：证书与应用私钥不匹配",
            "请使用该私钥对应的证书，或该证书对应的私钥。",
        ),
        Reason.OWN_CERTIFICATE: Sentence(
            "{subject}：这是应用自己的证书，不是支付宝的",
            "请使用支付宝公钥证书（alipayCertPublicKey_RSA2.crt）。",
        ),
        Reason.ROOT_WITHOUT_RSA: Sentence(
            "{subject} 中没有 RSA 签名的证书",
            "请完整使用支付宝根证书（alipayRootCert.crt）。",
        ),
        Reason.NAME_NOT_RESOLVED: Sentence(
            "无法解析网关 {subject} 的域名", "请检查地址、DNS 和网络。" + _SAME_AGAIN
        ),
        Reason.NOT_CONNECTED: Sentence(
            "无法连接网关 {subject}（{found}）", "请检查网络和防火墙。" + _SAME_AGAIN
        ),
        Reason.PROXY_FAILED: Sentence(
            "代理没有让请求到达 {subject}",
            "请检查 HTTPS_PROXY、ALL_PROXY、NO_PROXY 和代理本身。" + _SAME_AGAIN,
        ),
        Reason.TIMED_OUT: Sentence(
            "网关 {subject} 在 {found} 秒内没有应答", _SAME_AGAIN + "--timeout 可以延长等待时间。"
        ),
        Reason.CONNECTION_BROKEN: Sentence("与 {subject} 的连接在应答完整之前中断", _SAME_AGAIN),
        Reason.HTTP_UNAVAILABLE: Sentence(
            "{subject} 返回 HTTP 状态 {found}", "请稍候。" + _SAME_AGAIN
        ),
        Reason.HTTP_STATUS: Sentence(
            "{subject} 返回 HTTP 状态 {found}，网关不会这样应答", "请检查网关地址和代理。"
        ),
        Reason.NOT_HTTP: Sentence("{subject} 的应答不是正确的 HTTP", "请检查网关地址和代理。"),
        Reason.REDIRECTED: Sentence(
            "{subject} 要求转到别处（HTTP 状态 {found}），没有跟随",
            "请检查网关地址：个人信息不会发往别处。",
        ),
        Reason.TLS_NOT_VERIFIED: Sentence(
            "无法验证与 {subject} 的 TLS 连接（{found}）",
            "请检查地址和本机时钟。如果代理使用自己的 CA，请用 REQUESTS_CA_BUNDLE 指定其证书文件。",
        ),
        Reason.ANSWER_COMPRESSED: Sentence("{subject} 擅自压缩了应答", _UNTRUSTED),
        Reason.ANSWER_TOO_LARGE: Sentence("{subject} 的应答超过 {found} 字节", _UNTRUSTED),
        Reason.ANSWER_NOT_IN_CHARSET: Sentence(
            "应答不是 {subject} 编码的文本", "请检查 --charset 与网关是否一致。" + _UNTRUSTED
        ),
        Reason.ANSWER_NOT_JSON: Sentence("应答不是正确的 JSON", _UNTRUSTED),
        Reason.ANSWER_NODE: Sentence("应答中没有恰好一个 {subject}", _UNTRUSTED),
        Reason.ANSWER_MEMBER: Sentence("应答的 {subject} 缺失或不是字符串", _UNTRUSTED),
        Reason.SIGNATURE_MISSING: Sentence("应答称成功或已加密，却没有签名", _UNTRUSTED),
        Reason.SIGNATURE_MALFORMED: Sentence("应答的签名不是单行 base64", _UNTRUSTED),
        Reason.SIGNATURE_WRONG: Sentence(
            "应答的签名用支付宝公钥验证不通过",
            "请检查支付宝公钥是否为本应用在开放平台上的那一个，是否属于该网关（沙箱有自己的公钥）。"
            + _UNTRUSTED,
        ),
        Reason.OTHER_CERTIFICATE: Sentence(
            "应答用另一个证书签名，不是 alipay_cert_file（{subject}）",
            "请从应用页面下载当前的支付宝公钥证书；它可能已更新。" + _UNTRUSTED,
        ),
        Reason.ANSWER_ENCRYPTED: Sentence(
            "应答已加密，但没有可解密的密钥",
            "请在配置中设置 encrypt_key_file：接口内容加密的密钥。" + _UNTRUSTED,
        ),
        Reason.ANSWER_UNDECRYPTABLE: Sentence(
            "应答的签名有效，但用 encrypt_key 不能解密",
            "请检查 encrypt_key 是否为应用页面上的那一个。" + _UNTRUSTED,
        ),
        Reason.BIZ_NO_MISSING: Sentence("应答中没有正确的 biz_no", _UNTRUSTED),
        Reason.BIZ_NO_REPLAYED: Sentence(
            "应答中的 biz_no 属于历史记录中的另一笔交易：这是被重放的旧应答", _UNTRUSTED
        ),
        Reason.INTERRUPTED: Sentence("已中断（Ctrl-C）", _SAME_AGAIN),
        Reason.TERMINATED: Sentence("已停止（SIGTERM）", _SAME_AGAIN),
        Reason.BUG: Sentence("zhima 自身的错误：{found}", _CONTACT),
        Reason.RESULT_UNWRITTEN: Sentence(
            "结果无法写到标准输出（{found}）", "调用本身已经完成：请记录上面的 biz_no。"
        ),
        Reason.RESULT_UNRECORDED: Sentence(
            "结果无法写入历史记录（{found}）", "调用本身已经完成：请记录上面的 biz_no。"
        ),
        Reason.OUTPUT_UNWRITTEN: Sentence(
            "无法写到 {subject}（{found}）", "请检查输出的去向，然后重试。"
        ),
        Reason.CLOCK_OFF: Sentence(
            "本机时钟与网关相差 {found} 分钟", "请校准时钟：偏差过大的时间戳会被网关拒绝。"
        ),
        Reason.KEY_FILE_NOT_PRIVATE: Sentence(
            "其他用户可以读取 {subject} 中的密钥或令牌（权限 {found}）",
            "请对该文件执行：chmod 600。",
        ),
        Reason.KEY_SMALL: Sentence("{subject} 只有 {found} 位", "建议使用 {expected} 位的密钥。"),
        Reason.CHECK_DIGIT: Sentence(
            "{subject}：身份证号码的最后一位与其他位不符", "请与证件核对。"
        ),
        Reason.CARD_NUMBER_LENGTH: Sentence(
            "{subject}：身份证号码应为 18 位数字（最后一位可以是 X），这里的位数不对",
            "请与证件核对。",
        ),
        Reason.CARD_NUMBER_CHARACTERS: Sentence(
            "{subject}：身份证号码只含数字 0 到 9（18 位的最后一位可以是 X），这里有别的字符，"
            "可能是全角数字或字母",
            "请与证件核对，并用半角字符输入。",
        ),
        Reason.ODD_CHARACTERS: Sentence(
            "{subject} 首尾有空格，或含有不可见字符", "将原样使用；请与证件核对。"
        ),
        Reason.REDACTED: Sentence(
            "姓名、号码、令牌和签名已遮盖",
            "签名是对完整请求的签名，与所显示的内容不再一致；它可用来验证对被遮盖内容的猜测，因此也不显示。",
        ),
        # zhima doctor
        Reason.FILE_OPEN_TO_OTHERS: Sentence(
            "其他用户可以读取或修改 {subject}（权限 {found}）", "请对该文件执行：chmod 600。"
        ),
        Reason.KEY_NOT_PRIME: Sentence(
            "{subject} 的数值不构成 RSA 密钥：有一个因子不是素数",
            "请重新生成密钥对，并把新的应用公钥上传到开放平台。",
        ),
        Reason.SIGN_TYPE_OLD: Sentence(
            "{subject} 为 {found}，使用的是 SHA-1", "平台推荐 RSA2；请在平台和这里一并更改。"
        ),
        Reason.CHARSET_NARROW: Sentence(
            "{subject} 为 {found}，缺少许多姓名中的字符",
            "请使用 utf-8，它包含全部字符（--charset）。",
        ),
        Reason.CERT_EXPIRES_SOON: Sentence(
            "{subject}：证书将于 {found} 过期", "请在此之前到应用页面更新证书。"
        ),
        # zhima verify-response
        Reason.MOCK_KEYS_GONE: Sentence(
            "{subject} 的密钥每次运行都重新生成，保存的应答无法用它验证",
            "请使用 zhima mock-gateway --write-profile 写的配置，或您自己的配置。",
        ),
        Reason.REFUSAL_UNSIGNED: Sentence(
            "应答是没有签名的拒绝",
            "网关无法确认请求方时（app_id 未知、签名错误）会这样应答。"
            "内容可供参考，但不能证明来自网关。",
        ),
        Reason.NOTHING_SAVED: Sentence(
            "没有可读的内容：给出的内容为空", "请检查应答是否真的保存了，并完整地给出。"
        ),
        Reason.SAVED_WITH_HEADERS: Sentence(
            "应答之前有 HTTP 头", "请只保存响应体，不要使用 curl 的 --include 之类的选项。"
        ),
        Reason.ANSWER_CUT: Sentence(
            "应答被截断：最后的大括号之前就结束了",
            "请完整保存；检查日志或字段是否有长度限制。",
        ),
        Reason.NODE_ALONE: Sentence(
            "只保存了应答的内容部分，没有它外面的整个应答",
            "请保存整个应答，包括 sign：没有它就无法验证。",
        ),
        Reason.READ_IN_OTHER_CHARSET: Sentence(
            "应答的字符集是 {expected}，保存之前却被当作 {found} 读取：其中的文字是乱码",
            "请原样保存收到的字节，或按 {expected} 读取。",
        ),
        Reason.SIGNED_IN_OTHER_CHARSET: Sentence(
            "应答的字符集是 {found}，按它验证签名有效",
            "请把 --charset 或配置中的 charset 设为 {found}。",
        ),
        Reason.CONVERTED_TO_OTHER_CHARSET: Sentence(
            "应答按 {expected} 签名，保存之前被转换成了 {found}",
            "请原样保存收到的字节；签名只对 {expected} 有效。",
        ),
        Reason.SIGN_PERCENT_ENCODED: Sentence(
            "签名是 URL 编码的；解码后有效", "请先解码一次，再验证。"
        ),
        Reason.SIGN_WITH_SPACES: Sentence(
            "签名中的 + 变成了空格；还原后有效", "它被多做了一次表单解码；请从原始应答中取签名。"
        ),
        Reason.SIGN_WRAPPED: Sentence("签名被折成多行；合为一行后有效", "请从原始应答中取签名。"),
        Reason.SIGN_CUT: Sentence(
            "签名被截断：只有 {found} 字节，应为 {expected} 字节",
            "请完整保存：2048 位密钥的签名是 344 个字符的 base64。",
        ),
        Reason.SIGNED_WITH_OWN_KEY: Sentence(
            "它是用应用自己的私钥签名的：不是支付宝的应答",
            "请检查这段文本的来源：可能是您自己的测试或桩程序。",
        ),
        Reason.SIGNED_FOR_OTHER_PROFILE: Sentence(
            "用配置 {found} 的支付宝公钥验证，签名有效", "请用 --profile 选择该配置。"
        ),
        Reason.SIGNED_AS_OTHER_TYPE: Sentence(
            "签名类型是 {found}，不是 {expected}",
            "请把 --sign-type 或配置中的 sign_type 设为 {found}。",
        ),
        Reason.LINE_ENDS_CHANGED: Sentence(
            "签名之后，应答中的换行符被改动了",
            "请原样保存收到的字节；检查文本模式、编辑器或 git 是否转换了换行符。",
        ),
        Reason.ANSWER_REDUMPED: Sentence(
            "应答被解析后重新写出：顺序、空格或转义变了",
            "请在任何 JSON 库处理之前，验证并保存原始文本。",
        ),
        Reason.SIGNED_WITH_OTHER_SIZE: Sentence(
            "它是用 {found} 位的密钥签名的；这里的支付宝公钥是 {expected} 位",
            "请检查支付宝公钥是否为本应用在开放平台上的那一个。",
        ),
        Reason.MOCK_ANSWER: Sentence(
            "它来自模拟网关，使用网关自己的密钥",
            "请在该网关运行期间使用它写的配置（--write-profile）。",
        ),
        Reason.MOCK_RESTARTED: Sentence(
            "它由模拟网关生成，而模拟网关每次启动都换新密钥；否则就是被改动过",
            "请使用同一次启动时写出的配置（--write-profile）；若已如此，则它被改动过。",
        ),
        Reason.CHARACTERS_LOST: Sentence(
            "应答在保存前被按错误的字符集读取，部分字符已丢失（显示为 U+FFFD）",
            "丢失的字符无法还原：请重新保存应答，原样保存收到的字节。",
        ),
        Reason.MARK_IGNORED: Sentence("应答之前有字节顺序标记（BOM）", "它没有影响，已忽略。"),
        Reason.SPACE_IGNORED: Sentence("应答前后有空格或换行", "它们没有影响，已忽略。"),
        Reason.SLASH_UNESCAPED: Sentence(
            r"把 \/ 还原为 / 后，签名有效", "有些应答是这样签名的，官方客户端也接受。"
        ),
        **batch.PROBLEMS,
    },
    kinds={
        Kind.SUCCESS: "认证初始化成功",
        Kind.INTERNAL: "内部错误",
        Kind.USAGE: "用法有误，没有发送",
        Kind.CONFIG: "配置有误，没有发送",
        Kind.BUSINESS: "接口拒绝",
        Kind.GATEWAY: "网关拒绝",
        Kind.TEMPORARY: "暂时失败",
        Kind.UNTRUSTED: "应答不可信",
        Kind.UNWRITTEN: "结果无法写出",
        Kind.INTERRUPTED: "已中断",
        Kind.TERMINATED: "已停止",
    },
    endings=ENDINGS,
    labels={
        Label.ERROR: "错误",
        Label.WARNING: "警告",
        Label.EXIT_STATUS: "退出状态",
        Label.GATEWAY_SAYS: "网关原文",
        Label.DESCRIPTION: "含义",
        Label.SOLUTION: "解决方案",
        Label.VERIFIED: "签名",
        Label.VERIFIED_YES: "已验证",
        Label.VERIFIED_NO: "没有签名，未验证",
        Label.AGAIN: "重试",
        Label.AGAIN_YES: "可能有用；请保持同一个 transaction_id",
        Label.AGAIN_NO: "原样重试没有用",
        Label.SENT: "发送",
        Label.SENT_NO: "没有：个人信息没有离开本机",
        Label.SENT_UNKNOWN: "可能已发送：网关也许已经处理",
        Label.SENT_ANSWERED: "已发送，已应答",
        Label.PROFILE: "配置",
        Label.GATEWAY: "网关",
        Label.MOCK: "模拟：由 zhima 自带的模拟网关生成，不是真实的 biz_no。",
        Label.SENDING: "正在发送，transaction_id 为",
        Label.DRY_RUN: "试运行：没有发送任何内容",
        Label.HEADERS: "请求头",
        Label.PARAMS: "参数",
        Label.BIZ_CONTENT: "biz_content（展开其中的 JSON）",
        Label.STRING_TO_SIGN: "待签名字符串",
        Label.SIGN: "sign",
        Label.BODY: "请求体",
        Label.ASK_CERT_NAME: "证件上的姓名（cert_name）：",
        Label.ASK_CERT_NO: "证件号码（cert_no）：",
        Label.PAUSING: "第 {attempt} 次（共 {of} 次）：{why}；等待 {seconds} 秒",
        Label.TRYING_AGAIN: "第 {attempt} 次（共 {of} 次）",
        Label.ATTEMPT_ENDED: "第 {attempt} 次（共 {of} 次）：{why}",
        Label.TRY_AGAIN_WITH: "重试命令",
        Label.NO_RECORDS: "zhima: 没有记录",
        Label.STARTED: "开始时间",
        Label.UPDATED: "更新时间",
        Label.STATE: "状态",
        Label.ATTEMPTS: "次数",
        Label.ASK_PRUNE: "删除 {count} 条记录？[y/N] ",
        Label.PRUNED: "已删除的记录：{count}",
        Label.PRUNE_LEFT: "已停止，没有删除任何记录",
        Label.MOCK_READY: "模拟网关已就绪：",
        # zhima verify-response
        Label.SIGNATURE_HOLDS: "签名有效",
        Label.SIGNATURE_FAILS: "签名验证不通过",
        Label.CAUSE: "最可能的原因",
        Label.NOTE: "说明",
        Label.MOCK_PROFILE_WRITTEN: "配置已写入：",
        # zhima explain
        Label.MORE: "详情",
        Label.AGAIN_DEPENDS: "只对部分错误码有用，见各错误码",
        Label.ANY_OTHER_SUB_CODE: "其他",
        Label.EXIT_STATUSES: "退出状态",
        # zhima profiles
        Label.CONFIG_FILE: "配置文件",
        Label.NO_FILE: "无",
        Label.CHOSEN_BY_FLAG: "使用中：由 --profile 指定",
        Label.CHOSEN_BY_VARIABLE: "使用中：由 ZHIMA_PROFILE 指定",
        Label.CHOSEN_BY_FILE: "使用中：由 default_profile 指定",
        Label.CHOSEN_BY_DEFAULT: "使用中：没有另行指定",
        Label.OWN_PROFILE: "zhima 自带：模拟网关，密钥临时生成",
        Label.IN_FILE: "文件",
        Label.BY_DEFAULT: "默认",
        Label.IS_SET: "已设置",
        Label.IS_WRONG: "有误",
        Label.NOT_SET: "未设置",
        # help
        Label.USAGE: "用法：",
        Label.ARGUMENTS: "参数：",
        Label.OPTIONS: "选项：",
        Label.COMMANDS: "命令：",
        Label.EXAMPLES: "示例：",
        Label.ANY_OPTIONS: "选项",
        Label.A_COMMAND: "命令",
        # zhima configure, zhima keygen
        Label.CONFIGURING: "正在设置 {path} 中的配置 {profile}。直接按回车即采用方括号中的值；"
        "按 Ctrl-C 则不做任何修改。",
        Label.ASK_APP_ID: "应用 ID：即开放平台（open.alipay.com）应用页面顶部的 APPID，16 位数字。",
        Label.ASK_GATEWAY: "网关：production（正式环境）、sandbox（沙箱，有自己的应用和密钥），"
        "或网关地址。",
        Label.ASK_PRIVATE_KEY: "应用私钥：zhima keygen 或平台密钥工具保存的文件；"
        "输入 - 可直接粘贴密钥，不会显示。",
        Label.ASK_MODE: "应用页面“开发设置”中“接口加签方式”所显示的模式："
        "key（公钥）或 cert（证书，即公钥证书模式）。",
        Label.ASK_ALIPAY_PUBLIC_KEY: "支付宝公钥，不是应用自己的公钥：保存应用公钥之后，"
        "页面的“接口加签方式”中会显示它。请粘贴到这里，或给出文件名。",
        Label.ASK_ALIPAY_ROOT_CERT: "支付宝根证书：alipayRootCert.crt，"
        "从页面的“接口加签方式”下载。",
        Label.ASK_ALIPAY_CERT: "支付宝公钥证书：alipayCertPublicKey_RSA2.crt，同样从那里下载。",
        Label.ASK_APP_CERT: "应用公钥证书：appCertPublicKey_APPID.crt，同样从那里下载。",
        Label.ASK_ENCRYPT_KEY: "接口内容加密的 AES 密钥（如页面显示已开启）：文件名；"
        "输入 - 可直接粘贴密钥，不会显示；没有则输入 none。",
        Label.ASK_SIGN_TYPE: "签名算法：RSA2；仅当页面显示 RSA 时才用 RSA。",
        Label.ASK_DEFAULT_PROFILE: "没有指定配置时，是否使用本配置？",
        Label.PASTE_NOW: "请粘贴密钥，然后按回车；内容不会显示。",
        Label.KEY_SHOWN: "密钥可能已显示在屏幕上：请清除屏幕及其回滚内容。"
        "先输入 - 再粘贴，内容就不会显示。",
        Label.KEY_WRITTEN: "密钥已写入：",
        Label.CONFIG_WRITTEN: "配置文件已写入：",
        Label.CONFIG_UNCHANGED: "无需修改：配置已是如此",
        Label.CONFIG_UNWRITTEN: "试运行：没有写入任何内容",
        Label.CONFIG_LEFT: "已停止，没有写入任何内容",
        Label.THEN: "下一步：",
        Label.PRIVATE_KEY_WRITTEN: "私钥已写入，请妥善保管：",
        Label.PUBLIC_KEY_WRITTEN: "公钥已写入：",
        Label.PASTE_PUBLIC_KEY: "请把单行的公钥粘贴到开放平台应用页面："
        "开发设置 → 接口加签方式 → 公钥；"
        "保存后页面会显示支付宝公钥",
        **batch.LABELS,
    },
    helps=HELPS,
    findings={
        f"{JsonFault.SYNTAX.value} N": "第 {} 个字符处有误",
        JsonFault.SAME_NAME.value: "同一对象中有两个成员同名",
        JsonFault.CONSTANT.value: "含有 JSON 没有的值",
        JsonFault.TOO_DEEP.value: "嵌套太深",
        JsonFault.MORE.value: "值的后面还有内容",
        # Where tomllib found the fault
        "line N, column N": "第 {} 行第 {} 列",
        "end of document": "文件末尾",
        KeyForm.PKCS1_PRIVATE.value: "PKCS#1 RSA 私钥",
        KeyForm.PKCS8_PRIVATE.value: "PKCS#8 RSA 私钥",
        KeyForm.SPKI_PUBLIC.value: "SPKI RSA 公钥",
        KeyForm.PKCS1_PUBLIC.value: "PKCS#1 RSA 公钥",
        KeyForm.ENCRYPTED_PRIVATE.value: "加密的私钥",
        KeyForm.OPENSSH_PRIVATE.value: "OpenSSH 私钥",
        KeyForm.OPENSSH_PUBLIC.value: "OpenSSH 公钥",
        KeyForm.CERTIFICATE.value: "X.509 证书",
        KeyForm.CERTIFICATE_REQUEST.value: "证书请求（CSR）",
        KeyForm.OTHER_ALGORITHM.value: "RSA 以外算法的密钥",
        KeyForm.BINARY.value: "二进制数据（可能是 DER）",
        KeyForm.ESCAPED_LINES.value: r"换行写成了 \n 的 PEM",
        KeyForm.SEVERAL.value: "多个 PEM 块",
        KeyForm.CUT_PEM.value: "不完整的 PEM",
        KeyForm.PATH.value: "文件路径",
        KeyForm.EMPTY.value: "空内容",
        KeyForm.UNKNOWN.value: "既不是 PEM 也不是密钥的 base64",
    },
    comma="、",
)
