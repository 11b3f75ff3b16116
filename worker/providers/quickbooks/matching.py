"""Whether the books hold what was sent, what differs, and the hash that recognises our writes."""

import hashlib
from collections.abc import Mapping
from typing import Any

from schemas.kinds import Kind
from worker.providers.comparison import differing, projected, shown
from worker.providers.quickbooks.fields import MAPPED, NAMES, UNCOMPARED
from worker.providers.quickbooks.names import undeleted
from worker.providers.wire import Body, rows, text

_COMPUTED = "SubTotalLineDetail"  # QuickBooks adds one to every sale
# What parties and items are told with under other names than conflicts are.
_TOLD_AS = {"Taxable": ("tax_exempt", "tax_code"), "SalesTaxCodeRef": ("tax_code",)}


def matches(sent: Mapping[str, Any], record: Body) -> bool:
    """Whether every field of a part's body stands in the record as it was sent."""
    return not _differing(sent, record)


def differences(sent: Mapping[str, Any], record: Body) -> dict[str, dict[str, str]]:
    """The fields that do not: the contract's name -> {cmms, books}."""
    seen = _seen(record)
    return {
        NAMES.get(name, name): {"cmms": shown(sent[name]), "books": shown(seen.get(name))}
        for name in _differing(sent, record)
    }


def brought(sent: Mapping[str, Any], record: Body) -> frozenset[str]:
    """The contract's fields that stand in the record as a part's body has them."""
    differing = {*_differing(sent, record), *UNCOMPARED}
    return frozenset(
        name
        for one in sent
        if one not in differing
        for name in _TOLD_AS.get(one, (NAMES.get(one, one),))
    )


def digest(kind: Kind, record: Body) -> str:
    """A hash over the fields that we map."""
    return _hash(kind, _seen(record))


def digest_if_active(kind: Kind, record: Body) -> str:
    """The same as it was before somebody made the record inactive, and did nothing else to it."""
    return _hash(kind, _seen(record) | {"Active": True})


def _hash(kind: Kind, seen: Body) -> str:
    mapped = projected(seen, MAPPED[kind])
    return hashlib.sha256(text(mapped).encode()).hexdigest()


def _differing(sent: Mapping[str, Any], record: Body) -> list[str]:
    return differing(sent, _seen(record), UNCOMPARED)


def _seen(record: Body) -> Body:
    """A record without what QuickBooks adds by itself."""
    seen = dict(record)
    if record.get("Active") is False:
        for name in ("DisplayName", "Name"):
            if isinstance(seen.get(name), str):
                seen[name] = undeleted(seen[name])
    if "Line" in record:
        lines = rows(record["Line"])
        seen["Line"] = [line for line in lines if line.get("DetailType") != _COMPUTED]
    return seen
