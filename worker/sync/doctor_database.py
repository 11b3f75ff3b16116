"""Checks of the database: reachable, migrated, ours to use, and which one it is."""

import time
from datetime import UTC, datetime

from sqlalchemy.exc import InterfaceError, OperationalError

from worker.store import health, installation, migrate
from worker.store.migrate import Position
from worker.store.session import now
from worker.sync import keys, restored
from worker.sync.finding import Check, Finding, State
from worker.sync.services import Services

_OLDEST = 150_000  # PostgreSQL 15
_SKEW = 5.0  # seconds
_SPARE = 10  # connections


def server(services: Services) -> list[Finding]:
    """Reachable, of a version that we know, and no standby."""
    try:
        with services.database.begin() as session:
            found = health.server(session)
    except (OperationalError, InterfaceError) as error:
        first = str(error.orig or error).strip().splitlines()[0]
        todo = "start PostgreSQL, or mend BOOKS_DATABASE_URL"
        return [_broken("database", f"PostgreSQL does not answer: {first}", todo)]
    version = f"PostgreSQL {found.version // 10_000}.{found.version % 10_000}"
    if found.standby:
        todo = "point BOOKS_DATABASE_URL at the primary"
        return [_broken("database", f"{version} is a standby, and takes no writes", todo)]
    if found.version < _OLDEST:
        return [_broken("database", f"{version} is too old", "upgrade it to 15 or newer")]
    return [_fine("database", f"{version} answers")]


def connections(services: Services) -> list[Finding]:
    """Whether one more worker of these settings could connect."""
    needed = services.settings.worker_threads * 3 // 2 + _SPARE  # work and leases
    with services.database.begin() as session:
        found = health.server(session)
    says = f"{found.spare} of {found.most} connections are free, a worker may want {needed}"
    if found.spare >= needed:
        return [_fine("database connections", says)]
    todo = "raise max_connections of PostgreSQL, or lower BOOKS_WORKER_THREADS"
    return [Finding("database connections", State.WARNING, says, todo)]


def migrations(services: Services) -> list[Finding]:
    with services.database.begin() as session:
        found = migrate.position(session)
    match found:
        case Position.CURRENT:
            return [_fine("migrations", "the tables are those of this release")]
        case Position.NEWER:
            says = "the tables are those of a newer release"
            todo = "finish the upgrade: this release works beside the next one only"
            return [Finding("migrations", State.WARNING, says, todo)]
        case Position.OLDER | Position.NONE:
            says = "the tables are those of an older release, or there are none"
            return [_broken("migrations", says, "run `books migrate`")]


def rights(services: Services) -> list[Finding]:
    with services.database.begin() as session:
        denied, absent = health.denied(session), health.absent(session)
    if absent:
        listed = ", ".join(absent)
        return [_broken("database rights", f"tables are missing: {listed}", "run `books migrate`")]
    if denied:
        says = f"our user may not read and write {', '.join(denied)}"
        todo = "grant it SELECT, INSERT, UPDATE and DELETE on all tables"
        return [_broken("database rights", says, todo)]
    return [_fine("database rights", "our user may use every table")]


def clock(services: Services) -> list[Finding]:
    """Half of the round trip is taken off, so that a slow network is no slow clock."""
    with services.database.begin() as session:
        started = time.monotonic()
        theirs, ours = now(session), datetime.now(UTC)
        trip = time.monotonic() - started
    skew = (ours - theirs).total_seconds() - trip / 2
    says = f"this host's clock is {abs(skew):.1f} s {'ahead of' if skew > 0 else 'behind'}"
    says += " the database's"
    if abs(skew) <= _SKEW:
        return [_fine("clock", says)]
    todo = "let both keep time by NTP: what decides here is the database's clock"
    return [Finding("clock", State.WARNING, says, todo)]


def secrets(services: Services) -> list[Finding]:
    """Every secret readable, none of them by an old key alone."""
    tally = keys.check(services)
    whose = {f"{one.tenant} ({one.provider})" for one in tally.unreadable}
    if whose:
        says = f"no key of BOOKS_ENCRYPTION_KEYS reads secrets of {', '.join(sorted(whose))}"
        todo = "add the key that sealed them, or connect these companies anew"
        return [_broken("keys", says, todo)]
    if tally.old:
        says = f"{tally.old} of {tally.secrets} secrets need an old key"
        return [Finding("keys", State.WARNING, says, "run `books keys rotate`")]
    return [_fine("keys", f"the first key reads all {tally.secrets} secrets")]


def which(services: Services) -> list[Finding]:
    """Whether it stands in for another one, and whether that would be noticed."""
    standing = restored.note(services)
    found = [
        Finding(
            "restore", State.UNKNOWN, f"PostgreSQL does not tell our user its {name}",
            "after a restore or a failover, compare the newest records with the books by hand",
        )
        for name in standing.unknown
    ]  # fmt: skip
    if standing.restored_at is None:
        return [*found, _fine("restore", "the database is the one that it was")]
    says = "the database was restored or failed over: creates are looked up in the books first"
    todo = "once the backlog is through and nothing is missing, run `books restore clear`"
    return [*found, Finding("restore", State.WARNING, says, todo)]


def ticking(services: Services) -> list[Finding]:
    """Whether the clock's messages are sent and taken up: it leaves a mark once a minute."""
    with services.database.begin() as session:
        seconds = installation.ticked(session)
    todo = "start `books scheduler` and `books worker` (queue housekeeping)"
    if seconds is None:
        return [_broken("clockwork", "nothing periodic has ever run here", todo)]
    if seconds > 3 * services.settings.wake_all_seconds:
        return [_broken("clockwork", f"nothing periodic has run for {seconds:.0f} s", todo)]
    return [_fine("clockwork", f"the clock's work was done {seconds:.0f} s ago")]


def _fine(check: str, says: str) -> Finding:
    return Finding(check, State.FINE, says)


def _broken(check: str, says: str, todo: str) -> Finding:
    return Finding(check, State.BROKEN, says, todo)


CHECKS = (
    Check("database", server),
    Check("database connections", connections),
    Check("migrations", migrations),
    Check("database rights", rights),
    Check("clock", clock),
    Check("keys", secrets),
    Check("restore", which),
    Check("clockwork", ticking),
)
