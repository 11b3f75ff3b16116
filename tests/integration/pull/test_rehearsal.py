"""Dry runs: they say what the real ones would do, and do nothing of it."""

from dataclasses import replace
from typing import Any

import pytest

from tests.builders import a_customer
from tests.counting import Counting
from tests.integration.match.scenes import HARBOR, SEEDED
from tests.integration.pull.paying import pay
from tests.integration.workshop import Altered, OpenShop, Shop, with_books
from worker.errors import Unexplained
from worker.providers.port import Books, Page, Resource
from worker.store import runs
from worker.store.runs import Mode, Run
from worker.sync import connections
from worker.sync.services import Services


def rehearse(shop: Shop, resource: Resource, services: Services | None = None) -> Run:
    """A dry run, over."""
    asked = connections.ask(shop.services, shop.connection_id, resource, Mode.DRY)
    shop.work(services=services)
    with shop.begin() as session:
        return runs.get(session, asked.run.id)


def lines(run: Run) -> dict[str, dict[str, Any]]:
    """What it would do to each record, by name, but for what every company holds."""
    assert run.report is not None
    return {one["name"]: one for one in run.report["lines"] if one["name"] not in SEEDED}


def state(shop: Shop) -> list[object]:
    """Everything that a pull changes."""
    tables = ("links", "ledger_records", "payments", "feeds", "issues")
    found = [shop.all(f"SELECT * FROM {table} ORDER BY 1, 2, 3") for table in tables]
    return [*found, shop.told()]


@pytest.fixture
def filled(open_shop: OpenShop) -> Shop:
    """Books that hold customers of their own, of which nothing was pulled yet."""
    shop = open_shop()
    shop.enter("Customer", **HARBOR)
    shop.enter("Customer", DisplayName="Mill Inn", PrimaryEmailAddr={"Address": "a@mill.example"})
    shop.enter("Customer", DisplayName="Quay, Ltd.")
    for record_id, name in (("A", "Harbor Hotel"), ("B", "Quay Ltd"), ("C", "Nobody knows me")):
        shop.send("customer.created", a_customer(record_id, name=name, email=None))
    shop.run("UPDATE runs SET next_attempt_at = now() + interval '1 hour'")
    return shop


def test_it_says_what_matches_what_and_what_would_be_created(filled: Shop) -> None:
    run = rehearse(filled, Resource.CUSTOMERS)

    found = lines(run)
    assert {name: one["would"] for name, one in found.items()} == {
        "Harbor Hotel": "be linked",
        "Quay Ltd": "wait for a person's decision",
        "Nobody knows me": "be created in the books",
        "Mill Inn": "be told as discovered",
    }
    assert (found["Harbor Hotel"]["id"], found["Harbor Hotel"]["ref"] is None) == ("A", False)
    assert "Quay, Ltd." in found["Quay Ltd"]["why"]
    names = ("linked", "likely", "ambiguous", "to_create")
    assert [run.counts[name] for name in names] == [1, 1, 0, 1]


def test_nothing_is_written_and_nobody_is_told(filled: Shop, counting: Counting) -> None:
    before = state(filled)

    run = rehearse(filled, Resource.CUSTOMERS)

    assert (run.state, run.counts["read"] > 3) == ("done", True)
    assert state(filled) == before
    assert filled.submissions() == []
    counted = {"provider": "quickbooks", "resource": "customers", "outcome": "done"}
    assert counting.of("books_runs_total", **counted) == 1


def test_the_real_pull_does_what_was_said(filled: Shop) -> None:
    said = rehearse(filled, Resource.CUSTOMERS)
    filled.run("UPDATE runs SET next_attempt_at = now()")

    filled.work()

    assert filled.states() == {"A": "synced", "B": "waiting", "C": "synced"}
    assert filled.link("A").ref == lines(said)["Harbor Hotel"]["ref"]
    new = [e["data"] for e in filled.events() if e["type"] == "accounting.record.discovered"]
    told = [one for one in new if one["kind"] == "customer" and "suggestion" not in one]
    assert said.counts["discovered"] == len(told)


def test_what_comes_in_pages_is_seen_as_a_whole(filled: Shop) -> None:
    whole = rehearse(filled, Resource.CUSTOMERS)

    paged = rehearse(filled, Resource.CUSTOMERS, with_books(filled.services, in_halves))

    assert lines(paged) == lines(whole)
    assert paged.counts == whole.counts


def in_halves(books: Books) -> object:
    """The same books, of which each page comes as two."""

    def page(resource: Resource, cursor: str | None, position: str | None) -> Page:
        found = books.page(resource, cursor, None)
        half = len(found.records) // 2
        if position is None:
            return replace(found, records=found.records[:half], position="second")
        return replace(found, records=found.records[half:])

    return Altered(books, page=page)


def test_accounts_that_changed_or_went_are_counted(shop: Shop) -> None:
    account = next(one for one in shop.books("Account") if one.get("AcctNum") == "6400")
    shop.enter("Account", "update", **account | {"Name": "Repairs, renamed"})
    shop.run("""INSERT INTO ledger_records (connection_id, kind, ref, name, active, data, digest,
                                            seen_at)
                VALUES (:c, 'account', '999', 'Gone', true, '{}', '', now())""")
    before = state(shop)

    run = rehearse(shop, Resource.ACCOUNTS)

    assert (run.counts["changed"], run.counts["removed"]) == (1, 1)
    assert lines(run)["Repairs, renamed"]["would"] == "be told as new or changed"
    assert lines(run)["Gone"]["would"] == "be retired"
    assert state(shop) == before


def test_what_others_changed_is_named_field_by_field(books: Shop) -> None:
    there = books.marked("Customer", "CUS-1")[0]
    phone = {"FreeFormNumber": "555 0100"}
    books.enter("Customer", "update", Id=there["Id"], PrimaryPhone=phone)
    before = state(books)

    run = rehearse(books, Resource.CUSTOMERS)

    line = lines(run)[there["DisplayName"]]
    assert (line["id"], line["would"], line["why"]) == ("CUS-1", "be told as changed", "phone")
    assert state(books) == before


def test_payments_would_be_told(billed: Shop) -> None:
    pay(billed, INV_1="40.00")
    before = state(billed)

    run = rehearse(billed, Resource.PAYMENTS)

    [line] = [one for one in lines(run).values() if one["kind"] == "payment"]
    assert (line["id"], line["would"]) == ("INV-1", "be told as received")
    assert state(billed) == before


def test_one_that_fails_tells_nobody_but_who_asked(shop: Shop) -> None:
    def page(*_: object) -> Page:
        raise Unexplained("an answer of another kind")

    def broken(books: Books) -> object:
        return Altered(books, page=page)

    before = state(shop)

    run = rehearse(shop, Resource.CUSTOMERS, with_books(shop.services, broken))

    assert (run.state, run.error is None) == ("failed", False)
    assert state(shop) == before
