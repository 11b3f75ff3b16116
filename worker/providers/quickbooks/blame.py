"""What a refused part waits for: a closed period, or something that it names and cannot use."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from worker.providers.port import Cause, Part
from worker.providers.quickbooks.faults import Error
from worker.providers.wire import Body, ref, rows

# "Names element id 58 not found" (Intuit: error codes)
_ELEMENT = re.compile(r"(\w+) elements? id (\d+)", re.IGNORECASE)
_CUSTOMERS_CODE = "6250"
_IN_WORDS = {
    "customer_ref": "a customer",
    "vendor_ref": "a vendor",
    "item_ref": "an item",
    "account": "an account",
}
# Field of a body or of a line's detail -> the kind of cause, and the service's word for its kind.
_HEADER = {
    "CustomerRef": ("customer_ref", "name"),
    "VendorRef": ("vendor_ref", "name"),
    "DepositToAccountRef": ("account", "account"),
}
_DETAIL = {"ItemRef": ("item_ref", "item"), "AccountRef": ("account", "account")}
_ENTITY = {"EntityRef": ("vendor_ref", "name")}


@dataclass(frozen=True)
class _Named:
    """A record that a part's body names, and where."""

    field: str
    word: str
    cause: Cause


def causes(part: Part, code: str, error: Error) -> frozenset[Cause]:
    """What mends a fault of this code of ours; none where nothing that we see does."""
    match code:
        case "period_closed":
            day = part.body.get("TxnDate") or part.body.get("InvStartDate")
            return frozenset({Cause("period", str(day))} if day else ())
        case "reference_inactive":
            return _blamed(error, set(_named(part.body)))
        case "account_type_wrong":
            accounts = {one for one in _named(part.body) if one.word == "account"}
            return _only(one for one in accounts if one.field == _field(error))
        case "not_applied":
            return frozenset(Cause("balance", invoice) for invoice in _paid(part.body))
        case _:
            return frozenset()


def in_words(blamed: Iterable[Cause]) -> dict[str, str]:
    """The kind of record that a document names in vain, as sentences call it: `named`."""
    found = [_IN_WORDS[cause.kind] for cause in blamed if cause.kind in _IN_WORDS]
    return {"named": found[0]} if found else {}


def _blamed(error: Error, named: set[_Named]) -> frozenset[Cause]:
    """The one record that the fault means; none where it could be any of several.

    A document waits for all of its causes: one too many, and it would wait for ever.
    """
    if error.code == _CUSTOMERS_CODE:
        return _only(one for one in named if one.field == "CustomerRef")
    if said := _ELEMENT.search(error.detail):
        word = said[1].casefold()
        same = (one for one in named if one.cause.id == said[2])
        return _only(one for one in same if word.startswith(one.word))
    return _only(one for one in named if one.field == _field(error))


def _only(found: Iterable[_Named]) -> frozenset[Cause]:
    meant = frozenset(one.cause for one in found)
    return meant if len(meant) == 1 else frozenset()


def _field(error: Error) -> str:
    """The field that the element ends with."""
    return error.element.rpartition(".")[2]


def _named(body: Mapping[str, Any]) -> Iterator[_Named]:
    """The records that a part's body names."""
    yield from _in(body, _HEADER)
    for line in rows(body.get("Line")):
        detail = line.get(str(line.get("DetailType"))) or {}
        yield from _in(detail, _DETAIL)
        yield from _in(detail.get("Entity") or {}, _ENTITY)


def _in(held: Mapping[str, Any], fields: Mapping[str, tuple[str, str]]) -> Iterator[_Named]:
    for field, (kind, word) in fields.items():
        if number := ref(held, field):
            yield _Named(field, word, Cause(kind, number))


def _paid(body: Mapping[str, Any]) -> Iterator[str]:
    """The invoices that a payment is applied to."""
    for line in rows(body.get("Line")):
        links: list[Body] = rows(line.get("LinkedTxn"))
        yield from (str(link["TxnId"]) for link in links if link.get("TxnType") == "Invoice")
