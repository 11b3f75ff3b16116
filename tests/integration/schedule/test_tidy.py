"""Status events are kept for a while, and then dropped in small pieces."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from tests.integration.workshop import Shop
from worker.providers.port import Resource
from worker.store import outbox, unknown_faults
from worker.sync import connections, first, schedule
from worker.sync.services import Services

ADD = """
    INSERT INTO outbox (event_id, partition, tenant_id, type, envelope, state, created_at,
                        published_at)
    SELECT gen_random_uuid(), n % 8, :tenant, 'x', '{}', :state,
           now() - make_interval(days => :created), now() - make_interval(days => :published)
    FROM generate_series(1, :count) n
"""


def keep(shop: Shop, state: str, count: int = 1, *, created: int, published: int | None) -> None:
    """Status events in this state that were made and published so many days ago."""
    values = {"state": state, "count": count, "created": created, "published": published}
    with shop.services.database.begin() as session:
        session.execute(sa.text(ADD), values | {"tenant": shop.tenant})


def left(shop: Shop) -> list[tuple[str, int]]:
    """What is kept of them, by state."""
    rows = shop.all("SELECT state, count(*) FROM outbox WHERE type = 'x' GROUP BY 1 ORDER BY 1")
    return [(row.state, row.count) for row in rows]


def test_events_are_dropped_once_they_were_kept_long_enough(
    shop: Shop, with_settings: Callable[..., Services]
) -> None:
    keep(shop, "published", created=30, published=8)
    keep(shop, "published", created=30, published=6)
    keep(shop, "unroutable", created=4, published=4)
    keep(shop, "unroutable", created=2, published=2)
    keep(shop, "pending", created=99, published=None)

    dropped = schedule.tidy(with_settings(outbox_days=7, unroutable_days=3))

    assert dropped == 2
    assert left(shop) == [("pending", 1), ("published", 1), ("unroutable", 1)]


def test_more_than_a_piece_is_dropped_in_pieces(shop: Shop) -> None:
    keep(shop, "published", outbox.EXPIRE_CHUNK + 10, created=30, published=30)
    with shop.services.database.begin() as session:
        first = outbox.expire(session, "published", 14)

    second = schedule.tidy(shop.services)

    assert (first, second, left(shop)) == (outbox.EXPIRE_CHUNK, 10, [])


def test_two_who_tidy_at_once_do_not_wait_for_each_other(shop: Shop) -> None:
    keep(shop, "unroutable", 3, created=30, published=30)

    with shop.services.database.begin() as session:
        mine = outbox.expire(session, "unroutable", 14)
        theirs = schedule.tidy(shop.services)

    assert (mine, theirs) == (3, 0)


def test_pulls_are_dropped_too_but_for_the_last_of_each_resource(
    shop: Shop, with_settings: Callable[..., Services]
) -> None:
    shop.run("UPDATE runs SET finished_at = now() - interval '40 days'")
    connections.ask(shop.services, shop.connection_id, Resource.TAXES)
    shop.work()

    dropped = [schedule.tidy(with_settings(runs_days=days)) for days in (50, 30)]

    kept = [row.resource for row in shop.all("SELECT resource FROM runs ORDER BY resource")]
    assert (dropped, kept) == ([0, 1], sorted(one.value for one in first.PULLS))


def test_the_clock_no_longer_drops_events_at_every_tick(shop: Shop) -> None:
    keep(shop, "unroutable", created=99, published=99)

    schedule.relay_pending(shop.services)

    assert left(shop) == [("unroutable", 1)]


@pytest.mark.parametrize(
    ("state", "since"), [("published", "published_at"), ("unroutable", "created_at")]
)
def test_what_is_dropped_is_found_by_an_index(shop: Shop, state: str, since: str) -> None:
    keep(shop, state, 2000, created=1, published=1)
    with shop.services.database.begin() as session:
        session.execute(sa.text("ANALYZE outbox"))
        query = outbox.EXPIRE[state].text
        plan = session.execute(sa.text(f"EXPLAIN {query}"), {"days": 14}).scalars()
        explained = "\n".join(plan)

    assert f"Index Cond: ({since} <" in explained
    assert f"ix_outbox_{state}" in explained


def test_unknown_faults_are_dropped_once_they_come_no_more(shop: Shop) -> None:
    for code in ("old", "new"):
        names = ("shape", "endpoint", "example", "failure_id")
        with shop.begin() as session:
            heard = {"provider": "p", "code": code, **dict.fromkeys(names, "x")}
            unknown_faults.keep(session, heard)
    shop.run(
        "UPDATE unknown_faults SET last_seen_at = now() - interval '91 days' WHERE code = 'old'"
    )

    schedule.tidy(shop.services)

    with shop.begin() as session:
        assert [one.code for one in unknown_faults.find(session)] == ["new"]
