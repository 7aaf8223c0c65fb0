"""The official client for Python."""

import sys

from alipay.aop.api.AlipayClientConfig import AlipayClientConfig
from alipay.aop.api.DefaultAlipayClient import DefaultAlipayClient
from alipay.aop.api.request.ZhimaCustomerCertificationInitializeRequest import (
    ZhimaCustomerCertificationInitializeRequest,
)
from alipay.aop.api.response.ZhimaCustomerCertificationInitializeResponse import (
    ZhimaCustomerCertificationInitializeResponse,
)

from tests.benchmark.scripts.request import parameters, read

config = AlipayClientConfig()
config.server_url = sys.argv[1]
config.app_id = parameters()["app_id"]
config.app_private_key = read("app.pkcs1.pem")
config.alipay_public_key = read("alipay.pem")
config.sign_type = "RSA2"
request = ZhimaCustomerCertificationInitializeRequest()
request.add_other_text_param("biz_content", parameters()["biz_content"])
response = ZhimaCustomerCertificationInitializeResponse()
response.parse_response_content(DefaultAlipayClient(config).execute(request))
print(response.biz_no)
