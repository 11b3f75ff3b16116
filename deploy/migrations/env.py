"""Alembic's environment: migrations run on the connection that `worker.store.migrate` hands in."""

from alembic import context

from worker.store import ledger_tables, message_tables, operation_tables, tables  # noqa: F401  # to know all
from worker.store.columns import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
