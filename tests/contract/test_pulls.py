"""What the books hold is pulled: accounts, taxes, payments with their invoices, the company."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.contract.ledger import Ledger, Open
from tests.contract.records import a_party, a_stock_item, an_invoice, an_item
from worker.errors import Misuse
from worker.providers.port import PaymentSeen, Resource


def now() -> str:
    return (datetime.now(UTC) - timedelta(seconds=5)).isoformat()


def with_invoice(ledger: Ledger) -> str:
    """The ref of an invoice of 238.50."""
    for document in (a_party(), an_item(), a_stock_item()):
        ledger.put(document)
    return ledger.put(an_invoice()).ref


def pay(ledger: Ledger, invoice: str, amount: str) -> dict[str, Any]:
    link = {"TxnId": invoice, "TxnType": "Invoice"}
    return ledger.company.enter(
        "Payment",
        CustomerRef=ledger.company.record("Invoice", invoice)["CustomerRef"],
        TotalAmt=float(amount),
        TxnDate="2026-11-02",
        PaymentRefNum="CHK 2207",
        Line=[{"Amount": float(amount), "LinkedTxn": [link]}],
    )


def test_accounts_come_with_type_and_number(ledger: Ledger) -> None:
    page = ledger.books.page(Resource.ACCOUNTS, None, None)

    stock = next(one for one in page.records if one.code == "1300")
    assert stock.data["type"] == "Other Current Asset"
    assert stock.data["subtype"] == "Inventory"
    assert (stock.active, page.position) == (True, None)
    assert ledger.books.calls == 1


def test_inactive_accounts_come_as_well(ledger: Ledger) -> None:
    ledger.company.enter("Account", Id=ledger.account("1800"), Active=False)

    page = ledger.books.page(Resource.ACCOUNTS, None, None)

    assert [one.code for one in page.records if not one.active] == ["1800"]


def test_a_tax_code_is_the_sum_of_its_rates(ledger: Ledger) -> None:
    page = ledger.books.page(Resource.TAXES, None, None)

    rates = {one.name: one.data["rate"] for one in page.records}
    assert (rates["State"], rates["County and city"], rates["County"]) == ("8", "8.7", "6.1")
    assert (rates["TAX"], rates["NON"]) == (None, "0")


def test_the_company_says_how_it_works(open_ledger: Open) -> None:
    ledger = open_ledger(closed_until="2026-03-31", multicurrency=True)

    company = ledger.books.test()

    assert company.ref == ledger.company.id
    assert (company.currency, company.country) == ("USD", "US")
    asked = ("tax", "multicurrency", "closed_until", "custom_numbers")
    assert [company.data[name] for name in asked] == ["manual", True, "2026-03-31", True]


@pytest.mark.parametrize(("country", "tax"), [("US", "manual"), ("GB", "global")])
def test_countries_differ_in_their_tax(open_ledger: Open, country: str, tax: str) -> None:
    company = open_ledger(country=country).books.test()

    assert (company.country, company.data["tax"]) == (country, tax)


def test_a_partial_payment_shows_on_its_invoice(ledger: Ledger) -> None:
    since, invoice = now(), with_invoice(ledger)
    paid = pay(ledger, invoice, "100.10")

    before = ledger.books.calls
    page = ledger.books.page(Resource.PAYMENTS, since, None)

    payment = next(one for one in page.payments if one.ref == paid["Id"])
    assert payment.applied == {invoice: Decimal("100.1")}
    assert (payment.amount, payment.currency, payment.reference) == (
        Decimal("100.1"),
        "USD",
        "CHK 2207",
    )
    seen = next(one for one in page.invoices if one.ref == invoice)
    assert (seen.balance, seen.status) == (Decimal("138.4"), "partially_paid")
    assert ledger.books.calls - before == 1


def test_a_full_payment_pays_the_invoice(ledger: Ledger) -> None:
    since, invoice = now(), with_invoice(ledger)
    pay(ledger, invoice, "238.50")

    page = ledger.books.page(Resource.PAYMENTS, since, None)

    assert [one.status for one in page.invoices] == ["paid"]


def test_a_deleted_payment_is_reversed(ledger: Ledger) -> None:
    since, invoice = now(), with_invoice(ledger)
    paid = pay(ledger, invoice, "238.50")
    ledger.company.enter("Payment", "delete", Id=paid["Id"])

    page = ledger.books.page(Resource.PAYMENTS, since, None)

    assert [(one.ref, one.reversed, one.applied) for one in page.payments] == [
        (paid["Id"], True, {})
    ]
    assert [one.status for one in page.invoices] == ["open"]


def test_a_voided_payment_is_reversed(ledger: Ledger) -> None:
    since, invoice = now(), with_invoice(ledger)
    paid = pay(ledger, invoice, "238.50")
    ledger.company.enter("Payment", "void", Id=paid["Id"])

    page = ledger.books.page(Resource.PAYMENTS, since, None)

    assert [one.reversed for one in page.payments] == [True]


def test_a_voided_invoice_is_not_called_paid(ledger: Ledger) -> None:
    since, invoice = now(), with_invoice(ledger)
    ledger.company.enter("Invoice", "void", Id=invoice)

    page = ledger.books.page(Resource.PAYMENTS, since, None)

    assert [one.status for one in page.invoices] == ["voided"]


@pytest.mark.parametrize("cursor", [None, "2026-01-01T00:00:00+00:00"])
def test_what_is_too_old_for_changes_is_queried(ledger: Ledger, cursor: str | None) -> None:
    invoice = with_invoice(ledger)
    pay(ledger, invoice, "38.50")

    pages = [ledger.books.page(Resource.PAYMENTS, cursor, None)]
    while position := pages[-1].position:
        pages.append(ledger.books.page(Resource.PAYMENTS, cursor, position))

    payments: list[PaymentSeen] = [one for page in pages for one in page.payments]
    assert [one.applied for one in payments] == [{invoice: Decimal("38.5")}]
    assert {one.balance for page in pages for one in page.invoices} == {Decimal(200)}


@pytest.mark.parametrize("resource", [Resource.CUSTOMERS, Resource.VENDORS, Resource.ITEMS])
def test_other_lists_are_declined_by_code(ledger: Ledger, resource: Resource) -> None:
    with pytest.raises(Misuse) as error:
        ledger.books.page(resource, None, None)
    assert error.value.code == "sync_not_supported"
