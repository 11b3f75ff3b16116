"""What payments forbid to do to an invoice or a bill in Xero."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from schemas.kinds import Kind
from worker.providers.port import Cause, Operation, Part
from worker.providers.wire import ready
from worker.providers.xero.covered import barred

LINE: dict[str, Any] = {
    "LineItemID": "l1",
    "Description": "Seal",
    "Quantity": Decimal(2),
    "UnitAmount": Decimal("48.50"),
    "AccountCode": "200",
    "TaxType": "OUTPUT",
}
SENT: dict[str, Any] = {
    "Contact": {"ContactID": "c1"},
    "Date": "2026-09-14",
    "DueDate": "2026-10-14",
    "LineAmountTypes": "Exclusive",
    "LineItems": [LINE],
}
PAID: dict[str, Any] = {
    **SENT,
    "InvoiceNumber": "2026-1042",
    "Date": "/Date(1789344000000+0000)/",
    "AmountPaid": Decimal(40),
    "AmountCredited": Decimal(0),
}


def part(total: str = "97.00", **fields: object) -> Part:
    body = ready({**SENT, **fields})
    update = Part(1, Kind.INVOICE, "INV-1", Operation.UPDATE, "1", body, "i1")
    return replace(update, expected_total=Decimal(total))


def refused(one: Part, **record: object) -> str | None:
    fault = barred(one, {**PAID, **record})
    assert fault is None or fault.causes == {Cause("payments", "INV-1")}
    return None if fault is None else fault.code


@pytest.mark.parametrize(
    ("kind", "code"),
    [(Kind.INVOICE, "invoice_paid"), (Kind.PURCHASE_INVOICE, "bill_paid"), (Kind.EXPENSE, None)],
)
def test_what_has_payments_is_not_taken_out(kind: Kind, code: str | None) -> None:
    removal = replace(part(), kind=kind, operation=Operation.REMOVE)

    assert refused(removal) == code


def test_a_credit_note_is_a_payment_too() -> None:
    removal = replace(part(), operation=Operation.REMOVE)

    assert refused(removal, AmountPaid=Decimal(0), AmountCredited=Decimal(5)) == "invoice_paid"


@pytest.mark.parametrize(
    "fields",
    [
        {"Reference": "PO 8", "DueDate": "2026-12-31", "Contact": {"ContactID": "c2"}},
        {"LineItems": [LINE | {"Description": "Seal kit", "AccountCode": "260"}]},
    ],
)
def test_words_accounts_and_the_due_date_may_change(fields: dict[str, Any]) -> None:
    assert refused(part(**fields)) is None


@pytest.mark.parametrize(
    "fields",
    [
        {"Date": "2026-09-15"},
        {"LineAmountTypes": "NoTax"},
        {"LineItems": [LINE | {"UnitAmount": Decimal(50)}]},
        {"LineItems": [LINE | {"TaxType": "NONE"}]},
        {"LineItems": [LINE, LINE]},
    ],
)
def test_amounts_and_the_day_may_not(fields: dict[str, Any]) -> None:
    assert refused(part(**fields)) == "amounts_paid"


def test_a_total_below_the_payments_is_said_so() -> None:
    fewer = part("39.99", LineItems=[LINE | {"Quantity": Decimal(1)}])

    fault = barred(fewer, PAID)

    assert fault is not None
    assert (fault.code, fault.names["total"], fault.names["paid"]) == (
        "total_below_paid",
        "39.99",
        "40.00",
    )


@pytest.mark.parametrize("state", [{"IsReconciled": True}, {"BatchPaymentID": "b1"}])
@pytest.mark.parametrize("operation", [Operation.REMOVE, Operation.WITHDRAW])
def test_a_payment_that_the_bank_has_seen_stays(
    state: dict[str, object], operation: Operation
) -> None:
    payment = replace(part(), kind=Kind.PAYMENT, operation=operation)

    found = [barred(payment, {"IsReconciled": False} | given) for given in ({}, state)]

    assert [fault and fault.code for fault in found] == [None, "locked_in_books"]


def test_without_payments_nothing_is_forbidden() -> None:
    removal = replace(part(), operation=Operation.REMOVE)

    assert refused(removal, AmountPaid=Decimal(0)) is None
