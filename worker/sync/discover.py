"""Both sides compared: what is one record is linked, what may be waits for a person, what the CMMS
does not know it is told once. Nothing here writes into the books."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from schemas.kinds import Kind
from worker.errors import Category
from worker.providers.port import Fault, Resource
from worker.store import connections, feeds, links, matches, waiting
from worker.store.connections import Connection
from worker.store.links import Due
from worker.store.session import Session
from worker.sync import books_only
from worker.sync.act import Acting, Effects
from worker.sync.compare import Situation, cause, confirms, look
from worker.sync.driver import Driver
from worker.sync.likeness import Face, likeness
from worker.sync.linking import link_records
from worker.sync.scope import kinds_off
from worker.sync.subjects import after, subject_of

LISTS = {
    Resource.CUSTOMERS: Kind.CUSTOMER,
    Resource.VENDORS: Kind.VENDOR,
    Resource.ITEMS: Kind.ITEM,
}
CHUNK = 1000  # records in one transaction
HELD_SECONDS = 30.0  # until a creation under way is looked at again


def compared(
    session: Session, connection: Connection, resource: Resource, brought: Iterable[Resource]
) -> list[Kind]:
    """The kinds that both sides are compared in once a pull of this resource is complete, which
    has brought others as well, perhaps.

    Changes of all kinds come with the payments; what was never read whole is not compared: half of
    a list shows one candidate where there are two.
    """
    off = kinds_off(connection.settings)
    others = set(Resource) if resource is Resource.PAYMENTS else set(brought)
    whole = {resource} | (others & set(map(Resource, feeds.completed(session, connection.id))))
    return [kind for of, kind in LISTS.items() if of in whole and kind not in off]


@dataclass
class Progress:
    """What a step did: the links that it moved, and how many records it may still touch."""

    room: int
    moved: set[int] = field(default_factory=set)
    more: bool = False

    def take(self, wanted: Iterable[str]) -> list[str]:
        """As many of these as there is room for, in order; notes whether some are left."""
        ordered = sorted(wanted)
        taken = ordered[: self.room]
        self.room -= len(taken)
        self.more = self.more or len(taken) < len(ordered)
        return taken


def settle(acting: Acting, kind: Kind, most: int = CHUNK) -> Progress:
    """Bring what is linked to nothing as far as the rules allow, `most` records at a time.

    The connection's row is locked. May be repeated at any time: what is done is not done again.
    """
    situation = look(acting.session, acting.connection, kind)
    progress = Progress(most)
    _link(acting, situation, progress)
    _wait(acting, situation, progress)
    _let_go(acting, situation, progress)
    _hold_back(acting, situation, progress)
    _tell(acting, situation, progress)
    return progress


def reconsider(acting: Acting, kind: Kind, refs: Iterable[str]) -> None:
    """These records of the books have found theirs: whoever may have been them decides anew."""
    if matches.is_waited_for(acting.session, acting.connection.id, kind, refs):
        settle(acting, kind)


def _link(acting: Acting, situation: Situation, progress: Progress) -> None:
    exact = situation.matches.exact
    taken = progress.take(exact)
    held = _held(acting, situation, taken, progress)
    link_records(acting, [(held[record_id], exact[record_id]) for record_id in taken])


def _wait(acting: Acting, situation: Situation, progress: Progress) -> None:
    """What may be in the books waits; where a person must confirm what is new, that waits too."""
    due = {one for one, loose in situation.documents.items() if loose.state == "due"}
    alone = situation.matches.alone if confirms(acting.connection) else set()
    taken = progress.take(due & (situation.matches.open.keys() | alone))
    for record_id, link in _held(acting, situation, taken, progress).items():
        fault = _undecided(situation, link)
        acting.wait(subject_of(link), frozenset({cause(situation.kind, record_id)}), fault)


def _undecided(situation: Situation, link: Due) -> Fault:
    name = str(link.snapshot.get("name") or link.record_id)
    names = {"kind": link.kind.value, "record": link.record_id, "name": name}
    found = situation.matches.open.get(link.record_id)
    if not found:
        return Fault("match_unconfirmed", Category.DUPLICATE, names)
    names["candidates"] = situation.candidates(link.record_id)
    names["refs"] = " ".join(one.id for one in found)
    return Fault("match_undecided", Category.DUPLICATE, names)


def _let_go(acting: Acting, situation: Situation, progress: Progress) -> None:
    """Nothing in the books is like them any more: what waited for a decision goes on."""
    waiting_ones = {one for one, loose in situation.documents.items() if loose.waiting}
    free = waiting_ones & situation.matches.alone
    if free and not confirms(acting.connection):
        taken = progress.take(free)
        causes = [cause(situation.kind, record_id) for record_id in taken]
        waiting.wake(acting.session, acting.connection.id, causes)
        progress.moved |= {situation.documents[record_id].link_id for record_id in taken}


def _hold_back(acting: Acting, situation: Situation, progress: Progress) -> None:
    """What is like a creation under way looks again once its outcome may be known."""
    due = {one for one, loose in situation.documents.items() if loose.state == "due"}
    taken = progress.take(due & situation.matches.held)
    for link in _held(acting, situation, taken, progress).values():
        links.try_again(acting.session, link.id, delay=HELD_SECONDS, look=link.look)


def _tell(acting: Acting, situation: Situation, progress: Progress) -> None:
    records, suggested = situation.records, situation.matches.suggested
    found = {*situation.discovered, *(ref for ref in suggested if not records[ref].unused)}
    taken = progress.take(ref for ref in found if not records[ref].told)
    if taken:
        books_only.tell_once(acting, situation, taken)


def _held(
    acting: Acting, situation: Situation, record_ids: Sequence[str], progress: Progress
) -> dict[str, Due]:
    """The links of these records under their locks, by record id; they are moved from here on."""
    ids = {situation.documents[record_id].link_id for record_id in record_ids}
    progress.moved |= ids
    return {link.record_id: link for link in matches.locked(acting.session, ids).values()}


def concerns(session: Session, connection: Connection, creates: Sequence[Due]) -> bool:
    """Whether any of these, about to be created, may be in the books already or needs a person's
    word: one query a kind."""
    if creates and confirms(connection):
        return True
    return any(
        _is_near(session, connection, kind, [link for link in creates if link.kind is kind])
        for kind in {link.kind for link in creates}
    )


def decide(driver: Driver, creates: Sequence[Due]) -> bool:
    """Decide what these are before any is created; False where all may go as they were planned."""
    effects = Effects()
    with driver.services.database.begin() as session:
        acting = Acting(session, connections.take(session, driver.connection.id), effects)
        steps = [settle(acting, kind) for kind in sorted({link.kind for link in creates})]
        effects.write(session)
    after(driver, effects)
    planned = {link.id for link in creates}
    return any(step.more or step.moved & planned for step in steps)


def _is_near(session: Session, connection: Connection, kind: Kind, creates: Sequence[Due]) -> bool:
    faces = {link.record_id: Face.read(link.snapshot) for link in creates}
    keys = {key for face in faces.values() for key in face.keys}
    found = matches.alike(session, connection.id, kind, list(faces), keys)
    if any(one.mine in faces for one in found):
        return True
    theirs = [Face.read(one.face) for one in found if one.active and not one.marked]
    return any(likeness(mine, other) for mine in faces.values() for other in theirs)
