"""Consuming from the real broker: batches, giving back, reconnecting, killers, stopping."""

import signal
import struct
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

import pika
import pytest
from pika.adapters.blocking_connection import BlockingChannel

from events.connection import UNDECODABLE
from events.consumer import BatchConsumer, NotNow
from events.delivery import Delivery
from tests.integration.events.conftest import Route
from tests.integration.events.proxy import Proxy
from tests.integration.events.waiting import eventually


class Recorder:
    """A handler that keeps what it was given; `before` may refuse."""

    def __init__(self, before: Callable[[Sequence[Delivery]], None] = lambda batch: None) -> None:
        self._before = before
        self.batches: list[Sequence[Delivery]] = []

    def __call__(self, batch: Sequence[Delivery]) -> None:
        self._before(batch)
        self.batches.append(batch)

    @property
    def bodies(self) -> list[bytes]:
        return [delivery.body for batch in self.batches for delivery in batch]


def consumer(
    url: str,
    route: Route,
    handle: Callable[[Sequence[Delivery]], None],
    ready: Callable[[], bool] = lambda: True,
) -> BatchConsumer:
    return BatchConsumer(
        url, route.queue, handle=handle, ready=ready, batch=50, prepare=route.declare
    )


class Supervised:
    """A consumer that is started again whenever it dies."""

    def __init__(self, consumer: BatchConsumer) -> None:
        self._consumer = consumer
        self._stopping = False

    def run(self) -> None:
        while not self._stopping:
            with suppress(RuntimeError):
                self._consumer.run()

    def stop(self) -> None:
        self._stopping = True
        self._consumer.stop()


@contextmanager
def running(consumer: BatchConsumer | Supervised) -> Iterator[None]:
    thread = threading.Thread(target=consumer.run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        consumer.stop()
        thread.join(5)
        assert not thread.is_alive()


def send(channel: BlockingChannel, route: Route, *bodies: bytes) -> None:
    for body in bodies:
        channel.basic_publish(route.exchange, "customer.created", body)


def numbers(count: int) -> list[bytes]:
    return [str(number).encode() for number in range(count)]


def waiting_in(channel: BlockingChannel, queue: str) -> int:
    return int(channel.queue_declare(queue, passive=True).method.message_count)


def lose(url: str, queue: str, count: int) -> None:
    """Take messages and hang up without a word, as a killed process does."""
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        channel = connection.channel()
        for _ in range(count):
            eventually(lambda: channel.basic_get(queue)[0])


def test_deliveries_come_once_in_order_and_in_batches(
    rabbitmq_url: str, route: Route, channel: BlockingChannel
) -> None:
    send(channel, route, *numbers(500))
    recorder = Recorder()

    with running(consumer(rabbitmq_url, route, recorder)):
        eventually(lambda: len(recorder.bodies) >= 500)

    assert recorder.bodies == numbers(500)
    assert max(map(len, recorder.batches)) == 50
    assert waiting_in(channel, route.queue) == 0


def test_a_single_delivery_does_not_wait_for_company(
    rabbitmq_url: str, route: Route, channel: BlockingChannel
) -> None:
    recorder = Recorder()

    with running(consumer(rabbitmq_url, route, recorder)):
        send(channel, route, b"first")
        eventually(lambda: recorder.bodies)
        sent = time.monotonic()
        send(channel, route, b"second")
        eventually(lambda: len(recorder.bodies) == 2)

    assert time.monotonic() - sent < 1


def test_what_was_delivered_before_comes_alone(
    rabbitmq_url: str, route: Route, channel: BlockingChannel
) -> None:
    send(channel, route, *numbers(10))
    lose(rabbitmq_url, route.queue, 10)
    send(channel, route, *numbers(10))
    recorder = Recorder()

    with running(consumer(rabbitmq_url, route, recorder)):
        eventually(lambda: len(recorder.bodies) == 20)

    again = [batch for batch in recorder.batches if any(one.delivery_count for one in batch)]
    assert [len(batch) for batch in again] == [1] * 10


def test_a_killer_takes_nobody_with_it(
    rabbitmq_url: str, route: Route, channel: BlockingChannel
) -> None:
    def die(batch: Sequence[Delivery]) -> None:
        if any(one.body == b"killer" for one in batch):
            raise RuntimeError("dead")

    send(channel, route, *numbers(100), b"killer", *numbers(100))
    recorder = Recorder(die)

    with running(Supervised(consumer(rabbitmq_url, route, recorder))):
        eventually(lambda: waiting_in(channel, route.dead) and len(recorder.bodies) == 200)

    assert channel.basic_get(route.dead, auto_ack=True)[2] == b"killer"
    assert waiting_in(channel, route.dead) == 0
    assert sorted(recorder.bodies) == sorted(numbers(100) * 2)


def test_nothing_is_consumed_before_the_handler_is_ready(
    rabbitmq_url: str, route: Route, channel: BlockingChannel
) -> None:
    ready = threading.Event()
    recorder = Recorder()
    send(channel, route, b"early")

    with running(consumer(rabbitmq_url, route, recorder, ready.is_set)):
        time.sleep(0.5)
        assert consumers_of(channel, route.queue) == 0
        ready.set()
        eventually(lambda: recorder.bodies == [b"early"])

    assert recorder.batches[0][0].delivery_count == 0


def consumers_of(channel: BlockingChannel, queue: str) -> int:
    return int(channel.queue_declare(queue, passive=True).method.consumer_count)


def test_a_handler_that_cannot_work_gives_everything_back(
    rabbitmq_url: str, route: Route, channel: BlockingChannel
) -> None:
    database = threading.Event()

    def need_database(batch: Sequence[Delivery]) -> None:
        if not database.is_set():
            raise NotNow("the database is away")

    recorder = Recorder(need_database)
    send(channel, route, *numbers(100))
    looks = iter([True])  # ready at first, and then found to be not

    with running(
        consumer(rabbitmq_url, route, recorder, lambda: database.is_set() or next(looks, False))
    ):
        eventually(lambda: waiting_in(channel, route.queue) == 100, seconds=5)
        assert consumers_of(channel, route.queue) == 0
        database.set()
        eventually(lambda: len(recorder.bodies) == 100)

    assert recorder.bodies == numbers(100)


def test_a_handler_that_is_ready_gets_the_same_batch_again(
    rabbitmq_url: str, route: Route, channel: BlockingChannel
) -> None:
    deadlocks = iter([NotNow("deadlock"), NotNow("deadlock")])

    def deadlock(batch: Sequence[Delivery]) -> None:
        if error := next(deadlocks, None):
            raise error

    recorder = Recorder(deadlock)
    send(channel, route, b"one")

    with running(consumer(rabbitmq_url, route, recorder)):
        eventually(lambda: recorder.bodies)

    assert recorder.batches[0][0].delivery_count == 0
    assert waiting_in(channel, route.dead) == 0


def test_a_lost_connection_loses_nothing(
    proxy: Proxy, route: Route, channel: BlockingChannel
) -> None:
    recorder = Recorder(lambda batch: time.sleep(0.01))
    send(channel, route, *numbers(1000))

    with running(consumer(proxy.url, route, recorder)):
        for done in (100, 400):
            eventually(lambda done=done: len(recorder.bodies) > done)  # type: ignore[misc]
            proxy.cut()
        eventually(lambda: set(recorder.bodies) == set(numbers(1000)), seconds=60)

    assert waiting_in(channel, route.queue) == waiting_in(channel, route.dead) == 0


def test_a_broker_that_is_away_is_waited_for(
    proxy: Proxy, route: Route, channel: BlockingChannel
) -> None:
    proxy.hold()
    recorder = Recorder()
    send(channel, route, b"patience")

    with running(consumer(proxy.url, route, recorder)):
        time.sleep(1)
        proxy.release()
        eventually(lambda: recorder.bodies == [b"patience"])


def test_a_queue_that_is_deleted_is_declared_again(
    rabbitmq_url: str, route: Route, channel: BlockingChannel
) -> None:
    recorder = Recorder()

    with running(consumer(rabbitmq_url, route, recorder)):
        send(channel, route, b"one")
        eventually(lambda: recorder.bodies)
        channel.queue_delete(route.queue)
        eventually(lambda: is_consumed(channel, route.queue))
        send(channel, route, b"two")
        eventually(lambda: recorder.bodies == [b"one", b"two"])


def is_consumed(channel: BlockingChannel, queue: str) -> bool:
    probe = channel.connection.channel()
    try:
        return consumers_of(probe, queue) > 0
    except pika.exceptions.ChannelClosedByBroker:
        return False


def test_a_signal_stops_it_after_the_batch_in_hand(
    rabbitmq_url: str, route: Route, channel: BlockingChannel
) -> None:
    recorder = Recorder(lambda batch: time.sleep(0.3))
    send(channel, route, *numbers(5000))
    stopped = consumer(rabbitmq_url, route, recorder)
    signal.signal(signal.SIGALRM, lambda *_: stopped.stop())
    signal.setitimer(signal.ITIMER_REAL, 1)
    started = time.monotonic()

    stopped.run()

    assert time.monotonic() - started < 4
    assert recorder.bodies == numbers(len(recorder.bodies))
    eventually(lambda: waiting_in(channel, route.queue) == 5000 - len(recorder.bodies))


class RawHeaders(pika.BasicProperties):
    """Properties with a table of headers that pika would not write."""

    table = b"\x02at" + b"T" + struct.pack(">Q", 1_780_000_000_000)

    def encode(self) -> list[bytes]:
        flags = struct.pack(">H", pika.BasicProperties.FLAG_HEADERS)
        return [flags, struct.pack(">L", len(self.table)), self.table]


def test_headers_that_cannot_be_decoded_stop_nobody(
    rabbitmq_url: str, route: Route, channel: BlockingChannel
) -> None:
    channel.basic_publish(route.exchange, "customer.created", b"odd", RawHeaders())
    send(channel, route, b"plain")
    recorder = Recorder()

    with running(consumer(rabbitmq_url, route, recorder)):
        eventually(lambda: recorder.bodies == [b"odd", b"plain"])

    assert recorder.batches[0][0].headers == {UNDECODABLE: RawHeaders.table}


@pytest.mark.slow
def test_heartbeats_go_on_while_nobody_is_ready_or_a_handler_is_slow(
    proxy: Proxy, route: Route, channel: BlockingChannel
) -> None:
    ready = threading.Event()
    idle, slow = Recorder(), Recorder(lambda batch: time.sleep(35))  # three heartbeats and more
    send(channel, route, b"slow")

    with running(consumer(proxy.url, route, slow)):
        eventually(lambda: consumers_of(channel, route.queue))
        with running(consumer(proxy.url, route, idle, ready.is_set)):
            eventually(lambda: slow.bodies == [b"slow"], seconds=45)
            ready.set()
            eventually(lambda: consumers_of(channel, route.queue) == 2)

    assert proxy.accepted == 2
    assert waiting_in(channel, route.queue) == 0
