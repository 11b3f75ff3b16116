"""What was kept long enough goes, what anybody still needs stays."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from tests.builders import a_customer, an_invoice
from tests.integration.workshop import OpenShop, Shop, WithSettings
from worker.store import retention
from worker.sync import schedule


@pytest.fixture
def office(open_shop: OpenShop) -> Shop:
    """A connection, nothing of it pulled."""
    return open_shop()


def older(shop: Shop, table: str, column: str, days: int = 400) -> None:
    shop.run(f"UPDATE {table} SET {column} = {column} - make_interval(days => {days})")


def count(shop: Shop, table: str) -> int:
    return int(shop.all(f"SELECT count(*) FROM {table}")[0][0])


def test_an_event_that_comes_again_after_its_time_changes_nothing(books: Shop) -> None:
    event = books.event("customer.updated", a_customer(name="Another name"))
    books.take(event)
    books.work()
    older(books, "inbox", "received_at")
    schedule.tidy(books.services)

    books.take(event)

    assert (count(books, "inbox"), books.states()["CUS-1"]) == (1, "synced")


def test_an_older_event_that_comes_again_after_its_time_changes_nothing(books: Shop) -> None:
    first = books.event("customer.updated", a_customer(name="First"))
    second = books.event("customer.updated", a_customer(name="Second"))
    books.take(first, second)
    books.work()
    older(books, "inbox", "received_at")
    schedule.tidy(books.services)

    books.take(first)

    [held] = books.all("SELECT snapshot ->> 'name' FROM documents WHERE record_id = 'CUS-1'")
    assert (held[0], books.states()["CUS-1"]) == ("Second", "synced")


def test_a_request_that_comes_again_after_its_time_pulls_nothing_twice(books: Shop) -> None:
    request = books.event("sync.requested", {"resource": "taxes"})
    books.take(request)
    books.work()
    runs = count(books, "runs")
    older(books, "inbox", "received_at")
    schedule.tidy(books.services)

    books.take(request)

    assert count(books, "runs") == runs


def test_settled_writes_go_with_their_items_and_open_ones_stay(books: Shop) -> None:
    books.simulator.fault("reset_before")
    books.send("invoice.created", an_invoice())
    books.drive()
    older(books, "submissions", "closed_at")

    schedule.tidy(books.services)

    assert [row.state for row in books.submissions()] == ["open"]
    assert count(books, "submission_items") == 1


def test_work_goes_on_without_the_writes_of_old(books: Shop) -> None:
    older(books, "submissions", "closed_at")
    schedule.tidy(books.services)

    books.send("customer.updated", a_customer(name="Another name"))
    books.work()

    assert (count(books, "submissions"), books.states()["CUS-1"]) == (1, "synced")


ISSUES = "INSERT INTO issues (connection_id, cause, code, closed_at) VALUES (:c, 'x', 'defect', {})"
PAYMENTS = """
    INSERT INTO payments (connection_id, payment_ref, invoice_ref, date, amount, applied, currency,
                          state, updated_at)
    VALUES (:c, '{}', '1', now(), 0, 0, 'USD', '{}', now() - interval '400 days')
"""


def test_closed_issues_go_and_open_ones_stay(office: Shop) -> None:
    office.run(ISSUES.format("now() - interval '91 days'"))
    office.run(ISSUES.format("now() - interval '89 days'"))
    office.run(ISSUES.format("NULL"))

    schedule.tidy(office.services)

    assert count(office, "issues") == 2


@pytest.mark.parametrize(("days", "left"), [(0, ["received", "reversed"]), (30, ["received"])])
def test_the_payment_log_is_kept_but_for_reversed_lines_where_asked_for(
    office: Shop, with_settings: WithSettings, days: int, left: list[str]
) -> None:
    office.run(PAYMENTS.format("1", "received"))
    office.run(PAYMENTS.format("2", "reversed"))

    schedule.tidy(with_settings(payments_days=days))

    assert sorted(row.state for row in office.payments()) == left


@pytest.mark.parametrize("expire", [retention.expire_events, retention.expire_submissions])
def test_two_who_tidy_at_once_do_not_wait_for_each_other(
    books: Shop, expire: Callable[[sa.Connection, int], int]
) -> None:
    older(books, "inbox", "received_at")
    older(books, "submissions", "closed_at")

    with books.begin() as mine, books.begin() as theirs:
        taken = (expire(mine, 30), expire(theirs, 30))

    assert taken == (2, 0)


def test_events_in_front_that_are_young_are_all_that_is_read(office: Shop) -> None:
    with office.begin() as session:
        session.execute(sa.text(MANY))
        session.execute(sa.text("ANALYZE inbox"))
        plan = "\n".join(
            session.execute(sa.text(f"EXPLAIN {retention.EVENTS.text}"), DAYS).scalars()
        )

    assert "pk_inbox" in plan


DAYS = {"days": 30}
MANY = """
    INSERT INTO inbox (source, event_id, type, tenant_id, time, body)
    SELECT 'x', n, 'x', 'x', now(), '' FROM generate_series(1, 3000) n
"""
