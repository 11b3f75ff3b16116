"""Money paid to vendors, and what their credits cover."""

import pytest

from tests.unit.simulators.client import Books, Json, applied, cost, goods


@pytest.fixture
def owing(books: Books) -> Json:
    """An open bill of 100."""
    body = {"VendorRef": books.vendor(), "Line": [cost(books.account("Fuel"), 100)]}
    return books.create("Bill", body)


def paying(books: Books, owing: Json, total: float, *lines: Json, **changes: Json) -> Json:
    return {
        "VendorRef": {"value": owing["VendorRef"]["value"]},
        "PayType": "Check",
        "TotalAmt": total,
        "CheckPayment": {"BankAccountRef": books.account("Checking")},
        "Line": list(lines) or [applied(total, owing["Id"], "Bill")],
    } | changes


def credit(books: Books, owing: Json, amount: float) -> Json:
    vendor = {"value": owing["VendorRef"]["value"]}
    line = cost(books.account("Fuel"), amount)
    return books.create("VendorCredit", {"VendorRef": vendor, "Line": [line]})


def owed(books: Books, owing: Json) -> float:
    return float(books.read("Vendor", owing["VendorRef"]["value"])["Balance"])


def test_check_closes_the_bill(books: Books, owing: Json) -> None:
    paid = books.create("BillPayment", paying(books, owing, 100))

    again = books.read("Bill", owing["Id"])

    assert (again["Balance"], again["SyncToken"]) == (0, "1")
    assert again["LinkedTxn"] == [{"TxnId": paid["Id"], "TxnType": "BillPaymentCheck"}]
    assert owed(books, owing) == 0


def test_card_payment_has_its_own_account_and_link(books: Books, owing: Json) -> None:
    card = {"CCAccountRef": books.account("Visa")}
    body = paying(books, owing, 100, PayType="CreditCard", CreditCardPayment=card)

    paid = books.create("BillPayment", body)

    assert (paid["CreditCardPayment"]["CCAccountRef"]["name"], "CheckPayment" in paid) == (
        "Visa",
        False,
    )
    link = books.read("Bill", owing["Id"])["LinkedTxn"][0]
    assert link == {"TxnId": paid["Id"], "TxnType": "BillPaymentCreditCard"}


@pytest.mark.parametrize("missing", ["VendorRef", "TotalAmt", "PayType", "CheckPayment", "Line"])
def test_payment_needs_all_its_parts(books: Books, owing: Json, missing: str) -> None:
    body = paying(books, owing, 15)
    del body[missing]

    assert books.post("billpayment", body).code == "2020"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"TotalAmt": -1}, "2290"),
        ({"TotalAmt": 5}, "6000"),
        ({"PayType": "Cash"}, "2170"),
        ({"PayType": "CreditCard"}, "2020"),
        ({"APAccountRef": {"value": "30"}}, "6430"),
        ({"Line": [applied(10, "99999", "Bill")]}, "620"),
        ({"Line": [applied(10, "145", "Invoice")]}, "620"),
        ({"Line": [applied(10, "145", "BillPayment")]}, "620"),
        ({"Line": [applied(0, "145", "Bill")]}, "2290"),
        ({"Line": [applied(10, "145", "Bill") | {"Amount": None}]}, "2020"),
        ({"Line": [{"Amount": 10}]}, "6000"),
    ],
)
def test_bad_payments_are_refused(books: Books, owing: Json, changes: Json, code: str) -> None:
    assert books.post("billpayment", paying(books, owing, 10) | changes).code == code


@pytest.mark.parametrize(
    ("kind", "part"),
    [
        ("Check", {"CheckPayment": {"BankAccountRef": {"value": "60"}}}),
        ("CreditCard", {"CreditCardPayment": {"CCAccountRef": {"value": "30"}}}),
    ],
)
def test_account_must_fit_the_way_of_paying(
    books: Books, owing: Json, kind: str, part: Json
) -> None:
    body = paying(books, owing, 10, PayType=kind) | part

    assert books.post("billpayment", body).code == "6430"


def test_bill_of_another_vendor_cannot_be_paid(books: Books, owing: Json) -> None:
    body = paying(books, owing, 10) | {"VendorRef": books.vendor("Other")}

    assert books.post("billpayment", body).code == "620"


def test_more_than_the_bill_has_open_is_refused(books: Books, owing: Json) -> None:
    books.create("BillPayment", paying(books, owing, 60))

    assert books.post("billpayment", paying(books, owing, 41)).code == "6000"


@pytest.mark.parametrize("by", ["operation=delete", "include=void"])
def test_removed_payment_reopens_the_bill(books: Books, owing: Json, by: str) -> None:
    paid = books.create("BillPayment", paying(books, owing, 60))

    books.remove("BillPayment", paid["Id"], by=by)

    again = books.read("Bill", owing["Id"])
    assert (again["Balance"], again["LinkedTxn"], again["SyncToken"]) == (100, [], "2")
    assert owed(books, owing) == 100


def test_void_payment_keeps_its_note(books: Books, owing: Json) -> None:
    paid = books.create("BillPayment", paying(books, owing, 60, PrivateNote="cmms:1"))

    books.remove("BillPayment", paid["Id"], by="include=void")

    again = books.read("BillPayment", paid["Id"])
    assert (again["TotalAmt"], again["Line"], again["PrivateNote"]) == (0, [], "Voided - cmms:1")


def test_deleted_bill_frees_what_was_paid_for_it(books: Books, owing: Json) -> None:
    paid = books.create("BillPayment", paying(books, owing, 60))

    answer = books.remove("Bill", owing["Id"])

    again = books.read("BillPayment", paid["Id"])
    assert (answer.status, again["Line"], again["SyncToken"]) == (200, [], "1")
    assert (again["TotalAmt"], owed(books, owing)) == (60, -60)


def test_paid_bill_cannot_shrink_or_change_its_vendor(books: Books, owing: Json) -> None:
    books.create("BillPayment", paying(books, owing, 60))

    less = books.change("Bill", owing["Id"], Line=[cost(books.account("Fuel"), 59)])
    moved = books.change("Bill", owing["Id"], VendorRef=books.vendor("Other"))
    more = books.change("Bill", owing["Id"], Line=[cost(books.account("Fuel"), 110)])

    assert (less.code, moved.code) == ("6000", "620")
    assert more.json["Bill"]["Balance"] == 50


def test_payment_is_moved_to_another_bill(books: Books, owing: Json) -> None:
    paid = books.create("BillPayment", paying(books, owing, 60))
    vendor = {"value": owing["VendorRef"]["value"]}
    line = cost(books.account("Fuel"), 70)
    other = books.create("Bill", {"VendorRef": vendor, "Line": [line]})

    books.change("BillPayment", paid["Id"], Line=[applied(60, other["Id"], "Bill")])

    balances = [books.read("Bill", body["Id"])["Balance"] for body in (owing, other)]
    assert (balances, owed(books, owing)) == ([100, 10], 110)


def test_credit_lowers_what_is_owed_and_takes_goods_out(books: Books, owing: Json) -> None:
    item = books.item("Air filter 20x25")
    vendor = {"value": owing["VendorRef"]["value"]}

    made = books.create("VendorCredit", {"VendorRef": vendor, "Line": [goods(item, 2, 10)]})

    assert (made["TotalAmt"], made["Balance"], "DueDate" in made) == (20, 20, False)
    assert books.read("Item", item["value"])["QtyOnHand"] == 38
    assert owed(books, owing) == 80


def test_credit_covers_a_bill_by_a_payment_of_zero(books: Books, owing: Json) -> None:
    made = credit(books, owing, 30)
    lines = [applied(30, owing["Id"], "Bill"), applied(30, made["Id"], "VendorCredit")]

    books.create("BillPayment", paying(books, owing, 0, *lines))

    assert books.read("Bill", owing["Id"])["Balance"] == 70
    assert books.read("VendorCredit", made["Id"])["Balance"] == 0
    assert books.remove("VendorCredit", made["Id"]).code == "800"
    assert owed(books, owing) == 70


def test_deleted_bill_frees_the_credit_as_well(books: Books, owing: Json) -> None:
    made = credit(books, owing, 30)
    lines = [applied(70, owing["Id"], "Bill"), applied(30, made["Id"], "VendorCredit")]
    paid = books.create("BillPayment", paying(books, owing, 40, *lines))

    books.remove("Bill", owing["Id"])

    assert books.read("VendorCredit", made["Id"])["Balance"] == 30
    assert books.read("BillPayment", paid["Id"])["Line"] == []
    assert owed(books, owing) == -70


def test_credits_alone_cannot_be_paid(books: Books, owing: Json) -> None:
    made = credit(books, owing, 30)
    body = paying(books, owing, 0, applied(30, made["Id"], "VendorCredit"))

    assert books.post("billpayment", body).code == "6000"


def test_credits_cannot_be_voided(books: Books, owing: Json) -> None:
    made = credit(books, owing, 30)

    assert books.remove("VendorCredit", made["Id"], by="operation=void").code == "500"
