"""Bills: what is sent of a purchase invoice, and what is refused or waited for beforehand."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.bill import PurchaseInvoice
from schemas.kinds import Kind
from tests.contract.records import a_bill
from tests.unit.providers.quickbooks.lookups import MAPPING, REFS, a_create, a_lookup
from worker.providers.lookup import Cause, Lookup, Target
from worker.providers.quickbooks.bills import bill
from worker.providers.refusals import Refusal


def body_of(document: PurchaseInvoice, lookup: Lookup | None = None) -> dict[str, Any]:
    return bill(a_create(Kind.PURCHASE_INVOICE, document), document, lookup or a_lookup())


def of(*lines: dict[str, Any], **fields: object) -> PurchaseInvoice:
    return a_bill(lines=list(lines), total=None, **fields)


def test_lines_are_booked_by_item_or_by_account() -> None:
    body = body_of(a_bill())

    assert body["VendorRef"] == {"value": "56"}
    assert body["Line"] == [
        {
            "Amount": Decimal("62.40"),
            "DetailType": "ItemBasedExpenseLineDetail",
            "ItemBasedExpenseLineDetail": {
                "ItemRef": {"value": "19"},
                "Qty": Decimal(2),
                "UnitPrice": Decimal("31.20000"),
            },
        },
        {
            "Description": "Freight",
            "Amount": Decimal("15.00"),
            "DetailType": "AccountBasedExpenseLineDetail",
            "AccountBasedExpenseLineDetail": {"AccountRef": {"value": "61"}},
        },
    ]


def test_an_account_line_tells_its_quantity() -> None:
    line = {"description": "Hose", "received_quantity": "3", "unit_cost": "4.10", "account": "5000"}

    (made,) = body_of(of(line))["Line"]

    assert (made["Description"], made["Amount"]) == ("Hose (3 x 4.10)", Decimal("12.30"))
    assert made["AccountBasedExpenseLineDetail"]["AccountRef"] == {"value": "50"}


def test_a_line_of_nothing_is_text() -> None:
    (made,) = body_of(of({"description": "As agreed by phone", "amount": "0"}))["Line"]

    assert made == {"DetailType": "DescriptionOnly", "Description": "As agreed by phone"}


def test_a_long_number_stands_whole_in_the_note() -> None:
    number = "2026/NORTHSIDE/INV-77120/B"

    body = body_of(a_bill(number=number))

    assert len(body["DocNumber"]) <= 21
    assert f"Bill {number} in the CMMS" in body["PrivateNote"].splitlines()


amounts = st.decimals(min_value="0", max_value="99999", places=2).map(str)
quantities = st.decimals(min_value="0", max_value="50000", places=3).map(str)


@given(st.lists(st.tuples(quantities, amounts, st.sampled_from(["ITM-2", None])), min_size=1))
def test_amounts_are_kept_whatever_the_figures(rows: list[tuple[str, str, str | None]]) -> None:
    lines = [
        {"received_quantity": quantity, "amount": amount, "item_id": item, "description": "x"}
        for quantity, amount, item in rows
    ]

    made = body_of(of(*lines))["Line"]

    assert sum(line.get("Amount", 0) for line in made) == sum(Decimal(row[1]) for row in rows)


def test_everything_missing_is_noted() -> None:
    mapping = {name: code for name, code in MAPPING.items() if name != "purchase"}
    lookup = a_lookup(mapping, {})

    body_of(a_bill(), lookup)

    assert lookup.missing == {
        Cause("vendor", "VEN-1"),
        Cause("item", "ITM-2"),
        Cause("mapping", "purchase"),
    }


@pytest.mark.parametrize("account", ["1100", "2000"])
def test_what_is_owed_itself_is_no_cost(account: str) -> None:
    with pytest.raises(Refusal) as refusal:
        body_of(of({"description": "x", "amount": "1", "account": account}))
    assert refusal.value.fault.code == "account_type_wrong"
    assert refusal.value.fault.causes == {Cause("account", account)}


def test_the_vendors_currency_counts() -> None:
    refs = {**REFS, (Kind.VENDOR, "VEN-1"): Target("56", currency="GBP")}

    with pytest.raises(Refusal) as refusal:
        body_of(a_bill(), a_lookup(refs=refs, multicurrency=True))
    assert refusal.value.fault.code == "currency_mismatch"


# Tax


@pytest.mark.parametrize(
    ("amounts", "code"),
    [
        ("no_tax", "TAX"),
        ("tax_inclusive", "TAX"),
        ("tax_exclusive", "NON"),
        ("tax_exclusive", None),
    ],
)
def test_a_bill_of_the_us_says_nothing_of_tax(amounts: str, code: str | None) -> None:
    line = {"description": "x", "amount": "10.80", "tax_code": code}

    body = body_of(of(line, amounts=amounts))

    assert "GlobalTaxCalculation" not in body
    assert body["Line"][0]["Amount"] == Decimal("10.80")


@pytest.mark.parametrize("code", ["TAX", "State"])
def test_tax_on_top_has_no_place_on_a_bill_of_the_us(code: str) -> None:
    line = {"description": "x", "amount": "10.00", "tax_code": code}

    with pytest.raises(Refusal) as refusal:
        body_of(of(line, amounts="tax_exclusive"))
    assert refusal.value.fault.code == "purchase_tax_not_supported"


@pytest.mark.parametrize(("code", "ref"), [("County", "3"), (None, "2")])
def test_elsewhere_every_line_has_a_code(code: str | None, ref: str) -> None:
    lookup = a_lookup({**MAPPING, "purchase_tax": "State"}, tax="global")

    body = body_of(
        of({"description": "x", "amount": "1", "tax_code": code}, amounts="tax_exclusive"), lookup
    )

    assert body["GlobalTaxCalculation"] == "TaxExcluded"
    detail = body["Line"][0]["AccountBasedExpenseLineDetail"]
    assert detail["TaxCodeRef"] == {"value": ref}


def test_elsewhere_a_line_without_code_waits_for_the_mapping() -> None:
    lookup = a_lookup(tax="global")

    body_of(a_bill(amounts="tax_exclusive"), lookup)

    assert Cause("mapping", "purchase_tax") in lookup.missing


def test_elsewhere_untaxed_bills_say_so() -> None:
    body = body_of(a_bill(amounts="no_tax"), a_lookup(tax="global"))

    assert body["GlobalTaxCalculation"] == "NotApplicable"
    assert "TaxCodeRef" not in str(body["Line"])
