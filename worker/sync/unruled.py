"""What a ledger said that no rule knows: counted and kept, so that an engineer adds the rule."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from worker import metrics
from worker.errors import Unexplained
from worker.logs import redact
from worker.providers.outcomes import Unruled
from worker.store import unknown_faults
from worker.store.connections import Connection
from worker.store.session import Database

_LONGEST_SHAPE = 200
_LONGEST_EXAMPLE = 1000
_QUOTED = re.compile(r"(?<!\w)'[^']{0,200}'(?!\w)|\"[^\"]{0,200}\"|“[^”]{0,200}”")
_NUMBERED = re.compile(r"[\w.,/:-]*\d[\w.,/:-]*")


@dataclass(frozen=True)
class Heard:
    """One such answer: what it was about, and the failure that people see of it."""

    said: Unruled
    endpoint: str
    failure_id: str | None = None


def shape(text: str) -> str:
    """A message without what differs from record to record: what it quotes, words with digits,
    addresses."""
    plain = _NUMBERED.sub("#", _QUOTED.sub('"..."', redact(text)))
    return " ".join(plain.split())[:_LONGEST_SHAPE]


def keep(database: Database, of: Connection, heard: Iterable[Heard]) -> None:
    """Count what was heard; after the commit that it led to, each in a transaction of its own:
    drivers that hear the same of many records must not wait for each other."""
    for one in heard:
        metrics.UNKNOWN_FAULTS.labels(of.provider).inc()
        values = {
            "provider": of.provider,
            "tenant_id": of.tenant_id,
            "code": one.said.code[:50],
            "shape": shape(one.said.text),
            "endpoint": one.endpoint,
            "example": redact(one.said.text)[:_LONGEST_EXAMPLE],
            "failure_id": one.failure_id,
        }
        with database.begin() as session:
            unknown_faults.keep(session, values)


def keep_error(database: Database, of: Connection, endpoint: str, error: Unexplained) -> None:
    """Count a whole answer that no rule knows."""
    said = Unruled("", f"{error} [{error.correlation_id or 'no correlation id'}]")
    keep(database, of, [Heard(said, endpoint)])
