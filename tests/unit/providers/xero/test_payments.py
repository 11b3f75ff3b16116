"""Payments: one invoice, an account that takes them, the marker in front."""

from decimal import Decimal
from typing import Any

import pytest

from schemas.kinds import Kind
from tests.contract.records import a_payment
from tests.unit.providers.xero.lookups import WORLDLY, a_create, a_lookup
from worker.providers.lookup import Cause, Lookup
from worker.providers.refusals import Refusal
from worker.providers.xero.payments import payment


def made(lookup: Lookup | None = None, **fields: object) -> dict[str, Any]:
    document = a_payment(**fields)
    return payment(a_create(Kind.PAYMENT, document), document, lookup or a_lookup())


def test_a_payment_pays_one_invoice() -> None:
    assert made() == {
        "Invoice": {"InvoiceID": "n-1"},
        "Account": {"AccountID": "bank"},
        "Date": "2026-10-05",
        "Amount": Decimal("100.00"),
        "Reference": "[CMMS payment PAY-1] CHK 2207, check",
    }


def test_an_account_with_payments_enabled_takes_them() -> None:
    assert made(account="650")["Account"] == {"AccountID": "a-650"}


def test_any_other_account_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        made(account="877")

    assert refused.value.fault.causes == {Cause("account", "877")}


def test_another_currency_than_the_invoices_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        made(a_lookup(**WORLDLY), currency="GBP")

    assert refused.value.fault.code == "currency_mismatch"


def test_an_invoice_that_is_not_there_yet_is_waited_for() -> None:
    lookup = a_lookup()

    made(lookup, invoice_id="INV-9")

    assert lookup.missing == {Cause(Kind.INVOICE, "INV-9")}


def test_less_than_a_cent_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        made(amount="0.001")

    assert refused.value.fault.code == "value_refused"
