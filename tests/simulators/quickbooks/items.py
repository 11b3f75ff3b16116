"""Products and services."""

from __future__ import annotations

from decimal import Decimal

from tests.simulators.quickbooks.draft import Draft
from tests.simulators.quickbooks.errors import Refused, business, required
from tests.simulators.quickbooks.fields import Body
from tests.simulators.quickbooks.lists import check_sibling_name, parent_name, set_activity
from tests.simulators.quickbooks.references import EXPENSE, INCOME, account, plain_references

TYPES = frozenset({"Inventory", "Service", "NonInventory"})
INVENTORY_NEEDS = (
    "IncomeAccountRef",
    "ExpenseAccountRef",
    "AssetAccountRef",
    "TrackQtyOnHand",
    "QtyOnHand",
    "InvStartDate",
)


def build_item(draft: Draft) -> Body:
    """A checked Item (Intuit: item)."""
    body, company, old = draft.body, draft.company, draft.old
    if not body.get("Name", "").strip():
        raise required("Name")
    if "Type" not in body and old is None:
        raise required("Type")
    body.setdefault("Type", (old or body).get("Type"))
    if body["Type"] not in TYPES:
        raise Refused("2170", f"Invalid Enumeration : {body['Type']}", "Type")
    if old and old["Type"] != body["Type"]:
        raise business("The type of an item cannot be changed", "Type")
    _needs(draft)
    _accounts(draft)
    # The quantity before this write counts: it must be zero in a write of its own.
    held = Decimal((old or {}).get("QtyOnHand", 0))
    set_activity(draft, "Name", held)
    parent = parent_name(draft)
    if parent:
        body["SubItem"] = True
    body["FullyQualifiedName"] = f"{parent}:{body['Name']}" if parent else body["Name"]
    check_sibling_name(company, "Item", body, draft.own_id)
    plain_references(company, body)
    if company.is_us:
        body.setdefault("Taxable", False)
    body.setdefault("UnitPrice", 0)
    body.setdefault("PurchaseCost", 0)
    body.setdefault("TrackQtyOnHand", False)
    return body


def _needs(draft: Draft) -> None:
    body = draft.body
    match body["Type"]:
        case "Inventory":
            if not draft.company.preference("ProductAndServicesPrefs.QuantityOnHand"):
                raise Refused("5020", "Inventory is not part of this subscription", "Type")
            for name in INVENTORY_NEEDS:
                if name not in body:
                    raise required(name)
            if body["TrackQtyOnHand"] is not True:
                raise business("An inventory item tracks its quantity on hand", "TrackQtyOnHand")
        case "Service":
            if "IncomeAccountRef" not in body:
                raise required("IncomeAccountRef")
        case _:
            if "IncomeAccountRef" not in body and "ExpenseAccountRef" not in body:
                raise required("IncomeAccountRef")
    if body["Type"] != "Inventory" and body.get("TrackQtyOnHand"):
        raise business("Only inventory items track a quantity", "TrackQtyOnHand")


def _accounts(draft: Draft) -> None:
    """Each use of an account wants its type (6430)."""
    inventory = draft.body["Type"] == "Inventory"
    uses = {
        "IncomeAccountRef": (INCOME, {"SalesOfProductIncome"} if inventory else set()),
        "ExpenseAccountRef": ({"Cost of Goods Sold"} if inventory else EXPENSE, set()),
        "AssetAccountRef": ({"Other Current Asset"}, {"Inventory"}),
    }
    for element, (types, subtypes) in uses.items():
        if element in draft.body:
            reference = draft.body[element]
            draft.body[element] = account(
                draft.company, reference, element, frozenset(types), frozenset(subtypes)
            )
