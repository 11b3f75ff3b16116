"""Changes page by page, from books that are too large for one call and move while they are read."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.contract.providers import QUICKBOOKS
from worker.providers.port import PaymentSeen, Resource
from worker.providers.quickbooks.books import QuickBooks
from worker.providers.wire import text

OLD = "2026-01-01T00:00:00+00:00"  # before what changes are kept for
_QUERY = re.compile(r"FROM (\w+) WHERE \S+ >= '(\S+)' .*STARTPOSITION (\d+)")


class Moving:
    """Payments by the moment of their last change; each page that is read changes one of them."""

    def __init__(self, moments: dict[str, str]) -> None:
        self.moments = moments
        self.queries: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if "changedSince" in request.url.params:
            return httpx.Response(200, json={"CDCResponse": [{"QueryResponse": [{}]}]})
        asked = _QUERY.search(request.url.params["query"])
        assert asked is not None
        entity, since, start = asked.groups()
        self.queries.append(entity)
        rows = self._rows(since)[int(start) - 1 :][:1000] if entity == "Payment" else []
        if rows:
            self.moments[rows[0]["Id"]] = "2026-09-09T00:00:00-08:00"
        return httpx.Response(200, text=text({"QueryResponse": {entity: rows}}))

    def _rows(self, since: str) -> list[dict[str, Any]]:
        found = sorted((at, number) for number, at in self.moments.items() if at >= since)
        return [
            {"Id": number, "TxnDate": "2026-05-01", "MetaData": {"LastUpdatedTime": at}}
            for at, number in found
        ]


def read(books: Moving) -> Iterator[PaymentSeen]:
    http = httpx.Client(transport=httpx.MockTransport(books))
    ledger = QuickBooks(http, "http://books", "1", "token", "sandbox", QUICKBOOKS.limits)
    position = None
    while True:
        page = ledger.page(Resource.PAYMENTS, OLD, position)
        yield from page.payments
        position = page.position
        if position is None:
            return


def test_rows_that_move_while_they_are_read_hide_no_others() -> None:
    moments = {str(n): f"2026-05-01T{n // 60:02}:{n % 60:02}:00-08:00" for n in range(1440)}
    books = Moving(moments)

    seen = {payment.ref for payment in read(books)}

    assert seen == set(moments)
    assert books.queries == [
        "Payment",
        "Payment",
        "Invoice",
        "Customer",
        "Vendor",
        "Item",
        "Account",
        "Bill",
    ]


@pytest.mark.parametrize("count", [1000, 2500])
def test_any_number_of_rows_may_have_changed_at_one_moment(count: int) -> None:
    books = Moving({str(n): "2026-05-01T00:00:00-08:00" for n in range(count)})

    seen = [payment.ref for payment in read(books)]

    assert len(set(seen)) >= count - len(books.queries)
    assert len(books.queries) <= count // 1000 + 8
