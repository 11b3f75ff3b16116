"""Issues as people see them: in a sentence, with what resumes the records behind them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from worker.errors import Misuse
from worker.failures import Retry, describe
from worker.store import acts, issues, stuck
from worker.store.acts import Noted
from worker.store.connections import Connection
from worker.store.issues import Issue
from worker.store.stuck import Standing
from worker.sync import resuming
from worker.sync.matching import Where
from worker.sync.services import Services
from worker.sync.standstill import APART, AT_ONCE, derive, derive_changed

_FIRST = 20


class Resumes(StrEnum):
    """What makes the records behind an issue go on."""

    BY_ITSELF = "by itself"
    ONCE_MENDED = "by itself, once mended"
    DECIDED = "needs your decision"
    ASKED = "needs you: saved again, or retried"


@dataclass(frozen=True)
class View:
    """One issue, in a bookkeeper's words."""

    id: int
    connection_id: int
    tenant_id: str
    provider: str
    cause: str
    code: str
    category: str
    title: str
    explanation: str
    steps: tuple[str, ...]
    records: int
    held_up: int
    since: datetime
    last_seen: datetime
    closed: datetime | None
    resumes: Resumes


@dataclass(frozen=True)
class Picture:
    """An issue with the records that stand still for it (the first of them), and what was done."""

    view: View
    standing: Sequence[Standing]
    dismissed: int
    acts: Sequence[Noted]


def find(services: Services, where: Where, code: str | None = None) -> list[View]:
    """The open issues, as they are now; those that hold up most first. Raises: Misuse."""
    rows = {row.id: row for row in where.connected(services)}
    derive_changed(services, rows, AT_ONCE)
    codes = None if code is None else [code]
    with services.database.begin() as session:
        found = issues.of(session, list(rows), codes)
    views = [view(one, rows[one.connection_id]) for one in found]
    return sorted(views, key=lambda one: (-one.held_up, one.since, one.id))


def show(services: Services, number: int, most: int = _FIRST) -> Picture:
    """One issue, open or closed. Raises: Misuse if there is none."""
    issue, row = fresh(services, number)
    with services.database.begin() as session:
        standing = stuck.records(session, row.id, APART, issue.causes, most)
        left_out = stuck.dismissed(session, row.id, number)
        done = acts.of(session, subject(number))
    return Picture(view(issue, row), [] if issue.closed else standing, len(left_out), done)


def fresh(services: Services, number: int) -> tuple[Issue, Connection]:
    """An issue as the links show it now, and its connection. Raises: Misuse if there is none."""
    with services.database.begin() as session:
        known = issues.get(session, number)
    if known is None:
        text = f"there is no issue {number}; `books issues list` shows those that are open"
        raise Misuse("unknown_issue", text)
    derive(services, [known.connection_id])
    [row] = Where(connection=str(known.connection_id)).rows(services)
    with services.database.begin() as session:
        issue = issues.get(session, number)
    return issue or known, row  # retention may have taken it away this moment


def subject(number: int) -> str:
    """What acts on an issue are about."""
    return f"issue:{number}"


def view(issue: Issue, row: Connection) -> View:
    said = describe(issue.code, issue.names)
    several = issue.derived and issue.records > 1
    return View(
        id=issue.id,
        connection_id=issue.connection_id,
        tenant_id=row.tenant_id,
        provider=row.provider,
        cause=str(issue.cause),
        code=issue.code,
        category=said.category.value,
        title=said.title,
        explanation=f"For example: {said.explanation}" if several else said.explanation,
        steps=said.steps,
        records=issue.records,
        held_up=issue.held_up,
        since=issue.since,
        last_seen=issue.last_seen,
        closed=issue.closed,
        resumes=_resumes(issue, said.retry),
    )


_DECIDED = frozenset({"match", "conflict", "merged"})


def _resumes(issue: Issue, retry: Retry) -> Resumes:
    if issue.cause.kind in _DECIDED:
        return Resumes.DECIDED
    if issue.cause.kind == "failed" and issue.code not in resuming.NOTICED:
        return Resumes.ASKED
    return Resumes.BY_ITSELF if retry is Retry.AUTOMATIC else Resumes.ONCE_MENDED


def names_of(standing: Standing) -> Mapping[str, str]:
    """What the failure of a record named."""
    found: Mapping[str, str] = standing.error.get("names") or {}
    return found
