"""Document numbers: long ones, taken ones, and those that QuickBooks gives by itself."""

from dataclasses import replace

import pytest

from tests.contract.ledger import Ledger, Open
from tests.contract.records import an_invoice
from tests.contract.scenes import with_items
from worker.policies import Numbering, Policies, TakenNumber
from worker.providers.port import Clash, Ours, Stranger, Written

LONG = "INV/NORTH-REGION/2026-10/000"  # and one more digit

TWIN = an_invoice(id="INV-2")


def with_policies(ledger: Ledger, **policies: object) -> Ledger:
    chart = with_items(ledger).chart()
    ledger.pulled = replace(chart, policies=Policies(**policies))  # type: ignore[arg-type]
    return ledger


def test_long_numbers_that_end_alike_stay_apart(quickbooks: Ledger) -> None:
    with_items(quickbooks)
    numbers = [LONG + "1", LONG + "2", LONG.replace("NORTH", "SOUTH") + "1"]
    documents = [an_invoice(id=f"INV-{n}", number=number) for n, number in enumerate(numbers)]

    written = [quickbooks.put(document) for document in documents]

    shortened = [one.number or "" for one in written]
    assert len(set(shortened)) == 3
    assert [number[-4:] for number in shortened] == ["0001", "0002", "0001"]


def test_a_long_number_is_found_again(quickbooks: Ledger) -> None:
    submission = with_items(quickbooks).prepared(an_invoice(number=LONG + "1"))
    quickbooks.answer(submission)

    assert isinstance(quickbooks.look(submission.parts[0]), Ours)


def test_a_long_number_is_whole_in_the_note(quickbooks: Ledger) -> None:
    written = with_items(quickbooks).put(an_invoice(number=LONG + "1"))

    note = quickbooks.company.record("Invoice", written.ref)["PrivateNote"]
    assert f"Invoice {LONG}1 in the CMMS" in note


def test_a_taken_number_names_the_document_that_has_it(quickbooks: Ledger) -> None:
    first = with_items(quickbooks).put(an_invoice())
    submission = quickbooks.prepared(TWIN)
    assert isinstance(quickbooks.send(submission), Clash)

    found = quickbooks.look(submission.parts[0])

    assert isinstance(found, Stranger)
    assert (found.ref, found.shown) == (
        first.ref,
        "2026-1042, Harbor Hotel Group, 2026-10-01, 238.5 USD",
    )


@pytest.mark.parametrize("beside", [[], [an_invoice(id="INV-3", number="2026-1043")]])
def test_a_number_stands_twice_where_that_is_allowed(
    open_quickbooks: Open, beside: list[object]
) -> None:
    ledger = with_policies(open_quickbooks(), taken_number=TakenNumber.ALLOW)
    first = ledger.put(an_invoice())
    due = [ledger.work(one) for one in (TWIN, *beside)]  # type: ignore[arg-type]
    (request,) = ledger.plan(*due).requests
    submission = ledger.submit(request)

    outcome = ledger.remember(submission, ledger.answer(submission))["INV-2"]

    assert isinstance(outcome, Written)
    assert (outcome.number, outcome.ref != first.ref) == ("2026-1042", True)


def numbering(open_quickbooks: Open, policy: Numbering = Numbering.CMMS) -> Ledger:
    """A company whose invoices QuickBooks numbers by itself, from 1001 on."""
    preferences = {"SalesFormsPrefs": {"CustomTxnNumbers": False}}
    return with_policies(open_quickbooks(preferences=preferences), numbering=policy)


@pytest.mark.parametrize("policy", Numbering)
def test_the_number_of_the_books_is_told(open_quickbooks: Open, policy: Numbering) -> None:
    ledger = numbering(open_quickbooks, policy)

    written = ledger.put(an_invoice())

    assert written.number == ledger.company.record("Invoice", written.ref)["DocNumber"] == "1001"


def test_an_update_keeps_the_number_of_the_books(open_quickbooks: Open) -> None:
    ledger = numbering(open_quickbooks)
    ledger.put(an_invoice())

    assert ledger.put(an_invoice(memo="Second")).number == "1001"


def test_an_invoice_without_a_number_of_ours_is_found_by_its_marker(open_quickbooks: Open) -> None:
    ledger = numbering(open_quickbooks)
    ledger.put(TWIN)
    submission = ledger.prepared(an_invoice())
    ledger.answer(submission)

    found = ledger.look(submission.parts[0])

    assert isinstance(found, Ours)
    assert isinstance(found.outcome, Written)
    assert found.outcome.number == "1002"
