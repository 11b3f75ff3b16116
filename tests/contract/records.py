"""Builders of CMMS records: what a test names is what matters to it."""

from schemas.bill import PurchaseInvoice
from schemas.expense import Expense
from schemas.invoice import Invoice
from schemas.item import Item
from schemas.party import Party
from schemas.payment import Payment


def a_party(**fields: object) -> Party:
    given = {
        "id": "CUS-1",
        "name": "Harbor Hotel Group",
        "email": "ap@harbor.example",
        "phone": "+1 503 555 0142",
        "billing_address": {"line1": "12 Quay St", "city": "Oakland", "country": "US"},
        "currency": "USD",
    }
    return Party.model_validate(given | fields)


def a_vendor(**fields: object) -> Party:
    given = {"id": "VEN-1", "name": "Northside Bearings", "account_number": "C-8841"}
    return Party.model_validate(given | fields)


def an_item(**fields: object) -> Item:
    given = {
        "id": "ITM-1",
        "name": "Technician hour",
        "type": "service",
        "sales_price": "95.00",
    }
    return Item.model_validate(given | fields)


def a_stock_item(**fields: object) -> Item:
    given = {
        "id": "ITM-2",
        "name": "Pump seal kit 40mm",
        "sku": "PSK-40",
        "type": "inventory",
        "sales_price": "48.50",
        "purchase_cost": "31.20",
        "quantity_on_hand": "12",
        "as_of": "2026-01-01",
        "tax_code": "TAX",
    }
    return Item.model_validate(given | fields)


def an_invoice(**fields: object) -> Invoice:
    """238.50 before tax for CUS-1: two hours and a part."""
    given = {
        "id": "INV-1",
        "number": "2026-1042",
        "customer_id": "CUS-1",
        "issue_date": "2026-10-01",
        "due_date": "2026-10-31",
        "currency": "USD",
        "lines": [
            {
                "description": "Replace pump seal",
                "item_id": "ITM-1",
                "quantity": "2",
                "unit_price": "95.00",
                "tax_code": "NON",
            },
            {"item_id": "ITM-2", "unit_price": "48.50", "tax_code": "NON"},
        ],
        "total": "238.50",
        "work_order_id": "WO-1042",
    }
    return Invoice.model_validate(given | fields)


def a_bill(**fields: object) -> PurchaseInvoice:
    """77.40 owed to VEN-1: two parts and their freight."""
    given = {
        "id": "BILL-1",
        "number": "INV-77120",
        "vendor_id": "VEN-1",
        "issue_date": "2026-10-01",
        "due_date": "2026-10-31",
        "currency": "USD",
        "amounts": "no_tax",
        "lines": [
            {"item_id": "ITM-2", "received_quantity": "2", "unit_cost": "31.20"},
            {"description": "Freight", "amount": "15.00"},
        ],
        "total": "77.40",
        "purchase_order_id": "PO-377",
    }
    return PurchaseInvoice.model_validate(given | fields)


def a_payment(**fields: object) -> Payment:
    """100.00 on INV-1, by check."""
    given = {
        "id": "PAY-1",
        "invoice_id": "INV-1",
        "date": "2026-10-05",
        "amount": "100.00",
        "currency": "USD",
        "method": "check",
        "reference": "CHK 2207",
    }
    return Payment.model_validate(given | fields)


def an_expense(**fields: object) -> Expense:
    given = {
        "id": "EXP-1",
        "date": "2026-10-01",
        "amount": "31.20",
        "currency": "USD",
        "vendor_id": "VEN-1",
        "description": "Fuel for van 4",
        "against": {"kind": "work_order", "id": "WO-1042"},
    }
    return Expense.model_validate(given | fields)
