"""Failures for engineers: what is kept and logged of one, under the id that people are shown."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from worker.errors import Category, ProviderError
from worker.logs import redact
from worker.providers.port import Cause, Fault
from worker.store.connections import Connection
from worker.sync.successes import Subject

log = logging.getLogger(__name__)

LONGEST = 4000  # characters of an excerpt: its beginning and its end
_BEGINNING = 1000


def excerpt(text: str) -> str:
    """A ledger's words, or a traceback, without secrets and cut in the middle where they are
    long."""
    text = redact(text)
    if len(text) <= LONGEST:
        return text
    cut = "\n[...]\n"
    return text[:_BEGINNING] + cut + text[len(cut) + _BEGINNING - LONGEST :]


def kept(fault: Fault) -> dict[str, Any]:
    """What a link keeps of its failure: names for the sentence, detail, and its id."""
    return {"id": fault.id, "names": dict(fault.names), "detail": excerpt(fault.detail)}


def noted(fault: Fault) -> dict[str, Any]:
    """All of a fault, as `restored` reads it."""
    causes = sorted(str(cause) for cause in fault.causes)
    return kept(fault) | {"code": fault.code, "category": fault.category.value, "causes": causes}


def restored(known: Mapping[str, Any]) -> Fault:
    """A fault out of what `noted` gave (an older worker gave it no id)."""
    fault = Fault(
        known["code"],
        Category(known["category"]),
        known.get("names", {}),
        known.get("detail", ""),
        frozenset(Cause.parse(cause) for cause in known.get("causes", ())),
    )
    return replace(fault, id=known.get("id", fault.id))


def unexplained(names: Mapping[str, str], error: ProviderError) -> Fault:
    """The fault of one record where the ledger answered in a way that no rule knows."""
    detail = f"{error} [{error.correlation_id or 'no correlation id'}]"
    return Fault("defect", Category.DEFECT, names, detail)


def tell_engineers(connection: Connection, subject: Subject, fault: Fault, state: str) -> None:
    """One line in the log; `state` is how the link stands now."""
    log.warning(
        f"record.{state}",
        extra={
            "failure": fault.id,
            "code": fault.code,
            "tenant": connection.tenant_id,
            "connection": connection.id,
            "provider": connection.provider,
            "kind": subject.kind.value,
            "record": subject.record_id,
            "submission": subject.submission_id,
            "correlation_id": subject.correlation_id,
            "detail": excerpt(fault.detail) or None,
        },
    )
