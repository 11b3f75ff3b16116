"""The tax rates that an organisation starts with, by its country."""

from __future__ import annotations

from decimal import Decimal

from tests.simulators.xero.organisation import ZERO, Body, Organisation
from tests.simulators.xero.wire import Json

EVERYWHERE = "AELRX"  # assets, equity, liabilities, revenue, expenses
SALES, PURCHASES = "AELR", "AELX"
# name, tax type, percent (None: the organisation's), where it applies, report type
Rate = tuple[str, str, str | None, str, str]
US: tuple[Rate, ...] = (
    ("TAX", "TAX001", None, EVERYWHERE, "OUTPUT"),
    ("NON", "TAX002", "0", EVERYWHERE, "OUTPUT"),
    ("Tax Exempt", "NONE", "0", EVERYWHERE, "NONE"),
    ("Tax on Sales", "OUTPUT", None, SALES, "OUTPUT"),
    ("Tax on Purchases", "INPUT", None, PURCHASES, "INPUT"),
)
AU: tuple[Rate, ...] = (
    ("GST on Income", "OUTPUT", "10", SALES, "OUTPUT"),
    ("GST on Expenses", "INPUT", "10", PURCHASES, "INPUT"),
    ("GST Free Income", "EXEMPTOUTPUT", "0", SALES, "EXEMPTOUTPUT"),
    ("GST Free Expenses", "EXEMPTEXPENSES", "0", PURCHASES, "EXEMPTEXPENSES"),
    ("BAS Excluded", "BASEXCLUDED", "0", EVERYWHERE, "BASEXCLUDED"),
)
NZ: tuple[Rate, ...] = (
    ("15% GST on Income", "OUTPUT2", "15", SALES, "OUTPUT"),
    ("15% GST on Expenses", "INPUT2", "15", PURCHASES, "INPUT"),
    ("GST on Imports", "GSTONIMPORTS", "0", "L", "GSTONIMPORTS"),
    ("No GST", "NONE", "0", EVERYWHERE, "NONE"),
    ("Zero Rated", "ZERORATED", "0", "LR", "OUTPUT"),
)
GB: tuple[Rate, ...] = (
    ("20% (VAT on Income)", "OUTPUT2", "20", SALES, "OUTPUT"),
    ("20% (VAT on Expenses)", "INPUT2", "20", PURCHASES, "INPUT"),
    ("Zero Rated Income", "ZERORATEDOUTPUT", "0", SALES, "OUTPUT"),
    ("Zero Rated Expenses", "ZERORATEDINPUT", "0", PURCHASES, "INPUT"),
    ("No VAT", "NONE", "0", EVERYWHERE, "NONE"),
)
BY_COUNTRY = {"AU": AU, "NZ": NZ, "GB": GB}
APPLIES = {
    "A": "CanApplyToAssets",
    "E": "CanApplyToEquity",
    "L": "CanApplyToLiabilities",
    "R": "CanApplyToRevenue",
    "X": "CanApplyToExpenses",
}


def add_taxes(organisation: Organisation, percent: Decimal, more: list[Json]) -> tuple[str, str]:
    """The country's rates and `more` [{name, rate}]; the usual types of sales and purchases."""
    rates = BY_COUNTRY.get(organisation.country, US)
    for rate in rates:
        add_rate(organisation, rate, percent)
    for number, extra in enumerate(more, 11):
        own = str(extra["rate"])
        add_rate(organisation, (extra["name"], f"TAX{number:03d}", own, EVERYWHERE, "OUTPUT"))
    types = {rate[1] for rate in rates}
    return ("OUTPUT2", "INPUT2") if "OUTPUT2" in types else ("OUTPUT", "INPUT")


def add_rate(organisation: Organisation, row: Rate, percent: Decimal = ZERO) -> Body:
    name, tax_type, own, where, report = row
    rate = Decimal(own or percent)
    component = {"Name": name, "Rate": rate, "IsCompound": False, "IsNonRecoverable": False}
    body = {
        "Name": name,
        "TaxType": tax_type,
        "ReportTaxType": report,
        "DisplayTaxRate": rate,
        "EffectiveRate": rate,
        "Status": "ACTIVE",
        "TaxComponents": [component],
    }
    return organisation.insert(
        "TaxRate", body | {field: letter in where for letter, field in APPLIES.items()}
    )
