"""Stale records and taken names: the books tell who did what before anything is sent again."""

import pytest

from schemas.kinds import Kind
from tests.contract.ledger import Ledger, Open
from tests.contract.records import (
    a_party,
    a_stock_item,
    a_vendor,
    an_invoice,
    an_item,
)
from tests.contract.scenes import with_items
from worker.errors import NoAnswer
from worker.providers.port import (
    Absent,
    Clash,
    Ours,
    Record,
    Stranger,
)


@pytest.mark.parametrize(
    ("kind", "document"),
    [("Vendor", a_party()), ("Customer", a_vendor()), ("Employee", a_vendor())],
)
def test_the_name_space_is_shared(quickbooks: Ledger, kind: str, document: Record) -> None:
    name = document.name  # type: ignore[union-attr]
    quickbooks.company.enter(kind, DisplayName=name, GivenName=name)
    submission = quickbooks.prepared(document)
    outcome = quickbooks.send(submission)

    found = quickbooks.look(submission.parts[0])

    assert isinstance(outcome, Clash)
    assert isinstance(found, Stranger)
    assert (found.kind, found.same_kind) == (kind.lower(), False)


def test_a_renamed_record_meets_who_has_the_name(quickbooks: Ledger) -> None:
    quickbooks.put(a_party())
    quickbooks.company.enter("Vendor", DisplayName="Quayside Inn")
    renamed = a_party(name="Quayside Inn")
    submission = quickbooks.prepared(renamed)
    outcome = quickbooks.send(submission)

    found = quickbooks.look(submission.parts[0])

    assert isinstance(outcome, Clash)
    assert isinstance(found, Stranger)
    assert found.kind == "vendor"


def test_an_item_with_the_name_can_be_adopted(quickbooks: Ledger) -> None:
    income = {"value": quickbooks.account("4100")}
    stranger = quickbooks.company.enter(
        "Item", Name="Technician hour", Type="Service", IncomeAccountRef=income
    )

    found = quickbooks.look(quickbooks.prepared(an_item()).parts[0], sent=False)

    assert isinstance(found, Stranger)
    assert (found.ref, found.exact) == (stranger["Id"], True)


def test_a_sub_customer_is_never_adopted(quickbooks: Ledger) -> None:
    parent = quickbooks.company.add_party(Kind.CUSTOMER, "Quayside Group")
    quickbooks.company.enter(
        "Customer", DisplayName="Harbor Hotel Group", Job=True, ParentRef={"value": parent}
    )

    found = quickbooks.look(quickbooks.prepared(a_party()).parts[0])

    assert isinstance(found, Stranger)
    assert (found.same_kind, found.exact) == (True, False)


def test_an_item_in_a_category_stands_in_nobodys_way(quickbooks: Ledger) -> None:
    parent = quickbooks.put(an_item(name="Labour")).ref
    income = {"value": quickbooks.account("4100")}
    quickbooks.company.enter(
        "Item",
        Name="Technician hour",
        Type="Service",
        IncomeAccountRef=income,
        SubItem=True,
        ParentRef={"value": parent},
    )

    assert quickbooks.look(quickbooks.prepared(an_item(id="ITM-9")).parts[0]) == Absent()


def test_an_item_of_another_type_cannot(quickbooks: Ledger) -> None:
    quickbooks.put(an_item(name="Pump seal kit 40mm"))

    found = quickbooks.look(quickbooks.prepared(a_stock_item()).parts[0])

    assert isinstance(found, Stranger)
    assert not found.exact


def test_invoices_that_the_books_number_are_found(open_quickbooks: Open) -> None:
    ledger = open_quickbooks(preferences={"SalesFormsPrefs": {"CustomTxnNumbers": False}})
    for document in (a_party(), an_item(), a_stock_item()):
        ledger.put(document)
    submission = ledger.prepared(an_invoice())
    ledger.company.lose_answer()
    with pytest.raises(NoAnswer):
        ledger.answer(submission)

    found = ledger.look(submission.parts[0])

    assert "DocNumber" not in submission.parts[0].body
    assert isinstance(found, Ours)


TOKYO = "株式会社東京"


@pytest.mark.parametrize(
    "document", [a_party(name=TOKYO), a_vendor(name=TOKYO), an_item(name=TOKYO)]
)
def test_a_lost_name_in_other_letters_is_sought_among_new_records(
    quickbooks: Ledger, document: Record
) -> None:
    submission = quickbooks.prepared(document)
    quickbooks.company.lose_answer()
    with pytest.raises(NoAnswer):
        quickbooks.answer(submission)

    assert isinstance(quickbooks.look(submission.parts[0]), Ours)


def test_whoever_has_a_name_in_other_letters_is_found(quickbooks: Ledger) -> None:
    vendor = quickbooks.company.enter("Vendor", DisplayName=TOKYO)
    part = quickbooks.prepared(a_party(name=TOKYO)).parts[0]

    found = quickbooks.look(part, sent=False)

    assert isinstance(found, Stranger)
    assert (found.ref, found.kind) == (vendor["Id"], "vendor")


def test_a_number_in_other_letters_is_sought_on_its_day(quickbooks: Ledger) -> None:
    with_items(quickbooks)
    submission = quickbooks.prepared(an_invoice(number="八〇一"))
    quickbooks.company.lose_answer()
    with pytest.raises(NoAnswer):
        quickbooks.answer(submission)

    assert isinstance(quickbooks.look(submission.parts[0]), Ours)
