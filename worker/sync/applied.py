"""What a page of what the books say has changed, and what is to be told of it."""

from dataclasses import dataclass, field

from worker.store.outbox import Outgoing


@dataclass
class Applied:
    """Counts of records, and status events."""

    read: int = 0
    created: int = 0
    changed: int = 0
    removed: int = 0
    told: list[Outgoing] = field(default_factory=list)

    def add(self, other: "Applied") -> None:
        self.read += other.read
        self.created += other.created
        self.changed += other.changed
        self.removed += other.removed
        self.told += other.told

    @property
    def counts(self) -> dict[str, int]:
        """For the run: what was read and is as it was before is unchanged."""
        unchanged = max(self.read - self.created - self.changed - self.removed, 0)
        return {
            "read": self.read,
            "created": self.created,
            "changed": self.changed,
            "removed": self.removed,
            "unchanged": unchanged,
        }
