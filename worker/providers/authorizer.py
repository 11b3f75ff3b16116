"""The port to a ledger's authorization server: consent, refresh and revocation in our words."""

from collections.abc import Callable, Sequence
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
    """The app that a tenant registered with the ledger; the secret in clear (never logged).

    Without a secret it is a public one, which proves itself anew with each consent (PKCE).
    `login_url` and `scope` where they are others than usual.
    """

    client_id: str
    client_secret: str | None = field(repr=False)
    login_url: str | None = None
    scope: str | None = None


@dataclass(frozen=True)
class Begun:
    """Where a person consents, and the secret that the exchange of the code needs again."""

    url: str
    kept: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Offered:
    """A company that a consent opens; `name` as people know it."""

    ref: str
    name: str


@dataclass(frozen=True)
class NamedInRedirect:
    """The ledger's redirect says in this parameter which company was consented to."""

    parameter: str


@dataclass(frozen=True)
class AskedAfterwards:
    """The redirect names no company: those that a consent opens are asked for with its access
    token. Raises as `Authorizer.refresh`, and TokenExpired."""

    companies: Callable[[str], Sequence[Offered]]


Consented = NamedInRedirect | AskedAfterwards


@dataclass(frozen=True)
class Ending:
    """A consent that is to end for one company, and how to get at its tokens.

    `access_token` gives one that lives, and another one than a refused one that it is given. Raises
    as `Authorizer.refresh`. It may replace the refresh token, so that is read last.
    """

    company_id: str | None
    access_token: Callable[[str | None], str]
    refresh_token: Callable[[], str]


class Authorizer(Protocol):
    """The OAuth 2 conversation with one ledger.

    Raises: Disconnected (code `consent_withdrawn`, `client_refused`, `scope_missing` or
    `scope_refused`) where only a person can help, Unavailable where the same call may succeed
    later, Unexplained for all other answers.
    """

    @property
    def login_url(self) -> str:
        """Where people consent, unless an application says otherwise."""
        ...

    @property
    def scope(self) -> str:
        """What is asked for, unless an application says otherwise."""
        ...

    def begin(self, application: Application, state: str, redirect_url: str) -> Begun: ...

    def exchange(
        self, application: Application, code: str, redirect_url: str, kept: str | None
    ) -> Tokens:
        """Exchange a code; once, since a repeat is refused and may cost the tokens it gave.

        `kept`: what `begin` gave to keep.
        """
        ...

    def refresh(self, application: Application, refresh_token: str) -> Tokens: ...

    def revoke(self, application: Application, ending: Ending) -> None:
        """End the consent for this company, and for no other one that is connected here; one that
        has ended already is no error."""
        ...
