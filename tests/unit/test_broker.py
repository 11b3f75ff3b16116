"""Bodies that are no hints of ours neither stop a queue nor kill a worker's threads (measured on
stock Dramatiq 2.2.1: some stop the consumer for ever, some kill threads without a word)."""

import gc
import itertools
import json
import threading
from collections.abc import Callable, Iterable, Iterator

import dramatiq
import pika
import pytest
from dramatiq.brokers.rabbitmq import RabbitmqBroker

from tests.counting import Counting
from worker.broker import DRIVE, HOUSEKEEPING, BrokerHints, make_broker

# pika leaves the sockets behind by which its threads wake each other.
pytestmark = pytest.mark.filterwarnings(
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)

HINT = {
    "queue_name": DRIVE,
    "actor_name": "drive",
    "args": [1],
    "kwargs": {},
    "options": {},
    "message_id": "m-1",
    "message_timestamp": 1_763_000_000_000,
}

MALFORMED = {
    "no JSON": b"{",
    "no text": b"\xff\xfe",
    "no object": b"[]",
    "too deep": b"[" * 100_000,
    "nothing in it": b"{}",
    "a property too many": {"more": 1},
    "options are null": {"options": None},
    "options of the wrong type": {"options": {"max_retries": "9"}},
    "junk in a pipe": {"options": {"pipe_target": 7}},
    "an actor that is a list": {"actor_name": ["drive"]},
    "an unknown actor": {"actor_name": "nobody"},
    "another queue's actor": {"actor_name": "relay"},
    "another queue's hint": {"actor_name": "relay", "queue_name": HOUSEKEEPING},
    "a delay queue's name": {"queue_name": "drive.DQ"},
    "an unknown queue": {"queue_name": "nowhere"},
    "arguments that are none": {"args": None},
    "an argument of the wrong type": {"args": ["1"]},
    "a truth for a number": {"args": [True]},
    "named arguments": {"kwargs": {"connection_id": 1}},
    "a time that is text": {"message_timestamp": "now"},
    "an id that is a number": {"message_id": 1},
}


class Desk:
    """A real worker with two threads on the queue `drive`, and what its actor was given.

    One for all tests: what stops it or takes its threads fails the test that sent it, and the next.
    """

    def __init__(self, broker: RabbitmqBroker, url: str) -> None:
        self.broker = broker
        self._url = url
        self.given: list[int] = []
        self._came = threading.Condition()
        self._numbers = itertools.count(1)
        declare(broker, "drive", DRIVE, self._take)
        declare(broker, "relay", HOUSEKEEPING, self._take)

    def _take(self, number: int) -> None:
        with self._came:
            self.given.append(number)
            self._came.notify_all()

    def put(self, *bodies: bytes, queue: str = DRIVE) -> None:
        with pika.BlockingConnection(pika.URLParameters(self._url)) as connection:
            channel = connection.channel()
            for body in bodies:
                channel.basic_publish("", queue, body)

    def took(self, numbers: Iterable[int]) -> bool:
        """Whether all of these arrive soon."""
        with self._came:
            return self._came.wait_for(lambda: set(numbers) <= set(self.given), timeout=5)

    def new(self, many: int) -> list[int]:
        """Numbers that nobody was given yet."""
        return list(itertools.islice(self._numbers, many))


def declare(broker: RabbitmqBroker, name: str, queue: str, act: Callable[..., None]) -> None:
    dramatiq.Actor(act, broker=broker, actor_name=name, queue_name=queue, priority=0, options={})


@pytest.fixture(scope="module")
def desk(rabbitmq_url: str) -> Iterator[Desk]:
    with pika.BlockingConnection(pika.URLParameters(rabbitmq_url)) as connection:
        for queue in (DRIVE, HOUSEKEEPING):
            for kind in ("", ".DQ", ".XQ"):
                connection.channel().queue_delete(queue + kind)
    broker = make_broker(rabbitmq_url)
    desk = Desk(broker, rabbitmq_url)
    worker = dramatiq.Worker(broker, queues={DRIVE}, worker_threads=2, worker_timeout=100)
    worker.start()
    BrokerHints(broker).drive([0])
    assert desk.took({0})
    yield desk
    worker.stop()
    broker.close()
    gc.collect()


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_body_stops_nobody(desk: Desk, body: bytes | dict[str, object]) -> None:
    poison = body if isinstance(body, bytes) else json.dumps(HINT | body).encode()
    numbers = desk.new(8)

    desk.put(*[poison] * 6)
    BrokerHints(desk.broker).drive(numbers)

    assert desk.took(numbers)
    assert sorted(desk.given) == list(range(max(numbers) + 1))


def test_an_actor_that_breaks_stops_nobody_and_is_counted(desk: Desk) -> None:
    counting = Counting()
    numbers = desk.new(8)
    desk.put(*[json.dumps(HINT | {"args": []}).encode()] * 6)

    BrokerHints(desk.broker).drive(numbers)

    assert desk.took(numbers)
    assert counting.of("books_defects_total", where="drive") == 6


def test_a_hint_of_our_own_is_read_as_it_was_written(desk: Desk) -> None:
    (number,) = desk.new(1)

    desk.put(json.dumps(HINT | {"args": [number]}).encode())

    assert desk.took({number})


@pytest.mark.parametrize("send", [lambda hints: hints.drive([1]), lambda hints: hints.relay([1])])
def test_a_hint_without_a_broker_is_dropped(send: Callable[[BrokerHints], None]) -> None:
    nowhere = make_broker("amqp://guest:guest@127.0.0.1:1/?socket_timeout=1&connection_attempts=1")

    send(BrokerHints(nowhere))
