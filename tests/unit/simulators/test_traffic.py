"""The recorded conversation: its format, its secrets, and a whole one through the checker."""

import json
import subprocess
import sys
from base64 import b64encode
from itertools import count
from pathlib import Path
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest

from tests.unit.simulators.client import (
    ROOT,
    Books,
    Json,
    Simulator,
    applied,
    cost,
    posting,
    sale,
    started,
)
from tests.unit.simulators.conftest import open_books

CHECKER = ROOT.parent / "shared" / "contract" / "check_traffic.py"
CALLBACK = "http://127.0.0.1:9999/callback/quickbooks"


def connected(simulator: Simulator) -> Books:
    """The first company, connected by the real consent flow."""
    asked = {
        "client_id": simulator.info["client_id"],
        "response_type": "code",
        "scope": "com.intuit.quickbooks.accounting",
        "redirect_uri": CALLBACK,
        "state": "s-1",
    }
    company = simulator.info["companies"][0]["id"]
    path = f"/connect/oauth2?{urlencode(asked)}"
    simulator.send("GET", path)
    pressed = urlencode({"company": company, "decision": "connect"}).encode()
    location = simulator.send("POST", path, pressed).headers["location"]
    code = parse_qs(urlsplit(location).query)["code"][0]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    tokens = simulator.token(form).json
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    tokens = simulator.token(form).json
    return Books(simulator, company, tokens["access_token"], tokens["refresh_token"])


class Writer:
    """Writes each record under a request id of its own; every write must succeed."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self.keys = count()

    def __call__(self, entity: str, body: Json, options: str = "") -> Json:
        key = f"{options}&requestid=key-{next(self.keys)}"
        answer = self.books.post(entity.lower(), body, key)
        assert answer.status == 200, answer.body
        return answer.json[entity]


def read(books: Books) -> None:
    books.call("GET", f"companyinfo/{books.company}?minorversion=75")
    books.call("GET", "preferences?minorversion=75")
    for kind in ("TaxCode", "TaxRate", "TaxAgency", "Account", "Employee", "Term"):
        books.query(f"SELECT * FROM {kind} MAXRESULTS 1000")


def sell(books: Books) -> None:
    write = Writer(books)
    customer = {"value": write("Customer", {"DisplayName": "Harbor Hotel"})["Id"]}
    vendor = write("Vendor", {"DisplayName": "Northside Bearings"})["Id"]
    change = {"Id": vendor, "SyncToken": "0", "sparse": True, "AcctNum": "C-1"}
    write("Vendor", change, "&operation=update")
    item = {
        "Name": "Seal",
        "Type": "Inventory",
        "TrackQtyOnHand": True,
        "QtyOnHand": 12,
        "InvStartDate": "2026-01-01",
        "UnitPrice": 48.5,
        "IncomeAccountRef": books.account("Sales of Product Income"),
        "ExpenseAccountRef": books.account("Cost of Goods Sold"),
        "AssetAccountRef": books.account("Inventory Asset"),
    }
    seal = {"value": write("Item", item)["Id"]}
    detail = {"PercentBased": False}
    discount = {"Amount": 7, "DetailType": "DiscountLineDetail", "DiscountLineDetail": detail}
    lines = [sale(seal, 97, "TAX", Qty=2, UnitPrice=48.5), sale(books.item(), 10), discount]
    tax = {"TxnTaxCodeRef": books.tax_code()}
    body = {"CustomerRef": customer, "Line": lines, "TxnTaxDetail": tax}
    kept, voided, deleted = (write("Invoice", body | {"DocNumber": f"W-{n}"}) for n in range(3))
    assert kept["TotalAmt"] == 107.76
    write("Invoice", {"Id": voided["Id"], "SyncToken": "0"}, "&operation=void")
    write("Invoice", {"Id": deleted["Id"], "SyncToken": "0"}, "&operation=delete")


def pay(books: Books) -> None:
    write = Writer(books)
    customer = {"value": write("Customer", {"DisplayName": "Harbor Hotel"})["Id"]}
    vendor = {"value": write("Vendor", {"DisplayName": "Northside Bearings"})["Id"]}
    owed = write("Invoice", {"CustomerRef": customer, "Line": [sale(books.item(), 50)]})
    lines = [applied(50, owed["Id"])]
    paid = write("Payment", {"CustomerRef": customer, "TotalAmt": 50, "Line": lines})
    aim = {"Id": paid["Id"], "SyncToken": "0", "sparse": True}
    write("Payment", aim, "&operation=update&include=void")
    lines = [cost(books.account("Fuel"), 15)]
    bill = write("Bill", {"VendorRef": vendor, "DocNumber": "B-1", "Line": lines})
    check = {
        "VendorRef": vendor,
        "TotalAmt": 15,
        "PayType": "Check",
        "CheckPayment": {"BankAccountRef": books.account("Checking")},
        "Line": [applied(15, bill["Id"], "Bill")],
    }
    write("BillPayment", check)


def buy_abroad(books: Books) -> None:
    """In another country, in another currency, with tax within the price."""
    write = Writer(books)
    euro = {"CurrencyRef": {"value": "EUR"}}
    vendor = {"value": write("Vendor", {"DisplayName": "Fabrik"} | euro)["Id"]}
    code = books.tax_code("20.0% S")
    lines = [cost(books.account("Fuel"), 50, TaxCodeRef=code, TaxInclusiveAmt=60)]
    body: Json = {"VendorRef": vendor, "Line": lines, "GlobalTaxCalculation": "TaxInclusive"}
    body |= euro | {"ExchangeRate": 1.17}
    bill, credit = write("Bill", body), write("VendorCredit", body)
    bank = {"BankAccountRef": books.account("Checking")}
    covered = [applied(60, bill["Id"], "Bill"), applied(60, credit["Id"], "VendorCredit")]
    check = {"VendorRef": vendor, "TotalAmt": 0, "PayType": "Check", "CheckPayment": bank}
    paid = write("BillPayment", check | euro | {"Line": covered})
    aim = {"Id": paid["Id"], "SyncToken": "0", "sparse": True}
    write("BillPayment", aim, "&operation=update&include=void")
    write("Bill", {"Id": bill["Id"], "SyncToken": "2"}, "&operation=delete")
    write("VendorCredit", {"Id": credit["Id"], "SyncToken": "2"}, "&operation=delete")


def sell_abroad(books: Books) -> None:
    write = Writer(books)
    euro = {"CurrencyRef": {"value": "EUR"}}
    customer = {"value": write("Customer", {"DisplayName": "Quai"} | euro)["Id"]}
    code = books.tax_code("20.0% S")["value"]
    body = {"CustomerRef": customer, "GlobalTaxCalculation": "TaxExcluded"} | euro
    body |= {"Line": [sale(books.item(), 50, code)]}
    invoice, memo = write("Invoice", body), write("CreditMemo", body)
    covered = [applied(60, invoice["Id"]), applied(60, memo["Id"], "CreditMemo")]
    write("Payment", {"CustomerRef": customer, "TotalAmt": 0, "Line": covered} | euro)
    number = {"Id": customer["value"], "SyncToken": "0", "sparse": True}
    change = number | {"Notes": "x", "DisplayName": "Quai 1"}
    write("Customer", change)


def look_around(books: Books) -> None:
    """Everything of a company that has been worked in."""
    for kinds in (("Customer", "Vendor", "Item"), ("Invoice", "CreditMemo", "Payment")):
        for kind in kinds:
            books.query(f"SELECT * FROM {kind} MAXRESULTS 1000")
    for kind in ("Bill", "VendorCredit", "BillPayment"):
        books.query(f"SELECT * FROM {kind}")


def work_in_batches(books: Books) -> None:
    customer = {"value": Writer(books)("Customer", {"DisplayName": "Harbor Hotel"})["Id"]}
    lines = [
        posting("Debit", books.account("Fuel"), 31.2),
        posting("Credit", books.account("Checking"), 31.2),
    ]
    entry = {"DocNumber": "J-1", "Line": lines}
    memo = {"CustomerRef": customer, "DocNumber": "CM-1", "Line": [sale(books.item(), 5)]}
    items = [
        {"bId": "a", "operation": "create", "JournalEntry": entry},
        {"bId": "b", "operation": "create", "JournalEntry": entry},
        {"bId": "c", "operation": "create", "CreditMemo": memo},
        {"bId": "q", "Query": "SELECT COUNT(*) FROM Invoice"},
    ]
    for _ in range(2):  # the repeat gets the same answers
        books.post("batch", {"BatchItemRequest": items}, "&requestid=batch-1")
    since = quote("2026-11-01T00:00:00-08:00")
    books.call("GET", f"cdc?minorversion=75&entities=Customer,Invoice&changedSince={since}")
    books.query("SELECT * FROM CreditMemo WHERE DocNumber = 'CM-1'")
    books.query("SELECT * FROM Customer WHERE Active IN (true, false) ORDERBY Id")


def lose_an_answer(books: Books) -> None:
    fault = {"fault": "lost_answer", "where": "write"}
    books.simulator.control("POST", "faults", fault)
    with pytest.raises(OSError, match=r"reset|closed"):
        books.post("customer", {"DisplayName": "Lost"}, "&requestid=lost-1")
    books.post("customer", {"DisplayName": "Lost"}, "&requestid=lost-1")
    books.control("POST", "expire-tokens")
    books.call("GET", "preferences?minorversion=75")


def revoke(books: Books) -> None:
    info = books.simulator.info
    given = f"{info['client_id']}:{info['client_secret']}"
    headers = {
        "Authorization": f"Basic {b64encode(given.encode()).decode()}",
        "Content-Type": "application/json",
        "Accept": "application/json",
    }
    body = json.dumps({"token": books.refresh}).encode()
    books.simulator.send("POST", "/v2/oauth2/tokens/revoke", body, headers)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good conversation under all limits: a few calls with each of several companies."""
    path = tmp_path_factory.mktemp("traffic") / "traffic.jsonl"
    with started(traffic=path) as simulator:
        books = connected(simulator)
        read(books)
        for part in (sell, pay, work_in_batches, lose_an_answer):
            part(open_books(simulator, {}))
        for part in (buy_abroad, sell_abroad):
            part(open_books(simulator, {"country": "GB", "multicurrency": True}))
        look_around(open_books(simulator, {"filled": True}))
        revoke(books)
    return path


@pytest.fixture(scope="module")
def exchanges(recording: Path) -> list[Json]:
    return [json.loads(line) for line in recording.read_text().splitlines()]


def test_conversation_passes_the_independent_checker(recording: Path) -> None:
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

    assert ("GET", "/connect/oauth2") in addresses
    assert ("POST", "/connect/oauth2") not in addresses
    assert not any(path.startswith("/control") for _, path in addresses)


def test_credentials_are_never_written(exchanges: list[Json]) -> None:
    given = {row["request_headers"]["authorization"] for row in exchanges if "Bearer" in str(row)}

    assert given <= {"Bearer ***", "Basic ***"}


def test_lost_answer_is_recorded_without_one(exchanges: list[Json]) -> None:
    lost = [row for row in exchanges if row["status"] == 0]

    assert [row["fault_injected"] for row in lost] == [True]
    assert (lost[0]["response_body"], lost[0]["response_headers"]) == (None, {})
    assert lost[0]["request_body"] == '{"DisplayName": "Lost"}'


def test_exchanges_have_their_provider_and_times(exchanges: list[Json]) -> None:
    providers = {row["provider"] for row in exchanges}

    assert providers == {"quickbooks", "oauth"}
    assert all(row["at"] <= row["ended_at"] for row in exchanges)
