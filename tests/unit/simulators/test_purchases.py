"""Bills, their payments, and journal entries."""

import pytest

from tests.unit.simulators.client import Books, Json, applied, posting


def cost(account: dict[str, str], amount: float = 15, **more: Json) -> Json:
    detail = {"AccountRef": account} | more
    return {
        "Amount": amount,
        "DetailType": "AccountBasedExpenseLineDetail",
        "AccountBasedExpenseLineDetail": detail,
    }


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
    detail = {"ItemRef": item, "Qty": 5, "UnitPrice": 10, "BillableStatus": "NotBillable"}
    line = {
        "Amount": 50,
        "DetailType": "ItemBasedExpenseLineDetail",
        "ItemBasedExpenseLineDetail": detail,
    }

    books.create("Bill", bill(books, Line=[line]))

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


def test_bill_payment_closes_the_bill(books: Books) -> None:
    made = books.create("Bill", bill(books))
    body = {
        "VendorRef": {"value": made["VendorRef"]["value"]},
        "PayType": "Check",
        "TotalAmt": 15,
        "CheckPayment": {"BankAccountRef": books.account("Checking")},
        "Line": [applied(15, made["Id"], "Bill")],
    }

    paid = books.create("BillPayment", body)

    again = books.read("Bill", made["Id"])
    assert again["Balance"] == 0
    assert again["LinkedTxn"] == [{"TxnId": paid["Id"], "TxnType": "BillPaymentCheck"}]


@pytest.mark.parametrize("missing", ["VendorRef", "TotalAmt", "PayType", "CheckPayment", "Line"])
def test_bill_payment_needs_all_its_parts(books: Books, missing: str) -> None:
    body = {
        "VendorRef": books.vendor(),
        "PayType": "Check",
        "TotalAmt": 15,
        "CheckPayment": {"BankAccountRef": books.account("Checking")},
        "Line": [applied(15, "145", "Bill")],
    }
    del body[missing]

    assert books.post("billpayment", body).code == "2020"


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
