"""Parties, items, expenses, payments, removals and requests: their fields and their limits."""

from datetime import date
from decimal import Decimal

import pytest

from schemas.catalogue import Data as EventData
from schemas.catalogue import dump, load_record, load_removal
from schemas.envelope import InvalidEvent
from schemas.expense import Against, AgainstKind
from schemas.item import ItemType
from schemas.kinds import Kind
from schemas.requests import Resource
from tests.unit.schemas.builders import (
    Data,
    customer_data,
    expense_data,
    item_data,
    parsed_data,
    payment_data,
)


def test_a_customer_needs_no_more_than_id_and_name() -> None:
    customer = parsed_data("customer.created", {"id": "C-1", "name": "Alder Court"})

    assert (customer.id, customer.name, customer.version) == ("C-1", "Alder Court", None)
    assert customer.active
    assert customer.references() == frozenset()


def test_null_in_an_optional_field_is_absent() -> None:
    nulls = customer_data(email=None, active=None, billing_address={"line1": None, "city": "Bath"})

    customer = parsed_data("customer.created", nulls)

    assert customer.email is None
    assert customer.active
    assert dump(customer)["billing_address"] == {"city": "Bath"}


def test_names_that_are_unknown_are_ignored() -> None:
    customer = parsed_data("vendor.updated", customer_data(loyalty={"tier": 3}, tags=[None, 1.5]))

    assert dump(customer) == customer_data()


def test_an_item_keeps_its_decimals_and_dates() -> None:
    data = item_data(sales_price="12.560", quantity_on_hand=875, as_of="2026-09-01")

    item = parsed_data("item.created", data)

    assert (item.type, item.sales_price) == (ItemType.INVENTORY, Decimal("12.56"))
    assert (item.quantity_on_hand, item.as_of) == (Decimal(875), date(2026, 9, 1))
    assert dump(item)["sales_price"] == "12.560"


def test_an_expense_names_its_vendor() -> None:
    expense = parsed_data("expense.saved", expense_data(against={"kind": "work_order", "id": "W"}))

    assert expense.against == Against(kind=AgainstKind.WORK_ORDER, id="W")
    assert expense.references() == {(Kind.VENDOR, "V-1")}


def test_a_payment_names_its_invoice() -> None:
    payment = parsed_data("payment.recorded", payment_data(external_refs={"quickbooks": "145"}))

    assert payment.external_refs == {"quickbooks": "145"}
    assert payment.references() == {(Kind.INVOICE, "I-1")}


def test_a_sync_request_names_a_resource() -> None:
    request = parsed_data("sync.requested", {"resource": "taxes"})

    assert (request.resource, request.provider) == (Resource.TAXES, None)


@pytest.mark.parametrize(
    ("type_", "data", "reason"),
    [
        ("customer.created", {"name": "No id"}, "data.id: field required"),
        ("customer.created", customer_data(id=""), "data.id: string should have at least 1"),
        ("customer.created", customer_data(id="c" * 65), "data.id: string should have at most 64"),
        ("customer.created", customer_data(id=4711), "data.id: input should be a valid string"),
        ("customer.created", customer_data(name=""), "data.name: string should have at least 1"),
        ("customer.created", customer_data(name="n" * 501), "data.name: string should have at"),
        ("customer.created", customer_data(version=1.0), "data.version: input should be a valid"),
        ("customer.created", customer_data(version="1"), "data.version: input should be a valid"),
        ("customer.created", customer_data(version=True), "data.version: input should be a valid"),
        ("customer.created", customer_data(version=2**63), "data.version: input should be less"),
        ("customer.created", customer_data(active="yes"), "data.active: input should be a valid"),
        ("customer.created", customer_data(tax_exempt=1), "data.tax_exempt: input should be a"),
        ("customer.created", customer_data(currency="usd"), "data.currency: input should be an"),
        ("customer.created", customer_data(currency="ZZZ"), "data.currency: input should be an"),
        ("customer.created", customer_data(billing_address="x"), "data.billing_address: input"),
        (
            "vendor.created",
            customer_data(shipping_address={"country": "USA"}),
            "data.shipping_address.country: input should be an ISO 3166-1",
        ),
        ("vendor.created", customer_data(external_refs={"xero": 7}), "data.external_refs.xero: in"),
        ("item.created", item_data(type="bundle"), "data.type: input should be 'inventory'"),
        ("item.created", item_data(as_of="2026-02-30"), "data.as_of: there is no such day"),
        ("item.created", item_data(as_of="20260201"), "data.as_of: input should be a date"),
        ("item.created", item_data(as_of=20260201), "data.as_of: input should be a date"),
        ("expense.saved", expense_data(date="2026-10-05T00:00:00Z"), "data.date: input should be"),
        ("expense.saved", expense_data(amount="0"), "data.amount: input should be greater than"),
        ("expense.saved", expense_data(amount=18.5), "data.amount: input should be a decimal"),
        ("expense.saved", expense_data(vendor_id=None), "data.vendor_id: field required"),
        ("expense.saved", expense_data(against={"kind": "asset", "id": "A"}), "data.against.kind"),
        ("payment.recorded", payment_data(amount="-1"), "data.amount: input should be greater"),
        ("customer.archived", {"reason": "gone"}, "data.id: field required"),
        ("sync.requested", {"resource": "ledgers"}, "data.resource: input should be 'accounts'"),
        ("connection.test_requested", {}, "data.provider: field required"),
    ],
)
def test_a_record_that_breaks_the_contract_says_where(type_: str, data: Data, reason: str) -> None:
    with pytest.raises(InvalidEvent) as refusal:
        parsed_data(type_, data)

    assert refusal.value.reason.startswith(reason)


@pytest.mark.parametrize(
    ("kind", "type_", "data"),
    [
        (Kind.CUSTOMER, "customer.created", customer_data(billing_address={"country": "GB"})),
        (Kind.ITEM, "item.updated", item_data(purchase_cost="7.8500", active=False)),
        (Kind.EXPENSE, "expense.saved", expense_data(against={"kind": "job", "id": "J"})),
        (Kind.PAYMENT, "payment.recorded", payment_data(method="card")),
    ],
)
def test_a_stored_snapshot_is_the_same_record_again(kind: Kind, type_: str, data: Data) -> None:
    record: EventData = parsed_data(type_, data)

    assert dump(record) == data
    assert load_record(kind, dump(record)) == record


def test_a_stored_removal_is_the_same_again() -> None:
    removal = parsed_data("invoice.voided", {"id": "I-1", "version": 3, "reason": "typed twice"})

    assert load_removal(dump(removal)) == removal


def test_records_cannot_be_changed() -> None:
    customer = parsed_data("customer.created", customer_data())

    with pytest.raises(ValueError, match="frozen"):
        customer.name = "Somebody else"
