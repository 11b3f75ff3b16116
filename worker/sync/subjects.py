"""Links as subjects of decisions, and what follows a commit that decided about them."""

from worker.providers.budget import Budget
from worker.store.links import Due
from worker.store.submissions import Item, Wanted
from worker.sync import unruled
from worker.sync.act import Effects, Subject
from worker.sync.driver import Driver


def subject_of(link: Due) -> Subject:
    return Subject(link.id, link.kind, link.record_id, wanted_of(link))


def subject_of_item(item: Item) -> Subject:
    part = item.part
    return Subject(
        part.link_id,
        part.kind,
        part.record_id,
        item.wanted,
        item.submission_id,
        item.correlation_id,
    )


def wanted_of(link: Due) -> Wanted:
    return Wanted(
        link.revision,
        link.content,
        link.wanted_since,
        link.version,
        link.event_id,
        link.traceparent,
    )


def after(driver: Driver, effects: Effects) -> None:
    """What follows a commit: figures, and a hint to the relay."""
    budget = Budget.load(driver.limits, driver.connection.budget, driver.moment.timestamp())
    effects.count(at_limit=budget.at_limit())
    unruled.keep(driver.services.database, driver.connection, effects.heard)
    driver.services.hints.relay(sorted(effects.partitions))
