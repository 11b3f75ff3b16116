"""Outage: PostgreSQL is away while intake is killed; RabbitMQ restarts under load."""

import signal
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from events.publisher import Publisher, PublishFailed
from events.topology import DEAD, INTAKE
from tests.chaos import sales
from tests.chaos.report import Report
from tests.chaos.scene import Scene
from tests.chaos.verdict import judge
from tests.system import broker
from tests.system.streams import Line

_KILLS = 8
_STANDING_SECONDS = 0.4  # long enough for an intake to connect and to ask for the tables
_PAUSE_SECONDS = 0.01  # between two publications, so that a restart falls among them


@dataclass(frozen=True)
class Size:
    """How many invoices are under way in each of the two outages."""

    invoices: int


FULL = Size(invoices=300)
SHORT = Size(invoices=60)


def run(scene: Scene, size: Size, report: Report) -> None:
    """First without tables, then without queues. Raises NotOurs."""
    without_database(scene, size, report)
    without_broker(scene, size, report)


def without_database(scene: Scene, size: Size, report: Report) -> None:
    """An intake that can store nothing must not use up the deliveries of what it cannot store."""
    report.begin("PostgreSQL away while intake is killed and started")
    database = scene.ground.ours().postgres
    url = scene.ground.services.broker
    sold = sales.invoices(scene.tenant.tenant, "no-database", size.invoices, seed=1)
    scene.latency(20, 60)
    scene.driver().wait_ready()
    database.kill()
    scene.publish(sales.lines_of(sold))
    report.say(f"PostgreSQL killed, {size.invoices} invoices published")
    for _ in range(_KILLS):
        scene.system.kill("intake")
        scene.system.start("intake").wait_ready()
        time.sleep(_STANDING_SECONDS)
    report.say(f"intake killed and started {_KILLS} times")
    report.equal("messages in books.dead", broker.depth(url, DEAD)[DEAD], 0)
    report.equal("messages that wait in books.intake", broker.depth(url, INTAKE)[INTAKE], len(sold))
    database.start()
    report.say("PostgreSQL is back")
    scene.finish([sale.id for sale in sold])
    scene.dismiss()
    judge(scene, sold, report)


def without_broker(scene: Scene, size: Size, report: Report) -> None:
    """RabbitMQ stops and is killed while events come in and go out."""
    report.begin("RabbitMQ restarted under load")
    sold = sales.invoices(scene.tenant.tenant, "no-broker", size.invoices, seed=1)
    scene.latency(20, 60)
    scene.driver()
    lines = sales.lines_of(sold)
    publishing = threading.Thread(
        target=publish_until_confirmed, args=(scene.ground.services.broker, lines)
    )
    publishing.start()
    for number in (signal.SIGTERM, signal.SIGKILL):
        time.sleep(_PAUSE_SECONDS * size.invoices / 4)
        _restart(scene, number)
        report.say(f"RabbitMQ ended by {number.name} and started again")
    scene.system.kill("intake")
    scene.system.start("intake")
    publishing.join()
    report.say("every event is confirmed")
    scene.finish([sale.id for sale in sold])
    scene.dismiss()
    judge(scene, sold, report)


def publish_until_confirmed(url: str, lines: Sequence[Line]) -> None:
    """As a CMMS service must: an event without confirmation is published again, under its id."""
    with Publisher(url) as publisher:
        for line in lines:
            while not _published(publisher, line):
                pass
            time.sleep(_PAUSE_SECONDS)


def _published(publisher: Publisher, line: Line) -> bool:
    try:
        publisher.publish_raw(
            line.body, routing_key=line.routing_key, content_type=line.content_type
        )
    except PublishFailed:
        return False
    return True


def _restart(scene: Scene, number: signal.Signals) -> None:
    node = scene.ground.ours().rabbitmq
    node.process.send_signal(number)
    node.process.wait(30)
    node.kill()
    node.start()
