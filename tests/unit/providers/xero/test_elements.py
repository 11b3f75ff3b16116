"""Whose element of an answer is whose, in whatever order they come."""

from schemas.kinds import Kind
from tests.unit.providers.xero.parts import CONTACT, a_part
from worker.providers.port import Operation
from worker.providers.xero.elements import NO_ID, elements

OTHER = "2f79af6c-5f57-49e8-9e44-301499538add"
FIRST = a_part(key="1", Name="A", ContactNumber="CMMS customer CUS-1")
SECOND = a_part(key="2", Name="B", ContactNumber="CMMS customer CUS-2")


def test_creates_are_told_apart_by_their_markers() -> None:
    one = {"ContactID": CONTACT, "ContactNumber": "CMMS customer CUS-1"}
    other = {"ContactID": OTHER, "ContactNumber": "CMMS  customer CUS-2"}

    told = elements([FIRST, SECOND], {"Contacts": [other, one]})

    assert told == {"1": one, "2": other}


def test_updates_are_told_apart_by_their_ids() -> None:
    parts = [
        a_part(operation=Operation.UPDATE, key="1", ref=CONTACT, Name="A"),
        a_part(operation=Operation.UPDATE, key="2", ref=OTHER, Name="B"),
    ]
    one, other = {"ContactID": CONTACT.upper()}, {"ContactID": OTHER}

    assert elements(parts, {"Contacts": [other, one]}) == {"1": one, "2": other}


def test_what_bears_no_key_is_told_by_its_place() -> None:
    refused = {"ContactID": NO_ID, "Name": "B", "StatusAttributeString": "ERROR"}
    one = {"ContactID": CONTACT, "ContactNumber": "CMMS customer CUS-1"}

    assert elements([FIRST, SECOND], {"Contacts": [one, refused]}) == {"1": one, "2": refused}


def test_a_place_proves_nothing_where_the_element_says_otherwise() -> None:
    stranger = {"ContactID": OTHER, "ContactNumber": "CMMS customer CUS-9"}

    assert elements([FIRST], {"Contacts": [stranger]}) == {}


def test_the_id_of_another_record_is_no_answer_to_an_update() -> None:
    part = a_part(operation=Operation.UPDATE, ref=CONTACT, Name="A")

    assert elements([part], {"Contacts": [{"ContactID": OTHER}]}) == {}


def test_with_an_element_missing_places_count_for_nothing() -> None:
    nameless = {"ContactID": OTHER}

    assert elements([FIRST, SECOND], {"Contacts": [nameless]}) == {}


def test_the_elements_of_a_refused_request_count_as_well() -> None:
    part = a_part(Kind.PAYMENT, Operation.WITHDRAW, ref=CONTACT)
    element = {"PaymentID": CONTACT, "ValidationErrors": [{"Message": "No"}]}

    assert elements([part], {"Type": "ValidationException", "Elements": [element]}) == {
        "1": element
    }


def test_two_elements_with_one_key_belong_to_nobody() -> None:
    twice = {"ContactID": CONTACT, "ContactNumber": "CMMS customer CUS-1"}

    assert elements([FIRST, SECOND], {"Contacts": [twice, twice | {"ContactID": OTHER}]}) == {}
