"""What documents leave open, and what their parties owe or are owed for it."""

from __future__ import annotations

from decimal import Decimal

from tests.simulators.quickbooks.company import ZERO, Company
from tests.simulators.quickbooks.draft import Draft, cents
from tests.simulators.quickbooks.errors import Refused, business
from tests.simulators.quickbooks.fields import Body

PARTIES = {  # which field names the party of a document
    "Invoice": "CustomerRef",
    "CreditMemo": "CustomerRef",
    "Payment": "CustomerRef",
    "Bill": "VendorRef",
    "VendorCredit": "VendorRef",
    "BillPayment": "VendorRef",
}
CREDITS = frozenset({"CreditMemo", "VendorCredit"})  # they lower what is owed


def owed_sign(kind: str) -> int:
    """Whether an open amount of this kind adds to its party's balance (1) or lowers it (-1)."""
    return 1 if kind in ("Invoice", "Bill") else -1


def move_balance(company: Company, kind: str, body: Body, change: Decimal) -> None:
    """Add to the balance of the party of a document; `change` as the document's own open amount."""
    field = PARTIES[kind]
    party = company.find(field.removesuffix("Ref"), body[field]["value"])
    if party is None or not change:
        return
    # Neither token nor time of a party move with its balance.
    party["Balance"] = Decimal(party["Balance"]) + change * owed_sign(kind)
    if "BalanceWithJobs" in party:
        party["BalanceWithJobs"] = party["Balance"]


def set_balance(body: Body, balance: Decimal) -> None:
    """What is open of a document, in all the fields that say so."""
    body["Balance"] = balance
    if "RemainingCredit" in body:
        body["RemainingCredit"] = balance
    if "HomeBalance" in body:
        body["HomeBalance"] = cents(balance * Decimal(body["ExchangeRate"]))


def set_open_amount(draft: Draft) -> None:
    """Balance and links of a draft. Raises Refused: 620 another party, 6000 less than is applied.

    Links to payments are read-only: those that were there stay.
    """
    body, old, party = draft.body, draft.old, PARTIES[draft.kind]
    applied = draft.company.applied.get((draft.kind, draft.own_id or ""), {})
    used, total = sum(applied.values(), ZERO), Decimal(body["TotalAmt"])
    if applied and old and old[party]["value"] != body[party]["value"]:
        detail = f"Transactions of another name than {old[party]['value']} are linked to it"
        raise Refused("620", detail, party)
    # The real service might keep the rest as a credit; that is not documented.
    if used > total:
        raise business(f"The amount {total} is less than the {used} already applied to it")
    body["LinkedTxn"] = (old or {}).get("LinkedTxn", [])
    if draft.kind == "CreditMemo":
        body["RemainingCredit"] = ZERO
    set_balance(body, total - used)


def apply_open_amount(draft: Draft, new: Body | None) -> None:
    """The party's balance after a document was written, changed or removed."""
    for body, sign in ((draft.old, -1), (new, 1)):
        if body:
            move_balance(draft.company, draft.kind, body, Decimal(body["Balance"]) * sign)
