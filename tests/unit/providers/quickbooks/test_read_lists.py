"""Customers, vendors and items of the books as the CMMS would say them, and back again."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.item import Item
from schemas.kinds import Kind
from schemas.party import Party
from tests.contract.records import a_party, a_stock_item, a_vendor
from tests.unit.providers.quickbooks.lookups import a_lookup, an_update
from worker.providers.port import LedgerRecord
from worker.providers.quickbooks import canonical, read_lists
from worker.providers.quickbooks.items import item
from worker.providers.quickbooks.parties import party
from worker.providers.wire import Body

US = {"value": "USD", "name": "United States Dollar"}


def body_of(kind: Kind, document: Party | Item) -> Body:
    """What an update of everything sends."""
    work = an_update(kind, document)
    if isinstance(document, Item):
        return item(work, document, a_lookup(), date(2026, 11, 20))
    return party(work, document, a_lookup())


def read(kind: Kind, **record: Any) -> LedgerRecord:  # noqa: ANN401
    service = {"Name": "Seal kit", "Type": "Service"}
    named = service if kind is Kind.ITEM else {"DisplayName": "Harbor Hotel"}
    return read_lists.one(kind, {"Id": "58", "SyncToken": "3"} | named | record)


def test_a_customer_is_read_as_the_cmms_says_it() -> None:
    held = read(
        Kind.CUSTOMER,
        PrimaryEmailAddr={"Address": "ap@harbor.example"},
        BillAddr={"Id": "95", "Line1": "12 Quay St", "Line4": "Gate 3", "Country": "USA"},
        CurrencyRef=US,
        Taxable=False,
        Balance=Decimal(140),
    )

    assert (held.kind, held.ref, held.name, held.sync_token) == (
        "customer",
        "58",
        "Harbor Hotel",
        "3",
    )
    assert held.data == {
        "name": "Harbor Hotel",
        "email": "ap@harbor.example",
        "billing_address": {"line1": "12 Quay St", "line3": "Gate 3", "country": "US"},
        "currency": "USD",
        "tax_exempt": True,
        "active": True,
    }


def test_a_stock_item_is_read_with_its_quantity_that_is_no_field_of_ours() -> None:
    held = read(
        Kind.ITEM,
        Type="Inventory",
        Sku="PSK-40",
        UnitPrice=Decimal("48.50"),
        QtyOnHand=Decimal("12.0"),
        IncomeAccountRef={"value": "40", "name": "Sales"},
        Taxable=True,
    )

    assert held.code == "PSK-40"
    assert held.data["quantity_on_hand"] == "12"
    named = ("type", "sales_price", "income_account", "tax_code")
    assert [held.data[name] for name in named] == ["inventory", "48.5", "40", "TAX"]
    assert "QtyOnHand" not in held.fields


@pytest.mark.parametrize("kind", ["Category", "Group", "Bundle"])
def test_what_nothing_can_be_sold_as_is_no_item(kind: str) -> None:
    record = {"Id": "9", "Name": "Pumps", "Type": kind}

    assert list(read_lists.listed(Kind.ITEM, [record])) == []


def test_a_name_below_a_parent_is_its_own_beside_the_full_one() -> None:
    below = {"ParentRef": {"value": "7"}, "FullyQualifiedName": "Pumps:Seal kit"}

    held = read(Kind.ITEM, **below)

    assert (held.data["name"], held.data["full_name"]) == ("Seal kit", "Pumps:Seal kit")


def test_an_inactive_record_has_the_name_that_it_had() -> None:
    held = read(Kind.VENDOR, DisplayName="Northside (deleted)", Active=False)

    assert (held.name, held.active, held.data["active"]) == ("Northside", False, False)
    assert (held.fields["DisplayName"], held.fields["Active"]) == ('"Northside"', "false")


def test_our_marker_is_no_note_and_names_the_record() -> None:
    held = read(Kind.CUSTOMER, Notes="Ring first\n[CMMS customer A%20B]\n")

    assert (held.data["notes"], held.marker) == ("Ring first", ("customer", "A B"))


def test_two_markers_name_nobody() -> None:
    held = read(Kind.CUSTOMER, Notes="[CMMS customer 1]\n[CMMS customer 2]")

    assert (held.marker, "notes" in held.data) == (None, False)


def test_a_tax_number_that_is_masked_is_not_told() -> None:
    held = read(Kind.VENDOR, TaxIdentifier="XXXXX6789")

    assert "tax_number" not in held.data
    assert held.fields["TaxIdentifier"] == canonical.canonical(
        Kind.VENDOR, "TaxIdentifier", "123456789"
    )


@pytest.mark.parametrize(
    ("shown", "code"),
    [("USA", "US"), ("us", "US"), ("United  Kingdom", "GB"), ("DEU", "DE"), ("Atlantis", None)],
)
def test_countries_are_told_by_their_codes(shown: str, code: str | None) -> None:
    held = read(Kind.CUSTOMER, BillAddr={"City": "X", "Country": shown})

    assert held.data["billing_address"] == {"city": "X"} | ({"country": code} if code else {})


def test_a_stub_of_what_was_merged_is_gone() -> None:
    stub = {"domain": "QBO", "status": "Deleted", "Id": "58"}

    assert list(read_lists.listed(Kind.CUSTOMER, [stub])) == []
    assert list(read_lists.gone(Kind.CUSTOMER, [stub])) == [("customer", "58")]


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=40)
OPTIONAL = st.none() | TEXT
ADDRESS = st.none() | st.fixed_dictionaries(
    {},
    optional={"line1": TEXT, "line3": TEXT, "city": TEXT, "country": st.sampled_from(["US", "GB"])},
)
PARTY = st.fixed_dictionaries(
    {"name": TEXT.map(lambda text: f"N{text}")},
    optional={
        **dict.fromkeys(("company_name", "given_name", "phone", "account_number"), OPTIONAL),
        "notes": st.none() | st.lists(TEXT, max_size=3).map("\n".join),
        "email": st.sampled_from([None, "a@x.example", "a@x.example, b@x.example"]),
        "phone": st.sampled_from([None, "+1 503 555 0142", "0142 ask for Mary at the front desk"]),
        "billing_address": ADDRESS,
        "tax_exempt": st.none() | st.booleans(),
    },
)


@given(PARTY)
@pytest.mark.parametrize("kind", [Kind.CUSTOMER, Kind.VENDOR])
def test_what_the_books_say_comes_back_as_it_is(kind: Kind, fields: dict[str, Any]) -> None:
    """What the CMMS takes over and publishes again differs in nothing from the books."""
    written = body_of(kind, a_party(**fields))
    held = read_lists.one(kind, {"Id": "1", "SyncToken": "0"} | written)

    again = body_of(kind, Party.model_validate({**held.data, "id": "CUS-1"}))

    assert differing(kind, again, held.fields) == []


def test_a_stock_item_comes_back_as_it_is() -> None:
    written = body_of(Kind.ITEM, a_stock_item(purchase_description="Seal", description=" Kit "))
    held = read_lists.one(Kind.ITEM, {"Id": "1", "SyncToken": "0"} | written)

    again = body_of(Kind.ITEM, Item.model_validate({**held.data, "id": "ITM-2"}))

    assert differing(Kind.ITEM, again, held.fields) == []


def test_what_people_move_about_in_notes_makes_no_difference() -> None:
    ours = body_of(Kind.CUSTOMER, a_party(notes="Ring first", account_number="A-1"))["Notes"]

    moved = "\r\n".join(reversed(ours.splitlines()[1:])) + "\n\nRing first "

    assert canonical.canonical(Kind.CUSTOMER, "Notes", moved) == canonical.canonical(
        Kind.CUSTOMER, "Notes", ours
    )


def test_another_account_number_in_the_notes_is_another_note() -> None:
    one, other = (body_of(Kind.CUSTOMER, a_party(account_number=n))["Notes"] for n in "12")

    assert canonical.canonical(Kind.CUSTOMER, "Notes", one) != canonical.canonical(
        Kind.CUSTOMER, "Notes", other
    )


def test_a_field_is_shown_as_people_read_it() -> None:
    address = canonical.canonical(
        Kind.VENDOR,
        "BillAddr",
        body_of(Kind.VENDOR, a_vendor(billing_address={"city": "Oakland"}))["BillAddr"],
    )

    assert canonical.readable(address) == "Oakland"


def differing(kind: Kind, body: Body, held: Any) -> list[str]:  # noqa: ANN401
    """The fields of a body that the books hold otherwise."""
    sent = {
        name: value for name, value in body.items() if name in {*held, *canonical.compared(kind)}
    }
    return [n for n, v in sent.items() if canonical.canonical(kind, n, v) != held.get(n, "")]
