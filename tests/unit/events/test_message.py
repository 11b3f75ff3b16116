"""Events of the contract as messages."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from events.message import Mode, compose
from schemas.envelope import InvalidEvent, parse
from schemas.expense import Expense
from schemas.party import Party
from tests.unit.schemas.builders import Data, customer_data, expense_data

NOON = datetime(2026, 10, 5, 12, tzinfo=UTC)
CUSTOMER = customer_data()


@pytest.mark.parametrize("mode", Mode)
def test_a_message_is_read_back_as_the_event(mode: Mode) -> None:
    message = compose(
        "customer.created",
        source="/cmms/parties",
        tenant="alder",
        data=CUSTOMER,
        id="evt-1",
        time=NOON,
        subject="C-1",
        traceparent="00-19f9919c895fd7b326b94c7f9118bb16-5d158a2ff2ee4e45-01",
        causationid="evt-0",
        mode=mode,
    )

    event = parse(message.body, message.content_type, message.headers, message.routing_key)
    assert event.data == Party.model_validate(CUSTOMER)
    assert (event.id, event.time, event.subject) == ("evt-1", NOON, "C-1")
    assert event.traceparent is not None
    assert event.causation == "evt-0"
    assert (message.routing_key, message.message_id) == ("customer.created", "evt-1")


def test_what_is_absent_is_filled_in() -> None:
    message = compose("customer.created", source="/cmms", tenant="alder", data=CUSTOMER)

    envelope = json.loads(message.body)
    assert UUID(envelope["id"]).version == 4
    assert abs(datetime.fromisoformat(envelope["time"]) - datetime.now(UTC)).total_seconds() < 60
    assert envelope["subject"] == "C-1"


def test_decimals_dates_and_models_are_written_by_the_contract() -> None:
    data = expense_data(amount=Decimal("0.000001"), date=date(2026, 10, 5))
    model = Expense.model_validate(data)

    one, other = (
        compose("expense.saved", source="/cmms", tenant="alder", data=given, id="e", time=NOON)
        for given in (data, model)
    )

    assert json.loads(one.body)["data"] == expense_data(amount="0.000001")
    assert json.loads(one.body) == json.loads(other.body)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"data": customer_data(name="")}, "data.name"),
        ({"data": customer_data(name="\ud83d")}, "UTF-8"),
        ({"data": customer_data(name="a\x00b")}, "NUL"),
        ({"data": customer_data(extra=float("nan"))}, "NaN"),
        ({"tenant": "a b"}, "tenantid"),
        ({"source": ""}, "source is empty"),
        ({"type_": "customer.exploded"}, "type"),
        ({"time": datetime(2026, 10, 5)}, "time"),  # noqa: DTZ001
        ({"data": customer_data(notes="x" * 2**20)}, "bytes"),
    ],
)
def test_what_the_worker_would_refuse_is_never_composed(changes: Data, reason: str) -> None:
    event = {"type_": "customer.created", "source": "/cmms", "tenant": "alder", "data": CUSTOMER}

    with pytest.raises(InvalidEvent) as refusal:
        compose(**{**event, **changes})

    assert reason in refusal.value.reason


def test_a_value_without_a_place_in_json_is_a_mistake() -> None:
    with pytest.raises(TypeError, match="an event holds no set"):
        compose("customer.created", source="/cmms", tenant="a", data=customer_data(extra={1}))
