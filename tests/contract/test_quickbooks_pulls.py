"""What the books hold is pulled: accounts, taxes, payments with their invoices, the company."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.contract.ledger import Ledger, Open
from tests.contract.scenes import with_invoice
from worker.providers.port import InvoiceSeen, PaymentSeen, Resource


def now() -> str:
    return (datetime.now(UTC) - timedelta(seconds=5)).isoformat()


def pay(quickbooks: Ledger, invoice: str, amount: str) -> dict[str, Any]:
    link = {"TxnId": invoice, "TxnType": "Invoice"}
    return quickbooks.company.enter(
        "Payment",
        CustomerRef=quickbooks.company.record("Invoice", invoice)["CustomerRef"],
        TotalAmt=float(amount),
        TxnDate="2026-11-02",
        PaymentRefNum="CHK 2207",
        Line=[{"Amount": float(amount), "LinkedTxn": [link]}],
    )


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


def read(quickbooks: Ledger, since: str) -> tuple[dict[str, PaymentSeen], dict[str, InvoiceSeen]]:
    """All pages of payments, by ref."""
    payments: dict[str, PaymentSeen] = {}
    invoices: dict[str, InvoiceSeen] = {}
    position: str | None = None
    while True:
        page = quickbooks.books.page(Resource.PAYMENTS, since, position)
        payments |= {one.ref: one for one in page.payments}
        invoices |= {one.ref: one for one in page.invoices}
        position = page.position
        if position is None:
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
