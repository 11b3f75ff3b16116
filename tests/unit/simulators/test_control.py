"""The control address: companies, people at work, the books as a list."""

import http.client
import json
import subprocess
import sys

from tests.unit.simulators.client import (
    ROOT,
    Books,
    Json,
    Simulator,
    applied,
    posting,
    sale,
    started,
)


def rows(books: Books, kind: str) -> list[Json]:
    return list(books.control("GET", "books")[kind])


def test_start_line_holds_everything_a_client_needs(simulator: Simulator) -> None:
    info = simulator.info

    company = info["companies"][0]

    assert (company["country"], company["currency"]) == ("US", "USD")
    assert {"api", "authorize", "token", "revoke", "control"} <= set(info)
    assert {"client_id", "client_secret", "verifier_token", "refresh_token"} <= set(info)
    assert len(info["access_token"]) > 1000


def test_start_takes_ids_tax_rate_and_closing_date() -> None:
    options = ["--company-id", "91301", "91302", "--client-id", "me", "--client-secret", "psst"]

    with started(*options, "--tax-rate", "6.5", "--closed-until", "2025-12-31") as simulator:
        info = simulator.control("GET", "info")["quickbooks"]
        rates = simulator.control("GET", "companies/91302/entities/TaxRate")
        preferences = simulator.control("GET", "companies/91302/entities/Preferences")

    assert [company["id"] for company in info["companies"]] == ["91301", "91302"]
    assert (info["client_id"], info["client_secret"]) == ("me", "psst")
    assert rates[0]["RateValue"] == 6.5
    assert preferences[0]["AccountingInfoPrefs"]["BookCloseDate"] == "2025-12-31"


def test_end_does_not_wait_for_open_connections() -> None:
    command = [sys.executable, "-m", "tests.simulators"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        simulator = Simulator(json.loads(process.stdout.readline())["quickbooks"])
        waiting = http.client.HTTPConnection(simulator.address, timeout=10)
        waiting.request("GET", "/control/info")
        waiting.getresponse().read()

        process.terminate()

        assert process.wait(timeout=10) == 0
        waiting.close()


def test_every_start_invents_new_ids(simulator: Simulator) -> None:
    with started() as other:
        ids = {other.info["client_id"], other.info["companies"][0]["id"]}

    assert not ids & {simulator.info["client_id"], simulator.info["companies"][0]["id"]}


def test_person_enters_records_under_the_same_rules(books: Books) -> None:
    made = books.control("POST", "entities/Customer", {"DisplayName": "By hand"})["Customer"]
    change = {"Id": made["Id"], "Notes": "changed"}

    changed = books.control("POST", "entities/Customer", change)["Customer"]
    answer = books.simulator.send(
        "POST",
        f"/control/companies/{books.company}/entities/Vendor",
        b'{"DisplayName": "By hand"}',
    )

    assert (changed["Notes"], changed["DisplayName"], changed["SyncToken"]) == (
        "changed",
        "By hand",
        "1",
    )
    assert (answer.status, answer.json["code"]) == (400, "6240")


def test_person_voids_and_deletes(books: Books) -> None:
    body = {"CustomerRef": books.customer(), "Line": [sale(books.item())]}
    first, second = (books.create("Invoice", body)["Id"] for _ in range(2))

    books.control("POST", "entities/Invoice?operation=void", {"Id": first})
    books.control("POST", "entities/Invoice?operation=delete", {"Id": second})

    assert [(row["ref"], row["status"]) for row in rows(books, "invoice")] == [(first, "voided")]


def test_books_show_how_far_invoices_are_paid(books: Books) -> None:
    customer = books.customer()
    body = {"CustomerRef": customer, "Line": [sale(books.item(), 100)], "PrivateNote": "n"}
    numbers = [books.create("Invoice", body)["Id"] for _ in range(3)]
    for number, amount in zip(numbers[1:], (40, 100), strict=True):
        lines = [applied(amount, number)]
        paid = {"CustomerRef": customer, "TotalAmt": amount, "Line": lines}
        books.create("Payment", paid)

    found = rows(books, "invoice")

    assert [row["status"] for row in found] == ["open", "partially_paid", "paid"]
    assert [row["balance"] for row in found] == ["100.00", "60.00", "0.00"]
    assert (found[0]["total"], found[0]["note"], found[0]["name"]) == (
        "100.00",
        "n",
        "Harbor Hotel",
    )


def test_books_list_entries_by_their_debits(books: Books) -> None:
    lines = [
        posting("Debit", books.account("Fuel"), 31.2),
        posting("Credit", books.account("Checking"), 31.2),
    ]
    books.create("JournalEntry", {"Line": lines, "PrivateNote": "cmms"})

    found = rows(books, "expense")[0]

    assert (found["total"], found["status"], found["note"]) == ("31.20", "posted", "cmms")


def test_books_show_inactive_parties(books: Books) -> None:
    number = books.customer()["value"]
    books.control("POST", "entities/Customer", {"Id": number, "Active": False})

    found = next(row for row in rows(books, "customer") if row["ref"] == number)

    assert (found["status"], found["name"]) == ("inactive", "Harbor Hotel (deleted)")


def test_companies_abroad_have_their_own_taxes(simulator: Simulator) -> None:
    taxes = [{"name": "GST", "rate": "5"}, {"name": "HST ON", "rate": "13"}]

    made = simulator.control("POST", "companies", {"country": "CA", "taxes": taxes})
    codes = simulator.control("GET", f"companies/{made['id']}/entities/TaxCode")

    assert made["currency"] == "CAD"
    assert [code["Name"] for code in codes] == ["GST", "HST ON"]


def test_unknown_addresses_and_settings_are_refused(simulator: Simulator) -> None:
    statuses = [
        simulator.send("GET", "/control/nothing").status,
        simulator.send("GET", "/control/companies/1/books").status,
        simulator.send("PUT", "/control/settings", b'{"speed": 9}').status,
        simulator.send("GET", "/nowhere").status,
    ]

    assert statuses == [404, 404, 400, 404]


def test_calls_are_counted_by_kind_since_a_mark(books: Books) -> None:
    books.customer()
    mark = books.simulator.control("POST", "marks")["mark"]
    books.rows("SELECT * FROM Item")
    books.call("GET", "preferences")
    books.call("GET", f"companyinfo/{books.company}")
    books.changes("Customer,Vendor", "2026-11-19")
    items = [
        {"bId": "a", "operation": "create", "Vendor": {"DisplayName": "V"}},
        {"bId": "b", "Query": "SELECT * FROM Bill"},
    ]
    books.post("batch", {"BatchItemRequest": items})

    found = books.simulator.control("GET", f"calls?since={mark}&company={books.company}")

    assert found == {
        "batch": 1,
        "cdc": 1,
        "item:create:Vendor": 1,
        "item:query:Bill": 1,
        "query:Item": 1,
        "read:CompanyInfo": 1,
        "read:Preferences": 1,
    }


def test_calls_of_other_companies_are_left_out(books: Books) -> None:
    books.customer()

    mine = books.simulator.control("GET", f"calls?company={books.company}")
    whole = books.simulator.control("GET", "calls")

    assert mine == {"write:Customer": 1}
    assert whole["write:Customer"] >= 1
    assert books.simulator.send("GET", "/control/calls?since=99999").status == 404


def test_a_copy_has_the_same_records_and_goes_its_own_way(
    simulator: Simulator, books: Books
) -> None:
    customer = books.control("POST", "entities/Customer", {"DisplayName": "Quay"})["Customer"]

    copy = simulator.control("POST", f"companies/{books.company}/copies")["id"]
    path = f"companies/{copy}/entities/Customer"
    added = simulator.control("POST", path, {"DisplayName": "Pier"})["Customer"]

    assert customer in simulator.control("GET", path)
    assert int(added["Id"]) == int(customer["Id"]) + 1
    assert added not in books.control("GET", "entities/Customer")
