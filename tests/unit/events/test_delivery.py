"""Deliveries, and headers that are kept and published again."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from pika.spec import Basic, BasicProperties

from events.delivery import Delivery, restored, storable


def delivered(*, redelivered: bool = False, **properties: object) -> Delivery:
    method = Basic.Deliver("ctag", 7, redelivered, "cmms.events", "customer.created")
    return Delivery.of(method, BasicProperties(**properties), b"{}")  # type: ignore[arg-type]


def test_a_bare_message_has_no_headers() -> None:
    delivery = delivered()

    assert delivery == Delivery(b"{}", "customer.created", None, {}, None, False, 0, 7)


@pytest.mark.parametrize(
    ("headers", "redelivered", "count"),
    [
        (None, False, 0),
        (None, True, 1),  # a classic queue says no more
        ({"x-delivery-count": 3}, True, 3),
        ({"x-delivery-count": "many"}, True, 1),
    ],
)
def test_deliveries_are_counted(headers: object, redelivered: object, count: int) -> None:
    delivery = delivered(headers=headers, redelivered=bool(redelivered))

    assert delivery.delivery_count == count


def test_names_that_are_not_utf_8_become_text() -> None:
    delivery = delivered(headers={b"m\xfcn": b"\xff"}, content_type=b"\xff", message_id="m-1")

    assert delivery.headers == {r"m\xfcn": b"\xff"}
    assert (delivery.content_type, delivery.message_id) == (r"\xff", "m-1")


HEADERS: dict[str, object] = {
    "cloudEvents_id": "evt-1",
    "count": 3,
    "flag": True,
    "nothing": None,
    "raw": b"m\xfcn",
    "when": datetime(2026, 10, 5, tzinfo=UTC),
    "price": Decimal("1.50"),
    "table": {"list": [1, b"x"]},
}
DEATH = {
    "x-death": [{"count": 1, "time": datetime(2026, 1, 1, tzinfo=UTC)}],
    "x-first-death-reason": "delivery_limit",
    "x-delivery-count": 21,
}


def test_headers_survive_being_stored() -> None:
    stored = json.loads(json.dumps(storable(HEADERS)))

    assert restored(stored) == HEADERS


def test_what_the_broker_added_is_stored_and_not_sent_again() -> None:
    stored = json.loads(json.dumps(storable(HEADERS | DEATH)))

    assert stored["x-first-death-reason"] == "delivery_limit"
    assert restored(stored) == HEADERS


def test_stored_headers_hold_nothing_that_databases_refuse() -> None:
    stored = json.dumps(storable({"a\x00b": "c\x00d", "e": ["\ud83d"]}))

    assert r"\u0000" not in stored
    assert r"\ud83d" not in stored
