"""Lists: pages, changes since, filters, order, and how much of a record they show."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.simulators.xero.people import merge
from tests.unit.simulators.xero.accounting.client import APP, Api, Json, bill, payment, sale


def names(rows: Json) -> list[str]:
    return [row["Name"] for row in rows]


def numbers(rows: Json) -> list[str]:
    return sorted(row["InvoiceNumber"] for row in rows)


@pytest.fixture
def three(api: Api, contact: str) -> list[Json]:
    """Invoices of 100 with the references A, none and C; B-2 is a draft."""
    return [
        api.made("Invoices", sale(contact, InvoiceNumber="A-1", Reference="A")),
        api.made("Invoices", sale(contact, InvoiceNumber="B-2", Status="DRAFT")),
        api.made("Invoices", sale(contact, InvoiceNumber="C-3", Reference="C", Date="2026-11-09")),
    ]


def test_pages_are_told_in_lower_case(api: Api) -> None:
    answer = api.get("/Contacts", page="2", pageSize="2").json

    assert answer["pagination"] == {"page": 2, "pageSize": 2, "pageCount": 3, "itemCount": 5}
    assert len(answer["Contacts"]) == 2
    assert "pagination" not in api.get("/Contacts").json


def test_the_oldest_change_comes_first(api: Api) -> None:
    rows = api.listed("Contacts", page="1")
    first = rows[0]["ContactID"]

    api.post(f"/Contacts/{first}", {"FirstName": "Ann"})

    after = api.listed("Contacts", page="1")
    assert [row["ContactID"] for row in after] == [
        *(row["ContactID"] for row in rows[1:]),
        first,
    ]


def test_page_sizes_outside_of_the_bounds_are_moved_into_them(api: Api) -> None:
    sizes = [
        api.get("/Contacts", page="1", pageSize=size).json["pagination"]["pageSize"]
        for size in ("0", "5000")
    ]

    assert sizes == [1, 1000]


def test_without_pages_lines_and_much_of_contacts_are_missing(api: Api, three: Json) -> None:
    flat, paged = api.listed("Invoices")[0], api.listed("Invoices", page="1")[0]

    assert (flat["LineItems"], set(flat["Contact"])) == ([], {"ContactID", "Name"})
    assert len(paged["LineItems"]) == 1
    assert "ContactPersons" not in api.listed("Contacts")[0]


@pytest.mark.parametrize("query", [{"Statuses": "DRAFT"}, {"summaryOnly": "true"}])
def test_some_filters_page_by_themselves(api: Api, three: Json, query: dict[str, str]) -> None:
    assert "pagination" in api.get("/Invoices", None, **query).json


def test_the_short_form_leaves_out_lines_and_roles(api: Api, three: Json) -> None:
    invoice = api.listed("Invoices", summaryOnly="true")[0]
    contact = api.listed("Contacts", summaryOnly="true")[0]

    assert not {"LineItems", "Payments", "HasAttachments"} & set(invoice)
    assert not {"Addresses", "IsCustomer", "IsSupplier", "ContactPersons"} & set(contact)


def test_changes_since_are_of_whole_seconds_and_inclusive(api: Api) -> None:
    stamp = api.organisation.stamp()
    made = api.made("Contacts", {"Name": "Late"})

    def since(moment: datetime) -> list[str]:
        text = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
        return names(api.listed("Contacts", {"if-modified-since": text}, page="1"))

    assert made["Name"] in since(stamp)
    assert made["Name"] in since(stamp + timedelta(milliseconds=1))
    assert since(stamp + timedelta(seconds=2)) == []


@pytest.mark.parametrize(
    "text", ["2026-11-20", "2026-11-20T03:04:05", "Fri, 20 Nov 2026 03:04:05 GMT"]
)
def test_forms_of_if_modified_since(api: Api, text: str) -> None:
    assert api.get("/Contacts", {"if-modified-since": text}).status == 200


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"where": 'Type=="ACCREC" AND Status=="DRAFT"'}, ["B-2"]),
        ({"where": 'InvoiceNumber=="A-1" || InvoiceNumber=="C-3"'}, ["A-1", "C-3"]),
        ({"where": 'Reference!=null AND Reference.Contains("C")'}, ["C-3"]),
        ({"where": 'Reference!=null && Reference.StartsWith("A")'}, ["A-1"]),
        ({"where": "Date>=DateTime(2026,11,03) AND Date<DateTime(2026, 12, 01)"}, ["C-3"]),
        ({"where": "AmountDue>=100 AND (Reference==null)"}, ["B-2"]),
        ({"where": 'contact.name="Harbor Hotel"'}, ["A-1", "B-2", "C-3"]),
        ({"where": 'Type=="accrec"'}, []),
        ({"InvoiceNumbers": "a-1,B-2,none"}, ["A-1", "B-2"]),
        ({"Statuses": "DRAFT,PAID"}, ["B-2"]),
        ({"searchTerm": "b-"}, ["B-2"]),
    ],
)
def test_filters_of_invoices(
    api: Api, three: Json, query: dict[str, str], found: list[str]
) -> None:
    assert numbers(api.listed("Invoices", None, **query)) == found


def test_ids_are_asked_for_as_guids(api: Api, contact: str, three: Json) -> None:
    wanted = three[0]["InvoiceID"].upper()

    assert numbers(api.listed("Invoices", IDs=wanted)) == ["A-1"]
    assert numbers(api.listed("Invoices", where=f'InvoiceID==guid("{wanted}")')) == ["A-1"]
    assert numbers(api.listed("Invoices", where=f'InvoiceID=="{three[0]["InvoiceID"]}"')) == []
    assert len(api.listed("Invoices", ContactIDs=contact)) == 3
    assert len(api.listed("Invoices", where=f'Contact.ContactID==guid("{contact}")')) == 3


def test_only_what_this_app_made(api: Api, three: Json) -> None:
    other = Api(api.organisation, app="OTHER")

    assert APP != "OTHER"
    assert len(api.listed("Invoices", createdByMyApp="true")) == 3
    assert other.listed("Invoices", createdByMyApp="true") == []


def test_payments_are_found_by_their_invoice(api: Api, three: Json) -> None:
    made = api.made("Payments", payment(three[0], 10, Reference="cmms:pay:1"))
    api.made("Payments", payment(three[2], 10))
    where = f'Invoice.InvoiceID==guid("{three[0]["InvoiceID"]}") AND IsReconciled==false'

    found = api.listed("Payments", where=where)

    assert [row["PaymentID"] for row in found] == [made["PaymentID"]]
    assert found[0]["Invoice"]["Contact"]["Name"] == "Harbor Hotel"


def test_accounts_look_like_recorded_ones(api: Api) -> None:
    by_code = {row.get("Code", row["Name"]): row for row in api.listed("Accounts")}

    sales, bank = by_code["200"], by_code["090"]
    assert (sales["SystemAccount"], sales["BankAccountType"], sales["Class"]) == (
        *("", ""),
        "REVENUE",
    )
    assert (bank["Type"], bank["CurrencyCode"], bank["Class"]) == ("BANK", "USD", "ASSET")
    assert "CurrencyCode" not in sales
    assert by_code["610"]["SystemAccount"] == "DEBTORS"


def test_order_goes_by_any_field_either_way(api: Api, three: Json) -> None:
    rows = api.listed("Invoices", order="Date DESC, InvoiceNumber DESC")

    assert [row["InvoiceNumber"] for row in rows] == ["C-3", "B-2", "A-1"]
    assert names(api.listed("Accounts", order="Name"))[0] == "Accounts Payable"


def test_archived_contacts_show_when_asked_for(api: Api, contact: str) -> None:
    api.post(f"/Contacts/{contact}", {"ContactStatus": "ARCHIVED"})

    assert "Harbor Hotel" not in names(api.listed("Contacts", page="1"))
    assert "Harbor Hotel" in names(api.listed("Contacts", page="1", includeArchived="true"))
    assert api.get(f"/Contacts/{contact}").status == 200


def test_a_merged_contact_points_to_the_one_that_stayed(api: Api, contact: str) -> None:
    other = api.made("Contacts", {"Name": "Harbor Hotel Ltd"})["ContactID"]
    invoice = api.made("Invoices", bill(contact))

    merge(api.organisation, contact, other)

    gone = api.get("/Contacts/cmms:customer:1").json["Contacts"][0]
    moved = api.get(f"/Invoices/{invoice['InvoiceID']}").json["Invoices"][0]
    assert (gone["ContactStatus"], gone["MergedToContactID"]) == ("ARCHIVED", other)
    assert (moved["Contact"]["ContactID"], moved["Contact"]["IsSupplier"]) == (other, True)


@pytest.mark.parametrize(
    "query",
    [
        {"where": 'Nope=="x"'},
        {"where": 'Reference.Contains("A")'},
        {"where": "Reference=="},
        {"where": "Reference=='A'"},
        {"where": 'Type=="ACCREC" AND'},
        {"where": 'Date>"2026"'},
        {"where": "Date>DateTime(2026,13,01)"},
        {"order": "Nope"},
        {"order": "Date UP"},
        {"page": "0"},
        {"page": "x"},
        {"summaryOnly": "yes"},
    ],
)
def test_what_cannot_be_read_is_refused(api: Api, three: Json, query: dict[str, str]) -> None:
    refused = api.get("/Invoices", None, **query)

    assert (refused.status, refused.json["ErrorNumber"]) == (400, 16)
    assert refused.json["Type"] == "QueryParseException"


@pytest.mark.parametrize("name", ["CAFE LOWEN", "Café Löwen"])
def test_names_are_compared_without_case_and_accents(api: Api, name: str) -> None:
    api.made("Contacts", {"Name": "Café Löwen"})

    assert names(api.listed("Contacts", where=f'Name=="{name}"')) == ["Café Löwen"]
