"""A consumer of status events as a CMMS service is one: a queue of its own, read in order."""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from events.topology import STATUSES, declare_exchange
from tests.system.broker import connected

_EXPIRES_MS = 3_600_000  # unused for an hour: whoever made it was killed


@dataclass
class Listener:
    """Status events since the queue was bound; `envelopes` grows with every `collect`."""

    url: str
    queue: str
    bodies: list[bytes] = field(default_factory=list)

    def collect(self) -> list[dict[str, Any]]:
        """All so far, in publishing order."""
        with connected(self.url) as connection, connection.channel() as channel:
            while True:
                method, _, body = channel.basic_get(self.queue, auto_ack=True)
                if method is None:
                    return [json.loads(one) for one in self.bodies]
                self.bodies.append(body or b"")

    def of_type(self, type_: str) -> list[dict[str, Any]]:
        return [one for one in self.collect() if one["type"] == type_]


@contextmanager
def listening(url: str) -> Iterator[Listener]:
    """Hear every status event from now on."""
    queue = f"books.listening.{secrets.token_hex(4)}"
    with connected(url) as connection, connection.channel() as channel:
        declare_exchange(channel, STATUSES)
        channel.queue_declare(queue, durable=True, arguments={"x-expires": _EXPIRES_MS})
        channel.queue_bind(queue, STATUSES, "#")
    try:
        yield Listener(url, queue)
    finally:
        with connected(url) as connection, connection.channel() as channel:
            channel.queue_delete(queue)
