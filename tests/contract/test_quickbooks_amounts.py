"""What the books make of an invoice's figures: rounding, stock, kinds of tax, currencies."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from schemas.invoice import Invoice
from tests.contract.ledger import Ledger, Open
from tests.contract.providers import QUICKBOOKS
from tests.contract.records import a_party, a_stock_item, a_vendor, an_expense, an_invoice, an_item
from tests.contract.scenes import with_items

MAPPING = dict(QUICKBOOKS.mapping)
LINES = [
    {"item_id": "ITM-1", "quantity": "1.5", "unit_price": "95.00"},  # 142.50
    {"item_id": "ITM-2", "quantity": "2", "unit_price": "48.57", "discount_percent": "12.5"},  # 85
    {"item_id": "ITM-1", "quantity": "0.5", "unit_price": "-95.00"},  # -47.50
]


def of(*lines: dict[str, Any], **fields: object) -> Invoice:
    return an_invoice(lines=list(lines), total=None, **fields)


def net_of(invoice: Invoice) -> Decimal:
    return sum((line.net(invoice.currency) for line in invoice.lines), Decimal(0))


def stock(ledger: Ledger) -> Decimal:
    (held,) = [one for one in ledger.company.records("Item") if one["Name"].startswith("Pump seal")]
    return Decimal(str(held["QtyOnHand"]))


def marked(code: str | None) -> list[dict[str, Any]]:
    return [{**line, "tax_code": code} for line in LINES]


@pytest.mark.parametrize(
    ("line", "moved"),
    [
        ({"quantity": "7", "unit_price": "48.57", "discount_percent": "12.5"}, "7"),
        ({"quantity": "30000", "unit_price": "0.33333", "discount_percent": "33.333"}, "30000"),
        ({"quantity": "-30000.5", "unit_price": "-0.33333", "discount_percent": "7"}, "-30000.5"),
        ({"quantity": "3", "amount": "100.00"}, "3"),
        ({"quantity": "0", "unit_price": "48.50"}, "0"),
        ({"quantity": "0", "amount": "12.00"}, "0"),
        ({"quantity": "1", "unit_price": "0"}, "1"),
    ],
    ids=str,
)
def test_totals_and_stock_are_exact(quickbooks: Ledger, line: dict[str, str], moved: str) -> None:
    invoice = of({"item_id": "ITM-2", "tax_code": "NON", **line})
    before = stock(with_items(quickbooks))

    written = quickbooks.put(invoice)

    assert written.total == net_of(invoice)
    assert before - stock(quickbooks) == Decimal(moved)


@pytest.mark.parametrize(("code", "total"), [("TAX", "194.40"), ("NON", "180.00")])
def test_manual_tax_goes_by_the_mapped_code(quickbooks: Ledger, code: str, total: str) -> None:
    assert with_items(quickbooks).put(of(*marked(code))).total == Decimal(total)


def test_automated_tax_finds_the_rate_itself(refusing: Open) -> None:
    ledger = refusing(preferences={"TaxPrefs": {"PartnerTaxEnabled": True}})
    ledger.mapping = {name: code for name, code in MAPPING.items() if name != "sales_tax"}

    assert with_items(ledger).put(of(*marked("TAX"))).total == Decimal("194.40")


AUTOMATED = {"preferences": {"TaxPrefs": {"PartnerTaxEnabled": True}}}
ABROAD = {"country": "GB", "currency": "GBP"}


@pytest.mark.parametrize(
    ("company", "code"),
    [({}, "State"), (AUTOMATED, "State"), (ABROAD, "20.0% S"), (ABROAD, "Exempt")],
    ids=["manual", "automated", "abroad", "abroad, exempt"],
)
def test_prices_with_tax_come_to_what_they_say(
    open_quickbooks: Open, company: dict[str, Any], code: str
) -> None:
    ledger = open_quickbooks(**company)
    ledger.pulled = replace(ledger.chart(), mapping=MAPPING | {"sales_tax": code})
    currency = company.get("currency", "USD")
    for named in (a_party(currency=currency), an_item(), a_stock_item(tax_code=None)):
        ledger.put(named)
    lines = [*marked(code), {"item_id": "ITM-2", "quantity": "7", "unit_price": "33.333"}]

    invoice = of(*lines, currency=currency, amounts="tax_inclusive")

    assert ledger.put(invoice).total == net_of(invoice) == Decimal("413.33")


@pytest.mark.parametrize(("shown", "total"), [("194.41", "194.41"), ("189.00", "194.40")])
def test_manual_tax_is_the_cmmss_where_rounding_explains_it(
    quickbooks: Ledger, shown: str, total: str
) -> None:
    invoice = an_invoice(lines=marked("TAX"), total=shown)

    assert with_items(quickbooks).put(invoice).total == Decimal(total)


@pytest.mark.parametrize(("shown", "total"), [("189.00", "189.00"), ("180.00", "194.40")])
def test_automated_tax_is_the_cmmss_where_it_has_any(
    open_quickbooks: Open, shown: str, total: str
) -> None:
    ledger = with_items(open_quickbooks(**AUTOMATED))

    assert ledger.put(an_invoice(lines=marked("TAX"), total=shown)).total == Decimal(total)


def test_a_change_back_to_the_books_own_tax_is_computed_anew(quickbooks: Ledger) -> None:
    with_items(quickbooks).put(an_invoice(lines=marked("TAX"), total="194.41"))

    assert quickbooks.put(of(*marked("TAX"))).total == Decimal("194.40")


def test_books_without_sales_tax_take_none(open_quickbooks: Open) -> None:
    ledger = open_quickbooks(preferences={"TaxPrefs": {"UsingSalesTax": False}})

    assert with_items(ledger).put(of(*marked("TAX"))).total == Decimal("180.00")


@pytest.mark.parametrize(
    ("code", "total"), [("20.0% S", "216.00"), ("Exempt", "180.00"), (None, "189.00")]
)
def test_abroad_every_line_has_its_code(refusing: Open, code: str | None, total: str) -> None:
    ledger = refusing(country="GB", currency="GBP")
    ledger.mapping = MAPPING | {"sales_tax": "5.0% R"}
    ledger.put(a_party(currency="GBP"))
    ledger.put(an_item())
    ledger.put(a_stock_item(tax_code=None))

    written = ledger.put(of(*marked(code), currency="GBP"))

    assert written.total == Decimal(total)


def test_foreign_customers_are_billed_in_their_currency(open_quickbooks: Open) -> None:
    ledger = open_quickbooks(multicurrency=True)
    ledger.put(a_party(currency="EUR"))
    ledger.put(an_item())
    ledger.put(a_stock_item())

    written = ledger.put(of(*marked("NON"), currency="EUR", exchange_rate="1.0842"))

    held = ledger.company.record("Invoice", written.ref)
    assert (held["CurrencyRef"]["value"], held["ExchangeRate"]) == ("EUR", 1.0842)


def test_an_expense_may_be_in_another_currency(open_quickbooks: Open) -> None:
    ledger = open_quickbooks(multicurrency=True)
    ledger.put(a_vendor(currency="EUR"))

    written = ledger.put(an_expense(currency="EUR"))

    held = ledger.company.record("JournalEntry", written.ref)
    assert (held["CurrencyRef"]["value"], written.total) == ("EUR", Decimal("31.20"))
