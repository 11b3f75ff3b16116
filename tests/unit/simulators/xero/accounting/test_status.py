"""What may become of an invoice: its states, lines by id, and what money freezes."""

import pytest

from tests.unit.simulators.xero.accounting.client import Api, Json, line, payment, sale

MODIFICATION = "Invoice not of valid status for modification"


def made_as(api: Api, contact: str, status: str) -> Json:
    """An invoice in any state, as the API shows it."""
    begins = "DRAFT" if status in ("DRAFT", "SUBMITTED", "DELETED") else "AUTHORISED"
    made = api.made("Invoices", sale(contact, Status=begins))
    address = f"/Invoices/{made['InvoiceID']}"
    if status == "PAID":
        api.made("Payments", payment(made, 100))
    elif status != begins:
        api.post(address, {"Status": status})
    return api.get(address).json["Invoices"][0]


def change(api: Api, invoice: Json, **changes: Json) -> list[str]:
    """What Xero says against a change; nothing if it was made."""
    given = api.post(f"/Invoices/{invoice['InvoiceID']}", changes)
    return [] if given.status == 200 else given.messages


@pytest.mark.parametrize(
    ("status", "wanted"),
    [
        *(("DRAFT", wanted) for wanted in ("SUBMITTED", "AUTHORISED", "DELETED")),
        *(("SUBMITTED", wanted) for wanted in ("DRAFT", "AUTHORISED", "DELETED")),
        ("AUTHORISED", "VOIDED"),
    ],
)
def test_moves_that_are_allowed(api: Api, contact: str, status: str, wanted: str) -> None:
    invoice = made_as(api, contact, status)

    assert change(api, invoice, Status=wanted) == []
    assert api.get(f"/Invoices/{invoice['InvoiceID']}").json["Invoices"][0]["Status"] == wanted


@pytest.mark.parametrize(
    ("status", "wanted"),
    [
        ("DRAFT", "VOIDED"),
        ("DRAFT", "PAID"),
        ("SUBMITTED", "VOIDED"),
        *(("AUTHORISED", wanted) for wanted in ("DRAFT", "SUBMITTED", "DELETED", "PAID")),
        *(("VOIDED", wanted) for wanted in ("VOIDED", "AUTHORISED")),
        *(("DELETED", wanted) for wanted in ("DELETED", "DRAFT")),
    ],
)
def test_moves_that_are_refused(api: Api, contact: str, status: str, wanted: str) -> None:
    invoice = made_as(api, contact, status)

    assert change(api, invoice, Status=wanted) == [MODIFICATION]


@pytest.mark.parametrize("wanted", ["VOIDED", "DELETED"])
def test_a_paid_invoice_is_not_undone(api: Api, contact: str, wanted: str) -> None:
    refusal = change(api, made_as(api, contact, "PAID"), Status=wanted)

    text = "cannot be applied to the invoice because it has payments or credit notes allocated"
    assert text in refusal[0]


def test_a_line_with_its_id_stays_others_are_new_and_those_not_sent_go(
    api: Api, contact: str
) -> None:
    made = api.made("Invoices", sale(contact, LineItems=[line("10"), line("20")]))
    first = made["LineItems"][0]["LineItemID"]
    rows = [{"LineItemID": first, "Quantity": 2}, line("5")]

    assert change(api, made, LineItems=rows) == []

    after = api.get(f"/Invoices/{made['InvoiceID']}").json["Invoices"][0]
    assert [row["LineAmount"] for row in after["LineItems"]] == [20, 5]
    assert after["LineItems"][0]["LineItemID"] == first
    assert after["AmountDue"] == 25


def test_a_foreign_line_id_is_refused(api: Api, contact: str) -> None:
    other = api.made("Invoices", sale(contact))["LineItems"][0]["LineItemID"]
    made = api.made("Invoices", sale(contact))

    refusal = change(api, made, LineItems=[line("10", LineItemID=other)])

    assert "could not be found" in refusal[0]


def test_the_kind_of_line_amounts_can_change_without_new_lines(api: Api, contact: str) -> None:
    rows = [line("108", TaxType="TAX001")]
    body = sale(contact, LineItems=rows, LineAmountTypes="Exclusive")
    made = api.made("Invoices", body)

    assert change(api, made, LineAmountTypes="Inclusive") == []

    after = api.get(f"/Invoices/{made['InvoiceID']}").json["Invoices"][0]
    assert (after["Total"], after["TotalTax"]) == (108, 8)


@pytest.mark.parametrize(
    "changes",
    [
        {"Date": "2026-11-03"},
        {"CurrencyCode": "GBP"},
        {"LineAmountTypes": "Exclusive"},
        {"LineItems": [line("100")]},
        {"Type": "ACCPAY"},
    ],
)
def test_money_freezes_amounts_and_dates(api: Api, contact: str, changes: Json) -> None:
    invoice = made_as(api, contact, "AUTHORISED")
    api.made("Payments", payment(invoice, 40))

    assert change(api, invoice, **changes)


def test_money_leaves_texts_accounts_and_the_reference_free(api: Api, contact: str) -> None:
    invoice = made_as(api, contact, "AUTHORISED")
    api.made("Payments", payment(invoice, 40))
    number = invoice["LineItems"][0]["LineItemID"]
    row = {"LineItemID": number, "Description": "More", "AccountCode": "260", "Quantity": 1}

    assert change(api, invoice, Reference="PO 1", LineItems=[row]) == []

    after = api.get(f"/Invoices/{invoice['InvoiceID']}").json["Invoices"][0]
    assert (after["Reference"], after["AmountDue"]) == ("PO 1", 60)
    assert after["LineItems"][0]["Description"] == "More"


def test_frozen_lines_need_their_ids_and_keep_their_prices(api: Api, contact: str) -> None:
    invoice = made_as(api, contact, "PAID")
    number = invoice["LineItems"][0]["LineItemID"]

    without = change(api, invoice, LineItems=[line("100")])
    dearer = change(api, invoice, LineItems=[{"LineItemID": number, "UnitAmount": 101}])

    assert "you must supply a LineItemID" in without[0]
    assert "cannot be edited as it has a payment or credit note allocated" in dearer[0]


def test_the_due_date_of_a_part_paid_invoice_moves_without_a_new_stamp(
    api: Api, contact: str
) -> None:
    invoice = made_as(api, contact, "AUTHORISED")
    api.made("Payments", payment(invoice, 40))

    change(api, invoice, DueDate="2026-12-24")

    after = api.get(f"/Invoices/{invoice['InvoiceID']}").json["Invoices"][0]
    assert after["DueDateString"] == "2026-12-24T00:00:00"
    assert after["UpdatedDateUTC"] == invoice["UpdatedDateUTC"]


def test_another_account_on_a_line_moves_no_stamp(api: Api, contact: str) -> None:
    made = api.made("Invoices", sale(contact))
    row = {"LineItemID": made["LineItems"][0]["LineItemID"]}

    for row_change, moves in (({"AccountCode": "260"}, False), ({"Description": "x"}, True)):
        before = api.listed("Invoices", page="1")[0]["UpdatedDateUTC"]
        change(api, made, LineItems=[row | row_change])
        assert (api.listed("Invoices", page="1")[0]["UpdatedDateUTC"] != before) is moves


def test_an_invoice_over_nothing_is_paid_at_once(api: Api, contact: str) -> None:
    made = api.made("Invoices", sale(contact, LineItems=[line("0")]))

    assert (made["Status"], made["AmountDue"]) == ("PAID", 0)


def test_a_draft_is_not_sent(api: Api, contact: str) -> None:
    made = api.made("Invoices", sale(contact, Status="DRAFT", SentToContact=True))

    assert "SentToContact" in made["Warnings"][0]["Message"]
    assert made["SentToContact"] is False
