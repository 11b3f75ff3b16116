"""Three-way comparison of customers, vendors and items: what of an update has to be sent.

The CMMS's side is the translated body; the books' side and what both last agreed on are canonical
texts (`canonical.fields`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from worker.policies import Conflict
from worker.providers.port import Operation, Work
from worker.providers.quickbooks.canonical import LISTED, canonical, readable
from worker.providers.quickbooks.fields import NAMES
from worker.providers.quickbooks.wire import Body
from worker.terms import SENT

_LABELS = ("DisplayName", "Name")
_TAX_NUMBERS = frozenset({"TaxIdentifier", "PrimaryTaxIdentifier"})


@dataclass
class Merged:
    """What is sent, what both sides agree on from now on, and what changed on both sides.

    `kept` are those of the last that stay as the books have them, `both` those that a person must
    decide about: the contract's name -> {cmms, books, before}.
    """

    send: Body = field(default_factory=dict)
    base: dict[str, str] = field(default_factory=dict)
    kept: dict[str, dict[str, str]] = field(default_factory=dict)
    both: dict[str, dict[str, str]] = field(default_factory=dict)

    def news(self, base: Mapping[str, str] | None) -> bool:
        """Whether comparing alone brought something that is to be kept.

        Where nothing was agreed on before, the books' answer to what is sent says it all at once.
        """
        if base is None:
            return not self.send
        return bool(self.kept) or self.base != base


def merge(work: Work, body: Body, policy: Conflict) -> Merged | None:
    """Compare an update's fields; None where nothing is known of what the books hold."""
    if work.operation is not Operation.UPDATE or work.kind not in LISTED or work.held is None:
        return None
    merged = Merged(base=dict(work.base or {}))
    for name, value in body.items():
        _merge(merged, work, name, value, policy)
    if "DisplayName" in merged.send and _is_agreed(work, body, "Notes"):
        merged.send["Notes"] = body["Notes"]  # where the name stands as the CMMS has it
    if (work.held or {}).get("Active") == "false":
        _meet_inactive(merged, work, body, policy)
    if work.base is None and not merged.send:
        merged.base = dict(work.held)
    return merged


def _merge(merged: Merged, work: Work, name: str, value: object, policy: Conflict) -> None:
    held, base = work.held or {}, work.base
    ours, theirs = canonical(work.kind, name, value), held.get(name, "")
    before = theirs if base is None else base.get(name, "")
    sent = theirs if base is None else base.get(f"{SENT}{name}", before)
    if ours == theirs:
        _agree(merged, name, theirs)
    elif ours == sent:
        return  # at most the books' side has changed: it stays, and the CMMS was told
    elif theirs == before:
        merged.send[name] = value
    else:
        _both_changed(merged, work, name, value, policy)


def _both_changed(merged: Merged, work: Work, name: str, value: object, policy: Conflict) -> None:
    called = _called(name)
    ours = canonical(work.kind, name, value)
    sides = {"cmms": ours, "books": (work.held or {}).get(name, "")}
    sides["before"] = (work.base or {}).get(name, "")
    shown = {side: readable(text) for side, text in sides.items()}
    match work.decided.get(called, policy):
        case Conflict.CMMS:
            merged.send[name] = value
        case Conflict.BOOKS:
            # Decided once: from here on the CMMS's side counts as changed only by another change.
            _agree(merged, name, ours)
            merged.kept[called] = shown
        case Conflict.HOLD:
            merged.both[called] = shown


def _meet_inactive(merged: Merged, work: Work, body: Body, policy: Conflict) -> None:
    """An inactive record takes nothing without a word on whether it is active (Intuit: 610), and
    keeps the suffix of its name until it is.

    Where others made it so, another change of the CMMS's is none of that: whose side counts is
    decided. The same once more is the CMMS's word that it shall be active.
    """
    if not merged.send and not body.get("Active"):
        return
    theirs = body.get("Active") and (work.base or {}).get("Active") == "true"
    if theirs and merged.send:
        _both_changed(merged, work, "Active", body["Active"], policy)
        if "Active" not in merged.send:
            merged.send.clear()
            return
    labels = _LABELS if body.get("Active") else ()
    merged.send |= {name: body[name] for name in ("Active", *labels) if name in body}


def _agree(merged: Merged, name: str, text: str) -> None:
    for key in (name, f"{SENT}{name}"):
        merged.base.pop(key, None)
    if text:
        merged.base[name] = text


def _is_agreed(work: Work, body: Body, name: str) -> bool:
    held = (work.held or {}).get(name, "")
    return name in body and canonical(work.kind, name, body[name]) == held


def _called(name: str) -> str:
    """The contract's name of a field."""
    if name == "SalesTaxCodeRef":
        return "tax_code"
    return "tax_number" if name in _TAX_NUMBERS else NAMES.get(name, name)
