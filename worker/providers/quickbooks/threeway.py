"""Three-way comparison in QuickBooks' fields: what an inactive record wants said with any
change."""

from worker.policies import Conflict
from worker.providers.port import Operation, Work
from worker.providers.quickbooks.canonical import LISTED, canonical, readable
from worker.providers.quickbooks.fields import NAMES
from worker.providers.threeway import Comparison, Dialect, Merged
from worker.providers.wire import Body

_LABELS = ("DisplayName", "Name")
_TAX_NUMBERS = frozenset({"TaxIdentifier", "PrimaryTaxIdentifier"})


def _called(name: str) -> str:
    if name == "SalesTaxCodeRef":
        return "tax_code"
    return "tax_number" if name in _TAX_NUMBERS else NAMES.get(name, name)


FIELDS = Dialect(canonical, readable, _called)


def merge(work: Work, body: Body, policy: Conflict) -> Merged | None:
    """Compare an update's fields; None where nothing is known of what the books hold."""
    if work.operation is not Operation.UPDATE or work.kind not in LISTED or work.held is None:
        return None
    comparison = Comparison(work, FIELDS, policy)
    merged = comparison.merged(body)
    if "DisplayName" in merged.send and _is_agreed(work, body, "Notes"):
        merged.send["Notes"] = body["Notes"]  # where the name stands as the CMMS has it
    if work.held.get("Active") == "false":
        _meet_inactive(comparison, merged, body)
    if work.base is None and not merged.send:
        merged.base = dict(work.held)
    return merged


def _meet_inactive(comparison: Comparison, merged: Merged, body: Body) -> None:
    """An inactive record takes nothing without a word on whether it is active (Intuit: 610), and
    keeps the suffix of its name until it is.

    Where others made it so, another change of the CMMS's is none of that: whose side counts is
    decided. The same once more is the CMMS's word that it shall be active.
    """
    if not merged.send and not body.get("Active"):
        return
    theirs = body.get("Active") and (comparison.work.base or {}).get("Active") == "true"
    if theirs and merged.send:
        comparison.both_changed(merged, "Active", body["Active"])
        if "Active" not in merged.send:
            merged.send.clear()
            return
    labels = _LABELS if body.get("Active") else ()
    merged.send |= {name: body[name] for name in ("Active", *labels) if name in body}


def _is_agreed(work: Work, body: Body, name: str) -> bool:
    held = (work.held or {}).get(name, "")
    return name in body and canonical(work.kind, name, body[name]) == held
