"""Due links that need no call: removed before they were sent, gone already, taken out of the books,
or broken."""

from schemas.status import Operation as Told
from worker.errors import Category
from worker.providers.port import Fault, Removed, Written
from worker.store import connections
from worker.store.links import Due
from worker.sync.act import Acting, Effects, Success
from worker.sync.driver import Driver
from worker.sync.plan import Sorted
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
        for link, ref in found.linked:
            _link(acting, link, ref)
        for link in found.paid:
            acting.fail(subject_of(link), _paid(link))
        scope = Scope.of(acting.connection)
        for link in found.left_out:
            if left_out := scope.leaves_out(link):  # as the settings are by now
                acting.skip(subject_of(link), scope.reason(left_out, link.kind), left_out)
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
        subject_of(link), Operation.UPDATE, written, link.expected_total, told=Told.UNCHANGED
    )


def _paid(link: Due) -> Fault:
    """QuickBooks would take it, and leave the payment without its invoice."""
    number = str(link.snapshot.get("number") or link.record_id)
    return Fault("invoice_paid", Category.VALIDATION, {"number": number, "record": link.record_id})


def _link(acting: Acting, link: Due, ref: str) -> None:
    """The record came out of the books as that ref: link it, write nothing."""
    success = Success(subject_of(link), Operation.UPDATE, Written(ref), told=Told.LINKED)
    acting.succeed([success])
