"""python-alipay-sdk."""

import json
import sys

from alipay import AliPay

from tests.benchmark.scripts.request import parameters, read

params = parameters()
client = AliPay(
    appid=params["app_id"],
    app_private_key_string=read("app.pkcs1.pem"),
    alipay_public_key_string=read("alipay.pem"),
    sign_type="RSA2",
)
client._gateway = sys.argv[1]  # it knows production and the sandbox alone
print(client.server_api(params["method"], json.loads(params["biz_content"]))["biz_no"])
