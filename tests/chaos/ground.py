"""The services under a scenario: those that are there, or its own, which it may stop and start."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from deploy.dev import postgres, rabbitmq
from deploy.dev.paths import Unavailable
from deploy.dev.postgres import Postgres
from deploy.dev.rabbitmq import RabbitMq
from deploy.dev.run import ENDINGS, Run
from tests.system.environment import Services


class NotOurs(Exception):
    """A scenario wants to stop services that somebody else has started."""


@dataclass(frozen=True)
class Own:
    """Servers that only this scenario uses: `kill` and `start` them as often as need be."""

    postgres: Postgres
    rabbitmq: RabbitMq


@dataclass(frozen=True)
class Ground:
    """Where the services are; `own` only where they are ours to break."""

    services: Services
    own: Own | None = None

    def ours(self) -> Own:
        """The servers themselves. Raises NotOurs."""
        if self.own is None:
            raise NotOurs("this scenario stops PostgreSQL and RabbitMQ, and these are not ours")
        return self.own


@contextmanager
def given() -> Iterator[Ground]:
    """What DATABASE_URL and RABBITMQ_URL name. Raises SystemExit without them."""
    yield Ground(Services.from_environment())


@contextmanager
def own(*, measured: bool = False) -> Iterator[Ground]:
    """Servers of our own from installed programs; RabbitMQ shows its metrics if `measured`.

    Raises NotOurs where there are none.
    """
    # A Run takes the signals of the process for itself, and pytest goes on after it.
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, *ENDINGS)}
    try:
        with Run() as run:
            yield _start(run, measured=measured)
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


def _start(run: Run, *, measured: bool) -> Ground:
    try:
        broker, database = rabbitmq.start(run, measured=measured), postgres.start(run)
    except Unavailable as missing:
        raise NotOurs(
            "this scenario stops and starts PostgreSQL and RabbitMQ itself, so the addresses of "
            f"services that run already do not help, and starting some failed: {missing}"
        ) from None
    return Ground(Services(database.url, broker.url), Own(database, broker))
