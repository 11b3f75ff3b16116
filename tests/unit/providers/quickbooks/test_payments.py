"""Payments: what is applied to the invoice, where the money arrives, what is refused."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from schemas.kinds import Kind
from schemas.payment import Payment
from tests.contract.records import a_payment
from tests.unit.providers.quickbooks.lookups import (
    MAPPING,
    REFS,
    a_create,
    a_lookup,
    an_update,
)
from worker.providers.lookup import Cause, Lookup
from worker.providers.quickbooks.payments import payment
from worker.providers.refusals import Refusal

INVOICE = (Kind.INVOICE, "INV-1")


def body_of(document: Payment, lookup: Lookup | None = None) -> dict[str, Any]:
    return payment(a_create(Kind.PAYMENT, document), document, lookup or a_lookup())


def with_open(balance: str | None) -> Lookup:
    known = replace(REFS[INVOICE], balance=None if balance is None else Decimal(balance))
    return a_lookup(refs={**REFS, INVOICE: known})


def applied(body: dict[str, Any]) -> Decimal:
    return sum((line["Amount"] for line in body.get("Line", ())), Decimal(0))


def test_a_payment_says_whose_it_is_and_what_it_pays() -> None:
    body = body_of(a_payment())

    assert body == {
        "CustomerRef": {"value": "58"},
        "TotalAmt": Decimal("100.00"),
        "TxnDate": "2026-10-05",
        "DepositToAccountRef": {"value": "12"},
        "PrivateNote": "Paid by check\n[CMMS payment PAY-1]",
        "PaymentRefNum": "CHK 2207",
        "Line": [
            {"Amount": Decimal("100.00"), "LinkedTxn": [{"TxnId": "145", "TxnType": "Invoice"}]}
        ],
    }


@pytest.mark.parametrize(
    ("balance", "expected"),
    [("238.50", "100"), ("99.99", "99.99"), ("0", "0"), ("-5", "0"), (None, "100")],
)
def test_no_more_is_applied_than_is_open(balance: str | None, expected: str) -> None:
    body = body_of(a_payment(), with_open(balance))

    assert (applied(body), body["TotalAmt"]) == (Decimal(expected), Decimal("100.00"))


@pytest.mark.parametrize(("to", "expected"), [("145", "70"), ("99", "10"), (None, "10")])
def test_what_it_pays_already_counts_as_open(to: str | None, expected: str) -> None:
    work = an_update(Kind.PAYMENT, a_payment(amount="70.00"))
    work = replace(work, applied_to=to, applied=Decimal(60))

    body = payment(work, a_payment(amount="70.00"), with_open("10"))

    assert applied(body) == Decimal(expected)


def test_an_update_says_what_is_gone() -> None:
    document = a_payment(reference=None)

    body = payment(an_update(Kind.PAYMENT, document), document, with_open("0"))

    assert (body["Line"], body["PaymentRefNum"]) == ([], "")


@pytest.mark.parametrize(("account", "ref"), [("1000", "10"), ("1200", "12")])
def test_money_arrives_in_a_bank_or_among_undeposited_funds(account: str, ref: str) -> None:
    assert body_of(a_payment(account=account))["DepositToAccountRef"] == {"value": ref}


@pytest.mark.parametrize("account", ["1300", "4100"])
def test_no_other_account_takes_payments(account: str) -> None:
    lookup = a_lookup({**MAPPING, "payment": account})

    with pytest.raises(Refusal) as refusal:
        body_of(a_payment(), lookup)
    assert refusal.value.fault.causes == {Cause("mapping", "payment")}


def test_everything_missing_is_noted() -> None:
    mapping = {name: code for name, code in MAPPING.items() if name != "payment"}
    lookup = a_lookup(mapping, {})

    body_of(a_payment(), lookup)

    assert lookup.missing == {Cause("invoice", "INV-1"), Cause("mapping", "payment")}


def test_an_invoice_of_nobody_takes_no_payment() -> None:
    refs = {**REFS, INVOICE: replace(REFS[INVOICE], party=None)}

    with pytest.raises(Refusal) as refusal:
        body_of(a_payment(), a_lookup(refs=refs))
    assert refusal.value.fault.code == "not_applied"


def test_the_invoices_currency_counts() -> None:
    with pytest.raises(Refusal) as refusal:
        body_of(a_payment(currency="GBP"), a_lookup(multicurrency=True))
    assert refusal.value.fault.code == "currency_mismatch"


def test_an_amount_of_nothing_is_refused() -> None:
    with pytest.raises(Refusal) as refusal:
        body_of(a_payment(amount="0.004"))
    assert refusal.value.fault.code == "value_refused"
