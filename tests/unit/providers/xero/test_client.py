"""The conversation with Xero: what is sent, and what answers mean that are about more than one
record. Bodies and headers of 401, 403, 429 and 503 as recorded."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import httpx
import pytest

from tests.contract.providers import XERO
from worker.errors import (
    Disconnected,
    NoAnswer,
    ProviderError,
    Throttled,
    TokenExpired,
    Unavailable,
    Unexplained,
)
from worker.providers.xero.client import Client

LIMITS = replace(XERO.limits, per_second=1000)
PAGE = "<html><body>The resource you're looking for cannot be found</body></html>"
GATEWAY = {"Type": None, "Instance": "1f5a84cd-152b-418d-a0b1-e351fa131d05", "Extensions": {}}
Answer = Callable[[httpx.Request], httpx.Response]


def client(answer: Answer) -> Client:
    http = httpx.Client(transport=httpx.MockTransport(answer))
    return Client(http, "https://ledger.test/", "tenant-1", "access-1", LIMITS)


def saying(status: int, body: object, **headers: str) -> Client:
    """A client to whom the same is always said; text is sent as it is."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if isinstance(body, str):
        return client(lambda _: httpx.Response(status, text=body, headers=named))
    return client(lambda _: httpx.Response(status, json=body, headers=named))


def problem(status: int, title: str, detail: str) -> dict[str, object]:
    return GATEWAY | {"Title": title, "Status": status, "Detail": detail}


def written(by: Client) -> None:
    by.write("PUT", "Contacts?summarizeErrors=false", '{"Contacts":[{}]}', "key-1", lambda: None)


def test_a_write_goes_to_the_organisation_under_its_key() -> None:
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200, json={"Contacts": []})

    written(client(answer))
    said = requests[0].headers

    url = "https://ledger.test/api.xro/2.0/Contacts?summarizeErrors=false"
    assert (requests[0].method, str(requests[0].url)) == ("PUT", url)
    assert (said["xero-tenant-id"], said["idempotency-key"]) == ("tenant-1", "key-1")
    assert (said["accept"], said["content-type"]) == ("application/json", "application/json")
    assert requests[0].content == b'{"Contacts":[{}]}'


def test_what_needs_no_key_gets_none_and_an_empty_body_no_type() -> None:
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(204)

    reply = client(answer).write("DELETE", "Items/i-1", "", None, lambda: None)

    assert reply.status == 204
    assert not {"idempotency-key", "content-type"} & set(requests[0].headers)


def test_changes_are_asked_for_in_utc_without_a_zone() -> None:
    requests: list[httpx.Request] = []
    since = datetime(2026, 11, 20, 16, 4, 5, 999, tzinfo=timezone(timedelta(hours=13)))

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200, json={"Payments": []})

    client(answer).get("Payments", {"page": "1", "where": 'Status=="X"'}, since)

    assert requests[0].headers["if-modified-since"] == "2026-11-20T03:04:05"
    assert requests[0].url.query == b"page=1&where=Status%3D%3D%22X%22"


def test_nothing_changed_is_an_empty_list() -> None:
    found = saying(304, "").get("Contacts", since=datetime(2026, 11, 20, tzinfo=UTC))

    assert found == {}


def test_every_call_counts_and_says_what_is_left_of_the_day() -> None:
    by = saying(200, {"Items": []}, x_daylimit_remaining="4539")

    by.get("Items")
    by.get("Items")

    assert (by.calls, by.day_left) == (2, 4539)


def test_every_call_says_what_is_left_of_the_minute() -> None:
    by = saying(200, {"Items": []}, x_minlimit_remaining="59")

    by.get("Items")

    assert (by.minute_left, by.day_left) == (59, None)


def test_an_answer_that_says_nothing_of_the_day_leaves_what_is_known() -> None:
    said = iter(({"x-daylimit-remaining": "12"}, {}))
    by = client(lambda _: httpx.Response(200, json={"Items": []}, headers=next(said)))

    by.get("Items")
    by.get("Items")

    assert by.day_left == 12


@pytest.mark.parametrize(
    ("by", "error", "code"),
    [
        (saying(401, problem(401, "Unauthorized", "TokenExpired: token")), TokenExpired, None),
        (
            saying(
                401,
                problem(401, "Unauthorized", "AuthenticationUnsuccessful"),
                www_authenticate="Bearer error=invalid_token",
            ),
            TokenExpired,
            None,
        ),
        (
            saying(401, "", www_authenticate='Bearer error="insufficent_scope"'),
            Disconnected,
            "scope_missing",
        ),
        (
            saying(401, "", www_authenticate="Bearer error=Insufficient_Scope"),
            Disconnected,
            "scope_missing",
        ),
        (
            saying(403, problem(403, "Forbidden", "AuthenticationUnsuccessful")),
            Disconnected,
            "organisation_removed",
        ),
        (
            saying(403, {"title": "Forbidden", "detail": "AuthenticationUnsuccessful"}),
            Disconnected,
            "organisation_removed",
        ),
        (
            saying(403, problem(403, "Forbidden", "The user may not do this")),
            Disconnected,
            "permission_lost",
        ),
        (saying(403, "<html>blocked</html>"), Unavailable, None),
        (saying(503, "The organisation is offline. Please try again later"), Unavailable, None),
    ],
)
def test_who_may_not_ask_is_told_why(by: Client, error: type[Exception], code: str | None) -> None:
    with pytest.raises(error) as raised:
        written(by)

    assert getattr(raised.value, "code", None) == code


@pytest.mark.parametrize(
    ("by", "pause"),
    [
        (saying(429, "", retry_after="22", x_rate_limit_problem="minute"), 22),
        (saying(429, "", retry_after="73451", x_rate_limit_problem="day"), 73_451),
        (saying(429, "", x_rate_limit_problem="Day"), 3600),
        (saying(429, "", x_rate_limit_problem="concurrent"), 5),
        (saying(429, "", x_rate_limit_problem="appminute"), 60),
        (saying(503, "oauth_problem=rate%20limit exceeded: rate limit exceeded"), 60),
    ],
)
def test_a_limit_says_for_how_long(by: Client, pause: int) -> None:
    with pytest.raises(Throttled) as raised:
        written(by)

    assert raised.value.pause == timedelta(seconds=pause)


def test_a_limit_of_the_day_is_heard_although_it_is_an_error() -> None:
    by = saying(429, "", retry_after="60", x_daylimit_remaining="0")

    with pytest.raises(Throttled):
        by.get("Items")

    assert by.day_left == 0


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_error_may_have_taken_a_write(status: int) -> None:
    with pytest.raises(NoAnswer) as raised:
        written(saying(status, "<html>Service Unavailable</html>"))

    assert (raised.value.status, raised.value.in_flight) == (status, status == 504)


@pytest.mark.parametrize("body", ["", PAGE, '{"Contacts":[{"Name'])
def test_an_answer_that_is_cut_or_a_page_may_have_taken_a_write(body: str) -> None:
    with pytest.raises(NoAnswer):
        written(saying(200, body))


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (500, '{Status":500}', Unavailable),
        (200, PAGE, Unavailable),
        (400, {"Type": "QueryParseException"}, Unexplained),
        (404, PAGE, Unexplained),
        (302, "", Unexplained),
    ],
)
def test_a_list_that_cannot_be_read_is_never_an_empty_one(
    status: int, body: object, error: type[ProviderError]
) -> None:
    with pytest.raises(error):
        saying(status, body).get("Invoices", {"IDs": "1"})


def test_a_single_record_that_is_not_there_is_none() -> None:
    assert saying(404, PAGE).one("Payments/p-1") is None


@pytest.mark.parametrize("status", [400, 404])
def test_a_refused_write_is_returned(status: int) -> None:
    reply = saying(status, PAGE).write("POST", "Contacts", "{}", None, lambda: None)

    assert (reply.status, reply.text) == (status, PAGE)


def test_an_answer_that_no_rule_knows_is_for_an_engineer() -> None:
    with pytest.raises(Unexplained) as raised:
        written(saying(412, "", xero_correlation_id="c-1"))

    assert raised.value.correlation_id == "c-1"


def test_a_write_that_is_forbidden_at_the_last_moment_never_leaves() -> None:
    by = saying(200, {})

    def forbid() -> None:
        raise Unavailable("the lease is gone")

    with pytest.raises(Unavailable):
        by.write("PUT", "Items", "{}", "key-1", forbid)

    assert by.calls == 0
