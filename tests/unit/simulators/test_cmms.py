"""The simulated CMMS: what it publishes and what it makes of status events keeps the contract."""

import json
from typing import Any

from schemas.envelope import STRUCTURED, parse
from tests.simulators.cmms.records import Cmms

ABOUT = {"provider": "quickbooks", "environment": "sandbox"}
HARBOR = {"name": "Harbor Hotel", "email": "ap@harbor.example"}


def told(type_: str, tenant: str = "alder", **data: object) -> dict[str, Any]:
    """A status event, with an id that follows from what it says."""
    envelope = {"id": f"{type_} {data}", "type": f"accounting.{type_}", "tenantid": tenant}
    return envelope | {"data": ABOUT | data}


def discovered(suggestion: object = None) -> dict[str, Any]:
    return told(
        "record.discovered", kind="customer", ref="58", record=HARBOR, suggestion=suggestion
    )


def test_what_it_publishes_is_what_intake_reads() -> None:
    cmms = Cmms("alder")
    events = [
        cmms.save("customer", "CUS-1", **HARBOR),
        cmms.save("customer", "CUS-1", phone="555 0100"),
        cmms.archive("customer", "CUS-1", "moved away"),
        cmms.save("payment", "PAY-1", invoice_id="INV-1", date="2026-10-01", amount="1.00",
                  currency="USD"),
        cmms.request("sync.requested", resource="customers"),
    ]  # fmt: skip

    read = [parse(json.dumps(e).encode(), STRUCTURED, {}, e["type"]) for e in events]

    assert [e.type for e in read][1:4] == [
        "customer.updated",
        "customer.archived",
        "payment.recorded",
    ]
    assert [e["data"].get("version") for e in events] == [1, 2, 3, 1, None]


def test_what_is_discovered_becomes_a_record_that_names_its_ref() -> None:
    cmms = Cmms("alder")

    [event] = cmms.hear(discovered())

    assert event["type"] == "customer.created"
    assert event["data"] == {
        "id": "customer-of-58", "version": 1, **HARBOR, "external_refs": {"quickbooks": "58"}
    }  # fmt: skip


def test_what_is_suggested_is_confirmed() -> None:
    cmms = Cmms("alder")
    cmms.save("customer", "CUS-1", name="Harbor Hotel, Inc.")

    [event] = cmms.hear(discovered(suggestion={"record_id": "CUS-1", "why": "same e-mail"}))

    assert event["data"]["id"] == "CUS-1"
    assert event["data"]["name"] == "Harbor Hotel, Inc."
    assert event["data"]["external_refs"] == {"quickbooks": "58"}


def test_a_repeat_and_a_record_known_already_are_not_doubled() -> None:
    cmms = Cmms("alder")
    cmms.hear(discovered())

    assert cmms.hear(discovered()) == []
    assert cmms.hear(discovered() | {"id": "another"}) == []
    assert len(cmms.of("customer")) == 1


def test_what_changed_in_the_books_is_taken_over_and_published() -> None:
    cmms = Cmms("alder")
    cmms.save("customer", "CUS-1", **HARBOR, phone="555 0100")
    record = {"id": "CUS-1", "version": 1, "name": "Harbor Spa", "email": "ap@harbor.example"}

    changed = ["name", "phone"]
    [event] = cmms.hear(
        told("record.changed", kind="customer", record_id="CUS-1", ref="58", record=record,
             changed=changed)
    )  # fmt: skip

    assert event["type"] == "customer.updated"
    assert event["data"] == record | {"version": 2}


def test_it_remembers_what_was_said_of_a_record() -> None:
    cmms = Cmms("alder")
    cmms.save("customer", "CUS-1", **HARBOR)

    cmms.hear(told("record.waiting", kind="customer", record_id="CUS-1", reason="So it is."))
    cmms.hear(told("record.synced", kind="customer", record_id="CUS-1", ref="58"))

    [record] = cmms.of("customer")
    assert (record.status, record.ref, len(record.said)) == ("synced", "58", 2)


def test_another_tenants_records_and_unknown_ones_are_told_apart() -> None:
    cmms = Cmms("alder")

    cmms.hear(told("record.synced", "birch", kind="customer", record_id="CUS-1", ref="58"))
    cmms.hear(told("record.synced", kind="customer", record_id="CUS-2", ref="59"))

    assert [event["data"]["record_id"] for event in cmms.strange] == ["CUS-2"]
