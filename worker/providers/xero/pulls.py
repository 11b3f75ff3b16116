"""What is pulled: accounts and tax rates whole, contacts and items whole or as far as they changed,
payments with what they pay, and the documents that changed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from schemas.kinds import Kind
from worker.errors import Misuse
from worker.providers.port import InvoiceSeen, Merged, Page, Resource
from worker.providers.wire import Body, rows
from worker.providers.xero import read, read_lists
from worker.providers.xero.client import Client
from worker.providers.xero.dates import moment
from worker.providers.xero.queries import MOST_ROWS, Place, ids, listed

# What they pay is read with them, 40 documents a call: a page is no burst of calls.
_PAYMENTS = 200


class Pull:
    """Pages of what one organisation's books hold."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def page(self, resource: Resource, cursor: str | None, position: str | None) -> Page:
        """One page: what changed since `cursor` (an ISO time), or all there is.

        Raises Misuse for what is no list of records.
        """
        place = Place.parse(position) if position else Place(_since(cursor))
        match resource:
            case Resource.ACCOUNTS:
                return Page(tuple(map(read.account, self._whole("Accounts"))))
            case Resource.TAXES:
                return Page(tuple(map(read.tax_rate, self._whole("TaxRates"))))
            case Resource.CUSTOMERS | Resource.VENDORS:
                return self._contacts(place)
            case Resource.ITEMS:
                found = self._whole("Items", {"unitdp": "4"}, place.since)
                return Page(tuple(read_lists.listed(Kind.ITEM, found)))
            case Resource.PAYMENTS:
                return self._payments(place)
            case Resource.DOCUMENTS:
                found, following = self._listed("Invoices", place, {"summaryOnly": "true"})
                return _documents(found, following)
            case Resource.CONNECTION:
                raise Misuse("sync_not_supported", "A connection is tested, not read by pages.")

    def _contacts(self, place: Place) -> Page:
        """Customers and vendors are one list: either's pull brings both."""
        found, following = self._listed("Contacts", place, {"includeArchived": "true"})
        return Page(
            records=(
                *read_lists.listed(Kind.CUSTOMER, found),
                *read_lists.listed(Kind.VENDOR, found),
            ),
            merged=tuple(merged(found)),
            position=_position(following),
        )

    def _payments(self, place: Place) -> Page:
        """Payments, and how the documents stand that they pay or paid: no change of a document
        shows there (Xero does not say whether a payment is one)."""
        found, following = self._listed("Payments", place, {}, _PAYMENTS)
        documents = [
            document
            for some in ids(map(read.paid_document, found))
            for document in self._whole("Invoices", {"IDs": some, "summaryOnly": "true"})
        ]
        page = _documents(documents, following)
        return Page(
            payments=tuple(read.payments_seen(found)),
            invoices=page.invoices,
            bills=page.bills,
            position=page.position,
        )

    def _listed(
        self, path: str, place: Place, parameters: Mapping[str, str], size: int = MOST_ROWS
    ) -> tuple[list[Body], Place | None]:
        return listed(self._client, path, place, parameters, size)

    def _whole(
        self,
        path: str,
        parameters: Mapping[str, str] | None = None,
        since: datetime | None = None,
    ) -> list[Body]:
        """A list that has no pages, or none because few ids are asked for."""
        return rows(self._client.get(path, parameters, since).get(path))


def merged(contacts: Sequence[Body]) -> Iterable[Merged]:
    """Contacts that went up in others, each with the one that is left at the end."""
    into = {
        str(one["ContactID"]): str(one["MergedToContactID"])
        for one in contacts
        if one.get("MergedToContactID")
    }
    for gone in into:
        kept = gone
        for _ in into:  # as many steps as there can be
            kept = into.get(kept, kept)
        if kept not in into:
            yield from (Merged(kind, gone, kept) for kind in (Kind.CUSTOMER, Kind.VENDOR))


def _documents(found: Sequence[Body], following: Place | None) -> Page:
    return Page(
        invoices=_seen(filter(read.is_sale, found)),
        bills=_seen(filter(read.is_bill, found)),
        position=_position(following),
    )


def _seen(documents: Iterable[Body]) -> tuple[InvoiceSeen, ...]:
    return tuple(map(read.document_seen, documents))


def _position(following: Place | None) -> str | None:
    return None if following is None else str(following)


def _since(cursor: str | None) -> datetime | None:
    return moment(cursor) if cursor else None
