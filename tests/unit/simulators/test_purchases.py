"""Bills, their payments, and journal entries."""

import pytest

from tests.unit.simulators.client import Books, Json, cost, goods, posting


def bill(books: Books, **changes: Json) -> Json:
    body = {
        "VendorRef": books.vendor(),
        "TxnDate": "2026-11-18",
        "DocNumber": "INV-1",
        "Line": [cost(books.account("Fuel"))],
    }
    return {name: value for name, value in (body | changes).items() if value is not None}


def test_bill_is_open_and_owed_to_the_vendor(books: Books) -> None:
    body = bill(books)

    made = books.create("Bill", body)

    assert (made["TotalAmt"], made["Balance"], made["LinkedTxn"]) == (15, 15, [])
    assert made["APAccountRef"]["name"] == "Accounts Payable (A/P)"
    assert books.read("Vendor", body["VendorRef"]["value"])["Balance"] == 15


def test_bill_takes_items_into_stock(books: Books) -> None:
    item = books.item("Air filter 20x25")

    books.create("Bill", bill(books, Line=[goods(item, 5, 10, BillableStatus="NotBillable")]))

    assert books.read("Item", item["value"])["QtyOnHand"] == 45


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"VendorRef": None}, "2020"),
        ({"VendorRef": {"value": "99999"}}, "2500"),
        ({"Line": [cost({"value": "99999"})]}, "2500"),
        ({"Line": [{"Amount": 5, "DetailType": "AccountBasedExpenseLineDetail"}]}, "2020"),
        ({"Line": [cost({"value": "32"})]}, "6430"),
        ({"Line": [cost({"value": "60"}, BillableStatus="Billable")]}, "6310"),
        ({"Line": [cost({"value": "60"}, BillableStatus="HasBeenBilled")]}, "2170"),
        ({"APAccountRef": {"value": "30"}}, "6430"),
        ({"Line": [cost({"value": "60"}, -1)]}, "2290"),
    ],
)
def test_bad_bills_are_refused_with_their_code(books: Books, changes: Json, code: str) -> None:
    assert books.post("bill", bill(books, **changes)).code == code


def test_bill_numbers_are_unique_per_vendor(books: Books) -> None:
    body = bill(books)
    books.create("Bill", body)

    same = books.post("bill", body)
    other = books.post("bill", body | {"VendorRef": books.vendor("Other")})

    assert (same.code, other.status) == ("6140", 200)


def test_bills_cannot_be_voided_but_deleted(books: Books) -> None:
    made = books.create("Bill", bill(books))
    aim = {"Id": made["Id"], "SyncToken": "0"}

    assert books.post("bill", aim, "&operation=void").code == "500"
    assert books.post("bill", aim, "&operation=delete").status == 200


def test_full_update_of_a_bill_replaces_its_lines(books: Books) -> None:
    item = books.item("Air filter 20x25")
    fuel = books.account("Fuel")
    made = books.create("Bill", bill(books, Line=[goods(item, 5, 10), cost(fuel)], PrivateNote="n"))
    vendor = {"value": made["VendorRef"]["value"]}
    body = {"Id": made["Id"], "SyncToken": "0", "VendorRef": vendor, "Line": [goods(item, 2, 10)]}

    new = books.create("Bill", body)

    assert (new["TotalAmt"], new["Balance"], len(new["Line"])) == (20, 20, 1)
    assert ("DocNumber" in new, "PrivateNote" in new) == (False, False)
    assert books.read("Item", item["value"])["QtyOnHand"] == 42


def test_sparse_update_of_a_bill_keeps_its_lines(books: Books) -> None:
    made = books.create("Bill", bill(books))

    new = books.change("Bill", made["Id"], DueDate="2027-01-31").json["Bill"]

    assert (new["DueDate"], new["DocNumber"], new["TotalAmt"]) == ("2027-01-31", "INV-1", 15)
    assert new["Line"] == made["Line"]


def test_due_date_follows_the_vendors_terms(books: Books) -> None:
    term = next(row for row in books.rows("SELECT * FROM Term") if row["DueDays"] == 15)
    body = {"DisplayName": "Quick", "TermRef": {"value": term["Id"]}}
    vendor = {"value": books.create("Vendor", body)["Id"]}

    made = books.create("Bill", bill(books, VendorRef=vendor))

    assert (made["DueDate"], made["SalesTermRef"]["name"]) == ("2026-12-03", "Net 15")


def test_number_of_a_bill_is_not_changed_to_a_taken_one(books: Books) -> None:
    body = bill(books)
    books.create("Bill", body)
    other = books.create("Bill", body | {"DocNumber": "INV-2"})
    change = {"Id": other["Id"], "SyncToken": "0", "sparse": True, "DocNumber": "inv-1"}

    refused = books.post("bill", change)
    allowed = books.post("bill", change, "&include=allowduplicatedocnum")

    assert (refused.code, allowed.status) == ("6140", 200)


def test_number_of_a_bill_is_free_without_the_warning(books: Books) -> None:
    books.control("PUT", "preferences", {"OtherPrefs": {"WarnDuplicateBillNumber": False}})
    body = bill(books)
    books.create("Bill", body)

    assert books.post("bill", body).status == 200


def test_duplicate_bill_is_allowed_by_the_options_of_a_batch_item(books: Books) -> None:
    body = bill(books)
    books.create("Bill", body)
    item = {"bId": "a", "operation": "create", "Bill": body}
    items = [item, item | {"bId": "b", "optionsData": "allowduplicatedocnum"}]

    answers = books.post("batch", {"BatchItemRequest": items}).json["BatchItemResponse"]

    assert {row["bId"] for row in answers if "Bill" in row} == {"b"}


def test_deleted_bill_gives_its_stock_back(books: Books) -> None:
    item = books.item("Air filter 20x25")
    made = books.create("Bill", bill(books, Line=[goods(item, 5, 10)]))

    books.remove("Bill", made["Id"])

    assert books.read("Item", item["value"])["QtyOnHand"] == 40
    assert books.read("Vendor", made["VendorRef"]["value"])["Balance"] == 0


def entry(books: Books, **changes: Json) -> Json:
    lines = [
        posting("Debit", books.account("Fuel"), 31.2),
        posting("Credit", books.account("Checking"), 31.2),
    ]
    return {"DocNumber": "J-1", "TxnDate": "2026-11-20", "Line": lines} | changes


def test_journal_entry_answers_a_total_of_zero(books: Books) -> None:
    made = books.create("JournalEntry", entry(books))

    assert made["TotalAmt"] == 0
    assert [line["Id"] for line in made["Line"]] == ["1", "2"]
    assert made["Line"][0]["JournalEntryLineDetail"]["AccountRef"]["name"] == "Fuel"


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([], "2020"),
        ([("Debit", "Fuel", 5)], "2300"),
        ([("Debit", "Fuel", 5), ("Credit", "Checking", 4.99)], "2300"),
        ([("Debit", "Fuel", 0), ("Credit", "Checking", 0)], "2300"),
        ([("Debit", "Fuel", -5), ("Credit", "Checking", -5)], "2290"),
        ([("Sideways", "Fuel", 5)], "2170"),
        ([("Debit", "Accounts Receivable (A/R)", 5), ("Credit", "Checking", 5)], "6000"),
        ([("Debit", "Accounts Payable (A/P)", 5), ("Credit", "Checking", 5)], "6000"),
    ],
)
def test_bad_entries_are_refused_with_their_code(books: Books, lines: Json, code: str) -> None:
    made = [posting(side, books.account(name), amount) for side, name, amount in lines]

    assert books.post("journalentry", entry(books, Line=made)).code == code


def test_receivable_line_names_its_customer(books: Books) -> None:
    party = {"Type": "Customer", "EntityRef": books.customer()}
    lines = [
        posting("Debit", books.account("Accounts Receivable (A/R)"), 5, Entity=party),
        posting("Credit", books.account("Services"), 5),
    ]

    made = books.create("JournalEntry", entry(books, Line=lines))

    detail = made["Line"][0]["JournalEntryLineDetail"]
    assert detail["Entity"]["EntityRef"]["name"] == "Harbor Hotel"


def test_inactive_account_answers_610(books: Books) -> None:
    body = entry(books)
    fuel = books.account("Fuel")
    change = {"Id": fuel["value"], "SyncToken": "0", "sparse": True, "Active": False}
    books.create("Account", change)

    assert books.post("journalentry", body).code == "610"


def test_entry_numbers_are_unique_by_preference(books: Books) -> None:
    books.create("JournalEntry", entry(books))
    warned = books.post("journalentry", entry(books))
    books.control("PUT", "preferences", {"OtherPrefs": {"WarnDuplicateJournalNumber": False}})

    assert (warned.code, books.post("journalentry", entry(books)).status) == ("6140", 200)


def test_purchases_abroad_carry_their_tax(british_books: Books) -> None:
    code = british_books.tax_code("20.0% S")
    line = cost(british_books.account("Fuel"), 50, TaxCodeRef=code)

    assert british_books.create("Bill", bill(british_books, Line=[line]))["TotalAmt"] == 60
