"""What a transaction did, kept until it is committed: nothing is counted that may roll back."""

from dataclasses import dataclass, field
from datetime import datetime

from schemas.kinds import Kind
from worker import metrics
from worker.errors import Category
from worker.store import ages, outbox
from worker.store.ages import Age
from worker.store.session import Session
from worker.sync.unruled import Heard


@dataclass
class Effects:
    """What happened in a transaction, for those who act once it is committed."""

    outcomes: list[tuple[Kind, str]] = field(default_factory=list)
    failed: list[tuple[Kind, Category]] = field(default_factory=list)
    wanted: list[tuple[int, datetime]] = field(default_factory=list)  # links synced: since when
    ages: list[Age] = field(default_factory=list)  # of these
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
            self.ages += ages.of(session, self.wanted)
            self.wanted.clear()

    def count(self, *, at_limit: bool = False) -> None:
        """Count what happened; after the commit. `at_limit`: the ledger sets the connection's pace,
        so it says nothing of ours how long its records took."""
        for kind, outcome in self.outcomes:
            metrics.RECORDS.labels(kind.value, outcome).inc()
        for kind, category in self.failed:
            metrics.RECORDS_FAILED.labels(kind.value, category.value).inc()
        for age in self.ages:
            metrics.EVENT_TO_REF.labels(age.kind).observe(age.wanted)
            if not at_limit:
                metrics.FREE_TO_REF.labels(age.kind).observe(age.free)
        for mechanism in self.prevented:
            metrics.DUPLICATES_PREVENTED.labels(mechanism).inc()
        for how in self.settled:
            metrics.SUBMISSIONS_SETTLED.labels(how).inc()
        for labels in self.runs:
            metrics.RUNS.labels(*labels).inc()
