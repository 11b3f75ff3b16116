"""How we connect to RabbitMQ, and how long we wait between two attempts."""

import random
import struct

import pika
from pika.exceptions import AMQPError, InvalidFieldTypeException
from pika.frame import decode_frame

HEARTBEAT = 10
"""Seconds. A silent peer is noticed after some two heartbeats and ten seconds more."""

# A broker short of memory or disk stops reading from publishers, silently, until it has some again.
_BLOCKED_TIMEOUT = 30
_SOCKET_TIMEOUT = 10

LOST = (AMQPError, OSError)
"""What pika raises when the broker is away, goes away or refuses us."""


def connect(url: str, name: str, *, patience: float | None = None) -> pika.BlockingConnection:
    """One attempt to connect, in `patience` seconds if given; `name` is what the broker shows.

    Raises what is in LOST.
    """
    parameters = pika.URLParameters(url)
    parameters.heartbeat = HEARTBEAT
    parameters.blocked_connection_timeout = _BLOCKED_TIMEOUT
    parameters.socket_timeout = patience or _SOCKET_TIMEOUT
    if patience is not None:
        parameters.stack_timeout = patience
    parameters.client_properties = {"connection_name": name}
    return pika.BlockingConnection(parameters, _impl_class=_Connection)  # type: ignore[arg-type]  # the class


class Backoff:
    """Waits that double from `first` to `longest` seconds, with jitter so that no herd forms."""

    def __init__(self, first: float, longest: float) -> None:
        self._first = first
        self._longest = longest
        self._next = first

    def next(self) -> float:
        """How many seconds to wait now."""
        wait = self._next
        self._next = min(2 * wait, self._longest)
        return wait * random.uniform(0.5, 1.0)  # noqa: S311  # not a secret

    def reset(self) -> None:
        """It worked: begin again with short waits."""
        self._next = self._first


_UNDECODABLE = (ValueError, ArithmeticError, OSError, RecursionError, InvalidFieldTypeException)


class _Connection(pika.SelectConnection):
    """Reads messages whose headers pika cannot decode, with the raw bytes as their only header.

    Stock pika drops the connection on one timestamp in milliseconds ("year 55000 is out of range"),
    gets the same message again, and so on for ever; whatever else was on the way counts one more
    delivery each time.
    """

    _frame_buffer: bytes

    def _read_frame(self) -> object:
        try:
            return super()._read_frame()  # type: ignore[misc]  # not in the stubs
        except _UNDECODABLE:
            frame, size = with_raw_headers(self._frame_buffer)
            return size, decode_frame(frame)[1]


UNDECODABLE = "undecodable-headers"
"""The header that stands for all headers of such a message."""

_FRAME = struct.Struct(">BHL")  # type, channel, size of the payload
_CONTENT = struct.Struct(">HHQH")  # class, weight, size of the body, which properties follow
_HAS_TEXT = (0x8000, 0x4000)  # content type, content encoding: short strings
_HAS_HEADERS = 0x2000


def with_raw_headers(data: bytes) -> tuple[bytes, int]:
    """The frame that `data` begins with, its headers turned into one byte array; and its size.

    Layout: AMQP 0-9-1, 4.2.6.1, "The Content Header".
    """
    frame_type, channel, size = _FRAME.unpack_from(data)
    payload = data[_FRAME.size : _FRAME.size + size]
    flags = _CONTENT.unpack_from(payload)[3]
    start = _CONTENT.size
    for has_text in _HAS_TEXT:
        start += 1 + payload[start] if flags & has_text else 0
    (length,) = struct.unpack_from(">L", payload, start)
    raw = payload[start + 4 : start + 4 + length]
    name = UNDECODABLE.encode()
    table = bytes([len(name)]) + name + b"x" + struct.pack(">L", len(raw)) + raw
    payload = (
        payload[:start] + struct.pack(">L", len(table)) + table + payload[start + 4 + length :]
    )
    return _FRAME.pack(
        frame_type, channel, len(payload)
    ) + payload + b"\xce", _FRAME.size + size + 1
