"""Contacts: names and numbers, what an update keeps, archiving, what a document makes of them."""

import pytest

from tests.unit.simulators.xero.accounting.client import Api, Json, bill, sale

ARCHIVED = "matched an archived contact"


def whole(api: Api, contact: str) -> Json:
    return api.get(f"/Contacts/{contact}").json["Contacts"][0]


def test_the_answer_looks_like_a_recorded_one(api: Api) -> None:
    address = {"AddressType": "POBOX", "City": "Anchorage"}

    made = api.made("Contacts", {"Name": "Lisa Parker", "Addresses": [address]})

    assert [row["AddressType"] for row in made["Addresses"]] == ["POBOX", "STREET"]
    assert made["Addresses"][0]["Region"] == ""
    assert [row["PhoneType"] for row in made["Phones"]] == ["DDI", "DEFAULT", "FAX", "MOBILE"]
    assert (made["IsCustomer"], made["IsSupplier"], made["ContactPersons"]) == (False, False, [])
    assert made["UpdatedDateUTC"].startswith("/Date(")
    assert made["UpdatedDateUTC"].endswith("+0000)/")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"Name": "HARBOR hotel"}, "is already assigned to another contact"),
        ({"Name": "Other", "ContactNumber": "cmms:customer:1"}, "has this contact number"),
        ({"ContactNumber": "2"}, "name cannot be empty"),
        ({"Name": "Two  blanks"}, "superfluous spaces"),
        ({"Name": "<b>"}, "angle brackets"),
        ({"Name": "A", "EmailAddress": "müller@b.example"}, "Email address must be valid"),
        ({"Name": "A", "DefaultCurrency": "GBP"}, "not subscribed to currency GBP"),
        ({"Name": "A", "SalesDefaultAccountCode": "999"}, "not a valid account code"),
        ({"Name": "A", "Addresses": [{"City": "Rome"}]}, "Address Type"),
        ({"Name": "A" * 256}, "maximum length"),
        ({"Name": "A", "ContactPersons": [{"FirstName": "B"}] * 6}, "at most 5"),
        (
            {"Name": "A", "Addresses": [{"AddressType": "POBOX", "Country": "U5A"}]},
            "letters only",
        ),
    ],
)
def test_what_a_contact_is_refused_for(api: Api, contact: str, body: Json, text: str) -> None:
    refused = api.put("/Contacts", body)

    assert (refused.status, refused.json["ErrorNumber"]) == (400, 10)
    assert text in refused.messages[0]


@pytest.mark.parametrize("body", [{"Name": "harbor HOTEL"}, {"ContactNumber": "cmms:customer:1"}])
def test_post_changes_the_contact_that_a_name_or_number_meets(
    api: Api, contact: str, body: Json
) -> None:
    changed = api.post("/Contacts", body | {"AccountNumber": "7"}).json["Contacts"][0]

    assert (changed["ContactID"], changed["AccountNumber"]) == (contact, "7")


def test_an_update_keeps_what_it_does_not_name(api: Api, contact: str) -> None:
    phones = [{"PhoneType": kind, "PhoneNumber": "1"} for kind in ("DEFAULT", "OFFICE")]
    api.post(f"/Contacts/{contact}", {"EmailAddress": "a@b.example", "Phones": phones})

    changed = [{"PhoneType": "DEFAULT", "PhoneNumber": "2"}]
    api.post(f"/Contacts/{contact}", {"FirstName": "Ann", "Phones": changed})

    after = whole(api, contact)
    numbers = {row["PhoneType"]: row["PhoneNumber"] for row in after["Phones"]}
    assert (after["EmailAddress"], after["FirstName"]) == ("a@b.example", "Ann")
    assert (numbers["DEFAULT"], numbers["OFFICE"], numbers["FAX"]) == ("2", "1", "")


def test_contact_persons_are_replaced(api: Api, contact: str) -> None:
    api.post(f"/Contacts/{contact}", {"ContactPersons": [{"FirstName": "A"}, {"FirstName": "B"}]})

    api.post(f"/Contacts/{contact}", {"ContactPersons": [{"FirstName": "C"}]})

    assert whole(api, contact)["ContactPersons"] == [{"FirstName": "C"}]


def test_an_archived_contact_takes_no_change_and_no_document(api: Api, contact: str) -> None:
    archive = {"ContactStatus": "ARCHIVED"}
    assert api.post(f"/Contacts/{contact}", archive).status == 200

    for change in (archive, {"ContactStatus": "ACTIVE"}, {"FirstName": "Ann"}):
        assert ARCHIVED in api.post(f"/Contacts/{contact}", change).messages[0]
    assert ARCHIVED in api.put("/Invoices", sale(contact)).messages[0]


def test_an_archived_contact_gives_its_name_free_but_not_its_number(api: Api, contact: str) -> None:
    api.post(f"/Contacts/{contact}", {"ContactStatus": "ARCHIVED"})

    by_number = api.put("/Contacts", {"Name": "New", "ContactNumber": "cmms:customer:1"})

    assert "has this contact number" in by_number.messages[0]
    assert api.put("/Contacts", {"Name": "Harbor Hotel"}).status == 200


def test_a_contact_with_open_invoices_can_be_archived(api: Api, contact: str) -> None:
    api.made("Invoices", sale(contact))

    assert api.post(f"/Contacts/{contact}", {"ContactStatus": "ARCHIVED"}).status == 200


def test_the_first_document_makes_a_customer_or_supplier_without_a_new_stamp(
    api: Api, contact: str
) -> None:
    before = whole(api, contact)

    api.made("Invoices", bill(contact))

    after = whole(api, contact)
    assert (after["IsCustomer"], after["IsSupplier"]) == (False, True)
    assert after["UpdatedDateUTC"] == before["UpdatedDateUTC"]
    assert after["Balances"]["AccountsPayable"]["Outstanding"] == 100


def test_a_document_with_a_bare_name_makes_a_contact(api: Api) -> None:
    made = api.made("Invoices", sale("", Contact={"Name": "Walk-in"}))

    assert whole(api, made["Contact"]["ContactID"])["Name"] == "Walk-in"


@pytest.mark.parametrize("address", ["cmms:customer:1", "CMMS:CUSTOMER:1"])
def test_a_contact_is_read_by_its_number_exactly(api: Api, contact: str, address: str) -> None:
    found = api.get(f"/Contacts/{address}")

    assert found.status == (200 if address.islower() else 404)
