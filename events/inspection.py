"""What stands in RabbitMQ, looked at without changing it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import ChannelClosedByBroker

from events import topology
from events.connection import connect


@dataclass(frozen=True)
class Queue:
    """A queue as it is; `as_declared` False: it exists with other arguments than ours."""

    name: str
    messages: int
    consumers: int
    as_declared: bool = True


@dataclass(frozen=True)
class Broker:
    """What a broker says of itself and of what we need; names of what is `missing` there."""

    version: str
    queues: tuple[Queue, ...]
    missing: tuple[str, ...]
    otherwise: tuple[str, ...]  # exchanges of another type than ours

    def queue(self, name: str) -> Queue | None:
        return next((queue for queue in self.queues if queue.name == name), None)


def inspect(url: str, others: Iterable[str]) -> Broker:
    """Look at our exchanges and queues, and at `others`: queues that somebody else declares.

    Raises what is in events.connection.LOST.
    """
    with connect(url, "books doctor") as connection:
        kinds = {name: _exchange(connection, name) for name in topology.EXCHANGES}
        ours = {name: _queue(connection, name) for name in (topology.INTAKE, topology.DEAD)}
        found = ours | {name: _depth(connection, name) for name in others}
        return Broker(
            version=_version(connection),
            queues=tuple(queue for queue in found.values() if queue is not None),
            missing=(
                *(name for name, fits in kinds.items() if fits is None),
                *(name for name, queue in found.items() if queue is None),
            ),
            otherwise=tuple(name for name, fits in kinds.items() if fits is False),
        )


def _version(connection: pika.BlockingConnection) -> str:
    impl: Any = connection._impl  # type: ignore[attr-defined]  # noqa: SLF001  # nothing else has it
    said = impl.server_properties or {}
    return str(said.get("version", "unknown"))


@contextmanager
def _channel(connection: pika.BlockingConnection) -> Iterator[BlockingChannel]:
    """A channel of its own: the broker closes it with a refusal."""
    channel = connection.channel()
    yield channel
    if channel.is_open:
        channel.close()


def _exchange(connection: pika.BlockingConnection, name: str) -> bool | None:
    """Whether it is as ours is declared; None: there is none."""
    try:
        with _channel(connection) as channel:
            channel.exchange_declare(name, passive=True)
            topology.declare_exchange(channel, name)  # exists: this compares
    except ChannelClosedByBroker as refused:
        return _refusal(refused)
    return True


def _queue(connection: pika.BlockingConnection, name: str) -> Queue | None:
    depth = _depth(connection, name)
    if depth is None:
        return None
    try:
        with _channel(connection) as channel:
            topology.declare_queue(channel, name)  # exists: this compares
    except ChannelClosedByBroker as refused:
        _refusal(refused)
        return Queue(name, depth.messages, depth.consumers, as_declared=False)
    return depth


def _depth(connection: pika.BlockingConnection, name: str) -> Queue | None:
    try:
        with _channel(connection) as channel:
            found = channel.queue_declare(name, passive=True).method
    except ChannelClosedByBroker as refused:
        _refusal(refused)
        return None
    return Queue(name, int(found.message_count), int(found.consumer_count))


def _refusal(refused: ChannelClosedByBroker) -> bool | None:
    """False: it is there otherwise than ours; None: it is not there. Raises any other refusal."""
    match refused.reply_code:
        case 404:
            return None
        case 406:
            return False
        case _:
            raise refused
