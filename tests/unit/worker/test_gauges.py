"""Gauges: what stands in tables and queues, answered at once whatever database and broker do."""

import threading
import time
from collections.abc import Callable

import pytest
from prometheus_client import CollectorRegistry

from tests.unit.worker.gauges import exposed
from worker import metrics
from worker.metrics import Backlog, Depths, GaugeCollector, Late, Standing, Times, times

BACKLOG = Backlog(
    links={"due": 3, "failed": 1},
    due=Standing(2, 60.0),
    waiting={"mapping": Standing(4, 90.0)},
    failed={"validation": Standing(1, 30.0)},
    connections={"active": 1},
    paused={"quickbooks": {"consent_withdrawn": 1}},
    held_longest={"quickbooks": 12.0},
    budget_left={"xero": {"day": 0.25}},
    runs={"taxes": Standing(1, 5.0)},
    outbox=Standing(2, 7.5),
    calls={"quickbooks": {"read": 56}},
    dead_letters={"malformed_json": 2},
    restored=True,
    clock_skew_seconds=-0.5,
)
HURRIED = Times(scrape=0.02)
AT_ONCE = Times(tables=0, scrape=0.2)
DEPTHS = Depths(4, {"drive": 3}, {"drive.XQ": 1})


@pytest.mark.parametrize(
    "line",
    [
        'books_links{state="failed"} 1.0',
        "books_due_links 2.0",
        "books_oldest_due_seconds 60.0",
        'books_waiting_links{reason="mapping"} 4.0',
        'books_waiting_oldest_seconds{reason="mapping"} 90.0',
        'books_failed_oldest_seconds{category="validation"} 30.0',
        'books_paused_connections{code="consent_withdrawn",provider="quickbooks"} 1.0',
        'books_held_longest_seconds{provider="quickbooks"} 12.0',
        'books_budget_left_ratio{provider="xero",window="day"} 0.25',
        'books_runs_open{resource="taxes"} 1.0',
        'books_run_oldest_seconds{resource="taxes"} 5.0',
        'books_calls_this_month{call="read",provider="quickbooks"} 56.0',
        "books_outbox_age_seconds 7.5",
        'books_dead_letters_open{category="malformed_json"} 2.0',
        "books_restored 1.0",
        "books_clock_skew_seconds -0.5",
        "books_dead_queue_messages 4.0",
        'books_queue_messages{queue="drive"} 3.0',
        'books_hint_dead_messages{queue="drive.XQ"} 1.0',
        "books_database_up 1.0",
        "books_broker_up 1.0",
    ],
)
def test_gauges_say_what_stands_in_tables_and_queues(line: str) -> None:
    assert line in exposed(GaugeCollector(lambda: BACKLOG, lambda: DEPTHS)).splitlines()


def test_what_cannot_be_asked_is_absent_and_the_rest_stays() -> None:
    text = exposed(GaugeCollector(lambda: None, lambda: DEPTHS))

    assert "books_database_up 0.0" in text
    assert "books_due_links" not in text
    assert "books_dead_queue_messages 4.0" in text


def test_a_broker_that_is_away_says_so() -> None:
    text = exposed(GaugeCollector(lambda: BACKLOG, lambda: None))

    assert "books_broker_up 0.0" in text
    assert "books_dead_queue_messages" not in text


def test_registering_asks_nobody() -> None:
    asked: list[str] = []
    both = GaugeCollector(lambda: asked.append("database"), lambda: asked.append("broker"))

    metrics.register(both, CollectorRegistry())

    assert asked == []


def test_scrapes_in_quick_succession_count_the_tables_once() -> None:
    asked: list[Backlog] = []

    def count() -> Backlog:
        asked.append(BACKLOG)
        return BACKLOG

    both = GaugeCollector(count, lambda: DEPTHS)
    assert exposed(both) == exposed(both)

    assert len(asked) == 1


def test_a_count_that_is_too_old_is_made_anew() -> None:
    found = iter([BACKLOG, Backlog(due=Standing(9))])
    both = GaugeCollector(lambda: next(found), lambda: DEPTHS, AT_ONCE)

    exposed(both)

    assert "books_due_links 9.0" in exposed(both)


def test_a_database_that_was_away_is_asked_at_once() -> None:
    found = iter([None, BACKLOG])
    both = GaugeCollector(lambda: next(found), lambda: DEPTHS)

    exposed(both)

    assert "books_due_links 2.0" in exposed(both)


def once_then(frozen: threading.Event) -> Callable[[], Backlog | None]:
    """A database that answers once, and after that when it is set free."""
    waits = iter([0.0, 5.0])
    return lambda: BACKLOG if not (wait := next(waits)) or frozen.wait(wait) else None


@pytest.fixture
def frozen() -> threading.Event:
    """Set it, and the database answers."""
    return threading.Event()


def test_a_frozen_database_holds_up_no_scrape(frozen: threading.Event) -> None:
    both = GaugeCollector(lambda: BACKLOG if frozen.wait(5) else None, lambda: DEPTHS, HURRIED)
    began = time.monotonic()

    text = exposed(both)

    assert time.monotonic() - began < 1
    assert "books_database_up 0.0" in text
    frozen.set()


def test_while_a_new_count_is_on_its_way_the_last_one_is_shown(frozen: threading.Event) -> None:
    both = GaugeCollector(once_then(frozen), lambda: DEPTHS, AT_ONCE)
    exposed(both)

    text = exposed(both)

    assert "books_database_up 1.0" in text
    assert "books_due_links 2.0" in text
    frozen.set()


def test_scrapes_of_a_frozen_database_do_not_pile_up(frozen: threading.Event) -> None:
    asked: list[bool] = []
    both = GaugeCollector(lambda: asked.append(frozen.wait(5)), lambda: DEPTHS, HURRIED)

    exposed(both)
    exposed(both)
    frozen.set()
    while not asked:
        time.sleep(0.001)

    assert asked == [True]


def test_a_database_that_is_only_slow_is_up() -> None:
    def slow() -> Backlog:
        raise Late

    text = exposed(GaugeCollector(slow, lambda: DEPTHS))

    assert "books_database_up 1.0" in text
    assert "books_due_links" not in text


def test_who_does_not_answer_for_long_is_away(frozen: threading.Event) -> None:
    impatient = Times(tables=0, scrape=0.2, frozen=0)
    both = GaugeCollector(once_then(frozen), lambda: DEPTHS, impatient)
    exposed(both)

    assert "books_database_up 0.0" in exposed(both)
    frozen.set()


def test_figures_that_may_be_younger_go_stale_sooner() -> None:
    made = times(tables=3)

    assert (made.tables, made.queues, made.stale) == (3, 1, 30)
    assert times(Times().tables) == Times()
