"""What a command works with: the services that bootstrap builds, closed again at the end."""

import time
from collections.abc import Callable, Iterator
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


def waited(services: Services, run_id: int, seconds: float, tell: Callable[[Run], None]) -> Run:
    """The run once it is over; `tell` sees it whenever it has changed meanwhile.

    Raises: Misuse after `seconds`; the run goes on all the same.
    """
    end = time.monotonic() + seconds
    seen = None
    while True:
        run = connections.run(services, run_id)
        if run != seen:
            tell(run)
        if run.state in ("done", "failed"):
            return run
        if time.monotonic() >= end:
            text = f"run {run_id} ({run.resource}) is still {run.state} after {seconds:g} s"
            hint = "; is `books worker` running?" if run.state == "queued" else ""
            raise Misuse("run_not_over", text + hint)
        seen = run
        time.sleep(_POLL_SECONDS)
