"""What a restored database has forgotten: nothing newer is overwritten by it, nobody is told twice,
and clearing it too early doubles nothing."""

from typing import Any

import pytest

from tests.builders import a_customer, a_payment, a_vendor, an_expense, an_invoice
from tests.integration.operation import copying
from tests.integration.workshop import Altered, Shop, with_books
from worker.providers.port import Books, Plan
from worker.sync import restored
from worker.sync.restored import Decision


def test_what_the_books_hold_newer_is_not_overwritten(books: Shop, postgres_url: str) -> None:
    books.send("invoice.created", an_invoice(memo="First floor"))
    with copying.restored(books, postgres_url) as backup:
        books.work()
        books.send("invoice.updated", an_invoice(memo="Third floor"))
        books.work()

        backup.work()
        assert "Third floor" in str(books.marked("Invoice", "INV-1"))

        backup.send("invoice.updated", an_invoice(memo="Fourth floor"))
        backup.work()
        assert "Fourth floor" in str(books.marked("Invoice", "INV-1"))


def test_a_customer_who_was_renamed_since_is_known_by_its_mark(
    books: Shop, postgres_url: str
) -> None:
    books.send("customer.created", a_customer("CUS-2", name="Second"))
    with copying.restored(books, postgres_url) as backup:
        books.work()
        books.send("customer.updated", a_customer("CUS-2", name="Renamed"))
        books.work()

        backup.work()

        assert backup.link("CUS-2").ref == books.link("CUS-2").ref


def test_a_payment_of_the_cmms_that_is_forgotten_is_no_news_to_it(
    books: Shop, postgres_url: str
) -> None:
    books.send("invoice.created", an_invoice())
    books.work()
    with copying.restored(books, postgres_url) as backup:
        books.send("payment.recorded", a_payment(invoice_id="INV-1"))
        books.work()

        backup.send("sync.requested", {"resource": "payments"})
        backup.work()

        assert "payment.received" not in backup.told()


def test_it_is_news_once_nobody_claims_it(books: Shop, postgres_url: str) -> None:
    books.send("invoice.created", an_invoice())
    books.work()
    with copying.restored(books, postgres_url) as backup:
        books.send("payment.recorded", a_payment(invoice_id="INV-1"))
        books.work()
        backup.send("sync.requested", {"resource": "payments"})
        backup.work()

        restored.clear(backup.services, Decision("ann"))
        backup.send("sync.requested", {"resource": "payments"})
        backup.work()

        assert backup.told().count("payment.received") == 1


def test_what_waits_while_it_is_cleared_is_looked_up_all_the_same(
    books: Shop, postgres_url: str
) -> None:
    books.send("payment.recorded", a_payment(invoice_id="INV-1"))
    books.work()
    with copying.restored(books, postgres_url) as backup:
        books.send("invoice.created", an_invoice())
        books.work()

        restored.clear(backup.services, Decision("ann"))
        backup.send("invoice.created", an_invoice())
        backup.work()

        assert (len(books.books("Payment")), backup.states()["PAY-1"]) == (1, "synced")


@pytest.fixture
def spent(books: Shop) -> Shop:
    """An expense in the books, in a database that is noted."""
    restored.note(books.services)
    books.send("vendor.created", a_vendor())
    books.send("expense.saved", an_expense())
    books.work()
    return books


def forget(shop: Shop, state: str, look: str) -> None:
    """The link of the expense as it was before it was written."""
    shop.run("DELETE FROM submission_items; DELETE FROM submissions")
    shop.run(f"""
        UPDATE links SET state = '{state}', next_attempt_at = now(), ref = NULL, look = {look},
            updated_at = now(), synced_version = NULL, synced_content = NULL, digest = NULL
        WHERE record_id = 'EXP-1'
    """)
    shop.run("UPDATE connections SET next_due = now()")


def test_a_look_of_before_the_restore_does_not_count(spent: Shop) -> None:
    forget(spent, "due", "'looked:' || wanted_version")
    spent.run("UPDATE installation SET timeline = 8")

    spent.work()

    assert (len(spent.books("JournalEntry")), spent.states()["EXP-1"]) == (1, "synced")


def test_what_is_to_be_looked_up_stays_so_while_it_waits(spent: Shop) -> None:
    forget(spent, "failed", "'unsure'")
    mapping = spent.row().mapping
    spent.change(mapping={k: v for k, v in mapping.items() if not k.startswith("journal")})
    spent.send("expense.saved", an_expense(memo="Said once more"))
    spent.work()

    spent.change(mapping=mapping)
    spent.send("expense.saved", an_expense(memo="And once more"))
    spent.work()

    assert (len(spent.books("JournalEntry")), spent.states()["EXP-1"]) == (1, "synced")


def test_who_was_frozen_over_a_restore_sends_nothing_of_what_was_planned(spent: Shop) -> None:
    def restored_meanwhile(real: Books) -> object:
        def plan(*arguments: Any) -> Plan:  # noqa: ANN401
            spent.run("UPDATE installation SET table_oid = 1")
            return real.plan(*arguments)

        return Altered(real, plan=plan)

    before = len(spent.submissions())
    spent.send("expense.saved", an_expense("EXP-2"))

    spent.drive(with_books(spent.services, restored_meanwhile))

    assert len(spent.submissions()) == before
    spent.work()
    assert spent.states()["EXP-2"] == "synced"
