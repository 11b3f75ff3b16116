"""How fresh the books are: time that a record stood still for a person is not the worker's."""

import pytest

from tests.builders import a_customer, an_item
from tests.counting import Counting
from tests.integration.workshop import MAPPING, Shop
from worker.sync import mapping

HOURS_AGO = "clock_timestamp() - interval '5 hours'"


def test_a_wait_for_a_mapping_is_not_counted(unmapped: Shop, counting: Counting) -> None:
    unmapped.send("item.created", an_item())
    unmapped.work()
    unmapped.run(f"UPDATE links SET wanted_since = {HOURS_AGO} WHERE connection_id = :c")

    mapping.set_mapping(unmapped.services, unmapped.connection_id, {"income": MAPPING["income"]})
    unmapped.work()

    assert counting.of("books_event_to_ref_seconds_sum", kind="item") > 17_000
    assert counting.of("books_free_to_ref_seconds_sum", kind="item") < 60


def test_the_rest_of_a_connection_is_not_counted(shop: Shop, counting: Counting) -> None:
    shop.run("UPDATE connections SET state = 'paused' WHERE id = :c")
    shop.send("customer.created", a_customer())
    shop.run(f"UPDATE links SET wanted_since = {HOURS_AGO} WHERE connection_id = :c")

    shop.run("UPDATE connections SET state = 'active' WHERE id = :c")
    shop.work()

    assert counting.of("books_free_to_ref_seconds_sum", kind="customer") < 60


def late_customer(shop: Shop) -> None:
    """One that has been free to go for five hours."""
    shop.send("customer.created", a_customer())
    shop.run(f"UPDATE links SET wanted_since = {HOURS_AGO} WHERE connection_id = :c")
    shop.run(f"UPDATE connection_states SET since = {HOURS_AGO} WHERE connection_id = :c")


@pytest.mark.parametrize(
    ("held_for", "counted"), [("day limit", 60), ("budget", 60), ("defect", 20_000)]
)
def test_a_hold_by_a_limit_is_not_counted(
    shop: Shop, counting: Counting, held_for: str, counted: int
) -> None:
    late_customer(shop)
    shop.run(f"UPDATE connections SET hold_until = now(), held_for = '{held_for}' WHERE id = :c")

    shop.work()

    found = counting.of("books_free_to_ref_seconds_sum", kind="customer")
    assert counted - 3_000 < found < counted


def test_what_goes_at_the_ledgers_limit_is_not_counted(shop: Shop, counting: Counting) -> None:
    late_customer(shop)
    spent = shop.services.ledgers["quickbooks"].limits.per_minute * 9 // 10
    moment = "floor(extract(epoch FROM now()) - 20)"
    budget = (
        f"jsonb_build_object('seconds', jsonb_build_array(jsonb_build_array({moment}, {spent}, 0)))"
    )
    shop.run(f"UPDATE connections SET budget = {budget} WHERE id = :c")

    shop.work()

    assert counting.of("books_event_to_ref_seconds_count", kind="customer") == 1
    assert counting.of("books_free_to_ref_seconds_count", kind="customer") == 0


def test_a_wait_for_the_worker_is_counted(shop: Shop, counting: Counting) -> None:
    late_customer(shop)

    shop.work()

    assert counting.of("books_free_to_ref_seconds_sum", kind="customer") > 17_000
