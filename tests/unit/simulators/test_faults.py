"""Planned faults, limits, latency and what is counted of them."""

import http.client
import json
import time

import pytest

from tests.unit.simulators.client import Books, Json, Simulator

CUSTOMER = {"DisplayName": "A"}


def plan(books: Books, fault: str, **more: Json) -> None:
    books.simulator.control("POST", "faults", {"fault": fault, "where": "write"} | more)


def count(books: Books, name: str) -> int:
    return int(books.simulator.control("GET", "stats")[name])


def exists(books: Books) -> bool:
    return bool(books.rows("select * from Customer where DisplayName = 'A'"))


def test_lost_answer_takes_effect_without_an_answer(books: Books) -> None:
    before = count(books, "answers_lost_singles")
    plan(books, "lost_answer")

    with pytest.raises((OSError, http.client.HTTPException)):
        books.post("customer", CUSTOMER, "&requestid=k-1")

    again = books.post("customer", CUSTOMER, "&requestid=k-1")
    assert (again.status, again.json["Customer"]["SyncToken"]) == (200, "0")
    assert count(books, "answers_lost_singles") == before + 1


def test_lost_batches_are_counted_apart(books: Books) -> None:
    before = count(books, "answers_lost_batches")
    plan(books, "lost_answer", where="batch")
    items = [{"bId": "a", "operation": "create", "Customer": CUSTOMER}]

    with pytest.raises((OSError, http.client.HTTPException)):
        books.post("batch", {"BatchItemRequest": items})

    assert exists(books)
    assert count(books, "answers_lost_batches") == before + 1


def test_reset_before_leaves_nothing_behind(books: Books) -> None:
    plan(books, "reset_before")

    with pytest.raises((OSError, http.client.HTTPException)):
        books.post("customer", CUSTOMER)

    assert not exists(books)


def test_delayed_answer_comes_late_but_whole(books: Books) -> None:
    plan(books, "delay", seconds=0.2)
    begun = time.monotonic()

    answer = books.post("customer", CUSTOMER)

    assert answer.status == 200
    assert time.monotonic() - begun >= 0.2


def test_throttle_answers_xml_as_recorded(books: Books) -> None:
    plan(books, "throttle", seconds=7)

    answer = books.post("customer", CUSTOMER)

    assert (answer.status, answer.headers["retry-after"]) == (429, "7")
    assert b'<Error code="3001">' in answer.body
    assert not exists(books)


@pytest.mark.parametrize("took_effect", [False, True])
def test_server_error_says_nothing_about_the_write(books: Books, *, took_effect: bool) -> None:
    plan(books, "server_error", took_effect=took_effect)

    answer = books.post("customer", CUSTOMER)

    assert (answer.status, answer.code) == (500, "10000")
    assert exists(books) == took_effect


def test_maintenance_is_html(books: Books) -> None:
    plan(books, "maintenance_html", where="read")

    answer = books.query("select * from Customer")

    assert (answer.status, answer.headers["content-type"]) == (503, "text/html")


def test_truncated_body_ends_in_the_middle(books: Books) -> None:
    plan(books, "truncated_body")

    with pytest.raises(http.client.IncompleteRead):
        books.post("customer", CUSTOMER)

    assert exists(books)


def test_dropped_item_is_missing_from_the_answer(books: Books) -> None:
    plan(books, "drop_item", where="any")
    items = [
        {"bId": name, "operation": "create", "Customer": {"DisplayName": name}} for name in "AB"
    ]

    answer = books.post("batch", {"BatchItemRequest": items}).json

    assert [item["bId"] for item in answer["BatchItemResponse"]] == ["A"]
    assert len(books.rows("select * from Customer where DisplayName IN ('A', 'B')")) == 2


def test_expired_auth_is_met_once(books: Books) -> None:
    plan(books, "auth_expired", where="any")

    codes = [books.query("select * from Customer").status for _ in range(2)]

    assert codes == [401, 200]


def test_token_endpoint_fails_by_plan(books: Books) -> None:
    plan(books, "server_error", where="token")
    form = {"grant_type": "refresh_token", "refresh_token": books.refresh}

    assert [books.simulator.token(form).status for _ in range(2)] == [500, 200]


def test_lost_token_answer_has_rotated_the_value(books: Books) -> None:
    books.simulator.control("PUT", "settings", {"rotation_seconds": 0})
    plan(books, "lost_answer", where="token")
    form = {"grant_type": "refresh_token", "refresh_token": books.refresh}

    with pytest.raises((OSError, http.client.HTTPException)):
        books.simulator.token(form)

    assert books.simulator.token(form).json["refresh_token"] != books.refresh


def test_faults_strike_only_their_entity_and_times(books: Books) -> None:
    plan(books, "server_error", entity="Vendor", times=1)

    statuses = [
        books.post("customer", CUSTOMER).status,
        books.post("vendor", {"DisplayName": "V"}).status,
        books.post("vendor", {"DisplayName": "V"}).status,
    ]

    assert statuses == [200, 500, 200]
    assert books.simulator.control("GET", "faults")[0]["hits"] == 1


def test_rate_and_seed_choose_the_same_calls(books: Books) -> None:
    found = []
    for _ in range(2):
        books.simulator.control("DELETE", "faults")
        plan(books, "server_error", where="read", times=None, rate=0.5, seed=3)
        found.append([books.query("select * from Term").status for _ in range(10)])

    assert found[0] == found[1]
    assert set(found[0]) == {200, 500}


def test_unknown_faults_are_refused(simulator: Simulator) -> None:
    answer = simulator.send("POST", "/control/faults", b'{"fault": "earthquake"}')

    assert answer.status == 400


@pytest.mark.parametrize(
    ("limits", "calls", "path"),
    [
        ({"per_second": 3}, 4, "preferences"),
        ({"per_second": 99, "per_minute": 5}, 6, "preferences"),
    ],
)
def test_calls_beyond_a_limit_answer_429(books: Books, limits: Json, calls: int, path: str) -> None:
    books.simulator.control("PUT", "settings", {"limits": limits})

    statuses = [books.call("GET", path).status for _ in range(calls)]

    assert statuses == [200] * (calls - 1) + [429]


def test_batches_have_a_limit_of_their_own(books: Books) -> None:
    limits = {"per_second": 99, "batches_per_minute": 2, "retry_after": 30}
    books.simulator.control("PUT", "settings", {"limits": limits})
    batch = {"BatchItemRequest": [{"bId": "a", "Query": "select * from Term"}]}

    answers = [books.post("batch", batch) for _ in range(3)]

    assert [answer.status for answer in answers] == [200, 200, 429]
    assert answers[2].headers["retry-after"] == "30"
    assert books.call("GET", "preferences").status == 200


def test_too_many_calls_in_flight_answer_429(books: Books) -> None:
    limits = {"per_second": 99, "in_flight": 1}
    books.simulator.control("PUT", "settings", {"limits": limits, "latency_ms": [300, 300]})
    slow = sent(books, {"DisplayName": "Slow"})
    time.sleep(0.1)

    status = books.call("GET", "preferences").status

    assert (status, slow.getresponse().status) == (429, 200)
    slow.close()


def test_vanished_client_is_counted_and_the_write_done(books: Books) -> None:
    before = count(books, "vanished_writes")
    books.simulator.control("PUT", "settings", {"latency_ms": [150, 150]})
    connection = sent(books, CUSTOMER)
    time.sleep(0.05)
    in_flight = count(books, "writes_in_flight")

    connection.close()
    time.sleep(0.25)

    assert in_flight == 1
    assert (count(books, "vanished_writes"), count(books, "writes_in_flight")) == (before + 1, 0)
    assert exists(books)


def sent(books: Books, body: Json) -> http.client.HTTPConnection:
    """A write that is on its way; the answer has not been read."""
    connection = http.client.HTTPConnection(books.simulator.address, timeout=5)
    headers = {
        "Authorization": f"Bearer {books.token}",
        "Accept": "application/json",
        "Content-Type": "application/json",
    }
    path = f"/v3/company/{books.company}/customer"
    connection.request("POST", path, json.dumps(body), headers)
    return connection


def test_a_refusal_bears_the_code_that_was_planned(books: Books) -> None:
    plan(books, "refusal", code="2010")
    plan(books, "refusal", code="77777")

    answers = [books.post("customer", CUSTOMER) for _ in range(2)]

    found = [answer.json["Fault"]["Error"][0]["code"] for answer in answers]
    assert ([answer.status for answer in answers], found) == ([400, 400], ["2010", "77777"])
    assert not exists(books)
