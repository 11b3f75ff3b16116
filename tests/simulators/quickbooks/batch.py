"""Batches: up to 30 independent items, each with its own outcome (Intuit: batch)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from tests.simulators.quickbooks import query
from tests.simulators.quickbooks.cdc import changes
from tests.simulators.quickbooks.company import Company
from tests.simulators.quickbooks.errors import Refused, business, required
from tests.simulators.quickbooks.fields import Body
from tests.simulators.quickbooks.wire import Json
from tests.simulators.quickbooks.writes import RULES, write

MOST_ITEMS = 30
MOST_OBJECTS = 1000
OPERATIONS = frozenset({"create", "update", "delete", "void"})
KEYS = frozenset({"bId", "operation", "optionsData", "Query", "CDCQuery", "ReportQuery"})


@dataclass
class Batch:
    """One batch under one request id; items already answered under it are not run again."""

    company: Company
    request_id: str | None
    seconds: float  # how long request ids are remembered
    cdc_cap: int
    replayed: Callable[[], None]
    objects: int = 0

    def run(self, items: list[Body]) -> list[Body]:
        # Any order would do; clients must match by bId.
        return [self._item(item) | {"bId": item["bId"]} for item in items]

    def _item(self, item: Body) -> Body:
        key = f"{self.request_id}{item['bId']}" if self.request_id else ""
        try:
            if len(key) > 50:
                raise business(
                    "You cannot enter more than 50 characters in the request_id field", ""
                )
            known = self.company.replays.recall(key, item, self.seconds) if key else None
            if known is not None:
                self.replayed()
                return dict(known)
            answer = self._outcome(item)
        except Refused as refused:
            return {"Fault": refused.fault()}
        if key and "operation" in item:
            self.company.replays.remember(key, item, answer)
        return answer

    def _outcome(self, item: Body) -> Body:
        """What came of an item. A refusal is an outcome too: it is remembered like a success."""
        try:
            return self._execute(item)
        except Refused as refused:
            return {"Fault": refused.fault()}

    def _execute(self, item: Body) -> Body:
        kinds = [name for name in item if name not in KEYS]
        if "Query" in item and not kinds:
            answer, found = query.run(self.company, query.parse(str(item["Query"])))
            self._found(found)
            return {"QueryResponse": answer}
        if "CDCQuery" in item and not kinds:
            asked = item["CDCQuery"] if isinstance(item["CDCQuery"], dict) else {}
            entities, since = str(asked.get("Entities", "")), str(asked.get("ChangedSince", ""))
            return {"CDCResponse": changes(self.company, entities, since, self.cdc_cap)}
        if len(kinds) != 1 or "Query" in item or "ReportQuery" in item:
            raise Refused("2000", f"A batch item holds one object, not {kinds}")
        operation, rules = str(item.get("operation")), RULES.get(kinds[0])
        if operation not in OPERATIONS or (operation == "void" and rules and not rules.void_by):
            raise Refused("500", f"Operation {operation} of {kinds[0]} is not supported in a batch")
        options = frozenset(str(item.get("optionsData", "")).split(",")) - {""}
        body = write(self.company, kinds[0], operation, item[kinds[0]], options)
        return {kinds[0]: dict(body)}

    def _found(self, number: int) -> None:
        self.objects += number
        if self.objects > MOST_OBJECTS:
            raise Refused("10100", "The batch returns more than 1000 objects", "")


def read_items(sent: Json) -> list[Body]:
    """The items of a batch. Raises Refused: 400 empty, 1040 too many, 2020 or 2600 bad bIds."""
    items = sent.get("BatchItemRequest") if isinstance(sent, dict) else None
    if not isinstance(items, list) or not items:
        raise Refused("400", "Batch request is empty: BatchItemRequest holds no items")
    if unknown := set(sent) - {"BatchItemRequest"}:
        raise Refused("2010", f"Property Name:Unrecognized field {sorted(unknown)}")
    if len(items) > MOST_ITEMS:
        raise Refused("1040", f"{len(items)} items, at most {MOST_ITEMS} are allowed")
    if not all(isinstance(item, dict) and isinstance(item.get("bId"), str) for item in items):
        raise required("bId")
    name, times = Counter(item["bId"] for item in items).most_common(1)[0]
    if times > 1 or not name:
        raise Refused("2130", f"bId {name!r} is used {times} times", "bId")
    return items


def describe_item(item: Body) -> str:
    """What the counters of calls call an item: item:create:Invoice, item:query:Item, item:cdc."""
    if "CDCQuery" in item:
        return "item:cdc"
    if "Query" in item:
        found = re.search(r"(?i)\bfrom\s+(\w+)", str(item["Query"]))
        return f"item:query:{query.ENTITIES.get(found[1].lower(), '') if found else ''}"
    kinds = [name for name in item if name not in KEYS]
    return ":".join(["item", str(item.get("operation")), *kinds])
