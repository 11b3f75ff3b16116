"""The backlog that Prometheus is shown: right, and found without reading whole tables."""

from collections.abc import Mapping

import pytest
import sqlalchemy as sa

from tests.integration.workshop import Shop
from worker.metrics import Backlog, Standing
from worker.store import backlog
from worker.store.outbox import PARTITIONS


def read(shop: Shop) -> Backlog:
    with shop.services.database.begin() as session:
        return backlog.read(session)


def nonzero(counts: Mapping[str, int]) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count}


def stop(shop: Shop, state: str, values: str = "record_id = record_id") -> None:
    """Both records have stood in this state for a minute, and more is set."""
    shop.run(f"UPDATE links SET state = '{state}', {values}")
    shop.run("UPDATE links SET state_since = now() - interval '1 minute'")


@pytest.fixture
def waiting(shop: Shop) -> Shop:
    """A shop with two due records, the older for a minute, and one event unsent for an hour."""
    shop.run("DELETE FROM outbox")
    for number in (1, 2):
        shop.send("customer.created", {"id": f"CUS-{number}", "name": f"Customer {number}"})
    shop.run(
        "UPDATE links SET next_attempt_at = now() - interval '1 minute' WHERE record_id = 'CUS-1'"
    )
    shop.run(
        "INSERT INTO outbox (event_id, partition, tenant_id, type, envelope, created_at)"
        " VALUES (gen_random_uuid(), 7, 'x', 'x', '{}', now() - interval '1 hour')"
    )
    return shop


def test_the_backlog_counts_and_ages_what_waits(waiting: Shop) -> None:
    found = read(waiting)

    assert (nonzero(found.links), nonzero(found.connections)) == ({"due": 2}, {"active": 1})
    assert (found.outbox.count, found.dead_letters_open, found.open_submissions) == (1, 0, 0)
    assert (found.due.count, found.due_connections) == (2, 1)
    assert found.due.oldest_seconds == pytest.approx(60, abs=20)
    assert found.outbox.oldest_seconds == pytest.approx(3600, abs=20)


@pytest.mark.parametrize(
    "put_off",
    [
        "UPDATE links SET next_attempt_at = now() + interval '1 hour'",
        "UPDATE connections SET state = 'paused', paused_code = 'consent_withdrawn'",
    ],
)
def test_what_could_not_go_now_has_no_age(waiting: Shop, put_off: str) -> None:
    waiting.run(put_off)

    assert read(waiting).due == Standing()


def test_a_connection_that_is_held_is_counted_with_what_holds_it(waiting: Shop) -> None:
    waiting.run(
        "UPDATE connections SET hold_until = now() + interval '1 minute', held_for = 'day limit'"
    )

    found = read(waiting)

    assert found.held == {"quickbooks": {"day_limit": 1}}
    assert found.held_longest["quickbooks"] == pytest.approx(60, abs=5)
    assert found.due_connections == 0


def test_a_connection_that_is_paused_is_counted_with_its_code(waiting: Shop) -> None:
    waiting.run("UPDATE connections SET state = 'paused', paused_code = 'consent_withdrawn'")

    assert read(waiting).paused == {"quickbooks": {"consent_withdrawn": 1}}


def test_a_record_that_waits_for_several_things_counts_for_each(waiting: Shop) -> None:
    causes = "{mapping:sales,mapping:sales_tax,customer:CUS-9,item_ref:7}"
    stop(waiting, "waiting", f"waiting_on = '{causes}'")

    found = read(waiting).waiting

    assert nonzero({one: of.count for one, of in found.items()}) == {"mapping": 2, "record": 2}
    assert found["mapping"].oldest_seconds == pytest.approx(60, abs=20)


def test_a_record_that_failed_counts_for_the_category_of_its_code(waiting: Shop) -> None:
    stop(waiting, "failed", "error_code = 'value_refused'")

    found = read(waiting).failed

    assert nonzero({one: of.count for one, of in found.items()}) == {"validation": 2}
    assert found["validation"].oldest_seconds == pytest.approx(60, abs=20)


def test_a_conflict_that_nobody_decides_has_an_age(waiting: Shop) -> None:
    stop(waiting, "conflict")

    found = read(waiting).failed

    assert nonzero({one: of.count for one, of in found.items()}) == {"conflict": 2}
    assert found["conflict"].oldest_seconds == pytest.approx(60, abs=20)


@pytest.mark.parametrize("state", ["waiting", "failed", "conflict"])
def test_what_stands_in_a_connection_at_rest_is_nobodys_work(waiting: Shop, state: str) -> None:
    stop(waiting, state, "error_code = 'value_refused', waiting_on = '{mapping:sales}'")
    waiting.run("UPDATE connections SET state = 'disconnected'")

    found = read(waiting)

    assert not any(one.count for one in (*found.waiting.values(), *found.failed.values()))


def test_a_pull_has_an_age_unless_it_waits_on_purpose(waiting: Shop) -> None:
    waiting.run(
        "INSERT INTO runs (connection_id, resource, slot, state, asked_by, urgency, created_at,"
        " next_attempt_at) SELECT id, r, 's', 'queued', 'schedule', 5, now() - interval '1 hour',"
        " now() + CAST(i AS interval) FROM connections, (VALUES ('taxes', '1 hour'),"
        " ('payments', '-1 hour')) AS of (r, i)"
    )

    found = read(waiting).runs

    assert (found["taxes"].count, found["taxes"].oldest_seconds) == (1, 0)
    assert found["payments"].oldest_seconds == pytest.approx(3600, abs=20)


def test_a_feed_is_overdue_by_its_own_interval(waiting: Shop) -> None:
    waiting.run("DELETE FROM feeds")
    waiting.run(
        "INSERT INTO feeds (connection_id, resource, interval_seconds, last_completed_at)"
        " SELECT id, r, 600, now() - interval '1 hour'"
        " FROM connections, unnest(ARRAY['payments', 'customers']) r"
    )
    waiting.run("""UPDATE connections SET settings = '{"kinds_off": ["customer"]}'""")

    assert read(waiting).feeds_overdue == {"payments": pytest.approx(3000, abs=20)}


def test_a_write_that_may_not_be_sent_any_more_is_of_unknown_outcome(waiting: Shop) -> None:
    waiting.run(
        "INSERT INTO submissions (connection_id, key, driver, method, path, endpoint, state,"
        " recorded_at, send_by, settle_at) SELECT id, gen_random_uuid(), gen_random_uuid(), 'POST',"
        " '/', 'invoice', 'open', now() - interval '1 minute', now() + CAST(i AS interval), now()"
        " FROM connections, unnest(ARRAY['-45 seconds', '45 seconds']) i"
    )

    found = read(waiting)

    waiting.run("UPDATE connections SET state = 'disconnected'")
    at_rest = read(waiting)

    assert (found.open_submissions, found.unknown_submissions.count) == (2, 1)
    assert found.unknown_submissions.oldest_seconds == pytest.approx(60, abs=20)
    assert (at_rest.open_submissions, at_rest.unknown_submissions) == (2, Standing())


def test_a_database_that_was_restored_says_so(waiting: Shop) -> None:
    waiting.run("DELETE FROM installation")
    waiting.run(
        "INSERT INTO installation (system_identifier, timeline, restored_at) VALUES ('7', 2, now())"
    )

    assert read(waiting).restored


@pytest.mark.parametrize("table", ["links", "outbox", "submissions"])
def test_ages_are_found_without_reading_a_table_through(waiting: Shop, table: str) -> None:
    values = {"partitions": PARTITIONS}
    with waiting.services.database.begin() as session:
        session.execute(sa.text("SET LOCAL enable_seqscan = off"))
        plan = session.execute(sa.text(f"EXPLAIN {backlog.AGES.text}"), values).scalars()
        explained = "\n".join(plan)

    assert f"Seq Scan on {table}" not in explained
