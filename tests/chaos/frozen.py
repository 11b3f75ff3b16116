"""Frozen: the holder of the lease stops in mid-air and wakes up; PostgreSQL restarts under it."""

import random
import signal
from collections import Counter
from dataclasses import dataclass

from tests.chaos import sales
from tests.chaos.drivers import marker_of, rig
from tests.chaos.points import Point
from tests.chaos.report import Report
from tests.chaos.sales import Sale
from tests.chaos.scene import Scene, eventually
from tests.chaos.verdict import judge
from tests.system.children import Child


@dataclass(frozen=True)
class Size:
    """How many other invoices are under way meanwhile."""

    neighbours: int


FULL = Size(neighbours=40)
SHORT = Size(neighbours=10)

_ANSWER_SECONDS = 1.2
_HINTS = 60
_WRITES = ("write:", "batch", "item:")
_UNLEASE = """
    SELECT pg_terminate_backend(l.pid) FROM pg_locks l
    WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.objid = %(id)s
      AND l.classid = 1112493899
"""


def run(scene: Scene, size: Size, report: Report) -> None:
    """Three ways to lose the lease; each leaves every invoice in the books once."""
    scene.latency(0, 0)
    while_sending(scene, size, report)
    before_sending(scene, size, report)
    if scene.ground.own is None:
        report.tell("PostgreSQL restarted under the holder", "not tried: it is not ours to restart")
    else:
        without_database(scene, size, report)


def while_sending(scene: Scene, size: Size, report: Report) -> None:
    """SIGSTOP with a write in flight; a newer version comes; another takes over; SIGCONT."""
    report.begin("frozen with a write in flight")
    sold = _sold(scene, "frozen-sending", size)
    holder = _holder_in_flight(scene, sold[0])
    holder.freeze()
    report.say("SIGSTOP of the holder")
    newer = sales.invoice(scene.tenant.tenant, sold[0].id, random.Random(7), version=2)
    scene.publish([newer.line, *sales.lines_of(sold[1:])])
    _take_over(scene, holder, newer, report)
    holder.thaw()
    report.say("SIGCONT")
    _end(scene, [newer, *sold[1:]], report)


def before_sending(scene: Scene, size: Size, report: Report) -> None:
    """SIGSTOP between the recording's commit and the send: what it holds must never leave."""
    report.begin("frozen between recording and sending")
    sold = _sold(scene, "frozen-recorded", size)
    holder = rig(scene, Point.AFTER_RECORDING, signal.SIGSTOP)
    scene.publish([sold[0].line])
    eventually("a recorded write", marker_of(scene, Point.AFTER_RECORDING).exists)
    report.say("SIGSTOP of the holder")
    scene.publish(sales.lines_of(sold[1:]))
    _take_over(scene, holder, sold[0], report)
    scene.finish([sale.id for sale in sold])
    before = _writes(scene)
    holder.thaw()
    report.say("SIGCONT")
    _end(scene, sold, report)
    report.equal("writes by the holder that woke up", dict(_writes(scene) - before), {})


def without_database(scene: Scene, size: Size, report: Report) -> None:
    """The answer comes while PostgreSQL is down: nobody can write it down."""
    report.begin("PostgreSQL restarted with a write in flight")
    sold = _sold(scene, "restarted", size)
    database = scene.ground.ours().postgres
    _holder_in_flight(scene, sold[0])
    database.kill()
    report.say("PostgreSQL killed")
    scene.publish(sales.lines_of(sold[1:]))
    database.start()
    report.say("PostgreSQL is back")
    _end(scene, sold, report)


def _sold(scene: Scene, series: str, size: Size) -> list[Sale]:
    return sales.invoices(scene.tenant.tenant, series, size.neighbours + 1, seed=1)


def _holder_in_flight(scene: Scene, sale: Sale) -> Child:
    """A driver whose write of `sale` has taken effect, and whose answer is still to come."""
    scene.fault("delay", times=1, seconds=_ANSWER_SECONDS)
    holder = scene.driver("driver-frozen")
    scene.publish([sale.line])
    eventually("a write in flight", lambda: scene.stat("writes_in_flight"))
    return holder


def _take_over(scene: Scene, frozen: Child, sale: Sale, report: Report) -> None:
    """The lease of a frozen process dies with its session; the next driver settles and goes on."""
    scene.system.rows(_UNLEASE, id=scene.tenant.id)
    scene.driver("driver-next").wait_ready()
    # For half a minute, until it misses the heartbeats, the broker goes on sending hints to the
    # frozen process: fill it up.
    scene.hint(_HINTS)
    eventually("the other driver's success", lambda: scene.synced([sale.id]))
    report.say(f"the lease of {frozen.name} ended, another driver has settled its write")


def _end(scene: Scene, sold: list[Sale], report: Report) -> None:
    """Whoever woke up or came back has had its time; then the books."""
    scene.finish([sale.id for sale in sold])
    scene.rest()
    scene.dismiss()
    judge(scene, sold, report)


def _writes(scene: Scene) -> Counter[str]:
    """The writes into the company that the ledger has seen, by what they were."""
    calls = scene.system.ledger.control("GET", f"calls?company={scene.tenant.company_id}")
    return Counter({kind: number for kind, number in calls.items() if kind.startswith(_WRITES)})
