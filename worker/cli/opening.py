"""What a command works with: the services that bootstrap builds, closed again at the end."""

from collections.abc import Iterator
from contextlib import contextmanager

from worker import bootstrap, logs
from worker.sync.services import Services


@contextmanager
def opened() -> Iterator[Services]:
    """The services for one command; logs go to stderr, warnings and worse only."""
    logs.configure("console", "WARNING")
    with bootstrap.services(bootstrap.settings()) as services:
        yield services
