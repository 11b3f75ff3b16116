"""Poison: a message that kills whoever reads it ends apart, and comes back once it is harmless."""

from dataclasses import dataclass, replace

from events.topology import DEAD
from tests.chaos import sales
from tests.chaos.intake import POISON
from tests.chaos.report import Report
from tests.chaos.sales import Sale
from tests.chaos.scene import Scene, eventually
from tests.chaos.verdict import judge
from tests.system.broker import connected
from tests.system.ledger import Json

_SPY = "chaos.spy"
_DEAD_SECONDS = 90.0


@dataclass(frozen=True)
class Size:
    """How many neighbours the poisoned message has."""

    neighbours: int


FULL = Size(neighbours=200)
SHORT = Size(neighbours=40)


def run(scene: Scene, size: Size, report: Report) -> None:
    """Publish it among others; see it in `books.dead` and in the list; mend, replay, count."""
    scene.latency(0, 0)
    sold = sales.invoices(scene.tenant.tenant, "poison", size.neighbours + 1, seed=1)
    killer = sold[size.neighbours // 2] = poisoned(sold[size.neighbours // 2])
    scene.system.stop("intake")
    _spy(scene)
    scene.driver()
    scene.rigged("intake-allergic", "tests.chaos.intake").wait_ready()
    scene.publish(sales.lines_of(sold))
    headers = eventually("the message in books.dead", lambda: _seen(scene), _DEAD_SECONDS)
    report.say("the message is in books.dead")
    report.equal("why it is in books.dead", headers["x-death"][0]["reason"], "delivery_limit")
    letter = eventually("a dead letter", lambda: _letters(scene), _DEAD_SECONDS)[0]
    report.equal("its place in `books dead-letters list`", letter["category"], "killed_process")
    others = [sale.id for sale in sold if sale is not killer]
    scene.rest()
    report.equal("neighbours in the books meanwhile", scene.synced(others), len(others))
    scene.system.stop("intake-allergic")
    scene.system.start("intake").wait_ready()
    report.say("intake is mended")
    scene.system.books("dead-letters", "replay", str(letter["id"]), "--apply", "--note", "mended")
    scene.finish([sale.id for sale in sold])
    report.equal("dead letters left open", len(_letters(scene)), 0)
    scene.dismiss()
    judge(scene, sold, report)


def poisoned(sale: Sale) -> Sale:
    """The same, with the word that kills intake in its memo."""
    memo = f'"currency": "USD", "memo": "Contains {POISON.decode()}s"'.encode()
    body = sale.line.body.replace(b'"currency": "USD"', memo)
    return replace(sale, line=replace(sale.line, body=body))


def _spy(scene: Scene) -> None:
    """A queue of ours beside `books.dead`, which intake empties at once."""
    with connected(scene.ground.services.broker) as connection, connection.channel() as channel:
        channel.queue_declare(_SPY, arguments={"x-expires": 600_000})
        channel.queue_bind(_SPY, DEAD)


def _seen(scene: Scene) -> dict[str, Json]:
    """The headers of the message that was dead-lettered; empty until there is one."""
    with connected(scene.ground.services.broker) as connection, connection.channel() as channel:
        _, properties, body = channel.basic_get(_SPY, auto_ack=True)
        return dict(properties.headers or {}) if properties and POISON in (body or b"") else {}


def _letters(scene: Scene) -> list[dict[str, Json]]:
    found: list[dict[str, Json]] = scene.system.books_json("dead-letters", "list")
    return found
