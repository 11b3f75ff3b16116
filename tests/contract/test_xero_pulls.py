"""What is pulled of an organisation in Xero, and how many calls that takes."""

from decimal import Decimal
from itertools import pairwise
from typing import Any

import httpx
import pytest

from schemas.kinds import Kind
from tests.contract.xero_reading import Reading, after, before, reading
from worker.errors import Misuse
from worker.providers.port import Merged, Resource

LISTS = (Resource.ACCOUNTS, Resource.TAXES, Resource.ITEMS, Resource.CUSTOMERS)
CHANGES = (Resource.PAYMENTS, Resource.DOCUMENTS)


@pytest.fixture
def xero(http: httpx.Client, simulators: dict[str, Any]) -> Reading:
    return reading(http, simulators["xero"])


@pytest.fixture(scope="module")
def busy(http: httpx.Client, simulators: dict[str, Any]) -> Reading:
    """500 open invoices, of which 37 were paid in part."""
    xero = reading(http, simulators["xero"])
    contact = xero.contact()
    invoices = [xero.invoice(contact)["InvoiceID"] for _ in range(500)]
    for paid in invoices[:37]:
        xero.company.pay(paid, "40")
    return xero


@pytest.mark.parametrize("resource", [*LISTS, *CHANGES])
def test_an_idle_pull_takes_one_call(busy: Reading, resource: Resource) -> None:
    assert busy.calls(resource, after()) == 1


def test_37_payments_on_500_invoices_take_two_calls(busy: Reading) -> None:
    calls = busy.books.calls

    [page] = busy.pages(Resource.PAYMENTS, before())

    assert busy.books.calls - calls == 2
    assert (len(page.payments), len(page.invoices)) == (37, 37)
    assert {(one.status, one.balance) for one in page.invoices} == {("partially_paid", Decimal(68))}


def test_all_documents_come_on_one_page(busy: Reading) -> None:
    [page] = busy.pages(Resource.DOCUMENTS)

    assert (len(page.invoices), len(page.bills)) == (500, 0)


def test_accounts_and_tax_rates_fit_the_contract(xero: Reading) -> None:
    [accounts], [taxes] = xero.pages(Resource.ACCOUNTS), xero.pages(Resource.TAXES)

    sales = next(one for one in accounts.records if one.code == "200")
    assert (sales.data["type"], sales.data["classification"]) == ("REVENUE", "Revenue")
    rate = next(one for one in taxes.records if one.name == "TAX")
    assert (rate.kind, rate.data["rate"]) == ("tax_code", "8")


def test_a_contact_is_told_as_customer_and_as_vendor(xero: Reading) -> None:
    ref = xero.contact()
    xero.bill(ref)

    [page] = xero.pages(Resource.CUSTOMERS)

    told = {one.kind: one.data.get("unused") for one in page.records if one.ref == ref}
    assert told == {Kind.CUSTOMER: True, Kind.VENDOR: None}


def test_archived_contacts_come_as_well(xero: Reading) -> None:
    ref = xero.contact()
    xero.company.archive(Kind.CUSTOMER, ref)

    [page] = xero.pages(Resource.VENDORS, before())

    assert {one.active for one in page.records if one.ref == ref} == {False}


def test_merged_contacts_say_who_is_left(xero: Reading) -> None:
    refs = [xero.contact(name) for name in ("Harbor", "Harbor Inn", "Harbor Hotel")]
    for gone, kept in pairwise(refs):
        xero.company.merge(gone, kept)

    [page] = xero.pages(Resource.CUSTOMERS)

    customers = {one for one in page.merged if one.kind is Kind.CUSTOMER}
    assert customers == {Merged(Kind.CUSTOMER, gone, refs[2]) for gone in refs[:2]}
    assert len(page.merged) == 4


def test_what_is_paid_of_a_bill_is_told_by_the_bill(xero: Reading) -> None:
    bill = xero.bill(xero.contact())["InvoiceID"]
    xero.company.pay_bill(bill, "20")

    [page] = xero.pages(Resource.PAYMENTS, before())

    assert (page.payments, page.invoices) == ((), ())
    assert [(one.ref, one.status) for one in page.bills] == [(bill, "partially_paid")]


def test_a_deleted_payment_is_reversed_and_its_invoice_open(xero: Reading) -> None:
    invoice = xero.invoice(xero.contact())["InvoiceID"]
    xero.company.delete_payment(xero.company.pay(invoice, "108"))

    [page] = xero.pages(Resource.PAYMENTS, before())

    assert [(one.reversed, one.applied) for one in page.payments] == [(True, {})]
    assert [one.status for one in page.invoices] == ["open"]


def test_a_voided_invoice_is_told_with_the_documents(xero: Reading) -> None:
    invoice = xero.invoice(xero.contact())["InvoiceID"]
    xero.company.void_invoice(invoice)

    [page] = xero.pages(Resource.DOCUMENTS, before())

    assert [(one.ref, one.status) for one in page.invoices] == [(invoice, "voided")]


def test_a_long_list_is_read_page_by_page(xero: Reading) -> None:
    contact = xero.contact()
    refs = [xero.invoice(contact)["InvoiceID"] for _ in range(210)]
    for ref in refs:
        xero.company.pay(ref, "1")

    pages = list(xero.pages(Resource.PAYMENTS, before()))

    assert len(pages) > 1
    assert {ref for page in pages for one in page.payments for ref in one.applied} == set(refs)


def test_the_organisation_says_how_it_works(http: httpx.Client, simulators: dict[str, Any]) -> None:
    xero = reading(http, simulators["xero"], closed_until="2026-03-31", multicurrency=True)

    company = xero.books.test()

    assert (company.ref, company.currency, company.environment) == (
        xero.company.id,
        "USD",
        "sandbox",
    )
    assert company.data["closed_until"] == "2026-03-31"
    assert company.data["multicurrency"] is True
    assert xero.books.calls == 2


def test_the_clock_asks_for_lock_dates_in_one_call(xero: Reading) -> None:
    known = xero.books.test()
    xero.company.close("2026-06-30")

    company = xero.books.preferences({**known.data, "name": known.name})

    assert company.data == dict(known.data) | {"closed_until": "2026-06-30"}
    assert xero.books.calls == 3


def test_a_connection_has_no_pages(xero: Reading) -> None:
    with pytest.raises(Misuse):
        xero.books.page(Resource.CONNECTION, None, None)
