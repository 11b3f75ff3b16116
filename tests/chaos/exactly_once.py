"""Exactly once: drivers are killed and answers lost while invoices are written, in batches and
singly; where keys live for minutes only, also by processes that outlive them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from tests.chaos import outlived, sales
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
_BATCH = {"quickbooks": 30, "xero": 50}  # what a call takes (Intuit: batch; Xero: limits)
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
    everywhere: bool = True  # the named points in both ways, and further ways of settling


FULL = Size(invoices=500, kills=20, lost=25)
SHORT = Size(invoices=30, kills=4, lost=5, everywhere=False)


@dataclass(frozen=True)
class Way:
    """How invoices go out, and how much is broken meanwhile.

    `rate` is the share of answers that are lost until there were enough.
    """

    name: str
    series: str
    invoices: int
    kills: int
    lost: int
    rate: float
    points: tuple[Point, ...]
    settings: dict[str, object]  # of the ledger


def run(scene: Scene, size: Size, report: Report) -> None:
    """One way after the other, in the same books."""
    provider = scene.system.ledger.provider
    for way in _ways(size, _BATCH[provider]):
        _go(scene, way, size.seed, report)
    if size.everywhere and provider in outlived.PROVIDERS:
        outlived.run(scene, _few(size), size.seed, report)
    report.begin("altogether")
    stats = scene.system.ledger.stats()
    vanished = stats["vanished_writes"] + stats["vanished_batches"]
    lost = stats["answers_lost_singles"] + stats["answers_lost_batches"]
    report.at_least("clients vanished during a write", vanished, size.kills)
    report.at_least("answers lost after the write", lost, size.lost)
    report.at_least("whole batches among them", stats["answers_lost_batches"], 1)
    for name, number in scene.system.rows(_SETTLED)[0].items():
        report.tell(f"requests {name}", number)


def _few(size: Size) -> int:
    return max(20, ceil(size.invoices / 10))


def _ways(size: Size, most: int) -> Iterator[Way]:
    kills, lost = ceil(size.kills / 3), ceil(size.lost / 3)  # of few calls only few can be broken
    batches: dict[str, object] = {"batch": min(most, ceil(size.invoices / 10))}
    points = POINTS if size.everywhere else ()
    yield Way("in batches", "batch", size.invoices, kills, lost, 0.5, points, batches)
    others = (size.kills - kills, size.lost - lost)
    yield Way("singly", "single", size.invoices, *others, 0.2, POINTS, {"batch": 1})
    if size.everywhere:
        sought = "singly, settled by look-ups"
        yield Way(sought, "search", _few(size), 2, 3, 0.2, _SOUGHT, _LOOKED_UP)


_SOUGHT = (Point.AFTER_RECORDING, Point.ANSWERED)  # one is not in the books, the other one is

# As if the ledger forgot every key at once: nothing is sent again before the books were searched.
_LOOKED_UP: dict[str, object] = {
    "batch": 1,
    "replay_window": 0,
    "key_lifetime": 3,
}


def _go(scene: Scene, way: Way, seed: int, report: Report) -> None:
    before = Counter(scene.system.ledger.stats())
    sold = sales.invoices(scene.tenant.tenant, f"{way.series}-{seed}", way.invoices, seed)
    scene.latency(*LATENCY_MS)
    scene.publish(sales.lines_of(sold))
    report.begin(f"{way.invoices} invoices written {way.name}")
    _break(scene, way, sold, seed, report)
    scene.finish([sale.id for sale in sold], _REST_SECONDS)
    scene.dismiss()
    scene.latency(0, 0)
    counted = Counter(scene.system.ledger.stats()) - before
    said = [f"{counted[name]} {name.replace('_', ' ')}" for name in sorted(counted)]
    report.tell("counted by the ledger", ", ".join(said))
    judge(scene, sold, report)


def _break(scene: Scene, way: Way, sold: Sequence[Sale], seed: int, report: Report) -> None:
    """Kill at every named point, then lose answers and kill in flight; a crew is left."""
    settings = scene.system.ledger.named(**way.settings)
    for point in way.points:
        strike(scene, point, report, **settings)
    scene.fault("lost_answer", times=way.lost, rate=way.rate, seed=seed)
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
