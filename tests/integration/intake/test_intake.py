"""Intake: every event once, the newest snapshot of each record, dead letters whole (design 3)."""

import random
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from events.delivery import Delivery
from events.message import Mode, compose
from tests.builders import a_customer, delivered, event, junk
from tests.counting import Counting
from tests.integration.meddling import locks_waited_for, until
from worker.store import inbox
from worker.store.session import Database
from worker.sync.intake import Taken, take_in
from worker.sync.revive import NOT_NOW, Tried, address, apart, revive

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def renamed(
    name: str, version: int | None = None, *, minutes: int = 0, id_: str | None = None
) -> Delivery:
    """CUS-1 under this name; `minutes` after noon."""
    data = a_customer(name=name) | ({} if version is None else {"version": version})
    return event("customer.updated", data, time=NOON + timedelta(minutes=minutes), id=id_)


def archived(version: int | None = None, minutes: int = 0) -> Delivery:
    data = {"id": "CUS-1"} | ({} if version is None else {"version": version})
    return event("customer.archived", data, time=NOON + timedelta(minutes=minutes))


def rows(database: Database, query: str) -> list[tuple]:
    with database.begin() as session:
        return [tuple(row) for row in session.execute(sa.text(query))]


def name(database: Database) -> str:
    [(found,)] = rows(database, "SELECT snapshot ->> 'name' FROM documents")
    return str(found)


def test_an_event_that_comes_twice_counts_once(empty_tables: Database, counting: Counting) -> None:
    one = renamed("Harbor")

    first = take_in(empty_tables, [one, one])
    second = take_in(empty_tables, [one, renamed("Haven", minutes=1)])

    assert [(t.accepted, t.repeated) for t in (first, second)] == [(1, 1), (1, 1)]
    assert [counting.of("books_events_total", result=r) for r in ("accepted", "repeated")] == [2, 2]
    assert counting.of("books_duplicates_prevented_total", mechanism="repeat") == 2
    assert rows(empty_tables, "SELECT count(*) FROM inbox") == [(2,)]


def test_intakes_with_overlapping_batches_agree(
    empty_tables: Database, threads: ThreadPoolExecutor
) -> None:
    made = [
        event("customer.updated", a_customer(f"CUS-{n % 40}", name=f"N{n}", version=n))
        for n in range(200)
    ]
    batches = [random.Random(seed).sample(made, 200) for seed in range(6)]

    taken = list(threads.map(lambda batch: repeated(empty_tables, batch), batches))

    assert sum(one.accepted for one in taken) == 200
    newest = {(f"CUS-{n % 40}", f"N{n}") for n in range(160, 200)}
    query = "SELECT record_id, snapshot ->> 'name' FROM documents"
    assert set(rows(empty_tables, query)) == newest


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize(
    ("older", "newer"),
    [
        (renamed("old", 1, minutes=9), renamed("new", 2)),
        (renamed("old"), renamed("new", minutes=1)),
        (renamed("old", 5, minutes=0), renamed("new", 5, minutes=1)),
        (renamed("old", 5, id_="a"), renamed("new", 5, id_="b")),
        (renamed("old", 7), renamed("new", minutes=1)),
        (renamed("old"), renamed("new", 1, minutes=1)),
    ],
    ids=["version", "time", "same version", "same time", "version lost", "version gained"],
)
def test_the_newer_snapshot_stays_in_any_order(
    empty_tables: Database, older: Delivery, newer: Delivery, *, together: bool
) -> None:
    if together:
        take_in(empty_tables, [newer, older])
    else:
        take_in(empty_tables, [newer])
        take_in(empty_tables, [older])

    assert name(empty_tables) == "new"


@pytest.mark.parametrize("versions", [(1, 2), (None, None)])
def test_a_late_snapshot_does_not_undo_a_removal(
    empty_tables: Database, versions: tuple[int | None, int | None]
) -> None:
    older, newer = versions
    take_in(empty_tables, [archived(newer, minutes=1)])

    take_in(empty_tables, [renamed("late", older)])

    assert rows(empty_tables, "SELECT removed FROM documents") == [(True,)]


def test_a_removal_keeps_the_last_full_snapshot(empty_tables: Database) -> None:
    take_in(empty_tables, [renamed("Harbor", 1), archived(2)])
    take_in(empty_tables, [archived(3)])

    assert name(empty_tables) == "Harbor"


def test_a_newer_snapshot_has_the_higher_revision(
    empty_tables: Database, threads: ThreadPoolExecutor
) -> None:
    take_in(empty_tables, [renamed("first", 1)])
    before = revision(empty_tables)
    with empty_tables.begin() as gate:
        gate.execute(sa.text("SELECT pg_advisory_xact_lock(4711)"))
        with empty_tables.begin() as session:
            session.execute(sa.text(SLOW_INSERTS))
        try:
            newest = threads.submit(take_in, empty_tables, [renamed("newest", 3)])
            until(lambda: locks_waited_for(gate))
            take_in(empty_tables, [renamed("newer", 2)])
            between = revision(empty_tables)
            gate.rollback()
            newest.result(5)
        finally:
            with empty_tables.begin() as session:
                session.execute(sa.text("DROP FUNCTION slow_insert CASCADE"))

    assert (name(empty_tables), before < between < revision(empty_tables)) == ("newest", True)


SLOW_INSERTS = """
    CREATE FUNCTION slow_insert() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.version = 3 THEN PERFORM pg_advisory_xact_lock_shared(4711); END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER slow_insert BEFORE INSERT ON documents
        FOR EACH ROW EXECUTE FUNCTION slow_insert()"""


def revision(database: Database) -> int:
    return int(rows(database, "SELECT revision FROM documents")[0][0])


def test_dead_letters_are_unique_and_counted(empty_tables: Database) -> None:
    take_in(empty_tables, [junk(b"{"), junk(b"{"), junk(b"[")])
    take_in(empty_tables, [junk(b"{")])

    query = "SELECT body, count FROM dead_letters ORDER BY count DESC"
    assert rows(empty_tables, query) == [(b"{", 3), (b"[", 1)]


def test_a_corrected_event_under_the_same_id_is_taken(empty_tables: Database) -> None:
    right = renamed("Harbor", id_="e-1")
    wrong = replace(right, body=right.body.replace(b'"name"', b'"nom"'))

    taken = [take_in(empty_tables, [one]) for one in (wrong, right)]

    assert [(one.accepted, one.dead) for one in taken] == [(0, 1), (1, 0)]
    assert name(empty_tables) == "Harbor"


def in_binary_mode(record_id: str) -> Delivery:
    """A customer whose envelope is in the headers: without them the message is nothing."""
    data, mode = a_customer(record_id), Mode.BINARY
    tenant = "tenant-1"
    return delivered(
        compose("customer.updated", source="/cmms/test", tenant=tenant, data=data, mode=mode)
    )


def test_a_row_that_the_database_refuses_goes_alone(empty_tables: Database) -> None:
    with empty_tables.begin() as session:
        session.execute(sa.text("ALTER TABLE documents ADD CHECK (record_id <> 'CUS-2') NOT VALID"))
    batch = [in_binary_mode(f"CUS-{n}") for n in range(4)]
    try:
        taken = take_in(empty_tables, [*batch, batch[0]])
    finally:
        with empty_tables.begin() as session:
            constraint = "documents_record_id_check"
            session.execute(sa.text(f"ALTER TABLE documents DROP CONSTRAINT {constraint}"))

    assert (taken.accepted, taken.repeated, taken.dead) == (3, 1, 1)
    query = "SELECT category, tenant_id, body, headers FROM dead_letters"
    refused = ("refused_by_database", "tenant-1", batch[2].body, batch[2].headers)
    assert rows(empty_tables, query) == [refused]


@pytest.mark.parametrize(
    ("routing_key", "content_type"),
    [("customer\x00created", None), ("customer.created", "text/\x00"), ("a\x00", "b\x00")],
)
def test_addresses_that_the_database_refuses_are_kept(
    empty_tables: Database, routing_key: str, content_type: str | None
) -> None:
    poison = junk(b"{", routing_key=routing_key, content_type=content_type)

    taken = take_in(empty_tables, [poison, renamed("Harbor")])

    assert (taken.accepted, taken.dead) == (1, 1)
    assert rows(empty_tables, "SELECT body FROM dead_letters") == [(b"{",)]


def test_trouble_that_is_not_the_datas_repeats_the_batch(
    empty_tables: Database, threads: ThreadPoolExecutor
) -> None:
    batch = [renamed("Harbor"), junk(b"{")]
    with empty_tables.begin() as other:
        inbox.lock_tenant(other, "tenant-1")
        blocked = threads.submit(take_in, empty_tables, batch)
        until(lambda: locks_waited_for(other))
        query = """SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
                   WHERE datname = current_database() AND wait_event_type = 'Lock'"""
        other.execute(sa.text(query))
        with pytest.raises(DBAPIError):
            blocked.result(5)
    assert rows(empty_tables, "SELECT count(*) FROM dead_letters") == [(0,)]

    taken = take_in(empty_tables, batch)

    assert (taken.accepted, taken.dead) == (1, 1)


def repeated(database: Database, batch: list[Delivery]) -> Taken:
    """As the consumer does: what is not the data's fault (a deadlock) repeats the batch."""
    while True:
        try:
            return take_in(database, batch)
        except DBAPIError:
            continue


def test_a_message_that_kills_again_is_a_dead_letter_and_counted(
    empty_tables: Database, counting: Counting
) -> None:
    tried = Tried(survived=False, address={"tenant_id": "tenant-1"}, said="Traceback: boom")

    survived = revive(empty_tables, renamed("Harbor"), lambda _: tried)

    assert not survived
    query = "SELECT category, tenant_id, detail FROM dead_letters"
    assert rows(empty_tables, query) == [("killed_process", "tenant-1", "Traceback: boom")]
    assert counting.of("books_events_total", result="dead") == 1


def test_a_message_that_is_taken_in_apart_is_counted(
    empty_tables: Database, counting: Counting
) -> None:
    child = """print('{"event_id": "e-1"}'); print('{"accepted": 1, "repeated": 0, "dead": 0}')"""
    command = [sys.executable, "-c", child]

    survived = revive(empty_tables, renamed("Harbor"), partial(apart, command))

    assert survived
    assert counting.of("books_events_total", result="accepted") == 1


def test_a_database_that_was_away_for_a_moment_is_not_the_messages_fault(
    empty_tables: Database,
) -> None:
    outcomes = iter([NOT_NOW, 0])

    def attempt(message: bytes) -> Tried:
        return apart([sys.executable, "-c", f"raise SystemExit({next(outcomes)})"], message)

    assert revive(empty_tables, renamed("Harbor"), attempt)
    assert rows(empty_tables, "SELECT id FROM dead_letters") == []


def test_a_message_is_kept_as_it_came(empty_tables: Database) -> None:
    sent = renamed("Harbor")

    take_in(empty_tables, [sent])

    assert rows(empty_tables, "SELECT body FROM inbox") == [(sent.body,)]


DYING = """
import os, sys
sys.stdout.buffer.write(sys.stdin.buffer.read()); sys.stdout.flush()
print("Bearer abcdef123456", file=sys.stderr, flush=True)
os.abort()
"""


def test_what_a_child_read_and_said_before_it_died_is_told() -> None:
    sent = renamed("Harbor", id_="e-1")

    tried = apart([sys.executable, "-c", DYING], address(sent))

    assert (tried.survived, tried.address["event_id"]) == (False, "e-1")
    assert tried.address["tenant_id"] == "tenant-1"
    assert tried.said is not None
    assert "status -6" in tried.said
    assert "abcdef123456" not in tried.said


def test_a_child_that_dies_of_reading_leaves_a_letter_without_address() -> None:
    tried = apart([sys.executable, "-c", "import os; os.abort()"], b"poison")

    assert not tried.survived
    assert tried.address == {}
