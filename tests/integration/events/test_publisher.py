"""Publishing through the real broker: confirmed, routed, repeated after a lost connection."""

import json
import socket

import pytest
from pika.adapters.blocking_connection import BlockingChannel

from events.delivery import Delivery
from events.message import Message, Mode
from events.publisher import Outcome, Publisher, PublishFailed, Unroutable
from events.publishers import Publishers
from schemas.envelope import InvalidEvent
from tests.integration.events.conftest import Route
from tests.integration.events.proxy import Proxy
from tests.unit.schemas.builders import customer_data

STATUS = Message(b"{}", "accounting.record.synced")


def publish_customer(publisher: Publisher, name: str = "Alder Court", **options: object) -> str:
    return publisher.publish(
        "customer.created",
        source="/cmms/parties",
        tenant="alder",
        data=customer_data(name=name),
        **options,  # type: ignore[arg-type]
    )


def take(channel: BlockingChannel, route: Route) -> Delivery:
    """The next message of the queue; AssertionError if there is none."""
    method, properties, body = channel.basic_get(route.queue, auto_ack=True)
    assert method is not None
    assert properties is not None
    assert body is not None
    assert properties.delivery_mode == 2
    return Delivery.of(method, properties, body)


def test_a_published_event_is_in_the_queue(
    rabbitmq_url: str, route: Route, channel: BlockingChannel
) -> None:
    with Publisher(rabbitmq_url, exchange=route.exchange) as publisher:
        event_id = publish_customer(publisher)

    got = take(channel, route)
    assert (got.routing_key, json.loads(got.body)["id"]) == ("customer.created", event_id)
    assert (got.content_type, got.message_id) == ("application/cloudevents+json", event_id)


def test_binary_mode_puts_attributes_into_headers(
    rabbitmq_url: str, route: Route, channel: BlockingChannel
) -> None:
    with Publisher(rabbitmq_url, exchange=route.exchange) as publisher:
        publish_customer(publisher, mode=Mode.BINARY)

    got = take(channel, route)
    assert json.loads(got.body) == customer_data(name="Alder Court")
    assert got.headers["cloudEvents_tenantid"] == "alder"


def test_an_invalid_event_is_not_sent(
    rabbitmq_url: str, route: Route, channel: BlockingChannel
) -> None:
    with Publisher(rabbitmq_url, exchange=route.exchange) as publisher, pytest.raises(InvalidEvent):
        publish_customer(publisher, name="")

    assert channel.basic_get(route.queue) == (None, None, None)


def test_an_event_that_nobody_listens_to_is_unroutable(
    rabbitmq_url: str, route: Route, channel: BlockingChannel
) -> None:
    channel.queue_unbind(route.queue, route.exchange, "#")

    with (
        Publisher(rabbitmq_url, exchange=route.exchange) as publisher,
        pytest.raises(Unroutable, match="no queue takes"),
    ):
        publish_customer(publisher)


def test_an_exchange_that_is_missing_is_declared(
    rabbitmq_url: str, route: Route, channel: BlockingChannel
) -> None:
    channel.exchange_delete(route.exchange)

    with Publisher(rabbitmq_url, exchange=route.exchange) as publisher, pytest.raises(Unroutable):
        publish_customer(publisher)

    channel.exchange_declare(route.exchange, passive=True)


def test_a_lost_connection_is_made_anew(
    proxy: Proxy, route: Route, channel: BlockingChannel
) -> None:
    with Publisher(proxy.url, exchange=route.exchange) as publisher:
        for name in ("before", "after"):
            publish_customer(publisher, name=name)
            proxy.cut()

    got = [json.loads(take(channel, route).body) for _ in range(2)]
    assert [event["data"]["name"] for event in got] == ["before", "after"]


def test_a_broker_that_is_away_fails_the_publication() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    with Publisher(f"amqp://127.0.0.1:{port}/%2F") as publisher, pytest.raises(PublishFailed):
        publish_customer(publisher)


def test_a_message_that_the_queue_rejects_fails(
    rabbitmq_url: str, route: Route, channel: BlockingChannel
) -> None:
    full = f"{route.queue}.full"
    limits = {"x-max-length": 1, "x-overflow": "reject-publish"}
    channel.queue_declare(full, exclusive=False, auto_delete=False, arguments=limits)
    channel.queue_bind(full, route.exchange, "#")

    with Publisher(rabbitmq_url, exchange=route.exchange) as publisher:
        outcomes = publisher.publish_all([STATUS, STATUS, STATUS])

    channel.queue_delete(full)
    assert outcomes == [Outcome.CONFIRMED, Outcome.FAILED, Outcome.FAILED]


def test_each_message_of_many_has_its_outcome(
    rabbitmq_url: str, route: Route, channel: BlockingChannel
) -> None:
    channel.queue_unbind(route.queue, route.exchange, "#")
    channel.queue_bind(route.queue, route.exchange, "accounting.record.*")
    unheard = Message(b"{}", "accounting.sync.started")

    with Publisher(rabbitmq_url, exchange=route.exchange) as publisher:
        outcomes = publisher.publish_all([STATUS, unheard, STATUS])

    assert outcomes == [Outcome.CONFIRMED, Outcome.UNROUTABLE, Outcome.CONFIRMED]


def test_raw_bytes_are_published_as_they_are(
    rabbitmq_url: str, route: Route, channel: BlockingChannel
) -> None:
    headers = {"cloudEvents_id": "evt-1", "raw": b"\xff", "count": 3}

    with Publisher(rabbitmq_url, exchange=route.exchange) as publisher:
        publisher.publish_raw(
            b"\xff not JSON", routing_key="a.b", content_type=None, headers=headers, message_id="m"
        )

    got = take(channel, route)
    assert (got.routing_key, got.body) == ("a.b", b"\xff not JSON")
    assert (got.content_type, got.message_id) == (None, "m")
    assert headers.items() <= got.headers.items()


def test_many_are_published_at_once_each_with_its_outcome(
    rabbitmq_url: str, route: Route, channel: BlockingChannel
) -> None:
    channel.queue_unbind(route.queue, route.exchange, "#")
    channel.queue_bind(route.queue, route.exchange, "accounting.#")
    heard = [Message(str(number).encode(), "accounting.x") for number in range(20)]

    with Publishers(rabbitmq_url, exchange=route.exchange) as publishers:
        outcomes = publishers.publish_all([*heard, Message(b"{}", "unheard"), *heard[:1]])

    bodies = sorted(int(take(channel, route).body) for _ in range(21))
    assert bodies == [0, *range(20)]
    assert [number for number, one in enumerate(outcomes) if one is Outcome.UNROUTABLE] == [20]
    assert outcomes.count(Outcome.CONFIRMED) == 21
