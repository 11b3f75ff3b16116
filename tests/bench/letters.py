"""Dead letters by the thousand: listed, replayed, and replayed by a process that is killed."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass

import psycopg

from events.message import compose
from tests.bench import tenants
from tests.bench.figures import Figure
from tests.system import children, environment, processes
from tests.system.environment import inherited, variables
from tests.system.processes import BOOKS, System
from worker.cli import output
from worker.store.letter_search import Filter
from worker.sync import dead_letters
from worker.sync.judgement import Outcome
from worker.sync.services import Services

TENANT = "bench-letters"
_REPLAY = ("dead-letters", "replay", "--all", "--apply", "--rate", "100000")
_OPEN = "SELECT count(*) AS count FROM dead_letters WHERE state = 'open'"
_PROGRESS = """
    SELECT count(*) FILTER (WHERE state = 'open') AS open,
           count(*) FILTER (WHERE state <> 'open') AS decided,
           (SELECT count(*) FROM inbox) AS taken
    FROM dead_letters
"""
_TAKEN = "SELECT count(*) AS count FROM inbox"
_IN_EFFECT = """
    SELECT (SELECT count(*) FROM documents) AS records,
           (SELECT count(*) FROM inbox) AS events,
           (SELECT count(*) FROM dead_letters WHERE state <> 'open') AS decided,
           (SELECT count(*) FROM dead_letters WHERE count > 1) AS again,
           (SELECT count(DISTINCT subject) FROM acts WHERE verb = 'replay') AS acts
"""


@dataclass(frozen=True)
class Size:
    """How many letters each time, and with how many of them left the replay is killed."""

    letters: int
    left: int


FULL, TINY = Size(10_000, left=5_000), Size(600, left=400)


def measure(services: environment.Services, size: Size) -> list[Figure]:
    """List them, replay them; keep as many again, kill the replay half-way, and go on."""
    with processes.running(services) as system:
        system.start("intake").wait_ready()
        _keep(system, size.letters, "plain")
        whole = _seconds(lambda: _list(system, size))
        with tenants.services(system) as made:
            listing = min(_seconds(lambda: _answer(made, size)) for _ in range(3))
        replaying = _seconds(lambda: system.books(*_REPLAY))
        _check(system, size.letters)
        _keep(system, size.letters, "killed")
        left = _killed(system, size)
        again = system.books_json(*_REPLAY)["counts"].get(Outcome.SUPERSEDED, 0)
        _check(system, 2 * size.letters)
    count = f"{size.letters:,}"
    return [
        Figure(f"seconds to list {count} dead letters", f"{listing:.2f}", "1"),
        Figure("the whole command, the start of Python included", f"{whole:.2f}"),
        Figure("dead letters replayed a second", f"{size.letters / replaying:,.0f}", "500"),
        Figure(f"killed with {left:,} of {count} left: lost, twice in effect", "0, 0", "0, 0"),
        Figure("of these, published by the killed replay and not marked", f"{again}"),
    ]


def _list(system: System, size: Size) -> None:
    found = system.books_json("dead-letters", "list", "--limit", str(size.letters))
    assert len(found) == size.letters


def _answer(made: Services, size: Size) -> None:
    """What the command does once it runs."""
    found = dead_letters.find(made, Filter(), size.letters)
    lines = [json.dumps(one, default=output.plain) for one in found.letters]
    assert len(lines) == size.letters


def _keep(system: System, count: int, name: str) -> None:
    """Valid customers, as a version that did not know their type kept them."""
    rows = [_letter(f"{name}-{number}") for number in range(count)]
    columns = "fingerprint, category, reason, body, content_type, routing_key, event_id, tenant_id"
    with (
        psycopg.connect(system.database_url) as database,
        database.cursor().copy(f"COPY dead_letters ({columns}) FROM STDIN".encode()) as copy,
    ):
        for row in rows:
            copy.write_row(row)


def _letter(name: str) -> tuple[object, ...]:
    data = {"id": name, "version": 1, "name": f"Harbor Hotel {name}"}
    message = compose("customer.created", source="/bench", tenant=TENANT, data=data, id=name)
    reason = "the attribute type names no event that is known"
    address = (message.content_type, message.routing_key, name, TENANT)
    return (name, "unknown_type", reason, message.body, *address)


def _killed(system: System, size: Size) -> int:
    """Replay until only so many are left, then kill -9, amid a page if that can be caught; how many
    letters are still open."""
    own = {**inherited(), **variables(system.settings)}
    child = children.start("replay", [*BOOKS, *_REPLAY], own, system.directory)
    _until(lambda: _is_amid_a_page(system, size))
    assert child.is_alive(), child.tail()
    child.kill()
    left: int = system.rows(_OPEN)[0]["count"]
    assert 0 < left < size.letters
    return left


def _is_amid_a_page(system: System, size: Size) -> bool:
    """Whether intake has more of them already than are marked; also when it is high time."""
    found = system.rows(_PROGRESS)[0]
    open_, ahead = found["open"], found["taken"] > found["decided"]
    return bool(open_ <= size.left and (ahead or open_ <= size.left / 2))


def _check(system: System, count: int) -> None:
    """Every letter was decided on, and every message took effect once."""
    _until(lambda: system.rows(_TAKEN)[0]["count"] >= count)
    found = system.rows(_IN_EFFECT)[0]
    wanted = {"records": count, "events": count, "decided": count, "again": 0, "acts": count}
    assert found == wanted, json.dumps(found)


def _until(happened: Callable[[], bool], seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def _seconds(act: Callable[[], object]) -> float:
    started = time.monotonic()
    act()
    return time.monotonic() - started
