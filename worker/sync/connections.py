"""What people do with connections: add, find, test, switch on and off, disconnect."""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from schemas.status import ConnectionDisconnected, ConnectionRestored, Environment
from worker.errors import Misuse
from worker.failures import describe
from worker.providers.authorizer import Application
from worker.providers.port import Resource
from worker.store import connections, feeds, inbox, runs
from worker.store.connections import Connection
from worker.store.runs import Asked, Mode, Run
from worker.store.session import Session
from worker.sync import first
from worker.sync.changing import change, unknown
from worker.sync.ending import revoke
from worker.sync.services import Ledger, Services
from worker.sync.tell import about
from worker.sync.tokens import company_name, company_of

log = logging.getLogger(__name__)

_TENANT = re.compile(r"[A-Za-z0-9._-]{1,64}")  # the event contract's rule for `tenantid`
EXPECTED = "expected_company"  # the setting that keeps the company entered before the first consent


@dataclass(frozen=True)
class Wanted:
    """A connection as a person describes it; `company_id` where it is known before the consent."""

    tenant_id: str
    provider: str
    environment: Environment
    application: Application
    company_id: str | None = None


def add(services: Services, wanted: Wanted) -> Connection:
    """Add a connection with links for all that the tenant's CMMS has sent so far.

    Adding one that exists replaces its client id and secret and keeps everything else.
    Raises: Misuse.
    """
    _check(services, wanted)
    with services.database.begin() as session:
        inbox.lock_tenant(session, wanted.tenant_id)
        known = connections.find(session, wanted.tenant_id, wanted.provider)
        same = [row for row in known if row.environment == wanted.environment]
        if same:
            _enter_again(services, session, same[0], wanted)
            return connections.get(session, same[0].id)
        added = connections.add(session, _row(services, wanted))
        linked = inbox.backfill(session, added)
        log.info("connection.added", extra={"connection": added, "links": linked})
        return connections.get(session, added)


def named(services: Services, name: str) -> Connection:
    """The connection with this number, or the one of `tenant[/provider[/environment]]`.

    Raises: Misuse if there is none or more than one.
    """
    with services.database.begin() as session:
        everything = connections.find(session)
    found = [row for row in everything if name in _names(row)]
    if len(found) > 1:
        numbers = ", ".join(f"{row.id} ({row.provider}, {row.environment})" for row in found)
        raise Misuse("ambiguous_connection", f"{name} names several connections: {numbers}")
    if not found:
        raise unknown(name)
    return found[0]


def find(
    services: Services, tenant_id: str | None = None, provider: str | None = None
) -> list[Connection]:
    with services.database.begin() as session:
        return connections.find(session, tenant_id, provider)


def enable(services: Services, connection_id: int) -> Connection:
    """Switch a disabled connection on again, or let a paused one try again."""
    with change(services, connection_id) as changing:
        row = changing.connection
        if row.state == "disabled":
            changing.set(state=_resting_state(row))
            changing.wake()
        elif row.state == "paused":
            # Rights given back, a subscription renewed: that needs no consent. Where one is
            # needed, the next refusal pauses the connection again.
            changing.set(state="active", paused_code=None)
            queue(changing.session, connection_id, first.needed(row.settings), "connect")
            changing.wake()
            changing.tell(ConnectionRestored(**about(row), company=company_of(row)))
        return connections.get(changing.session, connection_id)


def disable(services: Services, connection_id: int) -> Connection:
    """Keep everything, but send and pull nothing until it is enabled."""
    with change(services, connection_id) as changing:
        changing.set(state="disabled")
        changing.answer_asked("switched_off")
        return connections.get(changing.session, connection_id)


def disconnect(services: Services, connection_id: int) -> Connection:
    """Revoke the consent and forget the tokens; the row and its links stay for a reconnect.

    Raises: Unavailable if the ledger cannot be told; nothing has changed then.
    """
    with services.database.begin() as session:
        row = connections.get(session, connection_id)
    if row.refresh_token is not None:
        revoke(services, row)
    with change(services, connection_id) as changing:
        row = changing.connection
        gone = dict.fromkeys(
            ("access_token", "refresh_token", "access_expires_at", "refresh_expires_at")
        )
        # A consent that is under way was asked for before: it must not bring the connection back.
        gone |= connections.NO_CONSENT
        version = row.token_version + 1
        changing.set(state="disconnected", paused_code=None, token_version=version, **gone)
        changing.answer_asked("not_connected")
        if row.company_id is not None:
            changing.tell(ConnectionDisconnected(**about(row), company=company_of(row)))
        return connections.get(changing.session, connection_id)


@dataclass(frozen=True)
class Asking:
    """The run that answers a request; `joined`: it was open before."""

    run: Run
    joined: bool


def ask(
    services: Services, connection_id: int, resource: Resource, mode: Mode = Mode.CHANGES
) -> Asking:
    """Queue a run, or join the open one, on a person's behalf. Raises: Misuse."""
    with change(services, connection_id) as changing:
        check_active(changing.connection)
        if first.is_off(changing.connection.settings, resource):
            way_out = f"`books connections settings {connection_id} kinds=...`"
            raise Misuse("kind_switched_off", f"{resource.value} are switched off: {way_out}")
        changing.wake()
        asked = Asked("cli", f"cli:{uuid4()}", mode=mode)
        queued = runs.queue(changing.session, connection_id, resource, asked)
        if queued is not None:
            return Asking(runs.get(changing.session, queued), joined=False)
        run = runs.join(changing.session, connection_id, resource, asked)
        assert run is not None  # the row is locked: no run ends meanwhile
        if mode is Mode.FULL and run.mode != Mode.FULL:
            text = f"run {run.id} ({resource}) reads changes only and has begun: wait for its end"
            raise Misuse("run_has_begun", text)
        return Asking(run, joined=True)


def is_first(services: Services, connection_id: int, resource: Resource) -> bool:
    """Whether a resource was never pulled and nobody has asked for it yet."""
    with services.database.begin() as session:
        asked = runs.open_run(session, connection_id, resource)
        return asked is None and resource not in feeds.completed(session, connection_id)


def check_active(row: Connection) -> None:
    """Raises Misuse where nothing is sent or pulled: why, and what to do."""
    if row.state == "active":
        return
    if row.state == "paused" and row.paused_code:
        said = describe(row.paused_code, {"company": company_name(row)})
        standing = f"paused: {said.explanation} `books connections connect {row.id}`, or `enable`"
        raise Misuse("not_connected", f"connection {row.id} is {standing} once that is mended")
    way_out = f"not connected: `books connections connect {row.id}`"
    if row.state == "disabled":
        way_out = f"switched off: `books connections enable {row.id}`"
    raise Misuse("not_connected", f"connection {row.id} is {way_out}")


def run(services: Services, run_id: int) -> Run:
    with services.database.begin() as session:
        return runs.get(session, run_id)


def queue(
    session: Session, connection_id: int, resources: Sequence[Resource], by: str
) -> list[int]:
    """Queue a run for each resource, or join the one that is open; returns their ids."""
    found = []
    for resource in resources:
        asked = Asked(by, f"{by}:{uuid4()}")
        queued = runs.queue(session, connection_id, resource, asked)
        open_one = None if queued else runs.join(session, connection_id, resource, asked)
        found.append(queued or (open_one.id if open_one else None))
    return [one for one in found if one is not None]


def bound_to(row: Connection) -> str | None:
    """The company that was bound at the first consent, or entered before it."""
    entered = row.settings.get(EXPECTED)
    return row.company_id or (None if entered is None else str(entered))


def _check(services: Services, wanted: Wanted) -> None:
    if wanted.provider not in services.ledgers:
        known = ", ".join(sorted(services.ledgers))
        raise Misuse("unknown_provider", f"there is no ledger {wanted.provider}; known: {known}")
    if not _TENANT.fullmatch(wanted.tenant_id):
        raise Misuse(
            "bad_tenant", "a tenant is 1 to 64 letters, digits, dots, dashes or underscores"
        )
    ledger = services.ledgers[wanted.provider]
    _check_application(ledger, wanted.application)
    if wanted.company_id and not ledger.company_id.fullmatch(wanted.company_id):
        text = f"{wanted.company_id} is not what {wanted.provider} calls a company: give its id"
        raise Misuse("bad_company", text)


def _check_application(ledger: Ledger, given: Application) -> None:
    if not given.client_id or given.client_secret == "":
        raise Misuse("bad_application", "client id and client secret must not be empty")
    if given.client_secret is None and not ledger.public_apps:
        text = f"{ledger.name} has no applications without a client secret"
        raise Misuse("bad_application", text)


def _row(services: Services, wanted: Wanted) -> dict[str, object]:
    return {
        "tenant_id": wanted.tenant_id,
        "provider": wanted.provider,
        "environment": wanted.environment.value,
        "client_id": wanted.application.client_id,
        "client_secret": services.cipher.seal(wanted.application.client_secret or ""),
        "settings": {EXPECTED: wanted.company_id} if wanted.company_id else {},
    }


def _enter_again(services: Services, session: Session, row: Connection, wanted: Wanted) -> None:
    """Replace the credentials; tokens of one application are worth nothing to another."""
    new = wanted.application
    if row.state == "active" and new.client_id != row.client_id:
        text = f"connection {row.id} works with another client id: disconnect it first"
        raise Misuse("connection_in_use", text)
    bound = bound_to(row)
    if wanted.company_id and bound not in (None, wanted.company_id):
        text = f"connection {row.id} belongs to company {bound}, not to {wanted.company_id}"
        raise Misuse("company_mismatch", text)
    entered = {EXPECTED: wanted.company_id} if wanted.company_id else {}
    connections.change(
        session,
        row.id,
        client_id=new.client_id,
        client_secret=services.cipher.seal(new.client_secret or ""),
        settings={**row.settings, **entered},
    )


def _names(row: Connection) -> set[str]:
    provider = f"{row.tenant_id}/{row.provider}"
    return {str(row.id), row.tenant_id, provider, f"{provider}/{row.environment}"}


def _resting_state(row: Connection) -> str:
    """Where a connection is when it is not switched off."""
    if row.access_token is None:
        return "new" if row.company_id is None else "disconnected"
    return "active" if row.paused_code is None else "paused"
