"""From the refusal to the books: what bookkeepers meet most, each mended as they would."""

import pytest

from tests.builders import a_customer, an_invoice
from tests.integration.issues.test_causes import issues_of
from tests.integration.match.scenes import pull
from tests.integration.workshop import Shop
from worker.providers.port import Resource
from worker.sync import standstill


def test_a_refused_value_goes_into_the_books_once_it_is_corrected(shop: Shop) -> None:
    shop.send("customer.created", a_customer(email="no address"))
    shop.work()
    [issue] = issues_of(shop).values()
    assert (issue.code, issue.records) == ("email_invalid", 1)
    assert str(a_customer()["name"]) in issue.explanation

    shop.send("customer.updated", a_customer())
    shop.work()

    assert (shop.states(), issues_of(shop)) == ({"CUS-1": "synced"}, {})


@pytest.mark.parametrize("kind", ["Customer", "Item"])
def test_what_a_record_names_is_active_again(books: Shop, kind: str) -> None:
    ref = books.link({"Customer": "CUS-1", "Item": "ITM-1"}[kind]).ref
    books.enter(kind, "update", Id=ref, Active=False)
    books.send("invoice.created", an_invoice())
    books.work()
    [issue] = issues_of(books).values()
    assert issue.code == "reference_inactive"

    books.enter(kind, "update", Id=ref, Active=True)
    pull(books, Resource.PAYMENTS)

    assert (books.states()["INV-1"], issues_of(books)) == ("synced", {})


def test_what_stands_still_since_the_clock_looked_is_seen_at_its_next_look(shop: Shop) -> None:
    shop.send("customer.created", a_customer(email="no address"))
    shop.work()
    shop.send("customer.created", a_customer("CUS-2", name="Harbor East", email="none either"))
    standstill.derive_changed(shop.services)
    shop.work()

    standstill.derive_changed(shop.services)

    assert shop.all("SELECT records FROM issues WHERE closed_at IS NULL") == [(2,)]
