"""Look before sending again: what the books hold where a token was stale or a name is taken (design
5)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeGuard

from schemas.kinds import Kind
from schemas.status import Operation as Told
from worker.errors import Category, Unexplained
from worker.policies import Policies, TakenNumber
from worker.providers.lookup import Lookup
from worker.providers.port import (
    Absent,
    Barred,
    Changed,
    Fault,
    Found,
    Ours,
    Removed,
    Several,
    Sought,
    Stranger,
    Untouched,
    Work,
    Written,
)
from worker.store import connections, links, targets, waiting
from worker.store.links import Due
from worker.store.looking import (
    APPLIED,
    UNSURE,
    forget_paid,
    go_on,
    leave,
    looked,
    named,
    write_anew,
)
from worker.sync import conflicts
from worker.sync.act import Acting, Effects, Success
from worker.sync.bills import stand
from worker.sync.driver import Driver
from worker.sync.failing import unexplained
from worker.sync.linking import start_from
from worker.sync.named import read as read_named
from worker.sync.outcomes import refusal
from worker.sync.planning import hold, planned
from worker.sync.subjects import after, subject_of
from worker.sync.successes import pulled
from worker.terms import Cause, Operation, Part

# What a name gets where a record of another kind has it already: the ledger's name space is shared.
ANOTHERS_SECONDS = 30.0
ALIASES = {Kind.CUSTOMER: " (C)", Kind.VENDOR: " (V)", Kind.ITEM: " (I)"}


def look(
    driver: Driver, looking: Sequence[tuple[Due, Work]], lookup: Lookup, due: Mapping[int, Due]
) -> bool:
    """Find out in the books what to do about these links, and do it; whether there were any.

    Raises: ProviderError, OutOfBudget.
    """
    said = [pair for pair in looking if named(pair[0].look)]
    for link, work in said:
        read_named(driver, link, work)
    sought = [work for link, work in looking if not named(link.look)]
    if not sought:
        return bool(said)
    plan = planned(driver.books(), sought, lookup)
    hold(driver, plan.held, due)
    parts = [part for request in plan.requests for part in request.parts]
    if parts:
        _seek(driver, parts, due)
    return True


def _seek(driver: Driver, parts: Sequence[Part], due: Mapping[int, Due]) -> None:
    """Look these up together; an answer that no rule knows is a defect of one link alone."""
    sought = [_sought(part, due[part.link_id]) for part in parts]
    seen: Mapping[int, Found | Unexplained]
    try:
        seen = driver.read("find", lambda books: books.find(sought))
    except Unexplained as error:
        if len(parts) > 1:
            for part in parts:
                _seek(driver, [part], due)
            return
        seen = {parts[0].link_id: error}
    _conclude(driver, parts, seen, due)


def _sought(part: Part, link: Due) -> Sought:
    return Sought(part, link.digest, revives=link.held is None, shared=link.shared)


def _conclude(
    driver: Driver,
    parts: Sequence[Part],
    seen: Mapping[int, Found | Unexplained],
    due: Mapping[int, Due],
) -> None:
    effects = Effects()
    with driver.services.database.begin() as session:
        acting = Acting(session, connections.take(session, driver.connection.id), effects)
        for part in sorted(parts, key=lambda part: part.link_id):
            link, found = due[part.link_id], seen.get(part.link_id, Absent())
            if _may_be_made(link, part, found):
                go_on(acting.session, link.id, link.revision)
            elif driver.restored_at and _may_be_older(found, driver.restored_at, link, part):
                _leave_as_it_is(acting, part, link, found)
            else:
                _decide(acting, part, link, found)
        effects.write(session)
    after(driver, effects)


def _decide(acting: Acting, part: Part, link: Due, seen: Found | Unexplained) -> None:
    subject = subject_of(link)
    match seen:
        case Ours() | Changed() | Absent() if link.look == APPLIED:
            # It is applied by now, or somebody else has decided where it belongs.
            leave(acting.session, link.id, link.revision, link.content)
        case Ours(Written() as older, matched=False) if part.operation is Operation.CREATE:
            acting.effects.prevented.append("lookup")
            _found_again(acting, part, link, older)
        case Ours(Removed()) if part.operation is Operation.WITHDRAW:
            # Somebody else took it out: what is gone there is not made anew behind their back.
            acting.fail(subject, _not_there(link))
        case Ours(outcome):
            told = Told.LINKED if link.ref is None else None
            prevented = "lookup" if part.operation is Operation.CREATE else None
            conflicts.note_others(acting, link, outcome)
            success = Success(subject, part.operation, outcome, part.expected_total, told)
            acting.succeed([replace(success, prevented=prevented)])
            _count_anew(acting, part, outcome)
        case Untouched(sync_token):
            seen_for = looked(link.revision)
            links.try_again(acting.session, link.id, sync_token=sync_token, look=seen_for)
        case Barred(fault, standing):
            if standing is not None:
                stand(acting.session, acting.connection, [standing], link.kind)
            acting.act(subject, refusal(fault, link.attempts))
        case Changed():
            conflicts.meet(acting, link, part, seen)
        case Stranger():
            _meet(acting, link, seen)
        case Several(refs):
            names = _names(link) | {"refs": ", ".join(refs)}
            acting.fail(subject, Fault("two_in_books", Category.DEFECT, names))
        case Absent():
            acting.fail(subject, _not_there(link))
        case Unexplained():
            acting.fail(subject, unexplained(_names(link), seen))


def _may_be_made(link: Due, part: Part, seen: Found | Unexplained) -> bool:
    """Whether it was looked up because of a restore, or since nobody knew, and the books do not
    hold it: a document is known by its marker, so whatever else has its number is another one."""
    fresh = part.operation is Operation.CREATE and link.look in (None, UNSURE)
    another = isinstance(seen, Stranger) and link.kind not in ALIASES
    return fresh and (isinstance(seen, Absent) or another)


def _may_be_older(
    seen: Found | Unexplained, restored_at: datetime, link: Due, part: Part
) -> TypeGuard[Ours]:
    """Whether the books may hold something newer than a restored database knows of: the CMMS has
    not said it again since."""
    otherwise = isinstance(seen, Ours) and not seen.matched
    return part.operation is Operation.CREATE and otherwise and link.wanted_since < restored_at


def _leave_as_it_is(acting: Acting, part: Part, link: Due, seen: Ours) -> None:
    """Link what was found and write nothing; whatever the CMMS says next goes out."""
    acting.effects.prevented.append("lookup")
    total = part.expected_total
    subject = subject_of(link)
    acting.succeed([Success(subject, part.operation, seen.outcome, total, Told.LINKED)])
    links.doubt(acting.session, acting.connection.id, link.kind.value, seen.outcome.ref)
    _count_anew(acting, part, seen.outcome)


def _meet(acting: Acting, link: Due, stranger: Stranger) -> None:
    """Another record has the name or number: adopt it, give ours another name, or ask a person.

    A record that bears another marker or is linked already is never adopted; only parties and items
    that match exactly are adopted without a person (design 5.6).
    """
    owner = targets.owner(acting.session, acting.connection.id, stranger.kind, stranger.ref)
    free = owner is None and not stranger.marked
    ours_is_new = link.ref is None
    if ours_is_new and stranger.same_kind and stranger.exact and free and link.kind in ALIASES:
        if targets.creating(acting.session, acting.connection.id, link.kind, link.id):
            # It may be the record of another link, whose answer never came: that is found out
            # first.
            links.try_again(acting.session, link.id, delay=ANOTHERS_SECONDS, look=link.look)
            return
        acting.effects.prevented.append("adoption")
        _adopt(acting, link, stranger.ref, stranger.sync_token)
        if stranger.record is not None:
            start_from(acting, link, pulled(stranger.record))
        return
    if not stranger.same_kind and link.alias is None and link.kind in ALIASES:
        links.try_again(acting.session, link.id, alias=ALIASES[link.kind])
        return
    if stranger.twice and _goes_twice(acting, link):
        return
    names = _names(link) | {"name": stranger.name, "ref": stranger.ref, "number": stranger.name}
    names |= {"other": stranger.shown or owner or stranger.name, "of": stranger.kind}
    code = _taken(link) if stranger.twice or link.kind in ALIASES else "number_used"
    acting.fail(subject_of(link), Fault(code, Category.DUPLICATE, names))


def _found_again(acting: Acting, part: Part, link: Due, older: Written) -> None:
    """Made by us before this link knew of it; what the CMMS says now has not been written."""
    if link.kind is not Kind.PAYMENT:
        _adopt(acting, link, older.ref, older.sync_token)
        return
    # Without what the books hold of it, it would pass for one that came out of them.
    subject = subject_of(link)
    acting.succeed([Success(subject, part.operation, older, part.expected_total, Told.LINKED)])
    write_anew(acting.session, link.id)
    _count_anew(acting, part, older)


def _count_anew(acting: Acting, part: Part, found: Written | Removed) -> None:
    """Whether the balance that is written down of its invoice is less a payment already that was
    made before and found only now, nobody knows."""
    if part.operation is not Operation.CREATE or isinstance(found, Removed):
        return
    if found.applied_to is not None:
        forget_paid(acting.session, acting.connection.id, found.applied_to)


def _adopt(acting: Acting, link: Due, ref: str, sync_token: str | None) -> None:
    """Link a record of the books; it is due to be brought up to date, and can be named from now
    on."""
    links.link_to(acting.session, link.id, ref, sync_token)
    arrived = Cause(link.kind.value, link.record_id)
    waiting.wake(acting.session, acting.connection.id, [arrived])


def _goes_twice(acting: Acting, link: Due) -> bool:
    """A number that may stand twice since it was refused: it is sent again, with leave to."""
    allowed = Policies.read(acting.connection.settings).taken_number is TakenNumber.ALLOW
    goes = link.kind not in ALIASES and allowed
    if goes:
        links.try_again(acting.session, link.id, cost=1)
    return goes


def _taken(link: Due) -> str:
    return "duplicate_name" if link.kind in ALIASES else "duplicate_number"


def _not_there(link: Due) -> Fault:
    if link.look == "clash":
        return Fault(_taken(link), Category.DUPLICATE, _names(link))
    return Fault("gone_in_books", Category.REFERENCE, _names(link))


def _names(link: Due) -> dict[str, str]:
    name = link.snapshot.get("name") or link.snapshot.get("number") or link.record_id
    return {"kind": link.kind.value, "record": link.record_id, "name": str(name)}
