"""Invoices and bills: what is required, sums and taxes, accounts, currencies, lock dates."""

import pytest

from tests.simulators.xero.people import by_person, set_locks
from tests.unit.simulators.xero.accounting.client import Api, Json, bill, line, sale


def taxed(contact: str, *lines: Json, **changes: Json) -> Json:
    return sale(contact, LineItems=list(lines), LineAmountTypes="Exclusive", **changes)


def test_the_answer_looks_like_a_recorded_one(api: Api, contact: str) -> None:
    made = api.made("Invoices", sale(contact, Reference="WO-1"))

    assert (made["InvoiceNumber"], made["Status"], made["CurrencyCode"]) == (
        *("INV-0001", "AUTHORISED"),
        "USD",
    )
    assert (made["Date"], made["DateString"]) == (
        "/Date(1793577600000+0000)/",
        "2026-11-02T00:00:00",
    )
    assert (made["Total"], made["AmountDue"], made["AmountPaid"]) == (100, 100, 0)
    assert made["UpdatedDateUTCString"].endswith("Z")
    assert made["Contact"]["Name"] == "Harbor Hotel"
    assert made["LineItems"][0]["TaxType"] == "NONE"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"Type": None}, "Type"),
        ({"Contact": None}, "A Contact must be specified"),
        ({"Contact": {}}, "must contain at least 1 of the following"),
        ({"LineItems": None}, "One or more line items must be specified"),
        ({"LineItems": []}, "One or more line items must be specified"),
        ({"Status": "PAID"}, "Invoice not of valid status for creation"),
        ({"DueDate": None}, "due date"),
        ({"LineItems": [line("5", Description="")]}, "Description"),
        ({"LineItems": [line("5", AccountCode=None)]}, "account code"),
        ({"LineItems": [line("5", AccountCode="999")]}, "is not a valid code for this document"),
        ({"LineItems": [line("5", AccountCode="090")]}, "is not a valid code for this document"),
        ({"LineItems": [line("5", AccountCode="610")]}, "is not a valid code for this document"),
        ({"LineItems": [line("5", AccountCode="630")]}, "is not a valid code for this document"),
        ({"LineItems": [line("5", LineAmount=6)]}, "does not match the expected line total"),
        ({"LineItems": [line("5", DiscountAmount=6)]}, "must not be greater than the line total"),
        ({"LineItems": [line("-5")]}, "negative"),
        ({"LineItems": [line("5", TaxType="TAX001")]}, "simulator: the tax of a line"),
        ({"LineItems": [line("5", TaxAmount=1)]}, "simulator: the tax of a line"),
        ({"CurrencyCode": "GBP"}, "not subscribed to currency GBP"),
        ({"InvoiceNumber": "№ 1"}, "printable ASCII"),
        ({"Url": "wo/1"}, "absolute"),
        ({"Contact": {"ContactID": "00000000-0000-4000-8000-000000000000"}}, "could not be found"),
    ],
)
def test_what_an_invoice_is_refused_for(api: Api, contact: str, changes: Json, text: str) -> None:
    refused = api.put("/Invoices", sale(contact, **changes))

    assert (refused.status, refused.json["ErrorNumber"]) == (400, 10)
    assert any(text in message for message in refused.messages)


def test_a_draft_needs_neither_account_nor_due_date(api: Api, contact: str) -> None:
    lines = [line("5", AccountCode=None)]

    made = api.made("Invoices", sale(contact, Status=None, DueDate=None, LineItems=lines))

    assert (made["Status"], made["Total"]) == ("DRAFT", 5)
    assert "DueDate" not in made


def test_the_due_date_comes_from_the_contact(api: Api, contact: str) -> None:
    terms = {"Sales": {"Day": 14, "Type": "DAYSAFTERBILLDATE"}}
    api.post(f"/Contacts/{contact}", {"PaymentTerms": terms})

    made = api.made("Invoices", sale(contact, DueDate=None))

    assert made["DueDateString"] == "2026-11-16T00:00:00"


def test_tax_is_rounded_by_line_half_up_and_then_summed(api: Api, contact: str) -> None:
    rows = [line("0.31", TaxType="TAX001"), line("0.31", TaxType="TAX001")]

    made = api.made("Invoices", taxed(contact, *rows, line("1", TaxType="TAX002")))

    # 8 % of 0.31 is 0.0248: twice 0.02, where the tax on the sum would be 0.05.
    assert (made["SubTotal"], made["TotalTax"], made["Total"]) == (1.62, 0.04, 1.66)


def test_the_tax_of_a_line_is_its_accounts_own_unless_it_says_otherwise(
    api: Api, contact: str
) -> None:
    made = api.made("Invoices", taxed(contact, line("100"), line("100", TaxType="NONE")))

    assert [row["TaxType"] for row in made["LineItems"]] == ["OUTPUT", "NONE"]
    assert made["TotalTax"] == 8


def test_inclusive_amounts_hold_their_tax(api: Api, contact: str) -> None:
    body = taxed(contact, line("108")) | {"LineAmountTypes": "Inclusive"}

    made = api.made("Invoices", body)

    assert (made["SubTotal"], made["TotalTax"], made["Total"]) == (100, 8, 108)


def test_a_tax_rate_fits_the_class_of_the_account(api: Api, contact: str) -> None:
    refused = api.put("/Invoices", taxed(contact, line("5", TaxType="INPUT")))

    assert "The TaxType code 'INPUT' cannot be used with account code '200'" in refused.messages[0]


def test_discounts_are_for_sales_only(api: Api, contact: str) -> None:
    rows = [line("100", DiscountRate=12.5)]

    assert api.made("Invoices", sale(contact, LineItems=rows))["Total"] == 87.5
    assert "Discounts" in api.put("/Invoices", bill(contact, LineItems=rows)).messages[0]


def test_sales_numbers_are_unique_also_against_voided_ones(api: Api, contact: str) -> None:
    made = api.made("Invoices", sale(contact, InvoiceNumber="WO-1"))
    api.post(f"/Invoices/{made['InvoiceID']}", {"Status": "VOIDED"})

    again = api.put("/Invoices", sale(contact, InvoiceNumber="wo-1"))

    assert again.messages == ["Invoice # must be unique."]


def test_bills_may_share_a_number(api: Api, contact: str) -> None:
    first, second = (api.made("Invoices", bill(contact, InvoiceNumber="NP-1")) for _ in range(2))

    assert first["InvoiceID"] != second["InvoiceID"]
    assert api.get("/Invoices/NP-1").status == 404


def test_post_with_the_number_of_a_sales_invoice_changes_that_one(api: Api, contact: str) -> None:
    made = api.made("Invoices", sale(contact, InvoiceNumber="WO-1"))

    again = sale(contact, InvoiceNumber="WO-1", Reference="again")
    changed = api.post("/Invoices", again).json["Invoices"][0]

    assert (changed["InvoiceID"], changed["Reference"]) == (made["InvoiceID"], "again")
    assert api.get("/Invoices/WO-1").json["Invoices"][0]["Reference"] == "again"


def test_an_archived_account_is_refused(api: Api, contact: str) -> None:
    account = next(a for a in api.listed("Accounts") if a.get("Code") == "260")
    by_person(api.organisation, "Account", "archive", {"AccountID": account["AccountID"]})

    refused = api.put("/Invoices", sale(contact, LineItems=[line("5", AccountCode="260")]))

    assert "has been archived, or deleted" in refused.messages[0]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("PeriodLockDate", "date cannot be before the period lock date"),
        ("EndOfYearLockDate", "date cannot be before the end of year lock date"),
    ],
)
def test_nothing_is_dated_within_a_closed_period(
    api: Api, contact: str, name: str, text: str
) -> None:
    made = api.made("Invoices", sale(contact))
    set_locks(api.organisation, {name: "2026-11-02"})

    change = api.post(f"/Invoices/{made['InvoiceID']}", {"Reference": "x"})

    assert text in api.put("/Invoices", sale(contact)).messages[0]
    assert text in change.messages[0]
    assert api.put("/Invoices", sale(contact, Date="2026-11-03")).status == 200


def test_a_foreign_document_has_the_days_rate_or_its_own(worldly: Api) -> None:
    contact = worldly.made("Contacts", {"Name": "London"})["ContactID"]

    daily = worldly.made("Invoices", sale(contact, CurrencyCode="GBP"))
    own = worldly.made("Invoices", sale(contact, CurrencyCode="GBP", CurrencyRate=0.8))

    assert (daily["CurrencyRate"], own["CurrencyRate"]) == (0.79, 0.8)
    owed = worldly.get(f"/Contacts/{contact}").json["Contacts"][0]["Balances"]
    assert owed["AccountsReceivable"]["Outstanding"] == 251.58


def test_a_contacts_currency_is_its_documents(worldly: Api) -> None:
    body = {"Name": "London", "DefaultCurrency": "GBP"}
    contact = worldly.made("Contacts", body)["ContactID"]

    assert worldly.made("Invoices", sale(contact))["CurrencyCode"] == "GBP"


def test_a_plan_may_be_out_of_approved_invoices(api: Api, contact: str) -> None:
    api.organisation.switches.approval_limit = True

    refused = api.put("/Invoices", sale(contact))

    assert "reached the limit of invoices you can approve" in refused.messages[0]
    assert api.put("/Invoices", sale(contact, Status="DRAFT")).status == 200


def test_another_currency_on_a_draft_brings_its_own_rate(worldly: Api) -> None:
    contact = worldly.made("Contacts", {"Name": "London"})["ContactID"]
    made = worldly.made("Invoices", sale(contact, CurrencyCode="GBP", CurrencyRate=0.8))

    change = {"CurrencyCode": "USD"}
    changed = worldly.post(f"/Invoices/{made['InvoiceID']}", change).json["Invoices"][0]

    assert (changed["CurrencyCode"], changed["CurrencyRate"]) == ("USD", 1)
