"""Before the accounting API is asked: tokens, tenants, scopes, connections, formats."""

import pytest

from tests.unit.simulators.xero.service.client import Answer, Books, Service, contacts


def connections(service: Service, books: Books, query: str = "") -> Answer:
    headers = {"Authorization": f"Bearer {books.token}"}
    return service.send("GET", f"/connections{query}", None, headers)


def test_an_unknown_token_is_unauthorized(books: Books) -> None:
    books.token = "x"

    answer = books.get("Organisation")

    assert answer.status == 401
    assert answer.json["Detail"] == "AuthenticationUnsuccessful"
    assert answer.headers["www-authenticate"] == "Bearer error=invalid_token"


def test_an_old_token_says_when_it_ended(books: Books) -> None:
    books.control("POST", "expire-tokens")

    answer = books.get("Organisation")

    assert answer.status == 401
    assert answer.json["Detail"].startswith("TokenExpired: token expired at ")


@pytest.mark.parametrize("tenant", ["", "1b1b1b1b-0000-4000-8000-000000000000"])
def test_a_wrong_or_missing_tenant_is_forbidden(books: Books, tenant: str) -> None:
    answer = books.get("Organisation", xero_tenant_id=tenant)

    assert answer.status == 403
    assert answer.json["Detail"] == "AuthenticationUnsuccessful"
    assert "x-daylimit-remaining" not in answer.headers
    assert "x-appminlimit-remaining" in answer.headers


def test_a_call_beyond_the_scopes_is_told_by_its_header_only(service: Service) -> None:
    tenant = service.open_books().tenant
    narrow = service.connect(tenant, user="narrow", scope="accounting.contacts.read")

    answers = [narrow.get("Contacts"), narrow.put("Contacts", contacts("A")), narrow.get("Items")]

    assert [answer.status for answer in answers] == [200, 401, 401]
    assert "insufficent_scope" in answers[1].headers["www-authenticate"]
    assert answers[1].json["Detail"] == "AuthenticationUnsuccessful"


def test_a_grant_that_lost_a_scope_is_too_narrow_at_once(books: Books) -> None:
    books.control("PUT", "scopes", {"scope": "offline_access accounting.contacts"})

    assert books.get("Invoices").status == 401
    assert books.get("Contacts").status == 200


def test_connections_list_the_oldest_first_and_filter_by_event(
    service: Service, books: Books
) -> None:
    older = service.connect(books.tenant, user="both")
    newer = service.connect(service.open_books().tenant, user="both")

    listed = connections(service, newer).json

    assert [row["tenantId"] for row in listed] == [older.tenant, newer.tenant]
    event = listed[1]["authEventId"]
    assert connections(service, newer, f"?authEventId={event}").json == [listed[1]]
    assert len(listed[0]["createdDateUtc"]) == len("2019-12-07T18:46:19.5165400")


def test_a_narrowed_grant_without_refresh_token_is_too_narrow_as_well(service: Service) -> None:
    tenant = service.open_books().tenant
    books = service.connect(tenant, user="online", scope="accounting.settings accounting.contacts")

    books.control("PUT", "scopes", {"scope": "accounting.contacts"})

    assert [books.get(path).status for path in ("Items", "Contacts")] == [401, 200]


def test_one_token_reaches_every_tenant_of_its_user(service: Service, books: Books) -> None:
    older = service.connect(books.tenant, user="both2")
    service.connect(newer := service.open_books().tenant, user="both2")

    assert older.get("Organisation", xero_tenant_id=newer).status == 200


def test_a_practice_is_listed_as_what_it_is(service: Service) -> None:
    service.control("PUT", "settings", {"practice": True})

    books = service.open_books()

    types = {row["tenantType"] for row in connections(service, books).json}
    assert types == {"ORGANISATION", "PRACTICE"}


def test_a_deleted_connection_forbids_its_tenant_and_comes_back_as_it_was(
    service: Service, books: Books
) -> None:
    headers = {"Authorization": f"Bearer {books.token}"}
    [before] = connections(service, books).json

    answer = service.send("DELETE", f"/connections/{before['id']}", None, headers)

    assert (answer.status, answer.body) == (204, b"")
    assert books.get("Organisation").status == 403
    assert connections(service, books).json == []
    assert service.send("DELETE", f"/connections/{before['id']}", None, headers).status == 404


def test_who_connects_again_gets_the_same_connection_back(service: Service) -> None:
    tenant = service.open_books().tenant
    first = service.connect(tenant, user="again")
    [before] = connections(service, first).json
    first.control("POST", "withdraw")

    second = service.connect(tenant, user="again")

    [after] = connections(service, second).json
    same = ("id", "tenantId", "createdDateUtc")
    assert [after[name] for name in same] == [before[name] for name in same]
    assert after["updatedDateUtc"] > before["updatedDateUtc"]
    assert after["authEventId"] != before["authEventId"]


def test_withdrawn_in_xero_the_refresh_works_and_the_tenant_does_not(
    service: Service, books: Books
) -> None:
    books.control("POST", "withdraw")

    answer = service.refresh(books.refresh)

    books.token = answer.json["access_token"]
    assert answer.status == 200
    assert books.get("Organisation").status == 403


def test_connections_know_one_parameter_and_need_a_token(service: Service, books: Books) -> None:
    unknown = connections(service, books, "?tenant=1")
    books.token = "x"

    assert unknown.status == 400
    assert b"simulator:" in unknown.body
    assert connections(service, books).status == 401


@pytest.mark.parametrize("accept", ["", "*/*", "text/xml"])
def test_who_does_not_accept_json_gets_xml(books: Books, accept: str) -> None:
    answer = books.get("Organisation", Accept=accept)

    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/xml")
    assert answer.body.startswith(b"<")


def test_every_answer_has_a_name_for_complaints_and_the_limit_of_the_app(
    service: Service, books: Books
) -> None:
    answers = [connections(service, books), *(books.get("Organisation") for _ in range(2))]

    assert len({answer.headers["xero-correlation-id"] for answer in answers}) == 3
    assert all("x-appminlimit-remaining" in answer.headers for answer in answers)
