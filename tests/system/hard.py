"""What `./dev replay --hard` does to a run: events shuffled and doubled, processes killed."""

import random
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.system.processes import System
from tests.system.streams import Line

HOUR = timedelta(hours=1)
LATENCY_MS = (40, 160)  # a call takes long enough to be met by a kill
DRIVERS = ("driver-1", "driver-2")
VICTIMS = {"intake": "intake", "worker-housekeeping": "worker-housekeeping"} | dict.fromkeys(
    DRIVERS, "worker-drive"
)
"""Name of a process -> its kind."""
_SETTINGS: dict[str, Any] = {
    # What a killed driver leaves open is taken over after these and the ledger's timeout.
    "send_by": 2.0,
    "settle_margin": 0.5,
    "lookup_gap": 0.5,
    "wake_all_seconds": 2.0,  # a killed driver takes its hint with it
}
_TIMEOUT = 5.0
_LINES_A_KILL = 40
_LEAST_KILLS = 8
_PAUSE_SECONDS = (0.3, 1.5)
_FLIGHT_SECONDS = 1.0
_HOLDERS = """
    SELECT a.application_name AS name FROM pg_locks l JOIN pg_stat_activity a USING (pid)
    WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND l.classid = 1112493899
      AND a.datname = current_database()
"""  # the key of a lease stands in two halves, of which the first is "BOOK"


def settings(providers: Iterable[str]) -> dict[str, Any]:
    """The worker's settings for a run that is over in minutes."""
    return _SETTINGS | {f"{provider}__timeout": _TIMEOUT for provider in providers}


def disordered(lines: Iterable[Line], seed: int) -> list[Line]:
    """Every line twice, each of the two moved by up to an hour of the stream's own time.

    The stream's time is the latest that was heard of: what comes late in the file is late here.
    """
    chance = random.Random(seed)
    placed = [
        (moment + HOUR * chance.random(), line) for moment, line in _timed(lines) for _ in range(2)
    ]
    return [line for _, line in sorted(placed, key=lambda one: one[0])]


def _timed(lines: Iterable[Line]) -> Iterator[tuple[datetime, Line]]:
    """The lines with the stream's time; one that is no event has that of the line before."""
    now = datetime.min.replace(tzinfo=UTC)
    for line in lines:
        if line.is_valid:
            now = max(now, datetime.fromisoformat(line.envelope["time"]))
        yield now, line


def start(system: System, name: str) -> None:
    """Start a victim. The database sessions of a driver bear its name."""
    url = f"{system.database_url}?application_name={name}"
    system.start(VICTIMS[name], name, database_url=url)


@dataclass
class Havoc:
    """Kills workers at random and starts others in their place, until there were enough."""

    system: System
    chance: random.Random
    kills: int
    killed: Counter[str] = field(default_factory=Counter)
    _next: float = 0.0

    @classmethod
    def over(cls, system: System, lines: Sequence[Line], seed: int) -> "Havoc":
        """With two drivers whose sessions bear their names instead of the one there was."""
        for name in DRIVERS:
            start(system, name)
        system.stop("worker-drive")
        return cls(system, random.Random(seed), max(_LEAST_KILLS, len(lines) // _LINES_A_KILL))

    def during(self, lines: Sequence[Line]) -> Iterator[Line]:
        """The lines, with half of all kills strewn among them."""
        places = set(self.chance.sample(range(len(lines)), self.kills // 2))
        for place, line in enumerate(lines):
            if place in places:
                self._strike()
            yield line

    def meanwhile(self) -> None:
        """Call it as often as you like while something moves."""
        if self.killed.total() < self.kills and time.monotonic() >= self._next:
            self._strike()

    def _strike(self) -> None:
        """kill -9 for one that is at work; one that is still starting loses nothing by it."""
        name = self.chance.choice([*VICTIMS, *DRIVERS])
        if name in DRIVERS:
            name = self._writing() or name
        self.system.processes[name].wait_ready()
        self.system.kill(name)
        start(self.system, name)
        self.killed[name] += 1
        self._next = time.monotonic() + self.chance.uniform(*_PAUSE_SECONDS)

    def _writing(self) -> str | None:
        """The driver that holds the lease while a write is in flight, if one comes soon."""
        end = time.monotonic() + _FLIGHT_SECONDS
        while time.monotonic() < end:
            if any(one.stats()["writes_in_flight"] for one in self.system.ledgers.values()):
                for row in self.system.rows(_HOLDERS):
                    return str(row["name"])
            time.sleep(0.01)
        return None
