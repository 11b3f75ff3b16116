"""Idempotency-Key: the first answer again, whatever it was, until the key's life is over."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from tests.unit.simulators.xero.service.client import Answer, Books, Service, contacts


def put(books: Books, key: str, *names: str, path: str = "Contacts") -> Answer:
    return books.put(path, contacts(*names), Idempotency_Key=key)


def count(books: Books) -> int:
    rows = books.get("Contacts?page=1").json["Contacts"]
    return len([row for row in rows if row["Name"] in ("Harbor Hotel", "Quay House")])


def test_a_repeat_gets_the_first_answer_and_writes_nothing(service: Service, books: Books) -> None:
    replays = service.control("GET", "stats")["replays"]

    first, again = (put(books, "k-repeat", "Harbor Hotel") for _ in range(2))

    assert first.status == 200
    assert again.body == first.body
    assert count(books) == 1
    assert service.control("GET", "stats")["replays"] == replays + 1


def test_without_a_key_a_repeat_is_a_second_call(books: Books) -> None:
    answers = [books.put("Contacts", contacts("Harbor Hotel")) for _ in range(2)]

    assert [answer.status for answer in answers] == [200, 400]


def test_another_body_or_address_under_the_key_is_refused(books: Books) -> None:
    put(books, "k-other", "Harbor Hotel")

    body = put(books, "k-other", "Quay House")
    address = put(books, "k-other", "Harbor Hotel", path="Contacts?summarizeErrors=false")
    method = books.call("POST", "Contacts", contacts("Harbor Hotel"), Idempotency_Key="k-other")

    for answer in (body, address, method):
        assert answer.status == 400
        text = answer.json["Message"]
        assert "k-other" in text
        assert "is used with a different request" in text


def test_a_key_is_the_apps_and_collides_across_tenants(service: Service, books: Books) -> None:
    other = service.open_books()
    first = put(books, "k-tenants", "Harbor Hotel")

    answer = put(other, "k-tenants", "Harbor Hotel")

    assert answer.body == first.body
    assert count(other) == 0


def test_two_apps_do_not_share_keys(service: Service, books: Books) -> None:
    app = service.info["pkce_client_id"]
    other = service.connect(service.open_books().tenant, client_id=app)
    put(books, "k-apps", "Harbor Hotel")

    put(other, "k-apps", "Harbor Hotel")

    assert count(other) == 1


def test_a_refusal_is_kept_as_well(books: Books) -> None:
    [first] = put(books, "k-first", "Harbor Hotel").json["Contacts"]
    refused = put(books, "k-refused", "Harbor Hotel")
    books.call("POST", f"Contacts/{first['ContactID']}", {"Name": "Quay House"})

    again = put(books, "k-refused", "Harbor Hotel")

    assert (refused.status, again.status) == (400, 400)
    assert again.body == refused.body


def test_after_its_life_a_key_is_as_good_as_new(service: Service, books: Books) -> None:
    service.control("PUT", "settings", {"key_seconds": 0})
    put(books, "k-old", "Harbor Hotel")

    again = put(books, "k-old", "Quay House")

    assert again.status == 200
    assert count(books) == 2


def test_a_key_that_is_too_long_or_empty_is_refused(books: Books) -> None:
    answers = [put(books, "k" * 129, "A"), put(books, "k" * 128, "B")]
    bare = {"Authorization": f"Bearer {books.token}", "xero-tenant-id": books.tenant}
    empty = books.service.send(
        "PUT", "/api.xro/2.0/Contacts", b"{}", bare | {"Idempotency-Key": ""}
    )

    assert [answer.status for answer in answers] == [400, 200]
    assert empty.status == 400


def test_a_key_on_a_read_is_not_looked_at(books: Books) -> None:
    before = books.get("Contacts", Idempotency_Key="k-read").json["Contacts"]
    books.put("Contacts", contacts("Harbor Hotel"))

    after = books.get("Contacts", Idempotency_Key="k-read").json["Contacts"]

    assert len(after) == len(before) + 1


def test_of_two_at_once_the_second_waits_for_the_first(service: Service, books: Books) -> None:
    service.control("PUT", "settings", {"latency_ms": [50, 50]})
    begin = threading.Barrier(2)

    def write(_: int) -> Answer:
        begin.wait()
        return put(books, "k-twins", "Harbor Hotel")

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(write, range(2))

    assert first.status == 200
    assert first.body == second.body


def test_a_repeat_takes_its_time_like_any_call(service: Service, books: Books) -> None:
    put(books, "k-slow", "Harbor Hotel")
    service.control("PUT", "settings", {"latency_ms": [50, 50]})
    started = time.monotonic()

    put(books, "k-slow", "Harbor Hotel")

    assert time.monotonic() - started >= 0.05


def test_a_replay_counts_and_a_throttled_call_is_not_kept(service: Service, books: Books) -> None:
    service.control("PUT", "settings", {"limits": {"per_minute": 2}})
    put(books, "k-limit", "Harbor Hotel")
    put(books, "k-limit", "Harbor Hotel")

    refused = put(books, "k-limit-2", "Quay House")

    service.control("PUT", "settings", {"limits": None})
    assert refused.status == 429
    assert put(books, "k-limit-2", "Quay House").status == 200
