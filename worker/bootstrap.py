"""Settings become services: the only place that names concrete classes."""

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import httpx

from events.publishers import Publishers
from events.topology import REPLAY
from schemas.kinds import Kind
from worker import metrics
from worker.broker import QUEUES, BrokerHints, make_broker
from worker.errors import Category
from worker.providers.authorizer import AskedAfterwards, NamedInRedirect
from worker.providers.http import client
from worker.providers.oauth import OAuth
from worker.providers.port import Books, Limits, Resource
from worker.providers.quickbooks import faults as quickbooks_faults
from worker.providers.quickbooks import traits as quickbooks
from worker.providers.quickbooks.books import QuickBooks
from worker.providers.quickbooks.uses import AccountUses
from worker.providers.quickbooks.webhooks import IntuitWebhooks
from worker.providers.signs import Sign
from worker.providers.xero import faults as xero_faults
from worker.providers.xero import traits as xero
from worker.providers.xero.authorizer import XeroAuthorizer
from worker.providers.xero.books import Xero
from worker.providers.xero.uses import AccountUses as XeroUses
from worker.providers.xero.webhooks import XeroWebhooks
from worker.settings import (
    LedgerSettings,
    QuickBooksSettings,
    Settings,
    XeroSettings,
    from_environment,
)
from worker.store.connections import Connection
from worker.store.secrets import Cipher
from worker.store.session import Database
from worker.sync.replays import Publish
from worker.sync.services import Hints, Ledger, Services

OTHER_PLACES = ("plan", "pull", "figures", "web")
"""Where defects come up, beside the actors."""


def settings() -> Settings:
    """What the environment says. Raises ValidationError naming what is missing or wrong."""
    return from_environment()


@contextmanager
def services(chosen: Settings) -> Iterator[Services]:
    """The services of one command, closed again at its end."""
    broker = make_broker(chosen.broker_url)
    made = make_services(chosen, BrokerHints(broker))
    try:
        yield made
    finally:
        made.close()
        broker.close()


@contextmanager
def republisher(chosen: Settings) -> Iterator[Publish]:
    """Puts dead letters back into the queue of intake, over several connections at once.

    Not through the exchange of events: other consumers have had the messages already.
    """
    with Publishers(chosen.broker_url, exchange=REPLAY) as publishers:
        yield publishers.publish_all


def signs() -> Mapping[str, Sequence[Sign]]:
    """What each ledger says, and which of our codes it becomes."""
    return {"quickbooks": tuple(quickbooks_faults.signs()), "xero": tuple(xero_faults.signs())}


def make_services(settings: Settings, hints: Hints | None = None, threads: int = 4) -> Services:
    """Everything that the use cases need; `threads` is how many of them run at once."""
    return Services(
        settings=settings,
        database=Database(settings.database_url, threads=threads),
        cipher=Cipher([key.get_secret_value() for key in settings.encryption_keys]),
        ledgers={
            "quickbooks": _quickbooks(settings.quickbooks),
            "xero": _xero(settings.xero),
        },
        hints=hints or BrokerHints(make_broker(settings.broker_url)),
        senders=ThreadPoolExecutor(max_workers=threads * 4, thread_name_prefix="send"),
    )


def expose(services: Services, process: str) -> int:
    """Serve the metrics of this process; returns the port. Raises: OSError."""
    known = metrics.Known(
        kinds=list(Kind),
        categories=list(Category),
        providers=list(services.ledgers),
        resources=list(Resource),
        places=[*QUEUES, *OTHER_PLACES],
    )
    metrics.begin(known)
    settings = services.settings
    return metrics.serve(settings.metrics_host, settings.metrics_port, process)


def limits(settings: LedgerSettings) -> Limits:
    return Limits(
        batch=settings.batch,
        concurrency=settings.concurrency,
        per_second=settings.per_second,
        per_minute=settings.per_minute,
        batches_per_minute=settings.batches_per_minute,
        replay_window=settings.replay_window,
        key_lifetime=settings.key_lifetime,
        timeout=settings.timeout,
    )


def _token_timeout(settings: LedgerSettings) -> float:
    """Token calls are answered at once, and a person may be waiting for one in a browser."""
    return min(settings.timeout, 30.0)


def _quickbooks(settings: QuickBooksSettings) -> Ledger:
    http = client()
    return Ledger(
        name="quickbooks",
        authorizer=OAuth(
            authorize_url=settings.authorize_url,
            token_url=settings.token_url,
            revoke_url=settings.revoke_url,
            scope=settings.scope,
            timeout=_token_timeout(settings),
        ),
        consented=NamedInRedirect("realmId"),  # Intuit: OAuth 2.0
        limits=limits(settings),
        traits=quickbooks.TRAITS,
        uses=AccountUses(),
        webhooks=IntuitWebhooks(),
        company_id=re.compile("[0-9]{1,20}"),  # Intuit: realm ids
        public_apps=False,
        open=functools.partial(_open_quickbooks, settings, http),
        close=http.close,
    )


def _open_quickbooks(
    settings: QuickBooksSettings, http: httpx.Client, connection: Connection, token: str
) -> Books:
    production = connection.environment == "production"
    return QuickBooks(
        http=http,
        base_url=settings.production_url if production else settings.sandbox_url,
        company_id=connection.company_id or "",
        access_token=token,
        environment=connection.environment,
        limits=limits(settings),
    )


def _xero(settings: XeroSettings) -> Ledger:
    http = client()
    authorizer = XeroAuthorizer(
        authorize_url=settings.authorize_url,
        token_url=settings.token_url,
        revoke_url=settings.revoke_url,
        scope=settings.scope,
        api_url=settings.api_url,
        timeout=_token_timeout(settings),
    )
    return Ledger(
        name="xero",
        authorizer=authorizer,
        consented=AskedAfterwards(authorizer.companies),
        limits=_xero_limits(settings),
        traits=replace(xero.TRAITS, feeds=_xero_feeds(settings)),
        uses=XeroUses(),
        webhooks=XeroWebhooks(),
        company_id=re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),  # Xero: tenant ids
        public_apps=True,  # those that prove themselves by PKCE (Xero: PKCE flow)
        open=functools.partial(_open_xero, settings, http),
        close=http.close,
    )


def _xero_limits(settings: XeroSettings) -> Limits:
    return replace(limits(settings), per_day=settings.per_day, mixed=False)


def _xero_feeds(settings: XeroSettings) -> dict[Resource, int]:
    return {
        Resource.CONNECTION: settings.organisation_interval,
        Resource.ACCOUNTS: settings.lists_interval,
        Resource.TAXES: settings.lists_interval,
        Resource.CUSTOMERS: settings.contacts_interval,
        Resource.VENDORS: 0,  # they come with the customers: both are contacts
        Resource.ITEMS: settings.items_interval,
        Resource.DOCUMENTS: settings.documents_interval,
    }


def _open_xero(
    settings: XeroSettings, http: httpx.Client, connection: Connection, token: str
) -> Books:
    return Xero(
        http=http,
        base_url=settings.api_url,
        tenant_id=connection.company_id or "",
        access_token=token,
        limits=_xero_limits(settings),
    )
