"""What may still change of a document that money has been applied to."""

from __future__ import annotations

from tests.simulators.xero.errors import Invalid
from tests.simulators.xero.organisation import Body

ALLOCATED = "This document cannot be edited as it has a payment or credit note allocated to it."
FREE = {"Reference", "DueDate", "InvoiceNumber", "Contact", "Url", "SentToContact", "LineItems"}
FREE |= {"PlannedPaymentDate", "ExpectedPaymentDate", "Status"}
UNSEEN = {"DueDate", "SentToContact"}
FREE_OF_LINE = {"Description", "AccountCode", "AccountID"}


def check_frozen(old: Body, change: Body) -> None:
    """Amounts, dates and prices are as they were. Raises Invalid."""
    if any(old.get(name) != value for name, value in change.items() if name not in FREE):
        raise Invalid(ALLOCATED)
    if "LineItems" in change:
        _check_lines(old["LineItems"], change["LineItems"])


def is_unseen(old: Body, new: Body) -> bool:
    """Whether a change is of those that are reported not to move the modified stamp."""
    changed = {name for name, value in new.items() if old.get(name) != value}
    if changed == {"LineItems"}:
        return [_but_account(line) for line in old["LineItems"]] == [
            _but_account(line) for line in new["LineItems"]
        ]
    return has_money(old) and bool(changed) and changed <= UNSEEN


def has_money(invoice: Body) -> bool:
    """Whether payments or credits have been applied to it."""
    return bool(invoice["AmountPaid"] or invoice["AmountCredited"])


def _but_account(line: Body) -> Body:
    return {name: value for name, value in line.items() if not name.startswith("Account")}


def _check_lines(old: list[Body], given: list[Body]) -> None:
    known = {line["LineItemID"]: line for line in old}
    numbers = [line.get("LineItemID", "") for line in given]
    if "" in numbers:
        raise Invalid("To edit a paid document you must supply a LineItemID for each line.")
    if sorted(known) != sorted(numbers):
        raise Invalid(ALLOCATED)
    for line in given:
        before = known[line["LineItemID"]]
        changed = {name for name, value in line.items() if before.get(name) != value}
        if changed - FREE_OF_LINE:
            raise Invalid(ALLOCATED)
