"""Nothing is slept over: each race between those who make something due and who falls asleep."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from tests.builders import a_customer, an_expense, an_item
from tests.integration.meddling import locks_waited_for, on_insert, until
from tests.integration.workshop import MAPPING, Shop, WithSettings
from worker.store import connections as rows
from worker.store import waiting
from worker.store.leases import lease
from worker.sync import mapping, schedule
from worker.sync.changing import change
from worker.terms import Cause


def test_an_event_that_arrives_while_the_driver_falls_asleep(shop: Shop) -> None:
    with on_insert(shop, "links", "pg_sleep(0.4)"):
        arriving = shop.threads.submit(shop.send, "customer.created", a_customer())
        until(lambda: lock_is_held(shop))
        shop.drive()
        arriving.result(5)

    assert shop.states() == {"CUS-1": "synced"}


def test_an_event_and_a_driver_that_come_before_the_lease_is_free(shop: Shop) -> None:
    def arrive() -> None:
        shop.send("customer.created", a_customer())
        shop.driving().result(5)
        assert shop.states() == {"CUS-1": "due"}

    with before_the_lease_is_free(shop, arrive):
        shop.drive()

    assert shop.states() == {"CUS-1": "synced"}


def test_only_the_holder_of_the_lease_drives(shop: Shop) -> None:
    shop.send("customer.created", a_customer())

    with lease(shop.services.database, shop.connection_id) as held:
        shop.driving().result(5)
        assert (held is not None, shop.states()) == (True, {"CUS-1": "due"})

    shop.drive()
    assert shop.states() == {"CUS-1": "synced"}


def test_eight_drivers_write_each_record_once(shop: Shop) -> None:
    shop.take(*(shop.event("customer.created", a_customer(f"CUS-{n}")) for n in range(12)))

    for driving in [shop.driving() for _ in range(8)]:
        driving.result(15)
    shop.work()

    assert [len(shop.marked("Customer", f"CUS-{n}")) for n in range(12)] == [1] * 12
    assert all(row.sends == 1 for row in shop.submissions())


def test_a_mapping_that_is_set_just_before_its_link_waits(unmapped: Shop) -> None:
    unmapped.send("item.created", an_item())
    with change(unmapped.services, unmapped.connection_id) as changing:
        changing.set(mapping={"income": unmapped.account(MAPPING["income"])})
        waiting.wake(changing.session, unmapped.connection_id, [Cause("mapping", "income")])
        driving = unmapped.driving()
        until(lambda: locks_waited_for(changing.session))
        changing.wake()
    driving.result(5)

    unmapped.work()
    assert unmapped.states() == {"ITM-1": "synced"}


def test_a_mapping_that_is_set_while_its_link_begins_to_wait(unmapped: Shop) -> None:
    unmapped.send("item.created", an_item())
    with on_insert(unmapped, "outbox", "pg_sleep(0.4)"):
        driving = unmapped.driving()
        until(lambda: lock_is_held(unmapped))
        mapping.set_mapping(unmapped.services, unmapped.connection_id, {"income": "4000"})
        driving.result(5)

    unmapped.work()
    assert unmapped.told("ITM-1") == ["record.waiting", "record.synced"]


def test_a_link_waits_for_all_its_causes(unmapped: Shop) -> None:
    unmapped.send("expense.saved", an_expense())
    unmapped.work()
    causes = {"mapping:journal_credit", "mapping:journal_debit", "vendor:VEN-1"}
    assert set(unmapped.link("EXP-1").waiting_on) == causes

    wanted = {"journal_debit": MAPPING["journal_debit"]}
    mapping.set_mapping(unmapped.services, unmapped.connection_id, wanted)
    unmapped.work()

    assert set(unmapped.link("EXP-1").waiting_on) == causes - {"mapping:journal_debit"}
    assert unmapped.told("EXP-1") == ["record.waiting"]


def test_a_link_does_not_spin_on_an_account_whose_name_is_not_enough(shop: Shop) -> None:
    parent = shop.account("4000")
    shop.enter(
        "Account", Name="Parts", AccountType="Income", SubAccount=True, ParentRef={"value": parent}
    )
    shop.run("UPDATE runs SET state = 'queued' WHERE connection_id = :c AND resource = 'accounts'")
    shop.send("item.created", an_item(income_account="Parts"))

    shop.drive()

    assert shop.link("ITM-1").waiting_on == ["account:Parts"]


def test_an_account_given_up_does_not_hide_its_successor(shop: Shop) -> None:
    old = shop.enter("Account", Name="Parts", AcctNum="4955", AccountType="Income")
    shop.enter("Account", "update", Id=old["Id"], Active=False)
    shop.run("UPDATE runs SET state = 'queued' WHERE connection_id = :c AND resource = 'accounts'")
    new = shop.enter("Account", Name="A part", AcctNum="4955", AccountType="Income")
    shop.send("item.created", an_item(income_account="4955"))

    shop.work()

    [item] = [one for one in shop.books("Item") if one["Name"] == "Technician hour ITM-1"]
    assert item["IncomeAccountRef"]["value"] == new["Id"]


def test_a_held_connection_sleeps_no_longer_than_its_hold(shop: Shop) -> None:
    with shop.begin() as session:
        rows.hold(session, shop.connection_id, 20, "throttled")
    shop.send("customer.created", a_customer())

    shop.drive()

    assert shop.states() == {"CUS-1": "due"}
    assert shop.seconds_to_next() == pytest.approx(20, abs=2)


def test_a_driver_whose_slice_is_over_goes_to_the_end(
    shop: Shop, with_settings: WithSettings
) -> None:
    brief = with_settings(slice_seconds=0.2, quickbooks={"concurrency": 1})
    shop.simulator.fault("delay", seconds=0.15, times=None)
    shop.take(*(shop.event("customer.created", a_customer(f"CUS-{n}")) for n in range(6)))

    shop.hints.drives.clear()
    shop.drive(brief)

    states = list(shop.states().values())
    assert 1 <= states.count("synced") <= 3
    assert shop.hints.drives == [shop.connection_id]


def test_what_hints_have_lost_is_derived(shop: Shop) -> None:
    shop.send("customer.created", a_customer())
    shop.run("UPDATE connections SET next_due = NULL WHERE id = :c")
    assert schedule.wake_due(shop.services) == 0

    schedule.derive_due(shop.services)

    assert schedule.wake_due(shop.services) == 1


def test_a_hint_is_not_repeated_until_it_was_taken_up(shop: Shop) -> None:
    shop.send("customer.created", a_customer())
    counts = [schedule.wake_due(shop.services) for _ in range(2)]

    shop.later(seconds=61)
    counts.append(schedule.wake_due(shop.services))

    assert counts == [1, 0, 1]


def lock_is_held(shop: Shop) -> bool:
    """Whether somebody has the connection's row locked."""
    query = "SELECT id FROM connections WHERE id = :c FOR UPDATE SKIP LOCKED"
    return not shop.all(query)


@contextmanager
def before_the_lease_is_free(shop: Shop, act: Callable[[], None]) -> Iterator[None]:
    """Something happens after the driver fell asleep and before it lets go of the lease."""
    engine = shop.services.database.leases
    happened: list[object] = []

    def interrupt(_connection: sa.Connection) -> None:
        if not happened:
            happened.append(None)
            act()

    sa.event.listen(engine, "rollback", interrupt)
    try:
        yield
    finally:
        sa.event.remove(engine, "rollback", interrupt)
