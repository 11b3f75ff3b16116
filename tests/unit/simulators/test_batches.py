"""Batches and request ids: independent items, nothing done twice."""

import threading
import time
import uuid

import pytest

from tests.unit.simulators.client import Books, Json, sale


def created(number: str, name: str) -> Json:
    return {"bId": number, "operation": "create", "Customer": {"DisplayName": name}}


def outcomes(books: Books, items: list[Json], options: str = "") -> dict[str, Json]:
    """The answers of a batch by their bId."""
    answer = books.post("batch", {"BatchItemRequest": items}, options)
    assert answer.status == 200, answer.body
    return {item["bId"]: item for item in answer.json["BatchItemResponse"]}


def fault(item: Json) -> str:
    return str(item["Fault"]["Error"][0]["code"])


def test_items_succeed_and_fail_independently(books: Books) -> None:
    items = [
        created("a", "New"),
        created("b", "Cool Cars"),
        {"bId": "c", "operation": "delete", "Invoice": {"Id": "99", "SyncToken": "0"}},
        {"bId": "d", "Query": "select * from Customer where DisplayName = 'New'"},
        {"bId": "e", "operation": "create", "Nonsense": {}},
    ]

    found = outcomes(books, items)

    assert found["a"]["Customer"]["DisplayName"] == "New"
    assert (fault(found["b"]), fault(found["c"]), fault(found["e"])) == ("6240", "610", "500")
    assert len(found["d"]["QueryResponse"]["Customer"]) == 1


@pytest.mark.parametrize(
    ("items", "code"),
    [
        ([], "400"),
        ([created(str(n), f"C{n}") for n in range(31)], "1040"),
        ([created("a", "A"), created("a", "B")], "2130"),
        ([{"operation": "create", "Customer": {}}], "2020"),
    ],
)
def test_bad_batches_are_refused_whole(books: Books, items: list[Json], code: str) -> None:
    answer = books.post("batch", {"BatchItemRequest": items})

    assert (answer.status, answer.code) == (400, code)


def test_options_allow_a_duplicate_number(books: Books) -> None:
    invoice = {"CustomerRef": books.customer(), "DocNumber": "1", "Line": [sale(books.item())]}
    items = [
        {"bId": name, "operation": "create", "Invoice": invoice, "optionsData": options}
        for name, options in (("a", ""), ("b", "allowduplicatedocnum"), ("c", ""))
    ]

    found = outcomes(books, items)

    assert ["Fault" in found[name] for name in "abc"] == [False, False, True]


def test_more_than_a_thousand_objects_are_refused(books: Books) -> None:
    items = [{"bId": f"q{n}", "Query": "select * from Account"} for n in range(30)]

    found = outcomes(books, items)

    assert fault(found["q29"]) == "10100"


def test_joined_request_id_may_not_be_too_long(books: Books) -> None:
    found = outcomes(books, [created("b" * 15, "A")], f"&requestid={uuid.uuid4()}")

    assert fault(found["b" * 15]) == "6000"


def test_repeated_request_gets_the_first_answer(books: Books) -> None:
    key = f"&requestid={uuid.uuid4()}"
    before = books.simulator.control("GET", "stats")["replays"]

    first = books.post("customer", {"DisplayName": "A"}, key)
    second = books.post("customer", {"DisplayName": "A"}, key)

    assert first.body == second.body
    assert books.simulator.control("GET", "stats")["replays"] == before + 1


def test_refusals_are_repeated_as_well(books: Books) -> None:
    key = f"&requestid={uuid.uuid4()}"
    first = books.post("customer", {"DisplayName": "Taken"}, key)
    refused = books.post("vendor", {"DisplayName": "Taken"}, f"{key}2")
    aim = {"Id": first.json["Customer"]["Id"], "SyncToken": "0", "sparse": True, "Active": False}
    books.create("Customer", aim)

    assert books.post("vendor", {"DisplayName": "Taken"}, f"{key}2").body == refused.body
    assert books.post("vendor", {"DisplayName": "Taken"}, f"{key}3").status == 200


def test_same_key_for_another_request_answers_600(books: Books) -> None:
    key = f"&requestid={uuid.uuid4()}"
    books.post("customer", {"DisplayName": "A"}, key)

    assert books.post("customer", {"DisplayName": "B"}, key).code == "600"
    assert books.post("vendor", {"DisplayName": "A"}, key).code == "600"


def test_repeated_batch_runs_only_new_items(books: Books) -> None:
    key = f"&requestid={uuid.uuid4()}"
    first = outcomes(books, [created("a", "A")], key)

    second = outcomes(books, [created("a", "A"), created("b", "B")], key)

    assert second["a"] == first["a"]
    assert second["b"]["Customer"]["Id"] != first["a"]["Customer"]["Id"]


def test_forgotten_key_makes_a_second_record(books: Books) -> None:
    books.simulator.control("PUT", "settings", {"request_id_seconds": 0.02})
    body = {"CustomerRef": books.customer(), "Line": [sale(books.item())]}

    first = books.post("invoice", body, "&requestid=k-1").json["Invoice"]["Id"]
    time.sleep(0.05)
    second = books.post("invoice", body, "&requestid=k-1").json["Invoice"]["Id"]

    assert first != second


@pytest.mark.parametrize(("key", "code"), [("k" * 51, "6000"), ("a%20b", "2130"), ("", "2130")])
def test_bad_request_ids_are_refused(books: Books, key: str, code: str) -> None:
    assert books.post("customer", {"DisplayName": "A"}, f"&requestid={key}").code == code


def test_same_key_at_once_runs_once(books: Books) -> None:
    books.simulator.control("PUT", "settings", {"latency_ms": [60, 60]})
    body = {"CustomerRef": books.customer(), "Line": [sale(books.item())]}
    found: list[str] = []

    def send() -> None:
        found.append(books.post("invoice", body, "&requestid=k-1").json["Invoice"]["Id"])

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 4
    assert len(set(found)) == 1
