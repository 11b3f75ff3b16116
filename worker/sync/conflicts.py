"""Changed in the CMMS and in the books since both agreed: whose side counts, by the connection's
policy or by a person's word."""

from collections.abc import Mapping, Sequence

from schemas.kinds import Kind
from schemas.status import Operation as Told
from worker.errors import Misuse
from worker.policies import Conflict, Policies
from worker.providers.port import Agreed, Changed, Part, Plan, Removed, Written
from worker.store import agreements, connections, links, matches, records
from worker.store.connections import Connection
from worker.store.links import Due
from worker.store.looking import looked
from worker.sync import changes, told
from worker.sync.act import Acting, Effects, Subject, Success
from worker.sync.changing import change
from worker.sync.driver import Driver
from worker.sync.linking import differing
from worker.sync.matching import Where, sought
from worker.sync.services import Services
from worker.sync.subjects import after, subject_of
from worker.sync.tell import Origin
from worker.sync.told import Side
from worker.terms import Operation

EVERYTHING = "*"  # of a document, which is decided about as a whole


def settle_compared(driver: Driver, plans: Sequence[Plan], due: Mapping[int, Due]) -> bool:
    """Write down what comparing both sides came to, beside requests; whether there was anything."""
    if not any(plan.agreed or plan.same or plan.both for plan in plans):
        return False
    effects = Effects()
    with driver.services.database.begin() as session:
        acting = Acting(session, connections.take(session, driver.connection.id), effects)
        if driver.is_outdated(acting.connection):
            return True  # compared by a policy that is another one by now: all is planned anew
        for plan in plans:
            for agreed in plan.agreed:
                _agree(acting, due[agreed.link_id], agreed)
            acting.succeed([_unchanged(due[link_id]) for link_id in plan.same])
            for both in plan.both:
                acting.conflict(subject_of(due[both.link_id]), both.fields)
        effects.write(session)
    after(driver, effects)
    return True


def _agree(acting: Acting, link: Due, agreed: Agreed) -> None:
    agreements.set_base(acting.session, link.id, agreed.base)
    if agreed.kept:
        _tell_books_side(acting, link, sorted(agreed.kept))


def _tell_books_side(acting: Acting, link: Due, names: Sequence[str]) -> None:
    key = (link.kind.value, link.ref or "")
    held = records.known(acting.session, acting.connection.id, [key])[key].record
    side = Side(link.kind, link.record_id, held.ref, link.snapshot, link.alias)
    origin = Origin(link.event_id, link.traceparent)
    found = told.changed(acting.connection, side, held.data, names, origin)
    acting.effects.told += found


def _unchanged(link: Due) -> Success:
    """Nothing of it has to be sent: the books hold it, or what others made of it since."""
    written = Written(ref=link.ref or "", sync_token=link.sync_token, digest=link.digest or "")
    # One that was adopted holds it already: its first word to the CMMS is that it is linked.
    said = Told.LINKED if link.synced_version is None else Told.UNCHANGED
    return Success(subject_of(link), Operation.UPDATE, written, told=said)


def meet(acting: Acting, link: Due, part: Part, changed: Changed) -> None:
    """Others changed the record that an update or a removal was about to overwrite.

    Of parties and items that is compared field by field once more, with what they are now; anything
    else is decided about as a whole.
    """
    theirs = changed.written
    # To make a record inactive overwrites nothing of it.
    mergeable = link.base is not None or part.operation is Operation.REMOVE
    if theirs is not None and theirs.record is not None and mergeable:
        _note(acting, theirs, Origin(link.event_id, link.traceparent))
        links.try_again(acting.session, link.id, sync_token=changed.sync_token)
        return
    match _side(acting.connection, link.decided):
        case Conflict.CMMS:
            token = changed.sync_token
            links.try_again(acting.session, link.id, sync_token=token, look=looked(link.revision))
        case Conflict.BOOKS if changed.written is not None:
            _keep_theirs(acting, link, part, changed.written)
        case _:
            acting.conflict(subject_of(link), changed.fields)


def note_others(acting: Acting, link: Due, found: Written | Removed) -> None:
    """The books hold what was to be sent; others may have changed the rest of the record."""
    if link.ref is not None:
        _note(acting, found, Origin(link.event_id, link.traceparent))


def meet_unknown(acting: Acting, subject: Subject, changed: Changed) -> None:
    """The same where a write of unknown outcome met others' change: it is looked at anew, as any
    stale one, once nobody can be sending it any more."""
    links.try_again(acting.session, subject.link_id, look="stale")
    if changed.written is not None:
        origin = Origin(subject.wanted.event_id, subject.wanted.traceparent)
        _note(acting, changed.written, origin)


def _note(acting: Acting, found: Written | Removed, origin: Origin) -> None:
    """Others' change, as a pull would have brought it."""
    acting.effects.told += changes.note(acting.session, acting.connection, found, origin)


def _keep_theirs(acting: Acting, link: Due, part: Part, theirs: Written) -> None:
    """The books' side counts: the link is synced as they have it, `variance` says how far off."""
    total = part.expected_total
    kept = Success(subject_of(link), Operation.UPDATE, theirs, total, Told.UNCHANGED)
    acting.succeed([kept])
    if theirs.record is not None:
        _tell_books_side(acting, link, differing(link.snapshot, theirs.record.data, None))


def _side(connection: Connection, decided: Mapping[str, str]) -> Conflict:
    if decided:
        return Conflict(next(iter(decided.values())))
    return Policies.read(connection.settings).conflict


def resolve(
    services: Services, where: Where, kind: Kind, record_id: str, side: Conflict
) -> Connection:
    """A person says whose side counts of what is in conflict; the record goes on at once.

    Raises: Misuse if there is no such record, or nothing to decide about it.
    """
    row, link_id = sought(services, where, kind, record_id)
    with change(services, row.id) as changing:
        link = matches.locked(changing.session, [link_id])[link_id]
        if matches.state_of(changing.session, link_id) != "conflict":
            text = f"{kind.replace('_', ' ')} {record_id} is not in conflict"
            raise Misuse("no_conflict", f"{text}; `books records {kind}` shows its state")
        fields = agreements.in_conflict(changing.session, link_id) or [EVERYTHING]
        agreements.decide(changing.session, link.id, dict.fromkeys(fields, side.value))
        changing.wake()
        return changing.connection
