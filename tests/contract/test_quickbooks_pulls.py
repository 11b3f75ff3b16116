"""What the books hold is pulled: accounts, taxes, payments with their invoices, the company."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from schemas.kinds import Kind
from tests.contract.ledger import Ledger, Open
from tests.contract.records import a_party
from tests.contract.scenes import with_invoice
from worker.providers.port import InvoiceSeen, LedgerRecord, Page, PaymentSeen, Resource


def now() -> str:
    return (datetime.now(UTC) - timedelta(seconds=5)).isoformat()


def pay(quickbooks: Ledger, invoice: str, amount: str) -> dict[str, Any]:
    link = {"TxnId": invoice, "TxnType": "Invoice"}
    paid: dict[str, Any] = quickbooks.company.enter(
        "Payment",
        CustomerRef=quickbooks.company.record("Invoice", invoice)["CustomerRef"],
        TotalAmt=float(amount),
        TxnDate="2026-11-02",
        PaymentRefNum="CHK 2207",
        Line=[{"Amount": float(amount), "LinkedTxn": [link]}],
    )
    return paid


def test_accounts_come_with_type_and_number(quickbooks: Ledger) -> None:
    page = quickbooks.books.page(Resource.ACCOUNTS, None, None)

    stock = next(one for one in page.records if one.code == "1300")
    assert stock.data["type"] == "Other Current Asset"
    assert stock.data["subtype"] == "Inventory"
    assert (stock.active, page.position) == (True, None)
    assert quickbooks.books.calls == 1


def test_inactive_accounts_come_as_well(quickbooks: Ledger) -> None:
    quickbooks.company.enter("Account", Id=quickbooks.account("1800"), Active=False)

    page = quickbooks.books.page(Resource.ACCOUNTS, None, None)

    assert [one.code for one in page.records if not one.active] == ["1800"]


def test_a_tax_code_is_the_sum_of_its_rates(quickbooks: Ledger) -> None:
    page = quickbooks.books.page(Resource.TAXES, None, None)

    rates = {one.name: one.data["rate"] for one in page.records}
    assert (rates["State"], rates["County and city"], rates["County"]) == ("8", "8.7", "6.1")
    assert (rates["TAX"], rates["NON"]) == (None, "0")


def test_the_company_says_how_it_works(open_quickbooks: Open) -> None:
    quickbooks = open_quickbooks(closed_until="2026-03-31", multicurrency=True)

    company = quickbooks.books.test()

    assert company.ref == quickbooks.company.id
    assert (company.currency, company.country) == ("USD", "US")
    asked = ("tax", "multicurrency", "closed_until", "custom_numbers")
    assert [company.data[name] for name in asked] == ["manual", True, "2026-03-31", True]


@pytest.mark.parametrize(("country", "tax"), [("US", "manual"), ("GB", "global")])
def test_countries_differ_in_their_tax(open_quickbooks: Open, country: str, tax: str) -> None:
    company = open_quickbooks(country=country).books.test()

    assert (company.country, company.data["tax"]) == (country, tax)


def test_a_voided_payment_is_reversed(quickbooks: Ledger) -> None:
    since, invoice = now(), with_invoice(quickbooks)
    paid = pay(quickbooks, invoice, "238.50")
    quickbooks.company.enter("Payment", "void", Id=paid["Id"])

    page = quickbooks.books.page(Resource.PAYMENTS, since, None)

    assert [one.reversed for one in page.payments] == [True]


def everything(quickbooks: Ledger, resource: Resource, since: str | None) -> list[LedgerRecord]:
    """All pages of one list."""
    found: list[LedgerRecord] = []
    position: str | None = None
    while True:
        page = quickbooks.books.page(resource, since, position)
        found += page.records
        position = page.position
        if position is None:
            return found


@pytest.mark.parametrize(
    ("resource", "kind", "entity"),
    [
        (Resource.CUSTOMERS, Kind.CUSTOMER, "Customer"),
        (Resource.VENDORS, Kind.VENDOR, "Vendor"),
        (Resource.ITEMS, Kind.ITEM, "Item"),
    ],
)
def test_lists_are_read_whole_with_what_is_inactive(
    quickbooks: Ledger, resource: Resource, kind: Kind, entity: str
) -> None:
    held = quickbooks.company.records(entity)
    quickbooks.company.enter(entity, Id=held[0]["Id"], Active=False)

    found = everything(quickbooks, resource, None)

    assert sorted(one.ref for one in found) == sorted(one["Id"] for one in held)
    assert [one.ref for one in found if not one.active] == [held[0]["Id"]]
    assert {one.kind for one in found} == {kind.value}
    assert quickbooks.books.calls == 1


def test_a_list_is_read_page_by_page(quickbooks: Ledger) -> None:
    for number in range(1001):
        quickbooks.company.enter("Vendor", DisplayName=f"Vendor {number:04}")

    found = everything(quickbooks, Resource.VENDORS, None)

    named = {one.name for one in found}
    assert {f"Vendor {number:04}" for number in range(1001)} <= named


def test_a_list_is_read_since_a_moment(quickbooks: Ledger) -> None:
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()

    assert everything(quickbooks, Resource.CUSTOMERS, later) == []


def test_changes_bring_parties_items_and_accounts_in_the_same_call(quickbooks: Ledger) -> None:
    quickbooks.put(a_party())
    since, calls = now(), quickbooks.books.calls
    quickbooks.company.edit(Kind.CUSTOMER, quickbooks.known[(Kind.CUSTOMER, "CUS-1")].ref)

    page = quickbooks.books.page(Resource.PAYMENTS, since, None)

    changed = {one.data.get("phone") for one in page.records if one.kind == "customer"}
    assert "+1 503 555 0100" in changed
    assert {"customer", "item", "account"} <= {one.kind for one in page.records}
    assert (quickbooks.books.calls - calls, page.position) == (1, None)


def test_more_changed_parties_than_one_call_holds_are_all_read(quickbooks: Ledger) -> None:
    since, invoice = now(), with_invoice(quickbooks)
    paid = quickbooks.company.pay(invoice, "38.50")
    for number in range(1100):
        quickbooks.company.enter("Customer", DisplayName=f"Customer {number:04}")

    pages = list(changes(quickbooks, since))

    named = {one.name for page in pages for one in page.records if one.kind == "customer"}
    assert {f"Customer {number:04}" for number in range(1100)} <= named
    assert paid in {one.ref for page in pages for one in page.payments}


def test_what_was_deleted_is_told_though_the_last_look_was_long_ago(quickbooks: Ledger) -> None:
    paid = quickbooks.company.pay(with_invoice(quickbooks), "38.50")
    quickbooks.company.delete_payment(paid)
    long_ago = (datetime.now(UTC) - timedelta(days=90)).isoformat()

    payments, invoices = read(quickbooks, long_ago)

    assert payments[paid].reversed
    assert len(invoices) == len(quickbooks.company.records("Invoice"))


def changes(quickbooks: Ledger, since: str) -> Iterator[Page]:
    """All pages of what changed."""
    position: str | None = None
    while True:
        page = quickbooks.books.page(Resource.PAYMENTS, since, position)
        yield page
        position = page.position
        if position is None:
            return


def read(quickbooks: Ledger, since: str) -> tuple[dict[str, PaymentSeen], dict[str, InvoiceSeen]]:
    """All pages of payments, by ref."""
    pages = list(changes(quickbooks, since))
    payments = {one.ref: one for page in pages for one in page.payments}
    invoices = {one.ref: one for page in pages for one in page.invoices}
    return payments, invoices


def many(quickbooks: Ledger, kind: str, like: dict[str, Any], count: int) -> None:
    """A person enters so many records that changes are cut."""
    for _ in range(count):
        quickbooks.company.enter(kind, **like)


def test_our_own_invoices_do_not_hide_a_deleted_payment(quickbooks: Ledger) -> None:
    since, invoice = now(), with_invoice(quickbooks)
    paid = quickbooks.company.pay(invoice, "238.50")
    quickbooks.company.delete_payment(paid)
    written = quickbooks.company.record("Invoice", invoice)
    line = [one for one in written["Line"] if one["DetailType"] != "SubTotalLineDetail"]
    many(quickbooks, "Invoice", {"CustomerRef": written["CustomerRef"], "Line": line[:1]}, 1000)

    payments, invoices = read(quickbooks, since)

    assert (payments[paid].reversed, len(invoices)) == (True, 1001)


def test_more_payments_than_changes_hold_are_all_read(quickbooks: Ledger) -> None:
    since, invoice = now(), with_invoice(quickbooks)
    customer = quickbooks.company.record("Invoice", invoice)["CustomerRef"]
    many(quickbooks, "Payment", {"CustomerRef": customer, "TotalAmt": 1}, 1100)
    paid = quickbooks.company.pay(invoice, "38.50")

    payments, invoices = read(quickbooks, since)

    assert len(payments) == 1101
    assert (payments[paid].reversed, invoices[invoice].status) == (False, "partially_paid")
