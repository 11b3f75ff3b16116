"""The end of a consent, for this company alone."""

import logging
from functools import partial

from worker.errors import Disconnected, Unavailable
from worker.providers.authorizer import Ending
from worker.store.connections import Connection
from worker.store.leases import lease
from worker.sync import tokens
from worker.sync.services import Services

log = logging.getLogger(__name__)


def revoke(services: Services, row: Connection) -> None:
    """Tell the ledger. Raises: Unavailable if it cannot be told."""
    authorizer = services.ledgers[row.provider].authorizer
    ending = Ending(
        row.company_id,
        partial(_access_token, services, row),
        lambda: tokens.held_by(services, row.id).refresh_token,
    )
    try:
        authorizer.revoke(tokens.application(services.cipher, row), ending)
    except Disconnected as error:
        # The application or its consent is refused, so its tokens open nothing: what is left is to
        # forget them.
        log.warning("connection.revoke_refused", extra={"connection": row.id, "code": error.code})


def _access_token(services: Services, row: Connection, refused: str | None) -> str:
    """One that lives; another one than a refused one. Only who has the lease may refresh."""
    with lease(services.database, row.id) as mine:
        if mine is not None:
            if refused is None:
                return tokens.access_token(services, row, mine)
            return tokens.renew(services, row.id, refused, mine)
    # Whoever has it has seen to its token just now.
    found = tokens.held_by(services, row.id).access_token
    if found == refused:
        raise Unavailable("the connection is at work: try again in a moment")
    return found
