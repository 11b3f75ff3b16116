"""Call limits: per tenant and app, what the headers say is left, and what a refusal looks like."""

import threading

import pytest

from tests.simulators.xero.gate import Gates
from tests.simulators.xero.gateway import Barred
from tests.simulators.xero.settings import Limits
from tests.unit.simulators.xero.service.client import Answer, Books, Service

CALL = "Organisation"


def limit(service: Service, **limits: int) -> None:
    service.control("PUT", "settings", {"limits": Limits().__dict__ | limits})


def left(answer: Answer) -> tuple[str, str]:
    return answer.headers["x-daylimit-remaining"], answer.headers["x-minlimit-remaining"]


def test_answers_say_what_is_left(service: Service, books: Books) -> None:
    limit(service)

    first, second = books.get(CALL), books.get(CALL)

    assert [left(first), left(second)] == [("999", "59"), ("998", "58")]
    assert int(first.headers["x-appminlimit-remaining"]) <= 9999


def test_the_sixty_first_call_of_a_minute_is_refused_without_a_body(
    service: Service, books: Books
) -> None:
    limit(service, per_minute=1)
    books.get(CALL)

    answer = books.get(CALL)

    assert (answer.status, answer.body) == (429, b"")
    assert "content-type" not in answer.headers
    assert answer.headers["x-rate-limit-problem"] == "minute"
    assert 0 < int(answer.headers["retry-after"]) <= 60
    assert left(answer) == ("999", "0")
    assert service.control("GET", "stats")["throttled"] > 0


def test_a_day_that_is_used_up_says_for_how_long(service: Service, books: Books) -> None:
    limit(service, per_day=1)
    books.get(CALL)

    answer = books.get(CALL)

    assert answer.headers["x-rate-limit-problem"] == "day"
    assert 86_390 <= int(answer.headers["retry-after"]) <= 86_400
    assert left(answer) == ("0", "59")


def test_what_is_left_of_a_day_and_its_end_can_be_set(service: Service, books: Books) -> None:
    limit(service)
    shown = books.control("PUT", "day", {"left": 1, "resets_in": 7200})

    answers = [books.get(CALL), books.get(CALL)]

    assert shown["left"] == 1
    assert [answer.status == 429 for answer in answers] == [False, True]
    assert 7190 <= int(answers[1].headers["retry-after"]) <= 7200


def test_a_new_day_has_its_whole_number_again(service: Service, books: Books) -> None:
    limit(service)
    books.control("PUT", "day", {"left": 0, "resets_in": 0})

    assert left(books.get(CALL))[0] == "999"


def test_another_tenant_has_limits_of_its_own(service: Service, books: Books) -> None:
    limit(service, per_minute=1)
    other = service.open_books()
    books.get(CALL)

    assert other.get(CALL).status != 429


def test_another_app_has_limits_of_its_own(service: Service, books: Books) -> None:
    limit(service, per_minute=1)
    other = service.connect(books.tenant, client_id=service.info["pkce_client_id"])
    books.get(CALL)

    assert other.get(CALL).status != 429


def test_a_call_in_flight_too_many_is_refused_without_a_time(
    service: Service, books: Books
) -> None:
    limit(service, in_flight=0)

    answer = books.get(CALL)

    assert answer.headers["x-rate-limit-problem"] == "concurrent"
    assert "retry-after" not in answer.headers


def test_calls_in_flight_are_counted_until_they_leave() -> None:
    gates, limits = Gates(), Limits(in_flight=1)
    gates.enter(limits, "tenant", "app")

    with pytest.raises(Barred):
        gates.enter(limits, "tenant", "app")

    gates.leave("tenant", "app")
    gates.enter(limits, "tenant", "app")


def test_an_app_has_a_limit_over_all_tenants() -> None:
    gates, limits = Gates(), Limits(app_per_minute=1)
    gates.enter(limits, "one", "app")

    with pytest.raises(Barred) as refused:
        gates.enter(limits, "other", "app")

    assert refused.value.response.headers["X-Rate-Limit-Problem"] == "appminute"


def test_without_limits_nothing_is_ever_used_up(books: Books) -> None:
    threads = [threading.Thread(target=books.get, args=(CALL,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert left(books.get(CALL)) == ("9999", "9999")
