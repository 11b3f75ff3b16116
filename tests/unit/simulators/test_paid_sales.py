"""Invoices that are paid, credited or numbered by QuickBooks: what may still be changed."""

from tests.unit.simulators.client import Books, Json, applied, sale


def invoice(books: Books, amount: float = 100, **changes: Json) -> Json:
    lines = [sale(books.item(), amount)]
    return books.create("Invoice", {"CustomerRef": books.customer(), "Line": lines} | changes)


def pay(books: Books, owed: Json, amount: float) -> Json:
    customer = {"value": owed["CustomerRef"]["value"]}
    lines = [applied(amount, owed["Id"])]
    return books.create("Payment", {"CustomerRef": customer, "TotalAmt": amount, "Line": lines})


def test_paid_invoice_may_grow_and_shrink_to_what_is_paid(books: Books) -> None:
    owed = invoice(books)
    pay(books, owed, 60)

    more = books.change("Invoice", owed["Id"], Line=[sale(books.item(), 130)]).json["Invoice"]
    less = books.change("Invoice", owed["Id"], Line=[sale(books.item(), 60)]).json["Invoice"]
    refused = books.change("Invoice", owed["Id"], Line=[sale(books.item(), 59.99)])

    assert (more["Balance"], less["Balance"], refused.code) == (70, 0, "6000")
    assert less["LinkedTxn"] == more["LinkedTxn"]


def test_texts_of_a_paid_invoice_may_change(books: Books) -> None:
    owed = invoice(books)
    pay(books, owed, 100)

    new = books.change("Invoice", owed["Id"], PrivateNote="x", LinkedTxn=[]).json["Invoice"]

    assert (new["PrivateNote"], new["Balance"], len(new["LinkedTxn"])) == ("x", 0, 1)


def test_customer_of_a_paid_invoice_stays(books: Books) -> None:
    owed, other = invoice(books), books.customer("Other")
    made = pay(books, owed, 60)

    refused = books.change("Invoice", owed["Id"], CustomerRef=other)
    books.remove("Payment", made["Id"])
    moved = books.change("Invoice", owed["Id"], CustomerRef=other).json["Invoice"]

    assert (refused.code, moved["CustomerRef"]["name"]) == ("620", "Other")
    assert books.read("Customer", other["value"])["Balance"] == 100
    assert books.read("Customer", owed["CustomerRef"]["value"])["Balance"] == 0


def test_number_given_by_quickbooks_survives_a_full_update(books: Books) -> None:
    books.control("PUT", "preferences", {"SalesFormsPrefs": {"CustomTxnNumbers": False}})
    old = invoice(books)
    customer = {"value": old["CustomerRef"]["value"]}
    body = {"Id": old["Id"], "SyncToken": "0", "CustomerRef": customer}

    new = books.create("Invoice", body | {"Line": [sale(books.item(), 5)]})

    assert (old["DocNumber"], new["DocNumber"]) == ("1001", "1001")


def test_automatic_numbers_do_not_look_at_those_that_were_sent(books: Books) -> None:
    books.control("PUT", "preferences", {"SalesFormsPrefs": {"CustomTxnNumbers": False}})
    sent = invoice(books, DocNumber="1001")
    customer = {"value": sent["CustomerRef"]["value"]}

    made = books.create("Invoice", {"CustomerRef": customer, "Line": [sale(books.item(), 5)]})

    assert made["DocNumber"] == "1001"
