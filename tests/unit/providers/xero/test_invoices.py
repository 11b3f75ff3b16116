"""Sales invoices and bills: header, status, marker, money, and what has no field of its own."""

from decimal import Decimal
from typing import Any

import pytest

from schemas.kinds import Kind
from tests.contract.records import a_bill, an_invoice
from tests.unit.providers.xero.lookups import WORLDLY, a_create, a_lookup, an_update
from worker.policies import ClosedPeriod, InvoiceStatus, Numbering, Policies
from worker.providers.lookup import Lookup
from worker.providers.refusals import Refusal
from worker.providers.xero.invoices import bill, invoice


def sold(lookup: Lookup | None = None, **fields: object) -> dict[str, Any]:
    document = an_invoice(**fields)
    return invoice(a_create(Kind.INVOICE, document), document, lookup or a_lookup())


def bought(lookup: Lookup | None = None, **fields: object) -> dict[str, Any]:
    document = a_bill(**fields)
    return bill(a_create(Kind.PURCHASE_INVOICE, document), document, lookup or a_lookup())


def header(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != "LineItems"}


def test_a_sales_invoice_is_approved_and_names_its_record() -> None:
    assert header(sold(reference="PO 7")) == {
        "Type": "ACCREC",
        "Contact": {"ContactID": "c-1"},
        "Date": "2026-10-01",
        "DueDate": "2026-10-31",
        "Reference": "PO 7, Work order WO-1042 [CMMS invoice INV-1]",
        "LineAmountTypes": "Exclusive",
        "Status": "AUTHORISED",
        "InvoiceNumber": "2026-1042",
    }


def test_a_bill_has_its_vendors_number() -> None:
    assert header(bought()) == {
        "Type": "ACCPAY",
        "Contact": {"ContactID": "v-1"},
        "Date": "2026-10-01",
        "DueDate": "2026-10-31",
        "Reference": "Purchase order PO-377 [CMMS purchase_invoice BILL-1]",
        "LineAmountTypes": "NoTax",
        "Status": "AUTHORISED",
        "InvoiceNumber": "INV-77120",
    }


def test_drafts_are_a_setting_of_sales_invoices_alone() -> None:
    lookup = a_lookup(policies=Policies(invoice_status=InvoiceStatus.DRAFT))

    assert sold(lookup)["Status"] == "DRAFT"
    assert bought(lookup)["Status"] == "AUTHORISED"


def test_an_update_leaves_approval_to_the_books() -> None:
    sale, owed, lookup = an_invoice(), a_bill(), a_lookup()

    assert "Status" not in invoice(an_update(Kind.INVOICE, sale), sale, lookup)
    assert "Status" not in bill(an_update(Kind.PURCHASE_INVOICE, owed), owed, lookup)


def test_what_is_due_at_no_day_is_due_at_its_own() -> None:
    assert sold(due_date=None)["DueDate"] == "2026-10-01"


def test_books_that_number_get_the_cmmss_number_as_reference() -> None:
    body = sold(a_lookup(policies=Policies(numbering=Numbering.BOOKS)))

    assert "InvoiceNumber" not in body
    assert "Invoice 2026-1042" in body["Reference"]


def test_a_memo_is_a_line_of_words_at_the_end() -> None:
    lines = sold(memo="Thank you.")["LineItems"]

    assert lines[-1] == {"Description": "Thank you."}
    assert len(lines) == 3


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [("tax_exclusive", "Exclusive"), ("tax_inclusive", "Inclusive"), ("no_tax", "NoTax")],
)
def test_how_amounts_are_meant_is_said(amounts: str, expected: str) -> None:
    assert sold(amounts=amounts)["LineAmountTypes"] == expected


def test_untaxed_documents_name_no_rates() -> None:
    assert not any("TaxType" in line for line in bought()["LineItems"])


def test_another_currency_has_units_for_one_at_home() -> None:
    body = sold(a_lookup(**WORLDLY), currency="GBP", exchange_rate="1.25")

    assert (body["CurrencyCode"], body["CurrencyRate"]) == ("GBP", Decimal("0.800000"))


def test_no_rate_is_sent_for_the_books_own_currency() -> None:
    body = sold(a_lookup(**WORLDLY), exchange_rate="1.25")

    assert body["CurrencyCode"] == "USD"
    assert "CurrencyRate" not in body


def test_a_currency_that_is_not_subscribed_to_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        sold(currency="GBP")

    assert refused.value.fault.code == "currency_not_enabled"


@pytest.mark.parametrize(
    ("template", "shown"),
    [
        ("https://cmms.example/{kind}/{id}", "https://cmms.example/invoice/INV-1"),
        ("https://xero.example/{id}", None),
        ("", None),
    ],
)
def test_the_records_address_is_linked_where_xero_takes_it(
    template: str, shown: str | None
) -> None:
    assert sold(a_lookup(policies=Policies(record_url=template))).get("Url") == shown


def test_a_document_of_a_closed_period_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        sold(a_lookup(closed_until="2026-10-01"))

    assert refused.value.fault.code == "period_closed"


def test_a_document_that_is_shifted_says_so() -> None:
    lookup = a_lookup(
        policies=Policies(closed_period=ClosedPeriod.SHIFT), closed_until="2026-10-31"
    )

    body = sold(lookup)

    assert (body["Date"], body["DueDate"]) == ("2026-11-01", "2026-11-01")
    assert "Dated 2026-10-01 in the CMMS" in body["LineItems"][-1]["Description"]
