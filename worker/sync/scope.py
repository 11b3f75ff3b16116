"""What of a tenant's records goes into one company's books: kinds switched on, the start date."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from schemas.kinds import Kind
from worker.providers.lookup import HOUSE_ITEM
from worker.store.connections import Connection
from worker.store.links import Due

KINDS_OFF = "kinds_off"  # the setting: a list of kinds


class Why(StrEnum):
    """Why a record is left out; kept as the link's `error_code`, by which it is found again."""

    KIND_OFF = "kind_off"
    TOO_OLD = "before_start_date"


@dataclass(frozen=True)
class Scope:
    """`start` concerns documents that are not in the books yet: what is there is kept in step."""

    off: frozenset[Kind] = frozenset()
    start: date | None = None

    @classmethod
    def of(cls, connection: Connection) -> "Scope":
        return cls(kinds_off(connection.settings), connection.start_date)

    def leaves_out(self, link: Due) -> Why | None:
        """Why a due link is not for these books; None: it is."""
        if link.kind in self.off and not link.record_id.startswith(HOUSE_ITEM):
            return Why.KIND_OFF
        day = link.snapshot.get("issue_date") or link.snapshot.get("date")
        if self.start and link.ref is None and day and str(day) < self.start.isoformat():
            return Why.TOO_OLD
        return None

    def reason(self, why: Why, kind: Kind) -> str:
        """One sentence for a bookkeeper."""
        if why is Why.KIND_OFF:
            return f"Records of the kind {kind.replace('_', ' ')} are switched off for these books."
        return f"It is older than the connection's start date ({self.start})."


def kinds_off(settings: Mapping[str, object]) -> frozenset[Kind]:
    """The kinds that a connection leaves out; a kind of a later release is on."""
    held = settings.get(KINDS_OFF)
    return frozenset(map(Kind, held)) if isinstance(held, list) else frozenset()
