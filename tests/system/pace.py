"""How many calls a ledger allows: lifted where a run is about something else."""

from collections.abc import Iterable

_LIMITS = {
    "quickbooks": ("per_second", "per_minute", "batches_per_minute"),
    "xero": ("per_second", "per_minute", "batches_per_minute", "per_day"),
}
_ANY_NUMBER = 1_000_000


def unlimited(providers: Iterable[str]) -> dict[str, object]:
    """The worker's settings; the simulators have theirs (`PUT settings`, `limits` null)."""
    return {
        f"{provider}__{limit}": _ANY_NUMBER for provider in providers for limit in _LIMITS[provider]
    }
