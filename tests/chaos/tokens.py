"""Tokens: expired under everybody at once; a driver killed with new ones in its hands."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from tests.chaos import sales
from tests.chaos.drivers import strike
from tests.chaos.points import Point
from tests.chaos.report import Report
from tests.chaos.scene import Scene, eventually
from tests.system.connecting import connect

_HINTS = 20
_DAY_SECONDS = 86_400
_STATE = "SELECT state, paused_code FROM connections WHERE id = %(id)s"
_ASKED = """
    SELECT count(*) AS asked FROM outbox
    WHERE type = 'accounting.connection.reauthorization_required'
"""


@dataclass(frozen=True)
class Size:
    """How many drivers meet the expired token, with how many records in their hands."""

    drivers: int
    records: int
    reconsent: bool = True  # also lose the tokens for good, and let a person consent again


FULL = Size(drivers=8, records=80)
SHORT = Size(drivers=3, records=25, reconsent=False)


def run(scene: Scene, size: Size, report: Report) -> None:
    """Met by all at once; then killed before the commit, with a grace period and without one."""
    scene.latency(20, 60)
    met_by_all(scene, size, report)
    killed_with_grace(scene, report)
    if size.reconsent:
        killed_without_grace(scene, report)


def met_by_all(scene: Scene, size: Size, report: Report) -> None:
    """Drivers, a connection test of the CLI and a burst of hints, as of webhooks, at one moment."""
    report.begin(f"an expired token met by {size.drivers} drivers, a test and {_HINTS} hints")
    drivers = [scene.driver(f"driver-{number}") for number in range(size.drivers)]
    for driver in drivers:
        driver.wait_ready()
    before = _expire(scene)
    with ThreadPoolExecutor() as aside:
        test = aside.submit(scene.system.books, "connections", "test", str(scene.tenant.id))
        _publish_customers(scene, "Token", size.records)
        scene.hint(_HINTS)
        said = test.result()
    scene.rest()
    report.equal("company that the test names", said.partition(" answers")[0], scene.tenant.company)
    report.equal("refreshes of the expired token", scene.stat("token_refreshes") - before, 1)
    report.equal("left behind", scene.left(), {})
    scene.dismiss()


def killed_with_grace(scene: Scene, report: Report) -> None:
    """The refresh token was rotated, and nobody knows the new one: the old one still works."""
    report.begin("killed with new tokens in hand, the old refresh token still good")
    _rotate(scene, grace_seconds=_DAY_SECONDS)
    _expire(scene)
    _publish_customers(scene, "Grace", 3)
    strike(scene, Point.BEFORE_TOKENS, report)
    scene.driver()
    scene.rest()
    report.equal("the connection after that", _state(scene), ("active", None))
    report.equal("left behind", scene.left(), {})
    scene.dismiss()


def killed_without_grace(scene: Scene, report: Report) -> None:
    """The old refresh token is dead: the connection says that a person must consent again."""
    report.begin("killed with new tokens in hand, the old refresh token dead")
    _rotate(scene, grace_seconds=0)
    _expire(scene)
    _publish_customers(scene, "Lost", 3)
    strike(scene, Point.BEFORE_TOKENS, report)
    scene.driver()
    eventually("a pause", lambda: _state(scene)[0] == "paused")
    report.equal("the connection after that", _state(scene), ("paused", "consent_withdrawn"))
    report.equal("requests for a new consent", scene.system.rows(_ASKED)[0]["asked"], 1)
    scene.dismiss()
    _reconnect(scene)
    report.say("a person has consented again")
    report.equal("left behind", scene.left(), {})


def _expire(scene: Scene) -> int:
    """The ledger forgets all access tokens; how many refreshes it has seen so far."""
    scene.system.ledger.control("POST", f"companies/{scene.tenant.company_id}/expire-tokens")
    return scene.stat("token_refreshes")


def _rotate(scene: Scene, grace_seconds: float) -> None:
    """Every refresh brings a new refresh token; the former one lives on for `grace_seconds`."""
    ledger = scene.system.ledger
    always = {"quickbooks": {"rotation_seconds": 0}, "xero": {}}[ledger.provider]
    ledger.control("PUT", "settings", {**always, "grace_seconds": grace_seconds})


def _publish_customers(scene: Scene, name: str, count: int) -> None:
    """Records that go out singly, many at a time, so that many calls meet the same token."""
    scene.publish([sales.customer(scene.tenant.tenant, number, name) for number in range(count)])


def _state(scene: Scene) -> tuple[str, str | None]:
    row = scene.system.rows(_STATE, id=scene.tenant.id)[0]
    return row["state"], row["paused_code"]


def _reconnect(scene: Scene) -> None:
    _rotate(scene, grace_seconds=_DAY_SECONDS)
    scene.system.start("web").wait_ready()
    scene.driver()
    connect(scene.system, scene.tenant.tenant, scene.system.ledger.company)
    scene.rest()
    scene.system.stop("web")
    scene.dismiss()
