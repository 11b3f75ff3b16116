"""What happens in between: the database does something, locks are waited for, a lease is lost."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from tests.integration.tenant import Tenant
from worker.store.session import Session


@contextmanager
def on_insert(tenant: Tenant, table: str, action: str) -> Iterator[None]:
    """PostgreSQL does something with every new row (`NEW`), before the insert is over."""
    tenant.run(f"""
        CREATE FUNCTION on_insert() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN PERFORM {action}; RETURN NULL; END $$;
        CREATE TRIGGER on_insert AFTER INSERT ON {table}
            FOR EACH ROW EXECUTE FUNCTION on_insert()""")
    try:
        yield
    finally:
        tenant.run("DROP FUNCTION on_insert CASCADE")


CUT_LEASE = """
    pg_terminate_backend(pid, 5000) FROM pg_locks
    WHERE locktype = 'advisory' AND classid = 1112493899 AND objid = NEW.connection_id
      AND granted"""
"""The database connection that holds the lease is cut as soon as a row is there."""


def cut_lease(tenant: Tenant) -> None:
    """The database connection that holds the lease is cut now."""
    assert tenant.all(f"SELECT {CUT_LEASE.replace('NEW.connection_id', ':c')}"), "nobody drives"


def until(happened: Callable[[], object], seconds: float = 5.0) -> None:
    """Wait for what another thread brings about."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen in time"
        threading.Event().wait(0.005)


def locks_waited_for(session: Session) -> int:
    """How many backends of this database wait for a lock right now."""
    query = """SELECT count(*) FROM pg_stat_activity
               WHERE datname = current_database() AND wait_event_type = 'Lock'"""
    return int(session.execute(sa.text(query)).scalar_one())
