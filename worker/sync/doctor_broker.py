"""Checks of the broker: reachable, declared as ours, somebody at every queue, none of them dead."""

from collections.abc import Sequence

from events import topology
from events.connection import LOST
from events.inspection import Broker, Queue, inspect
from worker.logs import redact
from worker.sync.finding import Check, Finding, State
from worker.sync.services import Services

HINTED = ("drive", "housekeeping")
"""The queues of hints, which the workers declare."""

_DEAD_HINTS = tuple(f"{queue}.XQ" for queue in HINTED)
_CONSUMED = {
    topology.INTAKE: "`books intake`",
    topology.DEAD: "`books intake`",
    "drive": "`books worker` (queue drive)",
    "housekeeping": "`books worker` (queue housekeeping)",
}
_MANY = 10_000  # messages


def broker(services: Services) -> Sequence[Finding]:
    """One look at the broker, and all that follows from it."""
    try:
        found = inspect(services.settings.broker_url, (*HINTED, *_DEAD_HINTS))
    except LOST as error:
        says = f"RabbitMQ does not answer: {redact(str(error) or type(error).__name__)}"
        todo = "start RabbitMQ, or mend BOOKS_BROKER_URL"
        return [Finding("broker", State.BROKEN, says, todo)]
    answers = Finding("broker", State.FINE, f"RabbitMQ {found.version} answers")
    return [answers, *_topology(found), *_consumers(found), *_dead(found)]


def _topology(found: Broker) -> list[Finding]:
    findings = []
    if found.missing:
        says = f"missing in the broker: {', '.join(found.missing)}"
        todo = "start `books intake` and `books worker` once: they declare what is missing"
        findings.append(Finding("queues", State.BROKEN, says, todo))
    others = [queue.name for queue in found.queues if not queue.as_declared]
    if others := [*found.otherwise, *others]:
        says = f"declared otherwise than ours: {', '.join(others)}"
        todo = "stop everything, let the queue run empty, delete it, and start again"
        findings.append(Finding("queues", State.BROKEN, says, todo))
    return findings or [Finding("queues", State.FINE, "exchanges and queues are as declared")]


def _consumers(found: Broker) -> list[Finding]:
    """Whether somebody takes messages out of each queue, and keeps up."""
    queues = [queue for name in _CONSUMED if (queue := found.queue(name))]
    return [_at_work(queue) for queue in queues]


def _at_work(queue: Queue) -> Finding:
    name, says = f"queue {queue.name}", f"{queue.messages} messages wait in {queue.name}"
    if not queue.consumers:
        todo = f"start {_CONSUMED[queue.name]}"
        return Finding(name, State.BROKEN, f"nobody consumes {queue.name}; {says}", todo)
    if queue.messages > _MANY:
        todo = f"look at the log of {_CONSUMED[queue.name]}, or start more of them"
        return Finding(name, State.WARNING, says, todo)
    return Finding(name, State.FINE, says)


def _dead(found: Broker) -> list[Finding]:
    """What was given up. `books.dead` is emptied by intake, so what stays there is news as well."""
    names = (topology.DEAD, *_DEAD_HINTS)
    full = [queue for name in names if (queue := found.queue(name)) and queue.messages]
    if not full:
        return [Finding("dead messages", State.FINE, "nothing was given up")]
    listed = ", ".join(f"{queue.messages} in {queue.name}" for queue in full)
    todo = (
        "look for tracebacks in the logs; `books intake` turns books.dead into dead letters, and a "
        "hint in an .XQ is lost without harm: `books dead-letters hints --apply` removes it"
    )
    return [Finding("dead messages", State.WARNING, f"given up: {listed}", todo)]


CHECKS = (Check("broker", broker),)
