"""Items: types, accounts and their uses, prices, opening stock."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from schemas.item import Item
from schemas.kinds import Kind
from tests.contract.records import a_stock_item, an_item
from tests.unit.providers.quickbooks.lookups import MAPPING, a_create, a_lookup, an_update
from worker.providers.lookup import Cause, Lookup
from worker.providers.port import Work
from worker.providers.quickbooks.items import item
from worker.providers.refusals import Refusal

TODAY = date(2026, 11, 20)


def body_of(work: Work, lookup: Lookup | None = None) -> dict[str, Any]:
    assert isinstance(work.document, Item)
    return item(work, work.document, lookup or a_lookup(), TODAY)


def created(document: Item) -> dict[str, Any]:
    return body_of(a_create(Kind.ITEM, document))


def test_a_service_earns_on_its_account() -> None:
    assert created(an_item()) == {
        "Name": "Technician hour",
        "Type": "Service",
        "UnitPrice": Decimal(95),
        "IncomeAccountRef": {"value": "40"},
    }


def test_stock_has_three_accounts_and_an_opening() -> None:
    body = created(a_stock_item())

    refs = [body[f"{use}AccountRef"]["value"] for use in ("Income", "Expense", "Asset")]
    assert refs == ["40", "50", "13"]
    assert (body["TrackQtyOnHand"], body["QtyOnHand"], body["InvStartDate"]) == (
        True,
        Decimal(12),
        "2026-01-01",
    )


@pytest.mark.parametrize(
    ("quantity", "as_of", "since"),
    [("5", "2026-03-01", "2026-03-01"), ("5", None, "2026-11-20"), (None, None, "2000-01-01")],
)
def test_stock_begins_where_it_must(quantity: str | None, as_of: str | None, since: str) -> None:
    body = created(a_stock_item(quantity_on_hand=quantity, as_of=as_of))

    assert body["InvStartDate"] == since


def test_the_quantity_is_sent_once() -> None:
    body = body_of(an_update(Kind.ITEM, a_stock_item()))

    assert not {"QtyOnHand", "InvStartDate", "TrackQtyOnHand"} & set(body)
    assert body["Active"] is True


def test_what_is_only_bought_earns_nothing() -> None:
    rags = an_item(type="non_inventory", sales_price=None, purchase_cost="4.10")

    body = created(rags)

    assert body["ExpenseAccountRef"] == {"value": "50"}
    assert not {"IncomeAccountRef", "UnitPrice"} & set(body)


@pytest.mark.parametrize(
    ("price", "sent"), [("12.56", "12.56"), ("0.123456", "0.12346"), ("100.00", "100")]
)
def test_prices_have_five_places(price: str, sent: str) -> None:
    unit_price = created(an_item(sales_price=price))["UnitPrice"]

    assert format(unit_price, "f") == sent


def test_an_update_clears_what_is_not_there() -> None:
    body = body_of(an_update(Kind.ITEM, an_item(sales_price=None)))

    assert (body["UnitPrice"], body["Description"], body["Sku"]) == (0, "", "")


def test_a_named_account_comes_before_the_mapping() -> None:
    body = created(an_item(income_account="4100"))

    assert body["IncomeAccountRef"] == {"value": "41"}


@pytest.mark.parametrize(
    ("use", "code", "cause"),
    [
        ("income", "5000", Cause("mapping", "income")),
        ("expense", "4000", Cause("mapping", "expense")),
        ("asset", "1000", Cause("mapping", "asset")),
    ],
)
def test_an_account_of_another_type_is_refused(use: str, code: str, cause: Cause) -> None:
    with pytest.raises(Refusal) as refusal:
        body_of(a_create(Kind.ITEM, a_stock_item()), a_lookup(MAPPING | {use: code}))
    assert refusal.value.fault.code == "account_type_wrong"
    assert refusal.value.fault.names["account"] == f"Account {code}"
    assert refusal.value.fault.causes == {cause}


def test_all_missing_accounts_are_noted() -> None:
    lookup = a_lookup({})

    body_of(a_create(Kind.ITEM, a_stock_item(asset_account="9999")), lookup)

    assert lookup.missing == {
        Cause("mapping", "income"),
        Cause("mapping", "expense"),
        Cause("account", "9999"),
    }


@pytest.mark.parametrize(
    ("code", "taxable"), [("TAX", True), ("non", False), ("State", True), ("Exempt", False)]
)
def test_an_item_is_taxable_by_its_code(code: str, *, taxable: bool) -> None:
    assert created(an_item(tax_code=code))["Taxable"] is taxable


def test_a_colon_is_no_hierarchy() -> None:
    assert created(an_item(name="Filters:20x25"))["Name"] == "Filters - 20x25"


@pytest.mark.parametrize(
    ("field", "code", "needed"),
    [
        ("income_account", "4100", "Sales of Product Income"),
        ("expense_account", "6100", "cost of goods sold"),
        ("asset_account", "1000", "Inventory"),
    ],
)
def test_stock_wants_accounts_of_its_own(field: str, code: str, needed: str) -> None:
    with pytest.raises(Refusal) as refusal:
        created(a_stock_item(**{field: code}))
    assert refusal.value.fault.causes == {Cause("account", code)}
    assert needed in refusal.value.fault.names["needed"]


def test_other_items_take_any_income() -> None:
    assert created(an_item(income_account="4100"))["IncomeAccountRef"] == {"value": "41"}
