"""Issues derived from links that stand still: one for each cause that a person must mend.

What waits for a record that is on its way is none; it is behind the cause of that record, if that
one stands still itself. Read without a lock; only what was found is written under the connection's.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from worker.providers.lookup import HOUSE_ITEM, Chart
from worker.store import connections, derived_issues, links, stuck, waiting
from worker.store.connections import Connection
from worker.store.derived_issues import Derived
from worker.store.session import Session
from worker.store.stuck import CLOSED_DAYS, EACH, Apart, Root
from worker.sync import charts
from worker.sync.services import Services
from worker.sync.tokens import company_name
from worker.terms import Cause

# Failures of one code are one cause, but for those that name another thing, or are decided singly.
APART = Apart(
    {
        "duplicate_name": "name",
        "duplicate_number": "number",
        "number_used": "number",
        "ref_taken": "ref",
        "ref_unknown": "ref",
        "ref_of_another": "ref",
        "value_too_long": "field",
        "value_refused": "field",
        "email_invalid": "field",
        "name_unusable": "name",
        "currency_not_enabled": "currency",
        "currency_mismatch": "currency",
        "currency_fixed": "currency",
        "journal_currency": "currency",
        "account_type_wrong": "account",
        "reference_inactive": "named",
        "two_in_books": EACH,
        "cannot_look_up": EACH,
        "gone_in_books": EACH,
    }
)
# Of a link that waits without a refusal: what its cause is called in the catalogue.
_CODES = {
    "mapping": "mapping_missing",
    "account": "account_missing",
    "tax_code": "tax_code_missing",
    "match": "match_undecided",
    "period": "period_closed",
    "payments": "total_below_paid",
    "balance": "not_applied",
}

_ABSENT = {
    "unknown": "which the CMMS has never sent",
    "removed": "which was removed in the CMMS",
    "left_out": "which is left out of these books",
}
CONNECTION = "connection"  # the kind of the cause that nothing of a connection is sent for


_CHUNK = 500  # issues written at once: whoever takes events in for the connection waits meanwhile
AT_ONCE = 100  # connections that a person waits for, a second or two; the clock does the others


def derive_changed(
    services: Services, among: Collection[int] | None = None, most: int | None = None
) -> int:
    """Derive the issues of those connections (of these, else of all) whose links may have changed,
    of `most` that were looked at longest ago; returns how many."""
    with services.database.begin() as session:
        changed = derived_issues.changed(session)
    wanted = None if among is None else frozenset(among)
    found = [one for one in changed if wanted is None or one in wanted]
    derive(services, found[:most])
    return len(found[:most])


def derive(services: Services, connection_ids: Iterable[int]) -> None:
    """Bring the issues of these connections up to what their links say now."""
    for connection_id in connection_ids:
        with services.database.begin() as session:
            if not connections.is_there(session, connection_id):
                continue  # its tenant was erased meanwhile
            seen = derived_issues.as_of(session, connection_id)
            row = connections.get(session, connection_id)
            found = [*_of_links(session, row), *_of_connection(session, row)]
            others, gone = derived_issues.differing(session, connection_id, found)
        for start in range(0, max(len(others), len(gone), 1), _CHUNK):
            some = slice(start, start + _CHUNK)
            with services.database.begin() as session:
                if not connections.is_there(session, connection_id):
                    break
                connections.lock(session, connection_id)
                derived_issues.keep(session, connection_id, others[some])
                derived_issues.close(session, connection_id, gone[some])
                if start + _CHUNK >= max(len(others), len(gone)):
                    derived_issues.note(session, connection_id, seen)


def _of_links(session: Session, row: Connection) -> list[Derived]:
    found = stuck.roots(session, row.id, APART)
    chart = charts.load(session, row) if any(_is_listed(one.cause) for one in found) else None
    issues: dict[str, Derived] = {}
    for one in found:
        cause = _as_known(one.cause, chart)
        known = issues.get(cause)
        issue = _issue(one, cause, row)
        issues[cause] = issue if known is None else _together(known, issue)
    if closed := issues.get(CLOSED_DAYS):
        days = waiting.causes(session, row.id, ["period"])
        issues[CLOSED_DAYS] = replace(closed, causes=[CLOSED_DAYS, *map(str, sorted(days))])
    return list(issues.values())


def _is_listed(cause: str) -> bool:
    return cause.startswith(("account:", "tax_code:"))


def _as_known(cause: str, chart: Chart | None) -> str:
    """Accounts and tax codes by ref, whatever the CMMS calls them: one issue for each."""
    if chart is None or not _is_listed(cause):
        return cause
    wanted = Cause.parse(cause)
    found = chart.account(wanted.id) if wanted.kind == "account" else chart.tax(wanted.id)
    return str(Cause(wanted.kind, found.ref)) if found else cause


def _together(one: Derived, other: Derived) -> Derived:
    """The same thing by two names."""
    return replace(
        one if one.first <= other.first else other,
        causes=[*one.causes, *other.causes],
        records=one.records + other.records,
        held_up=one.held_up + other.held_up,
        examples=[*one.examples, *other.examples][:3],
        first=min(one.first, other.first),
        last=max(one.last, other.last),
    )


def _issue(root: Root, cause: str, row: Connection) -> Derived:
    return Derived(
        cause=cause,
        code=_code(root),
        names=_names(root, row),
        causes=[root.cause],
        records=root.records,
        held_up=root.held_up,
        examples=root.examples,
        first=root.first,
        last=root.last,
    )


def _code(root: Root) -> str:
    if root.why is not None:
        return "record_absent"
    kind = Cause.parse(root.cause).kind
    return root.code or _CODES.get(kind, "reference_inactive")


def _names(root: Root, row: Connection) -> Mapping[str, str]:
    """What the code's sentence may ask for: as the failure names it, else as the cause does."""
    cause = Cause.parse(root.cause)
    said = {
        "record": f"{root.kind.replace('_', ' ')} {root.label}",
        "kind": root.kind,
        "number": root.label,
        "mapping": f"“{cause.id}”",
        "account": cause.id,
        "tax_code": cause.id,
        "waiting_on": _in_words(cause),
        "why": _ABSENT.get(root.why or "", ""),
    }
    if root.cause == CLOSED_DAYS:
        closed = row.company.get("closed_until")
        said["date"] = f"before {closed}" if closed else "its date"
    return said | {name: str(value) for name, value in root.names.items()}


def _in_words(cause: Cause) -> str:
    if cause.id.startswith(HOUSE_ITEM):
        return "the item for sales lines that name none"
    return f"the {cause.kind.replace('_', ' ')} {cause.id}"


def _of_connection(session: Session, row: Connection) -> list[Derived]:
    """Nothing is sent: paused, or not connected while records are there to be sent.

    One that is switched off is so on purpose.
    """
    counts = links.counts(session, row.id)
    owed = sum(counts.get(state, 0) for state in ("due", "sent"))
    paused = row.state == "paused"
    if not paused and not (owed and row.state in ("new", "disconnected")):
        return []
    since = connections.states_since(session, [row.id])[row.id]
    code = row.paused_code if paused and row.paused_code else "not_connected"
    names = {"company": company_name(row)}
    cause = str(Cause(CONNECTION, row.state))
    return [Derived(cause, code, names, [], owed, owed, [], since, since)]
