"""Credits of customers: applied by a payment of 0, by QuickBooks itself, and free again."""

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


def second(books: Books, owed: Json, amount: float = 100) -> Json:
    """Another open invoice of the same customer."""
    customer = {"value": owed["CustomerRef"]["value"]}
    return books.create("Invoice", {"CustomerRef": customer, "Line": [sale(books.item(), amount)]})


def balances(books: Books, *invoices: Json) -> list[float]:
    return [books.read("Invoice", body["Id"])["Balance"] for body in invoices]


def memo(books: Books, owed: Json, amount: float = 30) -> Json:
    customer = {"value": owed["CustomerRef"]["value"]}
    lines = [sale(books.item(), amount)]
    return books.create("CreditMemo", {"CustomerRef": customer, "Line": lines})


def test_credit_is_applied_by_a_payment_of_zero(books: Books, owed: Json) -> None:
    customer = {"value": owed["CustomerRef"]["value"]}
    memo = books.create("CreditMemo", {"CustomerRef": customer, "Line": [sale(books.item(), 30)]})
    lines = [applied(30, owed["Id"]), applied(30, memo["Id"], "CreditMemo")]

    books.create("Payment", payment(owed, 0, *lines))

    assert books.read("Invoice", owed["Id"])["Balance"] == 70
    assert books.read("CreditMemo", memo["Id"])["RemainingCredit"] == 0
    aim = {"Id": memo["Id"], "SyncToken": "1"}
    assert books.post("creditmemo", aim, "&operation=delete").code == "800"


def test_voided_invoice_frees_money_and_credit(books: Books, owed: Json) -> None:
    credit = memo(books, owed)
    lines = [applied(100, owed["Id"]), applied(30, credit["Id"], "CreditMemo")]
    made = books.create("Payment", payment(owed, 70, *lines))

    books.remove("Invoice", owed["Id"], by="operation=void")

    again = books.read("Payment", made["Id"])
    assert (again["UnappliedAmt"], again["Line"]) == (70, [])
    assert books.read("CreditMemo", credit["Id"])["RemainingCredit"] == 30
    assert books.read("Customer", owed["CustomerRef"]["value"])["Balance"] == -100


def test_voided_invoice_leaves_the_credit_to_the_other_one(books: Books, owed: Json) -> None:
    credit, other = memo(books, owed), second(books, owed, 20)
    lines = [applied(10, owed["Id"]), applied(20, other["Id"])]
    lines.append(applied(30, credit["Id"], "CreditMemo"))
    made = books.create("Payment", payment(owed, 0, *lines))

    books.remove("Invoice", owed["Id"], by="operation=void")

    again = books.read("Payment", made["Id"])
    assert [line["Amount"] for line in again["Line"]] == [20, 20]
    assert books.read("CreditMemo", credit["Id"])["RemainingCredit"] == 10
    assert again["UnappliedAmt"] == 0


def test_deleted_payment_gives_the_credit_back(books: Books, owed: Json) -> None:
    credit = memo(books, owed)
    lines = [applied(30, owed["Id"]), applied(30, credit["Id"], "CreditMemo")]
    made = books.create("Payment", payment(owed, 0, *lines))

    books.remove("Payment", made["Id"])

    assert balances(books, owed) == [100]
    assert books.read("CreditMemo", credit["Id"])["RemainingCredit"] == 30


def test_credit_alone_cannot_be_applied(books: Books, owed: Json) -> None:
    credit = memo(books, owed)
    body = payment(owed, 5, applied(30, credit["Id"], "CreditMemo"))

    assert books.post("payment", body).code == "6000"


def test_credit_memo_is_voided_by_a_person_only(books: Books, owed: Json) -> None:
    credit = memo(books, owed)
    aim = {"Id": credit["Id"], "SyncToken": "0"}
    item = {"bId": "a", "operation": "void", "CreditMemo": aim}

    refused = books.post("creditmemo", aim, "&operation=void")
    batch = books.post("batch", {"BatchItemRequest": [item]}).json["BatchItemResponse"][0]
    books.control("POST", "entities/CreditMemo?operation=void", {"Id": credit["Id"]})

    assert (refused.code, batch["Fault"]["Error"][0]["code"]) == ("500", "500")
    assert books.read("CreditMemo", credit["Id"])["RemainingCredit"] == 0


def invoice(books: Books, customer: Json, amount: float = 100, **changes: Json) -> Json:
    lines = [sale(books.item(), amount)]
    return books.create("Invoice", {"CustomerRef": customer, "Line": lines} | changes)


@pytest.fixture
def crediting(books: Books) -> Books:
    """A company that applies credits by itself."""
    books.control("PUT", "preferences", {"SalesFormsPrefs": {"AutoApplyCredit": True}})
    return books


def test_fresh_invoice_uses_up_open_credits(crediting: Books) -> None:
    customer = crediting.customer()
    memos = [memo(crediting, {"CustomerRef": customer}, amount) for amount in (30, 20)]

    made = invoice(crediting, customer, 45)

    left = [crediting.read("CreditMemo", body["Id"])["Balance"] for body in memos]
    assert (made["TotalAmt"], made["Balance"], left) == (45, 0, [0, 5])
    payment = crediting.read("Payment", made["LinkedTxn"][0]["TxnId"])
    assert (payment["TotalAmt"], len(payment["Line"])) == (0, 3)


def test_fresh_credit_is_applied_to_the_oldest_invoices(crediting: Books) -> None:
    customer = crediting.customer()
    newer = invoice(crediting, customer, 20, TxnDate="2026-11-02")
    older = invoice(crediting, customer, 20, TxnDate="2026-11-01")

    made = memo(crediting, {"CustomerRef": customer}, 30)

    open_ = [crediting.read("Invoice", body["Id"])["Balance"] for body in (newer, older)]
    assert (made["RemainingCredit"], open_) == (0, [10, 0])


def test_credits_of_others_are_left_alone(crediting: Books) -> None:
    memo(crediting, {"CustomerRef": crediting.customer("Other")}, 30)

    assert invoice(crediting, crediting.customer())["Balance"] == 100


def test_credits_wait_without_the_preference(books: Books) -> None:
    customer = books.customer()
    memo(books, {"CustomerRef": customer}, 30)

    assert invoice(books, customer)["Balance"] == 100
