"""What the books never used as a customer: it may match, and is told once it is used."""

import pytest

from schemas.kinds import Kind
from tests.builders import a_customer
from tests.integration.match.scenes import discovered, waits
from tests.integration.workshop import Shop
from worker.providers.port import LedgerRecord, Page
from worker.store import connections
from worker.store.session import now
from worker.sync import discover, matching, pages
from worker.sync.act import Acting, Effects
from worker.sync.matching import Where
from worker.sync.tell import Origin

NAME, REF = "Harbor Hotel", "9001"


@pytest.fixture
def idle(shop: Shop) -> Shop:
    """The books hold Harbor Hotel, which was never anybody's customer."""
    see(shop, unused=True)
    return shop


def see(shop: Shop, **data: object) -> None:
    """A page with Harbor Hotel, as a ledger with one list of contacts tells it."""
    fields = {"Name": f'"{NAME}"'}
    held = {"name": NAME, **data}
    contact = LedgerRecord("customer", REF, NAME, active=True, data=held, fields=fields, digest="1")
    with shop.begin() as session:
        row = connections.lock(session, shop.connection_id)
        pages.apply(session, row, Page(records=(contact,)), now(session), Origin())


def compare(shop: Shop) -> None:
    effects = Effects()
    with shop.begin() as session:
        acting = Acting(session, connections.take(session, shop.connection_id), effects)
        discover.settle(acting, Kind.CUSTOMER)
        effects.write(session)


def test_what_was_never_used_is_not_told(idle: Shop) -> None:
    compare(idle)

    listed = matching.find(idle.services, Where()).discovered
    assert NAME not in {one.name for one in listed}
    assert discovered(idle) == {}


def test_it_is_told_once_it_is_used(idle: Shop) -> None:
    compare(idle)
    see(idle)

    compare(idle)

    assert list(discovered(idle)) == [NAME]


def test_it_is_linked_to_what_is_exactly_like_it(idle: Shop) -> None:
    idle.send("customer.created", a_customer(name=NAME))

    idle.work()

    assert idle.link("CUS-1").ref == REF


def test_it_is_what_a_like_one_waits_for(idle: Shop) -> None:
    idle.send("customer.created", a_customer(name="Harbor Hotel, Inc."))

    idle.work()

    assert waits(idle, "CUS-1") == ["match:customer/CUS-1"]
    assert discovered(idle) == {}
