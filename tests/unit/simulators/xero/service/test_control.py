"""The control address of Xero: people's own screens, counters, calls, states."""

import pytest

from tests.unit.simulators.xero.service.client import Answer, Books, Json, Service, contacts


def enter(books: Books, kind: str, body: Json, operation: str = "") -> Json:
    options = f"?operation={operation}" if operation else ""
    return books.control("POST", f"entities/{kind}{options}", body)[kind]


def contact(books: Books, name: str) -> str:
    number: str = enter(books, "Contact", {"Name": name})["ContactID"]
    return number


def invoice(books: Books, amount: float = 100, **more: Json) -> Json:
    line = {"Description": "Work", "Quantity": 1, "UnitAmount": amount, "AccountCode": "200"}
    body = {
        "Type": "ACCREC",
        "Contact": {"ContactID": contact(books, "Harbor Hotel")},
        "Date": "2026-11-02",
        "DueDate": "2026-12-02",
        "LineAmountTypes": "NoTax",
        "Status": "AUTHORISED",
        "LineItems": [line],
    }
    return enter(books, "Invoice", body | more)


def refused(service: Service, method: str, path: str, body: bytes = b"{}") -> Answer:
    return service.send(method, f"/control/{path}", body)


def test_an_organisation_is_made_with_an_id_of_choice(service: Service) -> None:
    number = "1b1b1b1b-0000-4000-8000-00000000c001"

    made = service.control("POST", "companies", {"id": number, "name": "Quay", "country": "GB"})

    assert (made["id"], made["name"], made["country"]) == (number, "Quay", "GB")
    assert service.connect(number).get("Organisation").json["Organisations"][0]["Name"] == "Quay"


def test_a_person_enters_what_the_books_and_the_api_then_hold(books: Books) -> None:
    number = contact(books, "Harbor Hotel")

    [row] = [r for r in books.control("GET", "books")["customer"] if r["ref"] == number]

    assert row["name"] == "Harbor Hotel"
    found = books.control("GET", "entities/Contact")
    assert found[-1] == books.get(f"Contacts/{number}").json["Contacts"][0]


def test_a_person_may_restore_what_the_api_may_not_touch(books: Books) -> None:
    number = contact(books, "Harbor Hotel")
    enter(books, "Contact", {"ContactID": number}, "archive")
    refusal = books.call("POST", f"Contacts/{number}", {"Name": "Quay House"})

    enter(books, "Contact", {"ContactID": number}, "restore")

    again = books.call("POST", f"Contacts/{number}", {"Name": "Quay House"})
    assert (refusal.status, again.status) == (400, 200)


def test_a_person_pays_reconciles_and_takes_that_back(books: Books) -> None:
    number = invoice(books)["InvoiceID"]

    payment = books.control("POST", f"pay/{number}")["Payment"]["PaymentID"]

    place = f"payments/{payment}/reconciliation"
    states = [books.control(method, place)["Payment"] for method in ("POST", "DELETE")]
    [row] = books.control("GET", "books")["invoice"]
    assert row["status"] == "paid"
    assert [state["IsReconciled"] for state in states] == [True, False]


def test_a_merged_contact_points_at_the_one_that_is_kept(books: Books) -> None:
    gone, kept = contact(books, "Harbor Hotel"), contact(books, "Quay House")

    shown = books.control("POST", "merge/Contact", {"from": gone, "into": kept})

    assert shown["Contact"]["ContactID"] == kept
    [row] = books.get(f"Contacts/{gone}").json["Contacts"]
    assert row["MergedToContactID"] == kept


def test_lock_dates_and_the_name_belong_to_the_organisation(books: Books) -> None:
    books.control("PUT", "organisation", {"Name": "Quay", "PeriodLockDate": "2026-10-31"})

    shown = books.control("GET", "")

    assert (shown["name"], shown["locks"]) == ("Quay", {"PeriodLockDate": "2026-10-31"})
    books.control("PUT", "organisation", {"PeriodLockDate": None})
    assert books.control("GET", "")["locks"] == {}


def test_currencies_and_switches_are_switched(books: Books) -> None:
    books.control("POST", "currencies/EUR")

    switches = books.control("PUT", "switches", {"payments_touch_invoices": True})

    assert switches["payments_touch_invoices"]
    codes = [row["Code"] for row in books.get("Currencies").json["Currencies"]]
    assert codes == ["USD", "EUR"]


def test_fill_brings_a_year_of_work(books: Books) -> None:
    counts = books.control("POST", "fill")

    assert counts["Contact"] > 30
    assert len(books.control("GET", "books")["invoice"]) > 5


def test_calls_are_counted_by_kind_and_organisation(service: Service, books: Books) -> None:
    mark = service.control("POST", "marks")["mark"]
    books.get("Contacts")
    books.put("Contacts", contacts("Harbor Hotel"))
    service.open_books().get("Payments")

    own = service.control("GET", f"calls?since={mark}&company={books.tenant}")

    assert own == {"read:Contacts": 1, "write:Contacts": 1}
    assert service.control("GET", f"calls?since={mark}") == own | {"read:Payments": 1}


def test_writes_are_counted_as_singles_and_batches(service: Service, books: Books) -> None:
    before = service.control("GET", "stats")
    books.put("Contacts", contacts("One"))
    books.put("Contacts", contacts("Two", "Three", "Four"))
    books.put("Contacts", {"Name": "Five"})

    after = service.control("GET", "stats")

    grown = {name: after[name] - before[name] for name in after}
    assert (grown["singles"], grown["batches"], grown["batch_items"]) == (2, 1, 3)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "nothing", b"", 404),
        ("GET", "companies/unknown/books", b"", 404),
        ("PUT", "settings", b'{"colour": 1}', 400),
        ("PUT", "settings", b'{"bulk": 1}', 400),
        ("POST", "faults", b'{"fault": "rain"}', 400),
        ("POST", "companies", b'{"planet": "Mars"}', 400),
        ("POST", "companies", b'{"id": "no guid"}', 400),
    ],
)
def test_what_the_control_address_does_not_know_it_says(
    service: Service, method: str, path: str, body: bytes, status: int
) -> None:
    answer = refused(service, method, path, body)

    assert answer.status == status
    assert answer.json["error"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "tokens", b'{"scope": "accounting.transactions"}', 400),
        ("POST", "tokens", b'{"client_id": "nobody"}', 400),
        ("PUT", "scopes", b'{"scope": "all"}', 400),
        ("PUT", "organisation", b'{"FinancialYearEndDay": 1}', 400),
        ("PUT", "switches", b'{"light": true}', 400),
        ("POST", "entities/Invoice", b'{"Type": "ACCREC"}', 400),
        ("POST", "entities/Planet", b"{}", 404),
        ("POST", "pay/unknown", b"{}", 404),
    ],
)
def test_so_it_is_with_one_organisation(
    books: Books, method: str, path: str, body: bytes, status: int
) -> None:
    answer = refused(books.service, method, f"companies/{books.tenant}/{path}", body)

    assert answer.status == status
    assert answer.json["error"]


def test_a_copy_has_the_same_records_and_goes_its_own_way(service: Service, books: Books) -> None:
    number = contact(books, "Harbor Hotel")

    copy = service.control("POST", f"companies/{books.tenant}/copies")["id"]
    path = f"companies/{copy}/entities/Contact"
    added = service.control("POST", path, {"Name": "Pier"})["Contact"]

    assert number in [one["ContactID"] for one in service.control("GET", path)]
    assert added not in books.control("GET", "entities/Contact")
