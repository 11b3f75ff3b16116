"""Records merged in the books: the CMMS's record goes with the one that is left."""

import json

import pytest

from schemas.kinds import Kind
from tests.builders import a_customer, an_invoice
from tests.integration.pull.paying import pull
from tests.integration.pull.test_issues import open_issues
from tests.integration.workshop import Shop
from worker.providers.port import LedgerRecord, Page
from worker.providers.quickbooks.webhooks import SIGNATURE
from worker.providers.webhooks import Merged, signature
from worker.store import connections as rows
from worker.store.session import now
from worker.sync import merges, pages, webhooks
from worker.sync.tell import Origin
from worker.sync.webhooks import Delivery, Receiver


@pytest.fixture
def twice(books: Shop) -> Shop:
    """CUS-1 is in the books, and beside it another customer that nobody is linked to."""
    books.enter("Customer", DisplayName="Harbor Hotel")
    return books


def stranger(shop: Shop) -> str:
    return next(str(c["Id"]) for c in shop.books("Customer") if c["DisplayName"] == "Harbor Hotel")


def tell(shop: Shop, gone: str, kept: str) -> None:
    """A webhook says that one customer went up in the other."""
    with shop.begin() as session:
        row = rows.lock(session, shop.connection_id)
        merges.follow(session, row, Merged(Kind.CUSTOMER, gone, kept))


def test_the_link_goes_with_the_record_that_is_left(twice: Shop) -> None:
    kept = stranger(twice)
    tell(twice, twice.link("CUS-1").ref, kept)

    twice.send("invoice.created", an_invoice())
    twice.work()

    [invoice] = twice.marked("Invoice", "INV-1")
    assert invoice["CustomerRef"]["value"] == twice.link("CUS-1").ref == kept


def test_a_webhook_tells_of_a_merge_in_the_books(twice: Shop) -> None:
    gone, kept = twice.link("CUS-1").ref, stranger(twice)
    webhooks.enter_secret(twice.services, twice.connection_id, "token")
    body = json.dumps(
        [
            {
                "type": "qbo.customer.merged.v1",
                "intuitaccountid": twice.company,
                "intuitentityid": kept,
                "data": {"deletedid": gone},
            }
        ]
    ).encode()

    signed = {SIGNATURE: signature(body, "token").decode()}
    Receiver(twice.services).take(Delivery("quickbooks", signed, body))

    assert twice.link("CUS-1").ref == kept


def test_a_page_tells_of_a_merge_before_anything_else(twice: Shop) -> None:
    gone, kept = twice.link("CUS-1").ref, stranger(twice)
    left = LedgerRecord("customer", gone, "Gone", active=False, data={"name": "Gone"})
    page = Page(records=(left,), merged=(Merged(Kind.CUSTOMER, gone, kept),))

    with twice.begin() as session:
        row = rows.lock(session, twice.connection_id)
        applied = pages.apply(session, row, page, now(session), Origin())

    assert (twice.link("CUS-1").ref, applied.told) == (kept, [])


def test_a_merge_that_is_told_twice_moves_once(twice: Shop) -> None:
    gone, kept = twice.link("CUS-1").ref, stranger(twice)

    tell(twice, gone, kept)
    tell(twice, gone, kept)

    assert (twice.link("CUS-1").ref, open_issues(twice)) == (kept, {})


def test_a_merge_of_strangers_is_nobodys_business(twice: Shop) -> None:
    before = twice.link("CUS-1").ref

    tell(twice, "404", before)

    assert (twice.link("CUS-1").ref, open_issues(twice)) == (before, {})


def test_two_records_of_the_cmms_that_were_merged_are_an_issue(twice: Shop) -> None:
    twice.send("customer.created", a_customer("CUS-2"))
    twice.work()
    gone, kept = twice.link("CUS-1").ref, twice.link("CUS-2").ref

    tell(twice, gone, kept)

    assert twice.link("CUS-1").ref == gone
    [(cause, issue)] = open_issues(twice).items()
    assert (cause, issue["code"]) == (f"merged:customer/{gone}/{kept}", "merged_in_books")
    assert issue["why"] == "CUS-2 is linked to that one already"


def test_a_record_under_way_follows_once_it_is_settled(twice: Shop) -> None:
    gone, kept = twice.link("CUS-1").ref, stranger(twice)
    twice.send("customer.updated", a_customer(phone="+1 503 555 0100"))
    twice.simulator.fault("lost_answer")
    twice.drive()
    tell(twice, gone, kept)
    assert (twice.link("CUS-1").ref, len(open_issues(twice))) == (gone, 1)

    twice.later(seconds=5)
    twice.work()
    pull(twice)

    assert (twice.link("CUS-1").ref, open_issues(twice)) == (kept, {})
