"""What is pulled: accounts, taxes, customers, vendors, items; payments with all that changed."""

from datetime import UTC, datetime

from schemas.kinds import Kind
from worker.errors import Misuse
from worker.providers.port import Page, Resource
from worker.providers.quickbooks import read, read_lists
from worker.providers.quickbooks.capture import Capture
from worker.providers.quickbooks.client import Client
from worker.providers.quickbooks.queries import EVERYTHING, MOST_ROWS, select
from worker.providers.quickbooks.windows import Place, everything, rows_at
from worker.providers.wire import Body

_LISTS = {
    Resource.CUSTOMERS: ("Customer", Kind.CUSTOMER),
    Resource.VENDORS: ("Vendor", Kind.VENDOR),
    Resource.ITEMS: ("Item", Kind.ITEM),
}


class Pull:
    """Pages of what one company's books hold."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def page(self, resource: Resource, cursor: str | None, position: str | None) -> Page:
        """One page. Raises Misuse for what is no list of records.

        Accounts and taxes are read whole; customers, vendors and items whole without a `cursor`,
        else what changed since; payments with all that changed beside them.
        """
        match resource:
            case Resource.ACCOUNTS:
                return self._accounts(position)
            case Resource.TAXES:
                return self._taxes(position)
            case Resource.PAYMENTS | Resource.DOCUMENTS:
                return Capture(self._client).page(cursor, position)
            case Resource.CUSTOMERS | Resource.VENDORS | Resource.ITEMS:
                return self._listed(resource, cursor, position)
            case Resource.CONNECTION:
                raise Misuse("sync_not_supported", "A connection is tested, not read by pages.")

    def _accounts(self, position: str | None) -> Page:
        found = self._client.query(select("Account", EVERYTHING, start=int(position or 1)))
        return Page(tuple(map(read.account, found)), position=_next(position, found))

    def _taxes(self, position: str | None) -> Page:
        """Codes by page, and with the first one all rates, of which the codes' rates are made."""
        rates = everything(self._client, "TaxRate", EVERYTHING)
        codes = self._client.query(select("TaxCode", EVERYTHING, start=int(position or 1)))
        today = datetime.now(UTC).date()
        records = [*read.tax_codes(codes, rates, today)]
        if position is None:
            records += read.tax_rates(rates, codes, today)
        return Page(tuple(records), position=_next(position, codes))

    def _listed(self, resource: Resource, cursor: str | None, position: str | None) -> Page:
        entity, kind = _LISTS[resource]
        place = Place.parse(position) if position else Place(entity, cursor)
        found = rows_at(self._client, place)
        following = place.after(found)
        return Page(
            records=tuple(read_lists.listed(kind, found)),
            position=None if following is None else str(following),
        )


def _next(position: str | None, found: list[Body]) -> str | None:
    return str(int(position or 1) + MOST_ROWS) if len(found) == MOST_ROWS else None
