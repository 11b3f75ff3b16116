"""Webhooks: a ledger says that something changed; a pull that reads it is queued, and no more.

Polling stays the guaranteed path: what a webhook loses, the next scheduled pull finds.
"""

import hashlib
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from worker.errors import Misuse
from worker.providers.webhooks import Notice
from worker.settings import Settings
from worker.store import connections, hints, runs
from worker.store.connections import Connection
from worker.store.session import Session, hurry
from worker.sync import merges
from worker.sync.changing import change
from worker.sync.services import Services

log = logging.getLogger(__name__)

LONGEST = 1024 * 1024
"""Bytes of a delivery; what is longer is refused unread."""

_PATIENCE = 1.0  # seconds for a lock or a statement: the ledger wants its answer within three


class Result(StrEnum):
    """What became of a delivery."""

    QUEUED = "queued"
    JOINED = "joined"  # a run is open that will read it, or will be followed by one
    IGNORED = "ignored"  # companies or records that are none of ours
    MALFORMED = "malformed"
    UNSIGNED = "unsigned"


@dataclass(frozen=True)
class Delivery:
    """What arrived, byte by byte; header names are in lower case."""

    provider: str
    headers: Mapping[str, str]
    body: bytes


def url(settings: Settings, provider: str) -> str:
    """The address to enter at the developer's portal."""
    return f"{settings.public_url.rstrip('/')}/webhooks/{provider}"


def enter_secret(services: Services, connection_id: int, secret: str) -> Connection:
    """Keep what the ledger signs this connection's webhooks with. Raises Misuse."""
    if not secret:
        raise Misuse("bad_webhook_token", "the webhook token must not be empty")
    with change(services, connection_id) as changing:
        changing.set(webhook_secret=services.cipher.seal(secret))
        return connections.get(changing.session, connection_id)


@dataclass
class Receiver:
    """Takes deliveries in; one a process, since it keeps the opened secrets."""

    services: Services
    _opened: dict[bytes, str] = field(default_factory=dict, repr=False)

    def take(self, delivery: Delivery) -> Result:
        """Check, read, queue: one transaction. Raises DBAPIError where nothing could be kept."""
        services = self.services
        ledger = services.ledgers[delivery.provider]
        with services.database.begin() as session:
            hurry(session, _PATIENCE)
            known = self._secrets(session, delivery.provider)
            fitting = ledger.webhooks.signed_with(
                delivery.body, delivery.headers, set(known.values())
            )
            if not fitting:
                return Result.UNSIGNED
            try:
                notices = ledger.webhooks.read(delivery.body)
            except ValueError as error:
                # A repeat would say the same, and hold up what comes after it.
                log.warning("webhook.malformed", extra={"reason": str(error)})
                return Result.MALFORMED
            signers = {sealed for sealed, secret in known.items() if secret in fitting}
            rows = _concerned(session, delivery.provider, notices, signers)
            queued = _queue(session, services, rows, notices, _slot(delivery))
            hinted = hints.claim_hints(session, queued) if not _delay(services) else []
        services.hints.drive(hinted)
        return Result.QUEUED if queued else Result.JOINED if rows else Result.IGNORED

    def _secrets(self, session: Session, provider: str) -> dict[bytes, str]:
        """The secrets of all connections, sealed -> open; each is opened once."""
        sealed = connections.webhook_secrets(session, provider)
        found = {one: self._opened.get(one) or self._open(one) for one in sealed}
        self._opened = found
        return {one: secret for one, secret in found.items() if secret}

    def _open(self, sealed: bytes) -> str:
        try:
            return self.services.cipher.open(sealed)
        except Misuse:  # of a key that is no longer there: it must not take the others with it
            log.warning("webhook.secret_unreadable")
            return ""


def _concerned(
    session: Session, provider: str, notices: Iterable[Notice], signers: set[bytes]
) -> list[Connection]:
    """The connections that are told something, by who may tell it; those at rest are not."""
    companies = {notice.company_id for notice in notices}
    return [
        row
        for row in connections.of_companies(session, provider, companies)
        if row.state == "active" and row.webhook_secret and bytes(row.webhook_secret) in signers
    ]


def _queue(
    session: Session,
    services: Services,
    rows: Iterable[Connection],
    notices: Iterable[Notice],
    slot: str,
) -> list[int]:
    """Have it read what changed; the connections for which that took a new run."""
    queued = set()
    for row in rows:
        # First of all: it is also the lock under which a run ends.
        connections.wake(session, [row.id], _delay(services))
        of_it = [notice for notice in notices if notice.company_id == row.company_id]
        for merged in filter(None, (notice.merged for notice in of_it)):
            merges.follow(session, row, merged)
        for resource in sorted({notice.resource for notice in of_it}):
            if runs.report_change(session, row.id, resource, slot, _delay(services)):
                queued.add(row.id)
    return sorted(queued)


def _delay(services: Services) -> float:
    return services.settings.webhook_delay


def _slot(delivery: Delivery) -> str:
    """A repeat of a delivery names the same slot: it is not read twice."""
    return f"webhook:{hashlib.sha256(delivery.body).hexdigest()}"
