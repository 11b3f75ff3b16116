"""What must be true once the drill is over: each sale once in the books, nothing lost, no stray."""

from collections import Counter
from collections.abc import Iterator

from tests.drill.stage import Stage
from tests.system import books_of, soundness
from tests.system.books_of import Row


def faults(stage: Stage) -> list[str]:
    """Sentences; none if the books are sound."""
    books = books_of.read(stage.system)
    return [*soundness.faults(stage.system, books), *_sales(stage, list(books_of.all_rows(books)))]


def _sales(stage: Stage, rows: list[Row]) -> Iterator[str]:
    live = [row for row in rows if row.is_live]
    times = Counter((row.place.company_id, mark) for row in live for mark in row.marked)
    totals = {(row.place.company_id, (row.kind, row.record_id)): row.total for row in live}
    for sale in stage.sold:
        key = (stage.tenants[sale.line.tenant].company_id, (sale.kind, sale.id))
        said = f"{sale.line.tenant}: {sale.kind} {sale.id}"
        if times[key] != 1:
            yield f"{said} is in the books {times[key]} times"
        elif totals.get(key) != sale.total:
            yield f"{said} has a total of {totals.get(key)} instead of {sale.total}"
