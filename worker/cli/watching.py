"""Runs as people watch them: a line for each page, until they are over."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC

from worker.errors import Misuse
from worker.store.runs import Run
from worker.store.session import now
from worker.sync import connections
from worker.sync.services import Services

_POLL_SECONDS = 0.2
_OVER = ("done", "failed")


def watched(
    services: Services, run_ids: Sequence[int], patience: float, see: Callable[[Run], None]
) -> list[Run]:
    """The runs once they are over, in this order; `see` gets each whenever it has moved.

    Raises: Misuse if none moves for `patience` seconds, or once a connection stands still; the runs
    go on all the same, or when the connection does.
    """
    known: dict[int, Run] = {}
    moved = time.monotonic()
    while True:
        for run_id in run_ids:
            run = _checked(services, run_id)
            if _looks(run) != (_looks(known[run_id]) if run_id in known else None):
                known[run_id], moved = run, time.monotonic()
                see(run)
        unfinished = [run for run in known.values() if run.state not in _OVER]
        if not unfinished:
            return [known[run_id] for run_id in run_ids]
        if time.monotonic() - moved >= patience:
            raise _stuck(services, unfinished[0], patience)
        time.sleep(_POLL_SECONDS)


def _checked(services: Services, run_id: int) -> Run:
    """The run; raises Misuse where its connection is at rest and it is not over."""
    connection_id = connections.run(services, run_id).connection_id
    row = connections.named(services, str(connection_id))
    # Read after the row: whatever ends a run with its connection has ended it by now.
    run = connections.run(services, run_id)
    if run.state not in _OVER:
        connections.check_active(row)
    return run


def _looks(run: Run) -> tuple[object, ...]:
    return run.state, run.position, dict(run.counts)


def _stuck(services: Services, run: Run, patience: float) -> Misuse:
    text = f"run {run.id} ({run.resource}) is still {run.state} after {patience:g} s"
    hint = "; is `books worker` running?" if run.state == "queued" else ""
    row = connections.named(services, str(run.connection_id))
    with services.database.begin() as session:
        if row.hold_until is not None and row.hold_until > now(session):
            until = row.hold_until.astimezone(UTC)
            hint = f"; the connection is held until {until:%Y-%m-%d %H:%M} UTC ({row.held_for})"
    return Misuse("run_not_over", text + hint)
