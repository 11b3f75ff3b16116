"""The chart of accounts: what may be posted where, and what people change in it."""

from __future__ import annotations

from tests.simulators.xero.errors import Invalid
from tests.simulators.xero.organisation import Body, Organisation, fold

CLASSES = {
    "ASSET": ("BANK", "CURRENT", "FIXED", "INVENTORY", "NONCURRENT", "PREPAYMENT"),
    "EXPENSE": ("DEPRECIATN", "DIRECTCOSTS", "EXPENSE", "OVERHEADS"),
    "LIABILITY": ("CURRLIAB", "LIABILITY", "TERMLIAB", "PAYG"),
    "EQUITY": ("EQUITY",),
    "REVENUE": ("OTHERINCOME", "REVENUE", "SALES"),
}
CLASS_OF = {kind: name for name, kinds in CLASSES.items() for kind in kinds}
# Lines never go to these: Xero posts to them by itself.
SYSTEM = frozenset(("DEBTORS", "CREDITORS", "RETAINEDEARNINGS", "GST", "HISTORICAL"))
APPLIES = {
    "ASSET": "CanApplyToAssets",
    "EQUITY": "CanApplyToEquity",
    "EXPENSE": "CanApplyToExpenses",
    "LIABILITY": "CanApplyToLiabilities",
    "REVENUE": "CanApplyToRevenue",
}


def by_code(organisation: Organisation, code: str) -> Body | None:
    return organisation.holder(("Account code", fold(code)))


def in_use(account: Body | None) -> bool:
    return account is not None and account["Status"] == "ACTIVE"


def account_of(organisation: Organisation, line: Body) -> Body | None:
    """The account that a line names; None if it names none. Raises Invalid."""
    code, number = line.get("AccountCode"), line.get("AccountID")
    if code is None and number is None:
        return None
    if number is None:
        account, shown = by_code(organisation, code or ""), code
    else:
        account, shown = organisation.find("Account", number), number
    if account is None:
        raise Invalid(f"Account code '{shown}' is not a valid code for this document.")
    if account["Status"] != "ACTIVE":
        raise Invalid(
            f"Account code '{shown}' has been archived, or deleted. Accounts must be active."
        )
    return account


def check_posting(account: Body, *, tracked: bool = False) -> None:
    """Whether a line may be posted there. Raises Invalid."""
    barred = account["Type"] == "BANK" or account.get("SystemAccount") in SYSTEM
    if barred or (account["Type"] == "INVENTORY") != tracked:
        code = account.get("Code", account["Name"])
        raise Invalid(f"Account code '{code}' is not a valid code for this document.")


def tax_of(organisation: Organisation, account: Body | None, given: str | None) -> Body | None:
    """The tax rate of a line: its own or its account's. Raises Invalid."""
    name = given or (account or {}).get("TaxType")
    if name is None:
        return None
    rate = organisation.find("TaxRate", name)
    if rate is None or rate["Status"] != "ACTIVE":
        raise Invalid(f"The TaxType code '{name}' does not exist or has been archived.")
    if account and not rate[APPLIES[account["Class"]]]:
        code = account.get("Code", account["Name"])
        raise Invalid(
            f"The TaxType code '{name}' cannot be used with account code '{code}' "
            "because of the account's class."
        )
    return rate


def untaxed(organisation: Organisation) -> str:
    """The tax type of lines without tax; Australia has no NONE."""
    return "NONE" if organisation.find("TaxRate", "NONE") else "BASEXCLUDED"


def save(organisation: Organisation, body: Body, old: Body | None = None) -> Body:
    """A person enters or changes an account. Raises Invalid."""
    names = {account["Name"].casefold(): account for account in _all(organisation)}
    taken = names.get(body.get("Name", "").casefold())
    if taken is not None and taken is not old:
        raise Invalid("Please enter a unique Name.")
    holder = by_code(organisation, body.get("Code", ""))
    if holder is not None and holder is not old:
        raise Invalid("Please enter a unique Code.")
    if old is not None:
        return organisation.replace("Account", old, old | body)
    new = {"Status": "ACTIVE", "EnablePaymentsToAccount": False, "ShowInExpenseClaims": False}
    new |= {"HasAttachments": False, "AddToWatchlist": False, "Class": CLASS_OF[body["Type"]]}
    if body["Type"] != "BANK":
        new |= {"SystemAccount": "", "BankAccountType": ""}  # as recorded: there, and empty
    return organisation.insert("Account", new | {"TaxType": "NONE"} | body)


def _all(organisation: Organisation) -> list[Body]:
    return list(organisation.records["Account"].values())
