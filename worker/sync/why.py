"""`books why`: one record, all connections that concern it, and why it is not in their books."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from schemas.kinds import Kind
from worker.store import called, connections, feeds, progress, standing
from worker.store.connections import Connection
from worker.store.session import Session, now
from worker.store.standing import Key, Letter, Standing
from worker.sync import drain, first, standstill
from worker.sync.matching import Where
from worker.sync.reasons import KINDS, Facts, Reason, at_rest, cause_of, label, reason, types_of
from worker.sync.services import Services
from worker.sync.tokens import company_name
from worker.terms import Cause

_MOST = 1000  # records of one chain; beyond them nobody reads it


@dataclass(frozen=True)
class Answer:
    """How a record stands in one company's books; `resting`: why its connection does nothing."""

    connection_id: int
    tenant: str
    provider: str
    environment: str
    company: str
    record: str
    in_books: bool
    reason: Reason
    resting: Reason | None


@dataclass(frozen=True)
class Report:
    """`answers` is empty where no connection has the record: `hint` says why, and `letters` are
    messages that speak of it and were never accepted."""

    kind: Kind
    record_id: str
    answers: tuple[Answer, ...]
    hint: str | None
    letters: Sequence[Letter]

    @property
    def in_books(self) -> bool:
        return bool(self.answers) and all(one.in_books for one in self.answers)


def ask(services: Services, where: Where, kind: Kind, record_id: str) -> Report:
    """Why a record is not in the books, by connection. Raises: Misuse."""
    rows, key = where.rows(services), (kind.value, record_id)
    with services.database.begin() as session:
        linked = standing.with_link(session, [row.id for row in rows], key)
    standstill.derive_changed(services, [one for one, still in linked.items() if still])
    with services.database.begin() as session:
        found = [_answer(services, session, row, key) for row in rows if row.id in linked]
        answers = tuple(one for one in found if one is not None)
        hint = None if answers else _hint(session, where, kind, record_id)
        tenants = {row.tenant_id for row in rows} or ({where.tenant} if where.tenant else None)
        wanted = None if where == Where() else tenants
        letters = standing.letters_with(session, json.dumps(record_id, ensure_ascii=False), wanted)
    return Report(kind, record_id, answers, hint, letters)


def _answer(services: Services, session: Session, row: Connection, key: Key) -> Answer | None:
    standings = _chain(session, row.id, key)
    one = standings.get(key)
    if one is None:
        return None
    facts = _facts(services, session, row, standings)
    return Answer(
        row.id,
        row.tenant_id,
        row.provider,
        row.environment,
        facts.company,
        label(one),
        one.state == "synced",
        reason(facts, key),
        at_rest(facts) if one.state not in ("synced", "due") else None,
    )


def _chain(session: Session, connection_id: int, key: Key) -> dict[Key, Standing]:
    """The record and all that it waits for in turn: a query a step, however many there are."""
    known: dict[Key, Standing] = {}
    asked: set[Key] = set()
    wanted = {key}
    while wanted and len(known) < _MOST:
        asked |= wanted
        found = standing.find(session, connection_id, wanted)
        known |= found
        causes = [Cause.parse(text) for one in found.values() for text in one.waiting_on]
        wanted = {(one.kind, one.id) for one in causes if one.kind in KINDS} - asked
    return known


def _facts(
    services: Services, session: Session, row: Connection, standings: dict[Key, Standing]
) -> Facts:
    causes = {text for one in standings.values() for text in one.waiting_on}
    parsed = [Cause.parse(text) for text in causes]
    own = {found for one in standings.values() if (found := cause_of(one))}
    moment = now(session)
    limits = services.ledgers[row.provider].limits
    pace = progress.a_second(session, [row.id]).get(row.id, 0.0)
    due = [one for one in standings.values() if one.state == "due"]
    return Facts(
        row,
        company_name(row),
        moment,
        connections.states_since(session, [row.id])[row.id],
        standings,
        standing.sent(session, [one.link_id for one in standings.values()]),
        standing.issues_about(session, row.id, causes | own),
        called.find(session, row, parsed),
        _unread(session, row),
        {
            one.link_id: drain.expected(
                moment, drain.seconds(row, limits, moment, one.position + 1, pace)
            )
            for one in due
        },
    )


def _unread(session: Session, row: Connection) -> dict[str, str | None]:
    """The first pulls that are not in, with the state of their runs; nothing is sent before."""
    missing = set(first.needed(row.settings)) - feeds.completed(session, row.id)
    if not missing:
        return {}
    open_ones = standing.open_runs(session, row.id)
    return {one.value: open_ones.get(one.value, (None,))[0] for one in sorted(missing)}


def _hint(session: Session, where: Where, kind: Kind, record_id: str) -> str:
    tenants = standing.tenants_of(session, kind.value, record_id, where.tenant)
    if tenants and not [row for one in tenants for row in connections.find(session, one)]:
        named = ", ".join(tenants)
        return f"The CMMS of {named} has sent it, but no books are connected there."
    if tenants and where.connection is None:
        return "It is known, but these books have no link of it: ask an engineer."
    types = " or ".join(f"`{one}`" for one in types_of(kind.value))
    said = f"No {kind.replace('_', ' ')} {record_id} has come from the CMMS: it is sent as {types}."
    return f"{said} Other tenants have one: {', '.join(tenants)}." if tenants else said
