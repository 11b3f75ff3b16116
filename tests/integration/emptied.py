"""Tables without a row, as each test begins."""

from itertools import count

import sqlalchemy as sa

from tests import written
from worker.store.columns import metadata
from worker.store.session import Database

_SHOWN = (
    "acts",
    "dead_letters",
    "issues",
    "links",
    "outbox",
    "runs",
    "submission_items",
    "submissions",
    "unknown_faults",
)
_TELLING = sa.text(
    " UNION ALL ".join(
        f"SELECT '{name}: ' || row::text FROM {name} row WHERE row::text LIKE :secret"
        for name in _SHOWN
    )
)
_TIMES = count(1)
_THOROUGHLY = 50  # times: what is deleted leaves its room behind


def empty(database: Database) -> None:
    """Take everything out. To delete the few rows of a test is much quicker than to truncate: that
    makes every table and index a new file."""
    tables = [f'"{table.name}"' for table in reversed(metadata.sorted_tables)]
    with database.begin() as session:
        # What people are shown out of tables, exported or told may hold no secret either.
        for telling in session.execute(_TELLING, {"secret": f"%{written.SECRET}%"}).scalars():
            written.keep_sent("tables", f"{telling}\n")
        if next(_TIMES) % _THOROUGHLY == 0:
            session.execute(sa.text(f"TRUNCATE {', '.join(tables)}"))
            return
        session.execute(sa.text("; ".join(f"DELETE FROM {table}" for table in tables)))
