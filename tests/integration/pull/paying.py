"""Payments entered in the books by hand, and what became of invoices by them."""

from decimal import Decimal
from typing import Any

from tests.integration.workshop import Shop
from worker.providers.port import Resource
from worker.sync import connections


def pay(
    shop: Shop,
    *,
    total: str | None = None,
    memo: str | None = None,
    currency: str | None = None,
    **amounts: str,
) -> str:
    """A bookkeeper receives one payment for these invoices (INV_1: of INV-1), with a credit memo of
    the same amount if there is one; its id."""
    applied = sum((Decimal(amount) for amount in amounts.values()), Decimal(0))
    rows = lines(shop, **amounts)
    if memo:
        link = {"TxnId": memo, "TxnType": "CreditMemo"}
        rows.append({"Amount": float(applied), "LinkedTxn": [link]})
    given: dict[str, Any] = {"CurrencyRef": {"value": currency}} if currency else {}
    made = shop.enter(
        "Payment",
        CustomerRef={"value": shop.link("CUS-1").ref},
        TotalAmt=float(Decimal(total) if total is not None else applied),
        Line=rows,
        PaymentRefNum="CHK 7",
        **given,
    )
    return str(made["Id"])


def lines(shop: Shop, **amounts: str) -> list[dict[str, object]]:
    refs = {name: shop.link(name.replace("_", "-")).ref for name in amounts}
    return [
        {"Amount": float(amount), "LinkedTxn": [{"TxnId": refs[name], "TxnType": "Invoice"}]}
        for name, amount in amounts.items()
    ]


def pull(shop: Shop) -> None:
    connections.ask(shop.services, shop.connection_id, Resource.PAYMENTS)
    shop.work()


def standing(shop: Shop, record_id: str) -> tuple[Any, ...]:
    """Status, paid amount and balance of an invoice."""
    link = shop.link(record_id)
    return link.status, link.paid_amount, link.balance


def moved(shop: Shop, invoice_id: str) -> list[dict[str, Any]]:
    """The status events of payments on an invoice."""
    found = [event for event in shop.events() if event["type"].startswith("accounting.payment.")]
    return [event for event in found if event["data"]["invoice_id"] == invoice_id]


def types(shop: Shop, invoice_id: str) -> list[str]:
    return [event["type"].removeprefix("accounting.") for event in moved(shop, invoice_id)]
