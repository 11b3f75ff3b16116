"""What must be true in the end: each sale once in the books, nothing left behind."""

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal

from events.topology import DEAD, INTAKE
from tests.chaos.report import Report
from tests.chaos.sales import Sale
from tests.chaos.scene import Scene
from tests.system import board, books_of, broker
from tests.system.books_of import Row
from worker.broker import DRIVE

_QUEUES = (INTAKE, DEAD, DRIVE)

_TOLD = """
    SELECT count(*) AS told, count(DISTINCT envelope -> 'data' ->> 'record_id') AS records
    FROM outbox WHERE type = 'accounting.record.synced'
      AND envelope -> 'data' ->> 'record_id' = ANY(%(ids)s)
"""


def judge(scene: Scene, sold: Sequence[Sale], report: Report) -> None:
    """The books against what was sold; then what is left in tables and queues."""
    in_the_books(scene, sold, report)
    told = scene.system.rows(_TOLD, ids=[sale.id for sale in sold])[0]
    report.equal("records told as synced", told["records"], len(sold))
    queues = broker.depth(scene.ground.services.broker, *_QUEUES)
    waiting = {queue: count for queue, count in queues.items() if count}
    report.equal("left in tables and queues", scene.left() | waiting, {})


def in_the_books(scene: Scene, sold: Sequence[Sale], report: Report) -> None:
    """Each sale once, under its own id, with its own amount; sums equal to the cent."""
    wanted = {sale.id: sale.total for sale in sold}
    books = books_of.read(scene.system)
    kind = sold[0].kind
    rows = [row for row in books_of.rows_of(books, kind) if _ids(row) & wanted.keys()]
    times = Counter(record_id for row in rows for record_id in _ids(row))
    report.equal(f"{board.plural(kind)} in the books", len(rows), len(wanted))
    report.equal("record ids among them", len(times), len(wanted))
    report.equal("record ids more than once", sum(n > 1 for n in times.values()), 0)
    report.equal("sum in the books", _sum(row.total for row in rows), _sum(wanted.values()))
    wrong = [row.ref for row in rows if wanted.get(row.record_id or "") != row.total]
    report.equal(f"{board.plural(kind)} with another total", len(wrong), 0)
    report.equal("records that no link knows", len(books_of.strays(books)), 0)


def _ids(row: Row) -> set[str]:
    """The CMMS records that a row of the books says it is."""
    return {record_id for kind, record_id in row.marked if kind == row.kind}


def _sum(amounts: Iterable[Decimal | None]) -> Decimal:
    return sum((amount for amount in amounts if amount is not None), Decimal(0))
