"""Customers, vendors, employees, accounts and the small lists: names, activity, currency."""

from __future__ import annotations

from decimal import Decimal

from tests.simulators.quickbooks.company import Company, fold, name_key
from tests.simulators.quickbooks.draft import Draft, currency_ref, known_currency
from tests.simulators.quickbooks.errors import Refused, not_found, required
from tests.simulators.quickbooks.fields import Body
from tests.simulators.quickbooks.references import plain_references, target

DELETED = " (deleted)"
PARTY_LEDGERS = {
    "Customer": ("Accounts Receivable", "Accounts Receivable (A/R)"),
    "Vendor": ("Accounts Payable", "Accounts Payable (A/P)"),
}
NAME_PARTS = ("Title", "GivenName", "MiddleName", "FamilyName", "Suffix")
CLASSIFICATIONS = {
    "Bank": "Asset",
    "Accounts Receivable": "Asset",
    "Other Current Asset": "Asset",
    "Fixed Asset": "Asset",
    "Other Asset": "Asset",
    "Accounts Payable": "Liability",
    "Credit Card": "Liability",
    "Other Current Liability": "Liability",
    "Long Term Liability": "Liability",
    "Equity": "Equity",
    "Income": "Revenue",
    "Other Income": "Revenue",
    "Cost of Goods Sold": "Expense",
    "Expense": "Expense",
    "Other Expense": "Expense",
}
SUBTYPES = {  # what an account becomes if only its type is given
    "Bank": "CashOnHand",
    "Accounts Receivable": "AccountsReceivable",
    "Other Current Asset": "OtherCurrentAssets",
    "Fixed Asset": "OtherFixedAssets",
    "Other Asset": "OtherLongTermAssets",
    "Accounts Payable": "AccountsPayable",
    "Credit Card": "CreditCard",
    "Other Current Liability": "OtherCurrentLiabilities",
    "Long Term Liability": "OtherLongTermLiabilities",
    "Equity": "RetainedEarnings",
    "Income": "ServiceFeeIncome",
    "Other Income": "OtherMiscellaneousIncome",
    "Cost of Goods Sold": "SuppliesMaterialsCogs",
    "Expense": "OtherMiscellaneousServiceCost",
    "Other Expense": "OtherMiscellaneousExpense",
}


def build_party(draft: Draft) -> Body:
    """A Customer, Vendor or Employee; names are unique over all three (6240)."""
    body, company = draft.body, draft.company
    if not body.get("DisplayName"):
        body["DisplayName"] = " ".join(body[part] for part in NAME_PARTS if body.get(part))
    if not body["DisplayName"].strip():
        raise required("DisplayName")
    set_activity(draft, "DisplayName", Decimal((draft.old or {}).get("Balance", 0)))
    parent = _parent(draft, "DisplayName")
    body["FullyQualifiedName"] = (
        f"{parent}:{body['DisplayName']}" if parent else body["DisplayName"]
    )
    body.setdefault("PrintOnCheckName", body["DisplayName"][:100])
    if body["Active"]:
        holder = company.holder(name_key(body["DisplayName"]), draft.own_id)
        if holder:
            raise Refused("6240", "The name supplied already exists. : null")
    plain_references(company, body)
    _party_currency(draft)
    if draft.kind == "Customer":
        _customer_defaults(draft)
    elif draft.kind == "Vendor":
        body.setdefault("Vendor1099", False)
        _mask_tax_id(body)
        body["Balance"] = (draft.old or {}).get("Balance", 0)
        body.pop("FullyQualifiedName", None)
    else:
        body.pop("CurrencyRef", None)
        body.pop("FullyQualifiedName", None)
    return body


def _customer_defaults(draft: Draft) -> None:
    body, company = draft.body, draft.company
    body.setdefault("Job", False)
    if body["Job"] and "ParentRef" not in body:
        raise Refused("6150", "A job needs a parent", "ParentRef")
    body.setdefault("BillWithParent", False)
    body.setdefault("PreferredDeliveryMethod", "Print")
    taxed = bool(company.preference("TaxPrefs.UsingSalesTax"))
    body.setdefault("Taxable", taxed)
    if company.is_us and body["Taxable"] and company.preference("TaxPrefs.TaxGroupCodeRef"):
        body.setdefault("DefaultTaxCodeRef", company.preference("TaxPrefs.TaxGroupCodeRef"))
    for name in ("Balance", "BalanceWithJobs"):
        body[name] = (draft.old or {}).get(name, 0)


def _mask_tax_id(body: Body) -> None:
    """Answers show only the end of a tax number."""
    number = body.get("TaxIdentifier", "")
    if number and not number.startswith("X"):  # not a mask sent back
        body["TaxIdentifier"] = "X" * (len(number) - 4) + number[-4:]


def _party_currency(draft: Draft) -> None:
    """One currency for ever, and only with multicurrency another than the company's (2220)."""
    wanted = draft.body.get("CurrencyRef", {}).get("value")
    fixed = draft.old["CurrencyRef"]["value"] if draft.old and "CurrencyRef" in draft.old else None
    home = draft.company.currency
    allowed = fixed or (wanted if draft.company.multicurrency else home) or home
    if wanted not in (None, allowed):
        raise Refused("2220", f"Invalid currency : {wanted}, not {allowed}", "CurrencyRef")
    draft.body["CurrencyRef"] = currency_ref(known_currency(allowed))


def set_activity(draft: Draft, name: str, held: Decimal) -> None:
    """Deactivation renames and frees the name; it needs a zero balance (6220)."""
    body, was = draft.body, (draft.old or {}).get("Active", True)
    # An inactive record is out of reach, except to say whether it is active.
    if not was and "Active" not in draft.sent:
        raise not_found("Id")
    body.setdefault("Active", True)
    # Whether QuickBooks takes the suffix off by itself is unconfirmed.
    if not was and body["Active"] and draft.company.switches.restores_names:
        body[name] = body[name].removesuffix(DELETED)
    if was and not body["Active"]:
        if held:
            raise Refused("6220", f"The balance or quantity is {held}, not zero", "Active")
        # A client may have sent the suffix back as it read it.
        if not body[name].endswith(DELETED):
            body[name] += DELETED


def _parent(draft: Draft, name: str) -> str:
    """The full name of the parent; up to five levels, and nobody is his own parent."""
    reference = draft.body.get("ParentRef")
    if not reference:
        return ""
    kind, parent, levels = draft.kind, reference, 1
    found = target(draft.company, kind, parent, "ParentRef")
    first = found
    while True:
        if found["Id"] == draft.own_id:
            raise Refused("900", "A record cannot be its own parent", "ParentRef")
        if levels > 4:
            raise Refused("6180", "More than five levels", "ParentRef")
        if "ParentRef" not in found:
            break
        found = target(draft.company, kind, found["ParentRef"], "ParentRef")
        levels += 1
    draft.body["ParentRef"] = {"value": first["Id"]}
    draft.body["Level"] = levels
    return str(first.get("FullyQualifiedName") or first[name])


def parent_name(draft: Draft) -> str:
    return _parent(draft, "Name")


def check_sibling_name(company: Company, kind: str, body: Body, own: str | None) -> None:
    """Names are unique among siblings (6240)."""
    parent = body.get("ParentRef", {}).get("value", "")
    holder = company.holder((kind, parent, fold(body["Name"])), own)
    if body["Active"] and holder:
        detail = f"The name supplied already exists. : Another {kind.lower()} is using this name."
        raise Refused("6240", detail, "")


def build_account(draft: Draft) -> Body:
    """An Account; its type or subtype is needed (6010), its number is short in the US."""
    body, company, old = draft.body, draft.company, draft.old
    if not body.get("Name", "").strip():
        raise required("Name")
    if "AccountType" not in body:
        known = [kind for kind, sub in SUBTYPES.items() if sub == body.get("AccountSubType")]
        if not known:
            raise Refused("6010", "AccountType or AccountSubType is needed", "AccountType")
        body["AccountType"] = known[0]
    if company.country in ("US", "GB", "IN") and len(body.get("AcctNum", "")) > 7:
        raise Refused("2050", "AcctNum : at most 7 characters are supported", "AcctNum")
    set_activity(draft, "Name", Decimal((old or {}).get("CurrentBalance", 0)))
    parent = parent_name(draft)
    body["SubAccount"] = bool(parent)
    body["FullyQualifiedName"] = f"{parent}:{body['Name']}" if parent else body["Name"]
    check_sibling_name(company, "Account", body, draft.own_id)
    body.setdefault("AccountSubType", SUBTYPES[body["AccountType"]])
    body["Classification"] = CLASSIFICATIONS[body["AccountType"]]
    for name in ("CurrentBalance", "CurrentBalanceWithSubAccounts"):
        body[name] = (old or {}).get(name, body.get("OpeningBalance", 0))
    _party_currency(draft)
    return body


def build_simple(draft: Draft) -> Body:
    """A Term, PaymentMethod, Class or Department."""
    if not draft.body.get("Name", "").strip():
        raise required("Name")
    set_activity(draft, "Name", Decimal(0))
    check_sibling_name(draft.company, draft.kind, draft.body, draft.own_id)
    return draft.body


def apply_list(draft: Draft, new: Body | None) -> None:
    """The first party in a currency brings an account of its own to owe or be owed in it.

    Names shown by references are snapshots: nothing else changes.
    """
    company, ledger = draft.company, PARTY_LEDGERS.get(draft.kind)
    currency = (new or {}).get("CurrencyRef", {}).get("value", company.currency)
    if ledger is None or currency == company.currency:
        return
    account_type, name = ledger
    known = company.records["Account"].values()
    kept = {body["CurrencyRef"]["value"] for body in known if body["AccountType"] == account_type}
    if currency not in kept:
        ref = {"value": currency}
        body = {"Name": f"{name} - {currency}", "AccountType": account_type, "CurrencyRef": ref}
        company.insert("Account", build_account(Draft(company, "Account", body, None, body)))
