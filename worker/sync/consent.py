"""Consent: a person lets us into a company's books, once per state, and only into the right one."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import assert_never

from worker.errors import Disconnected, Misuse, TokenExpired
from worker.providers.authorizer import AskedAfterwards, NamedInRedirect, Offered, Tokens
from worker.settings import Settings
from worker.store.connections import Connection
from worker.store.session import now
from worker.sync import states
from worker.sync.binding import bind, check_company, check_same
from worker.sync.changing import change
from worker.sync.offers import Offer, meant
from worker.sync.refused import check_enabled, failed, refused
from worker.sync.services import Services
from worker.sync.states import LIFETIME, End
from worker.sync.tokens import application

log = logging.getLogger(__name__)

# What a redirect's `error` means to the person (RFC 6749, 4.1.2.1).
_EXPLAINED = {"invalid_scope": "scope_refused", "unauthorized_client": "client_refused"}


@dataclass(frozen=True)
class Returned:
    """What the ledger's redirect brought back; `company_id` where it names one."""

    provider: str
    state: str = field(repr=False)
    code: str | None = field(default=None, repr=False)
    company_id: str | None = None
    error: str | None = None


@dataclass(frozen=True)
class Choosing:
    """The consent opens several companies: a person has to choose one, once, with this state."""

    connection: Connection
    state: str = field(repr=False)
    offered: Sequence[Offered]


def redirect_url(settings: Settings, provider: str) -> str:
    """The address to register with the ledger, character for character."""
    return f"{settings.public_url.rstrip('/')}/callback/{provider}"


def start(services: Services, connection_id: int) -> str:
    """The ledger's address where a person consents; good for one return within 15 minutes.

    Raises: Misuse.
    """
    with change(services, connection_id) as changing:
        row = changing.connection
        check_enabled(row)
        state = states.new(row.id, End.RETURN)
        begun = services.ledgers[row.provider].authorizer.begin(
            application(services.cipher, row),
            state.text,
            redirect_url(services.settings, row.provider),
        )
        changing.set(
            consent_state=state.hashed,
            consent_expires_at=now(changing.session) + LIFETIME,
            consent_kept=None if begun.kept is None else services.cipher.seal(begun.kept),
        )
    return begun.url


def read(services: Services, provider: str, query: Mapping[str, str]) -> Returned:
    """The redirect's parameters in our words; which one names the company, the ledger knows."""
    ledger = services.ledgers.get(provider)
    match ledger and ledger.consented:
        case NamedInRedirect(parameter):
            company_id = query.get(parameter)
        case _:
            company_id = None
    return Returned(
        provider=provider,
        state=query.get("state", ""),
        code=query.get("code"),
        company_id=company_id,
        error=query.get("error"),
    )


def finish(services: Services, returned: Returned) -> Connection | Choosing:
    """Take the consent: the company is bound, or a person has to choose it first (`choose`).

    Raises: Misuse with a sentence for the person and the way out; Unavailable and Throttled, after
    which the person starts again: state and code are used up.
    """
    row = states.take(services, returned.provider, returned.state, End.RETURN)
    if returned.error is not None:
        raise _declined(row, returned.error)
    named = _named(services, row, returned)
    tokens = _exchange(services, row, returned.code or "")
    offered = _offered(services, row, named, tokens)
    company_id = meant(row, offered)
    if company_id is None:
        return _ask(services, row, tokens, offered)
    return bind(services, row, company_id, tokens)


def choosing(services: Services, provider: str, state: str) -> Choosing:
    """What there is to choose from; uses nothing up. Raises: Misuse."""
    row = states.look(services, provider, state, End.CHOICE)
    offer = Offer.open(services.cipher, row.consent_kept or b"")
    return Choosing(row, state, offer.companies)


def choose(services: Services, provider: str, state: str, company_id: str) -> Connection:
    """Bind the company that a person chose. Raises as `finish`; the choice is used up then."""
    row = states.take(services, provider, state, End.CHOICE)
    offer = Offer.open(services.cipher, row.consent_kept or b"")
    if company_id not in [one.ref for one in offer.companies]:
        raise refused(row, "This company was not among those to choose from.")
    with services.database.begin() as session:
        tokens = offer.left(now(session))
    return bind(services, row, company_id, tokens)


def _declined(row: Connection, error: str) -> Misuse:
    if error in _EXPLAINED:
        return failed(row, _EXPLAINED[error])
    return refused(row, f"The ledger said that consent was not given ({error[:40]}).")


def _named(services: Services, row: Connection, returned: Returned) -> str | None:
    """The company that the redirect names; None where the ledger tells it afterwards.

    Checked before the code is spent. Raises: Misuse.
    """
    ledger, company_id = services.ledgers[row.provider], returned.company_id
    if returned.code is None:
        raise refused(row, "The ledger's answer names no company.")
    if isinstance(ledger.consented, AskedAfterwards):
        return None
    if company_id is None or not ledger.company_id.fullmatch(company_id):
        raise refused(row, "The ledger's answer names no company.")
    with services.database.begin() as session:
        check_company(session, row, company_id)
    return company_id


def _exchange(services: Services, row: Connection, code: str) -> Tokens:
    """Exchange the code, once: whatever goes wrong, the person starts again."""
    authorizer = services.ledgers[row.provider].authorizer
    target = redirect_url(services.settings, row.provider)
    kept = None if row.consent_kept is None else services.cipher.open(row.consent_kept)
    try:
        return authorizer.exchange(application(services.cipher, row), code, target, kept)
    except Disconnected as error:
        if error.code != "consent_withdrawn":
            raise failed(row, error.code) from error
        why = "The ledger did not take its own code: it was used or too old."
        raise refused(row, why) from error


def _offered(
    services: Services, row: Connection, named: str | None, tokens: Tokens
) -> Sequence[Offered]:
    match services.ledgers[row.provider].consented:
        case NamedInRedirect():
            return [Offered(named, named)] if named else []
        case AskedAfterwards(companies):
            try:
                return companies(tokens.access_token)
            except TokenExpired as error:
                raise refused(row, "The ledger did not take its own token.") from error
        case other:
            assert_never(other)


def _ask(
    services: Services, row: Connection, tokens: Tokens, offered: Sequence[Offered]
) -> Choosing:
    """Keep the tokens sealed until a person has chosen, no longer than the consent was good for."""
    state = states.new(row.id, End.CHOICE)
    with change(services, row.id) as changing:
        check_same(row, changing.connection)
        if changing.connection.consent_state is not None:
            raise refused(row, "Another consent was begun meanwhile.")
        offer = Offer(tokens, now(changing.session), offered)
        changing.set(
            consent_state=state.hashed,
            consent_expires_at=row.consent_expires_at,
            consent_kept=offer.seal(services.cipher),
        )
    log.info("consent.choosing", extra={"connection": row.id, "companies": len(offered)})
    return Choosing(row, state.text, offered)
