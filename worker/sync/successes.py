"""Links whose snapshot the books hold now: what is written down of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from schemas.kinds import Kind
from schemas.status import Operation as Told
from worker.providers.port import Fault, LedgerRecord, Removed, Written
from worker.store import agreements, records, waiting
from worker.store.links import Settled
from worker.store.records import Pulled
from worker.store.session import Session
from worker.store.submissions import Wanted
from worker.sync.outcomes import variance
from worker.terms import SENT, Cause, Operation

_TOLD = {
    Operation.CREATE: Told.CREATED,
    Operation.UPDATE: Told.UPDATED,
    Operation.REMOVE: Told.REMOVED,
    Operation.WITHDRAW: Told.UPDATED,
}


@dataclass(frozen=True)
class Subject:
    """The link that is decided about, and the snapshot of its document that this is about."""

    link_id: int
    kind: Kind
    record_id: str
    wanted: Wanted
    submission_id: int | None = None  # whose answer decides about it
    correlation_id: str | None = None  # and what the ledger's support asks for


@dataclass(frozen=True)
class Success:
    """A link whose snapshot the books hold now."""

    subject: Subject
    operation: Operation
    written: Written | Removed
    expected_total: Decimal | None = None
    told: Told | None = None  # where it is not simply the operation
    sent: Collection[str] | None = None  # of an update: the fields that were sent; None: all
    untouched: bool = False  # nothing was written or read: how it stands in the books stays
    prevented: str | None = None  # what kept it from being doubled: replay, lookup, match

    @property
    def operation_told(self) -> Told:
        return self.told or _TOLD[self.operation]

    @property
    def lacks(self) -> Fault | None:
        """Why the books do not hold all of it."""
        return self.written.lacks if isinstance(self.written, Written) else None


def settled(one: Success) -> Settled:
    """The link's row."""
    written, subject = one.written, one.subject
    # What is out to be made anew, or lacks something, is not what is wanted: the link stays due.
    older = 1 if one.operation is Operation.WITHDRAW or one.lacks else 0
    if isinstance(written, Removed):
        return Settled(
            link_id=subject.link_id,
            version=subject.wanted.revision - older,
            content=None,
            ref=written.ref,
            sync_token=written.sync_token,
            number=None,
            url=None,
            digest=written.digest or None,
            removed=True,
        )
    return Settled(
        link_id=subject.link_id,
        version=subject.wanted.revision - older,
        content=None if one.lacks else subject.wanted.content,
        ref=written.ref,
        sync_token=written.sync_token,
        number=written.number,
        url=written.url,
        digest=written.digest or None,
        removed=False,
        total=written.total,
        variance=variance(one.expected_total, written.total),
        balance=written.balance,
        dated=written.dated,
        party_ref=written.party,
        applied_to=written.applied_to,
        untouched=one.untouched,
    )


def arrived(successes: Sequence[Success]) -> list[Cause]:
    """What documents may have waited for: the record, or its counterpart that could not be used."""
    named = [(one.subject.kind.value, one.subject.record_id) for one in successes]
    used = [(f"{one.subject.kind.value}_ref", one.written.ref) for one in successes]
    held = [one.written.record for one in successes if one.written.record]
    coded = [(f"{one.kind}_code", one.code) for one in held if one.code]
    return [Cause(kind, name) for kind, name in (*named, *used, *coded)]


def remember(session: Session, connection_id: int, successes: Sequence[Success]) -> None:
    """What the books answered of parties and items is what they hold, and what both sides agree on.

    Only of the fields that were sent: what was not may be theirs alone.
    """
    for one in successes:
        if (held := one.written.record) is None:
            continue
        records.keep_written(session, connection_id, pulled(held))
        if isinstance(one.written, Removed):
            agreements.agree(session, one.subject.link_id, held.fields, one.written.agreed)
        else:
            said = {f"{SENT}{name}": text for name, text in one.written.sent.items()}
            base = {**held.fields, **said}
            agreements.agree(session, one.subject.link_id, base, one.sent)
    kept = {one.written.ref for one in successes if one.written.record is not None}
    waiting.wake_named(session, connection_id, kept)


def pulled(found: LedgerRecord) -> Pulled:
    """A record as the tables keep it."""
    return Pulled(
        found.kind,
        found.ref,
        found.name,
        found.active,
        dict(found.data),
        found.code,
        found.sync_token,
        dict(found.fields),
        found.digest,
        None if found.marker is None else " ".join(found.marker),
    )
