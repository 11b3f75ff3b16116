"""What a transaction did, kept until it is committed: nothing is counted that may roll back."""

from dataclasses import dataclass, field
from datetime import datetime

from schemas.kinds import Kind
from worker import metrics
from worker.errors import Category
from worker.store import outbox
from worker.store.session import Session, now
from worker.sync.unruled import Heard


@dataclass
class Effects:
    """What happened in a transaction, for those who act once it is committed."""

    outcomes: list[tuple[Kind, str]] = field(default_factory=list)
    failed: list[tuple[Kind, Category]] = field(default_factory=list)
    wanted: list[tuple[Kind, datetime]] = field(default_factory=list)  # synced: since when
    ages: list[tuple[Kind, float]] = field(default_factory=list)  # of these, in seconds
    prevented: list[str] = field(default_factory=list)  # duplicates, by mechanism
    settled: list[str] = field(default_factory=list)  # records of unknown outcome, by how
    runs: list[tuple[str, str, str]] = field(default_factory=list)  # provider, resource, outcome
    told: list[outbox.Outgoing] = field(default_factory=list)
    partitions: set[int] = field(default_factory=set)
    unknown: int = 0
    heard: list[Heard] = field(default_factory=list)  # of the ledger, and no rule knows it

    def write(self, session: Session) -> None:
        """Put what is told into the outbox, in order; before the commit."""
        self.partitions |= outbox.add(session, self.told)
        self.told.clear()
        if self.wanted:
            moment = now(session)
            self.ages += [(kind, (moment - since).total_seconds()) for kind, since in self.wanted]
            self.wanted.clear()

    def count(self) -> None:
        """Count what happened; after the commit."""
        for kind, outcome in self.outcomes:
            metrics.RECORDS.labels(kind.value, outcome).inc()
        for kind, category in self.failed:
            metrics.RECORDS_FAILED.labels(kind.value, category.value).inc()
        for kind, age in self.ages:
            metrics.EVENT_TO_REF.labels(kind.value).observe(age)
        for mechanism in self.prevented:
            metrics.DUPLICATES_PREVENTED.labels(mechanism).inc()
        for how in self.settled:
            metrics.SUBMISSIONS_SETTLED.labels(how).inc()
        for labels in self.runs:
            metrics.RUNS.labels(*labels).inc()
