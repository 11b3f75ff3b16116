"""Property: in whatever order and batches events come, the documents are those of a fold."""

import random
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events.delivery import Delivery
from tests.builders import a_customer, event
from worker.store.columns import metadata
from worker.store.session import Database
from worker.sync.intake import take_in

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)

Change = tuple[int, int, bool]  # number of the record, minute, whether it is removed


def delivery(change: Change, *, versioned: bool) -> Delivery:
    record, minute, removed = change
    version: dict[str, object] = {"version": minute + 1} if versioned else {}
    whole = a_customer(f"CUS-{record}", name=f"N{minute}")
    data = {"id": f"CUS-{record}"} if removed else whole
    type_ = "customer.archived" if removed else "customer.updated"
    id_ = f"{record}-{minute}"
    return event(type_, data | version, time=NOON + timedelta(minutes=minute), id=id_)


def folded(changes: list[Change]) -> dict[str, tuple[bool, str]]:
    """Record -> whether it is removed, and the id of its last event: changes in order of time."""
    last = {record: (removed, minute) for record, minute, removed in sorted(changes)}
    return {f"CUS-{r}": (removed, f"{r}-{minute}") for r, (removed, minute) in last.items()}


def batches(deliveries: list[Delivery], sizes: list[int]) -> list[list[Delivery]]:
    made = []
    for size in sizes:
        made.append(deliveries[:size])
        deliveries = deliveries[size:]
    return [*made, deliveries]


CHANGES = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 5), st.booleans()),
    min_size=1,
    max_size=12,
    unique_by=lambda change: change[:2],
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    changes=CHANGES,
    shuffler=st.randoms(use_true_random=False),
    sizes=st.lists(st.integers(0, 5)),
    versioned=st.booleans(),
)
def test_documents_are_the_same_in_any_order(
    empty_tables: Database,
    changes: list[Change],
    shuffler: random.Random,
    sizes: list[int],
    *,
    versioned: bool,
) -> None:
    clear(empty_tables)
    arriving = [delivery(change, versioned=versioned) for change in changes] * 2
    shuffler.shuffle(arriving)

    for batch in batches(arriving, sizes):
        take_in(empty_tables, batch)

    assert documents(empty_tables) == folded(changes)


def clear(database: Database) -> None:
    with database.begin() as session:
        for table in reversed(metadata.sorted_tables):
            session.execute(table.delete())


def documents(database: Database) -> dict[str, tuple[bool, str]]:
    with database.begin() as session:
        found = session.execute(sa.text("SELECT record_id, removed, event_id FROM documents"))
        return {row.record_id: (row.removed, row.event_id) for row in found}
