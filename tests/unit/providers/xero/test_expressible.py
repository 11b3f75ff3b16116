"""What is planned, sent to the simulated Xero in this process: it is taken, stands as it was sent,
comes to the CMMS's total, and passes the checker of the contract."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from schemas.item import Item
from schemas.kinds import Kind
from tests.contract.records import (
    a_bill,
    a_party,
    a_payment,
    a_stock_item,
    a_vendor,
    an_expense,
    an_invoice,
    an_item,
)
from tests.simulators.xero.seed import new_organisation
from tests.unit.simulators.client import ROOT
from tests.unit.simulators.xero.accounting.client import Api
from worker.policies import Policies
from worker.providers.lookup import Account, Chart, Lookup, Target, Tax
from worker.providers.port import LedgerRecord, Operation, Record, Work
from worker.providers.wire import Body, parsed
from worker.providers.xero import read
from worker.providers.xero.answers import written
from worker.providers.xero.matching import differences
from worker.providers.xero.planning import Planner
from worker.providers.xero.shapes import SHAPES

CHECKER = ROOT.parent / "shared" / "contract" / "check_traffic.py"
MAPPING = {
    "income": "200",
    "expense": "310",
    "sales": "200",
    "purchase": "433",
    "payment": "090",
    "journal_debit": "433",
    "journal_credit": "877",
}
COMPANY = {"country": "US", "currency": "USD", "currencies": ["GBP"], "multicurrency": True}
URL = "https://cmms.example/{kind}/{id}"
TAXED = [
    {"item_id": "ITM-2", "quantity": "3", "unit_price": "33.3333", "tax_code": "TAX"},
    {"description": "Work", "unit_price": "95", "discount_percent": "12.5", "tax_code": "NON"},
    {"description": "Many", "quantity": "1234", "amount": "1000.01", "tax_code": "TAX"},
    {"description": "Words alone", "amount": "0"},
]
STOCK = [{"item_id": "ITM-2", "received_quantity": "5", "unit_cost": "31.20"}]
ADDRESS = {"line1": "12 Quay St", "city": "Oakland", "country": "US"}
# One of each kind, and what changes of it.
FIRST: Mapping[Kind, Record] = {
    Kind.CUSTOMER: a_party(id="CUS-2", name="Inn <2>", shipping_address=ADDRESS),
    Kind.VENDOR: a_vendor(id="VEN-2", name="Bearings", mobile="+1 503 555 0199"),
    Kind.ITEM: a_stock_item(id="ITM-3", sku="X" * 40, name="Y" * 60),
    Kind.INVOICE: an_invoice(lines=TAXED, total="1271.14", reference="PO 7"),
    Kind.PURCHASE_INVOICE: a_bill(),
    Kind.EXPENSE: an_expense(reference='12 "3"'),
}
LATER: Mapping[Kind, Record] = {
    Kind.CUSTOMER: a_party(id="CUS-2", name="Inn 2", phone=None, email=None),
    Kind.VENDOR: a_vendor(id="VEN-2", name="Bearings", account_number=None),
    Kind.ITEM: a_stock_item(id="ITM-3", sku="X" * 40, sales_price=None, purchase_cost="32.125"),
    Kind.INVOICE: an_invoice(lines=TAXED[:1], total="108.00", memo="Thank you."),
    Kind.PURCHASE_INVOICE: a_bill(lines=STOCK, total="156.00"),
    Kind.EXPENSE: an_expense(amount="32.50"),
}


@dataclass
class Books:
    """One organisation, and what of the CMMS is in it."""

    api: Api
    mapping: dict[str, str] = field(default_factory=lambda: dict(MAPPING))
    targets: dict[tuple[Kind, str], Target] = field(default_factory=dict)

    def create(self, kind: Kind, document: Record) -> Body:
        record = self._send(Work(1, kind, document.id, Operation.CREATE, document))
        held = written(kind, record)
        code = str(record["Code"]) if kind is Kind.ITEM else None
        self.targets[kind, document.id] = Target(held.ref, code=code, party=held.party)
        return record

    def change(self, kind: Kind, document: Record, record: Body, operation: Operation) -> Body:
        held = written(kind, record)
        known = dict(held.record.fields) if held.record else None
        work = Work(1, kind, document.id, operation, document, held.ref, held.sync_token)
        if operation is Operation.UPDATE:
            work = replace(work, base=known, held=known)
        return self._send(work)

    def _send(self, work: Work) -> Body:
        (request,) = Planner(50).plan([work], self._lookup()).requests
        path, _, query = request.path.partition("?")
        sent = json.loads(request.body) if request.body else None
        answer = self.api.send(request.method, f"/{path}", sent, None, **dict(parse_qsl(query)))
        assert answer.status in (200, 204), answer.text
        if answer.status == 204:
            return {}
        record: Body = self._rows(answer.text, SHAPES[work.kind].path)[0]
        assert not record.get("ValidationErrors"), answer.messages
        if work.operation is not Operation.REMOVE:
            (part,) = request.parts
            assert differences(part.body, record) == {}
            assert written(work.kind, record).total == part.expected_total
        return record

    def _lookup(self) -> Lookup:
        chart = Chart(
            [_account(read.account(one)) for one in self._all("Accounts")],
            [_tax(read.tax_rate(one)) for one in self._all("TaxRates")],
            self.mapping,
            COMPANY,
            Policies(record_url=URL),
        )
        return Lookup(chart, self.targets)

    def _all(self, name: str) -> list[Body]:
        return self._rows(self.api.get(f"/{name}").text, name)

    def _rows(self, text: str, name: str) -> list[Body]:
        return list((parsed(text) or {})[name])


def _account(held: LedgerRecord) -> Account:
    names = ("full_name", "code", "type", "subtype", "classification", "currency", "active")
    data: Any = held.data
    return Account(held.ref, held.name, *(data[name] for name in names))


def _tax(held: LedgerRecord) -> Tax:
    data: Any = held.data
    return Tax(
        held.ref, held.name, "code", held.active, rate=data["rate"], purchase_rate=data["rate"]
    )


@pytest.fixture
def books() -> Books:
    """With a customer, a vendor and two items."""
    there = Books(Api(new_organisation(multicurrency=True)))
    there.create(Kind.CUSTOMER, a_party())
    there.create(Kind.VENDOR, a_vendor())
    there.create(Kind.ITEM, an_item())
    there.create(Kind.ITEM, a_stock_item())
    return there


@pytest.mark.parametrize("kind", FIRST)
def test_every_kind_is_taken_changed_and_taken_out(kind: Kind, books: Books) -> None:
    made = books.create(kind, FIRST[kind])

    changed = books.change(kind, LATER[kind], made, Operation.UPDATE)
    removed = books.change(kind, LATER[kind], changed, Operation.REMOVE)

    assert written(kind, changed).ref == written(kind, made).ref
    assert removed.get("Status") in (None, "VOIDED")


def test_payments_are_made_taken_out_and_made_anew(books: Books) -> None:
    books.create(Kind.INVOICE, an_invoice())
    made = books.create(Kind.PAYMENT, a_payment())

    out = books.change(Kind.PAYMENT, a_payment(), made, Operation.REMOVE)
    again = books.create(Kind.PAYMENT, a_payment(amount="238.50"))

    assert (out["Status"], again["Status"]) == ("DELETED", "AUTHORISED")


def test_an_invoice_that_is_paid_in_part_keeps_its_amounts(books: Books) -> None:
    invoice = books.create(Kind.INVOICE, an_invoice())
    books.create(Kind.PAYMENT, a_payment())
    paid = books.api.get(f"/Invoices/{invoice['InvoiceID']}", unitdp="4").text
    later = an_invoice(due_date="2026-11-30", reference="PO 8")

    changed = books.change(
        Kind.INVOICE, later, (parsed(paid) or {})["Invoices"][0], Operation.UPDATE
    )

    assert changed["Reference"].startswith("PO 8")
    assert [one["LineItemID"] for one in changed["LineItems"]] == [
        one["LineItemID"] for one in invoice["LineItems"]
    ]


def test_stock_is_tracked_from_bill_to_sale(books: Books) -> None:
    books.mapping["asset"] = "630"
    tracked: Item = a_stock_item(id="ITM-2", sku="TRACKED")
    books.create(Kind.ITEM, tracked)
    books.create(Kind.PURCHASE_INVOICE, a_bill(lines=STOCK, total="156.00"))

    sold = [{"item_id": "ITM-2", "quantity": "2", "unit_price": "48.50", "tax_code": "NON"}]
    books.create(Kind.INVOICE, an_invoice(lines=sold, total="97.00"))

    (item,) = [one for one in books.api.listed("Items") if one["Code"] == "TRACKED"]
    assert item["QuantityOnHand"] == 3


def test_another_currency_is_taken_with_its_rate(books: Books) -> None:
    document = an_invoice(currency="GBP", exchange_rate="1.25", total="238.50")

    made = books.create(Kind.INVOICE, document)

    assert (made["CurrencyCode"], made["CurrencyRate"]) == ("GBP", Decimal("0.8"))


@pytest.mark.skipif(not CHECKER.exists(), reason="the contract is not at hand")
def test_what_is_sent_passes_the_checker(books: Books, tmp_path: Path) -> None:
    for kind, document in FIRST.items():
        made = books.create(kind, document)
        books.change(kind, document, made, Operation.REMOVE)
    recording = tmp_path / "traffic.jsonl"
    recording.write_text("\n".join(books.api.lines) + "\n")

    found = subprocess.run(
        [sys.executable, CHECKER, recording], capture_output=True, text=True, check=False
    )

    assert found.returncode == 0, found.stdout
