"""A small HTTP/1.1 server: keep-alive, a thread per connection, and control over the socket.

The standard library's handler parses headers with the e-mail package, which costs more than a whole
simulated write; planned faults also need the socket itself (to cut, reset and look at it).
"""

from __future__ import annotations

import contextlib
import select
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import formatdate
from http import HTTPStatus
from typing import BinaryIO
from urllib.parse import parse_qsl, unquote

MOST_BODY = 20_000_000
LINGER_NOT = struct.pack("ii", 1, 0)  # closing sends a reset instead of an orderly end


class Malformed(Exception):
    """The bytes on the connection are no HTTP request that this server takes."""


@dataclass
class Request:
    """One request as it came; header names are in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    arrived: datetime
    connection: socket.socket

    @property
    def path(self) -> str:
        return unquote(self.target.partition("?")[0])

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(self.target.partition("?")[2], keep_blank_values=True))

    @property
    def url(self) -> str:
        return f"http://{self.headers.get('host', 'localhost')}{self.target}"

    def peer_gone(self) -> bool:
        """Whether the client closed its end while it was waiting for the answer."""
        try:
            # Readable without a byte is the end of the stream; select() stops at 1024 files.
            poll = select.poll()
            poll.register(self.connection, select.POLLIN)
            return bool(poll.poll(0)) and not self.connection.recv(1, socket.MSG_PEEK)
        except OSError:
            return True


@dataclass
class Response:
    """One answer. `cut` tells what the socket does to it: a planned fault or nothing."""

    status: int
    body: bytes = b""
    content_type: str = "application/json;charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    cut: str = ""  # "", "reset" (no answer, connection reset) or "truncate" (half of the body)
    provider: str = ""  # as whose traffic it is recorded; empty: not recorded
    kind: str = ""  # what kind of call it answers, for the counters
    injected: bool = False  # a planned fault, not what the ledger would have said
    sent: bool = False  # whether it went out; known after

    @property
    def ok(self) -> bool:
        return self.status == HTTPStatus.OK

    def all_headers(self) -> dict[str, str]:
        """What goes on the wire, in its order."""
        kind = {"Content-Type": self.content_type} if self.content_type else {}
        return {
            "Date": formatdate(usegmt=True),
            "Server": "simulator",
            **kind,
            "Content-Length": str(len(self.body)),
            **self.headers,
        }

    def head(self) -> bytes:
        reason = HTTPStatus(self.status).phrase
        lines = [f"HTTP/1.1 {self.status} {reason}"]
        lines += [f"{name}: {value}" for name, value in self.all_headers().items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


Handler = Callable[[Request], Response]
AfterAnswer = Callable[[Request, Response], None]


class Server:
    """Listens on one port and hands each request to `handler`, on the connection's own thread."""

    def __init__(self, host: str, port: int, handler: Handler, after: AfterAnswer) -> None:
        self.handler = handler
        self.after = after
        self.listener = socket.create_server((host, port), backlog=512)
        self.port: int = self.listener.getsockname()[1]

    def serve(self) -> None:
        """Accept connections until `close`."""
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            # Answers are small and waited for: Nagle would hold them back for nothing.
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _converse(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as stream:
            try:
                while (request := read_request(stream, connection)) is not None:
                    response = self.handler(request)
                    response.sent = self._answer(request, response)
                    self.after(request, response)
                    ends = request.headers.get("connection", "").lower() == "close"
                    if ends or response.cut or not response.sent:
                        return
            except Malformed as error:
                body = f'{{"error":"{error}"}}'.encode()
                with contextlib.suppress(OSError):
                    connection.sendall(Response(400, body).head() + body)
            except OSError:
                return

    def _answer(self, request: Request, response: Response) -> bool:
        connection = request.connection
        if response.cut == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
            return False
        # A first send to a vanished peer still succeeds, so look before it.
        if request.peer_gone():
            return False
        body = b"" if request.method == "HEAD" else response.body
        if response.cut == "truncate":
            body = body[: len(body) // 2]
        try:
            connection.sendall(response.head() + body)
        except OSError:
            return False
        return True


def read_request(stream: BinaryIO, connection: socket.socket) -> Request | None:
    """The next request of a connection; None at its end. Raises Malformed."""
    line = stream.readline(65536)
    if not line.strip():
        return None
    parts = line.decode("latin-1").split()
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        raise Malformed("no HTTP/1.1 request line")
    headers: dict[str, str] = {}
    while (line := stream.readline(65536)).strip():
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.lower()] = value.strip()
    if "transfer-encoding" in headers:
        raise Malformed("send Content-Length, not chunks")
    length = headers.get("content-length", "0")
    if not length.isdigit() or int(length) > MOST_BODY:
        raise Malformed("bad Content-Length")
    body = stream.read(int(length)) if length != "0" else b""
    if len(body) != int(length):  # the client died while it was sending
        return None
    return Request(parts[0], parts[1], headers, body, datetime.now(UTC), connection)
