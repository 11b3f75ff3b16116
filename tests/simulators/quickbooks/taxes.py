"""Tax agencies, rates and codes of a new company."""

from __future__ import annotations

from decimal import Decimal

from tests.simulators.quickbooks.company import Company
from tests.simulators.quickbooks.fields import Body
from tests.simulators.quickbooks.wire import Json

ABROAD: list[dict[str, Json]] = [
    {"name": "20.0% S", "rate": "20"},
    {"name": "5.0% R", "rate": "5"},
    {"name": "0.0% Z", "rate": "0"},
    {"name": "Exempt", "rate": "0"},
]


def add_taxes(company: Company, rate: Decimal, taxes: list[dict[str, Json]] | None) -> None:
    """US: `TAX` and `NON` for lines, a code of `rate` percent for documents and one of two rates.

    Elsewhere: one code per entry of `taxes`, for sales and, unless `purchases` is false, for those.
    An entry's `parts` [{"name", "rate"}] stand for its rate: a code of several rates.
    """
    agency = company.insert(
        "TaxAgency",
        {
            "DisplayName": "State Revenue Office" if company.is_us else "Tax Authority",
            "TaxTrackedOnSales": True,
            "TaxTrackedOnPurchases": not company.is_us,
        },
    )
    if not company.is_us:
        for tax in taxes or ABROAD:
            parts: list[dict[str, Json]] = tax.get("parts") or [tax]
            sales = _rates(company, parts, "sales", agency["Id"])
            bought = _rates(company, parts, "purchases", agency["Id"])
            _code(company, tax["name"], sales, bought if tax.get("purchases", True) else [])
        return
    for pseudo, taxable in (("TAX", True), ("NON", False)):
        body = {
            "Name": pseudo,
            "Description": pseudo,
            "Active": True,
            "Taxable": taxable,
            "TaxGroup": False,
        }
        company.insert("TaxCode", body, number=pseudo)
    state = _rate(company, "State sales tax", rate, agency["Id"])
    code = _code(company, "State", [state], [])
    county = [
        _rate(company, "County", Decimal("6.1"), agency["Id"]),
        _rate(company, "City", Decimal("2.6"), agency["Id"]),
    ]
    _code(company, "County and city", county, [])
    company.preferences["TaxPrefs"]["TaxGroupCodeRef"] = {"value": code}


def _rates(company: Company, parts: list[dict[str, Json]], side: str, agency: str) -> list[str]:
    return [
        _rate(company, f"{part['name']} ({side})", Decimal(str(part["rate"])), agency)
        for part in parts
    ]


def _rate(company: Company, name: str, percent: Decimal, agency: str) -> str:
    body = {
        "Name": name,
        "Description": name,
        "Active": True,
        "RateValue": percent,
        "AgencyRef": {"value": agency},
        "SpecialTaxType": "NONE" if percent else "ZERO_RATE",
        "DisplayType": "ReadOnly",
        "EffectiveTaxRate": [
            {"RateValue": percent, "EffectiveDate": "2015-01-01T00:00:00-08:00"},
        ],
    }
    return str(company.insert("TaxRate", body)["Id"])


def _code(company: Company, name: str, sales: list[str], bought: list[str]) -> str:
    def rates(numbers: list[str]) -> Body:
        return {
            "TaxRateDetail": [
                {
                    "TaxRateRef": {
                        "value": number,
                        "name": company.records["TaxRate"][number]["Name"],
                    },
                    "TaxTypeApplicable": "TaxOnAmount",
                    "TaxOrder": 0,
                }
                for number in numbers
            ]
        }

    body = {
        "Name": name,
        "Description": name,
        "Active": True,
        "Hidden": False,
        "Taxable": True,
        "TaxGroup": True,
        "TaxCodeConfigType": "USER_DEFINED",
        "SalesTaxRateList": rates(sales),
        "PurchaseTaxRateList": rates(bought),
    }
    return str(company.insert("TaxCode", body)["Id"])
