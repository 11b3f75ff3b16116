"""Waiting between attempts, and the frames that pika cannot decode."""

import struct

import pika
import pytest
from pika.frame import Header, decode_frame

from events.connection import UNDECODABLE, Backoff, with_raw_headers

MILLISECONDS = b"\x02at" + b"T" + struct.pack(">Q", 1_780_000_000_000)


def header_frame(table: bytes, **properties: object) -> bytes:
    """A content header frame as a broker sends it, with this raw table of headers."""
    with_table = pika.BasicProperties(headers={"x": None}, **properties)  # type: ignore[arg-type]
    frame = Header(1, 2, with_table).marshal()
    payload = frame[7:-1].replace(
        struct.pack(">L", 3) + b"\x01xV", struct.pack(">L", len(table)) + table
    )
    return frame[:3] + struct.pack(">L", len(payload)) + payload + frame[-1:]


def test_pika_itself_cannot_read_a_timestamp_in_milliseconds() -> None:
    with pytest.raises(ValueError, match="out of range"):
        decode_frame(header_frame(MILLISECONDS))


@pytest.mark.parametrize(
    "properties",
    [
        {},
        {"content_type": "application/json"},
        {"content_type": "application/json", "content_encoding": "utf-8", "message_id": "m-1"},
        {"delivery_mode": 2, "message_id": "m-1"},
    ],
)
def test_undecodable_headers_become_bytes_and_the_rest_stays(properties: dict[str, object]) -> None:
    frame = header_frame(MILLISECONDS, **properties)

    readable, size = with_raw_headers(frame + b"the next frame")

    read = decode_frame(readable)[1]
    assert isinstance(read, Header)
    assert read.properties.headers == {UNDECODABLE: MILLISECONDS}
    assert {name: getattr(read.properties, name) for name in properties} == properties
    assert (read.channel_number, read.body_size, size) == (1, 2, len(frame))


def test_waits_double_up_to_the_longest() -> None:
    backoff = Backoff(1, 5)

    waits = [backoff.next() for _ in range(5)]

    assert all(most / 2 <= wait <= most for wait, most in zip(waits, [1, 2, 4, 5, 5], strict=True))


def test_waits_begin_again_after_a_success() -> None:
    backoff = Backoff(1, 60)
    for _ in range(4):
        backoff.next()

    backoff.reset()

    assert backoff.next() <= 1
