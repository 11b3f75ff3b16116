"""Tracked items: bills bring stock, sales take it, and it never falls below zero."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from tests.simulators.xero.amounts import cents
from tests.simulators.xero.errors import Invalid
from tests.simulators.xero.organisation import ZERO, Body, Organisation, is_sale

LIVE = ("AUTHORISED", "PAID")


def follow(organisation: Organisation, old: Body | None, new: Body) -> None:
    """What a document's change does to the stock. Raises Invalid, and then nothing has moved."""
    before, after = _held_by(organisation, old), _held_by(organisation, new)
    moves = {number: after[number] - before[number] for number in {*before, *after}}
    items = organisation.records["Item"]
    for number, quantity in moves.items():
        item = items[number]
        if quantity < 0 and item["QuantityOnHand"] + quantity < 0:
            raise Invalid(
                f"The quantity of item {item['Code']} exceeds the quantity on hand "
                f"({item['QuantityOnHand']})."
            )
    for number, quantity in moves.items():
        if quantity:
            cost = None if is_sale(new) else _cost(new, number) - _cost(old, number)
            _move(organisation, items[number], quantity, cost)


def _move(organisation: Organisation, item: Body, quantity: Decimal, cost: Decimal | None) -> None:
    """Bills bring their cost, sales go at the average."""
    held, pool = item["QuantityOnHand"], item["TotalCostPool"]
    average = pool / held if held else ZERO
    value = quantity * average if cost is None else cost
    new = {"QuantityOnHand": held + quantity, "TotalCostPool": cents(pool + value)}
    organisation.replace("Item", item, item | new | {"_moved": True})


def _held_by(organisation: Organisation, invoice: Body | None) -> defaultdict[str, Decimal]:
    """Quantities by item that a document has brought (or taken: negative)."""
    moves: defaultdict[str, Decimal] = defaultdict(Decimal)
    if invoice and invoice["Status"] in LIVE:
        sign = -1 if is_sale(invoice) else 1
        for line in _tracked(organisation, invoice):
            moves[line["_item"]] += sign * line["Quantity"]
    return moves


def _cost(bill: Body | None, item_id: str) -> Decimal:
    if bill is None or bill["Status"] not in LIVE:
        return ZERO
    lines = [line for line in bill["LineItems"] if line.get("_item") == item_id]
    return sum((line["LineAmount"] for line in lines), ZERO)


def _tracked(organisation: Organisation, invoice: Body) -> list[Body]:
    items = organisation.records["Item"]
    return [
        line
        for line in invoice["LineItems"]
        if items.get(line.get("_item", ""), {}).get("IsTrackedAsInventory")
    ]
