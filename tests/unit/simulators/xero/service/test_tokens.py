"""Tokens: claims, rotation with its grace, refusals, revocation."""

import json
import time
from base64 import urlsafe_b64decode

import pytest

from tests.unit.simulators.xero.service.client import Answer, Books, Json, Service


def claims(token: str) -> dict[str, Json]:
    part = token.split(".")[1]
    found: dict[str, Json] = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def error(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json["error"]


def test_an_access_token_names_user_event_scopes_and_end(books: Books) -> None:
    found = claims(books.token)

    assert {"authentication_event_id", "xero_userid", "scope", "exp"} <= found.keys()
    assert "accounting.invoices" in found["scope"]
    assert 1700 < found["exp"] - time.time() <= 1800


def test_a_refresh_brings_a_new_pair(service: Service, books: Books) -> None:
    answer = service.refresh(books.refresh)

    assert answer.status == 200
    assert answer.json["refresh_token"] != books.refresh
    books.token = answer.json["access_token"]
    assert books.get("Organisation").status == 200


def test_a_replaced_refresh_token_works_until_its_grace_is_over(
    service: Service, books: Books
) -> None:
    service.refresh(books.refresh)

    again = service.refresh(books.refresh)

    service.control("PUT", "settings", {"grace_seconds": 0})
    service.refresh(again.json["refresh_token"])
    assert again.status == 200
    assert error(service.refresh(again.json["refresh_token"])) == (400, "invalid_grant")


def test_the_grace_ends_when_the_new_token_is_used(service: Service, books: Books) -> None:
    new = service.refresh(books.refresh).json["refresh_token"]
    service.refresh(new)

    assert error(service.refresh(books.refresh)) == (400, "invalid_grant")


def test_of_two_answers_to_one_refresh_token_the_later_one_counts(
    service: Service, books: Books
) -> None:
    lost, kept = (service.refresh(books.refresh).json["refresh_token"] for _ in range(2))

    assert error(service.refresh(lost)) == (400, "invalid_grant")
    assert service.refresh(kept).status == 200


def test_an_unused_refresh_token_dies_in_the_end(service: Service) -> None:
    service.control("PUT", "settings", {"refresh_token_seconds": 0})
    books = service.open_books()

    assert error(service.refresh(books.refresh)) == (400, "invalid_grant")


def test_without_offline_access_there_is_no_refresh_token(service: Service) -> None:
    tenant = service.open_books().tenant

    tokens = service.xero.tokens(tenant, scope="accounting.contacts", user="online")

    assert "refresh_token" not in tokens


def test_another_app_cannot_refresh(service: Service, books: Books) -> None:
    fields = {
        "grant_type": "refresh_token",
        "refresh_token": books.refresh,
        "client_id": service.info["pkce_client_id"],
    }

    assert error(service.form("/connect/token", fields)) == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, "unauthorized_client"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, "invalid_grant"),
        ({"grant_type": "refresh_token", "refresh_token": "x", "a": "b"}, "invalid_request"),
    ],
)
def test_bad_forms_are_refused_with_their_word(
    service: Service, fields: dict[str, str], expected: str
) -> None:
    assert error(service.token(**fields)) == (400, expected)


def test_who_calls_is_checked_before_what_is_asked(service: Service) -> None:
    fields = {"grant_type": "refresh_token", "refresh_token": "x"}
    client_id, _ = service.app

    refusals = [
        error(service.form("/connect/token", fields, (client_id, "wrong"))),
        error(service.form("/connect/token", fields, ("nobody", "wrong"))),
        error(service.form("/connect/token", fields | {"client_id": client_id})),
        error(service.form("/connect/token", fields)),
    ]

    assert [word for _, word in refusals] == [
        "invalid_client",
        "unauthorized_client",
        "invalid_client",
        "unauthorized_client",
    ]


def test_revoking_ends_every_connection_of_the_user(service: Service, books: Books) -> None:
    other = service.open_books()
    user = "landlord"
    first, second = (service.connect(one.tenant, user=user) for one in (books, other))

    answer = service.form("/connect/revocation", {"token": first.refresh}, service.app)

    assert (answer.status, answer.body) == (200, b"")
    assert [one.get("Organisation").status for one in (first, second)] == [403, 403]
    assert error(service.refresh(second.refresh)) == (400, "invalid_grant")
    assert books.get("Organisation").status == 200


def test_revoking_an_unknown_token_is_no_error(service: Service) -> None:
    assert service.form("/connect/revocation", {"token": "x"}, service.app).status == 200


def test_scopes_add_up_until_they_are_revoked(service: Service, books: Books) -> None:
    service.connect(books.tenant, user="careful", scope="offline_access accounting.contacts")

    wider = service.connect(books.tenant, user="careful", scope="accounting.settings")

    service.form("/connect/revocation", {"token": wider.refresh}, service.app)
    anew = service.connect(books.tenant, user="careful", scope="accounting.settings")
    assert "accounting.contacts" in claims(wider.token)["scope"]
    assert claims(anew.token)["scope"] == ["accounting.settings"]
