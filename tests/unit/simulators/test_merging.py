"""Merged records, and records that come back: their ids, names and documents."""

import pytest

from tests.unit.simulators.client import Books, applied, cost, goods, posting, sale


def test_merged_customer_is_gone_and_his_documents_move(books: Books) -> None:
    kept, gone = books.customer("Kept"), books.customer("Gone")
    made = books.create("Invoice", {"CustomerRef": gone, "Line": [sale(books.item(), 50)]})
    lines = [applied(20, made["Id"])]
    paid = books.create("Payment", {"CustomerRef": gone, "TotalAmt": 20, "Line": lines})

    books.control("POST", "merge/Customer", {"from": gone["value"], "into": kept["value"]})

    moved = [books.read("Invoice", made["Id"]), books.read("Payment", paid["Id"])]
    assert [body["CustomerRef"] for body in moved] == [kept | {"name": "Kept"}] * 2
    assert [body["SyncToken"] for body in moved] == ["2", "1"]
    assert books.read("Customer", kept["value"])["Balance"] == 30
    assert books.call("GET", f"customer/{gone['value']}").code == "610"


def test_merge_leaves_no_trace_in_changes(books: Books) -> None:
    kept, gone = books.vendor("Kept")["value"], books.vendor("Gone")["value"]

    books.control("POST", "merge/Vendor", {"from": gone, "into": kept})

    answer = books.changes("Vendor", "2026-11-19T00:00:00Z").json
    rows = answer["CDCResponse"][0]["QueryResponse"][0]["Vendor"]
    assert (gone in [row["Id"] for row in rows], kept in [row["Id"] for row in rows]) == (
        False,
        True,
    )


def test_merge_moves_bills_and_frees_the_name(books: Books) -> None:
    kept, gone = books.vendor("Kept"), books.vendor("Gone")
    body = {"VendorRef": gone, "DocNumber": "1", "Line": [cost(books.account("Fuel"))]}
    books.create("Bill", body)

    books.control("POST", "merge/Vendor", {"from": gone["value"], "into": kept["value"]})

    assert books.post("bill", body | {"VendorRef": kept}).code == "6140"
    assert books.post("vendor", {"DisplayName": "Gone"}).status == 200


def test_merged_items_add_their_stock(books: Books) -> None:
    kept = books.item("Air filter 20x25")
    old = books.read("Item", kept["value"])
    names = ("IncomeAccountRef", "ExpenseAccountRef", "AssetAccountRef", "InvStartDate", "Type")
    body = {name: old[name] for name in names}
    body |= {"Name": "Filter", "TrackQtyOnHand": True, "QtyOnHand": 5}
    gone = books.create("Item", body)["Id"]
    bill = {"VendorRef": books.vendor(), "Line": [goods({"value": gone}, 1, 10)]}
    number = books.create("Bill", bill)["Id"]

    books.control("POST", "merge/Item", {"from": gone, "into": kept["value"]})

    assert books.read("Item", kept["value"])["QtyOnHand"] == 46
    line = books.read("Bill", number)["Line"][0]
    assert line["ItemBasedExpenseLineDetail"]["ItemRef"]["value"] == kept["value"]


def test_merged_account_moves_on_lines_and_items(books: Books) -> None:
    kept, gone = books.account("Services"), books.account("Labor Income")
    item = books.create("Item", {"Name": "Work", "Type": "Service", "IncomeAccountRef": gone})
    lines = [posting("Debit", books.account("Fuel"), 5), posting("Credit", gone, 5)]
    entry = books.create("JournalEntry", {"Line": lines})

    books.control("POST", "merge/Account", {"from": gone["value"], "into": kept["value"]})

    assert books.read("Item", item["Id"])["IncomeAccountRef"]["value"] == kept["value"]
    line = books.read("JournalEntry", entry["Id"])["Line"][1]
    assert line["JournalEntryLineDetail"]["AccountRef"]["value"] == kept["value"]


@pytest.mark.parametrize(
    ("kind", "into", "status"),
    [("Customer", "58", 400), ("Customer", "9", 400), ("Bill", "1", 404)],
)
def test_only_two_records_alike_are_merged(books: Books, kind: str, into: str, status: int) -> None:
    path = f"/control/companies/{books.company}/merge/{kind}"
    body = f'{{"from": "58", "into": "{into}"}}'.encode()

    assert books.simulator.send("POST", path, body).status == status


@pytest.mark.parametrize(("restores", "name"), [(False, "Acme (deleted)"), (True, "Acme")])
@pytest.mark.parametrize("kind", ["Customer", "Vendor"])
def test_reactivated_party_keeps_or_drops_the_suffix(
    books: Books, kind: str, name: str, *, restores: bool
) -> None:
    books.control("PUT", "switches", {"restores_names": restores})
    number = books.create(kind, {"DisplayName": "Acme"})["Id"]
    books.change(kind, number, Active=False)

    back = books.change(kind, number, Active=True).json[kind]

    assert (back["Active"], back["DisplayName"], back["SyncToken"]) == (True, name, "2")


@pytest.mark.parametrize(("restores", "name"), [(False, "Hours (deleted)"), (True, "Hours")])
def test_reactivated_item_keeps_or_drops_the_suffix(
    books: Books, name: str, *, restores: bool
) -> None:
    books.control("PUT", "switches", {"restores_names": restores})
    number = books.item("Hours")["value"]
    books.change("Item", number, Active=False)

    back = books.change("Item", number, Active=True).json["Item"]

    assert (back["Name"], back["FullyQualifiedName"]) == (name, name)


def test_name_that_was_taken_meanwhile_answers_6240(books: Books) -> None:
    number = books.vendor("Acme")["value"]
    books.change("Vendor", number, Active=False)
    books.customer("Acme")

    renamed = books.change("Vendor", number, Active=True, DisplayName="Acme")
    kept = books.change("Vendor", number, Active=True)

    assert (renamed.code, kept.status) == ("6240", 200)


def test_restored_name_that_was_taken_answers_6240(books: Books) -> None:
    books.control("PUT", "switches", {"restores_names": True})
    number = books.vendor("Acme")["value"]
    books.change("Vendor", number, Active=False)
    books.customer("Acme")

    assert books.change("Vendor", number, Active=True).code == "6240"
