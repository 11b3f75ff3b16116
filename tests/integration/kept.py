"""Shops that tests begin with: each kind is made as a person and a worker would, then copied."""

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol, TypeVar

import sqlalchemy as sa

from tests.integration.tenant import Hinted
from worker.store.columns import metadata
from worker.store.session import Session
from worker.sync.services import Services

_YOUNG = 30.0  # seconds: less than the minute of a budget, and than any overlap of pulls


class _Simulator(Protocol):
    def control(self, method: str, path: str, body: object = None) -> Any: ...  # noqa: ANN401


class _Shop(Protocol):
    services: Services
    connection_id: int
    hints: Hinted
    threads: ThreadPoolExecutor
    company: str

    @property
    def simulator(self) -> _Simulator: ...


Shop = TypeVar("Shop", bound=_Shop)


@dataclass(frozen=True)
class _Kept(Generic[Shop]):
    """A shop as it was: the rows of all tables as JSON, those without any left out."""

    shop: Shop
    rows: dict[str, str]
    drives: tuple[int, ...]
    relays: tuple[int, ...]
    at: float


class Keeper:
    """Gives every test a shop of the wanted kind, alone in the tables and in a company of its own.

    The rows are copied to a new connection and the company to a new one with fresh tokens. What is
    copied was made seconds ago: whatever is reckoned from now is as it would be.
    """

    def __init__(self) -> None:
        self._kept: dict[str, _Kept[Any]] = {}

    def shop(self, kind: str, make: Callable[[], Shop], threads: ThreadPoolExecutor) -> Shop:
        """A shop as `make` makes it in empty tables."""
        kept: _Kept[Shop] | None = self._kept.get(kind)
        if kept and time.monotonic() - kept.at < _YOUNG:
            return _again(kept, threads)
        began = time.monotonic()
        shop = make()
        self._kept[kind] = _keep(shop, began)
        return shop


def _keep(shop: Shop, at: float) -> _Kept[Shop]:
    # No test sees what another does to the company that is copied.
    company = shop.simulator.control("POST", f"companies/{shop.company}/copies")["id"]
    with shop.services.database.begin() as session:
        rows = {table.name: _read(session, table) for table in metadata.sorted_tables}
    full = {name: text.replace(shop.company, company) for name, text in rows.items() if text}
    return _Kept(
        replace(shop, company=company),  # type: ignore[type-var]
        full,
        tuple(shop.hints.drives),
        tuple(shop.hints.relays),
        at,
    )


def _read(session: Session, table: sa.Table) -> str | None:
    """All rows of a table as one text; None if there is none."""
    query = sa.text(f'SELECT json_agg(whole)::text FROM "{table.name}" whole')
    found: str | None = session.execute(query).scalar_one()
    return found


def _again(kept: _Kept[Shop], threads: ThreadPoolExecutor) -> Shop:
    old, control = kept.shop, kept.shop.simulator.control
    company = control("POST", f"companies/{old.company}/copies")["id"]
    given = control("POST", f"companies/{company}/tokens", {})
    seal = old.services.cipher.seal
    sealed = {f"{one}_token": "\\x" + seal(given[f"{one}_token"]).hex() for one in _TOKENS}
    with old.services.database.begin() as session:
        connection = session.execute(_NEXT).scalar_one()
        for name, rows in kept.rows.items():
            changes = {"id": connection, **sealed} if name == "connections" else {}
            if "connection_id" in metadata.tables[name].c:
                changes = {"connection_id": connection}
            _write(session, name, rows.replace(old.company, company), changes)
    old.hints.drives += [connection if c == old.connection_id else c for c in kept.drives]
    old.hints.relays += kept.relays
    fresh = {"connection_id": connection, "company": company, "threads": threads}
    return replace(old, **fresh)  # type: ignore[type-var]


def _write(session: Session, table: str, rows: str, changes: dict[str, Any]) -> None:
    """Rows with the ids they had, but for what changes: the tables are empty, ids only grow."""
    query = f"""
        INSERT INTO "{table}" SELECT made.*
        FROM jsonb_array_elements(CAST(:rows AS jsonb)) one,
             jsonb_populate_record(NULL::"{table}", one || CAST(:changes AS jsonb)) made"""
    session.execute(sa.text(query), {"rows": rows, "changes": json.dumps(changes)})


_TOKENS = ("access", "refresh")
_NEXT = sa.text("SELECT nextval(pg_get_serial_sequence('connections', 'id'))")
