"""A company that has been worked in: what it holds, and that it is always the same."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from tests.unit.simulators.client import Books, Json, Simulator, sale, started
from tests.unit.simulators.conftest import open_books


@pytest.fixture
def filled(simulator: Simulator) -> Books:
    return open_books(simulator, {"filled": True})


def rows(books: Books, kind: str) -> list[Json]:
    return list(books.control("GET", f"entities/{kind}"))


def test_filled_company_has_lists_and_documents_of_all_kinds(filled: Books) -> None:
    kinds = ("Customer", "Vendor", "Item", "Invoice", "Bill", "CreditMemo", "Payment")

    counts = {kind: len(rows(filled, kind)) for kind in kinds}

    assert (counts["Customer"], counts["Vendor"], counts["Item"]) == (28, 14, 33)
    assert (counts["Invoice"], counts["Bill"]) == (12, 6)
    assert (counts["CreditMemo"], counts["Payment"]) == (3, 7)


def test_lists_hold_what_makes_matching_hard(filled: Books) -> None:
    customers, items = rows(filled, "Customer"), rows(filled, "Item")

    gone = [row["DisplayName"] for row in customers if not row["Active"]]
    jobs = [row["FullyQualifiedName"] for row in customers if row["Job"]]
    twice = [name for name, n in Counter(row["Name"] for row in items).items() if n > 1]

    assert gone == ["Quarry Street Lofts (deleted)", "Old Mill Theatre (deleted)"]
    assert jobs[0] == "Harbor Hotel Group:Tower A"
    assert twice == ["Inspection"]
    assert "O’Neil & Sons" in [row["DisplayName"] for row in customers]
    assert {row["Type"] for row in items} == {
        "Inventory",
        "NonInventory",
        "Service",
        "Category",
        "Group",
    }


def test_invoices_are_in_all_states(filled: Books) -> None:
    found = filled.control("GET", "books")

    states = Counter(row["status"] for row in found["invoice"])
    bills = Counter(row["status"] for row in found["purchase_invoice"])

    assert states == {"paid": 5, "open": 3, "partially_paid": 3, "voided": 1}
    assert bills == {"open": 3, "partially_paid": 2, "paid": 1}


def test_one_payment_covers_three_invoices(filled: Books) -> None:
    lines = [len(row["Line"]) for row in rows(filled, "Payment")]

    assert lines[:2] == [3, 1]
    assert [row["UnappliedAmt"] for row in rows(filled, "Payment")][1] == 100


def test_filling_is_always_the_same(simulator: Simulator, filled: Books) -> None:
    other = open_books(simulator, {"filled": True})

    for kind in ("Customer", "Item", "Invoice", "BillPayment"):
        one, two = ([row | {"MetaData": None} for row in rows(b, kind)] for b in (filled, other))
        assert one == two


def test_nothing_has_changed_in_it_lately(filled: Books) -> None:
    since = (datetime.now(UTC) - timedelta(days=29)).isoformat(timespec="seconds")

    parts = filled.changes("Customer,Item,Invoice,Payment", since).json["CDCResponse"][0]

    assert parts["QueryResponse"] == [{}, {}, {}, {}]


def test_open_company_is_filled_by_a_person_once(books: Books) -> None:
    counts = books.control("POST", "fill")
    again = books.simulator.send("POST", f"/control/companies/{books.company}/fill")

    assert (counts["Customer"], counts["Invoice"], again.status) == (28, 12, 400)


@pytest.mark.parametrize(
    "wanted",
    [{"country": "GB"}, {"multicurrency": True}, {"closed_until": "2026-11-15"}],
)
def test_every_company_can_be_filled(simulator: Simulator, wanted: Json) -> None:
    made = open_books(simulator, wanted | {"filled": True})

    assert len(rows(made, "Invoice")) == 12


@pytest.mark.parametrize("name", ["Parts", "Seal replacement"])
def test_categories_and_bundles_cannot_be_sold(filled: Books, name: str) -> None:
    lines = [sale(filled.item(name))]

    answer = filled.post("invoice", {"CustomerRef": {"value": "58"}, "Line": lines})

    assert answer.code == "6000"


def test_start_fills_companies_too() -> None:
    with started("--filled") as simulator:
        company = simulator.info["companies"][0]["id"]
        found = simulator.control("GET", f"companies/{company}/entities/Vendor")

    assert len(found) == 14
