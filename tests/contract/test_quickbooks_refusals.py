"""Faults of QuickBooks that come from what the books hold already, or from how they stand."""

from dataclasses import replace
from datetime import timedelta

import pytest

from schemas.kinds import Kind
from tests.contract.forcing import edited, forced, setting
from tests.contract.ledger import Ledger, Open
from tests.contract.records import (
    a_bill,
    a_party,
    a_payment,
    a_stock_item,
    a_vendor,
    an_expense,
    an_invoice,
    an_item,
)
from tests.contract.scenes import ready_for, with_items
from worker.errors import Category, Disconnected, Throttled
from worker.failures import describe
from worker.providers.port import Clash, Operation, Record, Refused, Stale, Submission
from worker.terms import Cause

DOCUMENTS: list[Record] = [an_invoice(), a_bill(), an_expense(), a_payment()]
LISTS: list[Record] = [a_party(), a_vendor(), an_item()]
EVERY_KIND: list[Record] = [*LISTS, *DOCUMENTS]


def a_batch(ledger: Ledger) -> Submission:
    with_items(ledger)
    due = [an_invoice(id=f"INV-{n}", number=str(n)) for n in (1, 2)]
    return ledger.submit(ledger.plan(*map(ledger.work, due)).requests[0])


def test_600_a_request_id_for_two_requests(refusing: Open) -> None:
    ledger = refusing()
    first = ledger.prepared(a_party())
    ledger.send(first)
    second = replace(ledger.prepared(a_vendor()), key=first.key)

    outcome = ledger.send(second)

    assert isinstance(outcome, Refused)
    assert (outcome.fault.category, outcome.certain) == (Category.UNKNOWN_OUTCOME, False)


def test_600_inside_a_batch(refusing: Open) -> None:
    ledger = refusing()
    first = a_batch(ledger)
    ledger.answer(first)
    other = replace(first, body=first.body.replace("pump seal", "bearing"))

    outcomes = ledger.answer(other).outcomes

    refused = [one.fault.code for one in outcomes.values() if isinstance(one, Refused)]
    assert refused == ["outcome_unknown"] * 2


@pytest.mark.parametrize("document", LISTS, ids=lambda one: one.id)
def test_610_a_party_or_item_may_only_be_inactive(refusing: Open, document: Record) -> None:
    ledger = refusing()
    ledger.put(document)

    assert isinstance(forced(ledger, document, setting(Id="99999")), Stale)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda one: one.id)
def test_610_the_record_itself_is_gone(refusing: Open, document: Record) -> None:
    ledger = ready_for(refusing(), document)
    ledger.put(document)

    outcome = forced(ledger, document, setting(Id="99999"))

    assert isinstance(outcome, Refused)
    assert outcome.fault.code == "gone_in_books"


@pytest.mark.parametrize(
    ("inactive", "code", "kind"),
    [(an_item(), "610", Kind.ITEM), (a_party(), "6250", Kind.CUSTOMER)],
    ids=["610", "6250"],
)
def test_something_that_an_invoice_names_is_inactive(
    refusing: Open, inactive: Record, code: str, kind: Kind
) -> None:
    ledger = with_items(refusing())
    line = {"item_id": "ITM-1", "unit_price": "95.00", "tax_code": "NON"}
    submission = ledger.prepared(an_invoice(lines=[line], total=None))
    ledger.remove(inactive)

    outcome = ledger.send(submission)

    assert isinstance(outcome, Refused)
    assert (outcome.fault.code, outcome.certain) == ("reference_inactive", False)
    assert outcome.fault.detail.startswith(code)
    ref = ledger.known[(kind, inactive.id)].ref
    assert outcome.fault.causes == {Cause(f"{kind.value}_ref", ref)}


def test_610_a_changed_invoice_names_an_inactive_item(refusing: Open) -> None:
    ledger = with_items(refusing())
    ledger.put(an_invoice())
    submission = ledger.prepared(an_invoice(memo="Second version"))
    ledger.remove(an_item())

    outcome = ledger.send(submission)

    assert isinstance(outcome, Refused)
    assert outcome.fault.code == "reference_inactive"


@pytest.mark.parametrize("kind", ["vendor", "account"])
def test_610_something_that_an_expense_names_is_inactive(refusing: Open, kind: str) -> None:
    ledger = refusing()
    ledger.put(a_vendor())
    submission = ledger.prepared(an_expense())
    if kind == "vendor":
        ledger.remove(a_vendor())
    else:
        ledger.company.enter("Account", Id=ledger.account("6990"), Active=False)

    outcome = ledger.send(submission)

    assert isinstance(outcome, Refused)
    assert outcome.fault.code == "reference_inactive"


@pytest.mark.parametrize("document", EVERY_KIND, ids=lambda one: one.id)
@pytest.mark.parametrize("operation", [Operation.UPDATE, Operation.REMOVE])
def test_5010_a_stale_token(refusing: Open, document: Record, operation: Operation) -> None:
    ledger = ready_for(refusing(), document)
    ledger.put(document)
    submission = ledger.prepared(document, operation)

    assert isinstance(ledger.send(edited(submission, setting(SyncToken="7"))), Stale)


@pytest.mark.parametrize("document", DOCUMENTS[:3], ids=lambda one: one.id)
def test_6140_a_taken_number(refusing: Open, document: Record) -> None:
    ledger = ready_for(refusing(), document)
    written = ledger.put(document)
    twin = document.model_copy(update={"id": f"{document.id}-2"})

    outcome = forced(ledger, twin, setting(DocNumber=written.number))

    assert isinstance(outcome, Clash)
    assert outcome.fault.code == "duplicate_number"


@pytest.mark.parametrize("document", [a_party(), a_vendor(), an_item()], ids=lambda one: one.id)
def test_6240_a_taken_name(refusing: Open, document: Record) -> None:
    ledger = refusing()
    ledger.put(document)

    outcome = ledger.push(document.model_copy(update={"id": f"{document.id}-2"}))

    assert isinstance(outcome, Clash)
    assert outcome.fault.code == "duplicate_name"
    assert outcome.fault.names["name"] in {"Harbor Hotel Group", "Northside Bearings"} | {
        "Technician hour"
    }


@pytest.mark.parametrize("password", [False, True])
@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda one: one.id)
def test_6200_and_6210_a_closed_period(refusing: Open, document: Record, *, password: bool) -> None:
    ledger = ready_for(refusing(), document)
    submission = ledger.prepared(document)
    ledger.company.prefer(AccountingInfoPrefs={"BookCloseDate": "2026-10-15"})
    ledger.company.switch(closing_password=password)

    outcome = ledger.send(submission)

    assert isinstance(outcome, Refused)
    assert outcome.fault.category is Category.PERIOD
    assert outcome.fault.detail.startswith("6210" if password else "6200")
    assert outcome.fault.names["date"].startswith("2026-10-0")


def test_6220_stock_that_is_left(refusing: Open) -> None:
    ledger = refusing()
    ledger.put(a_stock_item())

    outcome = ledger.remove(a_stock_item())

    assert isinstance(outcome, Refused)
    assert describe(outcome.fault.code, outcome.fault.names).explanation == (
        "Pump seal kit 40mm cannot be removed: it has a balance, has stock left, or is needed by"
        " others."
    )


def test_6220_a_customer_who_owes(refusing: Open) -> None:
    ledger = with_items(refusing())
    ledger.put(an_invoice())

    outcome = ledger.remove(a_party())

    assert isinstance(outcome, Refused)
    assert outcome.fault.code == "still_in_use"


def test_6000_less_than_was_paid_already(refusing: Open) -> None:
    ledger = with_items(refusing())
    written = ledger.put(an_invoice())
    ledger.company.pay(written.ref, "200.00")
    token = ledger.company.record("Invoice", written.ref)["SyncToken"]
    lines = [{"item_id": "ITM-1", "unit_price": "95.00", "tax_code": "NON"}]

    outcome = forced(ledger, an_invoice(lines=lines, total=None), setting(SyncToken=token))

    assert isinstance(outcome, Refused)
    assert outcome.fault.code == "books_refused"


def test_6000_a_voided_document_cannot_be_changed(refusing: Open) -> None:
    ledger = with_items(refusing())
    written = ledger.put(an_invoice())
    ledger.company.void_invoice(written.ref)
    token = ledger.company.record("Invoice", written.ref)["SyncToken"]

    outcome = forced(ledger, an_invoice(memo="2"), setting(SyncToken=token))

    assert isinstance(outcome, Refused)
    assert outcome.fault.code == "books_refused"


# The whole connection


@pytest.mark.parametrize(
    ("switch", "code"),
    [("read_only", "subscription_lapsed"), ("no_permission", "permission_lost")],
)
@pytest.mark.parametrize("document", EVERY_KIND, ids=lambda one: one.id)
def test_6190_and_5020_stop_the_connection(
    refusing: Open, document: Record, switch: str, code: str
) -> None:
    ledger = ready_for(refusing(), document)
    submission = ledger.prepared(document)
    ledger.company.switch(**{switch: True})

    with pytest.raises(Disconnected) as error:
        ledger.answer(submission)
    assert error.value.code == code


@pytest.mark.parametrize(
    ("switch", "code"),
    [("read_only", "subscription_lapsed"), ("no_permission", "permission_lost")],
)
def test_a_batch_of_which_nothing_was_taken(refusing: Open, switch: str, code: str) -> None:
    ledger = refusing()
    submission = a_batch(ledger)
    ledger.company.switch(**{switch: True})

    with pytest.raises(Disconnected) as error:
        ledger.answer(submission)
    assert error.value.code == code


def test_3100_another_company_is_out_of_reach(refusing: Open) -> None:
    ours, other = refusing(), refusing()
    submission = ours.submit(other.plan(other.work(a_party())).requests[0])

    with pytest.raises(Disconnected) as error:
        ours.answer(submission)
    assert error.value.code == "wrong_environment"


@pytest.mark.parametrize(("said", "pause"), [(None, 60), (7, 7)])
def test_3001_a_throttle_lasts_as_long_as_it_says(
    refusing: Open, said: int | None, pause: int
) -> None:
    ledger = refusing()
    ledger.company.fault(fault="throttle", where="read", seconds=said)

    with pytest.raises(Throttled) as error:
        ledger.books.test()
    assert error.value.pause == timedelta(seconds=pause)
