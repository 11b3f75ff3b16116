"""Stale records and taken names: the books tell who did what before anything is sent again."""

import pytest

from tests.contract.ledger import Ledger
from tests.contract.records import (
    a_party,
    a_stock_item,
    a_vendor,
    an_expense,
    an_invoice,
    an_item,
)
from worker.providers.port import (
    Absent,
    Changed,
    Clash,
    Operation,
    Record,
    Refused,
    Removed,
    Stale,
    Stranger,
    Untouched,
)


def with_invoice(ledger: Ledger) -> Ledger:
    for document in (a_party(), an_item(), a_stock_item(), an_invoice()):
        ledger.put(document)
    return ledger


def test_a_stale_token_is_told_apart(ledger: Ledger) -> None:
    written = ledger.put(a_party())
    ledger.company.enter("Customer", Id=written.ref, PreferredDeliveryMethod="Email")

    outcome = ledger.push(a_party(phone="+1 503 555 0199"))

    assert isinstance(outcome, Stale)


def test_fields_that_we_do_not_map_are_no_conflict(ledger: Ledger) -> None:
    written = ledger.put(a_party())
    entered = ledger.company.enter("Customer", Id=written.ref, PreferredDeliveryMethod="Email")
    part = ledger.prepared(a_party(phone="+1 503 555 0199")).parts[0]

    found = ledger.look(part)

    assert found == Untouched(entered["SyncToken"])


def test_a_mapped_field_that_others_changed_is_named(ledger: Ledger) -> None:
    written = ledger.put(a_party())
    ledger.company.enter("Customer", Id=written.ref, PrimaryPhone={"FreeFormNumber": "1"})
    part = ledger.prepared(a_party(phone="2")).parts[0]

    found = ledger.look(part)

    assert isinstance(found, Changed)
    assert found.fields == {"phone": {"cmms": "2", "books": "1"}}


def test_a_payment_makes_no_conflict(ledger: Ledger) -> None:
    with_invoice(ledger)
    invoice = ledger.company.records("Invoice")[0]
    link = {"TxnId": invoice["Id"], "TxnType": "Invoice"}
    ledger.company.enter(
        "Payment",
        CustomerRef=invoice["CustomerRef"],
        TotalAmt=10,
        Line=[{"Amount": 10, "LinkedTxn": [link]}],
    )

    found = ledger.look(ledger.prepared(an_invoice(memo="Second version")).parts[0])

    assert isinstance(found, Untouched)


def test_a_customer_with_the_name_can_be_adopted(ledger: Ledger) -> None:
    stranger = ledger.company.enter("Customer", DisplayName="HARBOR HOTEL GROUP ")
    submission = ledger.prepared(a_party())
    outcome = ledger.books.send(submission).outcomes["1"]

    found = ledger.look(submission.parts[0])

    assert isinstance(outcome, Clash)
    assert isinstance(found, Stranger)
    assert (found.ref, found.same_kind, found.exact, found.marked) == (
        stranger["Id"],
        True,
        True,
        False,
    )


def test_another_address_speaks_against_adoption(ledger: Ledger) -> None:
    mail = {"Address": "other@harbor.example"}
    ledger.company.enter("Customer", DisplayName="Harbor Hotel Group", PrimaryEmailAddr=mail)

    found = ledger.look(ledger.prepared(a_party()).parts[0])

    assert isinstance(found, Stranger)
    assert not found.exact


@pytest.mark.parametrize(
    ("kind", "document"),
    [("Vendor", a_party()), ("Customer", a_vendor()), ("Employee", a_vendor())],
)
def test_the_name_space_is_shared(ledger: Ledger, kind: str, document: Record) -> None:
    name = document.name  # type: ignore[union-attr]
    ledger.company.enter(kind, DisplayName=name, GivenName=name)
    submission = ledger.prepared(document)
    outcome = ledger.books.send(submission).outcomes["1"]

    found = ledger.look(submission.parts[0])

    assert isinstance(outcome, Clash)
    assert isinstance(found, Stranger)
    assert (found.kind, found.same_kind) == (kind.lower(), False)


def test_a_suffix_makes_the_name_free(ledger: Ledger) -> None:
    ledger.company.enter("Customer", DisplayName="Northside Bearings")
    plan = ledger.plan(ledger.work(a_vendor(), alias=" (V)"))

    submission = ledger.submit(plan.requests[0])
    ledger.remember(submission, ledger.books.send(submission))

    vendors = [held["DisplayName"] for held in ledger.company.records("Vendor")]
    assert "Northside Bearings (V)" in vendors


@pytest.mark.parametrize(
    "name", ["Łukasz Przykładny", "O’Brien – Söhne", "D'Arcy \\ Sons", "100% Café", "株式会社"]
)
def test_any_name_can_be_looked_up(ledger: Ledger, name: str) -> None:
    ledger.company.enter("Customer", DisplayName=name)

    found = ledger.look(ledger.prepared(a_party(name=name)).parts[0])

    assert isinstance(found, Stranger)
    assert found.name == name


def test_a_record_of_another_cmms_record_is_marked(ledger: Ledger) -> None:
    ledger.put(a_party(id="CUS-9"))
    submission = ledger.prepared(a_party())
    outcome = ledger.books.send(submission).outcomes["1"]

    found = ledger.look(submission.parts[0])

    assert isinstance(outcome, Clash)
    assert isinstance(found, Stranger)
    assert found.marked


def test_a_renamed_record_meets_who_has_the_name(ledger: Ledger) -> None:
    ledger.put(a_party())
    ledger.company.enter("Vendor", DisplayName="Quayside Inn")
    renamed = a_party(name="Quayside Inn")
    submission = ledger.prepared(renamed)
    outcome = ledger.books.send(submission).outcomes["1"]

    found = ledger.look(submission.parts[0])

    assert isinstance(outcome, Clash)
    assert isinstance(found, Stranger)
    assert found.kind == "vendor"


def test_an_item_with_the_name_can_be_adopted(ledger: Ledger) -> None:
    income = {"value": ledger.account("4100")}
    stranger = ledger.company.enter(
        "Item", Name="Technician hour", Type="Service", IncomeAccountRef=income
    )

    found = ledger.look(ledger.prepared(an_item()).parts[0], sent=False)

    assert isinstance(found, Stranger)
    assert (found.ref, found.exact) == (stranger["Id"], True)


def test_an_item_of_another_type_cannot(ledger: Ledger) -> None:
    ledger.put(an_item(name="Pump seal kit 40mm"))

    found = ledger.look(ledger.prepared(a_stock_item()).parts[0])

    assert isinstance(found, Stranger)
    assert not found.exact


def test_a_taken_number_is_somebody_elses_invoice(ledger: Ledger) -> None:
    with_invoice(ledger)
    submission = ledger.prepared(an_invoice(id="INV-2", issue_date="2026-10-02"))
    outcome = ledger.books.send(submission).outcomes["1"]

    found = ledger.look(submission.parts[0])

    assert isinstance(outcome, Clash)
    assert outcome.fault.code == "duplicate_number"
    assert isinstance(found, Stranger)
    assert (found.exact, found.marked) == (False, True)


def test_a_deleted_invoice_is_absent(ledger: Ledger) -> None:
    with_invoice(ledger)
    invoice = ledger.company.records("Invoice")[0]
    ledger.company.enter("Invoice", "delete", Id=invoice["Id"])
    submission = ledger.prepared(an_invoice(memo="Second version"))
    outcome = ledger.books.send(submission).outcomes["1"]

    found = ledger.look(submission.parts[0])

    assert isinstance(outcome, Refused)
    assert outcome.fault.code == "gone_in_books"
    assert found == Absent()


def test_what_is_deleted_already_is_removed(ledger: Ledger) -> None:
    ledger.put(a_vendor())
    written = ledger.put(an_expense())
    ledger.company.enter("JournalEntry", "delete", Id=written.ref)

    outcome = ledger.push(an_expense(), Operation.REMOVE)

    assert outcome == Removed(written.ref, written.sync_token)


def test_a_changed_record_is_not_removed_unseen(ledger: Ledger) -> None:
    written = ledger.put(a_party())
    ledger.company.enter("Customer", Id=written.ref, Notes="Keep: owes us a visit")

    found = ledger.look(ledger.prepared(a_party(), Operation.REMOVE).parts[0])

    assert isinstance(found, Changed)
