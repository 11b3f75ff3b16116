"""What the books make of an invoice's figures: rounding, discounts, tax, currencies."""

from decimal import Decimal
from typing import Any

import pytest

from schemas.invoice import Invoice
from tests.contract.ledger import Ledger, Open
from tests.contract.records import a_party, an_invoice
from tests.contract.scenes import ready_for, with_items

LINES = [
    {"item_id": "ITM-1", "quantity": "1.5", "unit_price": "95.00"},  # 142.50
    {"item_id": "ITM-2", "quantity": "2", "unit_price": "48.57", "discount_percent": "12.5"},  # 85
    {"item_id": "ITM-1", "quantity": "0.5", "unit_price": "-95.00"},  # -47.50
]


def of(*lines: dict[str, Any], **fields: object) -> Invoice:
    return an_invoice(lines=list(lines), total=None, **fields)


def net_of(invoice: Invoice) -> Decimal:
    return sum((line.net(invoice.currency) for line in invoice.lines), Decimal(0))


def marked(code: str) -> list[dict[str, Any]]:
    return [{**line, "tax_code": code} for line in LINES]


@pytest.mark.parametrize(
    "line",
    [
        {"quantity": "7", "unit_price": "48.57", "discount_percent": "12.5"},
        {"quantity": "30000", "unit_price": "0.33333", "discount_percent": "33.333"},
        {"quantity": "-30000.5", "unit_price": "-0.33333", "discount_percent": "7"},
        {"quantity": "3", "amount": "100.00"},
        {"quantity": "0", "unit_price": "48.50"},
        {"quantity": "0", "amount": "12.00"},
        {"quantity": "1", "unit_price": "0"},
        {"quantity": "0.00001", "unit_price": "4850000"},
        {"quantity": "3", "unit_price": "33.333333", "discount_percent": "100"},
    ],
    ids=str,
)
def test_totals_are_exact(ledger: Ledger, line: dict[str, str]) -> None:
    invoice = of({"item_id": "ITM-2", "tax_code": "NON", **line})

    assert with_items(ledger).put(invoice).total == net_of(invoice)


def test_an_invoice_of_500_lines_comes_to_the_cent(ledger: Ledger) -> None:
    lines = [
        {
            "item_id": "ITM-1",
            "quantity": f"{n % 7}.{n % 10}",
            "unit_price": f"{n}.{n % 100:02}",
            "discount_percent": f"{n % 30}",
            "description": f"Line {n}",
            "tax_code": "NON",
        }
        for n in range(500)
    ]

    assert with_items(ledger).put(of(*lines)).total == net_of(of(*lines))


@pytest.mark.parametrize(("code", "total"), [("TAX", "194.40"), ("NON", "180.00")])
def test_tax_goes_by_the_code_of_the_line(ledger: Ledger, code: str, total: str) -> None:
    assert with_items(ledger).put(of(*marked(code))).total == Decimal(total)


def test_a_change_to_untaxed_lines_takes_the_tax_away(ledger: Ledger) -> None:
    with_items(ledger).put(of(*marked("TAX")))

    assert ledger.put(of(*marked("NON"))).total == Decimal("180.00")


def test_prices_with_tax_come_to_what_they_say(ledger: Ledger) -> None:
    more = {"item_id": "ITM-2", "quantity": "7", "unit_price": "33.333", "tax_code": "TAX"}
    invoice = of(*marked("TAX"), more, amounts="tax_inclusive")

    assert with_items(ledger).put(invoice).total == net_of(invoice) == Decimal("413.33")


def test_the_cmmss_tax_counts_where_rounding_explains_it(ledger: Ledger) -> None:
    invoice = an_invoice(lines=marked("TAX"), total="194.41")

    assert with_items(ledger).put(invoice).total == Decimal("194.41")


def test_foreign_customers_are_billed_in_their_currency(open_ledger: Open) -> None:
    ledger = open_ledger(multicurrency=True)
    ledger.put(a_party(currency="EUR"))
    invoice = of(*marked("NON"), currency="EUR", exchange_rate="1.0842")

    written = ready_for(ledger, invoice).put(invoice)

    assert written.total == written.balance == Decimal("180.00")
