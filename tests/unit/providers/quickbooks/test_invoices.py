"""Invoices: header, lines, texts, what is refused before it is sent."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from schemas.invoice import Invoice
from schemas.kinds import Kind
from tests.contract.records import an_invoice
from tests.unit.providers.quickbooks.lookups import (
    MAPPING,
    REFS,
    a_create,
    a_lookup,
    an_update,
)
from worker.policies import ClosedPeriod, Numbering, Policies
from worker.providers.lookup import Cause, Lookup, Target
from worker.providers.port import Work
from worker.providers.quickbooks.invoices import invoice
from worker.providers.refusals import Refusal


def body_of(work: Work, lookup: Lookup | None = None) -> dict[str, Any]:
    assert isinstance(work.document, Invoice)
    return invoice(work, work.document, lookup or a_lookup())


def created(**fields: object) -> dict[str, Any]:
    return body_of(a_create(Kind.INVOICE, an_invoice(**fields)))


def lines(*given: Mapping[str, object], **fields: object) -> list[dict[str, Any]]:
    return list(created(lines=list(given), total=None, **fields)["Line"])


def test_the_header_names_customer_number_and_dates() -> None:
    body = created()

    assert body["CustomerRef"] == {"value": "58"}
    assert [body[name] for name in ("DocNumber", "TxnDate", "DueDate")] == [
        "2026-1042",
        "2026-10-01",
        "2026-10-31",
    ]


def test_a_line_is_quantity_times_price() -> None:
    first = created()["Line"][0]

    assert first == {
        "Description": "Replace pump seal",
        "Amount": Decimal("190.00"),
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": {
            "ItemRef": {"value": "7"},
            "Qty": Decimal(2),
            "UnitPrice": Decimal(95),
            "TaxCodeRef": {"value": "NON"},
        },
    }


def test_a_discount_is_in_the_price_and_in_words() -> None:
    line = {
        "description": "Seals",
        "item_id": "ITM-2",
        "quantity": "4",
        "unit_price": "73.76",
        "discount_percent": "5.0",
    }

    (sent,) = lines(line)

    assert sent["Amount"] == Decimal("280.29")
    assert sent["SalesItemLineDetail"]["UnitPrice"] == Decimal("70.0725")
    assert sent["Description"] == "Seals (list price 73.76, less 5 %)"


def test_a_line_without_item_sells_ours() -> None:
    (sent,) = lines({"description": "Travel", "amount": "35.00"})

    assert sent["SalesItemLineDetail"]["ItemRef"] == {"value": "20"}


@pytest.mark.parametrize(
    ("named", "mapped", "cause"),
    [("6100", "4100", Cause("account", "6100")), (None, "6100", Cause("mapping", "sales"))],
)
def test_a_line_without_item_needs_an_income_account(
    named: str | None, mapped: str, cause: Cause
) -> None:
    line = {"description": "Travel", "amount": "35.00", "account": named}
    work = a_create(Kind.INVOICE, an_invoice(lines=[line], total=None))

    with pytest.raises(Refusal) as refusal:
        body_of(work, a_lookup(MAPPING | {"sales": mapped}))

    fault = refusal.value.fault
    assert (fault.code, fault.causes) == ("account_type_wrong", frozenset({cause}))
    assert fault.names["account"] == "Account 6100"


def test_a_line_that_costs_nothing_is_text() -> None:
    sent = lines(
        {"description": "As agreed by telephone", "amount": "0"},
        {"description": "Travel", "amount": "35.00"},
    )

    assert sent[0] == {"DetailType": "DescriptionOnly", "Description": "As agreed by telephone"}


def test_a_credit_line_is_negative() -> None:
    sent = lines(
        {"item_id": "ITM-1", "unit_price": "95.00"},
        {"item_id": "ITM-1", "quantity": "0.5", "unit_price": "-95.00"},
    )

    assert sent[1]["Amount"] == Decimal("-47.50")


def test_a_service_date_goes_with_its_line() -> None:
    (sent,) = lines({"item_id": "ITM-1", "unit_price": "1", "service_date": "2026-09-30"})

    assert sent["SalesItemLineDetail"]["ServiceDate"] == "2026-09-30"


def test_what_the_price_cannot_say_is_a_line() -> None:
    line = {"item_id": "ITM-2", "quantity": "30000", "unit_price": "0.33333", "amount": "9999.90"}
    discounted = line | {"discount_percent": "33.333", "amount": "6666.63"}

    most, last = lines(discounted)

    assert most["Amount"] + last["Amount"] == Decimal("6666.63")
    items = [row["SalesItemLineDetail"]["ItemRef"]["value"] for row in (most, last)]
    assert items == ["19", "19"]


def test_the_customer_reads_reference_and_memo() -> None:
    body = created(memo="Thank you.", reference="PO 10553", billing_email="ap@harbor.example")

    assert body["CustomerMemo"] == {"value": "Your reference: PO 10553\nThank you."}
    assert body["BillEmail"] == {"Address": "ap@harbor.example"}
    assert body["PrivateNote"] == "Work order WO-1042\n[CMMS invoice INV-1]"


def test_a_long_memo_is_whole_in_the_note() -> None:
    body = created(memo="m" * 1500)

    assert len(body["CustomerMemo"]["value"]) == 1000
    assert "m" * 1500 in body["PrivateNote"]


def test_an_update_blanks_a_former_memo() -> None:
    body = body_of(an_update(Kind.INVOICE, an_invoice()))

    assert body["CustomerMemo"] == {"value": " "}
    assert "CustomerMemo" not in created()


def test_an_update_takes_back_the_email() -> None:
    body = body_of(an_update(Kind.INVOICE, an_invoice()))

    assert body["BillEmail"] == {}
    assert "BillEmail" not in created()


def test_the_books_own_currency_has_no_rate() -> None:
    document = an_invoice(exchange_rate="1.0842")

    body = body_of(a_create(Kind.INVOICE, document), a_lookup(multicurrency=True))

    assert body["CurrencyRef"] == {"value": "USD"}
    assert "ExchangeRate" not in body


def test_a_number_that_is_too_long_keeps_its_end_and_is_whole_in_the_note() -> None:
    body = created(number="2026-10-01/CENTRAL/1042")

    assert body["DocNumber"] == "449957-1/CENTRAL/1042"
    assert "Invoice 2026-10-01/CENTRAL/1042 in the CMMS" in body["PrivateNote"]


@pytest.mark.parametrize("numbering", Numbering)
def test_books_that_number_get_no_number(numbering: Numbering) -> None:
    lookup = a_lookup(custom_numbers=numbering is Numbering.BOOKS)
    lookup.chart.policies = Policies(numbering=numbering)

    body = body_of(a_create(Kind.INVOICE, an_invoice()), lookup)

    assert "DocNumber" not in body
    assert "Invoice 2026-1042 in the CMMS" in body["PrivateNote"]


def test_an_address_that_the_books_refuse_is_in_the_note() -> None:
    body = created(billing_email="ap at harbor")

    assert "BillEmail" not in body
    assert "Billing e-mail in the CMMS: ap at harbor" in body["PrivateNote"]


def test_a_shifted_invoice_says_so_and_is_not_due_before_its_day() -> None:
    lookup = a_lookup(closed_until="2026-11-15")
    lookup.chart.policies = Policies(closed_period=ClosedPeriod.SHIFT)

    body = body_of(a_create(Kind.INVOICE, an_invoice()), lookup)

    assert (body["TxnDate"], body["DueDate"]) == ("2026-11-16", "2026-11-16")
    assert "Dated 2026-10-01 in the CMMS" in body["PrivateNote"]


def test_another_currency_needs_several() -> None:
    with pytest.raises(Refusal) as refusal:
        created(currency="EUR")
    assert refusal.value.fault.code == "currency_not_enabled"


def test_a_currency_goes_with_its_rate() -> None:
    refs = REFS | {(Kind.CUSTOMER, "CUS-1"): Target("58", currency="EUR")}
    document = an_invoice(currency="EUR", exchange_rate="1.0842")

    body = body_of(a_create(Kind.INVOICE, document), a_lookup(refs=refs, multicurrency=True))

    assert (body["CurrencyRef"], body["ExchangeRate"]) == ({"value": "EUR"}, Decimal("1.0842"))


def test_the_customers_currency_counts() -> None:
    refs = REFS | {(Kind.CUSTOMER, "CUS-1"): Target("58", currency="GBP")}

    with pytest.raises(Refusal) as refusal:
        body_of(a_create(Kind.INVOICE, an_invoice()), a_lookup(refs=refs, multicurrency=True))
    assert refusal.value.fault.code == "currency_mismatch"


def test_everything_missing_is_noted() -> None:
    mapping = {name: code for name, code in MAPPING.items() if name != "sales"}
    lookup = a_lookup(mapping, {})
    given = [{"item_id": "ITM-1", "unit_price": "1"}, {"description": "Travel", "amount": "35"}]

    body_of(a_create(Kind.INVOICE, an_invoice(lines=given, total=None)), lookup)

    assert lookup.missing == {
        Cause("customer", "CUS-1"),
        Cause("item", "ITM-1"),
        Cause("mapping", "sales"),
    }
