"""How many messages wait, asked of the real broker."""

import pytest
from pika.adapters.blocking_connection import BlockingChannel

from deploy.dev.probes import free_port
from events.connection import LOST
from events.depths import depths
from tests.integration.events.conftest import Route


def test_what_waits_is_counted_and_a_queue_that_is_not_there_is_empty(
    channel: BlockingChannel, rabbitmq_url: str, route: Route
) -> None:
    channel.confirm_delivery()
    for _ in range(3):
        channel.basic_publish(route.exchange, "x", b"")

    found = depths(rabbitmq_url, ["none of ours", route.queue])

    assert found == {"none of ours": 0, route.queue: 3}


def test_a_broker_that_is_away_is_not_waited_for() -> None:
    with pytest.raises(LOST):
        depths(f"amqp://guest:guest@127.0.0.1:{free_port()}/%2F", ["books.dead"])
