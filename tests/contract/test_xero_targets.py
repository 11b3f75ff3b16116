"""Records of Xero as they stand before they are changed or taken out: left alone, changed, gone."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from schemas.kinds import Kind
from tests.contract.xero_reading import Reading, a_part, reading
from worker.providers.port import (
    Absent,
    Barred,
    Changed,
    Found,
    Named,
    Operation,
    Ours,
    Removed,
    Untouched,
    Written,
)
from worker.providers.xero.token import Token

REMOVE, UPDATE, WITHDRAW = Operation.REMOVE, Operation.UPDATE, Operation.WITHDRAW


@pytest.fixture
def xero(http: httpx.Client, simulators: dict[str, Any]) -> Reading:
    return reading(http, simulators["xero"])


def standing(xero: Reading, kind: Kind, ref: str) -> Written:
    """A record as our last write left it."""
    found = xero.find(a_part(kind, UPDATE, ref=ref), named=True)
    assert isinstance(found, Named)
    return found.written


def a_payment(xero: Reading) -> str:
    return xero.company.pay(xero.invoice(xero.contact())["InvoiceID"], "40", "[CMMS payment R-1]")


def test_what_nobody_changed_is_untouched(xero: Reading) -> None:
    ref = xero.contact()
    known = standing(xero, Kind.CUSTOMER, ref)
    xero.company.edit_aside(Kind.CUSTOMER, ref)

    found = xero.find(a_part(Kind.CUSTOMER, UPDATE, ref=ref, Name="New"), digest=known.digest)

    assert isinstance(found, Untouched)
    assert found.sync_token != known.sync_token


def test_what_others_changed_is_named(xero: Reading) -> None:
    ref = xero.contact()
    known = standing(xero, Kind.CUSTOMER, ref)
    xero.company.edit(Kind.CUSTOMER, ref)
    phones = [{"PhoneType": "DEFAULT", "PhoneNumber": "1"}]

    found = xero.find(a_part(Kind.CUSTOMER, UPDATE, ref=ref, Phones=phones), digest=known.digest)

    assert isinstance(found, Changed)
    assert found.fields == {"phone": {"cmms": "1", "books": "555 0100"}}


def test_what_stands_as_it_is_to_be_needs_no_call(xero: Reading) -> None:
    ref = xero.contact("Harbor Hotel")

    found = xero.find(a_part(Kind.CUSTOMER, UPDATE, ref=ref, Name="Harbor Hotel"), digest="other")

    assert isinstance(found, Ours)
    assert found.outcome.brought == {"name"}


def test_a_new_name_may_be_taken(xero: Reading) -> None:
    ref, other = xero.contact(), xero.contact("Quayside Inn")

    found = xero.find(a_part(Kind.CUSTOMER, UPDATE, ref=ref, Name="Quayside Inn"))

    assert other in str(found)


def test_a_draft_says_so_to_who_takes_it_out(xero: Reading) -> None:
    made = xero.invoice(xero.contact(), Status="DRAFT")

    found = xero.find(a_part(Kind.INVOICE, REMOVE, ref=made["InvoiceID"]))

    assert isinstance(found, Untouched)
    assert Token.parse(found.sync_token).is_draft


@pytest.mark.parametrize("kind", [Kind.INVOICE, Kind.PURCHASE_INVOICE])
def test_what_is_paid_is_not_taken_out(xero: Reading, kind: Kind) -> None:
    contact = xero.contact()
    made = (xero.invoice if kind is Kind.INVOICE else xero.bill)(contact)
    xero.company.pay(made["InvoiceID"], "10")

    found = xero.find(a_part(kind, REMOVE, ref=made["InvoiceID"]))

    assert isinstance(found, Barred)
    assert found.standing is not None
    assert found.standing.status == "partially_paid"


def test_what_is_voided_is_taken_out_already(xero: Reading) -> None:
    ref = xero.invoice(xero.contact())["InvoiceID"]
    xero.company.void_invoice(ref)

    found = xero.find(a_part(Kind.INVOICE, REMOVE, ref=ref))

    assert isinstance(found, Ours)
    assert isinstance(found.outcome, Removed)


def test_what_is_voided_cannot_be_changed(xero: Reading) -> None:
    ref = xero.invoice(xero.contact())["InvoiceID"]
    xero.company.void_invoice(ref)

    assert xero.find(a_part(Kind.INVOICE, UPDATE, ref=ref, DueDate="2026-12-24")) == Absent()


def test_an_archived_contact_is_out_already(xero: Reading) -> None:
    ref = xero.contact()
    xero.company.archive(Kind.VENDOR, ref)

    found = xero.find(a_part(Kind.VENDOR, REMOVE, ref=ref))

    assert isinstance(found, Ours)
    assert isinstance(found.outcome, Removed)


@pytest.mark.parametrize("kind", list(Kind))
def test_what_is_not_there_needs_no_removal(xero: Reading, kind: Kind) -> None:
    ref = str(uuid4())

    assert xero.find(a_part(kind, REMOVE, ref=ref)) == Ours(Removed(ref))
    assert xero.find(a_part(kind, UPDATE, ref=ref)) == Absent()


def test_an_id_that_is_none_is_not_asked_for(xero: Reading) -> None:
    found = xero.find(a_part(Kind.CUSTOMER, UPDATE, ref="58,59"), named=True)

    assert (found, xero.books.calls) == (Absent(), 0)


def withdrawn(xero: Reading, ref: str, amount: str) -> Found:
    """What a new version of a payment finds, that was 40 as we left it."""
    invoice = xero.company.record("Payment", ref)["Invoice"]["InvoiceID"]
    body: dict[str, object] = {"Invoice": {"InvoiceID": invoice}, "Amount": amount}
    digest = standing(xero, Kind.PAYMENT, ref).digest
    return xero.find(a_part(Kind.PAYMENT, WITHDRAW, ref=ref, body=body), digest=digest)


def test_a_payment_is_taken_out_to_be_changed(xero: Reading) -> None:
    ref = a_payment(xero)

    assert isinstance(withdrawn(xero, ref, "50"), Untouched)


def test_a_payment_that_is_as_wanted_stays(xero: Reading) -> None:
    ref = a_payment(xero)

    found = withdrawn(xero, ref, "40")

    assert isinstance(found, Ours)
    assert isinstance(found.outcome, Written)


def test_a_payment_that_is_out_is_made_anew(xero: Reading) -> None:
    ref = a_payment(xero)
    xero.company.delete_payment(ref)

    found = withdrawn(xero, ref, "50")

    assert isinstance(found, Ours)
    assert isinstance(found.outcome, Removed)


def test_a_payment_that_the_bank_has_seen_stays(xero: Reading) -> None:
    ref = a_payment(xero)
    xero.company.deposit(ref)

    found = withdrawn(xero, ref, "50")

    assert isinstance(found, Barred)
    assert (found.fault.code, found.standing) == ("locked_in_books", None)
