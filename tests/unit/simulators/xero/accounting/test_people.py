"""What people do in Xero's own screens, and the books as a person would list them."""

from datetime import timedelta

import pytest

from tests.simulators.xero.books import books
from tests.simulators.xero.clock import now
from tests.simulators.xero.filled import fill
from tests.simulators.xero.people import by_person, merge, pay, set_tax, subscribe
from tests.simulators.xero.seed import new_organisation
from tests.unit.simulators.xero.accounting.client import Api, bill, journal, sale


def test_a_person_restores_an_archived_contact(api: Api, contact: str) -> None:
    by_person(api.organisation, "Contact", "archive", {"ContactID": contact})

    by_person(api.organisation, "Contact", "restore", {"ContactID": contact})

    assert api.post(f"/Contacts/{contact}", {"FirstName": "Ann"}).status == 200


def test_a_person_meets_the_same_rules(api: Api, contact: str) -> None:
    with pytest.raises(ValueError, match="already assigned to another contact"):
        by_person(api.organisation, "Contact", "create", {"Name": "Harbor Hotel"})


def test_a_person_pays_what_is_due(api: Api, contact: str) -> None:
    made = api.made("Invoices", sale(contact))

    pay(api.organisation, made["InvoiceID"])

    assert api.listed("Invoices", page="1")[0]["Status"] == "PAID"


def test_a_currency_is_switched_on(api: Api, contact: str) -> None:
    subscribe(api.organisation, "GBP")

    assert [row["Code"] for row in api.listed("Currencies")] == ["USD", "GBP"]
    assert api.put("/Invoices", sale(contact, CurrencyCode="GBP")).status == 200
    actions = {
        row["Name"]: row["Status"] for row in api.get("/Organisation/Actions").json["Actions"]
    }
    assert actions["UseMulticurrency"] == "ALLOWED"


def test_a_tax_rate_changes_for_what_is_written_from_then_on(api: Api, contact: str) -> None:
    set_tax(api.organisation, "TAX001", {"EffectiveRate": 10})
    lines = [{"Description": "x", "UnitAmount": 50, "AccountCode": "200", "TaxType": "TAX001"}]

    made = api.made("Invoices", sale(contact, LineItems=lines, LineAmountTypes="Exclusive"))

    assert made["TotalTax"] == 5


def test_each_change_is_told_to_the_watcher(api: Api, contact: str) -> None:
    told: list[tuple[str, str, str]] = []
    api.organisation.watcher = lambda _, kind, number, word: told.append((kind, number, word))

    made = api.made("Invoices", sale(contact))
    api.post(f"/Contacts/{contact}", {"FirstName": "Ann"})

    assert told == [("Invoice", made["InvoiceID"], "CREATE"), ("Contact", contact, "UPDATE")]


def test_the_books_list_each_record_once_by_its_kind(api: Api, contact: str) -> None:
    api.made("Contacts", {"Name": "V", "ContactNumber": "cmms:vendor:2"})
    owed = api.made("Invoices", sale(contact, InvoiceNumber="WO-1", Reference="r"))
    api.made("Invoices", bill(contact, InvoiceNumber="NP-1"))
    api.made("ManualJournals", journal(7, 5, -12))
    pay(api.organisation, owed["InvoiceID"], {"Amount": 40})

    listed = books(api.organisation)

    sold, spent = listed["invoice"][0], listed["expense"][0]
    assert (sold["number"], sold["name"], sold["status"]) == (
        *("WO-1", "Harbor Hotel"),
        "partially_paid",
    )
    assert (sold["total"], sold["balance"], sold["date"]) == ("100.00", "60.00", "2026-11-02")
    assert (spent["number"], spent["note"], spent["total"]) == (None, "Parts used", "12.00")
    assert "Harbor Hotel" in {row["name"] for row in listed["vendor"]}
    assert "V" in {row["name"] for row in listed["vendor"]}
    assert listed["payment"][0]["total"] == "40.00"


def test_deleted_records_leave_the_books_and_voided_ones_stay(api: Api, contact: str) -> None:
    owed = api.made("Invoices", sale(contact))
    made = pay(api.organisation, owed["InvoiceID"])
    draft = api.made("Invoices", bill(contact, Status="DRAFT"))

    api.post(f"/Payments/{made['PaymentID']}", {"Status": "DELETED"})
    api.post(f"/Invoices/{owed['InvoiceID']}", {"Status": "VOIDED"})
    api.post(f"/Invoices/{draft['InvoiceID']}", {"Status": "DELETED"})

    listed = books(api.organisation)
    assert (listed["payment"], listed["purchase_invoice"]) == ([], [])
    assert listed["invoice"][0]["status"] == "voided"


def test_a_merged_contact_is_inactive_in_the_books(api: Api, contact: str) -> None:
    other = api.made("Contacts", {"Name": "Other"})["ContactID"]

    kept = merge(api.organisation, contact, other)

    assert kept["ContactID"] == other
    statuses = {row["name"]: row["status"] for row in books(api.organisation)["customer"]}
    assert (statuses["Harbor Hotel"], statuses["Other"]) == ("inactive", "active")


def test_a_contact_is_not_merged_into_itself_or_an_archived_one(api: Api, contact: str) -> None:
    other = api.made("Contacts", {"Name": "Other"})["ContactID"]
    api.post(f"/Contacts/{other}", {"ContactStatus": "ARCHIVED"})

    for kept in (contact, other):
        with pytest.raises(ValueError, match="another one that is active"):
            merge(api.organisation, contact, kept)


def test_a_filled_organisation_has_documents_in_all_states() -> None:
    listed = books(new_organisation(filled=True))

    assert {row["status"] for row in listed["invoice"]} == {
        *("open", "partially_paid", "paid"),
        *("draft", "voided"),
    }
    assert {row["status"] for row in listed["purchase_invoice"]} >= {"draft", "paid", "voided"}
    assert len(listed["item"]) == 30
    assert len({row["ref"] for row in (*listed["customer"], *listed["vendor"])}) == 40


def test_an_organisation_is_filled_once(api: Api) -> None:
    fill(api.organisation)

    with pytest.raises(ValueError, match="already assigned"):
        fill(api.organisation)


@pytest.mark.parametrize(
    ("country", "sales", "untaxed"),
    [("AU", "OUTPUT", "BASEXCLUDED"), ("NZ", "OUTPUT2", "NONE"), ("GB", "OUTPUT2", "NONE")],
)
def test_other_countries_have_their_own_rates(country: str, sales: str, untaxed: str) -> None:
    api = Api(new_organisation(country=country, taxes=[{"name": "Levy", "rate": 2}]))
    contact = api.made("Contacts", {"Name": "C"})["ContactID"]

    taxed = api.made("Invoices", sale(contact, LineAmountTypes="Exclusive"))
    free = api.made("Invoices", sale(contact))

    assert taxed["LineItems"][0]["TaxType"] == sales
    assert free["LineItems"][0]["TaxType"] == untaxed
    assert "Levy" in {row["Name"] for row in api.listed("TaxRates")}


def test_a_filled_organisation_has_rested_for_two_months() -> None:
    api = Api(new_organisation(filled=True))

    since = {"if-modified-since": (now() - timedelta(days=59)).strftime("%Y-%m-%dT%H:%M:%S")}

    assert api.listed("Contacts", since, page="1", includeArchived="true") == []
    assert len(api.listed("Contacts", page="1", includeArchived="true")) == 40
