"""What an event says of its record, in the form in which states of a record are compared."""

from schemas.catalogue import dump
from schemas.envelope import Event
from schemas.item import Item
from schemas.removal import Removal
from worker.store.inbox import Opening, Snapshot


def snapshot_of(event: Event) -> Snapshot:
    """The state of the record that an event of a kind is about."""
    assert event.kind is not None
    data = event.data
    removed = isinstance(data, Removal)
    return Snapshot(
        tenant_id=event.tenant,
        kind=event.kind,
        record_id=data.id,  # type: ignore[union-attr]  # every record and removal has one
        version=data.version,  # type: ignore[union-attr]
        time=event.time,
        event_id=event.id,
        traceparent=event.traceparent,
        removed=removed,
        snapshot=None if removed else dump(data),
    )


def opening_of(event: Event) -> Opening | None:
    """The count of an item's stock, where the event has one with its day."""
    item = event.data
    if not isinstance(item, Item) or item.as_of is None or item.quantity_on_hand is None:
        return None
    return Opening(event.tenant, item.id, item.as_of.isoformat(), str(item.quantity_on_hand))
