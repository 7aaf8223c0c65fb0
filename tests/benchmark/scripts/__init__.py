"""The same call as a user would write it by other means; each prints the verified biz_no.

The current folder has the keys, as ``app.pem`` and ``alipay.pem``; the one argument is the gateway.
"""
