"""What a refused part waits for: a closed period, or an inactive record that it names."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from schemas.kinds import Kind
from worker.providers.port import Cause, Part
from worker.providers.quickbooks.faults import Error
from worker.providers.quickbooks.wire import ref, rows

# "Names element id 58 not found" (Intuit: error codes)
_ELEMENT = re.compile(r"(\w+) elements? id (\d+)", re.IGNORECASE)
_CUSTOMERS_CODE = "6250"
_IN_WORDS = {"customer_ref": "a customer", "vendor_ref": "a vendor", "item_ref": "an item"}


def causes(part: Part, code: str, error: Error) -> frozenset[Cause]:
    """What mends a fault of this code of ours; none where nothing that we see does."""
    match code:
        case "period_closed":
            day = part.body.get("TxnDate") or part.body.get("InvStartDate")
            return frozenset({Cause("period", str(day))} if day else ())
        case "reference_inactive":
            blamed = _blamed(error, set(_named(part.body)))
            return frozenset(Cause(f"{kind.value}_ref", number) for kind, number in blamed)
        case _:
            return frozenset()


def in_words(blamed: Iterable[Cause]) -> dict[str, str]:
    """The kind of record that a document names in vain, as sentences call it: `named`."""
    found = [_IN_WORDS[cause.kind] for cause in blamed if cause.kind in _IN_WORDS]
    return {"named": found[0]} if found else {}


def _blamed(error: Error, named: set[tuple[Kind, str]]) -> set[tuple[Kind, str]]:
    """The one record that the fault means; none where it could be any of several.

    A document waits for all of its causes: one too many, and it would wait for ever.
    """
    if error.code == _CUSTOMERS_CODE:
        found = {pair for pair in named if pair[0] is Kind.CUSTOMER}
    elif said := _ELEMENT.search(error.detail):
        found = {pair for pair in named if pair[1] == said[2] and _called(pair[0], said[1])}
    else:
        found = {pair for pair in named if _at(pair[0], error.element)}
    return found if len(found) == 1 else set()


def _called(kind: Kind, word: str) -> bool:
    """Whether the service means this kind: parties are `Names`, items `Items`."""
    return word.casefold().startswith("item" if kind is Kind.ITEM else "name")


def _at(kind: Kind, element: str) -> bool:
    """Whether the element holds a reference to this kind."""
    _, _, field = element.rpartition(".")
    expected = "EntityRef" if kind is Kind.VENDOR else f"{kind.value.capitalize()}Ref"
    return field == expected


def _named(body: Mapping[str, Any]) -> Iterator[tuple[Kind, str]]:
    """The records that a part's body names."""
    if customer := ref(body, "CustomerRef"):
        yield Kind.CUSTOMER, customer
    for line in rows(body.get("Line")):
        if item := ref(line.get("SalesItemLineDetail") or {}, "ItemRef"):
            yield Kind.ITEM, item
        entity = (line.get("JournalEntryLineDetail") or {}).get("Entity") or {}
        if vendor := ref(entity, "EntityRef"):
            yield Kind.VENDOR, vendor
