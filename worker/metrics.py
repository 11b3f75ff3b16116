"""Every metric, by name; counted where the outcome is known, served for Prometheus to scrape."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from prometheus_client import Counter, Histogram, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import REGISTRY, Collector, CollectorRegistry

EVENTS = Counter("books_events_total", "Events taken in: accepted, repeated, dead.", ["result"])
RECORDS = Counter(
    "books_records_total",
    "Records: created, updated, linked, removed, waiting, failed, conflict, skipped.",
    ["kind", "outcome"],
)
EVENT_TO_REF = Histogram(
    "books_event_to_ref_seconds",
    "From an event taken in to its record's ref in the books.",
    buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 86400),
)
PROVIDER_REQUESTS = Counter(
    "books_provider_requests_total",
    "Calls to the ledgers by HTTP status; without an answer that counts, by what went wrong.",
    ["provider", "endpoint", "status"],
)
PROVIDER_SECONDS = Histogram(
    "books_provider_request_seconds",
    "How long the ledgers take to answer.",
    ["provider", "endpoint"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 130),
)
BATCH_SIZE = Histogram(
    "books_batch_size",
    "Documents in one write call.",
    ["provider"],
    buckets=(1, 2, 5, 10, 15, 20, 25, 30, 40, 50),
)
TOKEN_REFRESHES = Counter(
    "books_token_refreshes_total",
    "Access tokens asked for anew: refreshed, superseded, refused, unavailable.",
    ["provider", "result"],
)
UNKNOWN = Counter(
    "books_submissions_unknown_total", "Write calls whose outcome was unknown at first."
)
DUPLICATES_PREVENTED = Counter(
    "books_duplicates_prevented_total",
    "Writes that would have doubled a record: by repeat, replay, lookup, marker, adoption.",
    ["mechanism"],
)
THROTTLE_WAITS = Counter(
    "books_throttle_waits_total",
    "Times a connection had to wait: for its own budget, or because the ledger said so.",
    ["provider", "reason"],
)
RUNS = Counter(
    "books_runs_total",
    "Pulls and connection tests by outcome: done, failed.",
    ["provider", "resource", "outcome"],
)
WEBHOOKS = Counter(
    "books_webhooks_total",
    "Webhooks: queued, joined, ignored, malformed, unsigned, too_large, late, unavailable.",
    ["provider", "result"],
)
STATUS_EVENTS = Counter(
    "books_status_events_total", "Status events sent: published, unroutable.", ["result"]
)


@dataclass(frozen=True)
class Backlog:
    """What stands in the tables at one moment; ages in seconds, 0 where nothing waits."""

    links: Mapping[str, int] = field(default_factory=dict)  # by state
    oldest_due_seconds: float = 0.0
    outbox_pending: int = 0
    outbox_age_seconds: float = 0.0
    dead_letters_open: int = 0
    connections: Mapping[str, int] = field(default_factory=dict)  # by state
    open_submissions: int = 0
    calls: Mapping[str, Mapping[str, int]] = field(
        default_factory=dict
    )  # by provider: this month's
    issues: Mapping[str, int] = field(default_factory=dict)  # open ones, by code


KEPT_SECONDS = 15.0
"""How long a count of the tables is good enough: it looks at every link."""


class DatabaseCollector(Collector):
    """Gauges read when Prometheus asks; one process registers it, else they count double.

    Either callable answers None while its service is away: its gauges are absent then.
    """

    def __init__(
        self,
        backlog: Callable[[], Backlog | None],
        dead_depth: Callable[[], int | None],
        keep: float = KEPT_SECONDS,
    ) -> None:
        self._ask = backlog
        self._dead_depth = dead_depth
        self._keep = keep
        self._lock = threading.Lock()  # several may scrape at once, each in a thread
        self._kept: tuple[float, Backlog] | None = None

    def _backlog(self) -> Backlog | None:
        """What stood in the tables at most `keep` seconds ago."""
        with self._lock:
            if self._kept and time.monotonic() - self._kept[0] < self._keep:
                return self._kept[1]
            found = self._ask()
            self._kept = (time.monotonic(), found) if found else None
            return found

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Nothing: so that registering asks neither database nor broker."""
        return iter(())

    def collect(self) -> Iterator[GaugeMetricFamily]:
        if (backlog := self._backlog()) is not None:
            yield from _gauges(backlog)
        if (depth := self._dead_depth()) is not None:
            yield _gauge("books_dead_queue_messages", "Messages in books.dead.", depth)


def register(collector: Collector, registry: CollectorRegistry = REGISTRY) -> None:
    registry.register(collector)


def serve(host: str, port: int, registry: CollectorRegistry = REGISTRY) -> int:
    """Serve the metrics from a thread; returns the port, which 0 leaves to the system.

    Raises: OSError where nothing can be served there.
    """
    try:
        server, _ = start_http_server(port, host, registry)
    except OSError as error:
        text = f"no metrics can be served at {host}:{port}: {error.strerror}"
        raise OSError(text) from error
    return int(server.server_port)


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=value)


def _counted(name: str, text: str, label: str, values: Mapping[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=[label])
    for value, count in values.items():
        family.add_metric([value], count)
    return family


def _calls(calls: Mapping[str, Mapping[str, int]]) -> GaugeMetricFamily:
    text = "Calls to the ledgers in this month, as they count them: read, write."
    family = GaugeMetricFamily("books_calls_this_month", text, labels=["provider", "call"])
    for provider, counts in calls.items():
        for call, count in counts.items():
            family.add_metric([provider, call], count)
    return family


def _gauges(now: Backlog) -> Iterator[GaugeMetricFamily]:
    yield _counted("books_links", "Links by state.", "state", now.links)
    yield _counted("books_connections", "Connections by state.", "state", now.connections)
    yield _calls(now.calls)
    yield _gauge("books_due_links", "Links to be pushed.", now.links.get("due", 0))
    yield _gauge("books_oldest_due_seconds", "How long the oldest waits.", now.oldest_due_seconds)
    yield _gauge("books_submissions_open", "Write calls not settled yet.", now.open_submissions)
    yield _counted("books_issues_open", "Issues that wait for a person.", "code", now.issues)
    yield _gauge("books_outbox_pending", "Status events not sent yet.", now.outbox_pending)
    yield _gauge("books_outbox_age_seconds", "Age of the oldest of them.", now.outbox_age_seconds)
    yield _gauge("books_dead_letters_open", "Dead letters undecided.", now.dead_letters_open)
