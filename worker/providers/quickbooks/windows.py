"""Reading by query what changed since a moment, page by page, while records go on changing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from worker.providers.quickbooks.client import Client
from worker.providers.quickbooks.queries import EVERYTHING, MOST_ROWS, quoted, select
from worker.providers.wire import Body

_ORDER = "MetaData.LastUpdatedTime"
_LISTS = frozenset({"Account", "Customer", "Vendor", "Item"})


@dataclass(frozen=True)
class Place:
    """Where a pull stands: records of this entity, changed since a moment, from the nth on.

    The moment moves along: a record that changes meanwhile goes to the end, and a mere count would
    skip the one that takes its place. What was changed at that very moment is seen twice.
    `following` are the entities after this one, each read from `cursor` on.
    """

    entity: str
    since: str | None
    start: int = 1
    following: tuple[str, ...] = ()
    cursor: str | None = None

    @classmethod
    def parse(cls, position: str) -> "Place":
        entity, since, start, following, cursor = position.split("|")
        names = tuple(name for name in following.split(",") if name)
        return cls(entity, since or None, int(start), names, cursor or None)

    @classmethod
    def first_of(cls, entities: Sequence[str], cursor: str | None) -> "Place | None":
        """Where reading these entities begins; None: there are none."""
        if not entities:
            return None
        return cls(entities[0], cursor, 1, tuple(entities[1:]), cursor)

    def __str__(self) -> str:
        following = ",".join(self.following)
        return f"{self.entity}|{self.since or ''}|{self.start}|{following}|{self.cursor or ''}"

    def after(self, found: list[Body]) -> "Place | None":
        """Where the next page begins; None: there is none."""
        if len(found) < MOST_ROWS:
            return self.first_of(self.following, self.cursor)
        last = str(found[-1]["MetaData"]["LastUpdatedTime"])
        # Where a whole page has one moment, counting is all that is left.
        start = self.start + MOST_ROWS if last == self.since else 1
        return replace(self, since=last, start=start)


def rows_at(client: Client, place: Place) -> list[Body]:
    """The records of one page, inactive ones too, those that changed first before the others."""
    conditions = [f"{_ORDER} >= {quoted(place.since)}"] if place.since else []
    if place.entity in _LISTS:
        conditions.append(EVERYTHING)
    return client.query(select(place.entity, *conditions, start=place.start, order=_ORDER))


def everything(client: Client, entity: str, *conditions: str) -> list[Body]:
    """All records that meet the conditions, on however many pages."""
    found: list[Body] = []
    while True:
        page = client.query(select(entity, *conditions, start=len(found) + 1))
        found += page
        if len(page) < MOST_ROWS:
            return found
