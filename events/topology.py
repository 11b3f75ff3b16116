"""Exchanges and queues of RabbitMQ: declared by whoever comes first, the same on 3.10 and 4.x."""

from collections.abc import Mapping

from pika.adapters.blocking_connection import BlockingChannel

EVENTS = "cmms.events"
"""Topic exchange that CMMS services publish to; the routing key is the event's type."""

STATUSES = "accounting.events"
"""Topic exchange that the worker publishes status events to; bind a queue of your own."""

INTAKE = "books.intake"
DEAD = "books.dead"
"""Queue, and the exchange before it, for what intake gave up after too many deliveries."""

REPLAY = "books.replay"
"""Exchange before intake alone: what is replayed keeps its routing key and reaches nobody else."""

# RabbitMQ 4 limits deliveries to 20 unless told otherwise, 3.10 does not limit them, and -1 means
# "none" to 4.x but "dead-letter at once" to 3.10. So every queue says its number.
DELIVERY_LIMIT = 20
_NO_DELIVERY_LIMIT = 1_000_000_000


# Fanout: a dead letter keeps its routing key, which is the event's type.
EXCHANGES: Mapping[str, str] = {
    EVENTS: "topic",
    STATUSES: "topic",
    REPLAY: "topic",
    DEAD: "fanout",
}
"""Our exchanges and their types."""

_DEAD_LETTERING: Mapping[str, str] = {
    "x-dead-letter-exchange": DEAD,
    # Keeps a message until books.dead has confirmed it; needs reject-publish.
    "x-dead-letter-strategy": "at-least-once",
    "x-overflow": "reject-publish",
}


def declare(channel: BlockingChannel, *, delivery_limit: int = DELIVERY_LIMIT) -> None:
    """Declare everything, and the binding of all events to intake; safe to repeat.

    Raises ChannelClosedByBroker (406) if a queue exists with other arguments.
    """
    for exchange in EXCHANGES:
        declare_exchange(channel, exchange)
    for queue in (DEAD, INTAKE):
        declare_queue(channel, queue, delivery_limit=delivery_limit)
    channel.queue_bind(DEAD, DEAD)
    for exchange in (EVENTS, REPLAY):
        channel.queue_bind(INTAKE, exchange, "#")


def declare_exchange(channel: BlockingChannel, name: str) -> None:
    """Declare one of the exchanges that events travel through, or another one like them."""
    channel.exchange_declare(name, EXCHANGES.get(name, "topic"), durable=True)


def declare_queue(
    channel: BlockingChannel, name: str, *, delivery_limit: int = DELIVERY_LIMIT
) -> None:
    """Declare one of our two queues. Raises as `declare`."""
    arguments: dict[str, int | str] = {"x-queue-type": "quorum"}
    if name == DEAD:
        arguments["x-delivery-limit"] = _NO_DELIVERY_LIMIT
    else:
        arguments |= {"x-delivery-limit": delivery_limit, **_DEAD_LETTERING}
    channel.queue_declare(name, durable=True, arguments=arguments)
