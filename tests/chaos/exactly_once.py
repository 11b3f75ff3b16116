"""Exactly once: drivers are killed and answers lost while invoices are written, in batches and
singly."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from tests.chaos import sales
from tests.chaos.drivers import Crew, strike
from tests.chaos.points import Point
from tests.chaos.report import Report
from tests.chaos.sales import Sale
from tests.chaos.scene import Scene, eventually
from tests.chaos.verdict import judge

LATENCY_MS = (200.0, 800.0)
POINTS = (
    Point.BEFORE_RECORDING,
    Point.AFTER_RECORDING,
    Point.ANSWERED,
    Point.BEFORE_ANSWER,
    Point.AFTER_ANSWER,
)
_FLIGHT_SECONDS = 60.0
_PROGRESS_SECONDS = 120.0
_REST_SECONDS = 420.0
_SETTLED = """
    SELECT count(*) FILTER (WHERE sends > 1) AS "sent again under their id",
           count(*) FILTER (WHERE lookups > 0) AS "looked up"
    FROM submissions
"""


@dataclass(frozen=True)
class Size:
    """How much: invoices for each of the two ways, kills and lost answers for both together."""

    invoices: int
    kills: int
    lost: int
    seed: int = 1
    batch: int = 30
    everywhere: bool = True  # the named points in both ways, not only where documents go singly


FULL = Size(invoices=500, kills=20, lost=25)
SHORT = Size(invoices=30, kills=4, lost=5, batch=10, everywhere=False)


@dataclass(frozen=True)
class Way:
    """How invoices go out: `batch` of them in a call, and how much is broken meanwhile.

    `rate` is the share of answers that are lost until there were enough.
    """

    name: str
    batch: int
    kills: int
    lost: int
    rate: float
    points: tuple[Point, ...]


def run(scene: Scene, size: Size, report: Report) -> None:
    """Both ways, one after the other, in the same books."""
    kills, lost = ceil(size.kills / 3), ceil(size.lost / 3)  # of few calls only few can be broken
    ways = (
        Way("in batches", size.batch, kills, lost, 0.5, POINTS if size.everywhere else ()),
        Way("singly", 1, size.kills - kills, size.lost - lost, 0.2, POINTS),
    )
    for way in ways:
        _go(scene, way, size, report)
    report.begin("altogether")
    stats = scene.system.ledger.stats()
    vanished = stats["vanished_writes"] + stats["vanished_batches"]
    lost = stats["answers_lost_singles"] + stats["answers_lost_batches"]
    report.at_least("clients vanished during a write", vanished, size.kills)
    report.at_least("answers lost after the write", lost, size.lost)
    report.at_least("whole batches among them", stats["answers_lost_batches"], 1)
    for name, number in scene.system.rows(_SETTLED)[0].items():
        report.tell(f"requests {name}", number)


def _go(scene: Scene, way: Way, size: Size, report: Report) -> None:
    before = Counter(scene.system.ledger.stats())
    series = f"{way.name.replace(' ', '-')}-{size.seed}"
    sold = sales.invoices(scene.tenant.tenant, series, size.invoices, size.seed)
    scene.latency(*LATENCY_MS)
    scene.publish(sales.lines_of(sold))
    report.begin(f"{size.invoices} invoices written {way.name}")
    _break(scene, way, sold, size.seed, report)
    scene.finish([sale.id for sale in sold], _REST_SECONDS)
    scene.dismiss()
    scene.latency(0, 0)
    counted = Counter(scene.system.ledger.stats()) - before
    said = [f"{counted[name]} {name.replace('_', ' ')}" for name in sorted(counted)]
    report.tell("counted by the ledger", ", ".join(said))
    judge(scene, sold, report)


def _break(scene: Scene, way: Way, sold: Sequence[Sale], seed: int, report: Report) -> None:
    """Kill at every named point, then lose answers and kill in flight; a crew is left."""
    settings = {"quickbooks__batch": way.batch}
    for point in way.points:
        strike(scene, point, report, **settings)
    scene.fault(
        "lost_answer", where="write", entity="invoice", times=way.lost, rate=way.rate, seed=seed
    )
    crew = Crew(scene, 2, settings)
    crew.fill()
    ids, tried, counted = [sale.id for sale in sold], 0, 0
    while counted < way.kills:
        # Spread over the whole work, so that each kill meets another state of it.
        _advance(scene, ids, len(ids) * counted // (way.kills + 1))
        tried += 1
        counted += crew.kill_in_flight(_FLIGHT_SECONDS)
        report.say(f"kill -9 number {tried}; the ledger has seen {counted} clients vanish")


def _advance(scene: Scene, ids: Sequence[str], least: int) -> None:
    what = f"{least} of {len(ids)} invoices in the books"
    eventually(what, lambda: scene.synced(ids) >= least, _PROGRESS_SECONDS)
