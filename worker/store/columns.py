"""What all tables are made of: one naming of constraints, and the kinds of column."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    MetaData,
    Numeric,
    Sequence,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

Moment = DateTime(timezone=True)
Money = Numeric(24, 6)
revisions = Sequence("revisions", metadata=metadata)


def identity() -> Column[int]:
    return Column("id", BigInteger, Identity(), primary_key=True)


def set_now(name: str) -> Column[object]:
    return Column(name, Moment, nullable=False, server_default=func.now())


def json_object(name: str) -> Column[object]:
    return Column(name, JSONB, nullable=False, server_default=text("'{}'"))


def json_list(name: str) -> Column[object]:
    return Column(name, JSONB, nullable=False, server_default=text("'[]'"))


def of_connection() -> Column[int]:
    return Column("connection_id", ForeignKey("connections.id"), nullable=False)
