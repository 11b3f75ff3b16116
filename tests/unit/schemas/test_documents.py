"""Invoices and bills: lines, amounts, totals and what they refer to."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.bill import PurchaseLine
from schemas.document import Amounts
from schemas.envelope import InvalidEvent
from schemas.invoice import InvoiceLine
from schemas.kinds import Kind
from schemas.money import cents
from tests.unit.schemas.builders import Data, bill_data, invoice_data, line_data, parsed_data


def test_an_invoice_refers_to_its_customer_and_items() -> None:
    lines = [line_data(item_id="T-1"), line_data(item_id="T-2"), line_data(item_id="T-1")]

    invoice = parsed_data("invoice.created", invoice_data(*lines, line_data()))

    assert invoice.references() == {
        (Kind.CUSTOMER, "C-1"),
        (Kind.ITEM, "T-1"),
        (Kind.ITEM, "T-2"),
    }
    assert invoice.amounts is Amounts.TAX_EXCLUSIVE


def test_a_bill_refers_to_its_vendor_and_items() -> None:
    bill = parsed_data("purchase_invoice.created", bill_data())

    assert bill.references() == {(Kind.VENDOR, "V-1"), (Kind.ITEM, "T-1")}
    assert bill.lines[0].received_quantity == 1


@pytest.mark.parametrize(
    ("line", "net"),
    [
        ({"unit_price": "98.00"}, "98.00"),
        ({"quantity": "5.25", "unit_price": "128.00", "discount_percent": "10"}, "604.80"),
        ({"quantity": "3", "unit_price": "0.335"}, "1.01"),
        ({"quantity": "1", "unit_price": "10.005"}, "10.01"),
        ({"quantity": "1", "unit_price": "-10.005"}, "-10.01"),
        ({"unit_price": "35", "discount_percent": "100"}, "0.00"),
        ({"amount": "35"}, "35.00"),
        ({"amount": "35.00", "discount_percent": "10"}, "35.00"),
        ({"quantity": "3", "unit_price": "33.335", "amount": "100.00"}, "100.00"),
    ],
)
def test_a_lines_net_is_its_amount_after_the_discount(line: Data, net: str) -> None:
    invoice_line = InvoiceLine.model_validate({"description": "x"} | line)

    assert str(invoice_line.net()) == net
    assert str(invoice_line.net("USD")) == net


def test_a_bills_line_is_priced_by_what_was_received() -> None:
    line = PurchaseLine.model_validate({"item_id": "T", "received_quantity": 3, "unit_cost": "1.1"})

    assert line.net() == Decimal("3.30")


def test_a_net_has_the_units_of_its_currency() -> None:
    line = InvoiceLine.model_validate(line_data(quantity="3", unit_price="411.5"))

    assert str(line.net("JPY")) == "1235"


@pytest.mark.parametrize(
    ("currency", "line"),
    [
        ("USD", {"quantity": "2", "unit_price": "98.00", "amount": "196"}),
        ("USD", {"unit_price": "0.125", "amount": "0.13"}),  # half up
        ("USD", {"unit_price": "0.125", "amount": "0.12"}),  # half even
        ("USD", {"unit_price": "0.125", "amount": "0.125"}),  # not rounded at all
        # 1.3332 is rounded to 1.33 first, then 0.6650 to 0.67
        (
            "USD",
            {"quantity": "3", "unit_price": "0.4444", "discount_percent": "50", "amount": "0.67"},
        ),
        ("JPY", {"quantity": "3", "unit_price": "411.5", "amount": "1234"}),
        ("JPY", {"quantity": "3", "unit_price": "411.5", "amount": "1235"}),
    ],
)
def test_an_amount_may_be_rounded_by_any_usual_rule(currency: str, line: Data) -> None:
    invoice = invoice_data({"description": "x"} | line, currency=currency)

    assert parsed_data("invoice.created", invoice).lines[0].net(currency)


@given(
    quantity=st.decimals(min_value=0, max_value=9999, places=3),
    price=st.decimals(min_value=-9999, max_value=9999, places=4),
    discount=st.decimals(min_value=0, max_value=100, places=1),
)
def test_our_own_rounding_always_agrees_with_the_price(
    quantity: Decimal, price: Decimal, discount: Decimal
) -> None:
    priced = {"quantity": quantity, "unit_price": price, "discount_percent": discount}
    line = InvoiceLine.model_validate({"description": "x", **priced})

    shown = InvoiceLine.model_validate({"description": "x", **priced, "amount": line.net()})

    assert shown.agrees("USD")
    assert shown.net() == cents(quantity * price * (100 - discount) / 100)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"amount": "196.01"}, "the amount of line 1 differs from its quantity and price"),
        ({"amount": "196.00", "discount_percent": "1"}, "the amount of line 1 differs"),
        ({"description": None}, "lines.0: a description or an item_id is required"),
        ({"description": ""}, "lines.0: a description or an item_id is required"),
        ({"unit_price": None}, "lines.0: a price or an amount is required"),
        ({"quantity": 1.5}, "lines.0.quantity: input should be a decimal string"),
        ({"discount_percent": "101"}, "lines.0.discount_percent: input should be between"),
        ({"item_id": "i" * 65}, "lines.0.item_id: string should have at most 64"),
        ({"service_date": "5 October"}, "lines.0.service_date: input should be a date"),
    ],
)
def test_a_line_that_breaks_the_contract_says_where(changes: Data, reason: str) -> None:
    with pytest.raises(InvalidEvent) as refusal:
        parsed_data("invoice.created", invoice_data(line_data(**changes)))

    assert reason in refusal.value.reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"total": "-0.01"}, "data.total: input should not be negative"),
        ({"lines": [line_data(unit_price="-1")]}, "data: the lines add up to less than zero"),
        ({"lines": []}, "data.lines: tuple should have at least 1 item"),
        ({"lines": [line_data()] * 501}, "data.lines: tuple should have at most 500 items"),
        ({"lines": {"1": line_data()}}, "data.lines: input should be a valid tuple"),
        ({"lines": None}, "data.lines: field required"),
        ({"number": ""}, "data.number: string should have at least 1 character"),
        ({"amounts": "gross"}, "data.amounts: input should be 'tax_exclusive'"),
        ({"exchange_rate": "0"}, "data.exchange_rate: input should be greater than 0"),
    ],
)
def test_an_invoice_that_breaks_the_contract_says_where(changes: Data, reason: str) -> None:
    with pytest.raises(InvalidEvent) as refusal:
        parsed_data("invoice.created", invoice_data(**changes))

    assert refusal.value.reason.startswith(reason)


def test_a_credit_line_is_fine_while_the_total_is_not_negative() -> None:
    credit = line_data(unit_price="-10.00")

    invoice = parsed_data("invoice.created", invoice_data(line_data(), credit, total="176.00"))

    assert sum(line.net() for line in invoice.lines) == 176


def test_five_hundred_lines_are_taken() -> None:
    invoice = parsed_data("invoice.created", invoice_data(*[line_data()] * 500))

    assert len(invoice.lines) == 500
