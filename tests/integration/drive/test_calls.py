"""Calls to the ledger are counted by what came of them."""

from prometheus_client import REGISTRY

from tests import builders
from tests.integration.workshop import Shop


def counted(endpoint: str, status: str) -> float:
    """How many calls ended so, in this process."""
    labels = {"provider": "quickbooks", "endpoint": endpoint, "status": status}
    return REGISTRY.get_sample_value("books_provider_requests_total", labels) or 0


def test_a_write_that_is_taken_is_counted_by_its_status(shop: Shop) -> None:
    before = counted("customer", "200")

    shop.send("customer.created", builders.a_customer())
    shop.work()

    assert counted("customer", "200") == before + 1
    assert counted("customer", "answered") == 0


def test_a_write_that_is_refused_is_counted_by_its_status(shop: Shop) -> None:
    before = counted("customer", "400")
    shop.enter("Vendor", DisplayName="Ada Byron")

    shop.send("customer.created", builders.a_customer(name="Ada Byron"))
    shop.work()

    assert counted("customer", "400") == before + 1


def test_a_read_is_counted_as_answered_with_200(shop: Shop) -> None:
    assert counted("accounts", "200") >= 1
    assert counted("company", "200") >= 1


def test_a_call_without_a_usable_answer_is_counted_by_what_went_wrong(shop: Shop) -> None:
    lost, throttled = counted("customer", "NoAnswer"), counted("customer", "Throttled")
    shop.simulator.fault("lost_answer", "write")
    shop.send("customer.created", builders.a_customer())
    shop.drive()
    shop.simulator.fault("throttle", "write")
    shop.send("customer.created", builders.a_customer(id="CUS-2", name="Another"))
    shop.drive()

    assert counted("customer", "NoAnswer") == lost + 1
    assert counted("customer", "Throttled") == throttled + 1
