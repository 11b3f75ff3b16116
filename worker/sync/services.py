"""What the use cases are given: built once a process by bootstrap, handed in everywhere."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from worker.providers.port import Books, Limits
from worker.settings import Settings
from worker.store.connections import Connection
from worker.store.secrets import Cipher
from worker.store.session import Database


@dataclass(frozen=True)
class Tokens:
    """What an authorization server gave: tokens in clear (never logged) and when they end (UTC)."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    access_expires_at: datetime
    refresh_expires_at: datetime | None = None


@dataclass(frozen=True)
class Application:
    """The app that a tenant registered with the ledger; the secret in clear (never logged)."""

    client_id: str
    client_secret: str = field(repr=False)


class Authorizer(Protocol):
    """The OAuth 2 conversation with one ledger. Raises the errors of the port.

    `Disconnected` (code `consent_withdrawn` or `client_refused`) where only a person can help, `Unavailable`
    where the same call may succeed later.
    """

    def consent_url(self, application: Application, state: str, redirect_url: str) -> str: ...

    def exchange(self, application: Application, code: str, redirect_url: str) -> Tokens: ...

    def refresh(self, application: Application, refresh_token: str) -> Tokens: ...

    def revoke(self, application: Application, refresh_token: str) -> None: ...


@dataclass(frozen=True)
class Ledger:
    """One provider as the flow sees it: how to authorize, and how to open a company's books."""

    name: str
    authorizer: Authorizer
    limits: Limits
    open: Callable[[Connection, str], Books]  # connection, access token


class Hints(Protocol):
    """Carries hints to other processes; losing or doubling one changes nothing."""

    def drive(self, connection_ids: Sequence[int]) -> None: ...

    def relay(self, partitions: Sequence[int]) -> None: ...


@dataclass(frozen=True)
class Services:
    settings: Settings
    database: Database
    cipher: Cipher
    ledgers: Mapping[str, Ledger]
    hints: Hints
    senders: ThreadPoolExecutor  # HTTP calls in flight; a driver waits for its own
