"""What a review of the drive brought to light, provoked: old news, paid invoices, trouble."""

import random
import time
from dataclasses import replace
from typing import Any, NoReturn

from tests.builders import a_customer, a_vendor, an_expense, an_invoice
from tests.integration.workshop import Altered, OpenShop, Shop, with_books
from worker.errors import Unexplained
from worker.providers.port import Books, Page, Resource
from worker.sync import connections
from worker.sync.services import Services


def pay(shop: Shop) -> None:
    """A person receives 100.00 for INV-1."""
    [invoice] = shop.marked("Invoice", "INV-1")
    link = {"TxnId": invoice["Id"], "TxnType": "Invoice"}
    paid = {"CustomerRef": invoice["CustomerRef"], "TotalAmt": 100}
    shop.enter("Payment", **paid, Line=[{"Amount": 100, "LinkedTxn": [link]}])


def pull_payments(shop: Shop, services: Services | None = None) -> None:
    connections.ask(shop.services, shop.connection_id, Resource.PAYMENTS)
    shop.work(services=services)


# What the books hold already


def test_a_newer_version_of_the_same_costs_no_call(books: Shop) -> None:
    books.send("customer.updated", a_customer(version=7))
    books.work()
    before = len(books.submissions())

    books.send("customer.updated", a_customer(version=8))
    books.work()

    told = books.events("CUS-1")[-1]["data"]
    assert (told["operation"], told["version"]) == ("unchanged", 8)
    assert len(books.submissions()) == before


def test_there_and_back_again_are_three_writes(shop: Shop) -> None:
    for name in ("Harbor", "Quay", "Harbor"):
        shop.send("customer.updated", a_customer(name=name))
        shop.work()

    [customer] = shop.marked("Customer", "CUS-1")
    assert (customer["DisplayName"], customer["SyncToken"]) == ("Harbor", "2")
    assert len({row.key for row in shop.submissions()}) == 3


def test_an_expense_that_is_deleted_and_saved_again_is_another_entry(books: Shop) -> None:
    books.send("vendor.created", a_vendor())
    books.send("expense.saved", an_expense())
    books.work()
    first = books.link("EXP-1").ref
    books.send("expense.deleted", {"id": "EXP-1"})
    books.work()

    books.send("expense.saved", an_expense())
    books.work()

    assert [one["Id"] for one in books.marked("JournalEntry", "EXP-1")] == [books.link("EXP-1").ref]
    assert (books.states()["EXP-1"], books.link("EXP-1").ref != first) == ("synced", True)


def test_a_record_that_came_out_of_the_books_can_be_changed(shop: Shop) -> None:
    there = shop.enter("Customer", DisplayName="Harbor Hotel", Notes="Ours since 1998")
    connections.ask(shop.services, shop.connection_id, Resource.CUSTOMERS)
    shop.work()
    refs: dict[str, Any] = {"external_refs": {"quickbooks": there["Id"]}}
    shop.send("customer.created", a_customer(name="Harbor Hotel", **refs))
    shop.work()

    shop.send("customer.updated", a_customer(name="Harbor Inn", **refs))
    shop.work()

    assert shop.told("CUS-1") == ["record.synced", "record.changed", "record.synced"]
    [customer] = [one for one in shop.books("Customer") if one["Id"] == there["Id"]]
    assert (customer["DisplayName"], customer["Notes"]) == ("Harbor Inn", "Ours since 1998")


def test_a_payment_without_a_currency_is_in_that_of_the_company(books: Shop) -> None:
    books.send("invoice.created", an_invoice())
    books.work()
    pay(books)

    def single(real: Books) -> object:
        return Altered(real, page=lambda *asked: without_currency(real.page(*asked)))

    pull_payments(books, with_books(books.services, single))

    [row] = books.payments()
    assert (row.currency, books.link("INV-1").status) == ("USD", "paid")
    assert books.told()[-2:] == ["payment.received", "sync.completed"]


def without_currency(page: Page) -> Page:
    """As a company with one currency may answer."""
    return replace(page, payments=tuple(replace(one, currency="") for one in page.payments))


# Trouble that passes


def test_a_token_refused_five_times_is_refreshed_once_a_slice(shop: Shop) -> None:
    shop.simulator.fault("auth_expired", "write", times=5)
    shop.send("customer.created", a_customer())
    refreshes = []
    for _ in range(3):
        before = shop.simulator.stat("token_refreshes")
        shop.drive()
        refreshes.append(shop.simulator.stat("token_refreshes") - before)
        shop.later(minutes=1)

    assert refreshes == [1, 1, 1]
    assert (shop.states(), shop.row().failures) == ({"CUS-1": "synced"}, 0)


def test_a_first_pull_that_fails_is_tried_again(open_shop: OpenShop) -> None:
    shop = open_shop()
    shop.send("customer.created", a_customer())
    refused = with_books(shop.services, lambda real: Altered(real, page=refuse_to_read))
    shop.drive(refused)
    assert shop.states() == {"CUS-1": "due"}

    shop.later(minutes=2)
    shop.work()

    assert shop.states() == {"CUS-1": "synced"}
    assert "sync.failed" not in shop.told()


def refuse_to_read(*_: object) -> NoReturn:
    raise Unexplained("HTTP 400: 4002 query processing failed")


def test_the_books_reopen_for_some_days_and_wake_those(books: Shop) -> None:
    close_until(books, "2026-10-31")
    days = ("2026-09-15", "2026-10-15")
    books.take(*(books.event("invoice.created", an_invoice(day, issue_date=day)) for day in days))
    books.work()
    assert [books.states()[day] for day in days] == ["waiting", "waiting"]

    close_until(books, "2026-09-30")
    connections.ask(books.services, books.connection_id, Resource.CONNECTION)
    books.work()

    assert [books.states()[day] for day in days] == ["waiting", "synced"]


def test_intake_and_drivers_never_lock_each_other_out(books: Shop) -> None:
    end = time.monotonic() + 5
    ids = [f"CUS-{n}" for n in range(20)]

    def keep_saving(seed: int) -> None:
        dice = random.Random(seed)
        while time.monotonic() < end:
            some = dice.sample(ids, 8)
            name = f"Harbor {dice.random()}"
            saved = [a_customer(one, name=f"{name} {one}") for one in some]
            books.take(*(books.event("customer.updated", one) for one in saved))

    def keep_driving() -> None:
        while time.monotonic() < end:
            books.drive()

    busy = [books.threads.submit(keep_saving, seed) for seed in range(4)]
    busy += [books.threads.submit(keep_driving) for _ in range(3)]
    for one in busy:
        one.result(30)
    books.work(30)

    assert set(books.states().values()) == {"synced"}
    deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    assert books.all(deadlocks)[0].deadlocks == 0


def close_until(shop: Shop, day: str) -> None:
    path = f"companies/{shop.company}/preferences"
    shop.simulator.control("PUT", path, {"AccountingInfoPrefs": {"BookCloseDate": day}})
