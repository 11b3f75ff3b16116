"""Counters that begin at 0: one that first appears at 1 has not increased, and fires no alert."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from worker.metrics import counted


@dataclass(frozen=True)
class Known:
    """The closed lists that others own: kinds of records, categories of failures, ledgers,
    resources that are pulled, places where defects come up."""

    kinds: Sequence[str]
    categories: Sequence[str]
    providers: Sequence[str]
    resources: Sequence[str]
    places: Sequence[str]


EVENTS = ("accepted", "repeated", "dead")
OUTCOMES = (
    *("created", "updated", "linked", "removed", "unchanged"),
    *("retried", "waiting", "failed", "conflict", "skipped"),
)
REFRESHES = ("refreshed", "superseded", "refused", "unavailable")
SETTLED = ("replayed", "found", "absent", "overtaken", "two_in_books")
MECHANISMS = ("repeat", "replay", "lookup", "adoption", "match")
WAITS = ("budget", "throttled", "day_limit", "unavailable", "defect")
RUNS = ("done", "failed")
WEBHOOKS = (
    *("queued", "joined", "ignored", "malformed", "unsigned"),
    *("too_large", "late", "unavailable"),
)
STATUSES = ("published", "unroutable")


def begin(known: Known) -> None:
    """Have every counter whose labels are closed lists stand at 0; safe to repeat.

    Calls to the ledgers are not among them: what statuses they answer with is not ours to list.
    """
    closed = (
        (counted.EVENTS, (EVENTS,)),
        (counted.RECORDS, (known.kinds, OUTCOMES)),
        (counted.RECORDS_FAILED, (known.kinds, known.categories)),
        (counted.EVENT_TO_REF, (known.kinds,)),
        (counted.FREE_TO_REF, (known.kinds,)),
        (counted.BATCH_SIZE, (known.providers,)),
        (counted.TOKEN_REFRESHES, (known.providers, REFRESHES)),
        (counted.SUBMISSIONS_SETTLED, (SETTLED,)),
        (counted.DUPLICATES_PREVENTED, (MECHANISMS,)),
        (counted.DEFECTS, (known.places,)),
        (counted.UNKNOWN_FAULTS, (known.providers,)),
        (counted.THROTTLE_WAITS, (known.providers, WAITS)),
        (counted.RUNS, (known.providers, known.resources, RUNS)),
        (counted.WEBHOOKS, (known.providers, WEBHOOKS)),
        (counted.STATUS_EVENTS, (STATUSES,)),
    )
    for metric, lists in closed:
        for values in product(*lists):
            metric.labels(*values)
