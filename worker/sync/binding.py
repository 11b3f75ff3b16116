"""A company is bound to its connection: its books open, nobody else has it, its tokens are
stored."""

import logging
import random
from dataclasses import replace

from sqlalchemy.exc import IntegrityError

from schemas.status import ConnectionEstablished, ConnectionRestored
from worker.errors import Disconnected, ProviderError, TokenExpired, Unexplained
from worker.providers.authorizer import Tokens
from worker.providers.port import Company
from worker.store import connections, feeds, usage
from worker.store.connections import Connection
from worker.store.session import Session
from worker.store.usage import Call
from worker.sync import first
from worker.sync.changing import Change, change
from worker.sync.company import keep as keep_company
from worker.sync.connections import bound_to, queue
from worker.sync.options import intervals
from worker.sync.refused import check_enabled, failed, mismatch, refused, taken
from worker.sync.services import Services
from worker.sync.tell import about
from worker.sync.tokens import company_of, stored

log = logging.getLogger(__name__)


def bind(services: Services, row: Connection, company_id: str, tokens: Tokens) -> Connection:
    """Open the company's books, bind them and store the tokens; the first pulls are queued then.

    `row` is the connection as it was when its consent came back.
    Raises: Misuse with a sentence for the person and the way out; Unavailable and Throttled.
    """
    company = _opened(services, row, company_id, tokens)
    try:
        return _connect(services, row, company, tokens)
    except IntegrityError:
        raise taken(row, company_id) from None


def check_company(session: Session, row: Connection, company_id: str) -> None:
    """Refuse another company than the one entered or bound, and one that is somebody else's."""
    if bound_to(row) not in (None, company_id):
        raise mismatch(row, company_id)
    if connections.holder(session, row.provider, row.environment, company_id) not in (None, row.id):
        raise taken(row, company_id)


def check_same(before: Connection, current: Connection) -> None:
    """Refuse where somebody switched off, disconnected or re-entered while the ledger was asked."""
    check_enabled(current)
    if current.client_id != before.client_id:
        raise refused(before, "The application's client id was replaced meanwhile.")
    # Disconnecting forgets the tokens, which counts as a change of theirs.
    if current.state == "disconnected" and current.token_version != before.token_version:
        raise refused(before, "The connection was disconnected meanwhile.")


def _opened(services: Services, row: Connection, company_id: str, tokens: Tokens) -> Company:
    """The company as its books describe it: they open for the one that was consented to only.

    Where the company's id came through the browser, anybody can have written another one there.
    Raises: Misuse where the ledger refuses; Unavailable, Throttled.
    """
    asked = replace(row, company_id=company_id)
    # A call or two outside the budget: only the driver spends that, and there may be none yet.
    books = services.ledgers[row.provider].open(asked, tokens.access_token)
    try:
        company = books.test()
    except Disconnected as error:
        _log_closed(row, error)
        raise failed(row, error.code, company=f"company {company_id}") from error
    except (TokenExpired, Unexplained) as error:
        _log_closed(row, error)
        why = f"The ledger does not open company {company_id} to this consent."
        raise refused(row, why) from error
    except (LookupError, ValueError, TypeError) as error:
        log.exception("consent.unreadable", extra={"connection": row.id})  # our reading is at fault
        raise refused(row, f"What the ledger says of company {company_id} is unclear.") from error
    _count(services, row, books.calls)
    _check_environment(row, company)
    return company


def _check_environment(row: Connection, company: Company) -> None:
    other = company.environment
    if other not in (None, row.environment):
        raise failed(
            row, "environment_mismatch", company=company.name, other=other, use=row.environment
        )


def _count(services: Services, row: Connection, calls: int) -> None:
    with services.database.begin() as session:
        connections.lock(session, row.id)
        usage.count(session, row.id, Call.READ, calls)


def _log_closed(row: Connection, error: ProviderError) -> None:
    said = {"reason": str(error), "correlation_id": error.correlation_id}
    log.warning("consent.company_closed", extra={"connection": row.id, **said})


def _connect(services: Services, row: Connection, company: Company, tokens: Tokens) -> Connection:
    with change(services, row.id) as changing:
        current = changing.connection
        check_company(changing.session, current, company.ref)
        check_same(row, current)
        values = {"company_id": company.ref, "state": "active", "paused_code": None}
        stored(changing.session, services.cipher, current, tokens, **values)
        keep_company(changing.session, row.id, company)
        _begin(changing, services)
        connected = connections.get(changing.session, row.id)
        told = ConnectionEstablished if current.company_id is None else ConnectionRestored
        changing.tell(told(**about(connected), company=company_of(connected)))
    log.info("connection.connected", extra={"connection": row.id, "company": company.ref})
    return connected


def _begin(changing: Change, services: Services) -> None:
    """Queue the first pulls and start the clock, each feed on a grid of its own."""
    session, connection_id = changing.session, changing.connection.id
    queue(session, connection_id, first.needed(changing.connection.settings), "connect")
    traits = services.ledgers[changing.connection.provider].traits
    for resource, interval in intervals(services.settings, traits).items():
        # Jitter, so that a thousand connections do not pull in the same second for ever.
        begins = interval * random.uniform(0.5, 1.0)  # noqa: S311 - no secret
        feeds.add(session, connection_id, resource, interval, begins)
    changing.wake()
