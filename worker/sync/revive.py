"""Messages from `books.dead`: each is tried once more apart, and kept with its headers if it fails
again."""

import base64
import json
from collections.abc import Callable

from events.delivery import Delivery, restored, storable
from schemas.envelope import InvalidEvent, parse
from worker import metrics
from worker.store import dead_letters
from worker.store.session import Database
from worker.sync.intake import dead_letter


def revive(database: Database, delivery: Delivery, survives: Callable[[bytes], bool]) -> bool:
    """Let `survives` take the message in (in a process of its own); else keep it as a dead letter.

    Returns whether it was taken in. Raises DBAPIError while the database is away.
    """
    if survives(pack(delivery)):
        return True
    reason = "it ended the process that took it in, again and again"
    letter = dead_letter(delivery, "killed_process", reason, _known(delivery))
    with database.begin() as session:
        dead_letters.keep(session, letter)
    metrics.EVENTS.labels("dead").inc()
    return False


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


def _known(delivery: Delivery) -> InvalidEvent | None:
    """What can be read of it without taking it in: for the letter's address only."""
    try:
        parse(delivery.body, delivery.content_type, delivery.headers, delivery.routing_key)
    except InvalidEvent as invalid:
        return invalid
    return None
