"""Whoever asks for a pull is answered, also where another request began it."""

import sqlalchemy as sa

from tests.integration.meddling import locks_waited_for, until
from tests.integration.workshop import Altered, Shop, with_books
from worker.errors import Unexplained
from worker.providers.port import Books, Page, Resource
from worker.store import runs
from worker.sync import tokens


def ask(shop: Shop, event_id: str, resource: str = "payments") -> None:
    shop.send("sync.requested", {"resource": resource}, id=event_id)


def told_to(shop: Shop, event_id: str) -> list[str]:
    """The types of the answers to an event, in order."""
    return [
        one["type"].removeprefix("accounting.")
        for one in shop.events()
        if one.get("causationid") == event_id
    ]


def begin(shop: Shop, resource: str) -> int:
    """The open run of a resource has begun."""
    with shop.begin() as session:
        run = runs.open_run(session, shop.connection_id, resource)
        assert run is not None
        return runs.start(session, run.id).id


def test_all_who_wait_for_a_queued_run_hear_of_beginning_and_end(shop: Shop) -> None:
    ask(shop, "first")
    ask(shop, "second")

    shop.work()

    assert told_to(shop, "first") == told_to(shop, "second") == ["sync.started", "sync.completed"]


def test_who_joins_a_run_that_has_begun_hears_both_too(shop: Shop) -> None:
    ask(shop, "first")
    begin(shop, "payments")

    ask(shop, "late")
    shop.work()

    assert told_to(shop, "late") == ["sync.started", "sync.completed"]


def test_a_test_is_answered_that_joins_the_one_of_a_new_connection(shop: Shop) -> None:
    shop.reconnect()

    shop.send("connection.test_requested", {"provider": "quickbooks"}, id="asked")
    shop.work()

    assert told_to(shop, "asked") == ["connection.tested"]


def test_who_joined_the_clock_is_answered_when_the_connection_pauses(shop: Shop) -> None:
    shop.reconnect()
    ask(shop, "asked", "accounts")

    tokens.pause(shop.services, shop.row(), "consent_withdrawn")

    assert told_to(shop, "asked") == ["sync.failed"]
    with shop.begin() as session:
        kept = runs.open_run(session, shop.connection_id, "accounts")
    assert kept is not None
    assert kept.joined == []


def test_a_run_that_cannot_go_on_is_answered_to_all(shop: Shop) -> None:
    ask(shop, "first")
    ask(shop, "second")

    shop.work(services=with_books(shop.services, lambda books: Altered(books, page=unreadable)))

    assert told_to(shop, "first")[-1] == told_to(shop, "second")[-1] == "sync.failed"


def test_who_joins_while_a_page_is_read_hears_of_the_end(shop: Shop) -> None:
    ask(shop, "first", "accounts")

    def joined(books: Books) -> object:
        def page(resource: Resource, cursor: str | None, position: str | None) -> Page:
            ask(shop, "late", "accounts")
            return books.page(resource, cursor, position)

        return Altered(books, page=page)

    shop.work(services=with_books(shop.services, joined))

    assert told_to(shop, "late") == ["sync.started", "sync.completed"]


def test_who_joins_a_run_that_fails_at_that_moment_is_answered(shop: Shop) -> None:
    ask(shop, "first")
    run_id = begin(shop, "payments")
    broken = with_books(shop.services, lambda books: Altered(books, page=unreadable))
    with shop.begin() as holding:
        holding.execute(sa.text("SELECT FROM runs WHERE id = :id FOR UPDATE"), {"id": run_id})
        failing = shop.driving(broken)
        until(lambda: waiting(shop) == 1)
        asking = shop.threads.submit(ask, shop, "late")
        until(lambda: waiting(shop) == 2)
    failing.result(5), asking.result(5)

    shop.work()

    assert told_to(shop, "first")[-1] == "sync.failed"
    assert told_to(shop, "late")[-1] in {"sync.failed", "sync.completed"}


def waiting(shop: Shop) -> int:
    """How many backends wait for a lock, as a new transaction sees it."""
    with shop.begin() as session:
        return locks_waited_for(session)


def unreadable(*_: object) -> Page:
    raise Unexplained("an answer of another kind")
