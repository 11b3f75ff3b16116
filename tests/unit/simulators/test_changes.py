"""Change data capture."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.unit.simulators.client import Books, Json, applied, cost, posting, sale

TRACKED = "Account,Customer,Vendor,Item,Invoice,Payment,CreditMemo,Bill,BillPayment,VendorCredit"


def since(**back: float) -> str:
    return (datetime.now(UTC) - timedelta(**back)).isoformat(timespec="seconds")


def parts(books: Books, entities: str) -> list[Json]:
    answer = books.changes(entities, since(hours=1))
    return list(answer.json["CDCResponse"][0]["QueryResponse"])


def test_changes_hold_whole_and_deleted_records(books: Books) -> None:
    customer = books.customer()
    lines = [
        posting("Debit", books.account("Fuel"), 1),
        posting("Credit", books.account("Checking"), 1),
    ]
    entry = books.create("JournalEntry", {"Line": lines})
    books.remove("JournalEntry", entry["Id"])

    found = parts(books, "Customer,JournalEntry,Bill")

    assert customer["value"] in [row["Id"] for row in found[0]["Customer"]]
    gone = found[1]["JournalEntry"][0]
    assert (gone["status"], gone["Id"], found[2]) == ("Deleted", entry["Id"], {})


def test_every_kind_of_the_reference_is_covered(books: Books) -> None:
    customer, vendor = books.customer(), books.vendor()
    sold, bought = [sale(books.item(), 50)], [cost(books.account("Fuel"), 50)]
    for kind in ("Invoice", "CreditMemo"):
        books.create(kind, {"CustomerRef": customer, "Line": sold})
    for kind in ("Bill", "VendorCredit"):
        books.create(kind, {"VendorRef": vendor, "Line": bought})
    books.create("Payment", {"CustomerRef": customer, "TotalAmt": 1})
    bill = books.rows("SELECT * FROM Bill")[0]["Id"]
    bank = {"BankAccountRef": books.account("Checking")}
    body = {"VendorRef": vendor, "TotalAmt": 1, "PayType": "Check", "CheckPayment": bank}
    books.create("BillPayment", body | {"Line": [applied(1, bill, "Bill")]})

    found = parts(books, TRACKED)

    kinds = [next(name for name in part if name[0].isupper()) for part in found]
    assert kinds == TRACKED.split(",")


def test_inactive_records_are_rows_like_others(books: Books) -> None:
    number = books.customer()["value"]
    books.change("Customer", number, Active=False)

    rows = parts(books, "Customer")[0]["Customer"]

    assert [row["Active"] for row in rows if row["Id"] == number] == [False]


def test_paid_invoice_is_among_the_changes_of_its_payment(books: Books) -> None:
    customer = books.customer()
    made = books.create("Invoice", {"CustomerRef": customer, "Line": [sale(books.item(), 50)]})
    lines = [applied(20, made["Id"])]
    books.create("Payment", {"CustomerRef": customer, "TotalAmt": 20, "Line": lines})

    invoices, payments = parts(books, "Invoice,Payment")

    assert [row["Balance"] for row in invoices["Invoice"]] == [30]
    assert payments["Payment"][0]["Line"][0]["LinkedTxn"][0]["TxnId"] == made["Id"]


def test_changes_are_cut_at_a_thousand_together(books: Books) -> None:
    for start in range(0, 1020, 30):
        items = [
            {"bId": f"b{n}", "operation": "create", "Vendor": {"DisplayName": f"V {n}"}}
            for n in range(start, start + 30)
        ]
        books.post("batch", {"BatchItemRequest": items})

    found = parts(books, "Vendor,Customer")

    assert (len(found[0]["Vendor"]), found[1]) == (1000, {})


def test_cap_is_a_setting_and_shared_by_the_entities(books: Books) -> None:
    books.simulator.control("PUT", "settings", {"cdc_cap": 4})

    found = parts(books, "Customer,Vendor,Item")

    assert (len(found[0]["Customer"]), len(found[1]["Vendor"]), found[2]) == (3, 1, {})


def test_cap_counts_in_batches_too(books: Books) -> None:
    books.simulator.control("PUT", "settings", {"cdc_cap": 2})
    asked = {"Entities": "Customer", "ChangedSince": since(hours=1)}

    items = [{"bId": "a", "CDCQuery": asked}]
    answer = books.post("batch", {"BatchItemRequest": items}).json["BatchItemResponse"][0]

    assert len(answer["CDCResponse"][0]["QueryResponse"][0]["Customer"]) == 2


@pytest.mark.parametrize(
    ("entities", "moment", "code"),
    [
        ("TaxCode", since(hours=1), "2000"),
        ("TaxRate", since(hours=1), "2000"),
        ("TaxAgency", since(hours=1), "2000"),
        ("Nonsense", since(hours=1), "2000"),
        ("Customer", "yesterday", "2060"),
        ("Customer", "", "2020"),
        ("", since(hours=1), "2020"),
        ("Customer", since(days=30, minutes=1), "6000"),
    ],
)
def test_bad_change_requests_are_refused(
    books: Books, entities: str, moment: str, code: str
) -> None:
    assert books.changes(entities, moment).code == code


def test_changes_reach_back_thirty_days(books: Books) -> None:
    assert books.changes("Customer", since(days=29, hours=23)).status == 200
