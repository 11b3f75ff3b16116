"""What can be adjusted while a simulator runs, and what it has counted."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from dataclasses import asdict, dataclass, field, fields
from typing import Any

Json = Any  # whatever JSON can hold


@dataclass
class Limits:
    """QuickBooks, per company (Intuit: limits and throttles)."""

    per_minute: int = 500
    per_second: int = 10
    batches_per_minute: int = 40
    in_flight: int = 10
    retry_after: int | None = None  # seconds in a Retry-After header; Intuit documents none


@dataclass
class Settings:
    latency_ms: list[float] = field(default_factory=lambda: [0, 0])
    token_seconds: float = 3600
    refresh_token_seconds: float = 8_726_400
    rotation_seconds: float = 86_400
    grace_seconds: float = 86_400  # how long a replaced refresh token still works, if unused
    code_seconds: float = 600
    request_id_seconds: float = 86_400
    cdc_cap: int = 1000  # objects in one answer of change data capture
    limits: Limits | None = field(default_factory=Limits)

    def change(self, wanted: dict[str, Any]) -> None:
        """Take over what is given; raises ValueError for an unknown name or a bad value."""
        known = {item.name for item in fields(self)}
        if unknown := set(wanted) - known:
            raise ValueError(f"unknown settings: {sorted(unknown)}")
        for name, value in wanted.items():
            setattr(self, name, self._value(name, value))

    def data(self) -> dict[str, Any]:
        return asdict(self)

    def pause(self) -> float:
        """How long the next call takes, in seconds."""
        low, high = self.latency_ms
        return random.uniform(low, high) / 1000 if high else 0.0  # no secret

    def _value(self, name: str, value: Json) -> Json:
        # Limits may be given in part; null switches all of them off.
        if name == "limits":
            return None if value is None else Limits(**asdict(self.limits or Limits()) | value)
        if name == "latency_ms":
            low, high = value
            return [float(low), float(high)]
        if name == "cdc_cap":
            return int(value)
        return float(value)


class Stats:
    """Counters by name; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._started = time.time()

    def add(self, name: str, number: int = 1) -> None:
        with self._lock:
            self._counts[name] += number

    def data(self, names: tuple[str, ...]) -> dict[str, int]:
        """All counters; those in `names` also while they are zero."""
        with self._lock:
            return dict.fromkeys(names, 0) | dict(self._counts)
