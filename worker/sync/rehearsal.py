"""Dry runs: each page is applied as it would be, and rolled back; what would be done is kept in
lines."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from schemas.kinds import Kind
from worker.providers.port import Page, Resource
from worker.store import connections, matches, records, runs
from worker.store.matches import Free
from worker.store.outbox import Outgoing
from worker.store.runs import Run
from worker.store.session import Session
from worker.sync import compare, pages
from worker.sync.applied import Applied
from worker.sync.compare import Situation
from worker.sync.driver import Driver
from worker.sync.effects import Effects
from worker.sync.failed_runs import own

MOST_LINES = 500  # kept of a run; the counts have all
_MATCHED = {
    Resource.CUSTOMERS: Kind.CUSTOMER,
    Resource.VENDORS: Kind.VENDOR,
    Resource.ITEMS: Kind.ITEM,
}
_WOULD = {
    "accounting.record.changed": "be told as changed",
    "accounting.account.changed": "be told as new or changed",
    "accounting.tax.changed": "be told as new or changed",
    "accounting.payment.received": "be told as received",
    "accounting.payment.changed": "be told as changed",
    "accounting.payment.reversed": "be told as reversed",
}

Line = dict[str, object]
"""`kind`, `id` (the CMMS's), `ref` (the books'), `name`, `would` and perhaps `why`."""


def rehearse(driver: Driver, run: Run, resource: Resource, page: Page) -> None:
    """See what a page would do, and after the last one what would become of everything.

    Between two pages the run's report holds what was seen so far.
    """
    applied, free = _tried(driver, run, resource, page)
    report = dict(run.report or {"lines": [], "seen": [], "free": []})
    lines = [*report["lines"], *map(_line, applied.told)]
    seen = [*report["seen"], *(f"{one.kind} {one.ref}" for one in page.records)]
    found = [*report["free"], *map(asdict, free)]
    counts = _sum(run.counts, applied.counts)
    with driver.services.database.begin() as session:
        if page.position is not None:
            so_far = {"lines": lines[:MOST_LINES], "seen": seen, "free": found}
            runs.note_report(session, run.id, so_far)
            runs.advance(session, run.id, page.position, counts)
            return
        ended, more = _ending(driver, session, resource, seen, [Free(**one) for one in found])
        counts = _sum(counts, more)
        lines += ended
        runs.note_report(session, run.id, {"lines": lines[:MOST_LINES]})
        connections.lock(session, driver.connection.id)  # against those who join it now
        runs.finish(session, run.id, counts)
    Effects(runs=[(driver.connection.provider, run.resource, "done")]).count()


def _tried(driver: Driver, run: Run, resource: Resource, page: Page) -> tuple[Applied, list[Free]]:
    """What applying the page does, with those of its records that nothing is linked to."""
    with driver.services.database.trial() as session:
        connection = connections.lock(session, driver.connection.id)
        applied = pages.apply(session, connection, page, driver.moment, own(run))
        kind = _MATCHED.get(resource)
        refs = {one.ref for one in page.records}
        free = matches.free(session, connection.id, kind) if kind else []
        return applied, [one for one in free if one.ref in refs]


def _ending(
    driver: Driver, session: Session, resource: Resource, seen: Sequence[str], free: Sequence[Free]
) -> tuple[list[Line], dict[str, int]]:
    """What follows from the whole: what is gone, and what matches what."""
    lines: list[Line] = []
    counts: dict[str, int] = {}
    if resource in pages.KINDS:
        known = records.of_kinds(session, driver.connection.id, pages.KINDS[resource])
        there = set(seen)
        gone = [one for one in known if one.active and f"{one.kind} {one.ref}" not in there]
        lines += [_record_line(one.kind, one.ref, one.name, "be retired") for one in gone]
        counts["removed"] = len(gone)
    if kind := _MATCHED.get(resource):
        situation = compare.look(session, driver.connection, kind, free)
        matched, found = _matched(situation)
        lines, counts = [*matched, *lines], counts | found
    return lines, counts


def _matched(situation: Situation) -> tuple[list[Line], dict[str, int]]:
    """Both sides beside each other, as the rules decide."""
    found, kind = situation.matches, situation.kind
    linked = [_ours(situation, one, "be linked", ref) for one, ref in sorted(found.exact.items())]
    waiting = [_undecided(situation, one) for one in sorted(found.open)]
    unsent = {one for one, loose in situation.documents.items() if loose.state != "sent"}
    alone = sorted(found.alone & unsent)
    created = [_ours(situation, one, "be created in the books") for one in alone]
    told = [
        _record_line(kind, ref, str(situation.records[ref].face["name"]), "be told as discovered")
        for ref in situation.discovered
        if not situation.records[ref].told
    ]
    likely = sum(len(candidates) == 1 for candidates in found.open.values())
    counts = {
        "linked": len(linked),
        "likely": likely,
        "ambiguous": len(waiting) - likely,
        "discovered": len(told),
        "to_create": len(created),
    }
    return [*linked, *waiting, *created, *told], counts


def _undecided(situation: Situation, record_id: str) -> Line:
    line = _ours(situation, record_id, "wait for a person's decision")
    return line | {"why": situation.candidates(record_id)}


def _ours(situation: Situation, record_id: str, would: str, ref: str | None = None) -> Line:
    name = str(situation.documents[record_id].face["name"])
    return _record_line(situation.kind, ref, name, would) | {"id": record_id}


def _record_line(kind: str, ref: str | None, name: str, would: str) -> Line:
    return {"kind": str(kind), "id": None, "ref": ref, "name": name, "would": would}


def _line(outgoing: Outgoing) -> Line:
    """What would be told, as a line."""
    data: Mapping[str, Any] = outgoing.envelope["data"]
    about: Mapping[str, Any] = next(
        (data[name] for name in ("record", "account", "tax", "payment") if name in data), {}
    )
    type_ = str(outgoing.envelope["type"])
    line: Line = {
        "kind": data.get("kind") or type_.split(".")[1],
        "id": data.get("record_id") or data.get("invoice_id"),
        "ref": data.get("ref") or about.get("ref"),
        "name": about.get("name") or about.get("reference") or "",
        "would": _WOULD.get(type_, f"be told ({type_})"),
    }
    names = data.get("changed")
    return line | ({"why": ", ".join(names)} if names else {})


def _sum(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {name: one.get(name, 0) + other.get(name, 0) for name in [*one, *other]}
