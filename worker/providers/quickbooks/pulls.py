"""What is pulled: accounts, taxes, and payments with the invoices that they pay."""

from collections.abc import Iterable, Mapping
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
        """Changes in one call where that can be complete, else page by page."""
        if position is None and cursor is not None and _recent(cursor):
            changed = self._client.get("cdc", entities="Payment,Invoice", changedSince=cursor)
            payments, invoices = _changes(changed, "Payment"), _changes(changed, "Invoice")
            if len(payments) + len(invoices) < _MOST_CHANGES:
                return self._with_invoices(payments, invoices, None)
        entity, _, start = (position or "Payment:1").partition(":")
        since = [f"{_ORDER} >= {quoted(cursor)}"] if cursor else []
        found = self._client.query(select(entity, *since, start=int(start), order=_ORDER))
        following = _next(start, found)
        if following is not None:
            following = f"{entity}:{following}"
        elif entity == "Payment" and cursor:
            following = "Invoice:1"  # what changed on invoices otherwise, a credit for example
        if entity == "Payment":
            return self._with_invoices(found, [], following)
        return Page(invoices=tuple(map(read.invoice_seen, found)), position=following)

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
