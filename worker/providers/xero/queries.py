"""What is asked of lists in Xero: ids, conditions, and pages that nothing slips through."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote_plus

from worker.providers.wire import Body, rows
from worker.providers.xero.client import Client
from worker.providers.xero.dates import changed, moment

MOST_IDS = 40  # in one call (Xero: optimised queries)
MOST_ROWS = 1000  # on one page (Xero: paging)
PAGED = frozenset({"Contacts", "Invoices", "Payments", "ManualJournals"})
_WHOLE: Mapping[str, Mapping[str, str]] = {
    "Contacts": {"includeArchived": "true"},
    "Invoices": {"unitdp": "4"},
    "Items": {"unitdp": "4"},
}
_MOST_CHARACTERS = 1500  # of a condition as it stands in the address


def ids(values: Iterable[str]) -> Iterator[str]:
    """Lists of ids that together name all, each as long as a call takes."""
    named = sorted(set(values) - {""})
    for first in range(0, len(named), MOST_IDS):
        yield ",".join(named[first : first + MOST_IDS])


def is_id(field: str, value: str) -> str:
    """A plain text never equals an id there."""
    return f'{field}==guid("{value}")'


def is_text(field: str, value: str) -> str:
    """Of a text without quotes."""
    return f'{field}=="{value}"'


def has_quote(value: str) -> bool:
    """Whether a condition could end in the midst of a text."""
    return '"' in value or "\\" in value


def any_of(conditions: Iterable[str]) -> Iterator[str]:
    """Conditions that together meet what any of these meets, each as long as an address takes."""
    held: list[str] = []
    for condition in sorted(set(conditions)):
        if held and len(quote_plus(" OR ".join([*held, condition]))) > _MOST_CHARACTERS:
            yield " OR ".join(held)
            held = []
        held.append(condition)
    if held:
        yield " OR ".join(held)


@dataclass(frozen=True)
class Place:
    """Where reading a list stands: rows that changed since a moment, from the nth page on.

    Rows come by the moment of their last change (Xero: paging). The moment moves along, as a row
    that changes meanwhile goes to the end, and a mere count would skip the one that takes its
    place. What changed in that very second is seen twice.
    """

    since: datetime | None
    page: int = 1

    @classmethod
    def parse(cls, position: str) -> "Place":
        since, page = position.split("|")
        return cls(moment(since) if since else None, int(page))

    def __str__(self) -> str:
        return f"{self.since.isoformat() if self.since else ''}|{self.page}"

    def after(self, found: Sequence[Body], last_page: int) -> "Place | None":
        """Where the next page begins; None: there is none."""
        if self.page >= last_page or not found:
            return None
        last = changed(found[-1])
        second = last.replace(microsecond=0) if last else self.since
        # Where a whole page has one moment, counting is all that is left.
        return Place(second, self.page + 1) if second == self.since else Place(second)


def listed(
    client: Client,
    path: str,
    place: Place,
    parameters: Mapping[str, str],
    size: int = MOST_ROWS,
) -> tuple[list[Body], Place | None]:
    """The rows of one page, and where the next one begins. `size` may be cut by Xero."""
    asked = {**parameters, "page": str(place.page), "pageSize": str(size)}
    answer = client.get(path, asked, since=place.since)
    held = rows(answer.get(path))
    return held, place.after(held, _last_page(answer, place.page, len(held) == size))


def found(
    client: Client, path: str, parameters: Mapping[str, str], since: datetime | None = None
) -> Iterator[Body]:
    """All rows that `parameters` ask for, whole and archived ones too, on however many pages."""
    asked = {**parameters, **_WHOLE.get(path, {})}
    if path not in PAGED:
        yield from rows(client.get(path, asked, since=since).get(path))
        return
    place: Place | None = Place(since)
    while place is not None:
        page, place = listed(client, path, place, asked)
        yield from page


def _last_page(answer: Body, page: int, full: bool) -> int:  # noqa: FBT001 - a page's state
    """As the answer says; where it does not, a full page has another one behind it."""
    pagination = answer.get("pagination")
    if isinstance(pagination, dict) and "pageCount" in pagination:
        return int(pagination["pageCount"])
    return page + 1 if full else page
