"""Metrics: named by convention, gauges from the tables, served on a port of their own."""

import re

import httpx
import pytest
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

from worker import metrics
from worker.metrics import Backlog, DatabaseCollector

BACKLOG = Backlog(
    links={"due": 3, "failed": 1},
    outbox_pending=2,
    outbox_age_seconds=7.5,
    connections={"active": 1},
    calls={"quickbooks": {"read": 56}},
)
DEFINED = [one for one in vars(metrics).values() if isinstance(one, Counter | Histogram)]


@pytest.mark.parametrize("metric", DEFINED, ids=lambda metric: metric._name)
def test_every_metric_is_named_and_described(metric: Counter | Histogram) -> None:
    assert re.fullmatch(r"books_[a-z_]+", metric._name)
    assert metric._documentation.endswith(".")


def exposed(collector: DatabaseCollector) -> str:
    registry = CollectorRegistry()
    metrics.register(collector, registry)
    return generate_latest(registry).decode()


def test_gauges_say_what_stands_in_the_tables() -> None:
    text = exposed(DatabaseCollector(lambda: BACKLOG, lambda: 4))

    assert 'books_links{state="failed"} 1.0' in text
    assert "books_due_links 3.0" in text
    assert 'books_calls_this_month{call="read",provider="quickbooks"} 56.0' in text
    assert "books_outbox_age_seconds 7.5" in text
    assert "books_dead_queue_messages 4.0" in text


def test_what_cannot_be_asked_is_absent_and_the_rest_stays() -> None:
    text = exposed(DatabaseCollector(lambda: None, lambda: 4))

    assert "books_due_links" not in text
    assert "books_dead_queue_messages 4.0" in text


def test_registering_asks_nobody() -> None:
    asked: list[str] = []
    collector = DatabaseCollector(lambda: asked.append("database"), lambda: asked.append("broker"))

    metrics.register(collector, CollectorRegistry())

    assert asked == []


def test_metrics_are_served_on_a_free_port() -> None:
    port = metrics.serve("127.0.0.1", 0)

    text = httpx.get(f"http://127.0.0.1:{port}/metrics").text

    assert "books_events_total" in text


def test_scrapes_in_quick_succession_count_the_tables_once() -> None:
    asked: list[Backlog] = []

    def count() -> Backlog:
        asked.append(BACKLOG)
        return BACKLOG

    collector = DatabaseCollector(count, lambda: 4)
    assert exposed(collector) == exposed(collector)

    assert len(asked) == 1


def test_a_count_that_is_too_old_is_made_anew() -> None:
    found = iter([BACKLOG, Backlog(links={"due": 9})])
    collector = DatabaseCollector(lambda: next(found), lambda: 4, keep=0)

    exposed(collector)

    assert "books_due_links 9.0" in exposed(collector)


def test_a_database_that_was_away_is_asked_at_once() -> None:
    found = iter([None, BACKLOG])
    collector = DatabaseCollector(lambda: next(found), lambda: 4)

    exposed(collector)

    assert "books_due_links 3.0" in exposed(collector)


def test_a_port_that_is_taken_is_named() -> None:
    port = metrics.serve("127.0.0.1", 0)

    with pytest.raises(OSError, match=f"no metrics can be served at 127.0.0.1:{port}"):
        metrics.serve("127.0.0.1", port)
