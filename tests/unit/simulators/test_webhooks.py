"""Webhooks: what is told, in which form, how it is signed and repeated."""

import hmac
import json
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256

import pytest

from tests.unit.simulators.client import Books, Json, Simulator, applied, cost, sale
from tests.unit.simulators.conftest import open_books
from tests.unit.simulators.receiver import Got, Receiver, receiving


@pytest.fixture
def receiver(simulator: Simulator) -> Iterator[Receiver]:
    """A receiver that is told only when a test says so."""
    with receiving() as place:
        simulator.control("PUT", "settings", {"webhooks": {"url": place.url, "by_hand": True}})
        simulator.control("DELETE", "webhooks")
        yield place
        simulator.control("PUT", "settings", {"webhooks": None})


def flush(simulator: Simulator) -> Json:
    return simulator.control("POST", "webhooks/flush")


def told(books: Books, receiver: Receiver) -> list[tuple[str, str]]:
    """Type and record of each event that waits."""
    flush(books.simulator)
    events = json.loads(receiver.next().body)
    return [(event["type"], event["intuitentityid"]) for event in events]


def signature(got: Got, key: str) -> str:
    return b64encode(hmac.new(key.encode(), got.body, sha256).digest()).decode()


def test_nothing_is_kept_without_a_receiver(simulator: Simulator, books: Books) -> None:
    simulator.control("PUT", "settings", {"webhooks": None})

    books.customer()

    assert simulator.control("GET", "webhooks")["waiting"] == 0


def test_event_has_the_form_of_the_reference(books: Books, receiver: Receiver) -> None:
    number = books.customer()["value"]
    flush(books.simulator)

    event = json.loads(receiver.next().body)[0]

    assert (event["specversion"], event["type"]) == ("1.0", "qbo.customer.created.v1")
    assert (event["intuitentityid"], event["intuitaccountid"]) == (number, books.company)
    assert (event["data"], event["source"][:7], len(event["id"])) == ({}, "intuit.", 36)
    assert (event["time"][-1], len(event["time"].partition(".")[2])) == ("Z", 10)


def test_body_is_signed_with_the_verifier_token(books: Books, receiver: Receiver) -> None:
    books.customer()
    flush(books.simulator)

    got = receiver.next()

    key = books.simulator.info["verifier_token"]
    assert got.headers["intuit-signature"] == signature(got, key)
    assert (got.path, got.headers["content-type"]) == (
        "/webhooks/quickbooks?x=1",
        "application/json",
    )


def test_receiver_may_have_a_verifier_token_of_its_own(books: Books, receiver: Receiver) -> None:
    books.simulator.control("PUT", "settings", {"webhooks": {"verifier_token": "mine"}})
    books.customer()
    flush(books.simulator)

    got = receiver.next()

    assert got.headers["intuit-signature"] == signature(got, "mine")


def test_own_writes_and_their_effects_are_told(books: Books, receiver: Receiver) -> None:
    customer = books.customer()
    made = books.create("Invoice", {"CustomerRef": customer, "Line": [sale(books.item(), 50)]})
    lines = [applied(20, made["Id"])]
    paid = books.create("Payment", {"CustomerRef": customer, "TotalAmt": 20, "Line": lines})
    books.remove("Payment", paid["Id"], by="include=void")
    books.remove("Invoice", made["Id"], by="operation=void")
    books.remove("Invoice", made["Id"])

    found = told(books, receiver)

    assert found == [
        ("qbo.customer.created.v1", customer["value"]),
        ("qbo.invoice.created.v1", made["Id"]),
        ("qbo.payment.created.v1", paid["Id"]),
        ("qbo.invoice.updated.v1", made["Id"]),
        ("qbo.payment.void.v1", paid["Id"]),
        ("qbo.invoice.updated.v1", made["Id"]),
        ("qbo.invoice.void.v1", made["Id"]),
        ("qbo.invoice.deleted.v1", made["Id"]),
    ]


def test_inactive_records_are_called_deleted(books: Books, receiver: Receiver) -> None:
    vendor = books.vendor()["value"]
    books.change("Vendor", vendor, Active=False)
    books.change("Vendor", vendor, Active=True)

    words = [kind.split(".")[2] for kind, _ in told(books, receiver)]

    assert words == ["created", "deleted", "updated"]


def test_refused_and_idle_writes_are_not_told(books: Books, receiver: Receiver) -> None:
    number = books.customer()["value"]
    books.simulator.control("DELETE", "webhooks")

    books.post("customer", {"DisplayName": "Harbor Hotel"})
    books.change("Customer", number, DisplayName="Harbor Hotel")

    assert (flush(books.simulator), receiver.got.empty()) == ({}, True)


def test_preferences_are_told_and_tax_codes_are_not(books: Books, receiver: Receiver) -> None:
    books.control("PUT", "preferences", {"TaxPrefs": {"UsingSalesTax": False}})

    assert told(books, receiver) == [("qbo.preferences.updated.v1", "1")]


def test_one_array_mixes_companies(books: Books, receiver: Receiver) -> None:
    other = open_books(books.simulator, {})
    books.customer()
    other.vendor()
    flush(books.simulator)

    events = json.loads(receiver.next().body)

    assert [event["intuitaccountid"] for event in events] == [books.company, other.company]


def test_classic_form_groups_by_company(books: Books, receiver: Receiver) -> None:
    books.simulator.control("PUT", "settings", {"webhooks": {"form": "classic"}})
    other = open_books(books.simulator, {})
    number = books.customer()["value"]
    other.vendor()
    books.change("Customer", number, Active=False)
    flush(books.simulator)

    parts = json.loads(receiver.next().body)["eventNotifications"]

    assert [part["realmId"] for part in parts] == [books.company, other.company]
    first, second = parts[0]["dataChangeEvent"]["entities"]
    assert (first["name"], first["id"], first["operation"]) == ("Customer", number, "Create")
    assert (second["operation"], second["lastUpdated"][-1]) == ("Delete", "Z")


def test_merge_names_both_records(books: Books, receiver: Receiver) -> None:
    kept, gone = books.customer("A")["value"], books.customer("B")["value"]
    books.simulator.control("DELETE", "webhooks")
    books.control("POST", "merge/Customer", {"from": gone, "into": kept})
    flush(books.simulator)

    event = json.loads(receiver.next().body)[0]

    assert (event["type"], event["data"]) == ("qbo.customer.merged.v1", {"deletedid": gone})
    assert event["intuitentityid"] == kept


def test_classic_merge_names_both_records(books: Books, receiver: Receiver) -> None:
    books.simulator.control("PUT", "settings", {"webhooks": {"form": "classic"}})
    kept, gone = books.vendor("A")["value"], books.vendor("B")["value"]
    books.simulator.control("DELETE", "webhooks")
    books.control("POST", "merge/Vendor", {"from": gone, "into": kept})
    flush(books.simulator)

    part = json.loads(receiver.next().body)["eventNotifications"][0]

    entity = part["dataChangeEvent"]["entities"][0]
    assert (entity["operation"], entity["id"], entity["deletedId"]) == ("Merge", kept, gone)


def test_refused_events_are_sent_again_before_later_ones(books: Books, receiver: Receiver) -> None:
    receiver.statuses[:] = [500]
    books.customer()
    refused = flush(books.simulator)["status"]
    books.vendor()

    again = [flush(books.simulator)["status"] for _ in range(2)]

    bodies = [json.loads(receiver.next().body) for _ in range(3)]
    assert (refused, again, bodies[0]) == (500, [200, 200], bodies[1])
    assert bodies[2][0]["type"] == "qbo.vendor.created.v1"


def test_answer_that_comes_too_late_does_not_count(books: Books, receiver: Receiver) -> None:
    books.simulator.control("PUT", "settings", {"webhooks": {"timeout_seconds": 0.05}})
    receiver.answering.clear()
    books.customer()

    late = flush(books.simulator)

    assert (late["status"], books.simulator.control("GET", "webhooks")["waiting"]) == (0, 1)


def test_sender_works_alone_and_repeats(books: Books, receiver: Receiver) -> None:
    receiver.statuses[:] = [500, 404]
    fast = {"by_hand": False, "pauses": [0.01], "gather_seconds": 0}
    books.simulator.control("PUT", "settings", {"webhooks": fast})

    books.vendor()

    bodies = [receiver.next().body for _ in range(3)]
    assert bodies[0] == bodies[1] == bodies[2]
    assert json.loads(bodies[0])[0]["type"] == "qbo.vendor.created.v1"


def test_events_are_gathered_before_they_go(books: Books, receiver: Receiver) -> None:
    gathering = {"by_hand": False, "gather_seconds": 0.3}
    books.simulator.control("PUT", "settings", {"webhooks": gathering})

    books.customer("A")
    books.customer("B")

    assert len(json.loads(receiver.next().body)) == 2


def test_invented_events_are_sent_at_once(simulator: Simulator, receiver: Receiver) -> None:
    event = {"company": "1", "entity": "Invoice", "id": "9", "operation": "voided"}

    answer = simulator.control("POST", "webhooks", {"events": [event, event]})

    got = receiver.next()
    types = [row["type"] for row in json.loads(got.body)]
    assert (answer["status"], answer["answer"], types) == (200, "ok", ["qbo.invoice.voided.v1"] * 2)
    assert got.headers["intuit-signature"] == signature(got, simulator.info["verifier_token"])
    assert answer["seconds"] < 3


def test_invented_events_take_form_time_and_id(simulator: Simulator, receiver: Receiver) -> None:
    event = {"company": "1", "entity": "Item", "id": "9", "operation": "updated"}
    event |= {"time": "2026-11-01T08:00:00+00:00"}

    simulator.control("POST", "webhooks", {"events": [event], "form": "classic"})
    simulator.control("POST", "webhooks", {"events": [event | {"event_id": "x-Item-9"}]})

    first, second = (json.loads(receiver.next().body) for _ in range(2))
    entity = first["eventNotifications"][0]["dataChangeEvent"]["entities"][0]
    assert (entity["lastUpdated"], second[0]["id"]) == ("2026-11-01T08:00:00.000Z", "x-Item-9")


@pytest.mark.parametrize("kind", ["good", "bad", "none", "text"])
def test_any_text_is_sent_with_any_signature(
    simulator: Simulator, receiver: Receiver, kind: str
) -> None:
    simulator.control("POST", "webhooks", {"text": "{broken", "signature": kind})

    got = receiver.next()

    right = signature(got, simulator.info["verifier_token"])
    given = got.headers.get("intuit-signature")
    assert got.body == b"{broken"
    assert (given == right, given is None, given == "text") == (
        kind == "good",
        kind == "none",
        kind == "text",
    )


def test_text_is_sent_without_a_standing_receiver(simulator: Simulator) -> None:
    with receiving() as place:
        simulator.control("PUT", "settings", {"webhooks": None})

        answer = simulator.control("POST", "webhooks", {"url": place.url, "text": "[]"})

        assert (answer["status"], place.next().body) == (200, b"[]")


def test_dead_receiver_answers_nothing(simulator: Simulator) -> None:
    wanted = {"url": "http://127.0.0.1:9/", "text": "[]"}

    assert simulator.control("POST", "webhooks", wanted)["status"] == 0


@pytest.mark.parametrize(
    "wrong", [{"form": "smoke"}, {"pauses": []}, {"speed": 1}, {"url": None, "form": "x"}]
)
def test_bad_receivers_are_refused(simulator: Simulator, wrong: Json) -> None:
    body = json.dumps({"webhooks": {"url": "http://127.0.0.1:9/"} | wrong}).encode()

    assert simulator.send("PUT", "/control/settings", body).status == 400


def test_attempts_are_listed_and_counted(books: Books, receiver: Receiver) -> None:
    before = books.simulator.control("GET", "stats")
    receiver.statuses[:] = [503]
    books.create("Bill", {"VendorRef": books.vendor(), "Line": [cost(books.account("Fuel"))]})

    flush(books.simulator)
    flush(books.simulator)

    state, after = (
        books.simulator.control("GET", "webhooks"),
        books.simulator.control("GET", "stats"),
    )
    assert [row["status"] for row in state["deliveries"]] == [503, 200]
    grown = [after[name] - before[name] for name in ("webhooks", "webhooks_refused")]
    assert grown == [1, 1]
