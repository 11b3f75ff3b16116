"""Items: stock, other goods and services."""

from enum import StrEnum

from schemas.fields import Day, ExternalRefs, Flag, Model, Name, RecordId, Version
from schemas.kinds import References
from schemas.money import Money, Quantity


class ItemType(StrEnum):
    INVENTORY = "inventory"
    NON_INVENTORY = "non_inventory"
    SERVICE = "service"


class ItemDetails(Model):
    """An item as the books show it: everything but the CMMS's id.

    An account is named by the ledger's account id, its code or its full name, in that order of
    trying; absent means the connection's mapping.
    """

    version: Version | None = None
    sku: str | None = None
    name: Name
    description: str | None = None
    purchase_description: str | None = None
    type: ItemType
    sales_price: Money | None = None
    purchase_cost: Money | None = None
    income_account: str | None = None
    expense_account: str | None = None
    asset_account: str | None = None
    quantity_on_hand: Quantity | None = None
    as_of: Day | None = None
    tax_code: str | None = None
    active: Flag = True
    external_refs: ExternalRefs | None = None


class Item(ItemDetails):
    """An item of the CMMS."""

    id: RecordId

    def references(self) -> References:
        """No other record."""
        return frozenset()
