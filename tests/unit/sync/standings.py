"""Records as they stand in one company's books, for tests of what is said of them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from worker.store.connections import Connection
from worker.store.standing import Sent, Standing
from worker.sync.reasons import Facts

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)


def a_connection(**changes: object) -> Connection:
    """An active one."""
    values: dict[str, Any] = dict.fromkeys(Connection.__dataclass_fields__)
    given: dict[str, Any] = {
        "id": 1,
        "tenant_id": "acme",
        "state": "active",
        "settings": {},
        "mapping": {},
    }
    return Connection(**values | given | {"budget": {}, "failures": 0} | changes)


def a_standing(kind: str, record_id: str, state: str, **changes: Any) -> Standing:  # noqa: ANN401
    values: dict[str, Any] = dict.fromkeys(Standing.__dataclass_fields__)
    given: dict[str, Any] = {
        "link_id": 7,
        "kind": kind,
        "record_id": record_id,
        "state": state,
        "since": NOW,
        "attempts": 0,
        "position": 0,
        "removed": False,
        "error": {},
        "waiting_on": (),
    }
    return Standing(**values | given | changes)


def a_submission(**changes: Any) -> Sent:  # noqa: ANN401
    """Sent five minutes ago and never answered."""
    ago = NOW - timedelta(minutes=5)
    given: dict[str, Any] = {
        "link_id": 7,
        "submission_id": 9,
        "operation": "create",
        "sends": 1,
        "lookups": 2,
        "sent_at": ago,
        "send_by": ago,
        "settle_at": LATER,
        "status": None,
        "correlation_id": None,
    }
    return Sent(**given | changes)


def facts(*standings: Standing, row: Connection | None = None, **more: Any) -> Facts:  # noqa: ANN401
    known = {(one.kind, one.record_id): one for one in standings}
    return Facts(row or a_connection(), "Northwind", NOW, NOW, known, **more)
