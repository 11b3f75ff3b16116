"""Accounts, tax rates, payments, documents and the organisation of Xero, in our words."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from worker.providers.xero import organisation, read

OFFICE = {"AccountID": "a1", "Code": "461", "Name": "Printing", "Type": "EXPENSE"}
SEPTEMBER = "/Date(1789344000000+0000)/"  # the 14th
INVOICE = {
    "InvoiceID": "i1",
    "Type": "ACCREC",
    "Status": "AUTHORISED",
    "Contact": {"ContactID": "c1", "Name": "Harbor Hotel"},
    "Total": Decimal(100),
    "AmountDue": Decimal(100),
}
PAYMENT = {
    "PaymentID": "p1",
    "PaymentType": "ACCRECPAYMENT",
    "Status": "AUTHORISED",
    "Date": SEPTEMBER,
    "Amount": Decimal("57.75"),
    "Reference": "[CMMS payment PAY-1] CHK 2207",
    "Invoice": {
        "InvoiceID": "i1",
        "Type": "ACCREC",
        "CurrencyCode": "NZD",
        "Contact": {"ContactID": "c1"},
    },
}


def account(**fields: object) -> dict[str, Any]:
    return dict(read.account({**OFFICE, "Class": "EXPENSE", "Status": "ACTIVE", **fields}).data)


def test_an_account_has_its_class_as_other_ledgers_write_it() -> None:
    assert account() == {
        "ref": "a1",
        "code": "461",
        "name": "Printing",
        "full_name": "Printing",
        "type": "EXPENSE",
        "subtype": "",
        "classification": "Expense",
        "currency": None,
        "active": True,
    }


@pytest.mark.parametrize("status", ["ARCHIVED", "DELETED"])
def test_an_account_that_is_given_up_is_inactive(status: str) -> None:
    assert account(Status=status)["active"] is False


def test_a_bank_account_may_have_no_code() -> None:
    bank = account(Code="", Type="BANK", CurrencyCode="NZD")

    assert (bank["code"], bank["currency"]) == (None, "NZD")


@pytest.mark.parametrize(
    ("fields", "subtype"),
    [
        ({"EnablePaymentsToAccount": True}, "PAYMENTS"),
        ({"EnablePaymentsToAccount": False, "SystemAccount": None}, ""),
        ({"SystemAccount": "DEBTORS"}, "DEBTORS"),
        ({"SystemAccount": "GST", "EnablePaymentsToAccount": True}, "GST PAYMENTS"),
    ],
)
def test_what_an_account_is_for_stands_in_its_subtype(
    fields: dict[str, object], subtype: str
) -> None:
    assert account(**fields)["subtype"] == subtype


@pytest.mark.parametrize(
    ("fits", "stands"),
    [
        (("Revenue",), {"sales"}),
        (("Expenses",), {"purchases"}),
        (("Assets",), {"purchases"}),
        (("Revenue", "Expenses", "Equity"), {"sales", "purchases"}),
        (("Liabilities",), set()),
    ],
)
def test_a_tax_rate_says_where_it_may_stand(fits: tuple[str, ...], stands: set[str]) -> None:
    rate = {"TaxType": "OUTPUT2", "Name": "GST", "Status": "ACTIVE", "EffectiveRate": Decimal(15)}

    held = read.tax_rate(rate | {f"CanApplyTo{on}": True for on in fits})

    assert (held.kind, held.ref, held.data["rate"]) == ("tax_code", "OUTPUT2", "15")
    assert {name for name in ("sales", "purchases") if held.data[name]} == stands


def test_a_payment_is_all_on_its_invoice() -> None:
    [seen] = read.payments_seen([PAYMENT])

    assert (seen.ref, seen.date, seen.amount) == ("p1", date(2026, 9, 14), Decimal("57.75"))
    assert (seen.applied, seen.unapplied) == ({"i1": Decimal("57.75")}, Decimal(0))
    assert (seen.currency, seen.customer, seen.marker) == ("NZD", "c1", ("payment", "PAY-1"))
    assert seen.reversed is False


def test_a_deleted_payment_is_reversed_and_on_nothing() -> None:
    [seen] = read.payments_seen([PAYMENT | {"Status": "DELETED"}])

    assert (seen.reversed, seen.applied) == (True, {})


@pytest.mark.parametrize("kind", ["ACCPAYPAYMENT", "ARCREDITPAYMENT", "AROVERPAYMENTPAYMENT"])
def test_what_is_no_money_for_an_invoice_is_no_payment(kind: str) -> None:
    assert list(read.payments_seen([PAYMENT | {"PaymentType": kind}])) == []


@pytest.mark.parametrize(
    ("fields", "status", "owed"),
    [
        ({}, "open", 100),
        ({"Status": "DRAFT"}, "open", 100),
        ({"AmountDue": Decimal(60)}, "partially_paid", 60),
        ({"Status": "PAID", "AmountDue": Decimal(0)}, "paid", 0),
        ({"Status": "VOIDED", "AmountDue": Decimal(0)}, "voided", 0),
        ({"Status": "DELETED"}, "voided", 0),
        ({"Total": Decimal(0), "AmountDue": Decimal(0)}, "open", 0),
    ],
)
def test_how_a_document_stands(fields: dict[str, object], status: str, owed: int) -> None:
    seen = read.document_seen(INVOICE | fields)

    assert (seen.status, seen.balance, seen.party) == (status, Decimal(owed), "c1")


@pytest.mark.parametrize(
    ("locks", "closed"),
    [
        ({}, None),
        ({"PeriodLockDate": SEPTEMBER}, "2026-09-14"),
        ({"PeriodLockDate": SEPTEMBER, "EndOfYearLockDate": "/Date(1774915200000)/"}, "2026-09-14"),
        ({"EndOfYearLockDate": "/Date(1774915200000)/"}, "2026-03-31"),
    ],
)
def test_the_books_are_closed_up_to_the_later_lock(
    locks: dict[str, str], closed: str | None
) -> None:
    found = organisation.organisation("t1", {}, {"Name": "Craft", "BaseCurrency": "NZD", **locks})

    assert found.data["closed_until"] == closed


def test_a_demo_company_is_a_sandbox() -> None:
    found = {"Name": "Demo Company", "BaseCurrency": "GBP", "CountryCode": "UK"}

    environments = {
        demo: organisation.organisation("t1", {}, found | {"IsDemoCompany": demo}).environment
        for demo in (True, False)
    }

    assert environments == {True: "sandbox", False: "production"}


def test_what_is_known_of_its_currencies_is_kept() -> None:
    known = {"currencies": ["GBP", "USD"], "closed_until": "2025-12-31"}
    found = {"Name": "Craft", "BaseCurrency": "GBP", "CountryCode": "UK"}

    company = organisation.organisation("t1", known, found)

    assert (company.ref, company.currency, company.country) == ("t1", "GBP", "GB")
    assert (company.data["currencies"], company.data["multicurrency"]) == (["GBP", "USD"], True)
    assert company.data["closed_until"] is None
