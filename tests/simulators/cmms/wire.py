"""The CMMS on RabbitMQ: it publishes with confirms, and reads a queue bound to `accounting.#`."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pika
from pika.adapters.blocking_connection import BlockingChannel

from tests.simulators.cmms.records import Cmms, Event

EVENTS, STATUSES = "cmms.events", "accounting.events"
_EXPIRES_MS = 3_600_000  # unused for an hour: whoever made the queue was killed
_PERSISTENT = pika.BasicProperties(content_type="application/cloudevents+json", delivery_mode=2)


@dataclass
class Service:
    """A CMMS at work, in the thread that calls it."""

    cmms: Cmms
    channel: BlockingChannel
    queue: str

    def publish(self, events: Iterable[Event]) -> None:
        """Publish, each confirmed before the next. Raises UnroutableError if nobody listens."""
        for event in events:
            body = json.dumps(event).encode()
            self.channel.basic_publish(EVENTS, event["type"], body, _PERSISTENT, mandatory=True)

    def step(self) -> int:
        """Live with all that was said since the last time; how many status events that were."""
        count = 0
        while True:
            method, _, body = self.channel.basic_get(self.queue)
            if method is None or method.delivery_tag is None:
                return count
            self.publish(self.cmms.hear(json.loads(body or b"")))
            self.channel.basic_ack(method.delivery_tag)
            count += 1


@contextmanager
def serving(url: str, cmms: Cmms) -> Iterator[Service]:
    """Bound from the first moment on, so nothing is missed; the queue goes with the block."""
    parameters = pika.URLParameters(url)
    parameters.heartbeat = 0  # nobody answers them between two steps
    queue = f"cmms.simulated.{secrets.token_hex(4)}"
    with pika.BlockingConnection(parameters) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        for exchange in (EVENTS, STATUSES):
            channel.exchange_declare(exchange, "topic", durable=True)
        channel.queue_declare(queue, durable=True, arguments={"x-expires": _EXPIRES_MS})
        channel.queue_bind(queue, STATUSES, "accounting.#")
        try:
            yield Service(cmms, channel, queue)
        finally:
            channel.queue_delete(queue)
