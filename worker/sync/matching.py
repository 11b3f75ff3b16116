"""What people decide about records that the books may hold already, and what there is to decide."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from schemas.kinds import Kind
from worker.errors import Misuse
from worker.failures import describe
from worker.providers.port import Fault
from worker.store import acts, looking, matches, records
from worker.store.acts import Act
from worker.store.connections import Connection
from worker.store.links import Due
from worker.store.session import Session
from worker.sync import connections
from worker.sync.act import Acting, Effects
from worker.sync.changing import change
from worker.sync.compare import Situation, confirms, look
from worker.sync.discover import reconsider
from worker.sync.linking import link_records, refusal
from worker.sync.plan import MATCHED
from worker.sync.services import Services

DOCUMENTS = (Kind.INVOICE, Kind.PURCHASE_INVOICE)
"""What can be linked by hand beside parties and items, where its number is taken in the books."""


@dataclass(frozen=True)
class Where:
    """Whose records are meant: a connection (as `connections.named` takes it), a tenant's, or
    all."""

    connection: str | None = None
    tenant: str | None = None

    def rows(self, services: Services) -> list[Connection]:
        """Raises: Misuse for a connection that does not exist, or is another tenant's."""
        if self.connection is None:
            return connections.find(services, self.tenant)
        row = connections.named(services, self.connection)
        if self.tenant not in (None, row.tenant_id):
            text = f"connection {row.id} is one of {row.tenant_id}, not of {self.tenant}"
            raise Misuse("unknown_connection", text)
        return [row]

    def connected(self, services: Services) -> list[Connection]:
        """The same; a tenant without a connection may be a slip of the pen. Raises: Misuse."""
        rows = self.rows(services)
        if self.tenant is not None and not rows:
            text = f"tenant {self.tenant} has no connection; `books connections list` shows all"
            raise Misuse("unknown_tenant", text)
        return rows


@dataclass(frozen=True)
class Perhaps:
    """A record of the books that one of the CMMS may be."""

    ref: str
    name: str
    why: str


@dataclass(frozen=True)
class Undecided:
    """A record of the CMMS that waits for a decision. verdict: suggested (one candidate),
    ambiguous (several, or others want it too), unconfirmed (none)."""

    connection_id: int
    tenant_id: str
    kind: Kind
    record_id: str
    name: str
    verdict: str
    candidates: tuple[Perhaps, ...]


@dataclass(frozen=True)
class BooksOnly:
    """A record of the books that nothing in the CMMS is linked to, or like."""

    connection_id: int
    tenant_id: str
    kind: Kind
    ref: str
    name: str
    told: bool


@dataclass(frozen=True)
class Listing:
    """What there is to decide, as both sides stand now."""

    undecided: tuple[Undecided, ...]
    discovered: tuple[BooksOnly, ...]


def find(services: Services, where: Where, kinds: Sequence[Kind] = MATCHED) -> Listing:
    """Everything undecided, and what only the books have."""
    undecided: list[Undecided] = []
    discovered: list[BooksOnly] = []
    for row in where.rows(services):
        with services.database.begin() as session:
            situations = [look(session, row, kind) for kind in kinds]
        undecided += [one for situation in situations for one in _undecided(row, situation)]
        discovered += [one for situation in situations for one in _discovered(row, situation)]
    return Listing(tuple(undecided), tuple(discovered))


def _undecided(row: Connection, situation: Situation) -> Iterator[Undecided]:
    found = situation.matches
    waiting = {record_id for record_id, one in situation.documents.items() if one.waiting}
    unconfirmed = found.alone & waiting if confirms(row) else set()
    suggested = {one.id for one in found.suggested.values()}
    for record_id in sorted(found.open.keys() | unconfirmed):
        several = "suggested" if record_id in suggested else "ambiguous"
        yield Undecided(
            connection_id=row.id,
            tenant_id=row.tenant_id,
            kind=situation.kind,
            record_id=record_id,
            name=situation.documents[record_id].face["name"],
            verdict=several if record_id in found.open else "unconfirmed",
            candidates=tuple(
                Perhaps(one.id, situation.records[one.id].face["name"], one.why)
                for one in found.open.get(record_id, ())
            ),
        )


def _discovered(row: Connection, situation: Situation) -> Iterator[BooksOnly]:
    for ref in situation.discovered:
        record = situation.records[ref]
        name = record.face["name"]
        yield BooksOnly(row.id, row.tenant_id, situation.kind, ref, name, record.told)


def link(
    services: Services,
    where: Where,
    kind: Kind,
    record_id: str,
    ref: str,
    *,
    noted: Act | None = None,
) -> Connection:
    """A person says that this record is that one of the books; nothing is written there.

    A party or an item is linked at once, a document once the driver has read it as it is there.
    `noted` is written down with it.
    Raises: Misuse where that cannot be, with what to do instead.
    """
    with _deciding(services, where, kind, record_id) as (acting, held):
        if fault := _why_not(acting, held, ref):
            raise Misuse(fault.code, describe(fault.code, fault.names).explanation)
        if kind in MATCHED:
            link_records(acting, [(held, ref)])
            reconsider(acting, kind, [ref])
        else:
            looking.name(acting.session, held.id, ref)
        acts.note(acting.session, *([noted] if noted else []))
    return acting.connection


def _why_not(acting: Acting, link: Due, ref: str) -> Fault | None:
    key = (link.kind.value, ref)
    known = records.known(acting.session, acting.connection.id, [key])
    owners = matches.owners(acting.session, acting.connection.id, [key])
    fault = refusal(link, ref, known[key].record if key in known else None, owners.get(key))
    unread = fault is not None and fault.code == "ref_unknown" and link.kind in DOCUMENTS
    return None if unread else fault


def create_new(services: Services, where: Where, kind: Kind, record_id: str) -> Connection:
    """A person says that this record is none of those in the books: it is created.

    Raises: Misuse where there is nothing to create.
    """
    with _deciding(services, where, kind, record_id) as (acting, held):
        matches.confirm(acting.session, held.id)
    return acting.connection


def accept(services: Services, where: Where, kinds: Sequence[Kind] = MATCHED) -> list[Undecided]:
    """Link every record that has one candidate, which is nobody else's; returns them."""
    accepted: list[Undecided] = []
    for one in find(services, where, kinds).undecided:
        if one.verdict == "suggested":
            here = Where(connection=str(one.connection_id))
            link(services, here, one.kind, one.record_id, one.candidates[0].ref)
            accepted.append(one)
    return accepted


@contextmanager
def _deciding(
    services: Services, where: Where, kind: Kind, record_id: str
) -> Iterator[tuple[Acting, Due]]:
    """One transaction on a link that is not in the books yet; whoever drives is woken after it.

    Raises: Misuse if there is no such link, or nothing to decide about it.
    """
    row, link_id = sought(services, where, kind, record_id)
    with change(services, row.id) as changing:
        acting = Acting(changing.session, changing.connection, Effects())
        held = matches.locked(changing.session, [link_id])[link_id]
        _check(changing.session, held)
        yield acting, held
        acting.effects.write(changing.session)
        changing.partitions |= acting.effects.partitions
        changing.wake()


def sought(services: Services, where: Where, kind: Kind, record_id: str) -> tuple[Connection, int]:
    rows = {row.id: row for row in where.rows(services)}
    with services.database.begin() as session:
        found = matches.find_link(session, list(rows), kind, record_id)
    if not found:
        text = f"no connection has a {kind.replace('_', ' ')} {record_id}"
        raise Misuse("unknown_record", f"{text}; `books records {kind}` lists them")
    if len(found) > 1:
        listed = ", ".join(f"{one} ({rows[one].tenant_id})" for one in sorted(found))
        text = f"{kind} {record_id} is in several connections: {listed}; name one: --connection"
        raise Misuse("ambiguous_record", text)
    [(connection_id, link_id)] = found.items()
    return rows[connection_id], link_id


def _check(session: Session, link: Due) -> None:
    state = matches.state_of(session, link.id)
    named = f"{link.kind.replace('_', ' ')} {link.record_id}"
    if link.ref is not None:
        raise Misuse("already_linked", f"{named} is in the books already, as {link.ref}")
    if link.removed:
        raise Misuse("already_removed", f"{named} was removed in the CMMS: nothing is done for it")
    if state == "sent":
        raise Misuse("under_way", f"{named} is being created just now: wait for its outcome")
    if state == "skipped":
        raise Misuse("left_out", f"{named} is left out on purpose: `books records` says why")
