"""What a command works with: the services that bootstrap builds, closed again at the end."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from worker import bootstrap, logs
from worker.errors import Misuse
from worker.store.runs import Run
from worker.sync import connections
from worker.sync.services import Services

_POLL_SECONDS = 0.2


@contextmanager
def opened() -> Iterator[Services]:
    """The services for one command; logs go to stderr, warnings and worse only."""
    logs.configure("console", "WARNING")
    with bootstrap.services(bootstrap.settings()) as services:
        yield services


def waited(services: Services, run_id: int, seconds: float) -> Run:
    """The run once it is over.

    Raises: Misuse after `seconds`, or once its connection stands still; the run goes on all the
    same, or when the connection does.
    """
    connection_id = connections.run(services, run_id).connection_id
    end = time.monotonic() + seconds
    while True:
        row = connections.named(services, str(connection_id))
        # Read after the row: whatever ends a run with its connection has ended it by now.
        run = connections.run(services, run_id)
        if run.state in ("done", "failed"):
            return run
        connections.check_active(row)
        if time.monotonic() >= end:
            text = f"run {run_id} ({run.resource}) is still {run.state} after {seconds:g} s"
            hint = "; is `books worker` running?" if run.state == "queued" else ""
            raise Misuse("run_not_over", text + hint)
        time.sleep(_POLL_SECONDS)
