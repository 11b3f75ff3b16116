"""What is pulled: accounts, taxes, and payments with the invoices that they pay."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from worker.errors import Misuse
from worker.providers.port import Page, Resource
from worker.providers.quickbooks import read
from worker.providers.quickbooks.client import Client
from worker.providers.quickbooks.queries import EVERYTHING, MOST_ROWS, one_of, quoted, select
from worker.providers.quickbooks.wire import Body, rows

_LOOKBACK = timedelta(days=29)  # change data capture goes back 30 days (Intuit: CDC)
_MOST_CHANGES = 1000  # of all entities together; as many as that may have been cut
_ORDER = "MetaData.LastUpdatedTime"


@dataclass(frozen=True)
class _Place:
    """Where a pull stands: records of this entity, changed since a moment, from the nth on.

    The moment moves along: a record that changes meanwhile goes to the end, and a mere count would
    skip the one that takes its place. What was changed at that very moment is seen twice.
    """

    entity: str
    since: str | None
    start: int = 1
    invoices: str | None = None  # after the payments, the invoices that changed since then

    @classmethod
    def parse(cls, position: str) -> "_Place":
        entity, since, start, invoices = position.split("|")
        return cls(entity, since or None, int(start), invoices or None)

    def __str__(self) -> str:
        return f"{self.entity}|{self.since or ''}|{self.start}|{self.invoices or ''}"

    def after(self, found: list[Body]) -> "_Place | None":
        """Where the next page begins; None: there is none."""
        if len(found) == MOST_ROWS:
            last = str(found[-1]["MetaData"]["LastUpdatedTime"])
            # Where a whole page has one moment, counting is all that is left.
            start = self.start + MOST_ROWS if last == self.since else 1
            return replace(self, since=last, start=start)
        # What changed on invoices otherwise, such as a credit
        return _Place("Invoice", self.invoices) if self.invoices else None


class Pull:
    """Pages of what one company's books hold."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def page(self, resource: Resource, cursor: str | None, position: str | None) -> Page:
        """One page of accounts, taxes or payments. Raises Misuse for the others."""
        match resource:
            case Resource.ACCOUNTS:
                return self._accounts(position)
            case Resource.TAXES:
                return self._taxes(position)
            case Resource.PAYMENTS:
                return self._payments(cursor, position)
            case _:
                raise Misuse(
                    "sync_not_supported",
                    f"{resource.value.capitalize()} cannot be read from QuickBooks by this version;"
                    " ask for accounts, taxes or payments.",
                )

    def _accounts(self, position: str | None) -> Page:
        found = self._client.query(select("Account", EVERYTHING, start=int(position or 1)))
        return Page(tuple(map(read.account, found)), position=_next(position, found))

    def _taxes(self, position: str | None) -> Page:
        """Codes by page, and with the first one all rates, of which the codes' rates are made."""
        rates = self._all("TaxRate", [EVERYTHING])
        codes = self._client.query(select("TaxCode", EVERYTHING, start=int(position or 1)))
        today = datetime.now(UTC).date()
        records = [*read.tax_codes(codes, rates, today)]
        if position is None:
            records += read.tax_rates(rates, codes, today)
        return Page(tuple(records), position=_next(position, codes))

    def _payments(self, cursor: str | None, position: str | None) -> Page:
        """Changes in one call where that can be complete, else page by page.

        Deleted payments are in the changes only, and ours may be lost among invoices that we
        wrote: so payments are asked for alone before anything is queried.
        """
        if position is not None:
            return self._queried(_Place.parse(position), [])
        if cursor is None or not _recent(cursor):
            return self._queried(_Place("Payment", cursor, invoices=cursor), [])
        answer = self._changed("Payment,Invoice", cursor)
        payments, invoices = _changes(answer, "Payment"), _changes(answer, "Invoice")
        if len(payments) + len(invoices) < _MOST_CHANGES:
            return self._with_invoices(payments, invoices, None)
        payments = _changes(self._changed("Payment", cursor), "Payment")
        if len(payments) < _MOST_CHANGES:
            return self._with_invoices(payments, [], str(_Place("Invoice", cursor)))
        gone = [payment for payment in payments if payment.get("status") == "Deleted"]
        return self._queried(_Place("Payment", cursor, invoices=cursor), gone)

    def _changed(self, entities: str, cursor: str) -> Body:
        return self._client.get("cdc", entities=entities, changedSince=cursor)

    def _queried(self, place: "_Place", gone: list[Body]) -> Page:
        """One page of what changed since a moment, with payments that are `gone`."""
        since = [f"{_ORDER} >= {quoted(place.since)}"] if place.since else []
        query = select(place.entity, *since, start=place.start, order=_ORDER)
        found = self._client.query(query)
        following = place.after(found)
        position = None if following is None else str(following)
        if place.entity == "Payment":
            return self._with_invoices([*found, *gone], [], position)
        return Page(invoices=tuple(map(read.invoice_seen, found)), position=position)

    def _with_invoices(
        self, payments: list[Body], invoices: list[Body], position: str | None
    ) -> Page:
        seen = tuple(map(read.payment_seen, payments))
        known = {str(invoice["Id"]) for invoice in invoices}
        named = {ref for payment in seen for ref in payment.applied} - known
        for condition in one_of("Id", named):
            invoices = invoices + self._all("Invoice", [condition])
        return Page(
            payments=seen, invoices=tuple(map(read.invoice_seen, invoices)), position=position
        )

    def _all(self, entity: str, conditions: Iterable[str]) -> list[Body]:
        found: list[Body] = []
        while True:
            page = self._client.query(select(entity, *conditions, start=len(found) + 1))
            found += page
            if len(page) < MOST_ROWS:
                return found


def _next(position: str | None, found: list[Body]) -> str | None:
    return str(int(position or 1) + MOST_ROWS) if len(found) == MOST_ROWS else None


def _recent(cursor: str) -> bool:
    return datetime.now(UTC) - datetime.fromisoformat(cursor) < _LOOKBACK


def _changes(answer: Mapping[str, object], entity: str) -> list[Body]:
    return [
        row
        for response in rows(answer.get("CDCResponse"))
        for query in rows(response.get("QueryResponse"))
        for row in rows(query.get(entity))
    ]
