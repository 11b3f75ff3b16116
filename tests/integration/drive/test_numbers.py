"""Numbers of invoices: taken ones are for a person or stand twice; the books' own are told."""

import pytest

from tests.builders import an_invoice
from tests.integration.workshop import Shop
from worker.policies import Policies, TakenNumber


@pytest.fixture
def taken(books: Shop) -> Shop:
    """Somebody has entered an invoice with the number of INV-1; nobody marked it."""
    detail = {"ItemRef": {"value": books.link("ITM-1").ref}}
    line = {"Amount": 40, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}
    customer = {"value": books.link("CUS-1").ref}
    books.enter("Invoice", CustomerRef=customer, DocNumber="N-INV-1", Line=[line])
    return books


def test_a_taken_number_is_for_a_person_who_is_told_what_has_it(taken: Shop) -> None:
    [theirs] = taken.books("Invoice")

    taken.send("invoice.created", an_invoice())
    taken.work()

    error = taken.events("INV-1")[-1]["data"]["error"]
    assert (error["code"], len(taken.books("Invoice"))) == ("duplicate_number", 1)
    assert "N-INV-1, Harbor Hotel CUS-1, " in error["explanation"]
    assert f"`books match link invoice INV-1 {theirs['Id']}`" in error["steps"][0]


def test_a_taken_number_stands_twice_by_policy(taken: Shop) -> None:
    taken.change(settings={"policies": Policies(taken_number=TakenNumber.ALLOW).dump()})

    taken.send("invoice.created", an_invoice())
    taken.work()

    assert [one["DocNumber"] for one in taken.books("Invoice")] == ["N-INV-1", "N-INV-1"]
    assert taken.states()["INV-1"] == "synced"


def test_an_unknown_outcome_beside_a_taken_number_makes_no_third(taken: Shop) -> None:
    taken.change(settings={"policies": Policies(taken_number=TakenNumber.ALLOW).dump()})
    taken.simulator.fault("lost_answer")

    taken.send("invoice.created", an_invoice())
    taken.work()

    assert (taken.states()["INV-1"], len(taken.books("Invoice"))) == ("synced", 2)


def test_the_number_of_the_books_is_told(books: Shop) -> None:
    preferences = {"SalesFormsPrefs": {"CustomTxnNumbers": False}}
    books.simulator.control("PUT", f"companies/{books.company}/preferences", preferences)
    books.change(company=dict(books.row().company) | {"custom_numbers": False})

    books.send("invoice.created", an_invoice())
    books.work()

    told = books.events("INV-1")[-1]["data"]
    assert (told["operation"], told["number"]) == ("created", books.link("INV-1").number)
    assert told["number"] == books.books("Invoice")[0]["DocNumber"] == "1001"
