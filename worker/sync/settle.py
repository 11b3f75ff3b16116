"""Unknown outcomes: the identical request again inside the ledger's replay window, else a look-up
(design 5)."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

from worker import metrics
from worker.errors import Category, Unexplained
from worker.providers.port import Changed, Fault, Found, Ours, Outcome, Several, Sought, Untouched
from worker.store import connections, links, submissions
from worker.store.session import now
from worker.store.submissions import Item, Recorded
from worker.store.usage import Call
from worker.sync import answers, conflicts
from worker.sync.act import Acting, Effects
from worker.sync.driver import Driver, OutOfBudget
from worker.sync.failing import restored
from worker.sync.flights import Flight, attempt, conclude
from worker.sync.outcomes import Fail, refusal
from worker.sync.subjects import after, subject_of_item

_PROOF = 2  # look-ups that must find nothing before absence is believed
_SERVER_ERROR = 500
_UNREADABLE = 900.0  # seconds until a look-up is repeated that the books refused


@dataclass(frozen=True)
class Age:
    """How long ago a submission was first sent, against what the ledger remembers of its key."""

    seconds: float
    replayable: bool
    forgotten: bool


@dataclass(frozen=True)
class LookUp:
    """What the books said of a submission's items, and whether silence is proof by now."""

    recorded: Recorded
    seen: Mapping[int, Found]
    proven: bool


def settle(driver: Driver, submission_id: int) -> None:
    """Find out what became of one open submission whose time has come.

    Raises: ProviderError, OutOfBudget, LeaseLost; the submission stays unknown then.
    """
    with driver.services.database.begin() as session:
        recorded = submissions.get(session, submission_id)
        seconds = (now(session) - recorded.recorded_at).total_seconds()
    limits = driver.limits
    by_key = _repeats_by_key(driver, recorded)
    age = Age(
        seconds,
        by_key and seconds < limits.replay_window,
        # Where no key is remembered, nothing but a send under way could still arrive.
        seconds >= limits.key_lifetime or not _is_keyed(driver, recorded),
    )
    # Nobody promises that a ledger remembers refusals: what it refused once, it might take now.
    refused = any(
        item.detail if item.outcome is None else item.outcome == "refused"
        for item in recorded.items
    )
    if age.replayable and not refused and not _is_looked_up_first(driver, recorded):
        _repeat(driver, recorded)
    else:
        _look_up(driver, recorded, replace(age, replayable=age.replayable and not refused))


def _is_keyed(driver: Driver, recorded: Recorded) -> bool:
    keyed = driver.ledger.traits.keyed
    return any(one.part.operation in keyed for one in recorded.unknown)


def _repeats_by_key(driver: Driver, recorded: Recorded) -> bool:
    """Whether the ledger knows a repeat of all of it by its key, and answers it anew."""
    traits = driver.ledger.traits
    if traits.keeps_errors and recorded.status is not None and recorded.status >= _SERVER_ERROR:
        return False
    return all(one.part.operation in traits.keyed for one in recorded.unknown)


def _is_looked_up_first(driver: Driver, recorded: Recorded) -> bool:
    """Whether another driver sent it, and something in it is not repeated blindly (design 5.3);
    in a restored database, anything: it may have been settled, and sent anew under another key."""
    if driver.restored and not recorded.lookups:
        return True
    taken_over = recorded.driver != driver.id and not recorded.lookups
    return taken_over and any(
        one.part.kind in driver.ledger.traits.looked_up for one in recorded.unknown
    )


def _repeat(driver: Driver, recorded: Recorded) -> None:
    """Send the identical request again: the ledger answers a known key with its first answer."""
    books, started = driver.books(), time.monotonic()
    batch = int(len(recorded.items) > 1)
    with driver.services.database.begin() as session:
        connections.lock(session, driver.connection.id)
        driver.check_database(session)
        budget = driver.budget(session)
        wait = budget.wait(1, batch)
        if wait:
            submissions.postpone(session, recorded.id, wait)
            return
        if not submissions.renew(session, recorded.id, driver.id, driver.timing):
            return
        driver.spend(session, budget.spend(1, batch), Call.WRITE, 1)
    _count_unknown(recorded)
    deadline = started + driver.timing.send_by
    traces = tuple(item.wanted.traceparent for item in recorded.items)
    flight = Flight(recorded.id, recorded.endpoint, recorded.content, deadline, traces)
    trouble = conclude(driver, flight, attempt(driver, books, flight), first=False)
    driver.hear(books)
    if trouble:
        raise trouble


def _look_up(driver: Driver, recorded: Recorded, age: Age) -> None:
    """Ask the books what they hold; absence needs two look-ups and a key that nobody remembers."""
    # What was sent to be removed was nobody else's.
    sought = [
        Sought(item.part, item.digest, recorded.recorded_at, shared=False)
        for item in recorded.unknown
    ]
    try:
        seen = driver.read("find", lambda books: books.find(sought))
    except OutOfBudget as spent:
        with driver.services.database.begin() as session:
            submissions.postpone(session, recorded.id, spent.wait)
        return
    except Unexplained as error:  # for an engineer; it holds up nobody else
        with driver.services.database.begin() as session:
            answers.keep_unexplained(session, driver.connection, recorded.id, error)
            submissions.postpone(session, recorded.id, _UNREADABLE)
        return
    _count_unknown(recorded)
    looked = LookUp(recorded, seen, age.forgotten and recorded.lookups + 1 >= _PROOF)
    _write_down(driver, looked)
    _give_back(driver, looked)
    gap = driver.services.settings.lookup_gap
    delay = gap if age.forgotten else max(gap, driver.limits.key_lifetime - age.seconds)
    delay = 0.0 if age.replayable else delay  # what is not there is repeated now
    with driver.services.database.begin() as session:
        submissions.postpone(session, recorded.id, delay, lookups=1)


def _count_unknown(recorded: Recorded) -> None:
    """Once for each record, here: a driver that died in flight could not count what it left."""
    if recorded.sends == 1 and not recorded.lookups:
        metrics.UNKNOWN_OUTCOMES.inc(len(recorded.unknown))


def _write_down(driver: Driver, looked: LookUp) -> None:
    """Close what the books hold."""
    outcomes: dict[str, Outcome] = {}
    for item in looked.recorded.unknown:
        found = looked.seen.get(item.part.link_id)
        if isinstance(found, Ours):
            outcomes[item.part.key] = found.outcome
    with driver.services.database.begin() as session:
        effects = answers.apply(
            session, driver.connection.id, looked.recorded.id, outcomes, looked_up=True
        )
    after(driver, effects)


def _give_back(driver: Driver, looked: LookUp) -> None:
    """What is proven absent is due again (or refused, as its repeat was).

    What others changed since is compared with them, and what is there twice is for a person.
    """
    effects = Effects()
    with driver.services.database.begin() as session:
        acting = Acting(session, connections.take(session, driver.connection.id), effects)
        recorded = submissions.lock(session, looked.recorded.id)
        closed = [
            (item.id, outcome, item.detail or {})
            for item in recorded.unknown
            if (outcome := _decided(acting, item, looked))
        ]
        submissions.close_items(session, closed)
        submissions.close_if_known(session, recorded.id)
        effects.settled += [outcome for _, outcome, _ in closed]
        effects.write(session)
    after(driver, effects)


def _decided(acting: Acting, item: Item, looked: LookUp) -> str | None:
    """What became of an item that the books do not hold as it was sent; None: still unknown."""
    match looked.seen.get(item.part.link_id):
        case Several(refs):
            names = {"kind": item.part.kind.value, "record": item.part.record_id}
            fault = Fault("two_in_books", Category.DEFECT, names | {"refs": ", ".join(refs)})
            acting.act(subject_of_item(item), Fail(fault))
            return "two_in_books"
        case Changed() as changed:
            conflicts.meet_unknown(acting, subject_of_item(item), changed)
            return "overtaken"
        case found if looked.proven:
            _absent(acting, item, found)
            return "absent"
        case _:
            return None


def _absent(acting: Acting, item: Item, found: Found | None) -> None:
    detail = item.detail or {}
    category = Category(detail.get("category", Category.UNKNOWN_OUTCOME))
    # What it names may be active again by now, and nobody would tell: it is sent anew.
    if category in (Category.UNKNOWN_OUTCOME, Category.REFERENCE):
        token = found.sync_token if isinstance(found, Untouched) else None
        links.try_again(acting.session, item.part.link_id, cost=1, sync_token=token)
        return
    # It is certain now that the first send took no effect: what its repeat was refused with holds.
    acting.act(subject_of_item(item), refusal(restored(detail), item.attempts))
