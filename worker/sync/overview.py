"""`books status`: what each connection is doing, what holds it up, and when its backlog is over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from worker.providers.port import Resource
from worker.store import connections, issues, overview, progress
from worker.store.connections import Connection
from worker.store.overview import Pull
from worker.store.session import now
from worker.sync import drain, issue_views
from worker.sync.drain import Left
from worker.sync.issue_views import View
from worker.sync.matching import Where
from worker.sync.services import Services
from worker.sync.tokens import company_name

_OWED = ("due", "sent")


@dataclass(frozen=True)
class Overview:
    """One connection. `calls` are of this month (UTC); `drained` is when what is due will be in
    the books, None where nothing is due or nothing can go."""

    id: int
    tenant: str
    provider: str
    environment: str
    company: str | None
    state: str
    reason: str | None
    since: datetime | None
    records: Mapping[str, int]
    backlog: int
    oldest_due: datetime | None
    oldest_waiting: datetime | None
    drained: datetime | None
    held_until: datetime | None
    held_for: str | None
    open_submissions: int
    unknown_submissions: int
    dead_letters: int
    budget: Left
    calls: Mapping[str, int]
    runs: Sequence[Pull]
    issues: Sequence[View]


def read(services: Services, where: Where) -> list[Overview]:
    """Each of these connections; so many queries, however many they are. Raises: Misuse."""
    rows = where.connected(services)
    ids = [row.id for row in rows]
    with services.database.begin() as session:
        works = overview.read(session, ids, [one.value for one in Resource])
        pace = progress.a_second(session, ids)
        since = connections.states_since(session, ids)
        named = issues.of(session, ids)
        moment = now(session)
    views: dict[int, list[View]] = {one: [] for one in ids}
    by_id = {row.id: row for row in rows}
    for issue in sorted(named, key=lambda one: (-one.held_up, one.since, one.id)):
        views[issue.connection_id].append(issue_views.view(issue, by_id[issue.connection_id]))
    return [
        _overview(
            services,
            row,
            work=works[row.id],
            pace=pace.get(row.id, 0.0),
            views=views[row.id],
            since=since[row.id],
            moment=moment,
        )
        for row in rows
    ]


def _overview(
    services: Services,
    row: Connection,
    *,
    work: overview.Work,
    pace: float,
    views: Sequence[View],
    since: datetime,
    moment: datetime,
) -> Overview:
    limits = services.ledgers[row.provider].limits
    backlog = sum(work.records.get(state, 0) for state in _OWED)
    held = row.hold_until is not None and row.hold_until > moment
    drained = None
    if backlog and row.state == "active":
        drained = drain.expected(moment, drain.seconds(row, limits, moment, backlog, pace))
    known: dict[str, Any] = {name: getattr(work, name) for name in work.__dataclass_fields__}
    return Overview(
        id=row.id,
        tenant=row.tenant_id,
        provider=row.provider,
        environment=row.environment,
        company=company_name(row) if row.company_id else None,
        state=row.state,
        reason=row.paused_code,
        since=since,
        backlog=backlog,
        drained=drained,
        held_until=row.hold_until if held else None,
        held_for=row.held_for if held else None,
        budget=drain.left(row, limits, moment),
        issues=views,
        **known,
    )
