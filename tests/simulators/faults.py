"""Planned faults: what goes wrong, where, how often."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field
from itertools import count
from typing import Any

KINDS = frozenset(
    {
        "lost_answer",
        "reset_before",
        "delay",
        "throttle",
        "server_error",
        "maintenance_html",
        "truncated_body",
        "drop_item",
        "auth_expired",
        "refusal",
    }
)
FIELDS = frozenset(
    {"fault", "where", "entity", "times", "rate", "seed", "seconds", "took_effect", "limit", "code"}
)
PLACES = frozenset({"write", "batch", "single_write", "read", "token", "any"})
LIMITS = frozenset({None, "minute", "day", "appminute", "concurrent"})
AFTER_EFFECT = frozenset({"lost_answer", "truncated_body", "drop_item", "delay"})
_ids = count(1)


@dataclass
class Fault:
    """One plan. `times` None means for ever; `rate` is the share of matching calls it hits."""

    kind: str
    where: str
    entity: str | None
    times: int | None
    rate: float
    seconds: float | None
    took_effect: bool  # of server_error, maintenance_html: whether the write happened before it
    limit: str | None  # of throttle: the limit that is said to be reached, where there are several
    code: str  # of refusal: what the ledger calls it
    dice: random.Random
    id: int = field(default_factory=lambda: next(_ids))
    hits: int = 0

    @classmethod
    def parse(cls, plan: dict[str, Any]) -> Fault:
        """A fault from its JSON form; raises ValueError with what is wrong."""
        if unknown := set(plan) - FIELDS:
            raise ValueError(f"unknown: {sorted(unknown)}")
        kind, where = plan.get("fault"), plan.get("where", "any")
        if kind not in KINDS or where not in PLACES:
            raise ValueError(f"fault is one of {sorted(KINDS)}, where one of {sorted(PLACES)}")
        if plan.get("limit") not in LIMITS:
            raise ValueError(f"limit is one of {sorted(filter(None, LIMITS))}")
        return cls(
            kind=kind,
            where=where,
            entity=plan.get("entity"),
            times=plan.get("times", 1),
            rate=float(plan.get("rate", 1)),
            seconds=None if plan.get("seconds") is None else float(plan["seconds"]),
            took_effect=bool(plan.get("took_effect", kind in AFTER_EFFECT)),
            limit=plan.get("limit"),
            code=str(plan.get("code", "99999")),
            dice=random.Random(plan.get("seed")),  # which calls fail, no secret
        )

    def hits_call(self, kind: str, entities: frozenset[str]) -> bool:
        """Whether it strikes a call of this kind (`PLACES` without write and any), counting it."""
        places = {kind, "any"} | ({"write"} if kind in ("batch", "single_write") else set())
        if self.where not in places or self.times == self.hits:
            return False
        if self.entity and self.entity.lower() not in entities:
            return False
        if self.kind == "drop_item" and kind != "batch":
            return False
        # Only calls that would be hit roll the dice, so that a seed repeats itself.
        if self.rate < 1 and self.dice.random() >= self.rate:
            return False
        self.hits += 1
        return True

    def data(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "fault": self.kind,
            "where": self.where,
            "entity": self.entity,
            "times": self.times,
            "rate": self.rate,
            "seconds": self.seconds,
            "took_effect": self.took_effect,
            "limit": self.limit,
            "code": self.code,
            "hits": self.hits,
        }


class Faults:
    """The plans in force; the first that matches a call strikes it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._plans: list[Fault] = []

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._plans.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._plans.clear()

    def listed(self) -> list[dict[str, Any]]:
        with self._lock:
            return [plan.data() for plan in self._plans]

    def strike(self, kind: str, entities: frozenset[str]) -> Fault | None:
        """The fault for this call, already counted."""
        # Most calls meet no plan at all: no lock for them.
        if not self._plans:
            return None
        with self._lock:
            return next((plan for plan in self._plans if plan.hits_call(kind, entities)), None)
