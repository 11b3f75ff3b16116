"""Queues whose messages nobody takes: looked at, and emptied into the hands of the caller."""

from collections.abc import Callable, Sequence

from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import ChannelClosedByBroker

from events.connection import connect
from events.delivery import Delivery

_NOT_FOUND = 404
_BATCH = 200


def peek(url: str, queue: str, most: int = 1000) -> list[Delivery]:
    """The first messages of a queue, which stay there. Raises what is in events.connection.LOST."""
    with connect(url, f"books look at {queue}") as connection:
        return _get(connection.channel(), queue, most)


def empty(url: str, queue: str, handle: Callable[[Sequence[Delivery]], None]) -> None:
    """Hand everything over, batch by batch; what `handle` returned from is gone from the queue.

    Raises what `handle` raises, and what is in events.connection.LOST.
    """
    with connect(url, f"books emptying {queue}") as connection:
        channel = connection.channel()
        while batch := _get(channel, queue, _BATCH):
            handle(batch)
            channel.basic_ack(batch[-1].tag, multiple=True)


def _get(channel: BlockingChannel, queue: str, most: int) -> list[Delivery]:
    found: list[Delivery] = []
    try:
        while len(found) < most:
            method, properties, body = channel.basic_get(queue)
            if method is None or properties is None:
                break
            found.append(Delivery.of(method, properties, body or b""))
    except ChannelClosedByBroker as closed:
        if closed.reply_code != _NOT_FOUND:
            raise
    return found
