"""Requests as such: forms, elements one by one, and what Xero would pass over in silence."""

import pytest

from tests.unit.simulators.xero.accounting.client import Api, Json, journal, line, sale

NO_ID = "00000000-0000-0000-0000-000000000000"
UNKNOWN = "2f79af6c-5f57-49e8-9e44-301499538add"


@pytest.mark.parametrize(
    "body",
    [
        {"Name": "A", "Nmae": "A"},
        {"Name": "A", "IsCustomer": True},
        {"Name": "A", "EmailAddress": None},
        {"Name": "A", "Addresses": [{"AddressType": "POBOX", "Street": "x"}]},
        {"Contacts": [{"Name": "A"}], "Name": "A"},
        {"Name": "A", "ContactID": UNKNOWN},
    ],
)
def test_what_would_be_ignored_is_refused_loudly(api: Api, body: Json) -> None:
    refused = api.put("/Contacts", body)

    assert (refused.status, refused.json["ErrorNumber"]) == (400, 14)
    assert refused.json["Message"].startswith("simulator:")


@pytest.mark.parametrize(
    "changes",
    [
        {"LineAmountTypes": "EXCLUSIVE"},
        {"Date": "2026-02-30"},
        {"Date": "/Date(1793577600000+0000)/"},
        {"Contact": {"ContactID": "5"}},
        {"LineItems": [line("5") | {"UnitAmount": "5"}]},
        {"LineItems": [line("4.81255")]},
        {"LineItems": {}},
        {"Status": "Draft"},
        {"Total": 5},
        {"CurrencyCode": "usd"},
    ],
)
def test_what_cannot_be_read_is_error_14(api: Api, contact: str, changes: Json) -> None:
    refused = api.put("/Invoices", sale(contact, **changes), unitdp="4")

    assert (refused.status, refused.json["ErrorNumber"]) == (400, 14)
    assert refused.json["Type"] == "PostDataInvalidException"
    assert "Elements" not in refused.json


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/Contacts", {"Page": "1"}),
        ("/Contacts", {"pageSize": "5"}),
        ("/Items", {"page": "1"}),
        ("/Invoices", {"unitdp": "3"}),
        ("/TaxRates", {"page": "1"}),
    ],
)
def test_parameters_that_would_be_ignored_are_refused(
    api: Api, path: str, query: dict[str, str]
) -> None:
    refused = api.get(path, None, **query)

    assert refused.status == 400
    assert refused.json["Message"].startswith("simulator:")


def test_if_modified_since_is_refused_where_it_does_nothing(api: Api) -> None:
    assert api.get("/TaxRates", {"if-modified-since": "2026-11-20"}).status == 400


def test_each_element_is_answered_for_itself(api: Api) -> None:
    body = {"Contacts": [{"Name": "New"}, {"Name": "new"}, {"Name": "Newer"}]}

    rows = api.put("/Contacts", body, summarizeErrors="false").json["Contacts"]

    assert [row["StatusAttributeString"] for row in rows] == ["OK", "ERROR", "OK"]
    assert (rows[1]["ContactID"], rows[1]["HasValidationErrors"]) == (NO_ID, True)
    assert rows[1]["Name"] == "new"


def test_a_refused_element_echoes_what_was_sent(api: Api, contact: str) -> None:
    made = api.made("Invoices", sale(contact))
    change = {"InvoiceID": made["InvoiceID"], "Status": "DELETED"}

    rows = api.post("/Invoices", {"Invoices": [change]}, summarizeErrors="false").json["Invoices"]

    assert (rows[0]["InvoiceID"], rows[0]["Status"]) == (made["InvoiceID"], "DELETED")
    assert (rows[0]["StatusAttributeString"], rows[0]["HasErrors"]) == ("ERROR", True)


def test_without_summarize_errors_only_the_refused_are_told_and_the_others_are_saved(
    api: Api,
) -> None:
    refused = api.put("/Contacts", {"Contacts": [{"Name": "New"}, {"Name": "new"}]})

    assert (refused.status, len(refused.json["Elements"])) == (400, 1)
    assert refused.json["Type"] == "ValidationException"
    assert len(api.listed("Contacts", where='Name=="New"')) == 1


def test_an_id_that_never_was_is_404_for_the_whole_request(api: Api) -> None:
    body = {"Contacts": [{"Name": "New"}, {"ContactID": UNKNOWN, "Name": "B"}]}

    refused = api.post("/Contacts", body, summarizeErrors="false")

    assert (refused.status, refused.content_type) == (404, "text/html; charset=utf-8")
    assert api.listed("Contacts", where='Name=="New"') == []


@pytest.mark.parametrize(
    ("plural", "made", "change", "text"),
    [
        ("Items", {"Code": "B-1"}, {"Name": "Bearing"}, "Code must be specified."),
        ("ManualJournals", journal(5, -5), {"Status": "VOIDED"}, "Narration must be specified."),
    ],
)
def test_required_fields_are_required_in_updates_as_well(
    api: Api, plural: str, made: Json, change: Json, text: str
) -> None:
    number = api.made(plural, made)[f"{plural[:-1]}ID"]

    refused = api.post(f"/{plural}/{number}", change)

    assert (refused.status, refused.messages) == (400, [text])


def test_a_key_of_the_body_is_read_in_any_case(api: Api) -> None:
    assert api.put("/Contacts", {"contacts": [{"Name": "New"}]}).status == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/Nope"), ("PUT", "/Accounts"), ("DELETE", "/Contacts/x"), ("PATCH", "/Items")],
)
def test_addresses_that_are_not_there(api: Api, method: str, path: str) -> None:
    assert api.send(method, path, {}).status == 404


def test_xml_comes_back_to_who_does_not_ask_for_json(api: Api) -> None:
    answer = api.get("/Currencies", {"accept": "*/*"})

    assert answer.content_type.startswith("text/xml")
    assert "<Currencies><Currency><Code>USD</Code>" in answer.text


def test_a_body_of_another_type_is_415(api: Api) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}

    assert api.send("PUT", "/Contacts", {"Name": "A"}, headers).status == 415


def test_a_request_of_more_than_500_items_is_refused(api: Api) -> None:
    rows = [{"Code": f"I-{n}"} for n in range(501)]

    assert api.put("/Items", {"Items": rows}).status == 400
    assert api.put("/Items", {"Items": rows[:500]}).status == 200


def test_prices_are_cut_on_read_as_well(api: Api, contact: str) -> None:
    made = api.made("Invoices", sale(contact, LineItems=[line("4.8125")]), unitdp="4")
    address = f"/Invoices/{made['InvoiceID']}"

    def price(**query: str) -> float:
        return float(
            api.get(address, None, **query).json["Invoices"][0]["LineItems"][0]["UnitAmount"]
        )

    assert (price(unitdp="4"), price()) == (4.8125, 4.81)
