"""Metrics: named by convention, at 0 from the start, each counted somewhere, served by itself."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from prometheus_client import Counter, Histogram

from worker import metrics
from worker.metrics import zeros

COUNTED = {name: one for name, one in vars(metrics).items() if isinstance(one, Counter | Histogram)}
KNOWN = metrics.Known(["item"], ["mapping"], ["ledger"], ["taxes"], ["drive"])
OPEN_ENDED = {"PROVIDER_REQUESTS", "PROVIDER_SECONDS"}  # ledgers answer with what they please
WORKER = Path(metrics.__file__).parent.parent


def mentions() -> Iterator[str]:
    """The metrics that the code below `worker` counts, by name."""
    for path in WORKER.rglob("*.py"):
        yield from re.findall(r"\bmetrics\.([A-Z_]+)\b", path.read_text())


@pytest.mark.parametrize("name", COUNTED)
def test_every_metric_is_named_and_described(name: str) -> None:
    metric = COUNTED[name]

    assert re.fullmatch(r"books_[a-z_]+", metric._name)
    assert metric._documentation.endswith(".")


def test_no_gauge_has_the_name_of_a_counter_without_its_ending() -> None:
    gauges = metrics.GaugeCollector(metrics.Backlog, metrics.Depths).collect()

    # In OpenMetrics both would be one family, of two types.
    assert not {metric._name for metric in COUNTED.values()} & {gauge.name for gauge in gauges}


def test_every_metric_is_counted_somewhere() -> None:
    assert not COUNTED.keys() - set(mentions())


@pytest.mark.parametrize("name", sorted(COUNTED.keys() - OPEN_ENDED))
def test_a_metric_of_closed_lists_is_there_before_anything_happens(name: str) -> None:
    metrics.begin(KNOWN)

    assert any(sample for family in COUNTED[name].collect() for sample in family.samples)


def test_what_begins_at_zero_is_what_the_help_text_says() -> None:
    said = {
        metrics.EVENTS: zeros.EVENTS,
        metrics.RECORDS: zeros.OUTCOMES,
        metrics.TOKEN_REFRESHES: zeros.REFRESHES,
        metrics.SUBMISSIONS_SETTLED: zeros.SETTLED,
        metrics.DUPLICATES_PREVENTED: zeros.MECHANISMS,
        metrics.THROTTLE_WAITS: zeros.WAITS,
        metrics.RUNS: zeros.RUNS,
        metrics.WEBHOOKS: zeros.WEBHOOKS,
        metrics.STATUS_EVENTS: zeros.STATUSES,
    }

    assert not [m for m, values in said.items() if f"{', '.join(values)}." not in m._documentation]


def test_a_process_serves_its_metrics_and_says_what_it_is() -> None:
    port = metrics.serve("127.0.0.1", 0, "worker-test")

    text = httpx.get(f"http://127.0.0.1:{port}/metrics").text

    assert "books_events_total" in text
    assert re.search(
        r'books_build_info\{process="worker-test",python="3.*",version=".+"\} 1.0', text
    )


def test_a_port_that_is_taken_is_named() -> None:
    port = metrics.serve("127.0.0.1", 0, "worker-test")

    with pytest.raises(OSError, match=f"no metrics can be served at 127.0.0.1:{port}"):
        metrics.serve("127.0.0.1", port, "worker-test")
