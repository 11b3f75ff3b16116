"""The consent page: what an app may ask for, what a person chooses, how the browser comes back."""

import base64
import hashlib
import re
from urllib.parse import urlencode

import pytest

from tests.unit.simulators.xero.service.client import (
    CALLBACK,
    SCOPE,
    Answer,
    Service,
    consent,
    returned,
)

VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode()[:43]
PKCE = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}


def page(service: Service, **changes: str) -> Answer:
    asked = {
        "client_id": service.info["client_id"],
        "response_type": "code",
        "scope": SCOPE,
        "redirect_uri": CALLBACK,
        "state": "s-1",
    }
    return service.send("GET", f"/identity/connect/authorize?{urlencode(asked | changes)}")


def exchange(service: Service, code: str, **more: str) -> Answer:
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    return service.token(**fields | more)


def first(service: Service) -> str:
    tenant: str = service.info["companies"][0]["id"]
    return tenant


def test_the_page_offers_organisations_to_tick_and_two_buttons(service: Service) -> None:
    shown = page(service)

    assert shown.status == 200
    assert f'type="checkbox" name="company" value="{first(service)}"'.encode() in shown.body
    assert b'value="connect"' in shown.body
    assert b'value="cancel"' in shown.body


def test_the_form_of_the_page_holds_all_that_was_asked(service: Service) -> None:
    shown = page(service, nonce='"n&"', **PKCE)

    hidden = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', shown.body.decode())
    assert (
        dict(hidden) | {"nonce": '"n&"'}
        == {
            "client_id": service.info["client_id"],
            "response_type": "code",
            "scope": SCOPE,
            "redirect_uri": CALLBACK,
            "state": "s-1",
            "nonce": '"n&"',
        }
        | PKCE
    )
    assert ("nonce", "&quot;n&amp;&quot;") in hidden


def test_allowing_brings_a_code_and_the_state_back_and_nothing_of_the_tenant(
    service: Service,
) -> None:
    back = returned(consent(service, [first(service)]))

    assert back.keys() == {"code", "state"}
    assert back["state"] == "s-1"


def test_declining_brings_access_denied_back(service: Service) -> None:
    back = returned(consent(service, [], "cancel"))

    assert back == {"error": "access_denied", "state": "s-1"}


@pytest.mark.parametrize(
    "scope",
    [
        "offline_access accounting.transactions",
        "accounting.transactions.read",
        "accounting.reports.read",
        "accounting.invoice",
    ],
)
def test_broad_and_unknown_scopes_are_refused_at_the_redirect(service: Service, scope: str) -> None:
    back = returned(page(service, scope=scope))

    assert back == {"error": "invalid_scope", "state": "s-1"}


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "nobody"},
        {"redirect_uri": "http://127.0.0.1:9999/callback"},
        {"redirect_uri": "http://books.example/callback"},
        {"redirect_uri": "https:///callback"},
        {"state": ""},
        {"promt": "consent"},
    ],
)
def test_a_strange_app_address_or_parameter_ends_on_a_page_of_xero(
    service: Service, changes: dict[str, str]
) -> None:
    answer = page(service, **changes)

    assert answer.status == 400
    assert "location" not in answer.headers


def test_an_address_with_https_may_be_returned_to(service: Service) -> None:
    assert page(service, redirect_uri="https://books.example/callback").status == 200


def test_no_organisation_two_and_a_strange_one_are_refused(service: Service) -> None:
    second = service.open_books().tenant

    answers = [consent(service, ticked) for ticked in ([], [first(service), second], ["x"])]

    assert [answer.status for answer in answers] == [400, 400, 400]


def test_in_bulk_several_organisations_share_one_event(service: Service) -> None:
    service.control("PUT", "settings", {"bulk": True})
    tenants = [first(service), service.open_books().tenant]

    back = returned(consent(service, tenants, user="bulk"))

    token = exchange(service, back["code"]).json["access_token"]
    listed = service.send("GET", "/connections", None, {"Authorization": f"Bearer {token}"}).json
    assert {row["tenantId"] for row in listed} == set(tenants)
    assert len({row["authEventId"] for row in listed}) == 1


def test_an_app_can_switch_bulk_off(service: Service) -> None:
    service.control("PUT", "settings", {"bulk": True})
    tenants = [first(service), service.open_books().tenant]

    assert consent(service, tenants, acr_values="bulk_connect:false").status == 400


def test_a_code_is_exchanged_once(service: Service) -> None:
    code = returned(consent(service, [first(service)]))["code"]

    answers = [exchange(service, code) for _ in range(2)]

    assert answers[0].json["expires_in"] == 1800
    assert answers[0].json["token_type"] == "Bearer"
    assert (answers[1].status, answers[1].json) == (400, {"error": "invalid_grant"})


def test_a_code_dies_of_age_and_of_another_redirect_address(service: Service) -> None:
    codes = [returned(consent(service, [first(service)]))["code"]]
    service.control("PUT", "settings", {"code_seconds": 0})
    codes.append(returned(consent(service, [first(service)]))["code"])

    answers = [exchange(service, codes[0], redirect_uri=CALLBACK + "2")]
    answers.append(exchange(service, codes[1]))

    assert [answer.json for answer in answers] == [{"error": "invalid_grant"}] * 2


def test_an_app_without_a_secret_proves_itself_by_its_verifier(service: Service) -> None:
    app = service.info["pkce_client_id"]
    codes = [
        returned(consent(service, [first(service)], client_id=app, **PKCE))["code"]
        for _ in range(3)
    ]
    fields = {"grant_type": "authorization_code", "redirect_uri": CALLBACK, "client_id": app}
    verifiers = [{"code_verifier": VERIFIER}, {"code_verifier": VERIFIER + "x"}, {}]

    answers = [
        service.form("/connect/token", fields | {"code": code} | verifier)
        for code, verifier in zip(codes, verifiers, strict=True)
    ]

    assert [answer.status for answer in answers] == [200, 400, 400]


@pytest.mark.parametrize("changes", [{}, PKCE | {"code_challenge_method": "plain"}])
def test_an_app_without_a_secret_needs_a_challenge_by_s256(
    service: Service, changes: dict[str, str]
) -> None:
    back = returned(page(service, client_id=service.info["pkce_client_id"], **changes))

    assert back["error"] == "invalid_request"


def test_an_app_with_a_secret_that_sends_a_challenge_is_held_to_it(service: Service) -> None:
    codes = [returned(consent(service, [first(service)], **PKCE))["code"] for _ in range(2)]

    answers = [exchange(service, codes[0]), exchange(service, codes[1], code_verifier=VERIFIER)]

    assert [answer.status for answer in answers] == [400, 200]
