"""Items: accounts of their sides, prices, and which of them are tracked."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from schemas.item import Item
from schemas.kinds import Kind
from tests.contract.records import a_stock_item, an_item
from tests.unit.providers.xero.lookups import a_create, a_lookup, an_update
from worker.providers.lookup import Cause, Lookup
from worker.providers.refusals import Refusal
from worker.providers.xero.fields import folded
from worker.providers.xero.items import item

STOCK = {"asset": "630"}


def made(document: Item, lookup: Lookup | None = None) -> dict[str, Any]:
    return folded(item(a_create(Kind.ITEM, document), document, lookup or a_lookup()))


def test_goods_without_an_inventory_account_are_untracked() -> None:
    element = made(a_stock_item())

    assert element["Code"] == "PSK-40"
    assert element["SalesDetails"] == {
        "UnitPrice": Decimal("48.5"),
        "AccountCode": "200",
        "TaxType": "OUTPUT",
    }
    assert element["PurchaseDetails"] == {"UnitPrice": Decimal("31.2"), "AccountCode": "310"}
    assert "InventoryAssetAccountCode" not in element


def test_stock_in_an_inventory_account_is_tracked_without_its_quantity() -> None:
    element = made(a_stock_item(), a_lookup(STOCK))

    assert element["InventoryAssetAccountCode"] == "630"
    assert element["PurchaseDetails"] == {"UnitPrice": Decimal("31.2"), "COGSAccountCode": "310"}
    assert "QuantityOnHand" not in element


def test_stock_in_another_asset_account_is_untracked() -> None:
    assert "InventoryAssetAccountCode" not in made(a_stock_item(), a_lookup({"asset": "650"}))


def test_services_are_never_tracked() -> None:
    assert "InventoryAssetAccountCode" not in made(an_item(), a_lookup(STOCK))


def test_an_item_of_the_books_stays_untracked() -> None:
    work = replace(an_update(Kind.ITEM, a_stock_item()), held={"Code": '"PSK-40"'})

    body = item(work, a_stock_item(), a_lookup(STOCK))

    assert "InventoryAssetAccountCode" not in body
    assert body["PurchaseDetails.AccountCode"] == "310"


def test_an_asset_account_that_is_not_known_is_waited_for() -> None:
    lookup = a_lookup()

    made(a_stock_item(asset_account="631"), lookup)

    assert lookup.missing == {Cause("account", "631")}


def test_an_account_that_takes_no_lines_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        made(an_item(income_account="610"))

    assert refused.value.fault.code == "account_type_wrong"
    assert refused.value.fault.causes == {Cause("account", "610")}


def test_what_is_only_bought_needs_no_income_account() -> None:
    lookup = a_lookup({"income": None})
    document = an_item(type="non_inventory", sales_price=None, purchase_cost="3.10")

    element = made(document, lookup)

    assert "SalesDetails" not in element
    assert lookup.missing == set()


def test_prices_have_four_decimals() -> None:
    element = made(an_item(sales_price="0.123456"))

    assert element["SalesDetails"]["UnitPrice"] == Decimal("0.1235")


def test_an_update_clears_texts_and_prices() -> None:
    document = an_item(sales_price=None)

    body = item(an_update(Kind.ITEM, document), document, a_lookup())

    assert (body["Description"], body["PurchaseDescription"]) == ("", "")
    assert body["SalesDetails.UnitPrice"] == 0


def test_a_long_name_is_cut_where_people_see_it() -> None:
    assert made(an_item(name="x" * 60))["Name"] == "x" * 49 + "…"
