"""A broad conversation, held against Xero's OpenAPI file by the checker of the contract."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulators.xero.seed import new_organisation
from tests.unit.simulators.client import ROOT
from tests.unit.simulators.xero.accounting.client import (
    Api,
    bill,
    journal,
    line,
    payment,
    sale,
)

CHECKER = ROOT.parent / "shared" / "contract" / "check_traffic.py"
EACH = {"summarizeErrors": "false"}
PRICES = EACH | {"unitdp": "4"}


def lists(api: Api) -> None:
    """Contacts and items: made, refused, changed, archived, deleted."""
    address = {"AddressType": "POBOX", "City": "Hamilton", "Country": "New Zealand"}
    phone = {"PhoneType": "OFFICE", "PhoneNumber": "5550142"}
    terms = {"Sales": {"Day": 14, "Type": "DAYSAFTERBILLDATE"}}
    more = {"Addresses": [address], "Phones": [phone], "PaymentTerms": terms}
    made = api.made("Contacts", {"Name": "Pumps Ltd", "ContactNumber": "c-1"} | more)
    same = {
        "Contacts": [{"Name": "pumps ltd"}, {"Name": "Pumps Two", "EmailAddress": "a@b.example"}]
    }
    assert api.put("/Contacts", same, **EACH).status == 200
    assert api.put("/Contacts", same).status == 400
    change = {"ContactID": made["ContactID"], "ContactStatus": "ARCHIVED"}
    assert api.post("/Contacts", {"Contacts": [change]}, **EACH).status == 200
    details = {"UnitPrice": 9.5, "AccountCode": "200"}
    item = api.made("Items", {"Code": "B-1", "Name": "Bearing", "SalesDetails": details}, **PRICES)
    assert api.post(f"/Items/{item['ItemID']}", {"Code": "B-2"}, unitdp="4").status == 200
    assert api.send("DELETE", f"/Items/{item['ItemID']}").status == 204


def documents(api: Api) -> None:
    """Invoices, bills, payments, journals in all states."""
    contact = api.made("Contacts", {"Name": "Both Ways"})["ContactID"]
    taxed = [line("33.3333", Quantity=3, TaxType="TAX001", DiscountRate=10)]
    first = api.made(
        "Invoices", sale(contact, LineAmountTypes="Exclusive", LineItems=taxed), **PRICES
    )
    owed = api.made("Invoices", bill(contact, InvoiceNumber="NP-1"), **PRICES)
    foreign = sale(contact, CurrencyCode="GBP", CurrencyRate=0.8)
    second = api.made("Invoices", foreign, **PRICES)
    paid = api.made("Payments", payment(first, 50), **EACH)
    api.made("Payments", payment(owed, 100, Account={"Code": "650"}), **EACH)
    api.made("Payments", payment(second, 100, CurrencyRate=0.81), **EACH)
    void = {"InvoiceID": first["InvoiceID"], "Status": "VOIDED"}
    assert api.post("/Invoices", {"Invoices": [void]}, **EACH).status == 200
    assert api.post(f"/Payments/{paid['PaymentID']}", {"Status": "DELETED"}).status == 200
    assert api.post(f"/Invoices/{first['InvoiceID']}", {"Status": "VOIDED"}).status == 200
    entry = api.made("ManualJournals", journal(40, -40), **EACH)
    address = f"/ManualJournals/{entry['ManualJournalID']}"
    assert api.post(address, {"Narration": "Parts", "Status": "VOIDED"}).status == 200


def reads(api: Api) -> None:
    for path in ("Organisation", "Organisation/Actions", "Accounts", "TaxRates", "Currencies"):
        assert api.get(f"/{path}").status == 200
    since = {"if-modified-since": "2026-01-01T00:00:00"}
    for plural in ("Contacts", "Invoices", "Payments", "ManualJournals"):
        assert api.get(f"/{plural}", since, page="1", pageSize="1000").status == 200
        assert api.get(f"/{plural}").status == 200
        first = api.listed(plural)[0]
        number = first[{"Contacts": "ContactID"}.get(plural, f"{plural[:-1]}ID")]
        assert api.get(f"/{plural}/{number}").status == 200
    assert api.get("/Contacts", page="1", includeArchived="true", summaryOnly="true").status == 200
    assert api.get("/Invoices", summaryOnly="true", unitdp="4").status == 200
    assert api.get("/Items", unitdp="4", where='Code=="PSK-40"').status == 200
    assert api.get("/Contacts/none").status == 404


@pytest.mark.skipif(not CHECKER.exists(), reason="the contract is not at hand")
def test_a_broad_conversation_passes_the_checker(tmp_path: Path) -> None:
    api = Api(new_organisation(multicurrency=True, filled=True))
    recording = tmp_path / "traffic.jsonl"

    for part in (lists, documents, reads):
        part(api)
    recording.write_text("\n".join(api.lines) + "\n")

    found = subprocess.run(
        [sys.executable, CHECKER, recording], capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stdout
