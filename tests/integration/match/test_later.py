"""What comes later is compared before it is created; what waits goes on by itself."""

import pytest

from schemas.kinds import Kind
from tests.builders import a_customer, an_item
from tests.integration.match.scenes import HARBOR, discovered, glance, pull, ref_of, waits
from tests.integration.workshop import Shop, WithSettings
from worker.providers.port import Resource
from worker.store import connections
from worker.sync import matching
from worker.sync.matching import Where

INC = "Harbor Hotel, Inc."
EVERYWHERE = Where()


@pytest.fixture
def filled(shop: Shop) -> Shop:
    """Everything is pulled; the books hold the customer Harbor Hotel."""
    shop.enter("Customer", **HARBOR)
    pull(shop)
    return shop


def test_an_exact_match_is_linked_without_a_call(filled: Shop) -> None:
    filled.send("customer.created", a_customer(name="Harbor Hotel"))

    filled.work()

    assert filled.link("CUS-1").ref == ref_of(filled)
    assert (filled.told("CUS-1"), filled.submissions()) == (["record.synced"], [])


def test_a_likely_match_waits_without_a_call(filled: Shop) -> None:
    filled.send("customer.created", a_customer(name=INC))

    filled.work()

    assert (waits(filled, "CUS-1"), filled.submissions()) == (["match:customer/CUS-1"], [])


def test_what_is_like_nothing_is_created(filled: Shop) -> None:
    filled.send("customer.created", a_customer(name="Old Mill", email="ap@mill.example"))

    filled.work()

    assert (filled.states(), len(filled.submissions())) == ({"CUS-1": "synced"}, 1)


def test_rivals_for_one_record_both_wait(filled: Shop) -> None:
    both = [a_customer(f"CUS-{n}", name="Harbor Hotel", email=None) for n in (1, 2)]

    filled.take(*(filled.event("customer.created", one) for one in both))
    filled.work()

    assert filled.states() == {"CUS-1": "waiting", "CUS-2": "waiting"}


def test_whoever_waited_for_a_record_that_found_its_own_goes_on(filled: Shop) -> None:
    filled.send("customer.created", a_customer("CUS-1", name=INC))
    filled.work()

    refs = {"quickbooks": ref_of(filled)}
    filled.send("customer.created", a_customer("CUS-2", name="Mill", external_refs=refs))
    filled.work()

    assert filled.states() == {"CUS-1": "synced", "CUS-2": "synced"}
    assert filled.link("CUS-1").ref == ref_of(filled, INC)


def test_another_name_in_the_cmms_ends_the_waiting(filled: Shop) -> None:
    filled.send("customer.created", a_customer(name=INC, version=1))
    filled.work()

    filled.send("customer.updated", a_customer(name="Mill", email="a@mill.example", version=2))
    filled.work()

    assert (filled.states(), filled.link("CUS-1").ref) == (
        {"CUS-1": "synced"},
        ref_of(filled, "Mill"),
    )


@pytest.mark.parametrize(
    "change", [{"Active": False}, {"DisplayName": "X", "PrimaryEmailAddr": {}}]
)
def test_a_candidate_that_is_none_any_more_ends_the_waiting(
    filled: Shop, change: dict[str, object]
) -> None:
    filled.send("customer.created", a_customer(name=INC))
    filled.work()

    filled.enter("Customer", "update", Id=ref_of(filled), **change)
    pull(filled)

    assert filled.states() == {"CUS-1": "synced"}
    assert filled.link("CUS-1").ref == ref_of(filled, INC)


def test_a_record_entered_in_the_books_later_is_matched(filled: Shop) -> None:
    filled.change(settings={"policies": {"new_parties": "hold"}})
    filled.send("customer.created", a_customer(name="Mill", email=None))
    filled.work()
    assert filled.link("CUS-1").error_code == "match_unconfirmed"

    filled.enter("Customer", DisplayName="Mill")
    pull(filled)

    assert (filled.link("CUS-1").ref, filled.submissions()) == (ref_of(filled, "Mill"), [])


def test_where_new_ones_are_held_a_person_lets_them_go(filled: Shop) -> None:
    filled.change(settings={"policies": {"new_parties": "hold"}})
    filled.send("customer.created", a_customer(name="Mill", email=None))
    filled.work()
    assert waits(filled, "CUS-1") == ["match:customer/CUS-1"]

    matching.create_new(filled.services, EVERYWHERE, Kind.CUSTOMER, "CUS-1")
    filled.work()

    assert filled.link("CUS-1").ref == ref_of(filled, "Mill")


def test_a_person_says_that_it_is_another_one(filled: Shop) -> None:
    filled.send("customer.created", a_customer(name=INC))
    filled.work()

    matching.create_new(filled.services, EVERYWHERE, Kind.CUSTOMER, "CUS-1")
    filled.work()

    assert filled.link("CUS-1").ref == ref_of(filled, INC) != ref_of(filled)


def test_what_our_own_creation_has_made_is_neither_discovered_nor_matched(filled: Shop) -> None:
    filled.simulator.fault("lost_answer")
    filled.send("customer.created", a_customer("CUS-1", name="Mill", email=None))
    filled.drive()
    filled.send("customer.created", a_customer("CUS-2", name="Mill Ltd", email=None))
    glance(filled)
    assert (filled.states(), "Mill" in discovered(filled)) == (
        {"CUS-1": "sent", "CUS-2": "synced"},
        False,
    )

    filled.later(seconds=5)
    filled.work()

    assert filled.link("CUS-1").ref == ref_of(filled, "Mill")


def test_what_was_held_back_goes_on_once_the_outcome_is_known(
    filled: Shop, with_settings: WithSettings
) -> None:
    filled.simulator.fault("lost_answer")
    filled.send("item.created", an_item("ITM-1", name="Pump seal"))
    filled.drive(with_settings(settle_margin=30))
    filled.send("item.created", an_item("ITM-2", name="Pump-seal"))
    glance(filled, Resource.ITEMS)
    assert filled.states() == {"ITM-1": "sent", "ITM-2": "due"}

    filled.later(seconds=40)
    filled.work()

    assert filled.states() == {"ITM-1": "synced", "ITM-2": "synced"}
    assert filled.link("ITM-1").ref != filled.link("ITM-2").ref
    assert discovered(filled).keys() == {"Harbor Hotel"}


def test_nothing_is_taken_from_who_is_being_linked_meanwhile(filled: Shop) -> None:
    filled.send("customer.created", a_customer(name=INC))
    with filled.begin() as session:
        connections.lock(session, filled.connection_id)
        deciding = filled.threads.submit(
            matching.link, filled.services, EVERYWHERE, Kind.CUSTOMER, "CUS-1", ref_of(filled)
        )
        driving = filled.driving()
    deciding.result(10)
    driving.result(10)
    filled.work()

    assert (filled.link("CUS-1").ref, filled.submissions()) == (ref_of(filled), [])
