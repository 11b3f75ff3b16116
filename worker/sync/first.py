"""What is pulled before anything is written: a party must be matched before it could be doubled."""

from collections.abc import Iterable, Mapping
from uuid import uuid4

from schemas.kinds import Kind
from worker.providers.port import Resource
from worker.store import runs
from worker.store.connections import Connection
from worker.store.runs import Asked
from worker.store.session import Session
from worker.sync.scope import kinds_off

PULLS = (
    Resource.CONNECTION,
    Resource.ACCOUNTS,
    Resource.TAXES,
    Resource.CUSTOMERS,
    Resource.VENDORS,
    Resource.ITEMS,
)
_KINDS = {
    Resource.CUSTOMERS: Kind.CUSTOMER,
    Resource.VENDORS: Kind.VENDOR,
    Resource.ITEMS: Kind.ITEM,
}
MATCHED = frozenset(_KINDS)
"""The lists whose records are compared with those of the CMMS."""


def needed(settings: Mapping[str, object]) -> tuple[Resource, ...]:
    """The first pulls of a connection; lists of kinds that are switched off are none of them."""
    return tuple(one for one in PULLS if not is_off(settings, one))


def is_off(settings: Mapping[str, object], resource: Resource) -> bool:
    """Whether a resource is the list of a kind that is switched off."""
    return _KINDS.get(resource) in kinds_off(settings)


def is_unread(
    settings: Mapping[str, object], resource: Resource, brought: Iterable[Resource]
) -> bool:
    """Whether the clock has no use for a resource: all that a pull of it brings is off."""
    return all(is_off(settings, one) for one in (resource, *brought))


def queue_missing(session: Session, connection: Connection, completed: set[str]) -> None:
    """Queue what was never pulled: a kind was switched on, or a newer release wants more."""
    for resource in needed(connection.settings):
        if resource not in completed:
            asked = Asked("connect", f"connect:{uuid4()}")
            runs.queue(session, connection.id, resource, asked)
