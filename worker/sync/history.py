"""`books history`: what came, was sent, answered, told and decided about one record, in time."""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.kinds import Kind
from worker.errors import Misuse
from worker.store import history
from worker.store.history import Entry
from worker.sync.matching import Where
from worker.sync.services import Services


@dataclass(frozen=True)
class History:
    """One tenant's record; `connections` are those whose books it is for, by number."""

    tenant: str
    kind: Kind
    record_id: str
    connections: tuple[int, ...]
    entries: Sequence[Entry]


def ask(services: Services, where: Where, kind: Kind, record_id: str) -> list[History]:
    """The history of a record, of each tenant that has one of that id. Raises: Misuse."""
    rows = where.rows(services)
    tenants = {row.tenant_id for row in rows} | ({where.tenant} if where.tenant else set())
    with services.database.begin() as session:
        ids = [row.id for row in rows]
        found = history.records(session, tenants, ids, kind.value, record_id)
        if not found:
            text = f"no {kind.replace('_', ' ')} {record_id} is known; `books why` looks for it"
            raise Misuse("unknown_record", text)
        return [
            History(one.tenant_id, kind, record_id, tuple(one.links), history.of(session, one))
            for one in found
        ]
