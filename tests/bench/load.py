"""Events by the thousand: what the benchmarks publish, and how it gets into the queue."""

from collections.abc import Iterator, Sequence

import pika

from events.topology import EVENTS, INTAKE
from tests.chaos import sales
from tests.system.broker import connected, depth
from tests.system.streams import Line


def mixed(tenants: Sequence[str], count: int) -> list[Line]:
    """A quarter customers, the rest invoices, tenant after tenant in turn."""
    each = count // len(tenants)
    by_tenant = [list(_of_one(tenant, each)) for tenant in tenants]
    return [line for turn in zip(*by_tenant, strict=True) for line in turn]


def fill(url: str, lines: Sequence[Line]) -> None:
    """Put them into the queue of intake while nobody takes them; returns once all are there.

    Without confirms, for speed: the channel stays until the quorum queue has them all, since what
    it has not taken over by then is lost with the channel (seen with RabbitMQ 3.10.8).
    """
    properties = pika.BasicProperties(
        content_type="application/cloudevents+json", delivery_mode=pika.DeliveryMode.Persistent
    )
    with connected(url) as connection, connection.channel() as channel:
        for line in lines:
            channel.basic_publish(EVENTS, line.routing_key, line.body, properties)
        while depth(url, INTAKE)[INTAKE] < len(lines):
            connection.sleep(0.05)


def _of_one(tenant: str, count: int) -> Iterator[Line]:
    bought = sales.invoices(tenant, f"bench-{tenant}", count - count // 4, seed=1)
    for number, sale in enumerate(bought):
        yield sale.line
        if number % 3 == 0:
            yield sales.customer(tenant, number, "Bench")
