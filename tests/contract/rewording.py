"""Answers that the simulator does not give: the real ones, reworded on their way back."""

from collections.abc import Callable
from typing import Any

import httpx

from tests.contract.ledger import Ledger
from tests.contract.providers import QUICKBOOKS
from worker.providers.quickbooks.books import QuickBooks

Words = Callable[[dict[str, Any]], tuple[int, object]]
"""From the body of an answer to the status and the body that arrive instead."""


class _Reworded(httpx.BaseTransport):
    """The wire to the simulator, with other words in the answers to writes."""

    def __init__(self, wire: httpx.Client, words: Words) -> None:
        self._wire = wire
        self._words = words

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._wire.send(request)
        said = answer.json()
        if "requestid" not in request.url.params:
            return httpx.Response(answer.status_code, json=said)
        status, body = self._words(said)
        return httpx.Response(status, json=body)


def reworded(ledger: Ledger, words: Words) -> Ledger:
    """The same books, whose answers to writes arrive in other words."""
    company = ledger.company
    http = httpx.Client(transport=_Reworded(company.http, words))
    ledger.books = QuickBooks(
        http, company.api, company.id, company.access_token, "sandbox", QUICKBOOKS.limits
    )
    return ledger


def fault(code: str, detail: str = "") -> dict[str, object]:
    """A fault in the service's words."""
    error = {"Message": "It failed", "Detail": detail, "code": code, "element": ""}
    return {"Fault": {"Error": [error], "type": "ValidationFault"}}


def refusing_with(code: str, detail: str = "") -> Words:
    return lambda _: (400, fault(code, detail))


Edit = Callable[[list[dict[str, Any]]], object]


def with_items_of_batch(edit: Edit) -> Words:
    """A batch answer whose items are edited."""

    def words(said: dict[str, Any]) -> tuple[int, object]:
        edit(said["BatchItemResponse"])
        return 200, said

    return words
