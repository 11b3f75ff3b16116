"""Payments: what they may cover, what they change, how they are undone."""

import pytest

from tests.unit.simulators.client import Books, Json, applied, sale


@pytest.fixture
def owed(books: Books) -> Json:
    """An open invoice of 100."""
    return books.create(
        "Invoice", {"CustomerRef": books.customer(), "Line": [sale(books.item(), 100)]}
    )


def payment(owed: Json, total: float, *lines: Json) -> Json:
    return {"CustomerRef": {"value": owed["CustomerRef"]["value"]}, "TotalAmt": total} | (
        {"Line": list(lines)} if lines else {}
    )


def test_payment_lowers_balance_and_links_both_sides(books: Books, owed: Json) -> None:
    made = books.create("Payment", payment(owed, 60, applied(60, owed["Id"])))

    invoice = books.read("Invoice", owed["Id"])

    assert (invoice["Balance"], invoice["TotalAmt"], invoice["SyncToken"]) == (40, 100, "1")
    assert invoice["LinkedTxn"] == [{"TxnId": made["Id"], "TxnType": "Payment"}]
    assert made["DepositToAccountRef"]["name"] == "Undeposited Funds"
    assert books.read("Customer", owed["CustomerRef"]["value"])["Balance"] == 40


def test_payment_without_lines_stays_unapplied(books: Books, owed: Json) -> None:
    made = books.create("Payment", payment(owed, 60))

    assert made["UnappliedAmt"] == 60
    assert books.read("Customer", owed["CustomerRef"]["value"])["Balance"] == 40


def test_applied_line_shows_the_open_balance(books: Books, owed: Json) -> None:
    made = books.create("Payment", payment(owed, 60, applied(60, owed["Id"])))

    pairs = [part["value"] for part in made["Line"][0]["LineEx"]["any"]]

    assert {"Name": "txnOpenBalance", "Value": "100"} in pairs


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"TotalAmt": None}, "2020"),
        ({"CustomerRef": None}, "2020"),
        ({"TotalAmt": -1}, "2290"),
        ({"PaymentRefNum": "x" * 22}, "2050"),
        ({"Line": [applied(1, "99999")]}, "620"),
        ({"Line": [applied(1, "145", "Bill")]}, "620"),
        ({"Line": [{"Amount": 1}]}, "6000"),
        ({"Line": [{"LinkedTxn": [{"TxnId": "1", "TxnType": "Invoice"}]}]}, "2020"),
    ],
)
def test_bad_payments_are_refused(books: Books, owed: Json, changes: Json, code: str) -> None:
    assert books.post("payment", payment(owed, 10) | changes).code == code


def test_more_than_open_or_received_is_refused(books: Books, owed: Json) -> None:
    codes = [
        books.post("payment", payment(owed, 200, applied(101, owed["Id"]))).code,
        books.post("payment", payment(owed, 50, applied(51, owed["Id"]))).code,
    ]

    assert codes == ["6000", "6000"]


def test_one_invoice_is_linked_by_one_line_only(books: Books, owed: Json) -> None:
    lines = [applied(60, owed["Id"]), applied(60, owed["Id"])]

    assert books.post("payment", payment(owed, 120, *lines)).code == "6000"


def test_invoice_of_another_customer_cannot_be_linked(books: Books, owed: Json) -> None:
    body = payment(owed, 10, applied(10, owed["Id"])) | {"CustomerRef": books.customer("Other")}

    assert books.post("payment", body).code == "620"


def test_wrong_deposit_account_answers_6430(books: Books, owed: Json) -> None:
    body = payment(owed, 10) | {"DepositToAccountRef": books.account("Fuel")}

    assert books.post("payment", body).code == "6430"


def test_voided_payment_reopens_the_invoice(books: Books, owed: Json) -> None:
    made = books.create("Payment", payment(owed, 60, applied(60, owed["Id"])))
    aim = {"Id": made["Id"], "SyncToken": "0", "sparse": True}

    voided = books.post("payment", aim, "&operation=update&include=void").json["Payment"]

    assert (voided["TotalAmt"], voided["PrivateNote"]) == (0, "Voided")
    assert books.read("Invoice", owed["Id"])["Balance"] == 100


def test_deleted_payment_reopens_the_invoice(books: Books, owed: Json) -> None:
    made = books.create("Payment", payment(owed, 60, applied(60, owed["Id"])))

    books.post("payment", {"Id": made["Id"], "SyncToken": "0"}, "&operation=delete")

    invoice = books.read("Invoice", owed["Id"])
    assert (invoice["Balance"], invoice["LinkedTxn"]) == (100, [])


def test_voided_invoice_returns_its_payment(books: Books, owed: Json) -> None:
    made = books.create("Payment", payment(owed, 60, applied(60, owed["Id"])))

    books.post("invoice", {"Id": owed["Id"], "SyncToken": "1"}, "&operation=void")

    again = books.read("Payment", made["Id"])
    assert (again["UnappliedAmt"], again["Line"]) == (60, [])
    assert books.read("Customer", owed["CustomerRef"]["value"])["Balance"] == -60


def test_sparse_update_keeps_or_clears_what_is_applied(books: Books, owed: Json) -> None:
    made = books.create("Payment", payment(owed, 60, applied(60, owed["Id"])))
    change = {"Id": made["Id"], "sparse": True, "PrivateNote": "x"}

    kept = books.create("Payment", change | {"SyncToken": "0"})
    freed = books.create("Payment", change | {"SyncToken": "1", "Line": []})

    assert (kept["UnappliedAmt"], freed["UnappliedAmt"]) == (0, 60)
    assert books.read("Invoice", owed["Id"])["Balance"] == 100


def test_deposited_payment_is_locked(books: Books, owed: Json) -> None:
    made = books.create("Payment", payment(owed, 60))
    books.control("POST", f"payments/{made['Id']}/deposit")
    aim = {"Id": made["Id"], "SyncToken": "0"}

    assert books.post("payment", aim, "&operation=delete").code == "6540"
    assert books.post("payment", aim, "&operation=update&include=void").code == "6540"


def test_paid_invoice_cannot_shrink_below_payments(books: Books, owed: Json) -> None:
    books.create("Payment", payment(owed, 60, applied(60, owed["Id"])))
    lines = [sale(books.item(), 50)]
    change = {"Id": owed["Id"], "SyncToken": "1", "sparse": True, "Line": lines}

    assert books.post("invoice", change).code == "6000"


def test_credit_is_applied_by_a_payment_of_zero(books: Books, owed: Json) -> None:
    customer = {"value": owed["CustomerRef"]["value"]}
    memo = books.create("CreditMemo", {"CustomerRef": customer, "Line": [sale(books.item(), 30)]})
    lines = [applied(30, owed["Id"]), applied(30, memo["Id"], "CreditMemo")]

    books.create("Payment", payment(owed, 0, *lines))

    assert books.read("Invoice", owed["Id"])["Balance"] == 70
    assert books.read("CreditMemo", memo["Id"])["RemainingCredit"] == 0
    aim = {"Id": memo["Id"], "SyncToken": "1"}
    assert books.post("creditmemo", aim, "&operation=delete").code == "800"
