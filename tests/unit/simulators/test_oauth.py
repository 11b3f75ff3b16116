"""Consent, tokens, rotation and revocation, as strict as Intuit's."""

import json
import time
from base64 import b64encode
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.unit.simulators.client import Answer, Books, Simulator

CALLBACK = "http://127.0.0.1:9999/callback/quickbooks"
SCOPE = "com.intuit.quickbooks.accounting"


def consent(simulator: Simulator, decision: str, **changes: str) -> Answer:
    """What the browser gets after the person pressed a button."""
    asked = {
        "client_id": simulator.info["client_id"],
        "response_type": "code",
        "scope": SCOPE,
        "redirect_uri": CALLBACK,
        "state": "s-1",
    }
    form = asked | changes
    form |= {"company": simulator.info["companies"][0]["id"], "decision": decision}
    return simulator.send("POST", "/connect/oauth2", urlencode(form).encode())


def returned(answer: Answer) -> dict[str, str]:
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    return {name: values[0] for name, values in query.items()}


def exchange(simulator: Simulator, code: str, redirect_uri: str = CALLBACK) -> Answer:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
    return simulator.token(form)


def refresh(simulator: Simulator, token: str) -> Answer:
    return simulator.token({"grant_type": "refresh_token", "refresh_token": token})


def error(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json["error"]


def test_consent_page_offers_companies_and_buttons(simulator: Simulator) -> None:
    asked = {
        "client_id": simulator.info["client_id"],
        "response_type": "code",
        "scope": SCOPE,
        "redirect_uri": CALLBACK,
        "state": "s-1",
    }

    page = simulator.send("GET", f"/connect/oauth2?{urlencode(asked)}")

    assert page.status == 200
    assert f'value="{simulator.info["companies"][0]["id"]}" checked'.encode() in page.body
    assert b'value="connect"' in page.body
    assert b'value="cancel"' in page.body


def test_connecting_returns_code_state_and_realm(simulator: Simulator) -> None:
    back = returned(consent(simulator, "connect"))

    answer = exchange(simulator, back["code"])

    assert (back["state"], back["realmId"]) == ("s-1", simulator.info["companies"][0]["id"])
    assert answer.json["token_type"] == "bearer"
    assert answer.json["expires_in"] == 3600
    assert answer.json["x_refresh_token_expires_in"] == 8_726_400


def test_cancelling_returns_access_denied(simulator: Simulator) -> None:
    assert returned(consent(simulator, "cancel")) == {"error": "access_denied", "state": "s-1"}


def test_unknown_scope_returns_invalid_scope(simulator: Simulator) -> None:
    answer = consent(simulator, "connect", scope="everything")

    assert returned(answer)["error"] == "invalid_scope"


@pytest.mark.parametrize(
    "changes",
    [{"client_id": "stranger"}, {"redirect_uri": "https://evil.example/"}, {"state": ""}],
)
def test_nobody_is_redirected_to_a_stranger(simulator: Simulator, changes: dict[str, str]) -> None:
    assert consent(simulator, "connect", **changes).status == 400


def test_code_is_exchanged_only_once(simulator: Simulator) -> None:
    code = returned(consent(simulator, "connect"))["code"]

    exchange(simulator, code)

    assert error(exchange(simulator, code)) == (400, "invalid_grant")


def test_code_is_bound_to_its_redirect_address(simulator: Simulator) -> None:
    code = returned(consent(simulator, "connect"))["code"]

    answer = exchange(simulator, code, CALLBACK + "/")

    assert error(answer) == (400, "invalid_grant")


def test_code_lives_shortly(simulator: Simulator) -> None:
    simulator.control("PUT", "settings", {"code_seconds": 0})
    code = returned(consent(simulator, "connect"))["code"]

    answer = exchange(simulator, code)

    simulator.control("PUT", "settings", {"code_seconds": 600})
    assert error(answer) == (400, "invalid_grant")


def test_wrong_secret_is_an_invalid_client(simulator: Simulator) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": simulator.info["refresh_token"]}

    assert error(simulator.token(form, secret="wrong")) == (401, "invalid_client")


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, "invalid_grant"),
        ({"grant_type": "authorization_code", "code": "x"}, "invalid_request"),
    ],
)
def test_bad_token_forms_are_refused(
    simulator: Simulator, form: dict[str, str], expected: str
) -> None:
    assert error(simulator.token(form)) == (400, expected)


def test_json_to_the_token_endpoint_is_refused(simulator: Simulator) -> None:
    given = f"{simulator.info['client_id']}:{simulator.info['client_secret']}"
    headers = {
        "Authorization": f"Basic {b64encode(given.encode()).decode()}",
        "Content-Type": "application/json",
    }

    answer = simulator.send("POST", "/oauth2/v1/tokens/bearer", b"{}", headers)

    assert error(answer) == (400, "invalid_request")


def test_refresh_keeps_its_value_within_a_day(books: Books) -> None:
    answer = refresh(books.simulator, books.refresh)

    assert answer.json["refresh_token"] == books.refresh


def test_former_value_works_until_the_new_one_is_used(books: Books) -> None:
    books.simulator.control("PUT", "settings", {"rotation_seconds": 0})
    new = refresh(books.simulator, books.refresh).json["refresh_token"]

    again = refresh(books.simulator, books.refresh)
    books.simulator.control("PUT", "settings", {"rotation_seconds": 86_400})
    refresh(books.simulator, new)

    assert (again.json["refresh_token"], new != books.refresh) == (new, True)
    assert error(refresh(books.simulator, books.refresh)) == (400, "invalid_grant")


def test_former_value_dies_when_its_grace_is_over(books: Books) -> None:
    books.simulator.control("PUT", "settings", {"rotation_seconds": 0, "grace_seconds": 0})

    refresh(books.simulator, books.refresh)

    assert error(refresh(books.simulator, books.refresh)) == (400, "invalid_grant")


def test_refreshes_are_counted(books: Books) -> None:
    before = books.simulator.control("GET", "stats")["token_refreshes"]

    refresh(books.simulator, books.refresh)

    assert books.simulator.control("GET", "stats")["token_refreshes"] == before + 1


def test_access_token_expires_when_told(books: Books) -> None:
    books.simulator.control("PUT", "settings", {"token_seconds": 0.05})
    books.token = refresh(books.simulator, books.refresh).json["access_token"]

    fresh = books.query("select * from Customer").status
    time.sleep(0.1)

    assert (fresh, books.query("select * from Customer").status) == (200, 401)


def test_expired_token_answers_as_recorded(books: Books) -> None:
    books.control("POST", "expire-tokens")

    answer = books.query("select * from Customer")

    assert (answer.status, answer.code) == (401, "3200")
    assert answer.headers["www-authenticate"] == 'Bearer realm="Intuit", error="invalid_token"'
    assert isinstance(answer.json["time"], int)


def test_withdrawn_consent_refuses_calls_and_refresh(books: Books) -> None:
    books.control("POST", "withdraw")

    answer = books.query("select * from Customer")

    assert (answer.status, answer.code) == (403, "3100")
    assert error(refresh(books.simulator, books.refresh)) == (400, "invalid_grant")


def test_token_of_another_company_is_refused(books: Books, simulator: Simulator) -> None:
    books.token = simulator.info["access_token"]

    answer = books.query("select * from Customer")

    assert (answer.status, answer.code) == (403, "3100")


def test_revocation_ends_the_whole_consent(books: Books) -> None:
    simulator = books.simulator
    given = f"{simulator.info['client_id']}:{simulator.info['client_secret']}"
    headers = {
        "Authorization": f"Basic {b64encode(given.encode()).decode()}",
        "Content-Type": "application/json",
    }
    body = json.dumps({"token": books.refresh}).encode()

    first = simulator.send("POST", "/v2/oauth2/tokens/revoke", body, headers)
    second = simulator.send("POST", "/v2/oauth2/tokens/revoke", body, headers)

    assert (first.status, first.body, second.status) == (200, b"", 400)
    assert books.query("select * from Customer").status == 401
