"""What the use cases are given: built once a process by bootstrap, handed in everywhere."""

import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from worker.providers.accounts import Uses
from worker.providers.authorizer import Authorizer, Consented
from worker.providers.port import Books, Limits, Traits
from worker.providers.webhooks import Webhooks
from worker.settings import Settings
from worker.store.connections import Connection
from worker.store.secrets import Cipher
from worker.store.session import Database


@dataclass(frozen=True)
class Ledger:
    """One provider as the flow sees it: how to authorize, and how to open a company's books."""

    name: str
    authorizer: Authorizer
    consented: Consented  # how it is known which company a person consented to
    limits: Limits
    traits: Traits
    uses: Uses
    webhooks: Webhooks
    company_id: re.Pattern[str]  # what the ids of its companies look like, whole
    public_apps: bool  # whether there are applications without a client secret
    open: Callable[[Connection, str], Books]  # connection, access token
    close: Callable[[], None]


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

    def close(self) -> None:
        """Let go of threads and connections; calls in flight are not waited for."""
        self.senders.shutdown(wait=False, cancel_futures=True)
        self.database.close()
        for ledger in self.ledgers.values():
            ledger.close()
