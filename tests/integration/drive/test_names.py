"""Names that go from one record to another: whoever wants one that is taken goes on once it is
free."""

from tests.builders import a_customer
from tests.integration.match.scenes import pull, ref_of
from tests.integration.workshop import Shop
from worker.providers.port import Resource


def rename(shop: Shop, **names: str) -> None:
    """The CMMS renames customers, one after the other."""
    for record_id, name in names.items():
        email = f"{record_id}@guests.example"
        shop.send("customer.updated", a_customer(record_id, name=name, email=email))
    shop.work()


def names(shop: Shop) -> set[str]:
    return {one["DisplayName"] for one in shop.books("Customer")}


def two(shop: Shop) -> None:
    rename(shop, A="Alder Court", B="Birch House")


def test_a_name_that_is_given_up_later_goes_to_who_wants_it(shop: Shop) -> None:
    two(shop)
    rename(shop, A="Birch House")
    assert shop.states()["A"] == "failed"

    rename(shop, B="Cedar Lodge")

    assert set(shop.states().values()) == {"synced"}
    assert names(shop) >= {"Birch House", "Cedar Lodge"}


def test_a_name_that_is_given_up_in_the_books_goes_to_who_wants_it(shop: Shop) -> None:
    shop.enter("Customer", DisplayName="Alder Court", Notes="[CMMS customer other]")
    rename(shop, A="Alder Court")
    assert shop.states()["A"] == "failed"

    shop.enter("Customer", "update", Id=ref_of(shop, "Alder Court"), DisplayName="Sold")
    pull(shop, Resource.PAYMENTS)

    assert (shop.states()["A"], "Alder Court" in names(shop)) == ("synced", True)


def test_two_that_swap_names_are_refused_at_once_and_told(shop: Shop) -> None:
    two(shop)
    sent = len(shop.submissions())

    rename(shop, A="Birch House", B="Alder Court")

    assert [shop.link(one).error_code for one in "AB"] == ["duplicate_name"] * 2
    assert len(shop.submissions()) - sent == 2


def test_a_swap_goes_through_over_a_third_name(shop: Shop) -> None:
    two(shop)
    rename(shop, A="Birch House", B="Alder Court")

    rename(shop, A="Not yet")
    rename(shop, A="Birch House")

    assert set(shop.states().values()) == {"synced"}
    assert names(shop) >= {"Alder Court", "Birch House"}
