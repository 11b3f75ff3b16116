"""Exchanges and queues of our own on the real broker, gone after the test."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass

import pika
import pytest
from pika.adapters.blocking_connection import BlockingChannel

from tests.integration.events.proxy import Proxy

DELIVERY_LIMIT = 4


@dataclass(frozen=True)
class Route:
    """An exchange, the queue that takes all it gets, and where that queue's dead letters go."""

    exchange: str
    queue: str
    dead: str

    def declare(self, channel: BlockingChannel) -> None:
        """As the real topology does it, under names of its own and with a lower limit."""
        channel.exchange_declare(self.exchange, "topic", durable=True)
        quorum = {"x-queue-type": "quorum"}
        channel.queue_declare(self.dead, durable=True, arguments=quorum)
        limits = {
            "x-delivery-limit": DELIVERY_LIMIT,
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": self.dead,
        }
        channel.queue_declare(self.queue, durable=True, arguments=quorum | limits)
        channel.queue_bind(self.queue, self.exchange, "#")


@pytest.fixture
def channel(rabbitmq_url: str) -> Iterator[BlockingChannel]:
    """A channel for looking at the broker from outside."""
    with pika.BlockingConnection(pika.URLParameters(rabbitmq_url)) as connection:
        yield connection.channel()


@pytest.fixture
def route(channel: BlockingChannel) -> Iterator[Route]:
    name = f"test.{secrets.token_hex(6)}"
    route = Route(f"{name}.events", f"{name}.intake", f"{name}.dead")
    route.declare(channel)
    yield route
    channel.queue_delete(route.queue)
    channel.queue_delete(route.dead)
    channel.exchange_delete(route.exchange)


@pytest.fixture
def proxy(rabbitmq_url: str) -> Iterator[Proxy]:
    """The broker behind a line that can be cut."""
    with Proxy(rabbitmq_url) as proxy:
        yield proxy
