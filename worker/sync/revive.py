"""Messages from `books.dead`: each is tried once more apart, and kept with its headers if it fails
again."""

import base64
import json
import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from events.delivery import Delivery, restored, storable
from schemas.envelope import InvalidEvent, parse
from worker import metrics
from worker.logs import redact, visible
from worker.store import dead_letters
from worker.store.session import Database
from worker.sync.intake import RESULTS, Taken, dead_letter

NOT_NOW = os.EX_TEMPFAIL
"""What a child ends with where the database did not take the message."""

_MORE = 2  # children, while the database does not take it from them
_KILLED = "it ended the process that took it in, again and again"
_REFUSED = "the database did not take it in, again and again, and takes others"
_SECONDS = 60.0
_SAID_LENGTH = 8000  # characters of what the process wrote last


@dataclass(frozen=True)
class Tried:
    """How a process of its own fared with a message: `address` is what it could read of it before
    it took it in, `taken` what came of that by result (the process counts for nobody: it ends),
    `said` the end of its log, with the traceback if there was one; `not_now`: the database did not
    take it, which is no fault of the message."""

    survived: bool
    address: Mapping[str, Any] = field(default_factory=dict)
    taken: Mapping[str, int] = field(default_factory=dict)
    said: str | None = None
    not_now: bool = False


Try = Callable[[bytes], Tried]


def revive(database: Database, delivery: Delivery, attempt: Try) -> bool:
    """Let a process of its own take the message in; else keep it as a dead letter.

    Nothing of it is read here: what ends one process would end this one, too. Returns whether it
    was taken in. Raises DBAPIError while the database is away.
    """
    tried = attempt(pack(delivery))
    for _ in range(_MORE):
        if tried.not_now:
            tried = attempt(pack(delivery))
    if tried.survived:
        accepted, repeated, dead = (tried.taken.get(name, 0) for name in RESULTS)
        Taken(accepted=accepted, repeated=repeated, dead=dead).count()
        return True
    reason = _REFUSED if tried.not_now else _KILLED
    letter = dead_letter(delivery, "killed_process", reason)
    with database.begin() as session:
        dead_letters.keep(session, replace(letter, **tried.address, detail=tried.said))
    metrics.EVENTS.labels("dead").inc()
    return False


def apart(command: Sequence[str], message: bytes) -> Tried:
    """Run a child that reads the message, writes its address, takes it in and writes what came of
    that."""
    try:
        done = subprocess.run(
            command, input=message, timeout=_SECONDS, check=False, capture_output=True
        )
    except subprocess.TimeoutExpired as late:
        said = f"it was not through after {_SECONDS:g} s\n{_end(late.stderr)}"
        return Tried(survived=False, address=_line(late.stdout, 0), said=said)
    said = f"it ended with status {done.returncode}\n{_end(done.stderr)}"
    code = done.returncode
    return Tried(code == 0, _line(done.stdout, 0), _line(done.stdout, 1), said, code == NOT_NOW)


def address(delivery: Delivery) -> bytes:
    """What can be read of a message's address, as JSON for the process that keeps the letter."""
    try:
        known: object = parse(
            delivery.body, delivery.content_type, delivery.headers, delivery.routing_key
        )
    except InvalidEvent as invalid:
        known = invalid
    names = {"source": "source", "event_id": "id", "type": "type", "tenant_id": "tenant"}
    found = {name: getattr(known, own) for name, own in names.items()}
    return json.dumps({name: text for name, text in found.items() if text is not None}).encode()


def _line(written: bytes | None, number: int) -> dict[str, Any]:
    """A line of JSON that a child wrote; nothing where it did not come so far."""
    try:
        return dict(json.loads((written or b"").splitlines()[number]))
    except (IndexError, ValueError):
        return {}


def _end(log: bytes | None) -> str:
    text = (log or b"").decode(errors="backslashreplace")[-_SAID_LENGTH:]
    return visible(redact(text))


def pack(delivery: Delivery) -> bytes:
    """A delivery as JSON, for another process."""
    fields = {
        "body": base64.b64encode(delivery.body).decode(),
        "routing_key": delivery.routing_key,
        "content_type": delivery.content_type,
        "headers": storable(delivery.headers),
        "message_id": delivery.message_id,
    }
    return json.dumps(fields).encode()


def unpack(message: bytes) -> Delivery:
    fields = json.loads(message)
    return Delivery(
        body=base64.b64decode(fields["body"]),
        routing_key=fields["routing_key"],
        content_type=fields["content_type"],
        headers=restored(fields["headers"]),
        message_id=fields["message_id"],
        redelivered=False,
        delivery_count=0,
        tag=0,
    )
