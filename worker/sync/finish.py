"""Due links that need no call: removed before they were sent, gone already, taken out of the books,
or broken."""

from collections.abc import Sequence

from schemas.kinds import Kind
from schemas.status import Operation as Told
from worker.errors import Category
from worker.providers.port import Fault, Removed, Written
from worker.store import connections, targets
from worker.store.links import Due
from worker.sync.act import Acting, Effects, Success
from worker.sync.discover import reconsider
from worker.sync.driver import Driver
from worker.sync.linking import link_said
from worker.sync.plan import MATCHED, Sorted
from worker.sync.scope import Scope
from worker.sync.subjects import after, subject_of
from worker.terms import Operation


def finish(driver: Driver, found: Sorted) -> bool:
    """Settle what needs no call to the books; whether there was anything."""
    if not found.here:
        return False
    effects = Effects()
    with driver.services.database.begin() as session:
        acting = Acting(session, connections.take(session, driver.connection.id), effects)
        for link in found.never_sent:
            acting.skip(subject_of(link), "It was removed in the CMMS before it reached the books.")
        acting.succeed([_already_gone(link) for link in found.gone])
        acting.succeed([_unchanged(link) for link in found.unchanged])
        _link(acting, found.linked)
        scope = Scope.of(acting.connection)
        for link in found.left_out:
            if left_out := scope.leaves_out(link):  # as the settings are by now
                acting.skip(subject_of(link), scope.reason(left_out, link.kind), left_out)
        for link in found.theirs:
            acting.skip(subject_of(link), "It came out of the books, and is changed there only.")
        for link, why in found.broken:
            names = {"kind": link.kind.value, "record": link.record_id}
            acting.fail(subject_of(link), Fault("defect", Category.DEFECT, names, why))
        effects.write(session)
    after(driver, effects)
    return True


def _already_gone(link: Due) -> Success:
    removed = Removed(link.ref or "", link.sync_token, link.digest or "")
    return Success(subject_of(link), Operation.REMOVE, removed, told=Told.UNCHANGED)


def _unchanged(link: Due) -> Success:
    """A newer version that says the same: the books hold it already."""
    written = Written(
        ref=link.ref or "",
        sync_token=link.sync_token,
        total=link.total,
        balance=link.balance,
        digest=link.digest or "",
    )
    return Success(
        subject_of(link),
        Operation.UPDATE,
        written,
        link.expected_total,
        told=Told.UNCHANGED,
        untouched=True,
    )


def _link(acting: Acting, linked: Sequence[tuple[Due, str]]) -> None:
    """They came out of the books as these refs: link them, write nothing."""
    said = [(link, ref) for link, ref in linked if link.kind in MATCHED]
    link_said(acting, said)
    for kind in sorted({link.kind for link, _ in said}):
        reconsider(acting, kind, [ref for link, ref in said if link.kind is kind])
    acting.succeed(
        [
            Success(subject_of(link), Operation.UPDATE, Written(ref), told=Told.LINKED)
            for link, ref in linked
            if link.kind not in (*MATCHED, Kind.PAYMENT)
        ]
    )
    for link, ref in linked:
        if link.kind is Kind.PAYMENT:
            _link_payment(acting, link, ref)


def _link_payment(acting: Acting, link: Due, ref: str) -> None:
    """One payment in the books may be several in the CMMS: one for each invoice that it pays."""
    owner = targets.owner(acting.session, acting.connection.id, link.kind.value, ref)
    if owner is not None:
        acting.skip(
            subject_of(link), f"It is part of a payment in the books that {owner} stands for."
        )
        return
    written = Written(ref)
    acting.succeed([Success(subject_of(link), Operation.UPDATE, written, told=Told.LINKED)])
