"""What can be adjusted while a simulator runs, and what it has counted."""

from __future__ import annotations

import random
import threading
from collections import Counter
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

Json = Any  # whatever JSON can hold
WRITES = frozenset({"single_write", "batch"})  # as faults and counters call them


@dataclass
class Limits:
    """QuickBooks, per company (Intuit: limits and throttles)."""

    per_minute: int = 500
    per_second: int = 10
    batches_per_minute: int = 40
    in_flight: int = 10
    retry_after: int | None = None  # seconds in a Retry-After header; Intuit documents none


@dataclass(frozen=True)
class Receiver:
    """Where webhooks go. `pauses` between attempts in seconds; the last one repeats itself."""

    url: str
    form: str = "cloudevents"  # or classic
    verifier_token: str = ""  # empty: the app's own
    by_hand: bool = False  # only on a control call, not by the sender's thread
    gather_seconds: float = 0
    timeout_seconds: float = 3  # an answer has to come within it (Intuit: best practices)
    pauses: tuple[float, ...] = (10, 20, 30, 300, 1200, 7200, 14_400, 21_600)

    def __post_init__(self) -> None:
        if self.form not in ("cloudevents", "classic") or not self.pauses:
            raise ValueError("form is cloudevents or classic, and there is at least one pause")

    @classmethod
    def parse(cls, given: dict[str, Any]) -> Receiver:
        """From its JSON form, whose numbers are exact decimals. Raises ValueError, TypeError."""
        made = cls(**given)
        return replace(
            made,
            gather_seconds=float(made.gather_seconds),
            timeout_seconds=float(made.timeout_seconds),
            pauses=tuple(map(float, made.pauses)),
        )


@dataclass
class Adjustable:
    """Settings that are changed by name while a simulator runs."""

    latency_ms: list[float] = field(default_factory=lambda: [0, 0])

    def change(self, wanted: dict[str, Any]) -> None:
        """Take over what is given; raises ValueError for an unknown name or a bad value."""
        known = {item.name for item in fields(self)}
        if unknown := set(wanted) - known:
            raise ValueError(f"unknown settings: {sorted(unknown)}")
        for name, value in wanted.items():
            setattr(self, name, self.parsed(name, value))

    def data(self) -> dict[str, Any]:
        return asdict(self)

    def pause(self) -> float:
        """How long the next call takes, in seconds."""
        low, high = self.latency_ms
        return random.uniform(low, high) / 1000 if high else 0.0  # no secret

    def parsed(self, name: str, value: Json) -> Json:
        """A setting's value from its JSON form. Raises ValueError, TypeError."""
        if name == "latency_ms":
            low, high = value
            return [float(low), float(high)]
        return float(value)


@dataclass
class Settings(Adjustable):
    token_seconds: float = 3600
    refresh_token_seconds: float = 8_726_400
    rotation_seconds: float = 86_400
    grace_seconds: float = 86_400  # how long a replaced refresh token still works, if unused
    code_seconds: float = 600
    request_id_seconds: float = 86_400
    cdc_cap: int = 1000  # objects in one answer of change data capture
    webhooks: Receiver | None = None
    limits: Limits | None = field(default_factory=Limits)

    def parsed(self, name: str, value: Json) -> Json:
        # Limits may be given in part; null switches all of them off.
        if name == "limits":
            return None if value is None else Limits(**asdict(self.limits or Limits()) | value)
        if name == "webhooks":
            old = asdict(self.webhooks) if self.webhooks else {}
            return None if value is None else Receiver.parse(old | value)
        if name == "cdc_cap":
            return int(value)
        return super().parsed(name, value)


class Stats:
    """Counters by name, and calls by company and kind; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._calls: Counter[tuple[str, str]] = Counter()
        self._marks: list[Counter[tuple[str, str]]] = []

    def add(self, name: str, number: int = 1) -> None:
        with self._lock:
            self._counts[name] += number

    def end(self, kind: str, *, vanished: bool) -> None:
        """A call is over; `vanished`: the client was gone before the answer."""
        if kind not in WRITES:
            return
        self.add("writes_in_flight", -1)
        if vanished:
            self.add("vanished_batches" if kind == "batch" else "vanished_writes")

    def add_call(self, company: str, kind: str) -> None:
        with self._lock:
            self._calls[company, kind] += 1

    def data(self, names: tuple[str, ...]) -> dict[str, int]:
        """All counters; those in `names` also while they are zero."""
        with self._lock:
            return dict.fromkeys(names, 0) | dict(self._counts)

    def mark(self) -> int:
        """Remember the calls until now; returns the number to ask `calls` with."""
        with self._lock:
            self._marks.append(self._calls.copy())
            return len(self._marks) - 1

    def calls(self, since: int | None, company: str | None) -> dict[str, int]:
        """Calls by kind, since a mark, of one company or all. Raises LookupError for no mark."""
        counted: Counter[str] = Counter()
        with self._lock:
            before = Counter() if since is None else self._marks[since]
            for (realm, kind), number in self._calls.items():
                if company in (None, realm):
                    counted[kind] += number - before[realm, kind]
        return {kind: number for kind, number in sorted(counted.items()) if number}
