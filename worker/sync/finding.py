"""What a check of `books doctor` finds: how it is, in a sentence, and what to do about it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from worker.sync.services import Services


class State(StrEnum):
    """How bad it is; `unknown`: it could not be checked."""

    FINE = "fine"
    WARNING = "warning"
    UNKNOWN = "unknown"
    BROKEN = "broken"


@dataclass(frozen=True)
class Finding:
    """One sentence on how it is and, unless it is fine, one on what to do."""

    check: str
    state: State
    says: str
    todo: str = ""


@dataclass(frozen=True)
class Check:
    """One thing to look at; `look` may raise what its service raises."""

    name: str
    look: Callable[[Services], Sequence[Finding]]
