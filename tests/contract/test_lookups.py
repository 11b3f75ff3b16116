"""Stale records and taken names: the books tell who did what before anything is sent again."""

from dataclasses import replace

import pytest

from schemas.kinds import Kind
from tests.contract.ledger import Ledger, kind_of
from tests.contract.records import (
    a_party,
    a_stock_item,
    a_vendor,
    an_expense,
    an_invoice,
)
from tests.contract.scenes import with_invoice
from worker.providers.port import (
    Absent,
    Barred,
    Changed,
    Clash,
    Operation,
    Ours,
    Record,
    Refused,
    Removed,
    Stale,
    Stranger,
    Untouched,
    Written,
)


@pytest.mark.needs("stale tokens")
def test_a_stale_token_is_told_apart(ledger: Ledger) -> None:
    written = ledger.put(a_party())
    ledger.company.edit_aside(Kind.CUSTOMER, written.ref)

    outcome = ledger.push(a_party(phone="+1 503 555 0199"))

    assert isinstance(outcome, Stale)


def test_fields_that_we_do_not_map_are_no_conflict(ledger: Ledger) -> None:
    written = ledger.put(a_party())
    ledger.company.edit_aside(Kind.CUSTOMER, written.ref)
    later = a_party(phone="+1 503 555 0199")

    found = ledger.look(ledger.prepared(later).parts[0])

    assert isinstance(found, Untouched)
    assert found.sync_token != written.sync_token
    ledger.known[Kind.CUSTOMER, "CUS-1"] = replace(written, sync_token=found.sync_token)
    assert ledger.put(later).ref == written.ref


@pytest.mark.parametrize("paid", ["10.00", "238.50"])
def test_an_invoice_with_payments_is_not_voided(ledger: Ledger, paid: str) -> None:
    ledger.company.pay(with_invoice(ledger), paid)

    found = ledger.look(ledger.prepared(an_invoice(), Operation.REMOVE).parts[0])

    assert isinstance(found, Barred)
    assert found.fault.code == "invoice_paid"


def test_a_paid_invoice_may_be_saved_again(ledger: Ledger) -> None:
    ledger.company.pay(with_invoice(ledger), "238.50")

    assert isinstance(ledger.look(ledger.prepared(an_invoice()).parts[0]), Ours)


def test_a_payment_that_is_gone_bars_nothing(ledger: Ledger) -> None:
    ledger.company.delete_payment(ledger.company.pay(with_invoice(ledger), "10.00"))

    found = ledger.look(ledger.prepared(an_invoice(memo="Second")).parts[0])

    assert isinstance(found, Untouched)


@pytest.mark.parametrize(
    "document", [a_party(), a_stock_item(), an_invoice()], ids=lambda one: one.id
)
def test_what_moves_by_itself_is_in_no_digest(ledger: Ledger, document: Record) -> None:
    invoice = with_invoice(ledger)
    made = ledger.known[(kind_of(document), document.id)]
    ledger.company.pay(invoice, "10.00")

    found = ledger.look(ledger.prepared(document).parts[0])

    assert isinstance(found, Ours)
    assert found.outcome.digest == made.digest != ""


def test_another_address_speaks_against_adoption(ledger: Ledger) -> None:
    ledger.company.add_party(Kind.CUSTOMER, "Harbor Hotel Group", "other@harbor.example")

    found = ledger.look(ledger.prepared(a_party()).parts[0])

    assert isinstance(found, Stranger)
    assert not found.exact


def test_a_suffix_makes_the_name_free(ledger: Ledger) -> None:
    ledger.company.add_party(Kind.CUSTOMER, "Northside Bearings")
    plan = ledger.plan(ledger.work(a_vendor(), alias=" (V)"))

    submission = ledger.submit(plan.requests[0])

    assert isinstance(ledger.send(submission), Written)


@pytest.mark.parametrize(
    "name", ["Łukasz Przykładny", "O’Brien – Söhne", "D'Arcy \\ Sons", "100% Café", "株式会社"]
)
def test_any_name_can_be_looked_up(ledger: Ledger, name: str) -> None:
    ledger.company.add_party(Kind.CUSTOMER, name)

    found = ledger.look(ledger.prepared(a_party(name=name)).parts[0])

    assert isinstance(found, Stranger)
    assert found.name == name


def test_a_record_of_another_cmms_record_is_marked(ledger: Ledger) -> None:
    ledger.put(a_party(id="CUS-9"))
    submission = ledger.prepared(a_party())
    outcome = ledger.send(submission)

    found = ledger.look(submission.parts[0])

    assert isinstance(outcome, Clash)
    assert isinstance(found, Stranger)
    assert found.marked


def test_a_taken_number_is_somebody_elses_invoice(ledger: Ledger) -> None:
    with_invoice(ledger)
    submission = ledger.prepared(an_invoice(id="INV-2", issue_date="2026-10-02"))
    outcome = ledger.send(submission)

    found = ledger.look(submission.parts[0])

    assert isinstance(outcome, Clash)
    assert outcome.fault.code == "duplicate_number"
    assert isinstance(found, Stranger)
    assert (found.exact, found.marked) == (False, True)


def test_a_deleted_invoice_is_absent(ledger: Ledger) -> None:
    ledger.company.take_out(Kind.INVOICE, with_invoice(ledger))
    submission = ledger.prepared(an_invoice(memo="Second version"))
    outcome = ledger.send(submission)

    found = ledger.look(submission.parts[0])

    assert isinstance(outcome, Refused | Clash)
    assert found == Absent()


def test_what_is_deleted_already_is_removed(ledger: Ledger) -> None:
    ledger.put(a_vendor())
    written = ledger.put(an_expense())
    ledger.company.take_out(Kind.EXPENSE, written.ref)

    submission = ledger.prepared(an_expense(), Operation.REMOVE)
    outcome = ledger.send(submission)
    found = ledger.look(submission.parts[0])

    # What is gone, the record or one that it names, is not taken on trust.
    assert isinstance(outcome, Clash)
    assert isinstance(found, Ours)
    assert isinstance(found.outcome, Removed)
    assert found.outcome.ref == written.ref


def test_a_changed_record_is_not_removed_unseen(ledger: Ledger) -> None:
    written = ledger.put(a_party())
    ledger.company.edit(Kind.CUSTOMER, written.ref)

    found = ledger.look(ledger.prepared(a_party(), Operation.REMOVE).parts[0])

    assert isinstance(found, Changed)


def test_a_customer_with_the_name_can_be_adopted(ledger: Ledger) -> None:
    ref = ledger.company.add_party(Kind.CUSTOMER, "HARBOR HOTEL GROUP")
    submission = ledger.prepared(a_party())
    outcome = ledger.send(submission)

    found = ledger.look(submission.parts[0])

    assert isinstance(outcome, Clash)
    assert isinstance(found, Stranger)
    assert (found.ref, found.same_kind, found.exact, found.marked) == (ref, True, True, False)


def test_a_renamed_record_meets_who_has_the_name(ledger: Ledger) -> None:
    ledger.put(a_party())
    ref = ledger.company.add_party(Kind.CUSTOMER, "Quayside Inn")
    submission = ledger.prepared(a_party(name="Quayside Inn"))
    outcome = ledger.send(submission)

    found = ledger.look(submission.parts[0])

    assert isinstance(outcome, Clash)
    assert isinstance(found, Stranger)
    assert found.ref == ref


def test_a_mapped_field_that_others_changed_is_named(ledger: Ledger) -> None:
    written = ledger.put(a_party())
    ledger.company.edit(Kind.CUSTOMER, written.ref)

    found = ledger.look(ledger.prepared(a_party(phone="+1 503 555 0199")).parts[0])

    assert isinstance(found, Changed)
    assert list(found.fields) == ["phone"]
