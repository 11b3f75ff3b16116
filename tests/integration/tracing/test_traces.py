"""Traces over AMQP: one from the publisher's span to the ledger's call and the status event."""

import io
import json
import logging
import socket
import time
from collections.abc import Iterator, Sequence

import pytest
from opentelemetry.sdk.trace import TracerProvider

from events.message import Message, compose
from events.publisher import Outcome
from tests import builders
from tests.integration.tracing.collector import Collector, collecting
from tests.integration.workshop import Shop
from worker import logs, tracing
from worker.store.outbox import PARTITIONS
from worker.sync.relay import relay


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as one:
        yield one


def traceparent(number: int) -> str:
    return f"00-{number:032x}-{number:016x}-01"


def send(shop: Shop, number: int) -> None:
    """A customer whose event belongs to trace `number`."""
    take(shop, "customer.created", builders.a_customer(f"CUS-{number}"), number)


def take(shop: Shop, type_: str, data: dict[str, object], number: int) -> None:
    named = {"source": builders.SOURCE, "tenant": shop.tenant, "traceparent": traceparent(number)}
    shop.take(builders.delivered(compose(type_, data=data, **named)))  # type: ignore[arg-type]


def publish(shop: Shop) -> list[Message]:
    """Let the relay publish; what it has published."""
    published: list[Message] = []

    def confirmed(messages: Sequence[Message]) -> list[Outcome]:
        published.extend(messages)
        return [Outcome.CONFIRMED for _ in messages]

    for partition in range(PARTITIONS):
        relay(shop.services.database, partition, confirmed)
    return published


def test_a_trace_goes_from_the_event_to_the_status_event(shop: Shop, collector: Collector) -> None:
    with tracing.exporting(collector.address, "test"):
        send(shop, 7)
        shop.work()
        publish(shop)

    assert collector.of_trace(f"{7:032x}") == [
        "take in customer.created",
        "write customer",
        "quickbooks customer",
        "publish accounting.record.synced",
    ]


def test_the_ledgers_call_stands_below_the_write_and_that_below_the_event(
    shop: Shop, collector: Collector
) -> None:
    with tracing.exporting(collector.address, "test"):
        send(shop, 7)
        shop.work()

    (taken,), (write,), (call,) = (
        collector.named(name)
        for name in ("take in customer.created", "write customer", "quickbooks customer")
    )
    assert taken.parent_span_id.hex() == f"{7:016x}"
    assert write.parent_span_id == taken.span_id
    assert call.parent_span_id == write.span_id


def test_a_batch_is_seen_from_every_document_in_it(books: Shop, collector: Collector) -> None:
    for number in (1, 2):
        take(books, "invoice.created", builders.an_invoice(f"INV-{number}"), number)
    with tracing.exporting(collector.address, "test"):
        books.work()

    done, *seen = sorted(collector.named("write batch"), key=lambda one: -len(one.links))
    assert {one.trace_id.hex() for one in seen} == {f"{1:032x}", f"{2:032x}"}
    assert {link.span_id for one in seen for link in one.links} == {done.span_id}
    assert len(done.links) == len(seen)


def test_nothing_is_sent_unless_configured_and_the_context_goes_on_as_it_came(shop: Shop) -> None:
    with tracing.exporting(None, "test"):
        send(shop, 7)
        shop.work()
        published = publish(shop)

    told = [json.loads(one.body) for one in published]
    assert [one["traceparent"] for one in told if one.get("subject") == "CUS-7"] == [traceparent(7)]


def test_a_status_event_names_the_trace_of_its_event(shop: Shop, collector: Collector) -> None:
    with tracing.exporting(collector.address, "test"):
        send(shop, 7)
        shop.work()
        told = [json.loads(one.body) for one in publish(shop)]

    (synced,) = (one for one in told if one.get("subject") == "CUS-7")
    assert synced["traceparent"].split("-")[1] == f"{7:032x}"


def test_a_collector_that_is_away_holds_up_nothing(shop: Shop) -> None:
    with tracing.exporting("http://127.0.0.1:9/v1/traces", "test"):
        send(shop, 7)
        shop.work()

    assert shop.link("CUS-7").state == "synced"


def test_a_collector_that_does_not_answer_does_not_keep_a_process() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/v1/traces"
        with tracing.exporting(address, "test"):
            for _ in range(2000):
                tracing.begin("work", None).end()
            began = time.monotonic()

    assert time.monotonic() - began < 3


def test_a_span_tells_of_an_error_without_its_words(collector: Collector) -> None:
    def broken() -> None:
        with tracing.span("work", [traceparent(1), traceparent(2)]):
            raise ValueError("the name Harbor Hotel is taken")

    with tracing.exporting(collector.address, "test"), pytest.raises(ValueError, match="Harbor"):
        broken()

    assert {one.status.message for one in collector.spans} == {"ValueError"}


def test_the_publisher_fills_in_the_span_of_its_service() -> None:
    tracer = TracerProvider().get_tracer("cmms")

    with tracer.start_as_current_span("save") as span:
        message = compose(
            "customer.created", source="/cmms/x", tenant="t", data=builders.a_customer()
        )

    known = span.get_span_context()
    written = f"00-{known.trace_id:032x}-{known.span_id:016x}-"
    assert json.loads(message.body)["traceparent"].startswith(written)


def test_what_is_logged_while_driving_names_connection_tenant_and_trace(shop: Shop) -> None:
    written, handlers = io.StringIO(), logging.root.handlers[:]
    logs.configure("json", "INFO", written)
    shop.simulator.fault("throttle")
    send(shop, 7)

    shop.drive()

    logging.root.handlers[:] = handlers
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    (trouble,) = (line for line in lines if line["event"] == "drive.trouble")
    assert (trouble["connection"], trouble["tenant"]) == (shop.connection_id, shop.tenant)
