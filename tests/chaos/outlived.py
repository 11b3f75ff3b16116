"""Keys that are dead before anybody settles what they were sent with: drivers are killed, or sleep,
for longer than the ledger remembers a key and than we would repeat one.
"""

import signal
import time
from collections import Counter

from tests.chaos import sales
from tests.chaos.drivers import marker_of, rig, strike
from tests.chaos.points import Point
from tests.chaos.report import Report
from tests.chaos.sales import Sale
from tests.chaos.scene import Scene, eventually
from tests.chaos.verdict import judge

PROVIDERS = ("xero",)
"""Whose keys live for minutes."""

KEY_SECONDS = 6.0
_SETTINGS: dict[str, object] = {"batch": 2, "replay_window": 5, "key_lifetime": 7}
_SLEEP_SECONDS = 8.0  # past the window, and past the key's life
_ANSWER_SECONDS = 1.2
_LATENCY_MS = (50.0, 200.0)
_REST_SECONDS = 240.0
_LAST = "SELECT coalesce(max(id), 0) AS id FROM submissions"
_BLIND = """
    SELECT count(*) AS count FROM submissions WHERE id > %(last)s AND sends > 1 AND lookups = 0
"""


def run(scene: Scene, count: int, seed: int, report: Report) -> None:
    """Bills, of which nothing but the marker tells a second one from the first; then invoices,
    whose second one is refused for its number."""
    scene.system.ledger.control("PUT", "settings", {"key_seconds": KEY_SECONDS})
    scene.latency(*_LATENCY_MS)
    tenant = scene.tenant.tenant
    scene.publish(sales.vendors(tenant))
    scene.driver()
    scene.rest()
    scene.dismiss()
    for what, made in (("bills", sales.bills), ("invoices", sales.invoices)):
        report.begin(f"{count} {what}, with keys that live {KEY_SECONDS:g} s")
        _outlive(scene, made(tenant, f"outlived-{what}-{seed}", count, seed), report)
    scene.latency(0, 0)


def _outlive(scene: Scene, sold: list[Sale], report: Report) -> None:
    """Every way to come too late for a key; each sale is in the books once."""
    first, second = sold[: len(sold) // 2], sold[len(sold) // 2 :]
    settings = scene.system.ledger.named(**_SETTINGS)
    before, last = Counter(scene.system.ledger.stats()), scene.system.rows(_LAST)[0]["id"]
    scene.publish(sales.lines_of(first))
    for point in (Point.AFTER_RECORDING, Point.ANSWERED):
        strike(scene, point, report, **settings)
        _sleep(report, "nobody drives")
    _asleep_before_sending(scene, first, settings, report)
    scene.publish(sales.lines_of(second))
    _asleep_while_sending(scene, settings, report)
    scene.finish([sale.id for sale in sold], _REST_SECONDS)
    scene.dismiss()
    counted = Counter(scene.system.ledger.stats()) - before
    report.tell("writes", counted["singles"] + counted["batches"])
    report.tell("look-ups", counted["reads"])
    report.equal("answers given again for a key", counted["replays"], 0)
    blind = scene.system.rows(_BLIND, last=last)[0]["count"]
    report.equal("requests sent again without a look", blind, 0)
    judge(scene, sold, report)


def _asleep_before_sending(
    scene: Scene, sold: list[Sale], settings: dict[str, object], report: Report
) -> None:
    """What it has recorded must not leave any more; nobody else is there to settle it."""
    point = Point.AFTER_RECORDING
    sleeper = rig(scene, point, signal.SIGSTOP, **settings)
    eventually("a recorded write", marker_of(scene, point).exists)
    _sleep(report, f"SIGSTOP {point}")
    sleeper.thaw()
    report.say("SIGCONT")
    scene.finish([sale.id for sale in sold], _REST_SECONDS)
    scene.system.stop(sleeper.name)


def _asleep_while_sending(scene: Scene, settings: dict[str, object], report: Report) -> None:
    """The write takes effect, and its answer comes to a process that sleeps."""
    scene.fault("delay", times=1, seconds=_ANSWER_SECONDS)
    sleeper = scene.driver("driver-asleep", **settings)
    eventually("a write in flight", lambda: scene.stat("writes_in_flight"))
    sleeper.freeze()
    _sleep(report, "SIGSTOP with a write in flight")
    sleeper.thaw()
    report.say("SIGCONT")


def _sleep(report: Report, what: str) -> None:
    report.say(f"{what} for {_SLEEP_SECONDS:g} s")
    time.sleep(_SLEEP_SECONDS)
