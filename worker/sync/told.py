"""`accounting.record.changed`: a record of the CMMS with what the books hold of it now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from schemas.item import Item, ItemType
from schemas.kinds import Kind
from schemas.party import Party
from schemas.status import RecordChanged
from worker.providers.lookup import HOUSE_ITEM
from worker.store.connections import Connection
from worker.store.outbox import Outgoing
from worker.sync.tell import Origin, about, record_key, tell

_BOOKS_ONLY = frozenset({"full_name", "unused"})  # no field of the contract's records


@dataclass(frozen=True)
class Side:
    """The CMMS's record of something that the books hold as `ref`."""

    kind: Kind
    record_id: str
    ref: str
    snapshot: Mapping[str, Any]  # the newest, or nothing
    alias: str | None = None  # a suffix of the name in the books, after a clash of names


def changed(
    connection: Connection,
    side: Side,
    data: Mapping[str, Any],
    names: Sequence[str],
    origin: Origin,
) -> list[Outgoing]:
    """Tell what the books hold in these fields (`data`: the contract's).

    All others are as the CMMS has them, so that the record may be taken over whole. A record of our
    own is nobody's business.
    """
    if side.record_id.startswith(HOUSE_ITEM) or not names:
        return []
    model = Item if side.kind is Kind.ITEM else Party
    status = RecordChanged(
        **about(connection),
        kind=side.kind,
        record_id=side.record_id,
        ref=side.ref,
        record=model.model_validate(_merged(side, data, names)),
        changed=tuple(names),
    )
    key = record_key(side.kind, side.record_id)
    return [tell(connection.tenant_id, status, origin, key)]


def contents(kind: Kind, data: Mapping[str, Any]) -> dict[str, Any]:
    """What the books hold of a record, in the contract's fields: goods of which they say no more
    are other goods."""
    whole = {name: value for name, value in data.items() if name not in _BOOKS_ONLY}
    return {"type": ItemType.NON_INVENTORY.value} | whole if kind is Kind.ITEM else whole


def _merged(side: Side, data: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    kept = {name: value for name, value in side.snapshot.items() if name not in names}
    theirs = {name: data[name] for name in names if name in data}
    if side.alias and isinstance(theirs.get("name"), str):
        theirs["name"] = theirs["name"].removesuffix(side.alias)
    return (kept or contents(side.kind, data)) | theirs | {"id": side.record_id}
