"""Settings of a connection: what they leave out, what is due once they change, and no race."""

import pytest

from schemas.kinds import Kind
from tests.builders import a_customer, a_vendor, an_expense, an_invoice
from tests.integration.meddling import on_insert, until
from tests.integration.workshop import OpenShop, Shop
from worker.errors import Misuse
from worker.providers.port import Resource
from worker.store.leases import lease
from worker.sync import connections
from worker.sync.configure import set_options, show
from worker.sync.driver import Driver
from worker.sync.push import push


def choose(shop: Shop, **wanted: str) -> None:
    """Change settings; `kind__item` stands for `kind.item`."""
    named = {key.replace("__", "."): value for key, value in wanted.items()}
    set_options(shop.services, shop.connection_id, named)


def shown(shop: Shop) -> dict[str, str]:
    return {one.option.key: one.value for one in show(shop.services, shop.connection_id)}


def writes(shop: Shop) -> int:
    return len(shop.submissions())


# kinds


def test_a_kind_that_is_switched_off_is_skipped_with_the_reason(books: Shop) -> None:
    choose(books, kind__invoice="off")
    before = writes(books)

    books.send("invoice.created", an_invoice())
    books.work()

    assert (books.states()["INV-1"], writes(books)) == ("skipped", before)
    assert "kind invoice are switched off" in books.link("INV-1").reason
    assert books.told("INV-1") == ["record.skipped"]


def test_switched_on_again_its_records_go_out(books: Shop) -> None:
    choose(books, kind__invoice="off")
    books.send("invoice.created", an_invoice())
    books.work()

    choose(books, kind__invoice="on")
    books.work()

    assert books.states()["INV-1"] == "synced"
    assert len(books.marked("Invoice", "INV-1")) == 1


def test_a_record_in_the_books_is_left_alone_while_its_kind_is_off(books: Shop) -> None:
    choose(books, kind__customer="off")
    before = writes(books)
    books.send("customer.updated", a_customer(name="Another name", version=2))
    books.work()
    assert (books.states()["CUS-1"], writes(books)) == ("skipped", before)

    choose(books, kinds="all")
    books.work()

    assert books.marked("Customer", "CUS-1")[0]["DisplayName"] == "Another name"


def test_what_waits_is_skipped_when_its_kind_is_switched_off(shop: Shop) -> None:
    shop.send("invoice.created", an_invoice())
    shop.work()
    assert shop.states() == {"INV-1": "waiting"}

    choose(shop, kinds="customer,vendor,item")
    shop.work()

    assert shop.states() == {"INV-1": "skipped"}
    assert shop.told("INV-1")[-1] == "record.skipped"


def test_items_of_our_own_are_made_though_the_cmms_s_are_switched_off(shop: Shop) -> None:
    choose(shop, kind__item="off")
    without_item = [{"description": "Call-out", "unit_price": "80.00", "tax_code": "NON"}]

    shop.send("customer.created", a_customer())
    shop.send("invoice.created", an_invoice(lines=without_item, total="80.00"))
    shop.work()

    assert shop.states()["INV-1"] == "synced"


def test_what_was_removed_before_it_was_sent_stays_skipped(shop: Shop) -> None:
    shop.send("vendor.created", a_vendor())
    shop.send("vendor.archived", {"id": "VEN-1", "version": 2})
    shop.work()
    choose(shop, kind__vendor="off")

    choose(shop, kind__vendor="on")
    shop.work()

    assert shop.told("VEN-1") == ["record.skipped"]


# the start date


def test_documents_dated_before_the_start_date_are_skipped(books: Shop) -> None:
    choose(books, start_date="2026-03-01")

    books.send("invoice.created", an_invoice("OLD", issue_date="2026-02-28"))
    books.send("expense.saved", an_expense("OLD-E", date="2026-02-28"))
    books.send("invoice.created", an_invoice("NEW", issue_date="2026-03-01"))
    books.work()

    found = books.states()
    assert (found["OLD"], found["OLD-E"], found["NEW"]) == ("skipped", "skipped", "synced")
    assert "older than the connection's start date" in books.link("OLD").reason


def test_an_earlier_start_date_lets_go_what_it_no_longer_bars(books: Shop) -> None:
    choose(books, start_date="2026-03-01")
    for record_id, day in (("JAN", "2026-01-15"), ("FEB", "2026-02-15")):
        books.send("invoice.created", an_invoice(record_id, issue_date=day))
    books.work()

    choose(books, start_date="2026-02-01")
    books.work()

    found = books.states()
    assert (found["JAN"], found["FEB"]) == ("skipped", "synced")
    assert books.told("JAN") == ["record.skipped"]


def test_parties_and_items_have_no_date(books: Shop) -> None:
    choose(books, start_date="2999-01-01")

    books.send("vendor.created", a_vendor())
    books.work()

    assert books.states()["VEN-1"] == "synced"


def test_a_document_in_the_books_is_kept_in_step_whatever_the_start_date(books: Shop) -> None:
    books.send("invoice.created", an_invoice())
    books.work()

    choose(books, start_date="2999-01-01")
    books.send("invoice.voided", {"id": "INV-1", "version": 2})
    books.work()

    assert books.told("INV-1")[-1] == "record.synced"
    assert books.link("INV-1").removed


def test_what_waits_and_is_too_old_is_skipped(shop: Shop) -> None:
    shop.send("invoice.created", an_invoice(issue_date="2026-01-01"))
    shop.work()

    choose(shop, start_date="2026-02-01")
    shop.work()

    assert shop.states() == {"INV-1": "skipped"}


# what a change makes due


@pytest.mark.parametrize(
    ("stands", "setting"),
    [
        ("state = 'conflict', error_code = 'conflict'", {"conflict": "cmms"}),
        ("state = 'conflict', error_code = 'conflict'", {"conflict": "books"}),
        ("state = 'failed', error_code = 'duplicate_number'", {"taken_number": "allow"}),
        ("state = 'failed', error_code = 'duplicate_number'", {"numbering": "books"}),
        ("state = 'waiting', waiting_on = '{period:2026-01-31}'", {"closed_period": "shift"}),
    ],
)
def test_what_waited_for_a_setting_is_due_at_once(
    books: Shop, stands: str, setting: dict[str, str]
) -> None:
    choose(books, new_parties="hold")
    books.run(f"UPDATE links SET {stands}, next_attempt_at = NULL WHERE record_id = 'CUS-1'")

    choose(books, **setting)

    link = books.link("CUS-1")
    assert (link.state, list(link.waiting_on), link.error_code) == ("due", [], None)
    assert (books.seconds_to_next() or 0) <= 0


def test_who_waits_to_be_confirmed_is_created_once_that_is_the_policy(shop: Shop) -> None:
    choose(shop, new_parties="hold")
    shop.send("customer.created", a_customer())
    shop.work()
    assert shop.states() == {"CUS-1": "waiting"}

    choose(shop, new_parties="create")
    shop.work()

    assert shop.states() == {"CUS-1": "synced"}


def test_what_a_person_must_tell_apart_is_not_created_by_policy(shop: Shop) -> None:
    choose(shop, new_parties="hold")
    shop.enter("Customer", DisplayName="Quay, Ltd.")
    connections.ask(shop.services, shop.connection_id, Resource.CUSTOMERS)
    shop.work()
    shop.send("customer.created", a_customer(name="Quay Ltd"))
    shop.work()

    choose(shop, new_parties="create")
    shop.work()

    assert shop.states() == {"CUS-1": "waiting"}
    assert shop.told("CUS-1") == ["record.waiting"]


@pytest.mark.parametrize(("policy", "name"), [("cmms", "Ours"), ("books", "Theirs")])
def test_a_conflict_is_decided_by_the_new_policy(books: Shop, policy: str, name: str) -> None:
    ref = books.link("CUS-1").ref
    books.enter("Customer", "update", Id=ref, DisplayName="Theirs", sparse=True)
    connections.ask(books.services, books.connection_id, Resource.CUSTOMERS)
    books.work()
    books.send("customer.updated", a_customer(name="Ours", version=2))
    books.work()
    assert books.states()["CUS-1"] == "conflict"

    choose(books, conflict=policy)
    books.work()

    there = next(one for one in books.books("Customer") if one["Id"] == ref)
    assert (books.states()["CUS-1"], there["DisplayName"]) == ("synced", name)


def test_a_taken_number_goes_twice_once_that_is_allowed(books: Shop) -> None:
    books.send("invoice.created", an_invoice("INV-1", number="1007"))
    books.send("invoice.created", an_invoice("INV-2", number="1007"))
    books.work()
    assert "failed" in books.states().values()

    choose(books, taken_number="allow")
    books.work()

    assert [one["DocNumber"] for one in books.books("Invoice") if one["DocNumber"] == "1007"] == [
        "1007", "1007",
    ]  # fmt: skip


def test_a_number_that_is_allowed_while_its_refusal_is_looked_into_goes_out(books: Shop) -> None:
    books.send("invoice.created", an_invoice("INV-1", number="1007"))
    books.work()
    books.send("invoice.created", an_invoice("INV-2", number="1007"))
    books.run("UPDATE links SET look = 'clash' WHERE record_id = 'INV-2'")

    choose(books, taken_number="allow")
    books.work()

    assert books.states()["INV-2"] == "synced"


@pytest.mark.parametrize("setting", [{"conflict": "hold"}, {"start_date": "2026-01-01"}])
def test_what_has_nothing_to_do_with_it_stays(books: Shop, setting: dict[str, str]) -> None:
    books.run("UPDATE links SET state = 'conflict' WHERE record_id = 'CUS-1'")

    choose(books, **setting)

    assert books.link("CUS-1").state == "conflict"


def test_however_many_there_are(shop: Shop) -> None:
    shop.send("customer.created", a_customer())
    shop.run(
        """
        WITH d AS (INSERT INTO documents (tenant_id, kind, record_id, time, event_id, revision,
                                          removed, snapshot)
                   SELECT :t, 'vendor', 'V' || n, now(), 'e' || n, n, false, '{}'
                   FROM generate_series(1, 5001) n RETURNING id, record_id)
        INSERT INTO links (connection_id, document_id, kind, record_id, rank, state, error_code,
                           wanted_version)
        SELECT :c, id, 'vendor', record_id, 1, 'skipped', 'kind_off', 1 FROM d""",
        t=shop.tenant,
    )
    shop.change(settings={"kinds_off": ["vendor"]})

    choose(shop, kinds="all")

    assert shop.all("SELECT count(*) FROM links WHERE state = 'skipped'")[0][0] == 0


def test_what_is_wrong_changes_nothing(shop: Shop) -> None:
    before = shown(shop)

    with pytest.raises(Misuse, match="conflict=mine: choose"):
        choose(shop, kinds="none", start_date="2026-01-01", conflict="mine")

    assert shown(shop) == before


def test_other_settings_of_the_connection_are_kept(shop: Shop) -> None:
    shop.change(settings={"expected_company": shop.company})

    choose(shop, conflict="cmms", kind__item="off")

    kept = shop.row().settings
    assert (kept["expected_company"], kept["kinds_off"]) == (shop.company, [Kind.ITEM])
    assert kept["policies"]["conflict"] == "cmms"


# races


def test_a_kind_switched_off_after_planning_is_not_sent(books: Shop) -> None:
    books.send("invoice.created", an_invoice())
    before = writes(books)
    with lease(books.services.database, books.connection_id) as held:
        assert held is not None
        driver = Driver(books.services, books.row(), held)

        choose(books, kind__invoice="off")
        push(driver)

    assert (writes(books), books.states()["INV-1"]) == (before, "due")
    books.work()
    assert books.states()["INV-1"] == "skipped"


def test_a_kind_switched_on_after_planning_is_not_skipped(books: Shop) -> None:
    choose(books, kind__invoice="off")
    books.send("invoice.created", an_invoice())
    with lease(books.services.database, books.connection_id) as held:
        assert held is not None
        driver = Driver(books.services, books.row(), held)
        driver.refresh()

        choose(books, kind__invoice="on")
        push(driver)

    assert books.states()["INV-1"] == "due"
    books.work()
    assert books.states()["INV-1"] == "synced"


@pytest.mark.parametrize("switch", ["on", "off"])
def test_a_kind_switched_while_events_come_in_loses_none(books: Shop, switch: str) -> None:
    choose(books, kind__invoice="off" if switch == "on" else "on")
    books.send("invoice.created", an_invoice("INV-0"))
    books.work()
    event = books.event("invoice.created", an_invoice("INV-1"))
    with on_insert(books, "links", "pg_sleep(0.3)"):
        taking = books.threads.submit(books.take, event)
        until(lambda: books.all("SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep'"))
        choosing = books.threads.submit(choose, books, kind__invoice=switch)
        until(lambda: books.all("SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'"))
        taking.result(5), choosing.result(5)

    books.work()

    found = books.states()
    expected = {"on": ("synced", "synced"), "off": ("synced", "skipped")}
    assert (found["INV-0"], found["INV-1"]) == expected[switch]


# feeds


def test_a_feed_gets_a_grid_of_its_own_in_the_future(shop: Shop) -> None:
    choose(shop, feed__payments="3600", feed__taxes="off")

    query = """SELECT resource, interval_seconds, extract(epoch FROM next_due - now()) AS ahead
               FROM feeds WHERE connection_id = :c"""
    found = {row.resource: row for row in shop.all(query)}
    assert found["payments"].interval_seconds == 3600
    assert 1795 < found["payments"].ahead < 3601
    assert (found["taxes"].interval_seconds, found["taxes"].ahead) == (0, None)


def test_another_setting_leaves_the_grid_of_a_feed(shop: Shop) -> None:
    choose(shop, feed__payments="3600")
    query = "SELECT next_due FROM feeds WHERE connection_id = :c AND resource = 'payments'"
    before = shop.all(query)

    choose(shop, feed__payments="3600", conflict="cmms")

    assert shop.all(query) == before


def test_settings_are_shown_with_their_defaults(open_shop: OpenShop) -> None:
    shop = open_shop()
    choose(shop, start_date="2026-01-01", feed__payments="600", kind__expense="off")

    found = {one.option.key: (one.value, one.default) for one in show(shop.services, shop.row().id)}

    assert found["start_date"] == ("2026-01-01", "none")
    assert found["feed.payments"] == ("600", "off")
    assert found["kinds"] == ("customer,vendor,item,invoice,purchase_invoice,payment", "all")
    assert found["conflict"] == ("hold", "hold")
