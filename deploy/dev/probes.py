"""Do RabbitMQ and PostgreSQL answer? Asked with their own first bytes, since an open port proves
nothing: docker-proxy accepts connections before the server behind it does.
"""

import random
import socket
import subprocess
import time
from collections.abc import Callable

from deploy.dev.paths import Unavailable

AMQP_HEADER = b"AMQP\x00\x00\x09\x01"
_SERVERS = range(20_000, 32_000)
POSTGRES_STARTUP = b"\x00\x03\x00\x00user\x00postgres\x00\x00"  # protocol 3.0, one parameter


def amqp_answers(host: str, port: int) -> bool:
    """True once the broker greets with Connection.Start (a method frame, first byte 1)."""
    return _first_byte(host, port, AMQP_HEADER) == b"\x01"


def postgres_answers(host: str, port: int) -> bool:
    """True once the server asks for (or waives) authentication."""
    length = (len(POSTGRES_STARTUP) + 4).to_bytes(4, "big")
    return _first_byte(host, port, length + POSTGRES_STARTUP) == b"R"


def postgres_serves(host: str, port: int) -> bool:
    """True if a PostgreSQL is there: it may refuse (`E`) the user we ask with."""
    length = (len(POSTGRES_STARTUP) + 4).to_bytes(4, "big")
    return _first_byte(host, port, length + POSTGRES_STARTUP) in {b"R", b"E"}


def _first_byte(host: str, port: int, greeting: bytes) -> bytes:
    try:
        with socket.create_connection((host, port), timeout=3) as connection:
            connection.sendall(greeting)
            return connection.recv(1)
    except OSError:
        return b""


def free_port() -> int:
    """A loopback port nobody listens on now; somebody may take it first, so callers retry.

    Below those that the system gives to the clients' ends of connections: a server that is started
    again must find its port, whoever tried to reach it meanwhile.
    """
    for port in random.sample(_SERVERS, 50):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise Unavailable(f"no port from {_SERVERS.start} on is free on the loopback address")


def wait_until(
    what: str,
    answers: Callable[[], bool],
    process: subprocess.Popen[bytes] | None,
    seconds: int = 60,
) -> None:
    """Raises Unavailable when the process ends, or the time is up, before `answers` does."""
    deadline = time.monotonic() + seconds
    while not answers():
        if process is not None and process.poll() is not None:
            raise Unavailable(f"{what} ended with {process.returncode} while it started")
        if time.monotonic() > deadline:
            raise Unavailable(f"{what} did not answer within {seconds} s")
        time.sleep(0.05)


def output(*command: str, timeout: float = 10) -> str | None:
    """What a command prints, or None if it is missing, fails or takes too long."""
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
