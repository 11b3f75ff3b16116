"""The real topology on the real broker."""

import pika
import pytest
from pika.adapters.blocking_connection import BlockingChannel

from events import topology
from events.publisher import Publisher
from tests.integration.events.waiting import eventually
from tests.unit.schemas.builders import customer_data


@pytest.fixture(autouse=True)
def empty_queues(channel: BlockingChannel) -> None:
    topology.declare(channel)
    channel.queue_purge(topology.INTAKE)
    channel.queue_purge(topology.DEAD)


def test_declaring_twice_changes_nothing(channel: BlockingChannel) -> None:
    topology.declare(channel)
    topology.declare(channel)

    assert channel.is_open


def test_another_delivery_limit_is_not_taken_silently(channel: BlockingChannel) -> None:
    with pytest.raises(pika.exceptions.ChannelClosedByBroker, match="x-delivery-limit"):
        topology.declare(channel, delivery_limit=topology.DELIVERY_LIMIT + 1)


def test_every_event_reaches_intake_and_dies_into_its_own_queue(
    rabbitmq_url: str, channel: BlockingChannel
) -> None:
    with Publisher(rabbitmq_url) as publisher:
        event_id = publisher.publish(
            "customer.created", source="/cmms", tenant="alder", data=customer_data()
        )

    for _ in range(topology.DELIVERY_LIMIT + 1):
        lose_one(rabbitmq_url, topology.INTAKE)

    dead = eventually(lambda: channel.basic_get(topology.DEAD, auto_ack=True)[1])
    assert dead.message_id == event_id
    assert (dead.headers or {})["x-first-death-reason"] == "delivery_limit"


def test_a_dead_message_stays_however_often_it_is_looked_at(
    rabbitmq_url: str, channel: BlockingChannel
) -> None:
    channel.basic_publish(topology.DEAD, "customer.created", b"dead")

    for _ in range(2 * topology.DELIVERY_LIMIT):
        lose_one(rabbitmq_url, topology.DEAD)

    assert eventually(lambda: channel.basic_get(topology.DEAD, auto_ack=True)[2]) == b"dead"


def test_a_replay_reaches_intake_and_no_other_service(channel: BlockingChannel) -> None:
    other = channel.queue_declare("", exclusive=True).method.queue
    channel.queue_bind(other, topology.EVENTS, "#")

    channel.basic_publish(topology.REPLAY, "customer.created", b"again")

    assert eventually(lambda: channel.basic_get(topology.INTAKE, auto_ack=True)[2]) == b"again"
    assert channel.basic_get(other)[0] is None


def lose_one(url: str, queue: str) -> None:
    """Take a message and hang up without a word: what the death of a process looks like."""
    connection = pika.BlockingConnection(pika.URLParameters(url))
    eventually(lambda: connection.channel().basic_get(queue)[0])
    connection.close()
