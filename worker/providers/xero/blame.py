"""What a refused part waits for: a closed period, or something that it names and cannot use."""

from collections.abc import Iterator, Mapping
from typing import Any

from schemas.kinds import Kind
from worker.providers.grouping import party_of
from worker.providers.port import Cause, Part
from worker.providers.wire import rows
from worker.providers.xero.faults import Error

_IN_WORDS = {
    "customer_ref": "a customer",
    "vendor_ref": "a vendor",
    "invoice_ref": "an invoice",
    "item_code": "an item",
}


def causes(part: Part, code: str, error: Error) -> frozenset[Cause]:
    """What mends a fault of this code of ours; none where nothing that we see does.

    A document waits for all of its causes, so what could be any of several is none of them.
    """
    return frozenset(_caused(part, code, error))


def _caused(part: Part, code: str, error: Error) -> Iterator[Cause]:
    match code:
        case "period_closed" if day := part.body.get("Date"):
            yield Cause("period", str(day))
        case "reference_inactive" if "item" not in error.message.lower():
            yield from _named(part)
        case "reference_inactive":
            # Lines name items by their codes alone, which people change.
            yield from _only(_items(part.body), error.quoted, "item_code")
        case "gone_in_books" if part.ref:
            yield Cause(f"{part.kind}_ref", part.ref)
        case "account_missing" | "account_type_wrong":
            yield from _only(_accounts(part.body), error.quoted, "account")
        case "tax_code_missing":
            yield from _only(_taxes(part.body), error.quoted, "tax_code")
        case "not_applied":
            yield from (Cause("balance", ref) for ref in _ids(part.body, "Invoice"))


def in_words(blamed: frozenset[Cause]) -> dict[str, str]:
    """The kind of record that a document names in vain, as sentences call it: `named`."""
    found = [_IN_WORDS[cause.kind] for cause in blamed if cause.kind in _IN_WORDS]
    return {"named": found[0]} if found else {}


def _named(part: Part) -> Iterator[Cause]:
    """Whom a document is for, or what a payment pays."""
    if part.kind is Kind.PAYMENT:
        yield from (Cause("invoice_ref", ref) for ref in _ids(part.body, "Invoice"))
    else:
        whose = f"{party_of(part.kind)}_ref"
        yield from (Cause(whose, ref) for ref in _ids(part.body, "Contact"))


def _only(named: set[str], quoted: str, kind: str) -> Iterator[Cause]:
    """The one that the message quotes, or that could be meant."""
    meant = {quoted} & named or named
    if len(meant) == 1:
        yield Cause(kind, *meant)


def _ids(body: Mapping[str, Any], field: str) -> Iterator[str]:
    """The id that a reference field of a body holds."""
    held = body.get(field)
    if isinstance(held, dict) and (ref := held.get(f"{field}ID")):
        yield str(ref)


def _accounts(body: Mapping[str, Any]) -> set[str]:
    """The accounts that a body names, by id or code; an item's prices name them like lines do."""
    holders = [*_lines(body), body.get("Account") or {}]
    lines = [one.get("AccountID") or one.get("AccountCode") for one in holders]
    prices = [held for name, held in body.items() if name.endswith("AccountCode")]
    return {str(one) for one in (*lines, *prices) if one}


def _items(body: Mapping[str, Any]) -> set[str]:
    return {str(line["ItemCode"]) for line in _lines(body) if "ItemCode" in line}


def _taxes(body: Mapping[str, Any]) -> set[str]:
    lines = [line.get("TaxType") for line in _lines(body)]
    prices = [held for name, held in body.items() if name.endswith(".TaxType")]
    return {str(one) for one in (*lines, *prices) if one}


def _lines(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    return rows(body.get("LineItems")) + rows(body.get("JournalLines"))
