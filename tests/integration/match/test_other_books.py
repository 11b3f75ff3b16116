"""A tenant with two companies of one ledger, a sandbox beside the real one: whose is a ref?"""

from typing import Any

import pytest

from schemas.kinds import Kind
from tests.builders import a_customer
from tests.integration.match.scenes import HARBOR, ref_of, waits
from tests.integration.workshop import OpenShop, Shop
from worker.sync import matching
from worker.sync.matching import Where


@pytest.fixture
def both(open_shop: OpenShop) -> tuple[Shop, Shop]:
    """The real books with one customer, the sandbox's with another of the same ref."""
    real = open_shop(tenant="two-books")
    real.run("UPDATE connections SET environment = 'production' WHERE id = :c")
    sandbox = open_shop(tenant="two-books")
    real.enter("Customer", DisplayName="Quite another")
    sandbox.enter("Customer", **HARBOR)
    for shop in (real, sandbox):
        shop.work()
    return real, sandbox


def save(both: tuple[Shop, Shop]) -> None:
    """The CMMS makes the sandbox's customer its own."""
    real, sandbox = both
    refs: dict[str, Any] = {"external_refs": {"quickbooks": ref_of(sandbox)}}
    sandbox.send("customer.created", a_customer("HOTEL", name="Harbor Hotel", **refs))
    for shop in (real, sandbox):
        shop.work()


def test_a_ref_of_one_is_not_linked_in_the_other(both: tuple[Shop, Shop]) -> None:
    real, sandbox = both
    assert ref_of(sandbox) == ref_of(real, "Quite another")

    save(both)

    assert sandbox.link("HOTEL").ref == ref_of(sandbox)
    assert waits(real, "HOTEL") == ["match:customer/HOTEL"]


def test_a_person_says_that_it_is_new_there(both: tuple[Shop, Shop]) -> None:
    real, _ = both
    save(both)

    here = Where(connection=str(real.connection_id))
    matching.create_new(real.services, here, Kind.CUSTOMER, "HOTEL")
    real.work()

    assert [one["DisplayName"] for one in real.marked("Customer", "HOTEL")] == ["Harbor Hotel"]
