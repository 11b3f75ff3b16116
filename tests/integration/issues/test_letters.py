"""An issue about defects: what people decide about it settles the dead letters of its records."""

import pytest

from tests.builders import a_customer
from tests.integration.issues.test_causes import issues_of
from tests.integration.workshop import Altered, Shop, with_books
from worker.store import acts
from worker.sync import issue_deeds as deeds
from worker.sync.replays import Decision

ANNA = Decision("anna", "the rule is there now")


def breaking(*_: object) -> None:
    raise ZeroDivisionError


@pytest.fixture
def broken(shop: Shop) -> Shop:
    """A customer could not be planned: a fault of ours."""
    shop.send("customer.created", a_customer())
    shop.work(services=with_books(shop.services, lambda books: Altered(books, plan=breaking)))
    return shop


def decided(shop: Shop) -> list[tuple[str, str | None]]:
    return [(one.state, one.decided_by) for one in shop.letters()]


def test_a_defect_that_is_retried_has_its_letter_replayed(broken: Shop) -> None:
    [issue] = issues_of(broken).values()
    deeds.retry(broken.services, issue.id, ANNA)
    broken.work()

    assert broken.states() == {"CUS-1": "synced"}
    assert decided(broken) == [("replayed", "anna")]


def test_a_defect_that_is_dismissed_has_its_letter_discarded(broken: Shop) -> None:
    [issue] = issues_of(broken).values()

    deeds.dismiss(broken.services, issue.id, ANNA)

    assert decided(broken) == [("discarded", "anna")]
    [letter] = broken.letters()
    with broken.begin() as session:
        [act] = acts.of(session, f"dead_letter:{letter.id}")
    assert (act.verb, act.who, act.note) == ("discard", "anna", ANNA.note)
