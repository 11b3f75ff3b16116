"""OAuth: what goes to the authorization server, and what its answers mean to us."""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from worker.errors import Disconnected, ProviderError, Unavailable, Unexplained
from worker.providers.authorizer import Application, Ending
from worker.providers.oauth import OAuth

APPLICATION = Application("AB-client", "s3cr3t/+&")
PUBLIC = Application("AB-client", None)
ENDING = Ending("9130", lambda _: "eyJ-access", lambda: "RT1-old")
TOKENS = {
    "token_type": "bearer",
    "access_token": "eyJ-access",
    "refresh_token": "RT1-new",
    "expires_in": 3600,
    "x_refresh_token_expires_in": 8_726_400,
}
Answer = Callable[[httpx.Request], httpx.Response]


def oauth(answer: Answer) -> OAuth:
    return OAuth(
        "https://ledger.test/connect",
        "https://ledger.test/token",
        "https://revoke.test/revoke",
        "accounting",
        timeout=5,
        transport=httpx.MockTransport(answer),
    )


def saying(status: int, body: object) -> Answer:
    """A server that always says this; text is sent as it is."""
    if isinstance(body, str):
        return lambda _: httpx.Response(status, text=body, headers={"intuit_tid": "tid-1"})
    return lambda _: httpx.Response(status, json=body, headers={"intuit_tid": "tid-1"})


def recorded(answer: Answer, requests: list[httpx.Request]) -> Answer:
    def record(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return answer(request)

    return record


def test_the_consent_address_holds_all_that_intuit_requires() -> None:
    begun = oauth(saying(200, TOKENS)).begin(APPLICATION, "7.state", "https://us/callback")

    assert begun.kept is None
    assert parse_qs(urlsplit(begun.url).query) == {
        "client_id": ["AB-client"],
        "response_type": ["code"],
        "scope": ["accounting"],
        "redirect_uri": ["https://us/callback"],
        "state": ["7.state"],
    }


def test_a_code_is_exchanged_once_with_basic_credentials() -> None:
    requests: list[httpx.Request] = []

    tokens = oauth(recorded(saying(200, TOKENS), requests)).exchange(
        APPLICATION, "c0de", "https://us", None
    )

    (request,) = requests
    assert parse_qs(request.content.decode()) == {
        "grant_type": ["authorization_code"], "code": ["c0de"], "redirect_uri": ["https://us"],
    }  # fmt: skip
    assert (
        request.headers["authorization"] == httpx.BasicAuth("AB-client", "s3cr3t/+&")._auth_header
    )
    assert (tokens.access_token, tokens.refresh_token) == ("eyJ-access", "RT1-new")
    assert tokens.access_lifetime == timedelta(hours=1)


def test_a_public_application_proves_itself_by_what_it_kept() -> None:
    requests: list[httpx.Request] = []
    server = oauth(recorded(saying(200, TOKENS), requests))

    begun = server.begin(PUBLIC, "7.state", "https://us")
    server.exchange(PUBLIC, "c0de", "https://us", begun.kept)

    asked, form = parse_qs(urlsplit(begun.url).query), parse_qs(requests[0].content.decode())
    digest = hashlib.sha256(form["code_verifier"][0].encode()).digest()
    assert asked["code_challenge"] == [base64.urlsafe_b64encode(digest).decode().rstrip("=")]
    assert asked["code_challenge_method"] == ["S256"]
    assert form["client_id"] == ["AB-client"]
    assert "authorization" not in requests[0].headers


def test_two_consents_of_a_public_application_share_no_proof() -> None:
    server = oauth(saying(200, TOKENS))

    kept = {server.begin(PUBLIC, "7.state", "https://us").kept for _ in range(2)}

    assert len(kept) == 2
    assert all(verifier and 43 <= len(verifier) <= 128 for verifier in kept)


def test_a_public_application_names_itself_at_a_refresh() -> None:
    requests: list[httpx.Request] = []

    oauth(recorded(saying(200, TOKENS), requests)).refresh(PUBLIC, "RT1-old")

    assert parse_qs(requests[0].content.decode()) == {
        "grant_type": ["refresh_token"], "refresh_token": ["RT1-old"], "client_id": ["AB-client"],
    }  # fmt: skip
    assert "authorization" not in requests[0].headers


def test_an_application_may_have_a_login_and_a_scope_of_its_own() -> None:
    own = replace(APPLICATION, login_url="https://own.test/login?x=1", scope="a b")

    url = oauth(saying(200, TOKENS)).begin(own, "7.state", "https://us").url

    assert url.startswith("https://own.test/login?")
    query = parse_qs(urlsplit(url).query)
    assert (query["scope"], query["x"]) == (["a b"], ["1"])


def test_a_consent_without_a_refresh_token_was_asked_for_with_too_little() -> None:
    short = {name: value for name, value in TOKENS.items() if name != "refresh_token"}

    with pytest.raises(Disconnected) as raised:
        oauth(saying(200, short)).exchange(APPLICATION, "c0de", "https://us", None)

    assert raised.value.code == "scope_missing"


def test_a_refresh_sends_nothing_but_the_token() -> None:
    requests: list[httpx.Request] = []

    oauth(recorded(saying(200, TOKENS), requests)).refresh(APPLICATION, "RT1-old")

    assert parse_qs(requests[0].content.decode()) == {
        "grant_type": ["refresh_token"], "refresh_token": ["RT1-old"],
    }  # fmt: skip


def test_a_revocation_is_json_to_its_own_address() -> None:
    requests: list[httpx.Request] = []

    oauth(recorded(saying(200, ""), requests)).revoke(APPLICATION, ENDING)

    assert str(requests[0].url) == "https://revoke.test/revoke"
    assert requests[0].content == b'{"token":"RT1-old"}'


def test_revoking_what_is_invalid_already_is_done() -> None:
    oauth(saying(400, {"error": "invalid_grant"})).revoke(APPLICATION, ENDING)


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (400, {"error": "invalid_grant"}, Disconnected),
        (400, {"error_description": "Incorrect", "error": "invalid_grant"}, Disconnected),
        (200, {"error": "invalid_grant"}, Disconnected),
        (401, {"error": "invalid_client"}, Disconnected),
        (400, {"error": "invalid_request"}, Unexplained),
        (400, {"error": "unsupported_grant_type"}, Unexplained),
        (400, {"error": ["odd"]}, Unexplained),
        (403, "<html>no</html>", Unexplained),
        (429, {"error": "throttled"}, Unavailable),
        (500, "", Unavailable),
        (503, "<html>maintenance</html>", Unavailable),
        (200, "<html>welcome</html>", Unavailable),
        (200, {**TOKENS, "refresh_token": ""}, Unavailable),
        (200, {"access_token": "a", "expires_in": 3600}, Unavailable),
        (200, {**TOKENS, "expires_in": "soon"}, Unavailable),
        (200, [], Unavailable),
    ],
)
def test_what_an_answer_to_a_refresh_means(
    status: int, body: object, expected: type[ProviderError]
) -> None:
    with pytest.raises(ProviderError) as raised:
        oauth(saying(status, body)).refresh(APPLICATION, "RT1-old")

    assert type(raised.value) is expected
    assert raised.value.correlation_id == "tid-1"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("invalid_grant", "consent_withdrawn"),
        ("invalid_client", "client_refused"),
        ("unauthorized_client", "client_refused"),
        ("invalid_scope", "scope_refused"),
    ],
)
def test_what_a_person_must_mend_has_its_code(error: str, code: str) -> None:
    with pytest.raises(Disconnected) as raised:
        oauth(saying(400, {"error": error})).refresh(APPLICATION, "RT1-old")

    assert raised.value.code == code


@pytest.mark.parametrize(
    "trouble", [httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError]
)
def test_a_lost_connection_may_be_tried_again(trouble: type[httpx.TransportError]) -> None:
    def lose(request: httpx.Request) -> httpx.Response:
        raise trouble("gone")

    with pytest.raises(Unavailable):
        oauth(lose).refresh(APPLICATION, "RT1-old")


def test_no_error_quotes_what_was_sent_or_answered() -> None:
    body = {"error": "invalid_grant", "error_description": "RT1-old of s3cr3t/+& is bad"}

    with pytest.raises(Disconnected) as raised:
        oauth(saying(400, body)).refresh(APPLICATION, "RT1-old")

    assert "RT1" not in repr(raised.value)
    assert "s3cr3t" not in repr(raised.value)


def test_secrets_do_not_show_in_a_repr() -> None:
    tokens = oauth(saying(200, TOKENS)).refresh(APPLICATION, "RT1-old")

    shown = f"{APPLICATION!r} {tokens!r}"

    assert not [s for s in ("s3cr3t", "eyJ-access", "RT1-new") if s in shown]
