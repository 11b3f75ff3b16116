"""What can be adjusted while the simulated Xero runs."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any

from tests.simulators.settings import Adjustable
from tests.simulators.xero.wire import Json


@dataclass
class Limits:
    """Per tenant and app, but the last one (Xero: OAuth 2.0 API limits; day: starter tier)."""

    in_flight: int = 5
    per_minute: int = 60
    per_day: int = 1000
    app_per_minute: int = 10_000


@dataclass(frozen=True)
class Receiver:
    """Where webhooks go. `pauses` between attempts in seconds; the last one repeats itself."""

    url: str
    webhook_key: str = ""  # empty: the app's own
    by_hand: bool = False  # only on a control call, not by the sender's thread
    gather_seconds: float = 0
    timeout_seconds: float = 5  # an answer has to come within it (Xero: webhooks overview)
    pauses: tuple[float, ...] = (0, 900)

    def __post_init__(self) -> None:
        if not self.pauses:
            raise ValueError("there is at least one pause")

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
class Settings(Adjustable):
    """Times in seconds, as Xero's pages give them (OAuth 2.0; idempotency)."""

    token_seconds: float = 1800
    refresh_token_seconds: float = 5_184_000
    grace_seconds: float = 1800  # how long a replaced refresh token still works
    code_seconds: float = 300
    key_seconds: float = 360  # the life of an Idempotency-Key, from its first call on
    bulk: bool = False  # whether one consent may connect several organisations
    practice: bool = False  # whether a consent also connects the user's practice
    webhooks: Receiver | None = None
    limits: Limits | None = field(default_factory=Limits)

    def parsed(self, name: str, value: Json) -> Json:
        match name:
            case "limits":  # may be given in part; null switches all of them off
                return None if value is None else Limits(**asdict(self.limits or Limits()) | value)
            case "webhooks":
                old = asdict(self.webhooks) if self.webhooks else {}
                return None if value is None else Receiver.parse(old | value)
            case "bulk" | "practice":
                if not isinstance(value, bool):
                    raise TypeError(f"{name} is true or false")
                return value
        return super().parsed(name, value)
