"""Webhooks: what is told, how it is signed, repeated, and begun with the intent to receive."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator

import pytest

from tests.unit.simulators.receiver import Got, Receiver, receiving
from tests.unit.simulators.xero.service.client import Books, Json, Service, contacts


@pytest.fixture
def receiver(service: Service) -> Iterator[Receiver]:
    """A place to send to; by hand, so that a test says when."""
    with receiving() as place:
        service.control("DELETE", "webhooks")
        service.control("PUT", "settings", {"webhooks": {"url": place.url, "by_hand": True}})
        yield place
        service.control("PUT", "settings", {"webhooks": None})


def signature(service: Service, got: Got) -> bool:
    key = service.info["webhook_key"].encode()
    wanted = base64.b64encode(hmac.new(key, got.body, hashlib.sha256).digest()).decode()
    return got.headers["x-xero-signature"] == wanted


def flushed(service: Service, receiver: Receiver) -> Json:
    service.control("POST", "webhooks/flush")
    return json.loads(receiver.next().body)


def test_own_writes_of_contacts_are_told(
    service: Service, receiver: Receiver, books: Books
) -> None:
    number = books.put("Contacts", contacts("Harbor Hotel")).json["Contacts"][0]["ContactID"]
    books.call("POST", f"Contacts/{number}", {"Name": "Quay House"})

    events = flushed(service, receiver)["events"]

    assert [event["eventType"] for event in events] == ["CREATE", "UPDATE"]
    assert {event["eventCategory"] for event in events} == {"CONTACT"}
    assert {event["tenantId"] for event in events} == {books.tenant}
    assert events[0]["resourceUrl"].endswith(f"/Contacts/{number}")
    assert events[0]["tenantType"] == "ORGANISATION"


def test_what_a_person_does_is_told_as_well(
    service: Service, receiver: Receiver, books: Books
) -> None:
    made = books.control("POST", "entities/Contact", {"Name": "Harbor Hotel"})["Contact"]

    [event] = flushed(service, receiver)["events"]

    assert (event["resourceId"], event["eventType"]) == (made["ContactID"], "CREATE")


def test_items_are_not_told(service: Service, receiver: Receiver, books: Books) -> None:
    answer = books.put("Items", {"Items": [{"Code": "SEAL", "Name": "Seal"}]})

    assert answer.status == 200
    assert service.control("GET", "webhooks")["waiting"] == 0


def test_the_signature_is_over_the_bytes_with_their_odd_spaces(
    service: Service, receiver: Receiver, books: Books
) -> None:
    books.put("Contacts", contacts("Harbor Hotel"))
    service.control("POST", "webhooks/flush")

    got = receiver.next()

    assert signature(service, got)
    assert b'"firstEventSequence": ' in got.body
    assert b'"entropy": ' in got.body


def test_one_post_mixes_tenants_and_counts_on(
    service: Service, receiver: Receiver, books: Books
) -> None:
    other = service.open_books()
    for one in (books, other):
        one.put("Contacts", contacts("Harbor Hotel"))

    body = flushed(service, receiver)

    assert {event["tenantId"] for event in body["events"]} == {books.tenant, other.tenant}
    assert body["lastEventSequence"] == body["firstEventSequence"] + 1


def test_a_refused_post_comes_again_as_it_was(
    service: Service, receiver: Receiver, books: Books
) -> None:
    receiver.statuses.append(500)
    books.put("Contacts", contacts("Harbor Hotel"))

    bodies = [flushed(service, receiver), flushed(service, receiver)]

    assert bodies[0] == bodies[1]
    assert service.control("GET", "webhooks")["waiting"] == 0


def test_the_intent_to_receive_wants_good_and_bad_told_apart(
    service: Service, receiver: Receiver
) -> None:
    receiver.statuses += [401, 200, 401, 200]

    intent = service.control("POST", "webhooks/intent")

    posts = [receiver.next() for _ in intent["answers"]]
    assert [signature(service, post) for post in posts] == [False, True, False, False]
    assert all(json.loads(post.body)["events"] == [] for post in posts)
    assert [answer["status"] for answer in intent["answers"]] == [401, 200, 401, 200]
    assert not intent["passed"]


def test_a_bad_signature_is_wrong_by_one_character(service: Service, receiver: Receiver) -> None:
    sent = {"text": '{"events": []}'}
    for kind in ("good", "bad"):
        service.control("POST", "webhooks", sent | {"signature": kind})

    good, bad = (receiver.next().headers["x-xero-signature"] for _ in range(2))

    assert sum(one != other for one, other in zip(good, bad, strict=True)) == 1


def test_invented_events_can_be_sent(service: Service, receiver: Receiver) -> None:
    event = {"company": "t", "entity": "Invoice", "id": "i", "operation": "UPDATE"}

    status = service.control("POST", "webhooks", {"events": [event]})["status"]

    [told] = json.loads(receiver.next().body)["events"]
    assert status == 200
    assert (told["eventCategory"], told["resourceId"], told["tenantId"]) == ("INVOICE", "i", "t")


def test_the_sender_needs_no_hand(service: Service, receiver: Receiver, books: Books) -> None:
    service.control("PUT", "settings", {"webhooks": {"by_hand": False}})

    books.put("Contacts", contacts("Harbor Hotel"))

    assert signature(service, receiver.next())
