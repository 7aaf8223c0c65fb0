"""Where the clients find a gateway on this machine: at port 80.

The official Python client cannot call a URL that names a port.
"""

import socket

HTTP_PORT = 80
# The mock gateway's address is 127.0.0.1; this one is for the tests' own server.
STUB = ("127.0.0.2", HTTP_PORT)
MOCK = ("127.0.0.1", HTTP_PORT)


def require(address: tuple[str, int]) -> None:
    """Say in words what is wrong where this address cannot be listened at."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            raise AssertionError(
                f"The comparison needs to listen at {address[0]}:{address[1]}: {error}. "
                "The official Python client calls port 80 alone. Run it as root, once at a time, "
                "and with nothing else at that address."
            ) from error
