"""Change data capture: everything that changed since the last look, in one call where it can be
complete (Intuit: change data capture)."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from schemas.kinds import Kind
from worker.providers.port import Page
from worker.providers.quickbooks import read, read_lists
from worker.providers.quickbooks.client import Client
from worker.providers.quickbooks.queries import one_of
from worker.providers.quickbooks.windows import Place, everything, rows_at
from worker.providers.wire import Body, rows

LISTS = {"Customer": Kind.CUSTOMER, "Vendor": Kind.VENDOR, "Item": Kind.ITEM}
# Payments before invoices: what a payment says of an invoice is read with it.
ENTITIES = ("Payment", "Invoice", *LISTS, "Account")
_CHANGING = (*ENTITIES, "Bill")  # other people's bills are of no interest, so a first pull has none

_LOOKBACK = timedelta(days=29)  # Intuit: 30 days
_MOST_CHANGES = 1000  # of all entities together; as many as that may have been cut

_Found = Mapping[str, Sequence[Body]]


class Capture:
    """What changed in one company's books, whatever it is."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def page(self, cursor: str | None, position: str | None) -> Page:
        """Changes since `cursor` (an ISO time; None: all there is): one call, or page by page where
        they are many."""
        if position is not None:
            return self._queried(Place.parse(position))
        if cursor is None or not _recent(cursor):
            return self._long_ago(cursor)
        found = self._changed(_CHANGING, cursor)
        if not _cut(found):
            return self._page(found, None)
        return self._split(cursor)

    def _split(self, cursor: str) -> Page:
        """Each entity by itself; of those that are cut even so, the rest is queried.

        What is deleted stands in the changes only, and is kept from what they do tell.
        """
        complete: dict[str, Sequence[Body]] = {}
        remaining: list[str] = []
        for entity in _CHANGING:
            found = self._changed([entity], cursor)
            if _cut(found):
                remaining.append(entity)
                found = {entity: _deleted(found[entity])}
            complete.update(found)
        return self._page(complete, Place.first_of(remaining, cursor))

    def _long_ago(self, cursor: str | None) -> Page:
        """Farther back than changes are kept: those that are left tell what was deleted since."""
        recently = (datetime.now(UTC) - _LOOKBACK).isoformat()
        gone = {
            entity: _deleted(found) for entity, found in self._changed(_CHANGING, recently).items()
        }
        return self._page(gone, Place.first_of(_CHANGING if cursor else ENTITIES, cursor))

    def _changed(self, entities: Sequence[str], cursor: str) -> dict[str, list[Body]]:
        answer = self._client.get("cdc", entities=",".join(entities), changedSince=cursor)
        answered = [
            query
            for response in rows(answer.get("CDCResponse"))
            for query in rows(response.get("QueryResponse"))
        ]
        return {
            entity: [row for query in answered for row in rows(query.get(entity))]
            for entity in entities
        }

    def _queried(self, place: Place) -> Page:
        found = rows_at(self._client, place)
        return self._page({place.entity: found}, place.after(found))

    def _page(self, found: _Found, following: Place | None) -> Page:
        payments = tuple(map(read.payment_seen, found.get("Payment", ())))
        invoices = [*found.get("Invoice", ())]
        known = {str(invoice["Id"]) for invoice in invoices}
        named = {ref for payment in payments for ref in payment.applied} - known
        for condition in one_of("Id", named):
            invoices += everything(self._client, "Invoice", condition)
        listed = [
            record
            for entity, kind in LISTS.items()
            for record in read_lists.listed(kind, found.get(entity, ()))
        ]
        accounts = [one for one in found.get("Account", ()) if one.get("status") != "Deleted"]
        gone = [
            pair
            for entity, kind in LISTS.items()
            for pair in read_lists.gone(kind, found.get(entity, ()))
        ]
        return Page(
            records=(*map(read.account, accounts), *listed),
            payments=payments,
            invoices=tuple(map(read.invoice_seen, invoices)),
            bills=tuple(map(read.invoice_seen, found.get("Bill", ()))),
            gone=tuple(gone),
            position=None if following is None else str(following),
        )


def _cut(found: _Found) -> bool:
    return sum(map(len, found.values())) >= _MOST_CHANGES


def _deleted(found: Sequence[Body]) -> list[Body]:
    return [one for one in found if one.get("status") == "Deleted"]


def _recent(cursor: str) -> bool:
    return datetime.now(UTC) - datetime.fromisoformat(cursor) < _LOOKBACK
