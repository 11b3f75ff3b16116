"""The chart of accounts that an organisation starts with."""

from __future__ import annotations

from tests.simulators.xero.accounts import save
from tests.simulators.xero.organisation import Body, Organisation

# code, name, type, "sales", "purchases" or no tax, more
CHART: tuple[tuple[str, str, str, str, Body], ...] = (
    ("090", "Business Bank Account", "BANK", "", {"BankAccountNumber": "0908007006543"}),
    ("091", "Business Savings Account", "BANK", "", {"BankAccountNumber": "121314121314"}),
    # Bank accounts need no code: such a one is known by its id alone.
    (
        "",
        "Company Visa",
        "BANK",
        "",
        {"BankAccountNumber": "4111", "BankAccountType": "CREDITCARD"},
    ),
    ("200", "Sales", "REVENUE", "sales", {}),
    ("260", "Other Revenue", "REVENUE", "sales", {}),
    ("270", "Interest Income", "OTHERINCOME", "", {}),
    ("300", "Purchases", "DIRECTCOSTS", "purchases", {}),
    ("310", "Cost of Goods Sold", "DIRECTCOSTS", "purchases", {}),
    ("400", "Advertising", "OVERHEADS", "purchases", {}),
    ("404", "Bank Fees", "OVERHEADS", "", {}),
    ("416", "Depreciation", "DEPRECIATN", "", {}),
    ("425", "Freight & Courier", "OVERHEADS", "purchases", {}),
    ("429", "General Expenses", "EXPENSE", "purchases", {}),
    ("433", "Maintenance parts", "EXPENSE", "purchases", {}),
    ("453", "Office Expenses", "EXPENSE", "purchases", {}),
    ("473", "Repairs and Maintenance", "OVERHEADS", "purchases", {}),
    ("493", "Travel", "OVERHEADS", "purchases", {}),
    ("610", "Accounts Receivable", "CURRENT", "", {"SystemAccount": "DEBTORS"}),
    ("620", "Prepayments", "PREPAYMENT", "", {}),
    ("630", "Inventory", "INVENTORY", "", {}),
    ("631", "Stock on hand", "CURRENT", "", {}),
    ("650", "Undeposited Funds", "CURRENT", "", {"EnablePaymentsToAccount": True}),
    ("710", "Office Equipment", "FIXED", "purchases", {}),
    ("720", "Long-term Deposits", "NONCURRENT", "", {}),
    ("800", "Accounts Payable", "CURRLIAB", "", {"SystemAccount": "CREDITORS"}),
    ("820", "Sales Tax", "CURRLIAB", "", {"SystemAccount": "GST"}),
    ("840", "Historical Adjustment", "CURRLIAB", "", {"SystemAccount": "HISTORICAL"}),
    ("860", "Rounding", "CURRLIAB", "", {"SystemAccount": "ROUNDING"}),
    ("877", "Clearing", "CURRLIAB", "", {}),
    ("900", "Loan", "TERMLIAB", "", {}),
    ("960", "Retained Earnings", "EQUITY", "", {"SystemAccount": "RETAINEDEARNINGS"}),
    ("970", "Owner A Share Capital", "EQUITY", "", {}),
    ("980", "Owner A Funds Introduced", "EQUITY", "", {"EnablePaymentsToAccount": True}),
)


def add_accounts(organisation: Organisation, sales: str, purchases: str) -> None:
    """The whole chart; accounts start with the usual tax of their side."""
    usual = {"sales": sales, "purchases": purchases}
    for code, name, kind, side, more in CHART:
        body: Body = {"Name": name, "Type": kind}
        if code:
            body["Code"] = code
        if side:
            body["TaxType"] = usual[side]
        if kind == "BANK":
            body |= {"BankAccountType": "BANK", "CurrencyCode": organisation.currency}
        save(organisation, body | more)
