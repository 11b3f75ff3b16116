"""Work goes on from a restored backup: what it has forgotten is in the books and stays there
once."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.builders import (
    a_bill,
    a_customer,
    a_payment,
    a_vendor,
    an_expense,
    an_invoice,
    an_item,
)
from tests.integration.operation import copying
from tests.integration.workshop import OpenShop, Shop
from worker.errors import Misuse
from worker.store import acts, installation
from worker.sync import restored
from worker.sync.restored import SUBJECT, Decision

WITHOUT_ITEM = {"description": "Travel", "unit_price": "100.00", "tax_code": "NON"}
SOLD = [f"INV-{n}" for n in range(5)]


@pytest.fixture
def backup(books: Shop, postgres_url: str) -> Iterator[Shop]:
    """The shop as it was with a customer and an item in the books, and nothing else."""
    with copying.restored(books, postgres_url) as shop:
        yield shop


def forgotten(shop: Shop) -> None:
    """What happens after the backup, and is told by the CMMS once more after the restore."""
    events: list[tuple[str, dict[str, Any]]] = [
        ("customer.created", a_customer("CUS-2", name="Second")),
        ("vendor.created", a_vendor()),
        ("item.created", an_item("ITM-2", name="Second item", sku="S-2")),
        *(("invoice.created", an_invoice(one, number=one)) for one in SOLD),
        ("invoice.created", an_invoice("INV-H", lines=[WITHOUT_ITEM])),
        ("purchase_invoice.created", a_bill()),
        ("expense.saved", an_expense()),
        ("payment.recorded", a_payment(invoice_id="INV-0")),
    ]
    shop.take(*(shop.event(type_, data) for type_, data in events))
    shop.work()


def held(shop: Shop) -> dict[str, int]:
    kinds = ("Customer", "Vendor", "Item", "Invoice", "Bill", "JournalEntry", "Payment")
    return {kind: len(shop.books(kind)) for kind in kinds}


def reads(shop: Shop) -> int:
    return shop.simulator.stat("queries")


def test_what_was_made_after_the_backup_is_found_and_not_made_again(
    books: Shop, backup: Shop
) -> None:
    forgotten(books)
    before, refs = held(books), {row.record_id: row.ref for row in books.all(LINKS)}

    forgotten(backup)

    assert held(backup) == before
    assert {row.record_id: row.ref for row in backup.all(LINKS)} == refs
    assert backup.states() == dict.fromkeys(backup.states(), "synced")


LINKS = "SELECT record_id, ref FROM links WHERE connection_id = :c"


def test_what_the_cmms_has_changed_since_is_brought_up_to_date(books: Shop, backup: Shop) -> None:
    forgotten(books)
    before = held(books)
    restored.note(backup.services)

    backup.send("invoice.created", an_invoice("INV-0", number="INV-0", memo="Third floor"))
    backup.send("payment.recorded", a_payment(invoice_id="INV-0", amount="70.00"))
    backup.work()

    assert (held(backup), set(backup.states().values())) == (before, {"synced"})
    [payment], [invoice] = backup.books("Payment"), backup.marked("Invoice", "INV-0")
    assert (payment["TotalAmt"], "Third floor" in str(invoice)) == (70, True)


def test_what_is_new_goes_out_all_the_same(books: Shop, backup: Shop) -> None:
    restored.note(backup.services)

    backup.send("invoice.created", an_invoice("INV-9"))
    backup.work()

    assert len(books.marked("Invoice", "INV-9")) == 1
    assert backup.states()["INV-9"] == "synced"


def test_records_are_looked_up_together(books: Shop, backup: Shop) -> None:
    forgotten(books)
    backup.work()
    before = reads(books)

    backup.take(*(backup.event("invoice.created", an_invoice(one, number=one)) for one in SOLD))
    backup.work()

    assert (reads(books) - before, backup.states()["INV-4"]) == (1, "synced")


def test_what_was_open_is_looked_up_and_not_repeated(books: Shop, postgres_url: str) -> None:
    with sent_but_unknown(books, postgres_url) as backup:
        books.work()
        written = writes(books)

        backup.work()

        assert (writes(books) - written, len(books.marked("Invoice", "INV-1"))) == (0, 1)
        assert backup.link("INV-1").ref == books.link("INV-1").ref


def writes(shop: Shop) -> int:
    return shop.simulator.stat("singles") + shop.simulator.stat("batches")


@contextmanager
def sent_but_unknown(shop: Shop, server: str) -> Iterator[Shop]:
    """A backup of a moment in which a request was refused for certain, and nobody knew it yet: it
    went out under another key then."""
    shop.simulator.fault("reset_before")
    shop.send("invoice.created", an_invoice())
    shop.drive()
    with copying.restored(shop, server) as backup:
        shop.run("UPDATE submission_items SET outcome = 'released' WHERE outcome IS NULL")
        shop.run("UPDATE submissions SET state = 'closed' WHERE state = 'open'")
        shop.run("UPDATE links SET state = 'due', next_attempt_at = now() WHERE state = 'sent'")
        yield backup


@pytest.fixture
def shop(open_shop: OpenShop) -> Shop:
    """A connection, nothing of it pulled, in a database that is noted."""
    opened = open_shop()
    restored.note(opened.services)
    return opened


def test_the_same_database_is_no_restored_one(shop: Shop) -> None:
    standing = restored.note(shop.services)

    assert (standing.restored_at, standing.moved, standing.unknown) == (None, False, ())


@pytest.mark.parametrize(
    "other", ["system_identifier = '1'", "timeline = 7", "database_oid = 1", "table_oid = 1"]
)
def test_another_cluster_timeline_or_database_is_noticed_once(shop: Shop, other: str) -> None:
    shop.run(f"UPDATE installation SET {other}")

    first, second = restored.note(shop.services), restored.note(shop.services)

    assert (first.moved, second.moved) == (True, False)
    assert first.restored_at == second.restored_at is not None


@pytest.mark.parametrize(
    "unknown", ["system_identifier = ''", "timeline = 0", "database_oid = NULL"]
)
def test_what_was_not_known_before_is_no_change(shop: Shop, unknown: str) -> None:
    shop.run(f"UPDATE installation SET {unknown}")

    standing = restored.note(shop.services)

    assert standing.restored_at is None


def test_a_dump_that_was_restored_in_place_is_noticed(shop: Shop) -> None:
    shop.run("""
        ALTER TABLE installation RENAME TO dumped;
        CREATE TABLE installation (LIKE dumped INCLUDING ALL);
        INSERT INTO installation SELECT * FROM dumped;
        DROP TABLE dumped
    """)

    assert restored.note(shop.services).moved


def test_a_user_who_may_not_ask_learns_the_rest(shop: Shop) -> None:
    functions = "FUNCTION pg_control_system()"
    shop.run(f"CREATE ROLE {ROLE}; REVOKE EXECUTE ON {functions} FROM PUBLIC")
    try:
        with shop.begin() as session:
            session.exec_driver_sql(f"SET LOCAL ROLE {ROLE}")
            found = installation.identity(session)
    finally:
        shop.run(f"GRANT EXECUTE ON {functions} TO PUBLIC; DROP ROLE {ROLE}")

    assert found.system_identifier is None
    assert None not in (found.timeline, found.database_oid, found.table_oid)


ROLE = "may_not_ask"


def test_a_person_clears_it_and_that_is_kept(shop: Shop) -> None:
    shop.run("UPDATE installation SET timeline = 7")

    since = restored.clear(shop.services, Decision("ann", "compared with the books"))

    assert restored.note(shop.services).restored_at is None
    with shop.begin() as session:
        [act] = acts.of(session, SUBJECT)
    assert (act.who, act.verb, act.result) == ("ann", "clear", {"restored_at": since.isoformat()})


def test_a_person_says_that_a_copy_of_the_disk_was_restored(shop: Shop) -> None:
    since = restored.declare(shop.services, Decision("ann", "snapshot of Friday"))

    assert restored.note(shop.services).restored_at == since
    with shop.begin() as session:
        [act] = acts.of(session, SUBJECT)
    assert (act.who, act.verb, act.note) == ("ann", "declare", "snapshot of Friday")


def test_nothing_is_cleared_where_nothing_was_restored(shop: Shop) -> None:
    with pytest.raises(Misuse, match="nothing to clear"):
        restored.clear(shop.services, Decision("ann"))
