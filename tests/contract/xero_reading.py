"""Books in Xero that are only read: what people enter in an organisation, and our reads of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from schemas.kinds import Kind
from tests.contract.xero_company import XeroCompany
from worker.providers.port import Found, Limits, Operation, Page, Part, Resource, Sought
from worker.providers.xero.books import Xero

LIMITS = Limits(
    batch=50,
    concurrency=5,
    per_second=1000,
    per_minute=60,
    batches_per_minute=60,
    replay_window=300,
    key_lifetime=1200,
    timeout=5,
    per_day=1000,
    mixed=False,
)
DAY = "2026-11-02"


@dataclass(frozen=True)
class Reading:
    """What people do in an organisation, and what we read of it."""

    company: XeroCompany
    books: Xero

    def contact(self, name: str = "Harbor Hotel", **fields: object) -> str:
        return str(self.company.enter("Contact", None, Name=name, **fields)["ContactID"])

    def invoice(self, contact: str, **fields: object) -> dict[str, Any]:
        """108 with tax, approved."""
        given: dict[str, object] = {
            "Type": "ACCREC",
            "Contact": {"ContactID": contact},
            "Date": DAY,
            "DueDate": "2026-12-02",
            "Status": "AUTHORISED",
            "LineItems": [
                {"Description": "Work", "Quantity": 1, "UnitAmount": 100, "AccountCode": "200"}
            ],
        }
        return self.company.enter("Invoice", None, **(given | fields))

    def bill(self, contact: str, **fields: object) -> dict[str, Any]:
        lines = [{"Description": "Part", "Quantity": 1, "UnitAmount": 50, "AccountCode": "300"}]
        return self.invoice(contact, **({"Type": "ACCPAY", "LineItems": lines} | fields))

    def pages(self, resource: Resource, cursor: str | None = None) -> Iterator[Page]:
        position = None
        while True:
            page = self.books.page(resource, cursor, position)
            yield page
            position = page.position
            if position is None:
                return

    def calls(self, resource: Resource, cursor: str | None = None) -> int:
        """What a pull takes."""
        before = self.books.calls
        list(self.pages(resource, cursor))
        return self.books.calls - before

    def find(self, part: Part, **known: Any) -> Found:  # noqa: ANN401
        return self.books.find([Sought(part, **known)])[part.link_id]


def reading(http: httpx.Client, info: Mapping[str, Any], **options: object) -> Reading:
    """A new organisation, connected."""
    control = info["control"]
    made = http.post(f"{control}/companies", json=options).json()
    token = http.post(f"{control}/companies/{made['id']}/tokens").json()["access_token"]
    company = XeroCompany(http, info["api"], control, made["id"], token)
    return Reading(company, Xero(http, info["api"], company.id, token, LIMITS))


def before() -> str:
    """A cursor that is earlier than all that a test enters."""
    return (datetime.now(UTC) - timedelta(minutes=1)).isoformat()


def after() -> str:
    """A cursor that is later than all that a test enters."""
    return (datetime.now(UTC) + timedelta(minutes=1)).isoformat()


def a_part(
    kind: Kind,
    operation: Operation = Operation.CREATE,
    record_id: str = "R-1",
    ref: str | None = None,
    body: Mapping[str, object] | None = None,
    **fields: object,
) -> Part:
    return Part(1, kind, record_id, operation, "1", {**(body or {}), **fields}, ref)
