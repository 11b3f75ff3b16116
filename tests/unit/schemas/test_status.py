"""Status events: a model for each, their envelope, and what consumers read back."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from pydantic import ValidationError

from schemas import status
from schemas.books import (
    Account,
    Company,
    InvoiceStatus,
    ReceivedPayment,
    Suggestion,
    Tax,
    TaxKind,
)
from schemas.catalogue import INBOUND, STATUS
from schemas.item import Item, ItemDetails, ItemType
from schemas.kinds import Kind
from schemas.party import Party, PartyDetails
from schemas.status import Environment, Error, Operation, Retry
from schemas.status_event import status_envelope

NOON = datetime(2026, 10, 5, 12, tzinfo=UTC)
ERROR = Error(
    code="customer_inactive",
    category="reference",
    title="The customer is inactive",
    explanation="Alder Court is inactive in QuickBooks.",
    steps=("Make it active there.",),
    retry=Retry.AFTER_FIX,
)
COMPANY = Company(ref="9130", name="Northwind", currency="USD")
PAYMENT = {
    "payment": ReceivedPayment(
        ref="88", date=date(2026, 10, 4), amount=Decimal("50.00"), currency="USD"
    ),
    "invoice_id": "I-1",
    "invoice_ref": "145",
    "applied": Decimal("50.00"),
    "paid_amount": Decimal("50.00"),
    "balance": Decimal("146.00"),
    "status": InvoiceStatus.PARTIALLY_PAID,
}
RECORD = {"kind": Kind.INVOICE, "record_id": "I-1", "version": 3}
EXAMPLES: dict[type[status.Status], dict[str, object]] = {
    status.RecordSynced: {**RECORD, "operation": Operation.CREATED, "ref": "145"},
    status.RecordWaiting: {
        **RECORD,
        "reason": "Its customer is not in the books yet.",
        "waiting_on": status.WaitingOn(kind="customer", id="C-1"),
        "error": ERROR,
    },
    status.RecordFailed: {**RECORD, "error": ERROR},
    status.RecordSkipped: {**RECORD, "reason": "Older than the connection's start date."},
    status.RecordConflict: {
        **RECORD,
        "conflicts": {"memo": status.FieldConflict(cmms="a", books={"text": "b"})},
    },
    status.RecordDiscovered: {
        "kind": Kind.ITEM,
        "ref": "7",
        "record": ItemDetails(name="Fan belt", type=ItemType.SERVICE),
        "suggestion": Suggestion(record_id="T-1", why="The same name."),
    },
    status.RecordChanged: {
        "kind": Kind.CUSTOMER,
        "record_id": "C-1",
        "ref": "58",
        "record": Party(id="C-1", name="Alder Court"),
        "changed": ("name",),
    },
    status.AccountChanged: {"account": Account(ref="79", name="Sales", type="Income")},
    status.TaxChanged: {"tax": Tax(ref="2", name="TAX", rate=Decimal(8), kind=TaxKind.CODE)},
    status.PaymentReceived: PAYMENT,
    status.PaymentChanged: PAYMENT,
    status.PaymentReversed: PAYMENT,
    status.ConnectionEstablished: {"company": COMPANY},
    status.ConnectionReauthorizationRequired: {"reason": "Consent was withdrawn."},
    status.ConnectionRestored: {"company": COMPANY},
    status.ConnectionDisconnected: {"company": COMPANY, "reason": "By an administrator."},
    status.ConnectionTested: {"ok": False, "error": ERROR},
    status.SyncStarted: {"resource": "taxes", "run_id": "17", "asked_by": "evt-1"},
    status.SyncCompleted: {"resource": "taxes", "run_id": "17", "read": 12, "created": 0},
    status.SyncFailed: {"resource": "customers", "error": ERROR},
}


def a_status(model: type[status.Status]) -> status.Status:
    return model(provider="quickbooks", environment=Environment.SANDBOX, **EXAMPLES[model])


def enveloped(data: status.Status) -> dict[str, object]:
    return status_envelope(data, id="s-1", tenant="alder", time=NOON)


@pytest.mark.parametrize("model", STATUS.values(), ids=STATUS.keys())
def test_a_consumer_reads_back_what_was_told(model: type[status.Status]) -> None:
    told = a_status(model)

    envelope = json.loads(json.dumps(enveloped(told)))

    assert STATUS[envelope["type"]] is model
    assert model.model_validate(envelope["data"]) == told
    assert (envelope["data"]["provider"], envelope["data"]["environment"]) == (
        "quickbooks",
        "sandbox",
    )


def test_the_envelope_carries_on_what_led_here() -> None:
    indian = NOON.astimezone(timezone(timedelta(hours=5, minutes=30)))

    envelope = status_envelope(
        a_status(status.RecordSynced),
        id="s-1",
        tenant="alder",
        time=indian,
        traceparent="00-19f9919c895fd7b326b94c7f9118bb16-5d158a2ff2ee4e45-01",
        causation_id="evt-1",
    )

    data = envelope.pop("data")
    assert envelope == {
        "specversion": "1.0",
        "id": "s-1",
        "source": "/accounting",
        "type": "accounting.record.synced",
        "time": "2026-10-05T12:00:00.000000Z",
        "tenantid": "alder",
        "subject": "I-1",
        "traceparent": "00-19f9919c895fd7b326b94c7f9118bb16-5d158a2ff2ee4e45-01",
        "causationid": "evt-1",
    }
    assert data["operation"] == "created"


@pytest.mark.parametrize(
    ("model", "subject"),
    [
        (status.RecordFailed, "I-1"),
        (status.RecordChanged, "C-1"),
        (status.PaymentReceived, "I-1"),
        (status.RecordDiscovered, None),
        (status.TaxChanged, None),
    ],
)
def test_the_subject_is_the_cmms_record(model: type[status.Status], subject: str | None) -> None:
    assert enveloped(a_status(model)).get("subject") == subject


def test_what_is_absent_is_left_out_and_defaults_are_told() -> None:
    data = enveloped(a_status(status.AccountChanged))["data"]

    assert data == {
        "provider": "quickbooks",
        "environment": "sandbox",
        "account": {"ref": "79", "name": "Sales", "type": "Income", "active": True},
    }


def test_a_conflict_tells_its_fields_by_name() -> None:
    data = enveloped(a_status(status.RecordConflict))["data"]

    assert isinstance(data, dict)
    assert data["fields"] == {"memo": {"cmms": "a", "books": {"text": "b"}}}


@pytest.mark.parametrize(
    ("record", "shape"),
    [
        ({"name": "Alder Court"}, PartyDetails),
        ({"name": "Fan belt", "type": "service"}, ItemDetails),
    ],
)
def test_a_discovered_record_is_read_by_its_shape(record: object, shape: type[object]) -> None:
    data = {"provider": "xero", "environment": "sandbox", "kind": "vendor", "ref": "1"}

    told = status.RecordDiscovered.model_validate(data | {"record": record})

    assert type(told.record) is shape


@pytest.mark.parametrize(
    ("model", "changes"),
    [
        (status.RecordSynced, {"operation": "guessed"}),
        (status.RecordSynced, {"total": 1.5}),
        (status.RecordSynced, {"ref": ""}),
        (status.RecordFailed, {"error": ERROR.model_dump() | {"title": "t" * 61}}),
        (status.RecordFailed, {"error": ERROR.model_dump() | {"retry": "perhaps"}}),
        (status.RecordDiscovered, {"kind": "invoice"}),
        (status.PaymentReceived, {"status": "lost"}),
        (status.TaxChanged, {"environment": "staging"}),
        (status.SyncCompleted, {"read": -1}),
    ],
)
def test_closed_lists_and_limits_are_kept(model: type[status.Status], changes: object) -> None:
    told = a_status(model).model_dump(by_alias=True)

    with pytest.raises(ValidationError):
        model.model_validate({**told, **changes})  # type: ignore[dict-item]


def test_an_item_is_told_whole() -> None:
    told = status.RecordChanged(
        provider="quickbooks",
        environment=Environment.PRODUCTION,
        kind=Kind.ITEM,
        record_id="T-1",
        ref="7",
        record=Item(id="T-1", name="Fan belt", type=ItemType.SERVICE, sales_price=Decimal("14.72")),
        changed=("sales_price",),
    )

    assert told.model_dump(mode="json", exclude_none=True)["record"]["sales_price"] == "14.72"


def test_no_type_is_both_inbound_and_a_status() -> None:
    assert not INBOUND.keys() & STATUS.keys()
    assert all(type_.startswith("accounting.") for type_ in STATUS)
