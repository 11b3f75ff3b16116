"""The recorded conversation with Xero: its format, and a whole one through the checker."""

import json
import subprocess
import sys
from itertools import count
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import pytest

from tests.unit.simulators.client import ROOT
from tests.unit.simulators.xero.service.client import (
    CALLBACK,
    SCOPE,
    Books,
    Json,
    Service,
    consent,
    contacts,
    returned,
    serving,
)

CHECKER = ROOT.parent / "shared" / "contract" / "check_traffic.py"
KEYS = count()


def write(books: Books, path: str, body: Json, method: str = "PUT") -> Json:
    """A write under a key of its own, which must succeed; the first record of the answer."""
    answer = books.call(method, path, body, Idempotency_Key=f"key-{next(KEYS)}")
    assert answer.status == 200, answer.body
    return answer.json[path.partition("/")[0].partition("?")[0]][0]


def connected(service: Service) -> Books:
    """The first organisation, connected by the real consent flow."""
    tenant = service.info["companies"][0]["id"]
    asked = {
        "client_id": service.info["client_id"],
        "response_type": "code",
        "scope": SCOPE,
        "redirect_uri": CALLBACK,
        "state": "s-1",
    }
    service.send("GET", f"/identity/connect/authorize?{urlencode(asked)}")
    code = returned(consent(service, [tenant]))["code"]
    tokens = service.token(grant_type="authorization_code", code=code, redirect_uri=CALLBACK).json
    tokens = service.refresh(tokens["refresh_token"]).json
    headers = {"Authorization": f"Bearer {tokens['access_token']}", "Accept": "application/json"}
    service.send("GET", "/connections", None, headers)
    return Books(service, tenant, tokens["access_token"], tokens["refresh_token"])


def read(books: Books) -> None:
    for path in ("Organisation", "Organisation/Actions", "Accounts", "TaxRates", "Currencies"):
        assert books.get(path).status == 200
    for path in ("Contacts", "Invoices", "Payments", "ManualJournals"):
        since = {"If_Modified_Since": "2026-01-01T00:00:00"}
        assert books.get(f"{path}?page=1&pageSize=1000", **since).status == 200
    assert books.get("Contacts?page=1&includeArchived=true").status == 200
    assert books.get("Items?unitdp=4").status == 200


def invoice(kind: str, contact: str, number: str, *lines: Json, **more: Json) -> Json:
    return {
        "Type": kind,
        "Contact": {"ContactID": contact},
        "Date": "2026-11-02",
        "DueDate": "2026-12-02",
        "InvoiceNumber": number,
        "LineAmountTypes": "Exclusive",
        "Status": "AUTHORISED",
        "LineItems": list(lines),
    } | more


def line(account: str = "200", **more: Json) -> Json:
    return {
        "Description": "Seal",
        "Quantity": 2,
        "UnitAmount": 48.1255,
        "AccountCode": account,
        "TaxType": "NONE",
    } | more


def sell(books: Books) -> None:
    contact = write(books, "Contacts", contacts("Harbor Hotel"))["ContactID"]
    change = {"EmailAddress": "desk@harbor.example"}
    write(books, f"Contacts/{contact}", change, "POST")
    item = {"Code": "SEAL", "Name": "Seal", "SalesDetails": {"UnitPrice": 48.1255}}
    write(books, "Items?unitdp=4", {"Items": [item]})
    sold = [invoice("ACCREC", contact, f"W-{n}", line(ItemCode="SEAL")) for n in range(2)]
    answer = books.put(
        "Invoices?summarizeErrors=false&unitdp=4", {"Invoices": sold}, Idempotency_Key="two"
    )
    paid, voided = (row["InvoiceID"] for row in answer.json["Invoices"])
    write(books, f"Invoices/{voided}?unitdp=4", {"Status": "VOIDED"}, "POST")
    payment = {
        "Invoice": {"InvoiceID": paid},
        "Account": {"Code": "090"},
        "Date": "2026-11-03",
        "Amount": 96.25,
    }
    payment = write(books, "Payments", {"Payments": [payment]})
    write(books, f"Payments/{payment['PaymentID']}", {"Status": "DELETED"}, "POST")


def buy(books: Books) -> None:
    contact = write(books, "Contacts", contacts("Northside Bearings"))["ContactID"]
    bill = invoice("ACCPAY", contact, "B-1", line("433"), Status="DRAFT")
    stored = write(books, "Invoices?unitdp=4", {"Invoices": [bill]})
    change = {"Status": "DELETED"}
    write(books, f"Invoices/{stored['InvoiceID']}?unitdp=4", change, "POST")
    lines = [
        {"LineAmount": amount, "AccountCode": code, "TaxType": "NONE", "Description": "WO-1"}
        for amount, code in ((31.2, "433"), (-31.2, "877"))
    ]
    journal: Json = {"Narration": "WO-1", "Date": "2026-11-02", "Status": "POSTED"}
    journal |= {"LineAmountTypes": "NoTax", "JournalLines": lines}
    stored = write(books, "ManualJournals", {"ManualJournals": [journal]})
    number = stored["ManualJournalID"]
    write(books, f"ManualJournals/{number}", {"Narration": "WO-1", "Status": "VOIDED"}, "POST")


def look_around(books: Books) -> None:
    """Everything of an organisation that has been worked in, and the ways to ask for it."""
    read(books)
    books.get("Invoices?page=1&unitdp=4&Statuses=AUTHORISED,PAID")
    books.get("Invoices?page=1&unitdp=4&where=" + quote('Type=="ACCPAY"'))
    books.get("Invoices?page=1&summaryOnly=true&order=UpdatedDateUTC%20ASC")
    found = books.get("Contacts?page=1&where=" + quote('Name=="Cool Cars"')).json["Contacts"]
    books.get(f"Contacts/{found[0]['ContactID']}")
    books.get("Items/HOURS?unitdp=4")


def go_wrong(books: Books) -> None:
    """What a client meets without having done anything wrong."""
    books.service.control("POST", "faults", {"fault": "lost_answer", "where": "write"})
    with pytest.raises(OSError, match=r"reset|closed"):
        books.put("Contacts", contacts("Lost"), Idempotency_Key="lost")
    books.put("Contacts", contacts("Lost"), Idempotency_Key="lost")
    for fault in ("throttle", "server_error", "maintenance_html"):
        books.service.control("POST", "faults", {"fault": fault, "where": "read", "seconds": 0})
        books.get("Organisation")
    books.control("POST", "expire-tokens")
    books.get("Organisation")


def leave(books: Books) -> None:
    headers = {"Authorization": f"Bearer {books.token}", "Accept": "application/json"}
    listed = books.service.send("GET", "/connections", None, headers).json
    number = next(row["id"] for row in listed if row["tenantId"] == books.tenant)
    books.service.send("DELETE", f"/connections/{number}", None, headers)
    books.get("Organisation")
    books.service.form("/connect/revocation", {"token": books.refresh}, books.service.app)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good conversation under all limits."""
    path = tmp_path_factory.mktemp("traffic") / "traffic.jsonl"
    with serving(traffic=path) as service:
        books = connected(service)
        read(books)
        for part in (sell, buy, go_wrong):
            part(service.open_books())
        look_around(service.open_books(filled=True))
        leave(books)
    return path


@pytest.fixture(scope="module")
def exchanges(recording: Path) -> list[Json]:
    return [json.loads(line) for line in recording.read_text().splitlines()]


def test_a_conversation_passes_the_independent_checker(recording: Path) -> None:
    if not CHECKER.exists():
        pytest.skip("the checker is not part of the project")

    done = subprocess.run(
        [sys.executable, str(CHECKER), str(recording), "--json"],
        capture_output=True,
        text=True,
        check=False,
    )

    report = json.loads(done.stdout)
    wrong = [item for item in report["findings"] if item["severity"] == "error"]
    assert (done.returncode, wrong) == (0, [])
    assert [item for item in report["findings"] if item["who"] == "simulator"] == []


def test_control_and_consent_form_are_not_recorded(exchanges: list[Json]) -> None:
    addresses = {(row["method"], urlsplit(row["url"]).path) for row in exchanges}

    assert ("GET", "/identity/connect/authorize") in addresses
    assert ("POST", "/identity/connect/authorize") not in addresses
    assert not any(path.startswith("/control") for _, path in addresses)


def test_connections_are_xeros_and_tokens_are_oauths(exchanges: list[Json]) -> None:
    providers = {urlsplit(row["url"]).path: row["provider"] for row in exchanges}

    assert providers["/connections"] == providers["/api.xro/2.0/Organisation"] == "xero"
    assert providers["/connect/token"] == providers["/connect/revocation"] == "oauth"


def test_planned_faults_are_marked(exchanges: list[Json]) -> None:
    marked = [row["status"] for row in exchanges if row.get("fault_injected")]

    assert marked == [0, 429, 500, 503]
