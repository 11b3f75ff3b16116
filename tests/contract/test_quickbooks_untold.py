"""Faults that leave open whether anything was taken, and faults that say so of all parts."""

from typing import Any

import pytest

from tests.contract.ledger import Ledger
from tests.contract.records import a_party, an_invoice
from tests.contract.rewording import Edit, fault, refusing_with, reworded, with_items_of_batch
from tests.contract.scenes import with_items
from worker.errors import Throttled, Unavailable
from worker.providers.port import Ours, Outcome, Refused, Submission, Unknown, Written

BUSY = "An unexpected error occurred while accessing or saving your data. Wait a few minutes."
AT_ONCE = "You and another user changed this item at exactly the same time"


@pytest.mark.parametrize(
    ("code", "detail"),
    [("1000", ""), ("1010", ""), ("1020", ""), ("10000", ""), ("6000", BUSY), ("6000", AT_ONCE)],
)
def test_a_failure_that_does_not_say_not_taken_is_unknown(
    quickbooks: Ledger, code: str, detail: str
) -> None:
    submission = quickbooks.prepared(a_party())

    outcome = reworded(quickbooks, refusing_with(code, detail)).send(submission)

    assert isinstance(outcome, Unknown)
    assert outcome.why.startswith(code)
    assert isinstance(quickbooks.look(submission.parts[0]), Ours)


@pytest.mark.parametrize("code", ["130", "140", "150"])
def test_books_that_are_away_concern_the_connection(quickbooks: Ledger, code: str) -> None:
    submission = quickbooks.prepared(a_party())

    with pytest.raises(Unavailable):
        reworded(quickbooks, refusing_with(code)).send(submission)


@pytest.mark.parametrize("code", ["130", "140", "150"])
def test_books_that_are_away_for_an_item_are_tried_later(quickbooks: Ledger, code: str) -> None:
    submission = three_invoices(quickbooks)

    outcomes = said_of_items(quickbooks, submission, lambda items: fail(items[:1], code))

    assert isinstance(outcomes["1"], Refused)
    assert outcomes["1"].fault.code == "books_unavailable"
    assert isinstance(outcomes["2"], Written)


def test_a_failed_item_of_a_batch_is_unknown_alone(quickbooks: Ledger) -> None:
    submission = three_invoices(quickbooks)

    outcomes = said_of_items(quickbooks, submission, lambda items: fail(items[:1], "10000"))

    assert [type(outcomes[key]) for key in ("1", "2", "3")] == [Unknown, Written, Written]


def test_a_throttled_item_says_nothing_of_missing_ones(quickbooks: Ledger) -> None:
    submission = three_invoices(quickbooks)

    def throttle_one_and_drop_the_others(items: list[dict[str, Any]]) -> None:
        fail(items[:1], "3001")
        del items[1:]

    outcomes = said_of_items(quickbooks, submission, throttle_one_and_drop_the_others)

    assert [type(outcomes[key]) for key in ("1", "2", "3")] == [Refused, Unknown, Unknown]


def test_a_batch_throttled_item_by_item_took_nothing(quickbooks: Ledger) -> None:
    submission = three_invoices(quickbooks)

    with pytest.raises(Throttled):
        said_of_items(quickbooks, submission, lambda items: fail(items, "3001"))


def three_invoices(ledger: Ledger) -> Submission:
    with_items(ledger)
    due = [an_invoice(id=f"INV-{n}", number=str(n)) for n in (1, 2, 3)]
    return ledger.submit(ledger.plan(*map(ledger.work, due)).requests[0])


def said_of_items(ledger: Ledger, submission: Submission, edit: Edit) -> dict[str, Outcome]:
    """The outcomes of a batch whose answer was edited."""
    return dict(reworded(ledger, with_items_of_batch(edit)).answer(submission).outcomes)


def fail(items: list[dict[str, Any]], code: str) -> None:
    for item in items:
        item.pop("Invoice")
        item.update(fault(code))
