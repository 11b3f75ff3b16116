"""The relay: status events from the outbox to the broker, in order, marked after the confirm."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from events.message import Message
from events.publisher import Outcome
from schemas.envelope import STRUCTURED
from worker import metrics, tracing
from worker.store import outbox
from worker.store.session import Database

Publish = Callable[[Sequence[Message]], Sequence[Outcome]]

_CHUNK = 200
_STATES = {Outcome.CONFIRMED: "published", Outcome.UNROUTABLE: "unroutable"}


def relay(database: Database, partition: int, publish: Publish) -> int:
    """Publish what a partition holds, the oldest first; returns how many events went out.

    Where somebody else has the partition it returns at once. An event that was published and not
    marked (a crash in between) is published again under the same id. What was not confirmed stays,
    with all behind it, so that no record's events change places.
    """
    total = 0
    while True:
        with database.begin() as session:
            if not outbox.claim(session, partition):
                return total
            events = outbox.pending(session, partition, _CHUNK)
            spans = [_span(type_, envelope) for _, type_, envelope in events]
            outcomes = publish([_message(type_, envelope) for _, type_, envelope in events])
            for span, outcome in zip(spans, outcomes, strict=True):
                span.end(None if outcome is Outcome.CONFIRMED else outcome.name.lower())
            sent = {
                state: [e[0] for e, o in zip(events, outcomes, strict=True) if o is outcome]
                for outcome, state in _STATES.items()
            }
            for state, done in sent.items():
                outbox.mark(session, done, state)
        for state, done in sent.items():
            metrics.STATUS_EVENTS.labels(state).inc(len(done))
            total += len(done)
        if len(events) < _CHUNK or Outcome.FAILED in outcomes:
            return total


def _span(type_: str, envelope: Mapping[str, Any]) -> tracing.Open:
    came_from = envelope.get("traceparent")
    kind = tracing.SpanKind.PRODUCER
    return tracing.begin(f"publish {type_}", came_from, kind, tenant=envelope["tenantid"])


def _message(type_: str, envelope: Mapping[str, Any]) -> Message:
    return Message(json.dumps(envelope).encode(), type_, STRUCTURED, {}, envelope["id"])
