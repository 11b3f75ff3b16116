"""A backlog goes out in few calls: an organisation has a thousand of them a day."""

import pytest

from tests import builders
from tests.integration.xero.shop import Shop

IDS = [f"BILL-{number}" for number in range(1000)]
NUMBERS = {f"V-{id_}" for id_ in IDS}


@pytest.fixture
def owing(shop: Shop) -> Shop:
    """A shop with a vendor in its books, and a thousand bills taken in."""
    shop.send("vendor.created", builders.a_vendor())
    shop.work()
    created = "purchase_invoice.created"
    shop.take(*(shop.event(created, builders.a_bill(id_)) for id_ in IDS))
    return shop


def test_a_thousand_bills_go_out_in_twenty_one_calls(owing: Shop) -> None:
    since = owing.mark()

    owing.work(seconds=120)

    calls = owing.calls(since)
    held = owing.simulator.control("GET", f"companies/{owing.company}/books")
    assert {bill["number"] for bill in held["purchase_invoice"]} == NUMBERS
    assert len(held["purchase_invoice"]) == len(NUMBERS)
    assert sum(calls.values()) <= 21, calls
