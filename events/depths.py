"""How many messages wait in queues: right at once, where the management API lags."""

from collections.abc import Sequence

import pika
from pika.exceptions import ChannelClosedByBroker

from events.connection import connect

_NOT_FOUND = 404


def depths(url: str, queues: Sequence[str], *, patience: float = 2.0) -> dict[str, int]:
    """Messages that are ready, by queue; 0 where a queue is not there yet.

    Waits for `patience` seconds for a broker. Raises what is in events.connection.LOST.
    """
    with connect(url, "books depths", patience=patience) as connection:
        return {queue: _depth(connection, queue) for queue in queues}


def _depth(connection: pika.BlockingConnection, queue: str) -> int:
    channel = connection.channel()
    try:
        found = channel.queue_declare(queue, passive=True)
    except ChannelClosedByBroker as error:
        if error.reply_code != _NOT_FOUND:
            raise
        return 0
    channel.close()
    return int(found.method.message_count)
