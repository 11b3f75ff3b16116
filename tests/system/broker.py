"""RabbitMQ for one system at a time: queues as new at the start, gone at the end."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pika
from pika.exceptions import AMQPError, ChannelClosedByBroker

from events import topology
from worker.broker import DRIVE, HOUSEKEEPING

LOCK = "books.system.lock"
QUEUES = (
    topology.INTAKE,
    topology.DEAD,
    *(f"{queue}{suffix}" for queue in (DRIVE, HOUSEKEEPING) for suffix in ("", ".DQ", ".XQ")),
)
_NOT_FOUND, _LOCKED = 404, 405


class InUse(Exception):
    """Another system runs on this broker, and the contract fixes the names of its queues."""


@contextmanager
def alone(url: str) -> Iterator[None]:
    """Keep other systems off this broker, with its queues as new. Raises InUse."""
    with connected(url) as connection:
        _lock(connection)
        _refuse_consumers(connection)
        _delete(connection)
        with connection.channel() as channel:
            topology.declare(channel)
        try:
            yield
        finally:
            with connected(url) as another:  # ours may have been cut on purpose
                _delete(another)


@contextmanager
def connected(url: str) -> Iterator[pika.BlockingConnection]:
    """A connection without heartbeats, which nobody would answer while we are busy elsewhere."""
    parameters = pika.URLParameters(url)
    parameters.heartbeat = 0
    connection = pika.BlockingConnection(parameters)
    try:
        yield connection
    finally:
        if connection.is_open:
            with suppress(AMQPError, OSError):  # the broker may be gone, which is how we find out
                connection.close()


def depth(url: str, *queues: str) -> dict[str, int]:
    """How many messages wait in each queue; those that a consumer holds are not counted."""
    with connected(url) as connection:
        found = ((queue, _inspect(connection, queue)) for queue in queues)
        return {queue: counts[0] for queue, counts in found if counts}


def _lock(connection: pika.BlockingConnection) -> None:
    """An exclusive queue belongs to one connection and goes with it, however it ends."""
    try:
        connection.channel().queue_declare(LOCK, exclusive=True)
    except ChannelClosedByBroker as closed:
        if closed.reply_code != _LOCKED:
            raise
        raise InUse(
            "another demo, replay, chaos or acceptance run uses this RabbitMQ, and queue names are "
            "fixed: wait for it, or take another broker"
        ) from None


def _refuse_consumers(connection: pika.BlockingConnection) -> None:
    counts = {queue: _inspect(connection, queue) for queue in QUEUES}
    if busy := [queue for queue, found in counts.items() if found and found[1]]:
        raise InUse(
            f"somebody consumes {', '.join(busy)} of this RabbitMQ: stop it, or take another broker"
        )


def _inspect(connection: pika.BlockingConnection, queue: str) -> tuple[int, int] | None:
    """How many messages and consumers a queue has; None if there is no such queue."""
    try:
        with connection.channel() as channel:
            method = channel.queue_declare(queue, passive=True).method
            return int(method.message_count), int(method.consumer_count)
    except ChannelClosedByBroker as closed:
        if closed.reply_code != _NOT_FOUND:
            raise
        return None


def _delete(connection: pika.BlockingConnection) -> None:
    with connection.channel() as channel:
        for queue in QUEUES:
            channel.queue_delete(queue)
