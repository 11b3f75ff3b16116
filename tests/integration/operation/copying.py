"""A copy of a database as a restored backup is one: the same rows under another identity."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeVar
from urllib.parse import urlsplit

import psycopg

from tests.integration.tenant import Tenant
from worker.bootstrap import make_services
from worker.store.session import Database

AnyTenant = TypeVar("AnyTenant", bound=Tenant)


@contextmanager
def restored(tenant: AnyTenant, server: str) -> Iterator[AnyTenant]:
    """The tenant as it is now in a database restored from a backup of this moment."""
    with copied(tenant.services.database, server) as url:
        settings = tenant.services.settings.model_copy(update={"database_url": url})
        services = make_services(settings, tenant.hints)
        try:
            yield replace(tenant, services=services)
        finally:
            services.close()


@contextmanager
def copied(database: Database, server: str) -> Iterator[str]:
    """The URL of a copy of a database as it is now; dropped at the end."""
    name, copy = database.work.url.database, f"books_{secrets.token_hex(6)}"
    database.work.dispose()
    database.leases.dispose()
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s",
            (name,),
        )
        admin.execute(f'CREATE DATABASE {copy} TEMPLATE "{name}"'.encode())
    try:
        yield urlsplit(server)._replace(path=f"/{copy}").geturl()
    finally:
        with psycopg.connect(server, autocommit=True) as admin:
            admin.execute(f"DROP DATABASE {copy} WITH (FORCE)".encode())
