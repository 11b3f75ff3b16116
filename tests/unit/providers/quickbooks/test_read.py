"""Reading: rates in effect, how an invoice stands, what a company is."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from worker.providers.quickbooks import read

DAY = date(2026, 11, 20)


def a_rate(number: str, value: str, *periods: tuple[str, str, str]) -> dict[str, Any]:
    return {
        "Id": number,
        "Name": f"Rate {number}",
        "RateValue": Decimal(value),
        "EffectiveTaxRate": [
            {"RateValue": Decimal(rate), "EffectiveDate": begins, "EndDate": ends}
            for rate, begins, ends in periods
        ],
    }


def a_code(*rates: str, **fields: object) -> dict[str, Any]:
    details = [{"TaxRateRef": {"value": rate}} for rate in rates]
    return {"Id": "2", "Name": "State", "SalesTaxRateList": {"TaxRateDetail": details}} | fields


def an_invoice(total: str, balance: str, **fields: object) -> dict[str, Any]:
    return {"Id": "1", "TotalAmt": Decimal(total), "Balance": Decimal(balance)} | fields


def test_a_code_adds_up_the_rates_of_today() -> None:
    changed = a_rate(
        "1", "7", ("6", "2015-01-01", "2026-06-30"), ("7.25", "2026-07-01T00:00:00-07:00", "")
    )

    (code,) = read.tax_codes([a_code("1", "2")], [changed, a_rate("2", "1.5")], DAY)

    assert (code.data["rate"], code.data["sales"]) == ("8.75", True)


def test_a_rate_knows_where_it_is_used() -> None:
    rates = list(read.tax_rates([a_rate("1", "7"), a_rate("2", "1")], [a_code("1")], DAY))

    assert [one.data["sales"] for one in rates] == [True, False]


@pytest.mark.parametrize(
    ("record", "status"),
    [
        (an_invoice("100", "100"), "open"),
        (an_invoice("100", "40"), "partially_paid"),
        (an_invoice("100", "0"), "paid"),
        (an_invoice("0", "0", PrivateNote="Voided - [CMMS invoice 7]"), "voided"),
        (an_invoice("0", "0"), "open"),
        ({"Id": "1", "status": "Deleted"}, "voided"),
    ],
)
def test_how_an_invoice_stands(record: dict[str, Any], status: str) -> None:
    assert read.invoice_seen(record).status == status


def test_a_payment_of_several_invoices_is_split() -> None:
    lines = [
        {"Amount": Decimal(amount), "LinkedTxn": [{"TxnId": invoice, "TxnType": kind}]}
        for amount, invoice, kind in (
            ("10", "1", "Invoice"),
            ("5", "2", "Invoice"),
            ("2.5", "1", "Invoice"),
            ("7", "3", "CreditMemo"),
        )
    ]

    seen = read.payment_seen({"Id": "9", "TotalAmt": Decimal("17.5"), "Line": lines})

    assert seen.applied == {"1": Decimal("12.5"), "2": Decimal(5)}


@pytest.mark.parametrize(
    ("country", "preferences", "mode"),
    [
        ("US", {"UsingSalesTax": True}, "manual"),
        ("USA", {"UsingSalesTax": True, "PartnerTaxEnabled": False}, "manual"),
        ("US", {"UsingSalesTax": True, "PartnerTaxEnabled": True}, "automated"),
        ("US", {"UsingSalesTax": False}, "none"),
        ("US", {}, "none"),
        ("CA", {"UsingSalesTax": True}, "global"),
    ],
)
def test_a_companys_kind_of_tax(country: str, preferences: dict[str, bool], mode: str) -> None:
    info = {"CompanyName": "Craft", "Country": country}

    company = read.company("9130", info, {"TaxPrefs": preferences})

    assert company.data["tax"] == mode


def test_a_sparse_company_is_read_as_well() -> None:
    company = read.company("9130", {}, {})

    assert (company.name, company.data["multicurrency"]) == ("", False)


def test_a_payment_need_not_say_its_currency() -> None:
    seen = read.payment_seen({"Id": "7", "TxnDate": "2026-10-01", "TotalAmt": Decimal(5)})

    assert (seen.currency, seen.amount) == ("", Decimal(5))
