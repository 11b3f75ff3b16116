"""What one entry of the catalogue holds."""

from dataclasses import dataclass
from enum import StrEnum

from worker.errors import Category


class Retry(StrEnum):
    """Whether the record goes on by itself, once the cause is mended, or not as it is."""

    AUTOMATIC = "automatic"
    AFTER_FIX = "after_fix"
    NEVER = "never"


@dataclass(frozen=True)
class Code:
    """One way to fail; `explanation` is a template until `describe` has filled it."""

    code: str
    category: Category
    title: str  # at most 60 characters
    explanation: str  # one sentence for a bookkeeper: names, never ids or a ledger's own wording
    steps: tuple[str, ...]
    retry: Retry


CORRECT = "Correct it in the CMMS and save the record: it is sent again by itself."
NOTHING = "Nothing needs to be done: it is tried again by itself."
