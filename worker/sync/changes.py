"""What the books say of customers, vendors and items: our own echo, or somebody else's change.

Nothing is written into the books here; the CMMS is told what others changed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

from schemas.kinds import Kind
from worker.providers.port import LedgerRecord, Removed, Written
from worker.store import agreements, records, waiting
from worker.store.agreements import Linked, Seen
from worker.store.connections import Connection
from worker.store.outbox import Outgoing
from worker.store.records import Key, Known, Pulled
from worker.store.session import Session
from worker.sync import resuming
from worker.sync.applied import Applied
from worker.sync.linking import differing, revised
from worker.sync.successes import pulled
from worker.sync.tell import Origin
from worker.sync.told import Side, changed
from worker.terms import SENT, Cause

KINDS = frozenset({Kind.CUSTOMER.value, Kind.VENDOR.value, Kind.ITEM.value})

# These move by themselves, or say where a record stands rather than what it is.
_NO_NEWS = frozenset({"quantity_on_hand", "as_of", "full_name", "unused"})


@dataclass(frozen=True)
class Sight:
    """One record as it was seen, with what was known of it and the link to it."""

    record: Pulled
    known: Known | None
    link: Linked | None
    brought: frozenset[str] = frozenset()  # the contract's fields that a write of ours brought

    @property
    def before(self) -> Mapping[str, str] | None:
        """The mapped fields as they were known to be; None: nobody knows."""
        if self.known is not None and self.known.record.fields:
            return self.known.record.fields
        if self.link is None or self.link.base is None:
            return None
        return {n: text for n, text in self.link.base.items() if not n.startswith(SENT)}

    @property
    def is_back(self) -> bool:
        """Whether it was taken for gone, and is there."""
        return self.known is not None and self.record.active and not self.known.record.active

    @property
    def is_new(self) -> bool:
        return self.known is None

    @property
    def is_marked_anew(self) -> bool:
        """Whether it bears another mark than before, or none any more."""
        return self.known is not None and self.known.record.marker != self.record.marker

    @property
    def moved(self) -> bool:
        """Whether a mapped field is another than before, as far as anybody knows."""
        return self.is_back or (self.before is not None and self.before != self.record.fields)

    @property
    def ours(self) -> bool:
        """Whether it is as our last write left it (an echo), or as it was when it was linked."""
        if self.link is None or self.is_back:
            return False
        if self.link.digest is None:
            return not self.moved
        return self.link.digest == self.record.digest

    @property
    def agreed(self) -> Mapping[str, str] | None:
        """What both sides agreed on, where nothing is written down of it yet."""
        if self.ours:
            return self.record.fields
        never_written = self.link is not None and self.link.digest is None
        return self.before if never_written else None

    @property
    def codes(self) -> set[str]:
        """The code that it has, and the one that it had."""
        both = (self.record, self.known.record if self.known else None)
        return {one.code for one in both if one and one.code}

    @property
    def mergeable(self) -> bool:
        """Whether the CMMS's next change can be told from what others changed."""
        return self.link is not None and (self.link.base or self.agreed) is not None


def keep(
    session: Session,
    connection: Connection,
    found: Iterable[LedgerRecord],
    read_at: datetime,
    origin: Origin,
) -> Applied:
    """Bring records and links up to a page that was read from `read_at` on; safe to repeat.

    The connection's row is locked by the caller. Held back is what a write of ours is under way to,
    or has reached since the page was read: the next pull, which begins before that write, tells
    whose change it is.
    """
    page = {(one.kind, one.ref): pulled(one) for one in found if one.kind in KINDS}
    if not page:
        return Applied()
    sights = _sights(session, connection, page)
    back = {sight.record.key for sight in sights if _is_held_back(sight, read_at)}
    records.touch(session, connection.id, back)
    apart = [sight for sight in sights if sight.record.key not in back]
    return _apply(session, connection, apart, origin)


def note(
    session: Session, connection: Connection, found: Written | Removed, origin: Origin
) -> list[Outgoing]:
    """The same for a party or item that was looked up: what is to be told of it.

    It may hold our own write of unknown outcome, and what others changed after it. What our write
    brought is no news, even where the CMMS says something newer by now.
    """
    if found.record is None:
        return []
    record = pulled(found.record)
    sights = _sights(session, connection, {record.key: record}, found.brought)
    return _apply(session, connection, sights, origin).told


def _sights(
    session: Session,
    connection: Connection,
    page: Mapping[Key, Pulled],
    brought: frozenset[str] = frozenset(),
) -> list[Sight]:
    linked = agreements.linked(session, connection.id, page)
    known = records.known(session, connection.id, page)
    return [
        Sight(one, known.get(key), linked.get(key), brought) for key, one in sorted(page.items())
    ]


def _apply(
    session: Session, connection: Connection, sights: Sequence[Sight], origin: Origin
) -> Applied:
    records.store(session, connection.id, [sight.record for sight in sights])
    _update_links(session, sights)
    _wake(session, connection, sights)
    waiting.wake_named(session, connection.id, {one.record.ref for one in sights})
    return _told(connection, sights, origin)


def _is_held_back(sight: Sight, read_at: datetime) -> bool:
    if sight.link is not None and sight.link.state == "sent":
        return True
    written_at = None if sight.known is None else sight.known.written_at
    return written_at is not None and written_at >= read_at


def _update_links(session: Session, sights: Sequence[Sight]) -> None:
    """Tokens and hashes follow the books, so that the CMMS's next change can be merged.

    Not where somebody changed what nobody remembers: the stale token makes our next write look
    before it overwrites.
    """
    seen = []
    for sight in sights:
        link = sight.link
        if link is None or not sight.mergeable:
            continue
        alias = link.alias or ""
        seen.append(
            Seen(
                id=link.id,
                sync_token=sight.record.sync_token,
                digest=sight.record.digest,
                base=sight.agreed,
                renamed=bool(alias) and not sight.record.name.endswith(alias),
                active=sight.record.active,
            )
        )
    agreements.bring_up_to_date(session, seen)
    moved = [sight.link.id for sight in sights if sight.link and sight.moved]
    agreements.forget_decisions(session, moved)
    agreements.reopen(session, moved)


def _wake(session: Session, connection: Connection, sights: Sequence[Sight]) -> None:
    """Documents that waited for a record to be active again go on, or for what has its code."""
    kinds = [f"{kind}{what}" for kind in sorted(KINDS) for what in ("", "_ref", "_code")]
    waited = waiting.causes(session, connection.id, kinds)
    active = [sight for sight in sights if waited and sight.record.active]
    there = {Cause(f"{sight.record.kind}_ref", sight.record.ref) for sight in active}
    there |= {Cause(one.link.kind.value, one.link.record_id) for one in active if one.link}
    there |= {Cause(f"{one.record.kind}_code", code) for one in active for code in one.codes}
    waiting.wake(session, connection.id, there & set(waited))
    if any(sight.is_back for sight in sights):
        resuming.again(session, connection.id, resuming.BACK)
    other = [sight for sight in sights if sight.is_new or sight.is_marked_anew]
    by_ref = {str(Cause(one.record.kind, one.record.ref)) for one in other}
    resuming.by_ref(session, connection.id, by_ref)


def _told(connection: Connection, sights: Sequence[Sight], origin: Origin) -> Applied:
    applied = Applied()
    for sight in sights:
        if sight.known is None:
            applied.created += 1
        elif sight.moved:
            applied.changed += 1
        names = changed_names(sight)
        if sight.link is not None:
            side = _side(sight.link)
            applied.told += changed(connection, side, sight.record.data, names, origin)
    return applied


def changed_names(sight: Sight) -> list[str]:
    """What others changed of a linked record into something that the CMMS does not say, in the
    contract's names.

    Not what the CMMS is changing as well: it would take the books' side over before anybody has
    decided whose side counts. How that ends is told by who compares both sides.
    """
    if sight.link is None or sight.ours or (sight.before is not None and not sight.moved):
        return []
    snapshot, after = sight.link.snapshot, sight.record.data
    if sight.known is None:
        return [one for one in differing(snapshot, after, None) if one not in sight.brought]
    before = sight.known.record.data
    names = (before.keys() | after.keys()) - _NO_NEWS - sight.brought
    moved = {name for name in names if before.get(name) != after.get(name)}
    if sight.link.pending:
        moved -= revised(snapshot, before, moved)
    return sorted(name for name in moved if _plain(snapshot.get(name)) != _plain(after.get(name)))


def _plain(value: object) -> object:
    """A figure, whatever its zeros; anything else as it is."""
    try:
        return Decimal(value) if isinstance(value, str) else value
    except InvalidOperation:
        return value


def _side(link: Linked) -> Side:
    return Side(link.kind, link.record_id, link.ref, link.snapshot, link.alias)


def retire(
    session: Session, connection: Connection, gone: Sequence[Pulled], origin: Origin
) -> Applied:
    """Records that are no more, or that nobody has seen: the CMMS hears that they are inactive."""
    keys: list[Key] = [one.key for one in gone if one.kind in KINDS]
    applied = Applied(removed=len(keys))
    if not keys:
        return applied
    waiting.wake_named(session, connection.id, {ref for _, ref in keys})
    linked = agreements.linked(session, connection.id, keys)
    for one in gone:
        if link := linked.get(one.key):
            applied.told += changed(connection, _side(link), one.data, ["active"], origin)
    return applied
