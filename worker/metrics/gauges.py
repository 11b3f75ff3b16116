"""Backlog and depths as gauges, by name."""

from collections.abc import Iterator, Mapping

from prometheus_client.core import GaugeMetricFamily

from worker.metrics.backlog import Backlog, Depths, Standing


def of_tables(now: Backlog) -> Iterator[GaugeMetricFamily]:
    """The gauges of what stands in the tables."""
    yield from _of_links(now)
    yield from _of_connections(now)
    yield from _of_runs(now)
    yield from _of_the_rest(now)


def of_queues(now: Depths) -> Iterator[GaugeMetricFamily]:
    """The gauges of what stands in RabbitMQ."""
    yield _one("books_dead_queue_messages", "Messages in books.dead.", now.dead)
    text = "Messages in the queues of the worker."
    yield _by("books_queue_messages", text, "queue", now.queues)
    text = "Hints that no worker could take: in the queues that keep them."
    yield _by("books_hint_dead_messages", text, "queue", now.dead_hints)


def up(name: str, text: str, *, answers: bool) -> GaugeMetricFamily:
    """Whether a service answers: 1 or 0."""
    return _one(name, text, int(answers))


def _of_links(now: Backlog) -> Iterator[GaugeMetricFamily]:
    yield _by("books_links", "Links by state.", "state", now.links)
    text = "Links that could go now: of active connections."
    yield _one("books_due_links", text, now.due.count)
    text = "How long the oldest of the links that could go now has been due."
    yield _one("books_oldest_due_seconds", text, now.due.oldest_seconds)
    text = "Links that wait, by what for; one that waits for several counts for each."
    yield from _standing("books_waiting", "links", text, "reason", now.waiting)
    text = "Links that a person must see to, by the category of the reason."
    yield from _standing("books_failed", "links", text, "category", now.failed)


def _of_connections(now: Backlog) -> Iterator[GaugeMetricFamily]:
    yield _by("books_connections", "Connections by state.", "state", now.connections)
    text = "Connections that could be driven now: active, not held, with work."
    yield _one("books_due_connections", text, now.due_connections)
    text = "Connections that rest until a person acts, by the code of the reason."
    yield _by_provider("books_paused_connections", text, "code", now.paused)
    text = "Active connections that wait: budget, throttled, day_limit, unavailable, defect."
    yield _by_provider("books_held_connections", text, "reason", now.held)
    text = "How long the longest of the present waits of connections still lasts."
    yield _by("books_held_longest_seconds", text, "provider", now.held_longest)
    text = "Calls left to the active connection that has fewest left, as a share of its limit."
    yield _by_provider("books_budget_left_ratio", text, "window", now.budget_left)
    text = "Calls to the ledgers in this month, as they count them: read, write."
    yield _by_provider("books_calls_this_month", text, "call", now.calls)


def _of_runs(now: Backlog) -> Iterator[GaugeMetricFamily]:
    text = "Pulls and tests of active connections that are not over."
    counts = {resource: one.count for resource, one in now.runs.items()}
    yield _by("books_runs_open", text, "resource", counts)
    text = "Age of the oldest of them; without those that wait on purpose."
    ages = {resource: one.oldest_seconds for resource, one in now.runs.items()}
    yield _by("books_run_oldest_seconds", text, "resource", ages)
    text = "How late the latest pull of an active connection is, by its interval."
    yield _by("books_feed_overdue_seconds", text, "resource", now.feeds_overdue)


def _of_the_rest(now: Backlog) -> Iterator[GaugeMetricFamily]:
    yield _one("books_submissions_open", "Write calls not settled yet.", now.open_submissions)
    unknown = now.unknown_submissions
    text = "Write calls of unknown outcome: past the last moment of sending; of connections in use."
    yield _one("books_submissions_unknown", text, unknown.count)
    text = "Age of the oldest write call of unknown outcome."
    yield _one("books_submissions_unknown_oldest_seconds", text, unknown.oldest_seconds)
    yield _by("books_issues_open", "Issues that wait for a person.", "code", now.issues)
    yield _one("books_outbox_pending", "Status events not sent yet.", now.outbox.count)
    text = "Age of the oldest status event that is not sent yet."
    yield _one("books_outbox_age_seconds", text, now.outbox.oldest_seconds)
    text = "Dead letters that nobody has decided on."
    yield _by("books_dead_letters_open", text, "category", now.dead_letters)
    text = "1 after a restore of the database: whatever is created is looked up first."
    yield _one("books_restored", text, int(now.restored))
    text = "Clock of this host less that of the database."
    yield _one("books_clock_skew_seconds", text, now.clock_skew_seconds)


def _one(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=value)


def _by(name: str, text: str, label: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=[label])
    for value, amount in values.items():
        family.add_metric([value], amount)
    return family


def _by_provider(
    name: str, text: str, label: str, values: Mapping[str, Mapping[str, float]]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=["provider", label])
    for provider, counts in values.items():
        for value, amount in counts.items():
            family.add_metric([provider, value], amount)
    return family


def _standing(
    name: str, what: str, text: str, label: str, values: Mapping[str, Standing]
) -> Iterator[GaugeMetricFamily]:
    """Two gauges: how many, and for how long the oldest."""
    counts = {value: one.count for value, one in values.items()}
    yield _by(f"{name}_{what}", text, label, counts)
    ages = {value: one.oldest_seconds for value, one in values.items()}
    yield _by(f"{name}_oldest_seconds", f"How long the oldest of {name}_{what}.", label, ages)
