"""The relay: status events in order per record, marked after the confirm, published by one."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Event
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from events.message import Message
from events.publisher import Outcome
from tests.counting import Counting
from tests.integration.meddling import until
from worker.store import outbox
from worker.store.outbox import Outgoing
from worker.store.session import Database
from worker.sync.relay import relay

PARTITION = Outgoing("t/customer/1", {}).partition


class Exchange:
    """What was published, in order; `says` is what the broker answers to each."""

    def __init__(self, says: Callable[[int], Outcome] = lambda _: Outcome.CONFIRMED) -> None:
        self.ids: list[str | None] = []
        self._says = says
        self._numbers = count()

    def publish(self, messages: Sequence[Message]) -> list[Outcome]:
        self.ids += [message.message_id for message in messages]
        return [self._says(next(self._numbers)) for _ in messages]


def write(database: Database, number: int, key: str = "t/customer/1") -> list[str]:
    """Status events of one record; their ids in the order of writing."""
    ids = [str(uuid4()) for _ in range(number)]
    with database.begin() as session:
        told = [Outgoing(key, {"id": one, "tenantid": "t", "type": "x.y"}) for one in ids]
        outbox.add(session, told)
    return ids


def states(database: Database) -> dict[str, str]:
    with database.begin() as session:
        rows = session.execute(sa.text("SELECT event_id, state FROM outbox ORDER BY id"))
        return {str(row.event_id): row.state for row in rows}


def test_events_of_a_record_go_out_in_order(empty_tables: Database) -> None:
    ids = [one for _ in range(5) for one in write(empty_tables, 90)]
    exchange = Exchange()

    sent = relay(empty_tables, PARTITION, exchange.publish)

    assert (sent, exchange.ids) == (450, ids)
    assert set(states(empty_tables).values()) == {"published"}


def test_what_was_not_confirmed_stays_with_all_behind_it(empty_tables: Database) -> None:
    ids = write(empty_tables, 3)
    broken = Exchange(lambda n: Outcome.CONFIRMED if n == 0 else Outcome.FAILED)
    relay(empty_tables, PARTITION, broken.publish)
    assert list(states(empty_tables).values()) == ["published", "pending", "pending"]

    mended = Exchange()
    relay(empty_tables, PARTITION, mended.publish)

    assert mended.ids == ids[1:]


def test_a_crash_before_the_mark_publishes_the_same_ids_again(
    empty_tables: Database, counting: Counting
) -> None:
    ids = write(empty_tables, 2)
    crashing = Exchange()

    def crash(messages: Sequence[Message]) -> Sequence[Outcome]:
        crashing.publish(messages)
        raise ConnectionError

    with pytest.raises(ConnectionError):
        relay(empty_tables, PARTITION, crash)
    again = Exchange()
    relay(empty_tables, PARTITION, again.publish)

    assert crashing.ids == again.ids == ids
    assert counting.of("books_status_events_total", result="published") == 2


def test_an_event_that_nobody_hears_blocks_nobody(
    empty_tables: Database, counting: Counting
) -> None:
    deaf, heard = write(empty_tables, 2)
    exchange = Exchange(lambda n: Outcome.UNROUTABLE if n == 0 else Outcome.CONFIRMED)

    relay(empty_tables, PARTITION, exchange.publish)

    assert states(empty_tables) == {deaf: "unroutable", heard: "published"}
    assert counting.of("books_status_events_total", result="unroutable") == 1


@pytest.mark.parametrize(
    ("state", "since"), [("unroutable", "created"), ("published", "published")]
)
def test_events_are_dropped_once_they_were_kept_long_enough(
    empty_tables: Database, state: str, since: str
) -> None:
    old, young = write(empty_tables, 2)
    with empty_tables.begin() as session:
        aged = f"UPDATE outbox SET {since}_at = now() - interval '15 days' WHERE event_id = '{old}'"
        session.execute(sa.text(f"UPDATE outbox SET state = '{state}', published_at = now()"))
        session.execute(sa.text(aged))

        assert outbox.expire(session, state, 14) == 1

    assert states(empty_tables) == {young: state}


def test_two_relays_do_not_share_a_partition(
    empty_tables: Database, threads: ThreadPoolExecutor
) -> None:
    write(empty_tables, 3)
    begun, finish, first = Event(), Event(), Exchange()

    def slowly(messages: Sequence[Message]) -> Sequence[Outcome]:
        begun.set()
        finish.wait(5)
        return first.publish(messages)

    running = threads.submit(relay, empty_tables, PARTITION, slowly)
    until(begun.is_set)
    second = Exchange()
    assert relay(empty_tables, PARTITION, second.publish) == 0

    finish.set()
    assert (running.result(5), second.ids) == (3, [])


def test_another_partition_is_not_held_up(empty_tables: Database) -> None:
    write(empty_tables, 1)
    [other] = write(empty_tables, 1, key="t/customer/2")
    exchange = Exchange()

    with empty_tables.begin() as session:
        assert outbox.claim(session, PARTITION)
        relay(empty_tables, Outgoing("t/customer/2", {}).partition, exchange.publish)

    assert exchange.ids == [other]


def test_partitions_that_hold_events_are_found(empty_tables: Database) -> None:
    keys = [f"t/customer/{n}" for n in range(3)]
    for key in keys:
        write(empty_tables, 1, key=key)

    with empty_tables.begin() as session:
        found: Any = outbox.waiting_partitions(session)

    assert found == sorted({Outgoing(key, {}).partition for key in keys})
