"""Fills an organisation as one that has been worked in for a year; always in the same way."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from tests.simulators.xero import contacts, invoices, items, journals, payments
from tests.simulators.xero.accounts import by_code
from tests.simulators.xero.entries import Entry
from tests.simulators.xero.errors import Invalid
from tests.simulators.xero.filled_names import CUSTOMERS, GONE, ITEMS, SALES, VENDORS, WITH_STOCK
from tests.simulators.xero.organisation import Body, Organisation, fold


def fill(organisation: Organisation) -> dict[str, int]:
    """Some 25 customers, 12 vendors, 30 items and documents in all states; the counts by kind.

    Raises Invalid if it was done before.
    """
    filler = Filler(organisation)
    filler.lists()
    filler.purchases()
    filler.sales()
    filler.leave()
    return {kind: len(records) for kind, records in organisation.records.items() if records}


def backdate(organisation: Organisation) -> None:
    """Nothing in the organisation has changed for two months."""
    for records in organisation.records.values():
        for body in records.values():
            body["UpdatedDateUTC"] -= timedelta(days=60)


class Filler:
    """Enters records by the same rules as the API."""

    def __init__(self, organisation: Organisation) -> None:
        self.organisation = organisation

    def enter(self, kind: str, body: Body, number: str | None = None) -> Body:
        save = {
            "Contact": contacts.save,
            "Item": items.save,
            "Invoice": invoices.save,
            "Payment": payments.save,
            "ManualJournal": journals.save,
        }[kind]
        return save(self.organisation, Entry(kind, body, number, creates=number is None))

    def lists(self) -> None:
        for name, mail in CUSTOMERS:
            self.enter("Contact", {"Name": name} | ({"EmailAddress": mail} if mail else {}))
        for name, number, mail in VENDORS:
            more = {"AccountNumber": number, "EmailAddress": mail}
            self.enter("Contact", {"Name": name} | {n: v for n, v in more.items() if v})
        for code, name, price, cost in ITEMS:
            body: Body = {"Code": code, "Name": name, "Description": name}
            body["SalesDetails"] = {"UnitPrice": Decimal(price), "AccountCode": "200"}
            body["PurchaseDetails"] = {"UnitPrice": Decimal(cost), "AccountCode": "433"}
            if code in WITH_STOCK:
                body["PurchaseDetails"] = {"UnitPrice": Decimal(cost), "COGSAccountCode": "310"}
                body["InventoryAssetAccountCode"] = "630"
            self.enter("Item", body)

    def purchases(self) -> None:
        """Bills that are draft, open, part-paid, paid, voided; some journals. They bring stock."""
        stock = [{"ItemCode": code, "Quantity": Decimal(40)} for code in WITH_STOCK]
        first = self._bill("Northside Bearings", "INV-77120", stock)
        second = self._bill("Bay Electric Supply", "88-1204", [_goods("CT-24", 2)])
        self._bill("Pacific HVAC Parts", "P-9001", [_goods("AF-1620", 4)])
        self._bill("Pacific HVAC Parts", "P-9001", [_goods("AF-1620", 4)])
        self._bill("Müller & Söhne", "2026/114", [_goods("RAG", 2)], status="DRAFT")
        gone = self._bill("Grainger’s Tools", "GT-5561", [_goods("SIL-C", 1)])
        self._pay(first, first["AmountDue"])
        self._pay(second, Decimal(20))
        self.enter("Invoice", {"Status": "VOIDED"}, gone["InvoiceID"])
        for amount, status in ((Decimal("31.2"), "POSTED"), (Decimal(118), "DRAFT")):
            lines = [_posting("433", amount), _posting("877", -amount)]
            body = {"Narration": f"Stock taken, {amount}", "Status": status, "JournalLines": lines}
            self.enter("ManualJournal", body | {"Date": date(2026, 10, 25)})

    def sales(self) -> None:
        """Invoices in all states."""
        made = {row[0]: self._invoice(*row) for row in SALES}
        for number, amount in (("WO-0001", 100), ("WO-0002", 200), ("WO-0003", 150)):
            self._pay(made[number], Decimal(amount))
        taken_back = self._pay(made["WO-0004"], Decimal(75))
        self.enter("Payment", {"Status": "DELETED"}, taken_back["PaymentID"])
        self.enter("Invoice", {"Status": "VOIDED"}, made["WO-0026"]["InvoiceID"])
        self.enter("Invoice", {"Status": "DELETED"}, made["WO-0028"]["InvoiceID"])

    def leave(self) -> None:
        for name in GONE:
            self.enter("Contact", {"ContactStatus": "ARCHIVED"}, self._contact(name)["ContactID"])

    def _contact(self, name: str) -> Body:
        found = self.organisation.holder(("Contact name", fold(name)))
        if found is None:
            raise Invalid(f"no contact {name}")
        return {"ContactID": found["ContactID"]}

    def _invoice(self, number: str, name: str, amount: int, status: str) -> Body:
        line = {"Description": "Work", "Quantity": Decimal(1), "UnitAmount": Decimal(amount)}
        line |= {"AccountCode": "200"}
        more = {"Type": "ACCREC", "LineAmountTypes": "NoTax", "LineItems": [line]}
        return self._document(name, number, more, status)

    def _bill(self, name: str, number: str, lines: list[Body], status: str = "AUTHORISED") -> Body:
        more = {"Type": "ACCPAY", "LineAmountTypes": "NoTax", "LineItems": lines}
        return self._document(name, number, more, status)

    def _document(self, name: str, number: str, more: Body, status: str) -> Body:
        days = {"Date": date(2026, 10, 20), "DueDate": date(2026, 11, 30)}
        body = {"Contact": self._contact(name), "InvoiceNumber": number, "Status": status}
        return self.enter("Invoice", body | days | more)

    def _pay(self, invoice: Body, amount: Decimal) -> Body:
        bank = by_code(self.organisation, "090") or {}
        body = {"Invoice": {"InvoiceID": invoice["InvoiceID"]}, "Date": date(2026, 11, 5)}
        body |= {"Account": {"AccountID": bank["AccountID"]}, "Amount": amount}
        return self.enter("Payment", body)


def _goods(code: str, quantity: int) -> Body:
    return {"ItemCode": code, "Quantity": Decimal(quantity)}


def _posting(code: str, amount: Decimal) -> Body:
    return {"AccountCode": code, "LineAmount": amount}
