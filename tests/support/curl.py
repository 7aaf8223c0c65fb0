"""A stand-in for curl, of the few options that zhima's command uses, as curl's manual has them.

It sends what curl would and leaves what it was called with in the file that ``CURL_ARGUMENTS``
names, since a process's arguments are what everybody on the machine can see.
"""

import argparse
import http.client
import json
import os
import re
import sys
from pathlib import Path
from urllib.parse import urlsplit


def main() -> None:
    """Send the request and print the answer."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    for option in ("--disable", "--silent", "--show-error", "--globoff"):
        parser.add_argument(option, action="store_true")
    parser.add_argument("--header", action="append", default=[])
    parser.add_argument("--noproxy", choices=["*"])
    parser.add_argument("--config", choices=["-"], required=True)
    Path(os.environ["CURL_ARGUMENTS"]).write_text(json.dumps(sys.argv[1:]), encoding="utf-8")
    options = parser.parse_args()
    config = dict(re.findall('^(url|data) = "(.*)"$', sys.stdin.read(), re.MULTILINE))
    body = config["data"].encode("ascii")
    url = urlsplit(config["url"])
    connection = http.client.HTTPConnection(url.netloc, timeout=10)
    connection.putrequest("POST", f"{url.path}?{url.query}", skip_accept_encoding=True)
    for header in options.header:
        name, _, value = header.partition(":")
        if value.strip():
            connection.putheader(name, value.strip())
    connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body)
    sys.stdout.buffer.write(connection.getresponse().read())
    connection.close()


if __name__ == "__main__":
    main()
