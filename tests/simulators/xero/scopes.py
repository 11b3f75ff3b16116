"""Which scopes exist, and which one a call needs (Xero: scopes, the granular ones)."""

from __future__ import annotations

REPORTS = (
    "aged",
    "balancesheet",
    "banksummary",
    "budgetsummary",
    "executivesummary",
    "profitandloss",
    "trialbalance",
    "taxreports",
)
BOTH_WAYS = (  # each exists bare and with .read
    "invoices",
    "payments",
    "banktransactions",
    "manualjournals",
    "contacts",
    "settings",
    "attachments",
)
SCOPES = frozenset(
    {
        "openid",
        "profile",
        "email",
        "offline_access",
        *(f"accounting.{name}" for name in BOTH_WAYS),
        *(f"accounting.{name}.read" for name in BOTH_WAYS),
        *(f"accounting.reports.{name}.read" for name in REPORTS),
    }
)
CMMS = frozenset(
    {
        "offline_access",
        "accounting.invoices",
        "accounting.payments",
        "accounting.manualjournals",
        "accounting.contacts",
        "accounting.settings",
    }
)
# Xero's pages disagree about Items; the OpenAPI file asks for settings, which is the narrower.
NEEDED = {
    "Accounts": "accounting.settings",
    "Contacts": "accounting.contacts",
    "Currencies": "accounting.settings",
    "Invoices": "accounting.invoices",
    "Items": "accounting.settings",
    "ManualJournals": "accounting.manualjournals",
    "Organisation": "accounting.settings",
    "Payments": "accounting.payments",
    "TaxRates": "accounting.settings",
}


def permits(scopes: frozenset[str], method: str, resource: str) -> bool:
    """Whether these scopes let a call pass; an unknown resource is not theirs to refuse."""
    needed = NEEDED.get(resource)
    if needed is None or needed in scopes:
        return True
    return method == "GET" and f"{needed}.read" in scopes
