"""Consent: a person lets us into a company's books, once per state, and only into the right one."""

import hashlib
import hmac
import logging
import random
import secrets
from dataclasses import dataclass, field, replace
from datetime import timedelta

from sqlalchemy.exc import IntegrityError, NoResultFound

from schemas.status import ConnectionEstablished, ConnectionRestored
from worker.errors import Disconnected, Misuse, ProviderError, TokenExpired, Unexplained
from worker.failures import describe
from worker.providers.authorizer import Tokens
from worker.providers.port import Company
from worker.settings import Settings
from worker.store import connections, feeds, usage
from worker.store.connections import Connection
from worker.store.session import Session, now
from worker.store.usage import Call
from worker.sync import first
from worker.sync.changing import Change, change
from worker.sync.company import keep as keep_company
from worker.sync.connections import EXPECTED, queue
from worker.sync.options import intervals
from worker.sync.services import Services
from worker.sync.tell import about
from worker.sync.tokens import application, company_name, company_of, stored

log = logging.getLogger(__name__)

LIFETIME = timedelta(minutes=15)
_AGAIN = "Nothing was changed. Start again with `books connections connect {id}`."


@dataclass(frozen=True)
class Returned:
    """What the ledger's redirect brought back; `company_id` as the ledger
    names it there."""

    provider: str
    state: str = field(repr=False)
    code: str | None = field(default=None, repr=False)
    company_id: str | None = None
    error: str | None = None


def redirect_url(settings: Settings, provider: str) -> str:
    """The address to register with the ledger, character for character."""
    return f"{settings.public_url.rstrip('/')}/callback/{provider}"


def start(services: Services, connection_id: int) -> str:
    """The ledger's address where a person consents; good for one return within 15 minutes.

    Raises: Misuse.
    """
    secret = secrets.token_urlsafe(32)
    with change(services, connection_id) as changing:
        row = changing.connection
        _check_enabled(row)
        until = now(changing.session) + LIFETIME
        changing.set(consent_state=_hashed(secret), consent_expires_at=until)
    # The number only leads to the row; what proves that we began this is the secret behind it.
    state = f"{row.id}.{secret}"
    target = redirect_url(services.settings, row.provider)
    authorizer = services.ledgers[row.provider].authorizer
    return authorizer.consent_url(application(services.cipher, row), state, target)


def finish(services: Services, returned: Returned) -> Connection:
    """Bind the company and store its tokens; the first pulls are queued then.

    Raises: Misuse with a sentence for the person and the way out; Unavailable and Throttled, after
    which the person starts again: state and code are used up.
    """
    row = _take_state(services, returned)
    if returned.error is not None:
        raise _refused(row, f"The ledger said that consent was not given ({returned.error[:40]}).")
    company_id = returned.company_id or ""
    if returned.code is None or not services.ledgers[row.provider].company_id.fullmatch(company_id):
        raise _refused(row, "The ledger's answer names no company.")
    with services.database.begin() as session:
        _check_company(session, row, company_id)
    tokens = _exchange(services, row, returned.code)
    company = _opened(services, row, company_id, tokens)
    try:
        return _connect(services, row, company, tokens)
    except IntegrityError:
        raise _taken(row, company_id) from None


def _take_state(services: Services, returned: Returned) -> Connection:
    """The connection whose state this is; used up and committed before anything else happens."""
    with services.database.begin() as session:
        row = _begun(session, returned)
        if row is None:
            text = "This consent was not started here, or it was used already."
            raise Misuse("state_unknown", f"{text} Start again with `books connections connect`.")
        connections.change(session, row.id, consent_state=None, consent_expires_at=None)
        moment = now(session)
    if row.consent_expires_at is None or row.consent_expires_at < moment:
        raise _refused(row, "This consent took longer than 15 minutes.")
    _check_enabled(row)
    return row


def _begun(session: Session, returned: Returned) -> Connection | None:
    """The locked connection whose open consent this is; a wrong guess leaves it open."""
    number, _, secret = returned.state.partition(".")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    try:
        row = connections.lock(session, int(number))
    except NoResultFound:
        return None
    return row if row.provider == returned.provider and _is_state_of(row, secret) else None


def _is_state_of(row: Connection, secret: str) -> bool:
    return hmac.compare_digest(row.consent_state or "", _hashed(secret))


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _exchange(services: Services, row: Connection, code: str) -> Tokens:
    """Exchange the code, once: whatever goes wrong, the person starts again."""
    authorizer = services.ledgers[row.provider].authorizer
    target = redirect_url(services.settings, row.provider)
    try:
        return authorizer.exchange(application(services.cipher, row), code, target)
    except Disconnected as error:
        if error.code == "client_refused":
            said = describe(error.code, {})
            raise _refused(row, " ".join((said.explanation, *said.steps[:1]))) from error
        raise _refused(
            row, "The ledger did not take its own code: it was used or too old."
        ) from error


def _opened(services: Services, row: Connection, company_id: str, tokens: Tokens) -> Company:
    """The company as its books describe it: they open for the one that was consented to only.

    The company's id came through the browser, where anybody can write another one.
    Raises: Misuse where the ledger refuses; Unavailable, Throttled.
    """
    asked = replace(row, company_id=company_id)
    # Two calls outside the budget: only the driver spends that, and there may be none yet.
    books = services.ledgers[row.provider].open(asked, tokens.access_token)
    try:
        company = books.test()
    except Disconnected as error:
        said = describe(error.code, {"company": f"company {company_id}"})
        raise _closed(row, error, " ".join((said.explanation, *said.steps[:1]))) from error
    except (TokenExpired, Unexplained) as error:
        why = f"The ledger does not open company {company_id} to this consent."
        raise _closed(row, error, why) from error
    except (LookupError, ValueError, TypeError) as error:
        log.exception("consent.unreadable", extra={"connection": row.id})  # our reading is at fault
        raise _refused(row, f"What the ledger says of company {company_id} is unclear.") from error
    _count(services, row, books.calls)
    return company


def _count(services: Services, row: Connection, calls: int) -> None:
    with services.database.begin() as session:
        connections.lock(session, row.id)
        usage.count(session, row.id, Call.READ, calls)


def _closed(row: Connection, error: ProviderError, why: str) -> Misuse:
    said = {"reason": str(error), "correlation_id": error.correlation_id}
    log.warning("consent.company_closed", extra={"connection": row.id, **said})
    return _refused(row, why)


def _connect(services: Services, row: Connection, company: Company, tokens: Tokens) -> Connection:
    with change(services, row.id) as changing:
        current = changing.connection
        _check_company(changing.session, current, company.ref)
        _check_same(row, current)
        values = {"company_id": company.ref, "state": "active", "paused_code": None}
        stored(changing.session, services.cipher, current, tokens, **values)
        keep_company(changing.session, row.id, company)
        _begin(changing, services)
        connected = connections.get(changing.session, row.id)
        told = ConnectionEstablished if current.company_id is None else ConnectionRestored
        changing.tell(told(**about(connected), company=company_of(connected)))
    log.info("connection.connected", extra={"connection": row.id, "company": company.ref})
    return connected


def _check_same(before: Connection, current: Connection) -> None:
    """Refuse where somebody switched off, disconnected or re-entered while the ledger was asked."""
    _check_enabled(current)
    if current.client_id != before.client_id:
        raise _refused(before, "The application's client id was replaced meanwhile.")
    # Disconnecting forgets the tokens, which counts as a change of theirs.
    if current.state == "disconnected" and current.token_version != before.token_version:
        raise _refused(before, "The connection was disconnected meanwhile.")


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


def _check_company(session: Session, row: Connection, company_id: str) -> None:
    """Refuse another company than the one entered or bound, and one that is somebody else's."""
    bound = row.company_id or row.settings.get(EXPECTED)
    if bound not in (None, company_id):
        ours = f"{company_name(row)} ({bound})" if row.company_id else str(bound)
        said = describe("company_mismatch", {"company": ours, "other_company": company_id})
        raise _refused(row, " ".join((said.explanation, *said.steps)))
    if connections.holder(session, row.provider, row.environment, company_id) not in (None, row.id):
        raise _taken(row, company_id)


def _check_enabled(row: Connection) -> None:
    if row.state == "disabled":
        text = f"connection {row.id} is switched off: `books connections enable {row.id}` first"
        raise Misuse("switched_off", text)


def _taken(row: Connection, company_id: str) -> Misuse:
    return _refused(
        row,
        f"Company {company_id} is connected through another connection, and a company's books take "
        "one only. Disconnecting there does not free it: ask an engineer.",
    )


def _refused(row: Connection, why: str) -> Misuse:
    return Misuse("consent_refused", f"{why} {_AGAIN.format(id=row.id)}")
