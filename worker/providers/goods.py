"""Which sides an item of the CMMS has: whether it is sold, whether it is bought."""

from schemas.item import Item, ItemType


def sold(document: Item) -> bool:
    """Whether an account of sales is needed for it."""
    stated = document.sales_price is not None or document.income_account is not None
    return stated or document.type is not ItemType.NON_INVENTORY or not bought(document)


def bought(document: Item) -> bool:
    """Whether an account of purchases is needed for it."""
    stated = (document.purchase_cost, document.purchase_description, document.expense_account)
    return document.type is ItemType.INVENTORY or any(value is not None for value in stated)
