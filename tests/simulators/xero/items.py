"""Items: the price list, and the stock of those that are tracked."""

from __future__ import annotations

from tests.simulators.xero.accounts import by_code, in_use
from tests.simulators.xero.amounts import rounded
from tests.simulators.xero.entries import Entry, without_id
from tests.simulators.xero.errors import Invalid
from tests.simulators.xero.organisation import ZERO, Body, Organisation, fold

NEW: Body = {"IsSold": True, "IsPurchased": True, "PurchaseDetails": {}, "SalesDetails": {}}
SIDES = (("IsSold", "SalesDetails"), ("IsPurchased", "PurchaseDetails"))


def save(organisation: Organisation, entry: Entry) -> Body:
    """An item is entered or changed. Raises Invalid."""
    change = without_id("Item", entry.body)
    old = _existing(organisation, entry)
    _check_code(organisation, change, old)
    new = _merged(old or NEW, change, entry.places)
    _check(organisation, change, new, old)
    return organisation.replace("Item", old, new) if old else organisation.insert("Item", new)


def delete(organisation: Organisation, item: Body) -> None:
    """The item is gone; documents keep their lines. Raises Invalid."""
    if item["IsTrackedAsInventory"] and item.get("_moved"):
        raise Invalid("The item cannot be deleted: it has inventory transactions.")
    organisation.remove("Item", item)


def item_of(organisation: Organisation, line: Body) -> Body | None:
    """The item that a line names. Raises Invalid."""
    if "ItemCode" not in line:
        return None
    item = organisation.holder(("Item code", fold(line["ItemCode"])))
    if item is None:
        raise Invalid(f"Item code '{line['ItemCode']}' is not valid.")
    return item


def _existing(organisation: Organisation, entry: Entry) -> Body | None:
    if entry.number:
        return organisation.records["Item"][entry.number]
    code = entry.body.get("Code")
    if entry.creates or not code:
        return None
    return organisation.holder(("Item code", fold(code)))


def _check_code(organisation: Organisation, change: Body, old: Body | None) -> None:
    code = str(({"Code": ""} | (old or {}) | change)["Code"])
    if not code.strip():
        raise Invalid("Price List Item Code must be specified.")
    if organisation.holder(("Item code", fold(code)), old["ItemID"] if old else None):
        raise Invalid(f"Price List Item with Code '{code}' already exists.")


def _merged(old: Body, change: Body, places: int) -> Body:
    new = old | change
    for flag, name in SIDES:
        details = old[name] | change.get(name, {})
        if "UnitPrice" in change.get(name, {}):
            details["UnitPrice"] = rounded(details["UnitPrice"], places)
        # Whoever does not buy or sell a thing keeps no details of that.
        new[name] = details if new[flag] else {}
    tracked = "InventoryAssetAccountCode" in new
    new["IsTrackedAsInventory"] = tracked
    if tracked:
        new = {"QuantityOnHand": ZERO, "TotalCostPool": ZERO} | new
    return new


def _check(organisation: Organisation, change: Body, new: Body, old: Body | None) -> None:
    messages = []
    for _, name in SIDES:
        for field in ("AccountCode", "COGSAccountCode"):
            code = change.get(name, {}).get(field)
            if code and not in_use(by_code(organisation, code)):
                messages.append(f"Account code '{code}' is not a valid code for this document.")
        tax = change.get(name, {}).get("TaxType")
        if tax and tax not in organisation.records["TaxRate"]:
            messages.append(f"The TaxType code '{tax}' does not exist or has been archived.")
    if new["IsTrackedAsInventory"]:
        messages += _tracking_faults(organisation, new, old)
    elif "COGSAccountCode" in new["PurchaseDetails"]:
        messages.append(
            "COGSAccountCode is for tracked items: InventoryAssetAccountCode is missing."
        )
    if messages:
        raise Invalid(*messages)


def _tracking_faults(organisation: Organisation, new: Body, old: Body | None) -> list[str]:
    account = by_code(organisation, new["InventoryAssetAccountCode"])
    faults = []
    if account is None or account["Type"] != "INVENTORY":
        faults.append("InventoryAssetAccountCode must be an account of type INVENTORY.")
    if "COGSAccountCode" not in new["PurchaseDetails"] or "AccountCode" in new["PurchaseDetails"]:
        faults.append("Tracked items have a COGSAccountCode instead of an AccountCode.")
    if organisation.switches.no_tracked_items:
        faults.append("The organisation's plan has no tracked inventory items.")
    if old and old["IsTrackedAsInventory"]:
        same = old["InventoryAssetAccountCode"] == new["InventoryAssetAccountCode"]
        if not same and old.get("_moved"):
            faults.append("The inventory account of an item with transactions cannot change.")
    return faults
