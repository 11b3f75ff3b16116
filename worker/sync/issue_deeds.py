"""What people decide about an issue: try again, leave its records out, or take what the books hold.

Thousands of links go in chunks, each with its act: safe to interrupt, and to do again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NoReturn

from schemas.kinds import Kind
from schemas.status import RecordSkipped
from worker import metrics
from worker.errors import Misuse
from worker.failures import describe
from worker.providers.lookup import HOUSE_ITEM
from worker.providers.port import Resource
from worker.store import acts, outbox, stuck
from worker.store.acts import Act
from worker.store.connections import Connection
from worker.store.issues import Issue
from worker.store.session import Session
from worker.store.stuck import LeftOut, Standing
from worker.sync import connections, dead_letters, matching
from worker.sync.changing import Change, change
from worker.sync.issue_views import fresh, names_of, subject
from worker.sync.matching import Where
from worker.sync.replays import Decision
from worker.sync.services import Services
from worker.sync.standstill import APART, CONNECTION, derive
from worker.sync.tell import Origin, about, record_key, tell

CHUNK = 5000


@dataclass(frozen=True)
class Retried:
    """How many records are due again; `reads`: what is read from the books for those that wait."""

    records: int
    reads: Resource | None = None


# What is worth reading at once for whoever waits for such a cause.
_READS = {
    "period": Resource.CONNECTION,
    "account": Resource.ACCOUNTS,
    "tax_code": Resource.TAXES,
    "customer_ref": Resource.CUSTOMERS,
    "vendor_ref": Resource.VENDORS,
    "item_ref": Resource.ITEMS,
    "item_code": Resource.ITEMS,
    "invoice_ref": Resource.PAYMENTS,
    "purchase_invoice_ref": Resource.PAYMENTS,
    "payments": Resource.PAYMENTS,
    "balance": Resource.PAYMENTS,
}


def retry(services: Services, number: int, deed: Decision) -> Retried:
    """Make what failed for an issue, or was dismissed with it, due at once; for what waits, look in
    the books at once. Raises: Misuse where neither helps: why it waits, and what mends it."""
    issue, row = fresh(services, number)
    with services.database.begin() as session:
        ids = stuck.dismissed(session, row.id, number)
        if issue.closed is None and issue.cause.kind == "failed":
            ids += stuck.ids(session, row.id, APART, issue.causes)
    if ids:
        touched = sum(_retry(services, issue, deed, chunk) for chunk in _chunks(ids))
        derive(services, [row.id])
        return Retried(touched)
    resource = _READS.get(issue.cause.kind)
    if issue.closed is not None or resource is None:
        _refuse(issue, row)
    connections.ask(services, row.id, resource)
    with services.database.begin() as session:
        acts.note(session, _act("retry", issue, row, deed, reads=resource.value))
    return Retried(0, resource)


def _retry(services: Services, issue: Issue, deed: Decision, ids: Sequence[int]) -> int:
    with change(services, issue.connection_id) as changing:
        touched = stuck.retry(changing.session, ids)
        act = _act("retry", issue, changing.connection, deed, records=len(touched))
        acts.note(changing.session, act)
        dead_letters.decide_about(changing.session, touched, deed, dead_letters.REPLAYED)
        changing.wake()
    return len(touched)


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))


_WAYS_OUT = {
    "mapping": "choose one: `books connections mapping {connection} {id}=...`",
    "match": "say what it is: `books issues adopt {number}`, or `books match new {kind} {record}`",
    "conflict": "decide whose side counts: `books resolve {kind} {record} cmms` or `books`",
    "merged": "settle which of the two records stands; it is looked at again by itself",
    CONNECTION: "`books connections connect {connection}`, or `enable` once that is mended",
}


def _refuse(issue: Issue, row: Connection) -> NoReturn:
    if issue.closed is not None:
        raise Misuse("issue_closed", f"issue {issue.id} is closed: no record stands still for it")
    said = describe(issue.code, issue.names)
    kind, _, record = issue.cause.id.partition("/")
    known = {"number": issue.id, "connection": row.id, "id": issue.cause.id, "kind": kind}
    way_out = said.steps[0]
    if (template := _WAYS_OUT.get(issue.cause.kind)) is not None:
        way_out = template.format(**known, record=record)
    text = f"trying again would not help. {said.explanation} To go on: {way_out}"
    raise Misuse("waits", text)


def dismiss(services: Services, number: int, deed: Decision) -> int:
    """Leave out the records that stand still for an issue, until somebody asks for them again: by
    `retry`, or by a newer version. Returns how many. Raises: Misuse."""
    issue, row = fresh(services, number)
    if issue.closed is not None:
        _refuse(issue, row)
    if issue.cause.kind == CONNECTION:
        way_out = f"to send nothing any more: `books connections disable {row.id}`"
        raise Misuse("whole_connection", f"issue {number} concerns a whole connection; {way_out}")
    with services.database.begin() as session:
        ids = stuck.ids(session, row.id, APART, issue.causes)
    if not ids:
        text = "no record stands still for it (yet): there is nothing to leave out"
        raise Misuse("nothing_to_dismiss", f"issue {number} is a warning; {text}")
    left_out = sum(_dismiss(services, issue, deed, chunk) for chunk in _chunks(ids))
    derive(services, [row.id])
    return left_out


def _dismiss(services: Services, issue: Issue, deed: Decision, ids: Sequence[int]) -> int:
    reason = f"It was left out on purpose: {deed.note}"
    with change(services, issue.connection_id) as changing:
        left_out = stuck.dismiss(changing.session, ids, issue.id, reason)
        told = list(_told(changing, left_out, reason))
        changing.partitions |= outbox.add(changing.session, told)
        act = _act("dismiss", issue, changing.connection, deed, records=len(left_out))
        acts.note(changing.session, act)
        concerned = [one.id for one in left_out]
        dead_letters.decide_about(changing.session, concerned, deed, dead_letters.DISCARDED)
        changing.wake()
    for one in left_out:
        metrics.RECORDS.labels(one.kind, "skipped").inc()
    return len(left_out)


def _told(changing: Change, left_out: Sequence[LeftOut], reason: str) -> Iterator[outbox.Outgoing]:
    for one in left_out:
        if one.record_id.startswith(HOUSE_ITEM):
            continue  # ours alone: no CMMS knows it
        status = RecordSkipped(
            **about(changing.connection),
            kind=Kind(one.kind),
            record_id=one.record_id,
            version=one.version,
            reason=reason,
        )
        key = record_key(one.kind, one.record_id)
        origin = Origin(one.event_id, one.traceparent)
        yield tell(changing.connection.tenant_id, status, origin, key)


_ADOPTED = frozenset(
    {"match_undecided", "match_unconfirmed", "duplicate_name", "duplicate_number", "number_used"}
    | {"ref_unknown", "ref_of_another", "cannot_look_up"}
)


@dataclass(frozen=True)
class Adopted:
    """A record of the CMMS, and the one of the books that it is linked to."""

    kind: str
    record_id: str
    ref: str


def adopt(
    services: Services,
    number: int,
    deed: Decision,
    record_id: str | None = None,
    ref: str | None = None,
) -> Adopted:
    """Link the record of an issue to the one that the books hold already, or to `ref`.

    Raises: Misuse where there is nothing of that kind, or several to choose from.
    """
    issue, row = fresh(services, number)
    if issue.closed is not None:
        _refuse(issue, row)
    if issue.code not in _ADOPTED:
        title = describe(issue.code, issue.names).title
        text = f"issue {number} ({title}) is not about a record that the books may hold already"
        raise Misuse("nothing_to_adopt", text)
    with services.database.begin() as session:
        one = _record(session, issue, record_id)
    chosen = ref or _found(issue, one)
    act = _act("adopt", issue, row, deed, kind=one.kind, record=one.record_id, ref=chosen)
    here = Where(connection=str(row.id))
    matching.link(services, here, Kind(one.kind), one.record_id, chosen, noted=act)
    derive(services, [row.id])
    return Adopted(one.kind, one.record_id, chosen)


def _record(session: Session, issue: Issue, record_id: str | None) -> Standing:
    standing = stuck.records(session, issue.connection_id, APART, issue.causes, CHUNK)
    found = [one for one in standing if record_id in (None, one.record_id)]
    if len(found) != 1:
        listed = ", ".join(one.record_id for one in standing[:5])
        text = f"issue {issue.id} is about {len(standing)} records ({listed}): name one, --record"
        raise Misuse("which_record", text)
    return found[0]


def _found(issue: Issue, one: Standing) -> str:
    """What its failure found in the books, where that is one record of its kind."""
    names = names_of(one)
    refs = str(names.get("refs") or names.get("ref") or "").split()
    same_kind = names.get("of", one.kind) == one.kind
    if len(refs) == 1 and same_kind:
        return refs[0]
    text = f"which record of the books {one.kind.replace('_', ' ')} {one.record_id} is: --ref"
    listed = f" (perhaps {', '.join(refs)})" if refs and same_kind else ""
    raise Misuse("which_ref", f"say for issue {issue.id} {text}{listed}")


def _act(verb: str, issue: Issue, row: Connection, deed: Decision, **result: object) -> Act:
    return Act(
        who=deed.who,
        verb=verb,
        subject=subject(issue.id),
        note=deed.note,
        connection_id=row.id,
        tenant_id=row.tenant_id,
        result=result | {"cause": str(issue.cause), "code": issue.code},
    )
