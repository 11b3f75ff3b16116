"""What the clock does: wake connections whose time has come, queue the pulls that are due."""

from collections.abc import Callable, Mapping, Sequence

from worker.providers.port import Resource
from worker.store import (
    connections,
    dead_letters,
    feeds,
    hints,
    outbox,
    retention,
    runs,
    unknown_faults,
)
from worker.store.connections import Connection
from worker.store.feeds import Slot
from worker.store.runs import Asked
from worker.store.session import Session
from worker.sync import first
from worker.sync.services import Services

# Company and preferences, closing date among them; the last three only where settings say so.
LISTS = ("connection", "accounts", "taxes", "customers", "vendors", "items", "documents")


def wake_due(services: Services) -> int:
    """Hint the connections whose time has come; returns how many."""
    with services.database.begin() as session:
        due = hints.claim_due(session)
    services.hints.drive(due)
    return len(due)


def derive_due(services: Services) -> int:
    """Whatever the hints say: find due connections from links, runs and submissions."""
    with services.database.begin() as session:
        found = hints.derive_due(session)
    return len(found)


def queue_pulls(services: Services, resources: Sequence[str]) -> int:
    """Queue a run for each feed whose slot has come; once, by however many schedulers.

    An outage is caught up with one run. A slot whose connection is paused or off passes without a
    run: the next one after the reconnect finds everything that changed since the cursor. So does
    the slot of a list that is switched off.
    """
    with services.database.begin() as session:
        slots = feeds.claim(session, resources)
        rows = connections.active(session, {slot.connection_id for slot in slots})
        wanted = [slot for slot in slots if _is_wanted(services, slot, rows)]
        woken = sorted({slot.connection_id for slot in wanted})
        connections.wake(session, woken)
        for slot in sorted(wanted, key=lambda slot: (slot.connection_id, slot.resource)):
            asked = Asked("schedule", f"clock:{slot.due.isoformat()}", runs.SCHEDULED)
            runs.queue(session, slot.connection_id, slot.resource, asked)
        hinted = hints.claim_hints(session, woken)
    services.hints.drive(hinted)
    return len(woken)


def _is_wanted(services: Services, slot: Slot, active: Mapping[int, Connection]) -> bool:
    row = active.get(slot.connection_id)
    if row is None:
        return False
    resource = Resource(slot.resource)
    brought = services.ledgers[row.provider].traits.brought(resource)
    return not first.is_unread(row.settings, resource, brought)


def relay_pending(services: Services) -> None:
    """Hint the relay about partitions that still hold events, whatever became of earlier hints."""
    with services.database.begin() as session:
        partitions = outbox.waiting_partitions(session)
    services.hints.relay(partitions)


def tidy(services: Services) -> int:
    """Drop what was kept long enough, in short transactions; returns how many rows.

    Documents, links and the log of payments stay: they say what is in the books. Acts of people
    and dead letters without a decision stay as well.
    """
    settings = services.settings
    drops: list[Callable[[Session], int]] = [
        lambda session: outbox.expire(session, "published", settings.outbox_days),
        lambda session: outbox.expire(session, "unroutable", settings.unroutable_days),
        lambda session: runs.expire(session, settings.runs_days),
        lambda session: retention.expire_events(session, settings.inbox_days),
        lambda session: retention.expire_submissions(session, settings.submissions_days),
        lambda session: retention.expire_issues(session, settings.issues_days),
        lambda session: unknown_faults.expire(session, settings.issues_days),
        lambda session: retention.expire_reversed(session, settings.payments_days),
        lambda session: dead_letters.expire_decided(session, settings.dead_letters_days),
        connections.forget_lapsed_consents,
    ]
    return sum(_in_pieces(services, drop) for drop in drops)


def _in_pieces(services: Services, drop: Callable[[Session], int]) -> int:
    total = 0
    while True:
        with services.database.begin() as session:
            dropped = drop(session)
        total += dropped
        if not dropped:
            return total
