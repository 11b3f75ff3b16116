"""Invoices and credit memos: references, numbers, sums, tax, stock, voiding, deleting."""

import pytest

from tests.unit.simulators.client import Books, Json, sale


def invoice(books: Books, **changes: Json) -> Json:
    """An invoice that would be accepted, with changes; None removes a field."""
    body = {
        "CustomerRef": books.customer(),
        "TxnDate": "2026-11-20",
        "DocNumber": "WO-1",
        "Line": [sale(books.item(), 190, Qty=2, UnitPrice=95)],
    }
    return {name: value for name, value in (body | changes).items() if value is not None}


def test_invoice_answer_looks_like_a_recorded_one(books: Books) -> None:
    made = books.create("Invoice", invoice(books))

    assert made["TotalAmt"] == made["Balance"] == 190
    assert made["Line"][-1]["DetailType"] == "SubTotalLineDetail"
    assert "Id" not in made["Line"][-1]
    assert (made["DueDate"], made["LinkedTxn"], made["PrintStatus"]) == (
        "2026-12-20",
        [],
        "NeedToPrint",
    )
    assert made["CustomerRef"]["name"] == "Harbor Hotel"


def discount(**detail: Json) -> Json:
    amount = {"Amount": detail.pop("Amount")} if "Amount" in detail else {}
    return amount | {"DetailType": "DiscountLineDetail", "DiscountLineDetail": detail}


def test_percentage_discount_is_computed(books: Books) -> None:
    lines = [sale(books.item(), 99.99), discount(PercentBased=True, DiscountPercent=10)]

    made = books.create("Invoice", invoice(books, Line=lines))

    assert made["Line"][-1]["Amount"] == 10
    assert made["TotalAmt"] == 89.99


@pytest.mark.parametrize(("after", "tax"), [(False, 8), (True, 7.2)])
def test_tax_follows_apply_tax_after_discount(books: Books, *, after: bool, tax: float) -> None:
    lines = [sale(books.item(), 100, "TAX"), discount(Amount=10)]
    detail = {"TxnTaxCodeRef": books.tax_code()}
    body = invoice(books, Line=lines, TxnTaxDetail=detail, ApplyTaxAfterDiscount=after)

    assert books.create("Invoice", body)["TxnTaxDetail"]["TotalTax"] == tax


def test_line_discount_rate_does_not_excuse_the_sum(books: Books) -> None:
    line = sale(books.item(), 171, Qty=2, UnitPrice=95, DiscountRate=10)

    assert books.post("invoice", invoice(books, Line=[line])).code == "6070"


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([], "2020"),
        ([{"Amount": 1}], "2020"),
        ([{"DetailType": "SalesItemLineDetail", "SalesItemLineDetail": {}}], "2020"),
        ([{"Amount": 1, "DetailType": "SalesItemLineDetail"}], "2020"),
        ([{"Amount": 1, "DetailType": "JournalEntryLineDetail"}], "2170"),
        ([{"Amount": 1, "DetailType": "Nonsense"}], "2170"),
        ([sale({"value": "99999"})], "2500"),
        ([sale({"value": "x"})], "2030"),
        ([sale({"value": "7"}, 10, "2")], "6100"),
        ([sale({"value": "7"}, 10.03, Qty=1, UnitPrice=10.02)], "6070"),
        ([sale({"value": "7"}, -5)], "2290"),
        ([sale({"value": "9"}, 10)], "6520"),
        ([sale({"value": "7"}), discount(PercentBased=True)], "6090"),
        ([sale({"value": "7"}), discount(PercentBased=False)], "6090"),
    ],
)
def test_bad_lines_are_refused_with_their_code(books: Books, lines: Json, code: str) -> None:
    assert books.post("invoice", invoice(books, Line=lines)).code == code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"CustomerRef": None}, "2020"),
        ({"CustomerRef": {"value": "99999"}}, "2500"),
        ({"CustomerRef": "58"}, "2090"),
        ({"DocNumber": "x" * 22}, "2050"),
        ({"PrivateNote": "x" * 4001}, "2050"),
        ({"TxnDate": "2026-13-01"}, "2060"),
        ({"EmailStatus": "NeedToSend"}, "6420"),
        ({"EmailStatus": "Soon"}, "2170"),
        ({"CurrencyRef": {"value": "EUR"}}, "2220"),
        ({"TxnTaxDetail": {"TxnTaxCodeRef": {"value": "TAX"}}}, "2500"),
        ({"TxnTaxDetail": {"TxnTaxCodeRef": {"value": "999"}}}, "2500"),
        ({"TxnTaxDetail": {"TotalTax": 5}}, "6000"),
        ({"Id": "5"}, "2020"),
    ],
)
def test_bad_invoices_are_refused_with_their_code(books: Books, changes: Json, code: str) -> None:
    assert books.post("invoice", invoice(books, **changes)).code == code


def test_inactive_customer_answers_6250(books: Books) -> None:
    body = invoice(books)
    number = body["CustomerRef"]["value"]
    books.create("Customer", {"Id": number, "SyncToken": "0", "sparse": True, "Active": False})

    assert books.post("invoice", body).code == "6250"


def test_inactive_item_answers_610(books: Books) -> None:
    item = books.item("Hours")
    books.create("Item", {"Id": item["value"], "SyncToken": "0", "sparse": True, "Active": False})

    assert books.post("invoice", invoice(books, Line=[sale(item)])).code == "610"


def test_discounts_need_the_preference(books: Books) -> None:
    books.control("PUT", "preferences", {"SalesFormsPrefs": {"AllowDiscount": False}})
    lines = [sale(books.item()), discount(Amount=10)]

    assert books.post("invoice", invoice(books, Line=lines)).code == "6000"


def test_duplicate_number_answers_6140_with_its_holder(books: Books) -> None:
    body = invoice(books)
    first = books.create("Invoice", body)

    error = books.post("invoice", body).json["Fault"]["Error"][0]

    assert error["code"] == "6140"
    assert f"TxnId={first['Id']}" in error["Detail"]


def test_duplicate_number_may_be_allowed_by_call_or_company(books: Books) -> None:
    body = invoice(books)
    books.create("Invoice", body)

    by_call = books.post("invoice", body, "&include=allowduplicatedocnum")
    books.control("PUT", "preferences", {"OtherPrefs": {"WarnDuplicateInvoiceNumber": "false"}})
    by_company = books.post("invoice", body)

    assert (by_call.status, by_company.status) == (200, 200)


@pytest.mark.parametrize(("custom", "expected"), [(True, None), (False, "1001")])
def test_missing_number_follows_the_preference(
    books: Books, *, custom: bool, expected: str | None
) -> None:
    books.control("PUT", "preferences", {"SalesFormsPrefs": {"CustomTxnNumbers": custom}})

    assert books.create("Invoice", invoice(books, DocNumber=None)).get("DocNumber") == expected


def test_document_before_inventory_start_answers_6270(books: Books) -> None:
    line = sale(books.item("Air filter 20x25"), 24.5, Qty=1, UnitPrice=24.5)

    assert books.post("invoice", invoice(books, Line=[line], TxnDate="2023-12-31")).code == "6270"


def test_invoice_moves_the_quantity_on_hand(books: Books) -> None:
    item = books.item("Air filter 20x25")
    line = sale(item, 73.5, Qty=3, UnitPrice=24.5)
    made = books.create("Invoice", invoice(books, Line=[line]))
    sold = books.read("Item", item["value"])["QtyOnHand"]

    books.post("invoice", {"Id": made["Id"], "SyncToken": "0"}, "&operation=void")

    assert (sold, books.read("Item", item["value"])["QtyOnHand"]) == (37, 40)


def test_sparse_update_replaces_lines_as_a_whole(books: Books) -> None:
    item = books.item()
    lines = [sale(item, 10, "TAX"), sale(item, 20, "TAX")]
    detail = {"TxnTaxCodeRef": books.tax_code()}
    old = books.create("Invoice", invoice(books, Line=lines, TxnTaxDetail=detail))
    kept = old["Line"][1] | {"Amount": 25}
    change = {"Id": old["Id"], "SyncToken": "0", "sparse": True, "Line": [kept, sale(item, 5)]}

    new = books.create("Invoice", change)

    assert [line.get("Id") for line in new["Line"]] == ["2", "3", None]
    assert (new["TotalAmt"], new["TxnTaxDetail"]["TotalTax"], new["SyncToken"]) == (32, 2, "1")


def test_sparse_update_without_lines_keeps_them(books: Books) -> None:
    old = books.create("Invoice", invoice(books))
    change = {"Id": old["Id"], "SyncToken": "0", "sparse": True, "PrivateNote": "x"}

    new = books.create("Invoice", change)

    assert (new["Line"], new["PrivateNote"], new["DocNumber"]) == (old["Line"], "x", "WO-1")


def test_voiding_zeroes_amounts_and_marks_the_note(books: Books) -> None:
    old = books.create("Invoice", invoice(books, PrivateNote="cmms:1"))
    aim = {"Id": old["Id"], "SyncToken": "0"}

    new = books.post("invoice", aim, "&operation=void").json["Invoice"]

    assert (new["TotalAmt"], new["Balance"], new["SyncToken"]) == (0, 0, "1")
    assert new["PrivateNote"].startswith("Voided")
    assert new["Line"][0]["Amount"] == new["Line"][0]["SalesItemLineDetail"]["Qty"] == 0
    assert books.post("invoice", new | {"sparse": True, "PrivateNote": "y"}).code == "6000"


def test_deleted_invoice_is_gone(books: Books) -> None:
    old = books.create("Invoice", invoice(books))
    aim = {"Id": old["Id"], "SyncToken": "0"}

    answer = books.post("invoice", aim, "&operation=delete").json

    assert answer["Invoice"] == {"domain": "QBO", "status": "Deleted", "Id": old["Id"]}
    assert books.call("GET", f"invoice/{old['Id']}").code == "610"
    assert books.post("invoice", aim, "&operation=delete").code == "610"


def test_credit_memo_lowers_the_customers_balance(books: Books) -> None:
    body = invoice(books)
    books.create("Invoice", body)

    memo = books.create("CreditMemo", body | {"DocNumber": "CM-1"})

    assert memo["RemainingCredit"] == memo["TotalAmt"] == 190
    assert books.read("Customer", body["CustomerRef"]["value"])["Balance"] == 0
