"""Answers that never came: what was sent is found again, and never made twice."""

import pytest

from schemas.kinds import Kind
from tests.contract.ledger import Ledger
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
from tests.contract.scenes import ready_for
from worker.errors import NoAnswer, Unavailable
from worker.providers.port import (
    Absent,
    Operation,
    Ours,
    Record,
    Removed,
    Several,
    Submission,
    Untouched,
    Written,
)

EVERY_KIND: list[Record] = [
    a_party(),
    a_vendor(),
    an_item(),
    a_stock_item(),
    an_invoice(),
    a_bill(),
    an_expense(),
    a_payment(),
]
DOCUMENTS: list[Record] = [an_invoice(), a_bill(), an_expense(), a_payment()]


def lost(ledger: Ledger, document: Record, operation: Operation | None = None) -> Submission:
    """A write that took effect and whose answer was lost."""
    submission = ledger.prepared(document, operation)
    ledger.company.lose_answer()
    with pytest.raises(NoAnswer):
        ledger.answer(submission)
    return submission


@pytest.mark.parametrize("document", EVERY_KIND, ids=lambda document: document.id)
def test_a_lost_create_is_found(ledger: Ledger, document: Record) -> None:
    submission = lost(ready_for(ledger, document), document)

    found = ledger.look(submission.parts[0])

    assert isinstance(found, Ours)
    assert isinstance(found.outcome, Written)


ODD = "Rob:Barnett\t“Łuk” O’Brien \\ 株式会社 100%"


@pytest.mark.parametrize(
    "document",
    [
        a_party(name=ODD),
        a_vendor(name=ODD),
        an_item(name=ODD),
        a_stock_item(name=ODD),
        an_invoice(number="Łódź № 7/’26"),
        a_bill(number="Łódź № 7/’26"),
        an_expense(id="EXP Łódź № 7"),
        a_payment(id="PAY Łódź № 7", reference="八〇一"),
    ],
    ids=lambda document: type(document).__name__,
)
def test_a_lost_create_with_an_odd_name_is_found(ledger: Ledger, document: Record) -> None:
    submission = lost(ready_for(ledger, document), document)

    assert isinstance(ledger.look(submission.parts[0]), Ours)


@pytest.mark.parametrize("document", EVERY_KIND, ids=lambda document: document.id)
def test_a_lost_create_is_replayed_once(ledger: Ledger, document: Record) -> None:
    submission = lost(ready_for(ledger, document), document)

    first = ledger.answer(submission).outcomes
    second = ledger.answer(submission).outcomes

    assert isinstance(first["1"], Written)
    assert first == second


@pytest.mark.parametrize("document", EVERY_KIND, ids=lambda document: document.id)
def test_a_create_that_never_arrived_is_absent(ledger: Ledger, document: Record) -> None:
    submission = ready_for(ledger, document).prepared(document)

    found = ledger.look(submission.parts[0])

    assert found == Absent()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.id)
def test_another_document_of_that_day_is_not_taken_for_a_lost_one(
    ledger: Ledger, document: Record
) -> None:
    ready_for(ledger, document).put(document)
    other = document.model_copy(update={"id": f"{document.id}-2", "number": "2"})

    found = ledger.look(ledger.prepared(other).parts[0])

    assert found == Absent()


@pytest.mark.parametrize(
    "document",
    [pytest.param(an_invoice(), marks=pytest.mark.needs("twin numbers")), *DOCUMENTS[1:]],
    ids=lambda document: document.id,
)
def test_two_documents_with_our_marker_stop_us(ledger: Ledger, document: Record) -> None:
    ready_for(ledger, document)
    submissions = [ledger.prepared(document) for _ in range(2)]
    ledger.company.allow_duplicates()
    for submission in submissions:
        assert isinstance(ledger.send(submission), Written)

    assert isinstance(ledger.look(submissions[0].parts[0]), Several)


SECOND: list[Record] = [
    a_party(phone="+1 503 555 0199", email=None),
    a_vendor(name="Northside Bearings LLC"),
    an_item(sales_price="98.00"),
    a_stock_item(name="Pump seal kit 41mm", sku="PSK-41"),
    an_invoice(memo="Second version"),
    a_bill(memo="Second version", total="87.40", lines=[{"description": "x", "amount": "87.40"}]),
    an_expense(amount="40.00", description="Second version"),
    a_payment(amount="90.00", reference=None, date="2026-10-06"),
]


@pytest.mark.parametrize("second", SECOND, ids=lambda document: document.id)
def test_a_lost_update_is_found(ledger: Ledger, second: Record) -> None:
    first = next(one for one in EVERY_KIND if one.id == second.id)
    ready_for(ledger, first).put(first)
    submission = lost(ledger, second)

    found = ledger.look(submission.parts[0])

    assert isinstance(found, Ours)


@pytest.mark.parametrize("second", SECOND, ids=lambda document: document.id)
def test_an_update_that_never_arrived_leaves_it_untouched(ledger: Ledger, second: Record) -> None:
    first = next(one for one in EVERY_KIND if one.id == second.id)
    written = ready_for(ledger, first).put(first)
    submission = ledger.prepared(second)

    found = ledger.look(submission.parts[0])

    assert found == Untouched(written.sync_token)


@pytest.mark.parametrize(
    "document", [a_party(), a_vendor(), an_item(), *DOCUMENTS], ids=lambda document: document.id
)
def test_a_lost_removal_is_found(ledger: Ledger, document: Record) -> None:
    ready_for(ledger, document).put(document)
    submission = lost(ledger, document, Operation.REMOVE)

    found = ledger.look(submission.parts[0])

    assert isinstance(found, Ours)
    assert isinstance(found.outcome, Removed)


def test_a_lost_batch_is_replayed_item_by_item(ledger: Ledger) -> None:
    ready_for(ledger, an_invoice())
    due = [an_invoice(id=f"INV-{n}", number=str(n)) for n in (1, 2, 3)]
    submission = ledger.submit(ledger.plan(*map(ledger.work, due)).requests[0])
    ledger.company.lose_answer("batch")
    with pytest.raises(NoAnswer):
        ledger.answer(submission)

    outcomes = ledger.answer(submission).outcomes

    assert all(isinstance(outcome, Written) for outcome in outcomes.values())
    assert ledger.company.count(Kind.INVOICE) == 3


def test_a_lost_batch_is_looked_up_at_once(ledger: Ledger) -> None:
    ready_for(ledger, an_invoice())
    due = [an_invoice(id=f"INV-{n}", number=str(n)) for n in range(1, 31)]
    submission = ledger.submit(ledger.plan(*map(ledger.work, due)).requests[0])
    ledger.company.lose_answer("batch")
    with pytest.raises(NoAnswer):
        ledger.answer(submission)

    found = ledger.look_all(submission.parts)

    assert [type(one) for one in found] == [Ours] * 30


def test_a_cut_answer_is_no_answer(ledger: Ledger) -> None:
    submission = ledger.prepared(a_party())
    ledger.company.fault(fault="truncated_body", where="write")

    with pytest.raises(NoAnswer):
        ledger.answer(submission)
    assert isinstance(ledger.look(submission.parts[0]), Ours)


@pytest.mark.parametrize("fault", ["server_error", "maintenance_html"])
@pytest.mark.parametrize("took_effect", [True, False])
def test_a_server_error_leaves_a_write_unknown(
    ledger: Ledger, *, fault: str, took_effect: bool
) -> None:
    submission = ledger.prepared(a_party())
    ledger.company.fault(fault=fault, where="write", took_effect=took_effect)

    with pytest.raises(NoAnswer):
        ledger.answer(submission)
    assert isinstance(ledger.look(submission.parts[0]), Ours if took_effect else Absent)


def test_an_answer_that_takes_too_long_is_still_on_its_way(ledger: Ledger) -> None:
    submission = ledger.reopened(timeout=0.5).prepared(a_party())
    ledger.company.fault(fault="delay", where="write", seconds=2)

    with pytest.raises(NoAnswer) as error:
        ledger.answer(submission)
    assert error.value.in_flight
    assert isinstance(ledger.reopened(timeout=5).look(submission.parts[0]), Ours)


def test_a_reset_before_the_write_is_unknown_as_well(ledger: Ledger) -> None:
    submission = ledger.prepared(a_party())
    ledger.company.fault(fault="reset_before", where="write")

    with pytest.raises(NoAnswer) as error:
        ledger.answer(submission)
    assert not error.value.in_flight
    assert isinstance(ledger.look(submission.parts[0]), Absent)


@pytest.mark.parametrize("fault", ["server_error", "maintenance_html", "reset_before"])
def test_a_read_that_fails_can_be_read_again(ledger: Ledger, fault: str) -> None:
    ledger.company.fault(fault=fault, where="read")

    with pytest.raises(Unavailable):
        ledger.books.test()
    assert ledger.books.test().ref == ledger.company.id
