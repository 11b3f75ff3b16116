"""Why a record is not in the books, link by link down to the cause. Pure: facts are read before."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from schemas.catalogue import INBOUND
from schemas.kinds import Kind
from worker.failures import CODES, describe
from worker.failures.reactions import reaction
from worker.providers.lookup import HOUSE_ITEM
from worker.store.connections import Connection
from worker.store.standing import Key, Named, Sent, Standing
from worker.store.stuck import EACH
from worker.sync import code_pages
from worker.sync.standstill import APART
from worker.sync.tell import waiting_reason
from worker.terms import Cause

KINDS = frozenset(kind.value for kind in Kind)
_NO_ISSUE: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Reason:
    """One link of the chain: what is so, since when, what happens next and when, and why."""

    says: str
    since: datetime | None = None
    then: str | None = None
    at: datetime | None = None  # when that is expected
    steps: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    because: tuple["Reason", ...] = ()


@dataclass(frozen=True)
class Facts:
    """What was read of one connection, at one moment."""

    row: Connection
    company: str
    moment: datetime
    resting_since: datetime  # or active since
    standings: Mapping[Key, Standing]
    sent: Mapping[int, Sent] = field(default_factory=dict)  # by link
    issues: Mapping[str, Named] = field(default_factory=dict)  # by cause
    names: Mapping[Cause, str] = field(default_factory=dict)  # what people call causes
    unread: Mapping[str, str | None] = field(default_factory=dict)  # first pulls: state
    expected: Mapping[int, datetime] = field(default_factory=dict)  # by link, of what is due


def reason(facts: Facts, key: Key, above: frozenset[Key] = frozenset()) -> Reason:
    """Why a record is not in the books; `above`: those that wait for it."""
    one = facts.standings.get(key)
    if one is None:
        return _never_came(key)
    if key in above:
        return Reason(f"{label(one)} is named above: these records wait for each other.", one.since)
    match one.state:
        case "synced":
            says = f"{label(one)} is in the books."
            found = Reason(says, one.synced_at, facts=_place(one))
        case "due":
            found = _due(facts, one)
        case "sent":
            found = _sent(facts, one)
        case "waiting":
            found = _waiting(facts, one, above | {key})
        case "failed":
            found = _failed(one, _issue(facts, one))
        case "conflict":
            found = _conflict(one, _issue(facts, one))
        case _:
            found = _skipped(one)
    return found


def label(one: Standing) -> str:
    """A record as people know it."""
    if one.record_id.startswith(HOUSE_ITEM):
        return "The item for sales lines that name none"
    kind = one.kind.replace("_", " ").capitalize()
    called = one.name not in (None, one.record_id)
    return f"{kind} {one.name} ({one.record_id})" if called else f"{kind} {one.record_id}"


def at_rest(facts: Facts) -> Reason | None:
    """Why the connection sends nothing at all; None: it is active."""
    row = facts.row
    if row.state == "active":
        return None
    code = row.paused_code or _RESTING.get(row.state, "not_connected")
    said = describe(code, {"company": facts.company})
    says = f"The connection is {row.state}: {said.explanation}"
    ends, facts_ = reaction(said).ends, _code(code)
    return Reason(says, facts.resting_since, ends, steps=said.steps, facts=facts_)


_RESTING = {"disabled": "switched_off", "new": "not_connected", "disconnected": "not_connected"}


def _never_came(key: Key) -> Reason:
    kind, record_id = key
    types = " or ".join(f"`{name}`" for name in types_of(kind))
    return Reason(
        f"{kind.replace('_', ' ').capitalize()} {record_id} has not come from the CMMS.",
        then="By itself, as soon as it comes.",
        steps=(f"Publish it as {types}, or name another one in the CMMS.",),
    )


def types_of(kind: str) -> list[str]:
    """The event types that save a record of this kind."""
    return [name for name, one in INBOUND.items() if one.kind == kind and not one.removal]


def _due(facts: Facts, one: Standing) -> Reason:
    said = f"{label(one)} is to be sent"
    row, tried = facts.row, {"attempts": one.attempts} if one.attempts else {}
    if (resting := at_rest(facts)) is not None:
        return Reason(f"{said}, but nothing is sent now.", one.since, because=(resting,))
    if facts.unread:
        lists = ", ".join(
            f"{name} ({state or 'to be read'})" for name, state in facts.unread.items()
        )
        then = "By itself, once they are read."
        return Reason(f"{said} once the books have been read: {lists}.", one.since, then)
    if row.hold_until and row.hold_until > facts.moment:
        why = _HELD.get(row.held_for or "", row.held_for or "something")
        return Reason(f"{said}, but the connection waits: {why}.", one.since, "By itself.",
                      row.hold_until, facts=tried)  # fmt: skip
    if one.next_attempt_at and one.next_attempt_at > facts.moment:
        return _tried(one, tried)
    before = f"{one.position} others go before it" if one.position else "it is next"
    return Reason(
        f"{said}: {before}.", one.since, "By itself.", facts.expected.get(one.link_id), facts=tried
    )


_HELD = {
    "budget": "our own limit of calls is reached",
    "throttled": "the books asked to slow down",
    "day limit": "the books' limit of calls for the day is used up",
    "unavailable": "the books cannot be reached",
    "defect": "a fault in this software, which an engineer sees in the log",
}


def _tried(one: Standing, tried: Mapping[str, Any]) -> Reason:
    says = f"{label(one)} was tried {one.attempts} times, and will be again."
    if not one.attempts:
        says = f"{label(one)} is to be sent later."
    failure = (_failed(one),) if one.error_code in CODES else ()
    return Reason(says, one.since, "By itself.", one.next_attempt_at, (), tried, failure)


def _sent(facts: Facts, one: Standing) -> Reason:
    sent = facts.sent.get(one.link_id)
    if sent is None:
        return Reason(f"{label(one)} was answered a moment ago.", one.since, "By itself.")
    known = {
        "submission": sent.submission_id,
        "operation": sent.operation,
        "sent": sent.sent_at,
        "sends": sent.sends,
        "lookups": sent.lookups,
        "status": sent.status,
        "correlation_id": sent.correlation_id,
    }
    if facts.moment <= sent.send_by:
        says = f"{label(one)} is being sent."
        return Reason(says, one.since, "By itself, once the books answer.", facts=known)
    says = f"{label(one)} was sent, and it is not known yet whether the books took it."
    then = "By itself: the call is repeated under the same id, or looked up in the books."
    return Reason(says, one.since, then, sent.settle_at, facts=known)


def _waiting(facts: Facts, one: Standing, above: frozenset[Key]) -> Reason:
    causes = sorted(map(Cause.parse, one.waiting_on))
    because = tuple(
        reason(facts, (cause.kind, cause.id), above)
        if cause.kind in KINDS
        else _cause(facts, cause)
        for cause in causes
    )
    what = "this" if len(causes) == 1 else f"these {len(causes)}"
    known = _failure(one) if one.error_code in CODES else {}
    then = f"By itself, once {'it is' if len(causes) == 1 else 'all of them are'} mended."
    return Reason(f"{label(one)} waits for {what}:", one.since, then, facts=known, because=because)


def _cause(facts: Facts, cause: Cause) -> Reason:
    """Something that is no record of the CMMS; where an issue is open about it, in its words."""
    known = facts.issues.get(str(cause))
    if known is None:
        return Reason(waiting_reason([cause], facts.names)[0], facts={"cause": str(cause)})
    said = describe(known.code, known.names)
    found = {"cause": str(cause), "issue": known.id} | _code(known.code)
    return Reason(said.explanation, known.since, None, None, said.steps, found)


def cause_of(one: Standing) -> str | None:
    """The cause that a record is itself, as issues have it; None: it waits, or all is well."""
    if one.state == "conflict":
        return f"conflict:{one.kind}/{one.record_id}"
    if one.state != "failed":
        return None
    apart = APART.names.get(one.error_code or "")
    named = (one.error.get("names") or {}).get(apart)
    last = f"{one.kind}/{one.record_id}" if apart == EACH else named
    return f"failed:{one.error_code}" + (f":{last}" if last is not None else "")


def _issue(facts: Facts, one: Standing) -> dict[str, Any]:
    known = facts.issues.get(cause_of(one) or "")
    return {"issue": known.id} if known else {}


def _failed(one: Standing, issue: Mapping[str, Any] = _NO_ISSUE) -> Reason:
    code = one.error_code or "defect"
    said = describe(code, one.error.get("names") or {})
    says = one.reason if code not in CODES and one.reason else said.explanation
    ends = reaction(said).ends
    return Reason(
        f"{label(one)}: {says}",
        one.since,
        ends,
        None,
        said.steps,
        {**issue, **_failure(one), **_place(one)},
    )


def _failure(one: Standing) -> dict[str, Any]:
    """What engineers look for."""
    error = one.error
    known = {
        "attempts": one.attempts or None,
        "failure": error.get("id"),
        "submission": error.get("submission"),
        "correlation_id": error.get("correlation_id"),
        "detail": error.get("detail") or None,
    }
    return _code(one.error_code or "defect") | {k: v for k, v in known.items() if v is not None}


def _conflict(one: Standing, issue: Mapping[str, Any]) -> Reason:
    said = describe("conflict", {"record": label(one)})
    fields = one.error.get("fields", {})
    decide = f"Decide: `books resolve {one.kind} {one.record_id} cmms`, or `books`."
    facts = {**issue, **_code("conflict"), "fields": fields, **_place(one)}
    return Reason(said.explanation, one.since, reaction(said).ends, steps=(decide,), facts=facts)


def _skipped(one: Standing) -> Reason:
    says = f"{label(one)} is left out on purpose: {one.reason or 'nobody said why'}"
    then = "When the connection's settings change, or the CMMS publishes the record again."
    facts = {"code": one.error_code} | _place(one)
    if (number := one.error.get("issue")) is None:
        return Reason(says, one.since, then, facts=facts)
    then = "When the CMMS publishes the record again, or somebody lets it go on."
    steps = (f"Let it go on: `books issues retry {number}`.",)
    return Reason(says, one.since, then, None, steps, facts | {"issue": int(number)})


def _code(code: str) -> dict[str, Any]:
    return {"code": code, "page": code_pages.address(code)}


def _place(one: Standing) -> dict[str, Any]:
    """Where the books have it, perhaps as it was before."""
    return {k: v for k, v in (("ref", one.ref), ("url", one.url)) if v is not None}
