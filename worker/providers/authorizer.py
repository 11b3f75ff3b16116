"""The port to a ledger's authorization server: consent, refresh and revocation in our words."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol


@dataclass(frozen=True)
class Tokens:
    """What an authorization server gave: tokens in clear (never logged) and how long they live.

    Lifetimes and not times: the moment is the database's to tell.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    access_lifetime: timedelta
    refresh_lifetime: timedelta | None = None


@dataclass(frozen=True)
class Application:
    """The app that a tenant registered with the ledger; the secret in clear (never logged)."""

    client_id: str
    client_secret: str = field(repr=False)


class Authorizer(Protocol):
    """The OAuth 2 conversation with one ledger.

    Raises: Disconnected (code `consent_withdrawn` or `client_refused`) where only a person can
    help, Unavailable where the same call may succeed later, Unexplained for all other answers.
    """

    def consent_url(self, application: Application, state: str, redirect_url: str) -> str: ...

    def exchange(self, application: Application, code: str, redirect_url: str) -> Tokens:
        """Exchange a code; once, since a repeat is refused and may cost the tokens it gave."""
        ...

    def refresh(self, application: Application, refresh_token: str) -> Tokens: ...

    def revoke(self, application: Application, refresh_token: str) -> None:
        """End the consent; one that has ended already is no error."""
        ...
