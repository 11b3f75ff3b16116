"""Publishing, so that what returned is in a queue: persistent, mandatory, confirmed."""

import logging
import time as clock
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import Enum, auto
from functools import partial
from types import TracebackType
from typing import Self

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import ChannelClosedByBroker, NackError, UnroutableError

from events.connection import LOST, Backoff, connect
from events.message import Message, Mode, compose
from events.topology import EVENTS, declare_exchange
from schemas.fields import Model

log = logging.getLogger(__name__)

_ATTEMPTS = 5
_NOT_FOUND = 404


class PublishFailed(Exception):
    """The broker did not confirm; the message may be in a queue all the same."""


class Unroutable(PublishFailed):
    """The broker took the message and had no queue for it: nobody listens to this type."""


class Outcome(Enum):
    """What became of a message: in a queue; nobody listens; not confirmed, so send it again."""

    CONFIRMED = auto()
    UNROUTABLE = auto()
    FAILED = auto()


class Publisher:
    """Publishes to one exchange; connects when first used, and again when the connection is lost.

    Not for sharing: pika's connections belong to one thread, so each thread has its own Publisher.
    """

    def __init__(self, url: str, *, exchange: str = EVENTS) -> None:
        self._url = url
        self._exchange = exchange
        self._connection: pika.BlockingConnection | None = None
        self._channel: BlockingChannel | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up; the next message connects again."""
        connection, self._connection, self._channel = self._connection, None, None
        if connection is not None and connection.is_open:
            try:
                connection.close()
            except LOST as error:
                log.info("publisher.close_failed", exc_info=error)

    def publish(
        self,
        type_: str,
        *,
        source: str,
        tenant: str,
        data: Mapping[str, object] | Model,
        id: str | None = None,  # noqa: A002  # the attribute's name
        time: datetime | None = None,
        subject: str | None = None,
        traceparent: str | None = None,
        causationid: str | None = None,
        mode: Mode = Mode.STRUCTURED,
    ) -> str:
        """Publish one event of the contract, and return its id once it is in a queue.

        Raises InvalidEvent before anything is sent, Unroutable, or PublishFailed after several
        attempts: publish it again with the same id then, a repeat is recognised. What is absent is
        filled in as `events.message.compose` says.
        """
        message = compose(
            type_,
            source=source,
            tenant=tenant,
            data=data,
            id=id,
            time=time,
            subject=subject,
            traceparent=traceparent,
            causationid=causationid,
            mode=mode,
        )
        self._send(message)
        return message.message_id or ""

    def publish_raw(
        self,
        body: bytes,
        *,
        routing_key: str,
        content_type: str | None,
        headers: Mapping[str, object] | None = None,
        message_id: str | None = None,
    ) -> None:
        """Publish bytes as they are (a replay). Raises Unroutable or PublishFailed."""
        self._send(Message(body, routing_key, content_type, headers or {}, message_id))

    def publish_all(self, messages: Iterable[Message]) -> list[Outcome]:
        """Publish in order, and say of each what became of it; raises nothing.

        After the first that FAILED the rest is not tried and has FAILED too, so the order is kept.
        """
        outcomes: list[Outcome] = []
        for message in messages:
            if outcomes and outcomes[-1] is Outcome.FAILED:
                outcomes.append(Outcome.FAILED)
            else:
                outcomes.append(self._outcome(message))
        return outcomes

    def _outcome(self, message: Message) -> Outcome:
        try:
            self._send(message)
        except Unroutable:
            return Outcome.UNROUTABLE
        except PublishFailed:
            return Outcome.FAILED
        return Outcome.CONFIRMED

    def _send(self, message: Message) -> None:
        backoff = Backoff(0.1, 2)
        for left in reversed(range(_ATTEMPTS)):
            try:
                self._try(message)
            except UnroutableError:
                raise Unroutable(f"no queue takes {message.routing_key}") from None
            except (NackError, *LOST) as error:
                # Whether it arrived is unknown: it is sent again, and the reader knows a repeat.
                self.close()
                if not left:
                    raise PublishFailed(f"{message.routing_key} was not confirmed") from error
                # Brokers hang up on a publisher that was idle for long: a first retry is ordinary.
                level = logging.INFO if left == _ATTEMPTS - 1 else logging.WARNING
                log.log(level, "publisher.retry", extra={"error": repr(error)})
                clock.sleep(backoff.next())
            else:
                return

    def _try(self, message: Message) -> None:
        properties = pika.BasicProperties(
            content_type=message.content_type,
            headers=dict(message.headers) or None,  # type: ignore[arg-type]  # pika checks
            message_id=message.message_id,
            delivery_mode=pika.DeliveryMode.Persistent,
        )
        publish = partial(
            BlockingChannel.basic_publish,
            exchange=self._exchange,
            routing_key=message.routing_key,
            body=message.body,
            properties=properties,
            mandatory=True,
        )
        try:
            publish(self._open())
        except ChannelClosedByBroker as closed:
            if closed.reply_code != _NOT_FOUND:
                raise
            # Only now: a service may be allowed to publish, and not to declare what is there.
            declare_exchange(self._open(), self._exchange)
            publish(self._open())

    def _open(self) -> BlockingChannel:
        """A channel with confirms, on the connection that there is or on a new one."""
        if self._connection is None:
            self._connection = connect(self._url, f"publisher to {self._exchange}")
        if self._channel is None or not self._channel.is_open:
            self._channel = self._connection.channel()
            self._channel.confirm_delivery()
        return self._channel
