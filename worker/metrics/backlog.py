"""What stands in the tables and queues at one moment, as the gauges show it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Standing:
    """So many of something, and how long the oldest of them has stood; 0 where there is none."""

    count: int = 0
    oldest_seconds: float = 0.0


Counts = Mapping[str, int]
Standings = Mapping[str, Standing]
ByProvider = Mapping[str, Counts]


@dataclass(frozen=True)
class Backlog:
    """What stands in the tables; ages and times in seconds, 0 where nothing waits."""

    links: Counts = field(default_factory=dict)  # by state
    due: Standing = Standing()  # links that could go now
    due_connections: int = 0  # that could be driven now
    waiting: Standings = field(default_factory=dict)  # links by kind of cause
    failed: Standings = field(default_factory=dict)  # links by category
    connections: Counts = field(default_factory=dict)  # by state
    paused: ByProvider = field(default_factory=dict)  # connections by code
    held: ByProvider = field(default_factory=dict)  # connections by reason
    held_longest: Mapping[str, float] = field(default_factory=dict)  # by provider
    budget_left: Mapping[str, Mapping[str, float]] = field(default_factory=dict)  # by window
    runs: Standings = field(default_factory=dict)  # by resource
    feeds_overdue: Mapping[str, float] = field(default_factory=dict)  # by resource
    open_submissions: int = 0
    unknown_submissions: Standing = Standing()
    calls: ByProvider = field(default_factory=dict)  # this month's
    issues: Counts = field(default_factory=dict)  # open ones, by code
    outbox: Standing = Standing()
    dead_letters: Counts = field(default_factory=dict)  # open ones, by category
    restored: bool = False
    clock_skew_seconds: float = 0.0  # this host's clock less the database's

    @property
    def dead_letters_open(self) -> int:
        return sum(self.dead_letters.values())


@dataclass(frozen=True)
class Depths:
    """How many messages wait in RabbitMQ, by queue."""

    dead: int = 0  # in books.dead
    queues: Counts = field(default_factory=dict)
    dead_hints: Counts = field(default_factory=dict)
