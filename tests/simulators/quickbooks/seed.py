"""A realistic company to start with: accounts, taxes, preferences, people and products."""

from __future__ import annotations

import secrets
from decimal import Decimal

from tests.simulators.quickbooks.chart import ACCOUNTS
from tests.simulators.quickbooks.company import Company
from tests.simulators.quickbooks.draft import currency_ref
from tests.simulators.quickbooks.fields import Body
from tests.simulators.quickbooks.filled import backdate, fill
from tests.simulators.quickbooks.taxes import add_taxes
from tests.simulators.quickbooks.wire import Json
from tests.simulators.quickbooks.writes import write

NAMES = ("Craft & Field Services", "Harborview Maintenance", "Prairie Facility Care")
HOME = {"US": "USD", "CA": "CAD", "GB": "GBP", "AU": "AUD", "IE": "EUR", "FR": "EUR"}
ALPHA_3 = {"US": "USA", "CA": "CAN", "GB": "GBR", "AU": "AUS", "IE": "IRL", "FR": "FRA"}
DISCOUNTS, SERVICES, SALES, COGS, STOCK = (
    "Discounts given",
    "Services",
    "Sales of Product Income",
    "Cost of Goods Sold",
    "Inventory Asset",
)


def new_company(
    *,
    country: str = "US",
    currency: str | None = None,
    name: str | None = None,
    id: str | None = None,  # noqa: A002 - the name on the wire
    multicurrency: bool = False,
    tax_rate: str | Decimal | int = "8",
    taxes: list[dict[str, Json]] | None = None,
    closed_until: str | None = None,
    preferences: dict[str, Json] | None = None,
    filled: bool = False,
) -> Company:
    """A company with its whole seed; `filled`: and a year of work in it, two months ago.

    `taxes` is [{"name", "rate"}] for companies outside the US.
    """
    number = id or new_number()
    home = currency or HOME.get(country, "USD")
    company = Company(number, name or secrets.choice(NAMES), country, home)
    company.records["Preferences"]["1"] = {}
    company.insert("Preferences", _preferences(company, multicurrency=multicurrency), number="1")
    company.insert("CompanyInfo", _info(company), number="1")
    add_taxes(company, Decimal(tax_rate), taxes)
    _accounts(company)
    _lists(company)
    _people(company)
    _items(company)
    if filled:
        fill(company)
        backdate(company)
    if closed_until:
        company.preferences["AccountingInfoPrefs"]["BookCloseDate"] = closed_until
    for section, values in (preferences or {}).items():
        company.preferences[section] = company.preferences.get(section, {}) | values
    set_currency_home(company)
    return company


def new_number() -> str:
    """The id of a company."""
    return f"91303{secrets.randbelow(10**11):011d}"


def set_currency_home(company: Company) -> None:
    """The home currency is the company's own, whatever a preference says."""
    company.preferences["CurrencyPrefs"] |= {"HomeCurrency": {"value": company.currency}}


def account_id(company: Company, name: str) -> str:
    found = company.records["Account"].values()
    return next(str(body["Id"]) for body in found if body["Name"] == name)


def _accounts(company: Company) -> None:
    for number, name, account_type, subtype in ACCOUNTS:
        body = {"Name": name, "AccountType": account_type, "AccountSubType": subtype}
        write(company, "Account", "create", body | {"AcctNum": number})
    preferences = company.preferences
    preferences["SalesFormsPrefs"]["DefaultDiscountAccount"] = account_id(company, DISCOUNTS)


def _lists(company: Company) -> None:
    for name, days in (("Due on receipt", 0), ("Net 15", 15), ("Net 30", 30), ("Net 60", 60)):
        body = {"Name": name, "Type": "STANDARD", "DueDays": days}
        write(company, "Term", "create", body)
    for name in ("Cash", "Check", "Credit Card"):
        write(company, "PaymentMethod", "create", {"Name": name})


def _people(company: Company) -> None:
    # With multicurrency nobody is entered without a currency.
    home = company.currency if company.multicurrency else None
    extra: Body = {"CurrencyRef": {"value": home}} if home else {}
    address = {
        "Line1": "4581 Finch St.",
        "City": "Bayshore",
        "CountrySubDivisionCode": "CA",
        "PostalCode": "94326",
    }
    for name, mail in (
        ("Amy's Bird Sanctuary", "birds@sanctuary.example"),
        ("Cool Cars", "service@coolcars.example"),
        ("Weiskopf Consulting", "office@weiskopf.example"),
    ):
        body = {"DisplayName": name, "PrimaryEmailAddr": {"Address": mail}, "BillAddr": address}
        write(company, "Customer", "create", body | extra)
    for name, number in (("Books by Bessie", "1345"), ("Robertson & Associates", "000005641")):
        body = {"DisplayName": name, "AcctNum": number}
        write(company, "Vendor", "create", body | extra)
    for given, family in (("Emily", "Platt"), ("John", "Johnson")):
        write(company, "Employee", "create", {"GivenName": given, "FamilyName": family})


def _items(company: Company) -> None:
    services = {"value": account_id(company, SERVICES)}
    for name in ("Services", "Hours"):
        body = {"Name": name, "Type": "Service", "IncomeAccountRef": services}
        write(company, "Item", "create", body)
    first = next(iter(company.records["Item"].values()))
    _other_preference(company, "SalesFormsPrefs.DefaultItem", first["Id"])
    stock: Body = {
        "Name": "Air filter 20x25",
        "Sku": "AF-2025",
        "Type": "Inventory",
        "UnitPrice": Decimal("24.5"),
        "PurchaseCost": Decimal("11.2"),
        "TrackQtyOnHand": True,
        "QtyOnHand": 40,
        "InvStartDate": "2024-01-01",
        "IncomeAccountRef": {"value": account_id(company, SALES)},
        "ExpenseAccountRef": {"value": account_id(company, COGS)},
        "AssetAccountRef": {"value": account_id(company, STOCK)},
    }
    write(company, "Item", "create", stock)


def _other_preference(company: Company, name: str, value: str) -> None:
    company.preferences["OtherPrefs"]["NameValue"].append({"Name": name, "Value": value})


def _info(company: Company) -> Body:
    address = {
        "Id": "1",
        "Line1": "2500 Garcia Ave",
        "City": "Mountain View",
        "PostalCode": "94043",
        "CountrySubDivisionCode": "CA",
        "Country": ALPHA_3.get(company.country, company.country),
    }
    values = {
        "NeoEnabled": "true",
        "IndustryType": "Repair and maintenance",
        "CompanyType": "Other",
        "SubscriptionStatus": "PAID",
        "OfferingSku": "QuickBooks Online Plus",
        "PayrollFeature": "false",
        "AccountantFeature": "false",
        "ItemCategoriesFeature": "true",
    }
    return {
        "CompanyName": company.name,
        "LegalName": company.name,
        "CompanyAddr": address,
        "CustomerCommunicationAddr": address,
        "LegalAddr": address,
        "CompanyStartDate": "2016-04-20",
        "FiscalYearStartMonth": "January",
        "Country": company.country,
        "Email": {"Address": "books@company.example"},
        "SupportedLanguages": "en",
        "NameValue": [{"Name": name, "Value": value} for name, value in values.items()],
    }


def _preferences(company: Company, *, multicurrency: bool) -> Body:
    other = {
        "DTXCopyMemo": "true",
        "Vendor1099Enabled": "true",
        "WarnDuplicateInvoiceNumber": "true",
        "WarnDuplicateBillNumber": "true",
        "WarnDuplicateJournalNumber": "true",
    }
    currency = currency_ref(company.currency)
    return {
        "AccountingInfoPrefs": {
            "UseAccountNumbers": True,
            "TrackDepartments": False,
            "ClassTrackingPerTxn": False,
            "ClassTrackingPerTxnLine": False,
            "FirstMonthOfFiscalYear": "January",
            "CustomerTerminology": "Customers",
        },
        "ProductAndServicesPrefs": {
            "ForSales": True,
            "ForPurchase": True,
            "QuantityWithPriceAndRate": True,
            "QuantityOnHand": True,
        },
        "SalesFormsPrefs": {
            "CustomTxnNumbers": True,
            "AllowDeposit": False,
            "AllowDiscount": True,
            "AllowEstimates": True,
            "ETransactionEnabledStatus": "NotApplicable",
            "ETransactionAttachPDF": False,
            "ETransactionPaymentEnabled": False,
            "IPNSupportEnabled": False,
            "AllowServiceDate": False,
            "AllowShipping": False,
            "AutoApplyCredit": False,
            "UsingPriceLevels": False,
            "DefaultTerms": {"value": "3"},
            "DefaultCustomerMessage": "Thank you for your business!",
        },
        "VendorAndPurchasesPrefs": {"TrackingByCustomer": True, "BillableExpenseTracking": True},
        "TimeTrackingPrefs": {"UseServices": True, "WorkWeekStartDate": "Monday"},
        "TaxPrefs": {"UsingSalesTax": True},
        "CurrencyPrefs": {
            "MultiCurrencyEnabled": multicurrency,
            "HomeCurrency": {"value": currency["value"]},
        },
        "ReportPrefs": {"ReportBasis": "Accrual", "CalcAgingReportFromTxnDate": False},
        "OtherPrefs": {"NameValue": [{"Name": n, "Value": v} for n, v in other.items()]},
    }
