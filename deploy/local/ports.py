"""Free TCP ports on the loopback interface."""

import random
import socket

LOWEST, HIGHEST = 20_000, 32_000
"""Below the ephemeral range (32768 on Linux), where an outgoing connection could take a port between two starts."""


def in_use(port: int) -> bool:
    """Whether something listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def free_port(taken: set[int], preferred: int | None = None) -> int:
    """A port nobody listens on and that is not in `taken`, to which it is added; `preferred` if it is such a one."""
    if preferred is not None and preferred not in taken and not in_use(preferred):
        taken.add(preferred)
        return preferred
    while True:
        port = random.randint(LOWEST, HIGHEST)  # noqa: S311 - a port number is no secret
        if port not in taken and not in_use(port):
            taken.add(port)
            return port
