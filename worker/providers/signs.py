"""How a ledger's own words are shown to people: which of its faults becomes which code of ours."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sign:
    """`fault` is the ledger's code, where it has codes; `said`: its meaning, or `a pattern`."""

    code: str  # ours: a key of worker.failures.CODES
    fault: str
    said: str
