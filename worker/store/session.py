"""The database: one pool for work, one for leases, short READ COMMITTED transactions."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from functools import partial

import sqlalchemy as sa
from sqlalchemy.engine import Connection as Session
from sqlalchemy.exc import DBAPIError

__all__ = [
    "Database",
    "Session",
    "Watch",
    "hurry",
    "is_late",
    "is_refused_data",
    "let_go_when_frozen",
    "now",
]

_WATCH_SECONDS = 5
# Compiling a statement costs more than any of ours takes: of issues over 50,000 links most of it.
_QUICKLY = "-c jit=off"
_CANCELED = "57014"  # by the statement's own timeout
_REFUSED_CLASSES = ("22", "23", "54")  # data exception, integrity violation, limit exceeded


class Database:
    """Two pools on one PostgreSQL: leases live in transactions that stay open while HTTP is
    spoken."""

    def __init__(self, url: str, *, threads: int) -> None:
        address = sa.make_url(url).set(drivername="psycopg")
        address = address.set(drivername="postgresql+psycopg")
        dumps = partial(json.dumps, default=_plain)
        create = partial(
            sa.create_engine,
            address,
            isolation_level="READ COMMITTED",
            json_serializer=dumps,
            hide_parameters=True,  # errors end up in logs; customers' data and tokens must not
        )
        given = address.query.get("options", "")
        self.work = create(
            pool_size=threads // 2 + 4,
            max_overflow=4,
            pool_pre_ping=True,
            connect_args={"options": f"{given} {_QUICKLY}".strip()},
        )
        self.leases = create(
            pool_size=threads,
            max_overflow=2,
            pool_pre_ping=True,
            # A frozen or vanished host loses its leases within a minute: the server gives up on the
            # socket (tcp_user_timeout), and no timeout of the server ends a lease that is in use.
            connect_args={
                "options": "-c idle_in_transaction_session_timeout=0 -c statement_timeout=0"
                " -c tcp_keepalives_idle=15 -c tcp_keepalives_interval=10"
                " -c tcp_keepalives_count=3 -c tcp_user_timeout=45000",
                "keepalives_idle": 15,
                "keepalives_interval": 10,
                "keepalives_count": 3,
            },
        )

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """One transaction: committed at the end of the block, rolled back on an exception."""
        with self.work.begin() as session:
            yield session

    @contextmanager
    def trial(self) -> Iterator[Session]:
        """One transaction of which nothing stays, whatever happens in the block."""
        with self.work.connect() as session:
            yield session  # closed without a commit

    def close(self) -> None:
        self.work.dispose()
        self.leases.dispose()


class Watch:
    """One connection for figures: it reads only, and gives up on what takes longer than seconds.

    Who shows figures must not hang on a database that hangs, nor take its time when it is busy.
    """

    def __init__(self, url: str) -> None:
        self._engine = sa.create_engine(
            sa.make_url(url).set(drivername="postgresql+psycopg"),
            isolation_level="REPEATABLE READ",
            hide_parameters=True,
            pool_size=1,
            max_overflow=0,
            pool_timeout=1,
            pool_pre_ping=True,
            connect_args={
                "connect_timeout": 2,
                "tcp_user_timeout": 3000,
                "keepalives_idle": 5,
                "keepalives_interval": 2,
                "keepalives_count": 2,
                "options": f"{_QUICKLY} -c statement_timeout={_WATCH_SECONDS}s"
                " -c default_transaction_read_only=on -c application_name=books-figures",
            },
        )

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """One transaction that sees one moment."""
        with self._engine.begin() as session:
            yield session

    def close(self) -> None:
        self._engine.dispose()


def is_late(error: DBAPIError) -> bool:
    """Whether PostgreSQL answers, and took too long over the question."""
    return getattr(error.orig, "sqlstate", None) == _CANCELED


def now(session: Session) -> datetime:
    """The database's clock: all times that decide anything are its own."""
    moment: datetime = session.execute(sa.text("SELECT clock_timestamp()")).scalar_one()
    return moment


def hurry(session: Session, seconds: float) -> None:
    """Until the end of this transaction give up on whatever takes longer: a lock, a statement."""
    limit = {"limit": f"{int(seconds * 1000)}ms"}
    for name in ("lock_timeout", "statement_timeout"):
        session.execute(sa.text(f"SELECT set_config('{name}', :limit, true)"), limit)


def let_go_when_frozen(session: Session, seconds: float) -> None:
    """This transaction ends, and its locks with it, once nothing was asked in it for so long."""
    limit = {"limit": f"{int(seconds * 1000)}ms"}
    name = "idle_in_transaction_session_timeout"
    session.execute(sa.text(f"SELECT set_config('{name}', :limit, true)"), limit)


def is_refused_data(error: DBAPIError) -> bool:
    """Whether PostgreSQL refuses the data itself, so that repeating cannot help."""
    state = getattr(error.orig, "sqlstate", None) or ""
    if not state:  # psycopg refuses some values before they are sent: NUL characters, surrogates
        return isinstance(error, sa.exc.DataError) or isinstance(
            error.orig, UnicodeError | ValueError
        )
    return state[:2] in _REFUSED_CLASSES


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in JSON")
