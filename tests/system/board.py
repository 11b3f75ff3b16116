"""What people see: how far each kind has got, and why something is not in the books."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table

from tests.system import books_of
from tests.system.books_of import Books, Kinds
from tests.system.ledger import Ledger
from tests.system.processes import System

KINDS = ("customer", "vendor", "item", "invoice", "purchase_invoice", "expense", "payment")
STATES = ("synced", "due", "sent", "waiting", "failed", "conflict", "skipped")
_PROGRESS = """
    SELECT provider, kind, status, count(*) AS number FROM sync_status
    WHERE record_id NOT LIKE '~%%' GROUP BY provider, kind, status
"""
_REASONS = """
    SELECT kind, status, coalesce(reason, error_code) AS reason, waiting_on, count(*) AS number,
           min(record_id) AS example
    FROM sync_status
    WHERE status IN ('waiting', 'failed', 'conflict', 'skipped') AND provider = %(provider)s
    GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 5 DESC
"""
_PLURAL = {"purchase_invoice": "purchase invoices"}

Progress = dict[str, dict[str, int]]
"""kind -> state -> how many"""


def progress(system: System) -> dict[str, Progress]:
    """How many records of each kind are in which state, by provider."""
    found: dict[str, Progress] = {provider: {} for provider in system.ledgers}
    for row in system.rows(_PROGRESS):
        found[row["provider"]].setdefault(row["kind"], {})[row["status"]] = row["number"]
    return found


def plural(kind: str) -> str:
    return _PLURAL.get(kind, f"{kind}s")


def progress_table(found: Progress, title: str) -> Table:
    """A row for each kind, a column for each state that occurs."""
    used = [state for state in STATES if any(state in states for states in found.values())]
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD)
    table.add_column("")
    for state in ("in the CMMS", *("in the books" if s == "synced" else s for s in used)):
        table.add_column(state, justify="right")
    for kind in (kind for kind in KINDS if kind in found):
        numbers = [sum(found[kind].values()), *(found[kind].get(state) for state in used)]
        table.add_row(plural(kind), *("" if n is None else str(n) for n in numbers))
    return table


def progress_line(found: Progress) -> str:
    """The same in one line, for logs."""
    parts = [
        f"{plural(kind)} {found[kind].get('synced', 0)}/{sum(found[kind].values())}"
        for kind in KINDS
        if kind in found
    ]
    return ", ".join(parts) or "nothing yet"


def end_tables(system: System, books: Books, expected: Mapping[str, Any] | None) -> Iterator[Table]:
    """For every ledger what its books hold, and what is not in them."""
    for provider, ledger in system.ledgers.items():
        yield books_table(ledger, books[provider], expected)
        if reasons := reasons_table(system, ledger):
            yield reasons


def books_table(ledger: Ledger, kinds: Kinds, expected: Mapping[str, Any] | None) -> Table:
    """What one ledger's books hold of ours, and the CMMS's sums beside the books' own."""
    table = Table(title=f"In {ledger.title}", title_justify="left", box=SIMPLE_HEAD)
    table.add_column("")
    for name in ("live", "void or inactive", "sum in the CMMS", "sum in the books", "difference"):
        table.add_column(name, justify="right")
    for kind in KINDS:
        rows = [row for row in kinds.get(kind, ()) if books_of.is_ours(row)]
        live = [row for row in rows if row.is_live]
        sums = _sums(kind, books_of.total(live), expected)
        if rows:
            table.add_row(plural(kind), str(len(live)), str(len(rows) - len(live)), *sums)
    return table


def _sums(
    kind: str, found: Mapping[str, Decimal], expected: Mapping[str, Any] | None
) -> tuple[str, str, str]:
    said = (expected or {}).get("sums", {})
    wanted = {c: Decimal(kinds[kind]) for c, kinds in said.items() if kind in kinds}
    if not found and not wanted:
        return "", "", ""
    zero = Decimal("0.00")
    currencies = sorted({*found, *wanted})
    if not wanted:
        return "", _lines((found[c], c) for c in currencies), ""
    return (
        _lines((wanted.get(c, zero), c) for c in currencies),
        _lines((found.get(c, zero), c) for c in currencies),
        _lines((found.get(c, zero) - wanted.get(c, zero), c) for c in currencies),
    )


def _lines(amounts: Iterable[tuple[Decimal, str]]) -> str:
    return "\n".join(f"{amount:,.2f} {currency}" for amount, currency in amounts)


def reasons_table(system: System, ledger: Ledger) -> Table | None:
    """What is not in one ledger's books, and why; None if there is nothing of that kind."""
    rows = system.rows(_REASONS, provider=ledger.provider)
    table = Table(title=f"Not in {ledger.title}", title_justify="left", box=SIMPLE_HEAD)
    for name in ("", "state", "how many", "why", "for example"):
        table.add_column(name, justify="right" if name == "how many" else "left")
    for row in rows:
        why = row["reason"] or "waits for " + ", ".join(row["waiting_on"])
        number = str(row["number"])
        table.add_row(plural(row["kind"]), row["status"], number, why, row["example"])
    return table if rows else None
