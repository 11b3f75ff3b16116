"""The Dramatiq broker that carries hints: what it takes in, and its middleware, in order, with
reasons."""

import json
import logging
from collections.abc import Iterable, Sequence
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import dramatiq
from dramatiq import Broker, Consumer, MessageProxy
from dramatiq.brokers.rabbitmq import RabbitmqBroker
from dramatiq.encoder import Encoder, MessageData
from dramatiq.errors import BrokerError, DecodeError
from dramatiq.middleware import CurrentMessage, Middleware
from pika.exceptions import AMQPError

from worker import metrics

log = logging.getLogger(__name__)

DRIVE, HOUSEKEEPING = "drive", "housekeeping"
DEAD_HINTS = tuple(f"{queue}.XQ" for queue in (DRIVE, HOUSEKEEPING))
"""Where Dramatiq puts a hint on which a worker broke; dropped after a week."""

QUEUES = {
    "drive": DRIVE,
    "relay": HOUSEKEEPING,
    "wake_due": HOUSEKEEPING,
    "derive_due": HOUSEKEEPING,
    "pull_payments": HOUSEKEEPING,
    "pull_lists": HOUSEKEEPING,
    "relay_pending": HOUSEKEEPING,
    "tidy": HOUSEKEEPING,
    "note_installation": HOUSEKEEPING,
    "derive_issues": HOUSEKEEPING,
}
"""Actor name -> the only queue in which it may lie."""

# A silent peer is noticed after twice the heartbeat; a broker in alarm blocks publishers, not for
# ever.
_CONNECTION = {"heartbeat": "12", "blocked_connection_timeout": "30"}


class StrictEncoder(Encoder):
    """JSON in which every field is what it must be, and actor and queue are known.

    A body that is not would stop the queue's consumer or kill a worker's thread (dramatiq 2.2.1),
    so it is refused before a Message is made of it.
    """

    def encode(self, data: MessageData) -> bytes:
        return json.dumps(data, separators=(",", ":")).encode()

    def decode(self, data: bytes) -> MessageData:
        """Raises DecodeError for anything but one of our own hints."""
        try:
            message = json.loads(data)
        except ValueError as error:
            raise DecodeError("not JSON", data, error) from error  # type: ignore[no-untyped-call]
        if not _is_hint(message):
            raise DecodeError("not one of our hints", data, None)  # type: ignore[no-untyped-call]
        return message  # type: ignore[no-any-return]


def is_hint(body: bytes) -> bool:
    """Whether a message is one of our own hints."""
    try:
        StrictEncoder().decode(body)
    except DecodeError:
        return False
    return True


def _is_hint(message: object) -> bool:
    if not isinstance(message, dict):
        return False
    actor, args = message.get("actor_name"), message.get("args")
    return (
        isinstance(actor, str)
        and message.get("queue_name") == QUEUES.get(actor, object())
        and isinstance(args, list)
        and all(type(arg) is int for arg in args)
        and message.get("kwargs") == {}
        and message.get("options") == {}
        and isinstance(message.get("message_id"), str)
        and type(message.get("message_timestamp")) is int
    )


class OwnQueue(Consumer):
    """A consumer that refuses hints which name another queue than the one they lie in: Dramatiq
    would look for that queue's consumer when the actor is done, and the worker's thread would
    end.
    """

    def __init__(self, real: Consumer, queue_name: str) -> None:
        self._real = real
        self._queue_name = queue_name

    def __next__(self) -> MessageProxy | None:
        message = next(self._real)
        if message is None or message.queue_name == self._queue_name:
            return message
        log.warning("hint.misplaced", extra={"queue": self._queue_name})
        self._real.nack(message)
        return None

    def ack(self, message: MessageProxy) -> None:
        self._real.ack(message)

    def nack(self, message: MessageProxy) -> None:
        self._real.nack(message)

    def requeue(self, messages: Iterable[MessageProxy]) -> None:
        self._real.requeue(messages)

    def close(self) -> None:
        self._real.close()


class CountDefects(Middleware):
    """Counts what an actor raised: nobody foresaw it, else the actor had caught it."""

    def after_process_message(
        self,
        broker: Broker,
        message: MessageProxy,
        *,
        result: object = None,
        exception: BaseException | None = None,
    ) -> None:
        if exception is not None:
            metrics.DEFECTS.labels(message.actor_name).inc()


class HintBroker(RabbitmqBroker):
    """RabbitMQ for hints, each in its own queue."""

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 5000) -> Consumer:
        return OwnQueue(super().consume(queue_name, prefetch, timeout), queue_name)


def make_broker(url: str) -> RabbitmqBroker:
    """A broker with confirms. None of Dramatiq's own policies: the row knows when to try again.

    No Retries (a failed hint is dropped, the next tick repeats it), no TimeLimit (an exception
    thrown into a thread may hit between the ledger's answer and its commit; HTTP calls have
    timeouts), no AgeLimit, no delays (they would wait in a worker's memory).
    """
    dramatiq.set_encoder(StrictEncoder())
    url = _with_timeouts(url)
    return HintBroker(url=url, confirm_delivery=True, middleware=[CurrentMessage(), CountDefects()])


def _with_timeouts(url: str) -> str:
    parts = urlsplit(url)
    query = _CONNECTION | dict(parse_qsl(parts.query))
    return urlunsplit(parts._replace(query=urlencode(query)))


class BrokerHints:
    """Hints as Dramatiq messages. One that cannot be sent is dropped: the clock repeats it."""

    def __init__(self, broker: RabbitmqBroker) -> None:
        self._broker = broker

    def drive(self, connection_ids: Sequence[int]) -> None:
        for connection_id in connection_ids:
            self.send("drive", connection_id)

    def relay(self, partitions: Sequence[int]) -> None:
        for partition in partitions:
            self.send("relay", partition)

    def send(self, actor: str, *args: int) -> None:
        """Send a hint to an actor by name."""
        message: dramatiq.Message[None] = dramatiq.Message(
            queue_name=QUEUES[actor], actor_name=actor, args=args, kwargs={}, options={}
        )
        try:
            self._broker.enqueue(message)
        except (BrokerError, AMQPError, OSError) as error:
            log.warning("hint.lost", extra={"actor": actor, "error": repr(error)})
