"""Xero's side of a restored database: what was made after the backup is found and not made
again."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from tests.builders import a_bill, a_customer, a_payment, a_vendor, an_expense, an_invoice, an_item
from tests.integration.operation import copying
from tests.integration.xero.shop import Shop
from worker.sync import restored

KINDS = ("Contact", "Item", "Invoice", "ManualJournal", "Payment")
WITHOUT_ITEM = {"description": "Travel", "unit_price": "100.00", "tax_code": "NON"}
SOLD = [f"INV-{n}" for n in range(5)]


@pytest.fixture
def backup(books: Shop, postgres_url: str) -> Iterator[Shop]:
    with copying.restored(books, postgres_url) as shop:
        yield shop


def forgotten(shop: Shop) -> None:
    """What happens after the backup, and is told by the CMMS once more after the restore."""
    shop.take(
        shop.event("customer.created", a_customer("CUS-2", name="Second")),
        shop.event("vendor.created", a_vendor()),
        shop.event("item.created", an_item("ITM-2", name="Second item", sku="S-2")),
        *(shop.event("invoice.created", an_invoice(one, number=one)) for one in SOLD),
        shop.event("invoice.created", an_invoice("INV-H", lines=[WITHOUT_ITEM])),
        shop.event("purchase_invoice.created", a_bill()),
        shop.event("expense.saved", an_expense()),
        shop.event("payment.recorded", a_payment(invoice_id="INV-0")),
    )
    shop.work()


def refs(shop: Shop) -> dict[str, str]:
    found = shop.all("SELECT record_id, ref FROM links WHERE connection_id = :c")
    return {row.record_id: row.ref for row in found}


def held(shop: Shop) -> dict[str, int]:
    return {kind: len(shop.books(kind)) for kind in KINDS}


def test_what_was_made_after_the_backup_is_found_and_not_made_again(
    books: Shop, backup: Shop
) -> None:
    forgotten(books)
    before, after = held(books), refs(books)

    forgotten(backup)

    assert (held(backup), refs(backup)) == (before, after)
    assert backup.states() == dict.fromkeys(backup.states(), "synced")


def test_what_the_cmms_has_changed_since_is_brought_up_to_date(books: Shop, backup: Shop) -> None:
    forgotten(books)
    restored.note(backup.services)

    backup.send("invoice.created", an_invoice("INV-0", number="INV-0"))
    backup.send("payment.recorded", a_payment(invoice_id="INV-0", amount="70.00"))
    backup.work()

    paid = [(one["Status"], Decimal(one["Amount"])) for one in backup.books("Payment")]
    assert sorted(paid) == [("AUTHORISED", Decimal(70)), ("DELETED", Decimal(60))]
    assert set(backup.states().values()) == {"synced"}


def test_records_are_looked_up_together(books: Shop, backup: Shop) -> None:
    forgotten(books)
    backup.work()
    mark = books.mark()

    backup.take(*(backup.event("invoice.created", an_invoice(one, number=one)) for one in SOLD))
    backup.work()

    assert books.calls(mark) == {"read:Invoices": 1}
