"""Which CMMS record a record of the books says it is."""

from typing import Any

from tests.system import books_of
from tests.system.books_of import Place, Row

XERO = Place("xero", "5a7c")


def row(kind: str, **found: object) -> Row:
    given: dict[str, Any] = {"ref": "1", "number": None, "name": "Ada", "status": "active"}
    given |= {"currency": "USD", "total": None, "balance": None, "note": None}
    return books_of.row(XERO, kind, given | found, None)


def test_a_marker_counts_in_a_note_and_in_a_reference() -> None:
    noted = row("invoice", note="WO-7 [CMMS invoice INV-1]")
    referred = row("payment", number="[CMMS payment PAY%201] CHECK-1")

    assert noted.marked == {("invoice", "INV-1")}
    assert referred.marked == {("payment", "PAY 1")}


def test_a_contact_of_both_kinds_is_marked_as_the_one_that_it_was_made_for() -> None:
    number = "CMMS customer CUS-1"

    assert row("customer", number=number).marked == {("customer", "CUS-1")}
    assert not row("vendor", number=number).marked
