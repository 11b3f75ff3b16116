"""What the clock costs: the reads a day of each feed of a connection, as its ledger counts them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from worker.providers.port import Resource
from worker.store import feeds
from worker.store.connections import Connection
from worker.store.session import Session
from worker.sync import first
from worker.sync.options import FEEDS, intervals
from worker.sync.services import Services

_DAY = 86400


@dataclass(frozen=True)
class Reading:
    """One feed: every `interval` seconds (0: never), each time with at least `calls` reads."""

    feed: str
    interval: int
    calls: int
    next_due: datetime | None = None
    completed_at: datetime | None = None

    @property
    def a_day(self) -> float:
        return self.calls * _DAY / self.interval if self.interval else 0.0


def schedule(services: Services, session: Session, row: Connection) -> list[Reading]:
    """The feeds of a connection; before the first consent as they will be."""
    traits = services.ledgers[row.provider].traits
    costs, usual = traits.costs, intervals(services.settings, traits)
    found = feeds.find(session, row.id)

    def reading(name: str, resource: Resource) -> Reading:
        calls, feed = costs.get(resource, 1), found.get(resource)
        if first.is_unread(row.settings, resource, traits.brought(resource)):
            return Reading(name, 0, calls)
        if feed is None:
            return Reading(name, usual[resource], calls)
        return Reading(name, feed.interval, calls, feed.next_due, feed.completed_at)

    return [reading(name, resource) for name, resource in FEEDS.items()]


def a_day(readings: Sequence[Reading]) -> float:
    return sum(one.a_day for one in readings)
