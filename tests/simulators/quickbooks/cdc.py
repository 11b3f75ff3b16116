"""Change data capture: what changed since a moment (Intuit: change data capture)."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.simulators.quickbooks.clock import now, pacific, parsed, stamp
from tests.simulators.quickbooks.company import Company
from tests.simulators.quickbooks.errors import Refused, business, required
from tests.simulators.quickbooks.fields import Body
from tests.simulators.quickbooks.query import ENTITIES
from tests.simulators.quickbooks.wire import Json

NOT_COVERED = frozenset({"TaxAgency", "TaxCode", "TaxRate", "CompanyInfo", "Preferences"})
LOOK_BACK = timedelta(days=30)


def changes(company: Company, entities: str, since: str, most: int) -> list[dict[str, Json]]:
    """The CDCResponse: at most `most` objects over all entities, the rest is silently missing.

    Raises Refused: 2020, 2000 for entities that are not covered, 2060 for a bad time, 6000 for
    one of more than 30 days ago.
    """
    if not entities or not since:
        raise required("changedSince" if entities else "entities")
    moment = _instant(since)
    if moment < now() - LOOK_BACK:
        raise business(f"changedSince {since} is more than 30 days ago", "changedSince")
    left, answers = most, []
    for word in entities.split(","):
        kind = ENTITIES.get(word.strip().lower())
        if kind is None or kind in NOT_COVERED:
            raise Refused("2000", f"Change data capture does not cover {word}", "entities")
        rows = _changed(company, kind, moment)[:left]
        left -= len(rows)
        answers.append({kind: rows, "startPosition": 1, "maxResults": len(rows)} if rows else {})
    return [{"QueryResponse": answers}]


def _changed(company: Company, kind: str, since: datetime) -> list[Body]:
    # Stamps have whole seconds: what happened in the same one counts as changed.
    whole_second = pacific(since).replace(microsecond=0)
    rows = [
        body
        for body in company.records[kind].values()
        if parsed(body["MetaData"]["LastUpdatedTime"]) >= whole_second
    ]
    gone: list[Body] = [
        {
            "domain": "QBO",
            "status": "Deleted",
            "Id": number,
            "MetaData": {"LastUpdatedTime": stamp(at)},
        }
        for deleted, number, at in company.deleted
        if deleted == kind and at >= whole_second
    ]
    return rows + gone


def _instant(text: str) -> datetime:
    try:
        return parsed(text)
    except ValueError:
        raise Refused("2060", f"Invalid Date : {text}", "changedSince") from None
