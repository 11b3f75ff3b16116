"""Deliveries of one queue in batches, each acknowledged after it was handled, for ever."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from typing import TypeVar

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.spec import Basic, BasicProperties

from events import topology
from events.connection import LOST, Backoff, connect
from events.delivery import Delivery

log = logging.getLogger(__name__)

T = TypeVar("T")

# How long `stop` may go unnoticed, in seconds.
_TICK = 0.2
# A handler may take longer than the broker waits for a heartbeat: how often it is seen to.
_HEARTBEAT_TICK = 2.0
# In place, with the deliveries kept: giving them back counts as one delivery for each of them.
_ATTEMPTS = 4


class NotNow(Exception):
    """Raised by a handler that cannot work at present (its database is away): nobody's fault."""


class BatchConsumer:
    """Hands the deliveries of a queue to `handle`, up to `batch` or `linger` seconds at a time.

    A batch is acknowledged once `handle` has returned. `handle` raises NotNow while it cannot work:
    the batch is repeated a few times while `ready()` is true; else everything goes back to the
    queue, and nothing is consumed until `ready()` is true again. Any other exception ends `run`,
    but for an OSError, which is taken for a lost connection. Both are called in a thread of the
    consumer's, one call at a time, and may be slow.

    Each delivery that is not acknowledged counts, and the queue's limit ends in its dead letters.
    So what was delivered before comes in a batch of one, and a consumer takes one message at a time
    until it has seen a new one: a message that kills the process takes nobody with it.
    """

    def __init__(
        self,
        url: str,
        queue: str,
        *,
        handle: Callable[[Sequence[Delivery]], None],
        ready: Callable[[], bool],
        batch: int = 200,
        linger: float = 0.02,
        prepare: Callable[[BlockingChannel], None] = topology.declare,
    ) -> None:
        self._url = url
        self._queue = queue
        self._handle = handle
        self._ready = ready
        self._batch = batch
        self._linger = linger
        self._prepare = prepare
        self._thread = ThreadPoolExecutor(1, f"handler of {queue}")
        self._stopping = False

    def stop(self) -> None:
        """End `run` after the current batch; may be called from a signal handler or a thread."""
        self._stopping = True

    def run(self) -> None:
        """Consume until `stop`; a broker that is away is waited for."""
        backoff = Backoff(0.2, 15)
        while not self._stopping:
            try:
                with connect(self._url, f"books consumer of {self._queue}") as connection:
                    with connection.channel() as channel:
                        self._prepare(channel)
                    backoff.reset()
                    self._serve(connection)
            except LOST as error:
                log.warning(
                    "consumer.disconnected", extra={"queue": self._queue, "error": repr(error)}
                )
                self._pause(backoff.next(), time.sleep)

    def _serve(self, connection: pika.BlockingConnection) -> None:
        """Consume whenever ready; the connection's heartbeats go on meanwhile."""
        backoff = Backoff(0.2, 5)
        prefetch = 1
        while not self._stopping:
            if self._apart(connection, self._ready) and self._consume(connection, prefetch):
                backoff.reset()
                prefetch = 2 * self._batch  # one batch in work, and the next one on its way
            else:
                prefetch = 1
                self._pause(backoff.next(), connection.sleep)

    def _pause(self, seconds: float, sleep: Callable[[float], None]) -> None:
        until = time.monotonic() + seconds
        while not self._stopping and (left := until - time.monotonic()) > 0:
            sleep(min(left, _TICK))

    def _consume(self, connection: pika.BlockingConnection, prefetch: int) -> bool:
        """Take deliveries until stopped; with prefetch 1 until one was new, and then it is True.

        Closing the channel gives back whatever is not acknowledged.
        """
        with connection.channel() as channel:
            inbox = _Inbox(channel, self._queue, prefetch)
            try:
                while not self._stopping and inbox.is_open:
                    taken = self._collect(connection, inbox)
                    if prefetch == 1 and taken and taken[0].delivery_count == 0:
                        # Cancelled before the acknowledgment, which would bring another one.
                        inbox.close()
                        self._work_off(taken, connection, channel)
                        return True
                    self._work_off(taken, connection, channel)
                self._work_off(inbox.close(), connection, channel)
            except NotNow as reason:
                log.warning("consumer.not_now", extra={"queue": self._queue, "reason": str(reason)})
        return False

    def _collect(self, connection: pika.BlockingConnection, inbox: "_Inbox") -> list[Delivery]:
        """A full batch, or what came within `linger` seconds of the first; empty after a tick."""
        connection.process_data_events(0 if inbox.waiting else _TICK)
        until = time.monotonic() + self._linger
        while 0 < inbox.waiting < min(self._batch, inbox.prefetch):
            left = until - time.monotonic()
            if left <= 0:
                break
            connection.process_data_events(left)
        return inbox.take()

    def _work_off(
        self, taken: list[Delivery], connection: pika.BlockingConnection, channel: BlockingChannel
    ) -> None:
        for batch in _batches(taken, self._batch):
            self._attempt(batch, connection)
            channel.basic_ack(batch[-1].tag, multiple=True)

    def _attempt(self, batch: Sequence[Delivery], connection: pika.BlockingConnection) -> None:
        backoff = Backoff(0.1, 1)
        for left in reversed(range(_ATTEMPTS)):
            try:
                self._apart(connection, partial(self._handle, batch))
            except NotNow:
                if self._stopping or not left or not self._apart(connection, self._ready):
                    raise
                self._pause(backoff.next(), connection.sleep)
            else:
                return

    def _apart(self, connection: pika.BlockingConnection, call: Callable[[], T]) -> T:
        """Call it in the other thread, so that the connection outlives a frozen database."""
        work = self._thread.submit(call)
        try:
            while wait([work], _HEARTBEAT_TICK).not_done:
                connection.process_data_events()
        finally:
            # Also if the connection is lost meanwhile: there is never a second batch at a time.
            wait([work])
        return work.result()


class _Inbox:
    """The deliveries of one consumer that were not taken yet."""

    def __init__(self, channel: BlockingChannel, queue: str, prefetch: int) -> None:
        self.prefetch = prefetch
        self.is_open = True
        self._channel = channel
        self._waiting: list[Delivery] = []
        channel.basic_qos(prefetch_count=prefetch)
        channel.add_on_cancel_callback(self._on_cancel)
        self._tag = channel.basic_consume(queue, self._on_message)

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def take(self) -> list[Delivery]:
        taken, self._waiting = self._waiting, []
        return taken

    def close(self) -> list[Delivery]:
        """Take no more; what is there already."""
        if self.is_open:
            self._channel.basic_cancel(self._tag)
        return self.take()

    def _on_message(
        self,
        _channel: BlockingChannel,
        method: Basic.Deliver,
        properties: BasicProperties,
        body: bytes,
    ) -> None:
        self._waiting.append(Delivery.of(method, properties, body))

    def _on_cancel(self, _method: object) -> None:
        # The queue was deleted or lost its leader.
        self.is_open = False


def _batches(taken: Sequence[Delivery], size: int) -> Iterator[Sequence[Delivery]]:
    """In order, at most `size` together, and what was delivered before alone."""
    batch: list[Delivery] = []
    for delivery in taken:
        if delivery.delivery_count or len(batch) == size:
            if batch:
                yield batch
            batch = []
        if delivery.delivery_count:
            yield [delivery]
        else:
            batch.append(delivery)
    if batch:
        yield batch
