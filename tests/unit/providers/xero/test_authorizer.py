"""Consent with Xero: what it opens, and what is left of it once an organisation is disconnected."""

import base64
import json
from datetime import timedelta
from urllib.parse import parse_qs

import httpx
import pytest

from worker.errors import ProviderError, TokenExpired, Unavailable, Unexplained
from worker.providers.authorizer import Application, Ending
from worker.providers.xero.authorizer import XeroAuthorizer, event_of

APPLICATION = Application("3C-client", "s3cr3t")
A, B = "11111111-aaaa-4aaa-8aaa-111111111111", "22222222-bbbb-4bbb-8bbb-222222222222"


class Server:
    """Xero's connections of one user, and all requests that came."""

    def __init__(self, *connections: dict[str, object], status: int = 200) -> None:
        self.connections = list(connections)
        self.status = status
        self.refused: set[str] = set()
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if request.headers.get("authorization", "").removeprefix("Bearer ") in self.refused:
            return httpx.Response(401)
        if request.url.path == "/token":
            return httpx.Response(200, json=TOKENS)
        if request.url.path == "/connections":
            return httpx.Response(self.status, json=self.connections)
        return httpx.Response(204 if request.method == "DELETE" else 200)

    @property
    def asked(self) -> list[str]:
        return [f"{one.method} {one.url.path}" for one in self.requests]


def authorizer(server: Server) -> XeroAuthorizer:
    return XeroAuthorizer(
        "https://login.test/authorize",
        "https://id.test/token",
        "https://id.test/revocation",
        "offline_access accounting.invoices",
        "https://api.test/",
        timeout=5,
        transport=httpx.MockTransport(server),
    )


def test_ids_are_written_in_small_letters() -> None:
    server = Server(connection(A.upper()), connection(B, "before"))

    offered = authorizer(server).companies(NOW)
    authorizer(server).revoke(APPLICATION, ending(A))

    assert [one.ref for one in offered] == [A]
    assert server.asked[-1] == f"DELETE /connections/of-{A.upper()}"


def connection(tenant: str, event: str = "now", kind: str = "ORGANISATION") -> dict[str, object]:
    return {
        "id": f"of-{tenant}", "tenantId": tenant, "tenantType": kind, "tenantName": f"Org {tenant}",
        "authEventId": event,
    }  # fmt: skip


def token(**claims: object) -> str:
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"head.{payload}.signature"


NOW = token(authentication_event_id="now", xero_userid="u")
TOKENS = {"access_token": NOW, "refresh_token": "next", "expires_in": 1800}


def ending(company_id: str = A, *tokens: str) -> Ending:
    given = iter(tokens or (NOW,))
    return Ending(company_id, lambda _: next(given), lambda: "refresh")


def test_organisations_of_an_earlier_consent_are_not_offered() -> None:
    server = Server(connection(A, "before"), connection(B))

    offered = authorizer(server).companies(NOW)

    assert [(one.ref, one.name) for one in offered] == [(B, f"Org {B}")]


def test_a_practice_is_no_organisation() -> None:
    server = Server(connection(A, kind="PRACTICE"), connection(B, "before"))

    assert authorizer(server).companies(NOW) == []


def test_a_consent_given_once_more_offers_what_is_connected_already() -> None:
    server = Server(connection(A, "before"), connection(B, "before"))

    assert [one.ref for one in authorizer(server).companies(NOW)] == [A, B]


@pytest.mark.parametrize("nameless", [{"tenantName": None}, {"tenantName": ""}])
def test_an_organisation_without_a_name_is_called_by_its_id(nameless: dict[str, object]) -> None:
    server = Server(connection(A) | nameless)

    assert authorizer(server).companies(NOW)[0].name == A


@pytest.mark.parametrize(
    "odd", ["", "opaque", "a.b", "a.####.c", "a.bm8.c", token(sub="x"), "a.W10.c"]
)
def test_a_token_that_says_nothing_of_its_consent_is_no_error(odd: str) -> None:
    assert event_of(odd) is None


@pytest.mark.parametrize(
    ("status", "expected"),
    [(401, TokenExpired), (403, Unexplained), (429, Unavailable), (503, Unavailable)],
)
def test_what_an_unsuccessful_list_means(status: int, expected: type[ProviderError]) -> None:
    with pytest.raises(ProviderError) as raised:
        authorizer(Server(status=status)).companies(NOW)

    assert type(raised.value) is expected


def test_disconnecting_ends_the_connection_of_that_organisation_alone() -> None:
    server = Server(connection(A), connection(B, "before"))

    authorizer(server).revoke(APPLICATION, ending(A))

    assert server.asked == ["GET /connections", f"DELETE /connections/of-{A}"]


def test_with_the_last_organisation_the_consent_itself_is_ended() -> None:
    server = Server(connection(A))

    authorizer(server).revoke(APPLICATION, ending(A))

    assert server.asked[-1] == "POST /revocation"
    assert parse_qs(server.requests[-1].content.decode()) == {"token": ["refresh"]}
    assert server.requests[-1].headers["authorization"].startswith("Basic ")


def test_a_public_application_names_itself_when_it_ends_a_consent() -> None:
    server = Server(connection(A))

    authorizer(server).revoke(Application("3C-client", None), ending(A))

    form = parse_qs(server.requests[-1].content.decode())
    assert form == {"token": ["refresh"], "client_id": ["3C-client"]}
    assert "authorization" not in server.requests[-1].headers


def test_what_is_disconnected_already_is_no_error() -> None:
    server = Server(connection(B))

    authorizer(server).revoke(APPLICATION, ending(A))

    assert server.asked == ["GET /connections"]


def test_a_refused_token_is_replaced_once() -> None:
    server = Server(connection(A), connection(B))
    server.refused = {"old"}

    authorizer(server).revoke(APPLICATION, ending(A, "old", NOW))

    assert server.asked == ["GET /connections"] * 2 + [f"DELETE /connections/of-{A}"]


def test_a_refresh_token_lives_for_sixty_days() -> None:
    tokens = authorizer(Server()).refresh(APPLICATION, "refresh")

    assert tokens.access_lifetime == timedelta(minutes=30)
    assert tokens.refresh_lifetime == timedelta(days=60)
