"""The closing date: no document on or before it comes, goes or changes."""

import pytest

from tests.unit.simulators.client import Books, Json, applied, cost, posting, sale

LAST_CLOSED, FIRST_OPEN = "2026-10-31", "2026-11-01"


def close(books: Books, day: str | None = LAST_CLOSED) -> None:
    books.control("PUT", "preferences", {"AccountingInfoPrefs": {"BookCloseDate": day}})


def documents(books: Books) -> dict[str, Json]:
    """One of each kind."""
    customer, vendor = books.customer(), books.vendor()
    fuel, bank = books.account("Fuel"), books.account("Checking")
    sold, bought = [sale(books.item(), 50)], [cost(fuel, 50)]
    entry = [posting("Debit", fuel, 5), posting("Credit", bank, 5)]
    bill = books.create("Bill", {"VendorRef": vendor, "Line": bought})
    paid = {"VendorRef": vendor, "TotalAmt": 5, "PayType": "Check"}
    paid |= {"CheckPayment": {"BankAccountRef": bank}, "Line": [applied(5, bill["Id"], "Bill")]}
    return {
        "Invoice": {"CustomerRef": customer, "Line": sold},
        "CreditMemo": {"CustomerRef": customer, "Line": sold},
        "Payment": {"CustomerRef": customer, "TotalAmt": 5},
        "Bill": {"VendorRef": vendor, "Line": bought},
        "VendorCredit": {"VendorRef": vendor, "Line": bought},
        "BillPayment": paid,
        "JournalEntry": {"Line": entry},
    }


KINDS = ["Invoice", "CreditMemo", "Payment", "Bill", "VendorCredit", "BillPayment", "JournalEntry"]


@pytest.mark.parametrize("kind", KINDS)
def test_documents_are_refused_up_to_the_closing_date(books: Books, kind: str) -> None:
    body = documents(books)[kind]
    close(books)

    on_it = books.post(kind.lower(), body | {"TxnDate": LAST_CLOSED})
    after = books.post(kind.lower(), body | {"TxnDate": FIRST_OPEN})

    assert (on_it.code, after.status) == ("6200", 200)


@pytest.mark.parametrize("kind", KINDS)
def test_documents_change_neither_in_nor_into_nor_out_of_it(books: Books, kind: str) -> None:
    body = documents(books)[kind]
    inside = books.create(kind, body | {"TxnDate": LAST_CLOSED})["Id"]
    outside = books.create(kind, body | {"TxnDate": FIRST_OPEN})["Id"]
    close(books)

    codes = [
        books.change(kind, inside, PrivateNote="x").code,
        books.change(kind, inside, TxnDate=FIRST_OPEN).code,
        books.change(kind, outside, TxnDate=LAST_CLOSED).code,
    ]

    assert codes == ["6200"] * 3
    assert books.change(kind, outside, PrivateNote="x").status == 200


@pytest.mark.parametrize(
    ("kind", "by"),
    [
        *((kind, "operation=delete") for kind in KINDS),
        ("Invoice", "operation=void"),
        ("Payment", "include=void"),
        ("BillPayment", "include=void"),
    ],
)
def test_documents_stay_until_the_books_are_open_again(books: Books, kind: str, by: str) -> None:
    number = books.create(kind, documents(books)[kind] | {"TxnDate": LAST_CLOSED})["Id"]
    close(books)
    refused = books.remove(kind, number, by=by)
    close(books, None)

    assert (refused.code, books.remove(kind, number, by=by).status) == ("6200", 200)


def test_password_answers_6210(books: Books) -> None:
    body = documents(books)["Invoice"] | {"TxnDate": LAST_CLOSED}
    close(books)
    books.control("PUT", "switches", {"closing_password": True})

    assert books.post("invoice", body).code == "6210"


def test_open_payment_may_cover_a_closed_invoice(books: Books) -> None:
    body = documents(books)
    invoice = books.create("Invoice", body["Invoice"] | {"TxnDate": LAST_CLOSED})
    close(books)
    lines = [applied(5, invoice["Id"])]

    books.create("Payment", body["Payment"] | {"TxnDate": FIRST_OPEN, "Line": lines})

    assert books.read("Invoice", invoice["Id"])["Balance"] == 45
