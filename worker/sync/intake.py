"""Intake: deliveries become inbox rows, newer documents and due links, in one transaction a
batch."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy.exc import DBAPIError

from events.delivery import Delivery, storable
from schemas.envelope import Event, InvalidEvent, parse
from worker import metrics, tracing
from worker.store import connections, dead_letters, inbox
from worker.store.dead_letters import DeadLetter
from worker.store.inbox import Received, Snapshot
from worker.store.session import Database, Session, is_refused_data
from worker.sync import requests
from worker.sync.snapshots import opening_of, snapshot_of

RESULTS = ("accepted", "repeated", "dead")


@dataclass
class Taken:
    """What came of a batch: connections with new work, and how many events were which."""

    connections: set[int] = field(default_factory=set)
    partitions: set[int] = field(default_factory=set)
    accepted: int = 0
    repeated: int = 0
    dead: int = 0

    def numbers(self) -> dict[str, int]:
        """How many events were which."""
        return {result: getattr(self, result) for result in RESULTS}

    def count(self) -> None:
        """Count the batch; only once it is committed."""
        for result, number in self.numbers().items():
            metrics.EVENTS.labels(result).inc(number)
        metrics.DUPLICATES_PREVENTED.labels("repeat").inc(self.repeated)


def take_in(database: Database, deliveries: Sequence[Delivery]) -> Taken:
    """Store a batch; when this returns, every delivery is stored or a dead letter.

    Raises: DBAPIError for everything that is not the data's fault; the batch comes again.
    """
    read = [_read(delivery) for delivery in deliveries]
    try:
        with database.begin() as session:
            taken = _store(session, read)
    except DBAPIError as error:
        if not is_refused_data(error):
            raise
        taken = _one_by_one(database, read)
    taken.count()
    for span in (one.span for one in read if one.span):
        span.end()
    return taken


@dataclass(frozen=True)
class Read:
    """A delivery as an event, or as the dead letter that it is."""

    delivery: Delivery
    event: Event | None = None
    letter: DeadLetter | None = None
    span: tracing.Open | None = None  # ends once the batch is committed


def _read(delivery: Delivery) -> Read:
    try:
        event = parse(delivery.body, delivery.content_type, delivery.headers, delivery.routing_key)
    except InvalidEvent as invalid:
        return Read(
            delivery, letter=dead_letter(delivery, invalid.category, invalid.reason, invalid)
        )
    name, kind = f"take in {event.type}", tracing.SpanKind.CONSUMER
    span = tracing.begin(name, event.traceparent, kind, event=event.id, tenant=event.tenant)
    return Read(delivery, event=replace(event, traceparent=span.traceparent), span=span)


def dead_letter(
    delivery: Delivery, category: str, reason: str, known: InvalidEvent | Event | None = None
) -> DeadLetter:
    """A delivery, whole, with the reason why it goes no further."""
    return DeadLetter(
        category=category,
        reason=reason,
        body=delivery.body,
        headers=storable(delivery.headers),
        content_type=_text(delivery.content_type),
        routing_key=_text(delivery.routing_key),
        source=None if known is None else known.source,
        event_id=None if known is None else known.id,
        type=None if known is None else known.type,
        tenant_id=None if known is None else known.tenant,
    )


def _text(address: str | None) -> str | None:
    """Part of a message's address as PostgreSQL takes it: a letter is kept whatever it says."""
    if address is None:
        return None
    return address.encode(errors="backslashreplace").decode().replace("\x00", r"\x00")


def _store(session: Session, read: Sequence[Read]) -> Taken:
    taken = Taken()
    letters = [one.letter for one in read if one.letter]
    dead_letters.keep_all(session, letters)
    taken.dead += len(letters)
    valid = [(one.event, one.delivery) for one in read if one.event]
    if not valid:
        return taken
    inbox.lock_tenants(session, [event.tenant for event, _ in valid])
    unseen = inbox.receive(session, [_received(event, delivery) for event, delivery in valid])
    fresh = _first_of_each(event for event, _ in valid if (event.source, event.id) in unseen)
    taken.accepted, taken.repeated = len(fresh), len(valid) - len(fresh)
    documents = inbox.keep_newest(session, _newest(fresh))
    inbox.keep_openings(session, [count for event in fresh if (count := opening_of(event))])
    concerned = inbox.concerned(session, documents)
    connections.wake(session, concerned)
    inbox.want(session, documents, concerned)
    taken.connections.update(concerned)
    for event in fresh:
        if event.kind is None:
            requests.ask(session, event, taken.connections, taken.partitions)
    return taken


def _one_by_one(database: Database, read: Sequence[Read]) -> Taken:
    """PostgreSQL refused something in the batch: find out what, under savepoints, and keep it
    apart."""
    total = Taken()
    with database.begin() as session:
        for one in read:
            try:
                with session.begin_nested():
                    taken = _store(session, [one])
            except DBAPIError as error:
                if not is_refused_data(error):
                    raise
                taken = Taken(dead=1)
                _keep_refused(session, one, error)
            total.connections |= taken.connections
            total.partitions |= taken.partitions
            total.accepted += taken.accepted
            total.repeated += taken.repeated
            total.dead += taken.dead
    return total


def _keep_refused(session: Session, one: Read, error: DBAPIError) -> None:
    """What the database refuses as rows is kept as a letter, whole if it takes that."""
    state = getattr(error.orig, "sqlstate", None) or "no SQLSTATE"
    reason = f"the database cannot store this message ({state})"
    letter = dead_letter(one.delivery, "refused_by_database", reason, one.event)
    try:
        with session.begin_nested():
            dead_letters.keep(session, letter)
    except DBAPIError as again:
        if not is_refused_data(again):
            raise
        nameless = dead_letter(one.delivery, "refused_by_database", reason)
        dead_letters.keep(session, replace(nameless, headers={}))


def _received(event: Event, delivery: Delivery) -> Received:
    return Received(
        source=event.source,
        event_id=event.id,
        type=event.type,
        tenant_id=event.tenant,
        time=event.time,
        body=delivery.body,
        headers=storable(delivery.headers) or None,
        content_type=delivery.content_type,
        record_id=None if event.kind is None else event.data.id,  # type: ignore[union-attr]
        causation_id=event.causation,
    )


def _first_of_each(events: Iterable[Event]) -> list[Event]:
    """The same (source, id) twice in one batch is one event."""
    return list({(event.source, event.id): event for event in reversed(list(events))}.values())[
        ::-1
    ]


def _newest(events: Iterable[Event]) -> list[Snapshot]:
    """The newest snapshot of each record in a batch; a removal carries the last full one along."""
    newest: dict[tuple[str, str, str], Snapshot] = {}
    for event in events:
        if event.kind is None:
            continue
        snapshot = snapshot_of(event)
        known = newest.get(snapshot.key)
        if known is None or snapshot.is_newer_than(known):
            newest[snapshot.key] = snapshot if known is None else _carry(snapshot, known)
    return [newest[key] for key in sorted(newest)]


def _carry(newer: Snapshot, older: Snapshot) -> Snapshot:
    if newer.snapshot is not None:
        return newer
    values = {name: getattr(newer, name) for name in Snapshot.__slots__}
    return Snapshot(**values | {"snapshot": older.snapshot})
