"""What a beginner writes for many calls: SCRIPT GATEWAY COUNT THREADS. No file, no record."""

import base64
import json
import sys
import threading
from queue import Empty, SimpleQueue

import requests
from Crypto.Hash import SHA256
from Crypto.PublicKey import RSA
from Crypto.Signature import pkcs1_15

from tests.benchmark.scripts.request import (
    NODE,
    parameters,
    read,
    signed_part,
    string_to_sign,
)


def main(gateway: str, count: str, threads: str) -> None:
    """Make the calls and print each biz_no."""
    own = pkcs1_15.new(RSA.import_key(read("app.pem")))
    alipay = pkcs1_15.new(RSA.import_key(read("alipay.pem")))
    numbers: SimpleQueue[int] = SimpleQueue()
    for number in range(int(count)):
        numbers.put(number)

    def work() -> None:
        session = requests.Session()
        while True:
            try:
                numbers.get_nowait()
            except Empty:
                return
            params = parameters()
            digest = SHA256.new(string_to_sign(params))
            params["sign"] = base64.b64encode(own.sign(digest)).decode()
            text = session.post(gateway, data=params, timeout=30).text
            answer = json.loads(text)
            alipay.verify(SHA256.new(signed_part(text)), base64.b64decode(answer["sign"]))
            print(answer[NODE]["biz_no"])

    workers = [threading.Thread(target=work) for _ in range(int(threads))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


main(*sys.argv[1:])
