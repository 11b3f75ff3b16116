"""Waits until nothing moves in the whole system any more, and says what still does."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from events.topology import DEAD, INTAKE
from tests.system import broker
from tests.system.processes import System

STABLE_SECONDS = 1.2  # longer than the scheduler's tick and than a batch in the hands of intake
_POLL_SECONDS = 0.25

_MOVING = """
    WITH active AS (SELECT id FROM connections WHERE state = 'active')
    SELECT (SELECT count(*) FROM links WHERE state = 'due'
                AND connection_id IN (SELECT id FROM active)) AS due,
           (SELECT count(*) FROM links WHERE state = 'sent') AS sent,
           (SELECT count(*) FROM runs WHERE state IN ('queued', 'running')
                AND connection_id IN (SELECT id FROM active)) AS runs,
           (SELECT count(*) FROM submissions WHERE state = 'open') AS submissions,
           (SELECT count(*) FROM outbox WHERE state = 'pending') AS outbox
"""
_TRACKS = """
    SELECT (SELECT max(id) FROM inbox) AS inbox, (SELECT max(id) FROM submissions) AS submissions,
           (SELECT max(id) FROM outbox) AS outbox, (SELECT max(updated_at) FROM links) AS links,
           (SELECT max(last_seen_at) FROM dead_letters) AS dead,
           (SELECT max(finished_at) FROM runs) AS runs
"""
_LINKS = """
    SELECT l.kind, l.record_id, l.state, l.attempts, l.error_code,
           round(extract(epoch FROM l.next_attempt_at - clock_timestamp())) AS due_in,
           c.held_for, round(extract(epoch FROM c.hold_until - clock_timestamp())) AS held
    FROM links l JOIN connections c ON c.id = l.connection_id
    WHERE l.state IN ('due', 'sent') AND c.state = 'active' ORDER BY l.rank, l.record_id LIMIT 10
"""
_SUBMISSIONS = """
    SELECT method, endpoint, sends, lookups, status,
           round(extract(epoch FROM settle_at - clock_timestamp())) AS settles_in
    FROM submissions WHERE state = 'open' ORDER BY settle_at LIMIT 5
"""
_RUNS = """
    SELECT resource, state, asked_by, counts FROM runs WHERE state IN ('queued', 'running') LIMIT 5
"""


@dataclass(frozen=True)
class Moving:
    """How much is still under way, by what it is."""

    due: int
    sent: int
    runs: int
    submissions: int
    outbox: int
    queued: int  # messages in books.intake and books.dead

    def __str__(self) -> str:
        said = {name: number for name, number in vars(self).items() if number}
        return ", ".join(f"{number} {name}" for name, number in said.items()) or "nothing"

    @property
    def is_anything(self) -> bool:
        return any(vars(self).values())


class StillMoving(Exception):
    """The limit is over; the message says what moves."""


def moving(system: System) -> Moving:
    """What moves at this moment; links of connections that are switched off or paused do not."""
    found = system.rows(_MOVING)[0]
    queued = broker.depth(system.services.broker, INTAKE, DEAD)
    return Moving(**found, queued=sum(queued.values()))


def wait(system: System, seconds: float, tell: Callable[[Moving], None] | None = None) -> float:
    """Wait until nothing moves, for STABLE_SECONDS; the seconds until it came to rest.

    `tell` sees every look. Raises StillMoving after `seconds`.
    """
    started = rested = time.monotonic()
    before: object = None
    while True:
        now = moving(system)
        if tell:
            tell(now)
        tracks = system.rows(_TRACKS)[0]
        if now.is_anything or tracks != before:
            before, rested = tracks, time.monotonic()
        if time.monotonic() - rested >= STABLE_SECONDS:
            return rested - started
        if time.monotonic() - started > seconds:
            raise StillMoving(_report(system, now, seconds))
        time.sleep(_POLL_SECONDS)


def _report(system: System, now: Moving, seconds: float) -> str:
    lines = [f"after {seconds:g} s there is still: {now}"]
    for query in (_LINKS, _SUBMISSIONS, _RUNS):
        for row in system.rows(query):
            said = [f"{name} {value}" for name, value in row.items() if value not in (None, "")]
            lines.append("  " + ", ".join(said))
    dead = [child.name for child in system.processes.values() if not child.is_alive()]
    if dead:
        lines.append(f"  processes that ended: {', '.join(dead)}")
    return "\n".join(lines)
