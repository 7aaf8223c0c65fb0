"""Every code that the gateway or the interface answers with, what it means, and what to do.

The rows with a sub_code of the gateway and its bare codes are the gateway's table (公共错误码), the
others the interface's (zhima.customer.certification.initialize, 业务错误码). The Chinese is the
tables' own, the English a translation.
"""

from dataclasses import dataclass

from zhima_cli.core.kinds import Kind


@dataclass(frozen=True)
class Text:
    """The same words in both languages."""

    zh: str
    en: str


@dataclass(frozen=True)
class KnownCode:
    """A row of the tables. ``sub_code`` is None where the row stands for every other one.

    ``retryable`` says whether the same call, sent again later, can succeed.
    """

    code: str
    sub_code: str | None
    kind: Kind
    retryable: bool
    description: Text
    solution: Text


BUSINESS_CODE = "40004"

_REFRESH_TOKEN = Text(
    "请刷新授权令牌或重新授权获取新的令牌",
    "Refresh the authorization token, or authorize again to get a new one",
)
_REFRESH_APP_TOKEN = Text(
    "请刷新应用授权令牌或重新授权获取新的令牌",
    "Refresh the application authorization token, or authorize again to get a new one",
)
_ONLY_AES = Text(
    "检查入参encrypt_type,目前只支持AES", "Check encrypt_type: only AES is supported at present"
)
_TRY_AGAIN = Text("重试", "Try again")
_LOOK_UP = Text(
    "请根据网关返回的sub_code和sub_msg,在开放平台文档中查询",
    "Look the sub_code up in the open platform's documentation; the sub_msg says more",
)


def _gateway(
    code: str, sub_code: str | None, description: Text, solution: Text, *, retryable: bool = False
) -> KnownCode:
    return KnownCode(code, sub_code, Kind.GATEWAY, retryable, description, solution)


def _temporary(code: str, sub_code: str | None, description: Text, solution: Text) -> KnownCode:
    return KnownCode(code, sub_code, Kind.TEMPORARY, True, description, solution)


def _business(sub_code: str | None, description: Text, solution: Text) -> KnownCode:
    return KnownCode(BUSINESS_CODE, sub_code, Kind.BUSINESS, False, description, solution)


INTERFACE_CODES: tuple[KnownCode, ...] = (
    _temporary(
        BUSINESS_CODE,
        "SYSTEM_ERROR",
        Text("系统繁忙", "The system is busy"),
        Text("系统繁忙,请稍后再试", "The system is busy, try again later"),
    ),
    _business(
        "INVALID_PARAMETER",
        Text("参数有误。", "A parameter is wrong"),
        Text(
            "根据错误码描述修改入参后再重试",
            "Correct the parameter as the error's description says, then try again",
        ),
    ),
    _business(
        "BIZ_ERROR",
        Text("业务异常,认证初始化失败", "Business fault: the certification was not initialized"),
        Text("请根据错误码描述检查错误原因", "Find the cause by what the error's description says"),
    ),
    _business(
        "ARRANGEMENT_ERROR",
        Text("合约异常", "The contract is not in order"),
        Text(
            "请确定的产品码正确,合约已经生效,并且包含此业务的权限",
            "Make sure that the product code is right, and that the contract is in force and "
            "includes the permission for this business",
        ),
    ),
    _temporary(
        BUSINESS_CODE,
        "TRANSACTION_ERROR",
        Text("交易订单异常", "The transaction's order is not in order"),
        Text(
            "交易订单更新失败,请稍后重新发起",
            "The transaction's order could not be updated, start again later",
        ),
    ),
    _business(
        "UNSUPPORTED_BIZ_CODE",
        Text("不支持的认证场景", "This certification scene is not supported"),
        Text("请使用已签约的认证场景", "Use a scene (biz_code) that the contract includes"),
    ),
)

GATEWAY_CODES: tuple[KnownCode, ...] = (
    _temporary(
        "20000",
        "isp.unknow-error",
        Text(
            "服务暂不可用(业务系统不可用)",
            "The service is unavailable for now (the business system is)",
        ),
        Text("稍后重试", "Try again later"),
    ),
    _temporary(
        "20000",
        "aop.unknow-error",
        Text(
            "服务暂不可用(网关自身的未知错误)",
            "The service is unavailable for now (an unknown error of the gateway itself)",
        ),
        Text("稍后重试", "Try again later"),
    ),
    _gateway(
        "20001",
        "aop.invalid-auth-token",
        Text("无效的访问令牌", "The access token is not valid"),
        _REFRESH_TOKEN,
    ),
    _gateway(
        "20001",
        "aop.auth-token-time-out",
        Text("访问令牌已过期", "The access token has expired"),
        _REFRESH_TOKEN,
    ),
    _gateway(
        "20001",
        "aop.invalid-app-auth-token",
        Text("无效的应用授权令牌", "The application authorization token is not valid"),
        _REFRESH_APP_TOKEN,
    ),
    _gateway(
        "20001",
        "aop.invalid-app-auth-token-no-api",
        Text("商户未授权当前接口", "The merchant has not authorized this interface"),
        Text(
            "请重新授权获取新的应用授权令牌",
            "Authorize again to get a new application authorization token",
        ),
    ),
    _gateway(
        "20001",
        "aop.app-auth-token-time-out",
        Text("应用授权令牌已过期", "The application authorization token has expired"),
        _REFRESH_APP_TOKEN,
    ),
    _gateway(
        "20001",
        "aop.no-product-reg-by-partner",
        Text("商户未签约任何产品", "The merchant has signed up for no product"),
        Text(
            "ISV代理调用的场景,请上线商户的服务窗",
            "Where an ISV calls for a merchant: put the merchant's service window online",
        ),
    ),
    _gateway(
        "40001",
        "isv.missing-method",
        Text("缺少方法名参数", "The method is missing"),
        Text("请求参数里面必须要有method参数", "The request must have the parameter method"),
    ),
    _gateway(
        "40001",
        "isv.missing-signature",
        Text("缺少签名参数", "The signature is missing"),
        Text("检查请求参数,缺少sign参数", "Check the request: the parameter sign is missing"),
    ),
    _gateway(
        "40001",
        "isv.missing-signature-type",
        Text("缺少签名类型参数", "The signature's type is missing"),
        Text(
            "检查请求参数,缺少sign_type参数",
            "Check the request: the parameter sign_type is missing",
        ),
    ),
    _gateway(
        "40001",
        "isv.missing-signature-key",
        Text("缺少签名配置", "There is no configuration for the signature"),
        Text("未上传公钥配置", "Upload the application's public key to the open platform"),
    ),
    _gateway(
        "40001",
        "isv.missing-app-id",
        Text("缺少appId参数", "The app_id is missing"),
        Text("检查请求参数,缺少app_id参数", "Check the request: the parameter app_id is missing"),
    ),
    _gateway(
        "40001",
        "isv.missing-timestamp",
        Text("缺少时间戳参数", "The timestamp is missing"),
        Text(
            "检查请求参数,缺少timestamp参数",
            "Check the request: the parameter timestamp is missing",
        ),
    ),
    _gateway(
        "40001",
        "isv.missing-version",
        Text("缺少版本参数", "The version is missing"),
        Text("检查请求参数,缺少version参数", "Check the request: the parameter version is missing"),
    ),
    _gateway(
        "40001",
        "isv.decryption-error-missing-encrypt-type",
        Text("解密出错, 未指定加密算法", "Decryption failed: no encryption algorithm was named"),
        Text(
            "检查参数,缺少encrypt_type参数",
            "Check the request: the parameter encrypt_type is missing",
        ),
    ),
    _gateway(
        "40002",
        "isv.invalid-parameter",
        Text("参数无效", "A parameter is not valid"),
        Text(
            "检查参数,格式不对、非法值、越界等",
            "Check the parameters for a wrong format, a value that is not allowed or out of range",
        ),
    ),
    _gateway(
        "40002",
        "isv.invalid-method",
        Text("不存在的方法名", "There is no such method"),
        Text("检查入参method是否正确", "Check that the parameter method is right"),
    ),
    _gateway(
        "40002",
        "isv.invalid-format",
        Text("无效的数据格式", "The data format is not valid"),
        Text(
            "检查入参format,目前只支持json和xml 2种格式",
            "Check format: only json and xml are supported at present",
        ),
    ),
    _gateway(
        "40002",
        "isv.invalid-signature-type",
        Text("无效的签名类型", "The signature's type is not valid"),
        Text(
            "检查入参sign_type,目前只支持RSA,RSA2,HMAC_SHA1",
            "Check sign_type: only RSA, RSA2 and HMAC_SHA1 are supported at present",
        ),
    ),
    _gateway(
        "40002",
        "isv.invalid-signature",
        Text("无效签名", "The signature is not valid"),
        Text(
            "1.公私钥是否是一对 2.检查公钥上传是否与私钥匹配 3.存在中文需要做urlencode "
            "4.签名算法是否无误",
            "Check: 1. that the public and the private key are a pair, 2. that the public key "
            "that was uploaded matches the private key, 3. that Chinese text is urlencoded, "
            "4. that the signature algorithm (sign_type) is right",
        ),
    ),
    _gateway(
        "40002",
        "isv.invalid-token",
        Text("无效令牌", "The token is not valid"),
        Text(
            "auth_token 为无效的令牌,请确认令牌有效",
            "auth_token is not a valid token, make sure that it is",
        ),
    ),
    _gateway(
        "40002",
        "isv.invalid-encrypt-type",
        Text("无效的加密类型", "The encryption type is not valid"),
        _ONLY_AES,
    ),
    _gateway(
        "40002",
        "isv.invalid-encrypt",
        Text("解密异常", "Decryption failed"),
        _TRY_AGAIN,
        retryable=True,
    ),
    _gateway(
        "40002",
        "isv.invalid-app-id",
        Text("无效的appId参数", "The app_id is not valid"),
        Text(
            "检查入参app_id,app_id不存在,或者未上线",
            "Check app_id: it does not exist, or the application is not online",
        ),
    ),
    _gateway(
        "40002",
        "isv.invalid-timestamp",
        Text("非法的时间戳参数", "The timestamp is not valid"),
        Text(
            '时间戳参数timestamp非法,请检查格式需要为"yyyy-MM-dd HH:mm:ss"',
            'timestamp is not valid: its format must be "yyyy-MM-dd HH:mm:ss"',
        ),
    ),
    _gateway(
        "40002",
        "isv.invalid-charset",
        Text("字符集错误", "The charset is wrong"),
        Text(
            "请求参数charset错误,目前支持格式:GBK,UTF-8",
            "charset is wrong: GBK and UTF-8 are supported at present",
        ),
    ),
    _gateway(
        "40002",
        "isv.invalid-digest",
        Text("摘要错误", "The digest is wrong"),
        Text("检查请求参数,文件摘要参数必填", "Check the request: the file's digest is required"),
    ),
    _gateway(
        "40002",
        "isv.decryption-error-not-valid-encrypt-type",
        Text(
            "解密出错, 不支持的加密算法",
            "Decryption failed: the encryption algorithm is not supported",
        ),
        _ONLY_AES,
    ),
    _gateway(
        "40002",
        "isv.decryption-error-not-valid-encrypt-key",
        Text(
            "解密出错, 未配置加密密钥或加密密钥格式错误",
            "Decryption failed: no encryption key is configured, or its format is wrong",
        ),
        Text("没有配置加密密钥", "Configure the encryption key on the open platform"),
    ),
    _gateway(
        "40002",
        "isv.decryption-error-unknown",
        Text("解密出错, 未知异常", "Decryption failed: unknown fault"),
        _TRY_AGAIN,
        retryable=True,
    ),
    _gateway(
        "40002",
        "isv.missing-signature-config",
        Text(
            "验签出错, 未配置对应签名算法的公钥或者证书",
            "The signature could not be checked: no public key or certificate is configured for "
            "its algorithm",
        ),
        Text("没有配置应用公钥", "Configure the application's public key on the open platform"),
    ),
    _gateway(
        "40002",
        "isv.not-support-app-auth",
        Text(
            "本接口不支持第三方代理调用",
            "This interface does not let a third party call for a merchant",
        ),
        Text(
            "本接口不支持第三方代理调用",
            "Call it as the merchant itself, without app_auth_token",
        ),
    ),
    _gateway(
        "40002",
        "isv.suspected-attack",
        Text("可疑的攻击请求", "The request looks like an attack"),
        Text(
            "请求参数的值中不应出现支付宝的关键key,请更换相应参数名称",
            "A value must not contain one of Alipay's own keywords: use another name for it",
        ),
    ),
    _gateway(
        "40002",
        "isv.forbidden-api",
        Text("接口被禁用", "The interface is disabled"),
        Text(
            "接口已被禁用,请查看接口说明",
            "The interface has been disabled, see its documentation",
        ),
    ),
    _gateway(
        "40002",
        "isv.upload-fail",
        Text("文件上传失败", "The file could not be uploaded"),
        Text("文件写入失败,重试", "Writing the file failed, try again"),
        retryable=True,
    ),
    _gateway(
        "40002",
        "isv.invalid-file-extension",
        Text("文件扩展名无效", "The file's extension is not valid"),
        Text("检查传入的文件扩展名称", "Check the extension of the file that was sent"),
    ),
    _gateway(
        "40002",
        "isv.invalid-file-size",
        Text("文件大小无效", "The file's size is not valid"),
        Text(
            "检查文件大小,目前支持最大为50MB",
            "Check the file's size: at most 50 MB at present",
        ),
    ),
    _gateway(
        "40003",
        "isv.decryption-error-unknown",
        Text("解密出错, 未知错误", "Decryption failed: unknown error"),
        Text(
            "检查加密密钥是否与平台上配置的一致",
            "Check that the encryption key is the one that is configured on the platform",
        ),
    ),
    _temporary(
        "40005",
        "isv.app-call-limited",
        Text(
            "应用调用次数超限,包含调用频率超限",
            "The application has made too many calls, or too many at a time",
        ),
        Text("降低请求并发量", "Make fewer calls at a time"),
    ),
    _temporary(
        "40005",
        "isv.method-call-limited",
        Text(
            "API调用次数超限,包含调用频率超限",
            "The interface was called too often, or too often at a time",
        ),
        Text("降低请求并发量", "Make fewer calls at a time"),
    ),
    _gateway(
        "40006",
        "isv.insufficient-isv-permissions",
        Text("ISV权限不足", "The ISV lacks the permission"),
        Text(
            "请检查配置的账户是否有当前接口权限,在应用的功能列表中添加缺少的功能包、签约或申请必须的信息",
            "Check that the configured account may use this interface: add the missing package "
            "to the application's list of functions, and sign up or apply for what it needs",
        ),
    ),
    _gateway(
        "40006",
        "isv.insufficient-user-permissions",
        Text("用户权限不足", "The user lacks the permission"),
        Text(
            "代理的商户没有当前接口权限,可让商户的应用自主添加功能后签约,或代商户签约",
            "The merchant whom you call for may not use this interface: let its application add "
            "the function and sign up, or sign up on its behalf",
        ),
    ),
)

# Where the sub_code is none of the above, the code alone says what it can.
BARE_CODES: tuple[KnownCode, ...] = (
    _temporary(
        "20000",
        None,
        Text("服务不可用", "The service is unavailable"),
        Text("稍后重试", "Try again later"),
    ),
    _gateway("20001", None, Text("授权权限不足", "The authorization does not suffice"), _LOOK_UP),
    _gateway("40001", None, Text("缺少必选参数", "A required parameter is missing"), _LOOK_UP),
    _gateway("40002", None, Text("非法的参数", "A parameter is not allowed"), _LOOK_UP),
    _gateway("40003", None, Text("条件不足", "A condition is not met"), _LOOK_UP),
    _business(None, Text("业务处理失败", "The business was not done"), _LOOK_UP),
    _temporary(
        "40005",
        None,
        Text("调用频次超限", "Too many calls"),
        Text("降低请求并发量", "Make fewer calls at a time"),
    ),
    _gateway("40006", None, Text("权限不足", "The permission does not suffice"), _LOOK_UP),
)


ALL_CODES = (*INTERFACE_CODES, *GATEWAY_CODES, *BARE_CODES)


def look_up(code: str, sub_code: str | None) -> KnownCode:
    """Return the row for what the gateway answered.

    A business sub_code may come with a namespace before it, as in ``ACQ.SYSTEM_ERROR``
    (protocol.md, "The response").
    """
    if code == BUSINESS_CODE:
        sub_code = (sub_code or "").rpartition(".")[2]
    for row in ALL_CODES:
        if row.code == code and row.sub_code in (sub_code, None):
            return row
    unknown = Text("未知的网关返回码", "A return code that is in none of the tables")
    return _gateway(code, sub_code, unknown, _LOOK_UP)
