"""Gauges read when Prometheus asks: answered at once, whatever database and broker are doing."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from worker.metrics import gauges
from worker.metrics.backlog import Backlog, Depths

Found = TypeVar("Found")


@dataclass(frozen=True)
class Times:
    """How long an answer is good enough, and how long one is waited for; in seconds."""

    tables: float = 15.0  # good enough
    queues: float = 5.0
    scrape: float = 0.4  # what comes later is shown to the next scrape
    stale: float = 150.0  # an old answer, while a new one is on its way: more than two scrapes
    frozen: float = 10.0  # whoever has not answered by then is away: more than all timeouts


def times(tables: float) -> Times:
    """The usual times, for figures about the tables that may be so old."""
    usual = Times()
    pace = tables / usual.tables
    return Times(tables=tables, queues=usual.queues * pace, stale=usual.stale * pace)


class Late(Exception):
    """The service is there, but could not say in time what it was asked."""


class Asked(Generic[Found]):
    """The answers of a service that may be slow, frozen or away, asked by one thread at a time.

    `ask` answers None where the service is away. It raises Late where it is there but too slow.
    """

    def __init__(self, ask: Callable[[], Found | None], keep: float, times: Times) -> None:
        self._ask = ask
        self._keep = keep
        self._times = times
        self._lock = threading.Lock()  # several may scrape at once, each in a thread
        self._asking: threading.Thread | None = None
        self._asked_at = 0.0
        self._is_up = False
        self._found: Found | None = None
        self._found_at = 0.0

    def look(self) -> tuple[bool, Found | None]:
        """Whether the service answers, and what it said."""
        asking = self.begin()
        if asking is not None:
            asking.join(max(self._times.scrape - _age(self._asked_at), 0))
        with self._lock:
            frozen = self._asking is not None and _age(self._asked_at) > self._times.frozen
            if frozen or not self._is_up:
                return False, None
            return True, self._found if _age(self._found_at) < self._times.stale else None

    def begin(self) -> threading.Thread | None:
        """Ask, without waiting for the answer; who is asking, None where the last one will do."""
        with self._lock:
            fresh = self._found is not None and _age(self._found_at) < self._keep
            if self._asking is None and not fresh:
                self._asking = threading.Thread(target=self._listen, daemon=True)
                self._asked_at = time.monotonic()
                self._asking.start()
            return self._asking

    def _listen(self) -> None:
        found, is_up = None, False
        try:
            found = self._ask()
            is_up = found is not None
        except Late:
            is_up = True
        finally:
            self._note(found, is_up=is_up)

    def _note(self, found: Found | None, *, is_up: bool) -> None:
        with self._lock:
            self._asking = None
            self._is_up = is_up
            if found is not None or not is_up:
                self._found, self._found_at = found, time.monotonic()


class GaugeCollector(Collector):
    """The gauges of tables and queues; one process registers it, else they count double.

    Whether a service answers is always there; what it said is absent while it is away.
    """

    def __init__(
        self,
        backlog: Callable[[], Backlog | None],
        depths: Callable[[], Depths | None],
        times: Times = Times(),
    ) -> None:
        self._backlog = Asked(backlog, times.tables, times)
        self._depths = Asked(depths, times.queues, times)

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Nothing: so that registering asks neither database nor broker."""
        return iter(())

    def collect(self) -> Iterator[GaugeMetricFamily]:
        self._depths.begin()  # both at once: whoever scrapes waits for the slower one only
        answers, backlog = self._backlog.look()
        yield gauges.up("books_database_up", "Whether PostgreSQL answers.", answers=answers)
        if backlog is not None:
            yield from gauges.of_tables(backlog)
        answers, depths = self._depths.look()
        yield gauges.up("books_broker_up", "Whether RabbitMQ answers.", answers=answers)
        if depths is not None:
            yield from gauges.of_queues(depths)


def _age(moment: float) -> float:
    return time.monotonic() - moment
