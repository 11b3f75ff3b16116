"""The settings of a connection, shown and changed; what waited for a change is due at once."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from worker.policies import (
    ClosedPeriod,
    Conflict,
    NewParties,
    Numbering,
    Policies,
    TakenNumber,
)
from worker.providers.port import Resource
from worker.store import connections, feeds, reconsider, waiting
from worker.store.connections import Connection
from worker.store.reconsider import Which
from worker.store.session import Session
from worker.sync.changing import Change, change
from worker.sync.login import LOGIN, Login
from worker.sync.options import OPTIONS, Option, Options, changed, intervals
from worker.sync.scope import KINDS_OFF, Why, kinds_off
from worker.sync.services import Services


@dataclass(frozen=True)
class Standing:
    """One setting as it stands."""

    option: Option
    value: str
    default: str


def show(services: Services, connection_id: int) -> list[Standing]:
    with services.database.begin() as session:
        row = connections.get(session, connection_id)
        options = _options(services, session, row)
    defaults = _defaults(services, row)
    return [
        Standing(option, option.read(options), option.read(defaults)) for option in OPTIONS.values()
    ]


def set_options(services: Services, connection_id: int, wanted: Mapping[str, str]) -> None:
    """Change settings, key -> text; an empty text stands for the default.

    Raises: Misuse that names key, value and choices; nothing is changed then.
    """
    with change(services, connection_id) as changing:
        before = _options(services, changing.session, changing.connection)
        after = changed(before, _defaults(services, changing.connection), wanted)
        kept = {
            "policies": after.policies.dump(),
            KINDS_OFF: sorted(after.off),
            LOGIN: after.login.dump(),
        }
        changing.set(settings={**changing.connection.settings, **kept}, start_date=after.start)
        _set_feeds(changing, before, after)
        for which in _reopened(before, after):
            reconsider.again(changing.session, connection_id, which)
        causes = waiting.causes(changing.session, connection_id, _woken(before, after))
        waiting.wake(changing.session, connection_id, causes)
        changing.wake()


def _defaults(services: Services, row: Connection) -> Options:
    return Options(feeds=_usual(services, row))


def _usual(services: Services, row: Connection) -> dict[Resource, int]:
    return intervals(services.settings, services.ledgers[row.provider].traits)


def _options(services: Services, session: Session, row: Connection) -> Options:
    found, usual = feeds.find(session, row.id), _usual(services, row)
    return Options(
        off=kinds_off(row.settings),
        start=row.start_date,
        policies=Policies.read(row.settings),
        feeds=usual | {key: found[key].interval for key in usual if key in found},
        login=Login.of(row.settings),
    )


def _set_feeds(changing: Change, before: Options, after: Options) -> None:
    """Each feed that is pulled at another interval gets a grid of its own, with jitter."""
    for resource, interval in after.feeds.items():
        if interval != before.feeds.get(resource):
            first = interval * random.uniform(0.5, 1.0)  # noqa: S311  # jitter, no secret
            feeds.set_interval(changing.session, changing.connection.id, resource, interval, first)


_STUCK = ("waiting", "failed", "conflict")  # what is left out by now stands still no more


def _reopened(before: Options, after: Options) -> Iterable[Which]:
    """Links for which the change is reason to look again.

    Planning decides anew: it sends them, or says why they are left out by now.
    """
    if on := before.off - after.off:
        yield Which("skipped", codes=[Why.KIND_OFF], kinds=on)
    if off := after.off - before.off:
        yield from (Which(state, kinds=off) for state in _STUCK)
    if before.start != after.start:
        yield Which("skipped", codes=[Why.TOO_OLD], since=after.start)
        if after.start:
            yield from (Which(state, before=after.start) for state in _STUCK)
    old, new = before.policies, after.policies
    if old.conflict is not new.conflict and new.conflict is not Conflict.HOLD:
        yield Which("conflict")
    allowed = old.taken_number is not new.taken_number and new.taken_number is TakenNumber.ALLOW
    numbered = old.numbering is not new.numbering and new.numbering is Numbering.BOOKS
    if allowed or numbered:
        yield Which("failed", codes=["duplicate_number"])
    if numbered:
        yield Which("failed", codes=["number_used"])
    if old.new_parties is not new.new_parties and new.new_parties is NewParties.CREATE:
        yield Which("waiting", codes=["match_unconfirmed"])  # not what a person must tell apart


def _woken(before: Options, after: Options) -> list[str]:
    """Kinds of causes that stand in nobody's way any more."""
    old, new = before.policies.closed_period, after.policies.closed_period
    return ["period"] if old is not new and new is ClosedPeriod.SHIFT else []
