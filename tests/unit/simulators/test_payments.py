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


def test_parent_does_not_pay_for_a_sub_customer(books: Books) -> None:
    parent = books.customer("Parent")
    child = {"DisplayName": "Child", "Job": True, "ParentRef": parent}
    job = {"value": books.create("Customer", child)["Id"]}
    owed = books.create("Invoice", {"CustomerRef": job, "Line": [sale(books.item(), 50)]})
    body = {"CustomerRef": parent, "TotalAmt": 50, "Line": [applied(50, owed["Id"])]}

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


def second(books: Books, owed: Json, amount: float = 100) -> Json:
    """Another open invoice of the same customer."""
    customer = {"value": owed["CustomerRef"]["value"]}
    return books.create("Invoice", {"CustomerRef": customer, "Line": [sale(books.item(), amount)]})


def balances(books: Books, *invoices: Json) -> list[float]:
    return [books.read("Invoice", body["Id"])["Balance"] for body in invoices]


def test_one_payment_covers_several_invoices(books: Books, owed: Json) -> None:
    other = second(books, owed)

    made = books.create(
        "Payment", payment(owed, 150, applied(100, owed["Id"]), applied(40, other["Id"]))
    )

    assert (balances(books, owed, other), made["UnappliedAmt"]) == ([0, 60], 10)
    assert books.read("Customer", owed["CustomerRef"]["value"])["Balance"] == 50


def test_payment_is_moved_to_another_invoice(books: Books, owed: Json) -> None:
    other = second(books, owed)
    made = books.create("Payment", payment(owed, 60, applied(60, owed["Id"])))

    moved = books.change("Payment", made["Id"], Line=[applied(60, other["Id"])]).json["Payment"]

    assert balances(books, owed, other) == [100, 40]
    assert (moved["UnappliedAmt"], books.read("Invoice", owed["Id"])["LinkedTxn"]) == (0, [])


def test_full_update_without_lines_frees_everything(books: Books, owed: Json) -> None:
    made = books.create("Payment", payment(owed, 60, applied(60, owed["Id"])))

    new = books.create("Payment", payment(owed, 60) | {"Id": made["Id"], "SyncToken": "0"})

    assert (new["UnappliedAmt"], balances(books, owed)) == (60, [100])


def test_payment_cannot_shrink_below_what_is_applied(books: Books, owed: Json) -> None:
    made = books.create("Payment", payment(owed, 60, applied(60, owed["Id"])))

    less = books.change("Payment", made["Id"], TotalAmt=59)
    more = books.change("Payment", made["Id"], TotalAmt=70)

    assert (less.code, more.json["Payment"]["UnappliedAmt"]) == ("6000", 10)


def test_applied_payment_keeps_its_customer(books: Books, owed: Json) -> None:
    made = books.create("Payment", payment(owed, 60, applied(60, owed["Id"])))

    assert books.change("Payment", made["Id"], CustomerRef=books.customer("Other")).code == "620"


def test_update_that_changes_nothing_keeps_the_token(books: Books, owed: Json) -> None:
    made = books.create("Payment", payment(owed, 60, applied(60, owed["Id"])))

    same = books.change("Payment", made["Id"], TotalAmt=60).json["Payment"]

    assert (same["SyncToken"], same["Line"]) == ("0", made["Line"])


def test_voided_invoice_takes_no_payment(books: Books, owed: Json) -> None:
    books.remove("Invoice", owed["Id"], by="operation=void")

    assert books.post("payment", payment(owed, 10, applied(10, owed["Id"]))).code == "620"


def test_deleted_invoice_frees_its_payment(books: Books, owed: Json) -> None:
    made = books.create("Payment", payment(owed, 60, applied(60, owed["Id"])))

    books.remove("Invoice", owed["Id"])

    again = books.read("Payment", made["Id"])
    assert (again["UnappliedAmt"], again["Line"], again["SyncToken"]) == (60, [], "1")


def test_deposit_locks_every_change_until_it_is_taken_out(books: Books, owed: Json) -> None:
    made = books.create("Payment", payment(owed, 60, applied(60, owed["Id"])))
    books.control("POST", f"payments/{made['Id']}/deposit")

    locked = books.change("Payment", made["Id"], PrivateNote="x")
    books.control("DELETE", f"payments/{made['Id']}/deposit")

    assert (locked.code, books.change("Payment", made["Id"], PrivateNote="x").status) == (
        "6540",
        200,
    )


@pytest.mark.parametrize(
    ("field", "account", "code"),
    [
        ("DepositToAccountRef", "Checking", ""),
        ("DepositToAccountRef", "Undeposited Funds", ""),
        ("DepositToAccountRef", "Inventory Asset", "6430"),
        ("DepositToAccountRef", "Accounts Receivable (A/R)", "6430"),
        ("ARAccountRef", "Accounts Receivable (A/R)", ""),
        ("ARAccountRef", "Checking", "6430"),
    ],
)
def test_accounts_of_a_payment_fit_their_use(
    books: Books, owed: Json, field: str, account: str, code: str
) -> None:
    answer = books.post("payment", payment(owed, 10) | {field: books.account(account)})

    assert code == ("" if answer.status == 200 else answer.code)


def test_number_of_a_check_has_at_most_21_characters(books: Books, owed: Json) -> None:
    made = books.create("Payment", payment(owed, 10) | {"PaymentRefNum": "x" * 21})

    assert made["PaymentRefNum"] == "x" * 21
