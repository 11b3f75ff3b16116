"""Planned faults: what the client sees, and whether the write happened."""

import http.client
import json
import socket
import time
from urllib.parse import urlsplit

import pytest

from tests.unit.simulators.xero.service.client import Books, Json, Service, contacts


def plan(service: Service, fault: str, **more: Json) -> None:
    service.control("POST", "faults", {"fault": fault, "where": "write"} | more)


def count(books: Books) -> int:
    rows = books.get("Contacts?page=1").json["Contacts"]
    return len([row for row in rows if row["Name"] in ("Harbor Hotel", "Quay House")])


@pytest.mark.parametrize(
    ("names", "counter"),
    [
        (["Harbor Hotel"], "answers_lost_singles"),
        (["Harbor Hotel", "Quay House"], "answers_lost_batches"),
    ],
)
def test_a_lost_answer_belongs_to_a_write_that_happened(
    service: Service, books: Books, names: list[str], counter: str
) -> None:
    lost = service.control("GET", "stats")[counter]
    plan(service, "lost_answer")

    with pytest.raises((OSError, http.client.HTTPException)):
        books.put("Contacts", contacts(*names))

    assert count(books) == len(names)
    assert service.control("GET", "stats")[counter] == lost + 1


def test_a_reset_before_leaves_nothing_behind(service: Service, books: Books) -> None:
    plan(service, "reset_before")

    with pytest.raises((OSError, http.client.HTTPException)):
        books.put("Contacts", contacts("Harbor Hotel"))

    assert count(books) == 0


@pytest.mark.parametrize(("took_effect", "found"), [(False, 0), (True, 1)])
def test_a_server_error_is_kept_under_the_key(
    service: Service, books: Books, *, took_effect: bool, found: int
) -> None:
    plan(service, "server_error", took_effect=took_effect)
    key = f"k-error-{found}"

    answers = [
        books.put("Contacts", contacts("Harbor Hotel"), Idempotency_Key=key) for _ in range(2)
    ]

    assert [answer.status for answer in answers] == [500, 500]
    assert answers[0].body == answers[1].body
    assert count(books) == found


def test_after_maintenance_the_key_gives_the_true_answer(service: Service, books: Books) -> None:
    plan(service, "maintenance_html", took_effect=True)

    answers = [
        books.put("Contacts", contacts("Harbor Hotel"), Idempotency_Key="k-html") for _ in range(2)
    ]

    assert [answer.status for answer in answers] == [503, 200]
    assert answers[0].headers["content-type"] == "text/html"
    assert count(books) == 1


@pytest.mark.parametrize(
    ("limit", "header", "wait"),
    [
        ("minute", "x-minlimit-remaining", "22"),
        ("day", "x-daylimit-remaining", "73451"),
        ("appminute", "x-appminlimit-remaining", "26"),
    ],
)
def test_a_planned_throttle_names_its_limit(
    service: Service, books: Books, limit: str, header: str, wait: str
) -> None:
    plan(service, "throttle", where="any", limit=limit)

    answer = books.get("Organisation")

    assert (answer.status, answer.body) == (429, b"")
    assert answer.headers["x-rate-limit-problem"] == limit
    assert (answer.headers["retry-after"], answer.headers[header]) == (wait, "0")


def test_a_planned_concurrent_throttle_has_no_time(service: Service, books: Books) -> None:
    plan(service, "throttle", where="read", limit="concurrent")

    assert "retry-after" not in books.get("Organisation").headers


def test_a_limit_that_xero_does_not_have_cannot_be_planned(service: Service) -> None:
    body = b'{"fault": "throttle", "limit": "week"}'

    assert service.send("POST", "/control/faults", body).status == 400


def test_a_fault_waits_for_its_resource(service: Service, books: Books) -> None:
    plan(service, "auth_expired", where="any", entity="Items")

    statuses = [books.get("Contacts").status, books.get("Items").status]

    assert statuses == [200, 401]


def test_an_answer_may_lack_its_last_element(service: Service, books: Books) -> None:
    plan(service, "drop_item", where="batch")

    answer = books.put("Contacts", contacts("Harbor Hotel", "Quay House"))

    assert [row["Name"] for row in answer.json["Contacts"]] == ["Harbor Hotel"]
    assert count(books) == 2


def test_half_an_answer_ends_the_connection(service: Service, books: Books) -> None:
    plan(service, "truncated_body", where="read")

    with pytest.raises(http.client.IncompleteRead):
        books.get("Organisation")


def test_a_delay_comes_after_the_effect(service: Service, books: Books) -> None:
    plan(service, "delay", seconds=0.01)

    assert books.put("Contacts", contacts("Harbor Hotel")).status == 200


def test_a_client_that_goes_away_leaves_its_write_behind(service: Service, books: Books) -> None:
    vanished = service.control("GET", "stats")["vanished_writes"]
    plan(service, "delay", seconds=0.1)
    body = json.dumps(contacts("Harbor Hotel")).encode()
    head = (
        "PUT /api.xro/2.0/Contacts HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\n"
        f"Authorization: Bearer {books.token}\r\nxero-tenant-id: {books.tenant}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )

    host, _, port = urlsplit(service.xero.base).netloc.partition(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(head.encode() + body)

    end = time.monotonic() + 10
    while (stats := service.control("GET", "stats"))["vanished_writes"] == vanished:
        assert time.monotonic() < end
        time.sleep(0.01)
    assert stats["writes_in_flight"] == 0
    assert count(books) == 1


@pytest.mark.parametrize(
    ("fault", "expected"), [("auth_expired", 400), ("throttle", 429), ("server_error", 500)]
)
def test_the_token_endpoint_has_faults_of_its_own(
    service: Service, books: Books, fault: str, expected: int
) -> None:
    plan(service, fault, where="token")

    assert service.refresh(books.refresh).status == expected
    assert service.refresh(books.refresh).status == 200


def test_a_refusal_bears_the_number_that_was_planned(service: Service, books: Books) -> None:
    plan(service, "refusal", code="77777")

    refused = books.put("Contacts", contacts("Harbor Hotel"))

    assert (refused.status, refused.json["ErrorNumber"]) == (400, 77777)
    assert count(books) == 0
