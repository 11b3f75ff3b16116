"""Fills a company as one that has been worked in for a year; always in the same way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from tests.simulators.quickbooks.clock import now, stamp
from tests.simulators.quickbooks.company import Company
from tests.simulators.quickbooks.fields import Body
from tests.simulators.quickbooks.filled_names import (
    BUNDLE,
    CATEGORIES,
    CUSTOMERS,
    GONE_CUSTOMERS,
    GONE_ITEMS,
    GONE_VENDORS,
    ITEMS,
    JOBS,
    VENDORS,
    ItemRow,
)
from tests.simulators.quickbooks.wire import Json
from tests.simulators.quickbooks.writes import write

ACCOUNTS = {
    "income": ("Income", "ServiceFeeIncome"),
    "sales": ("Income", "SalesOfProductIncome"),
    "cost of sales": ("Cost of Goods Sold", "SuppliesMaterialsCogs"),
    "stock": ("Other Current Asset", "Inventory"),
    "expense": ("Expense", "RepairMaintenance"),
    "bank": ("Bank", "Checking"),
    "card": ("Credit Card", "CreditCard"),
}


def fill(company: Company) -> dict[str, int]:
    """Some 25 customers, 12 vendors, 30 items and documents in all states; the counts by kind.

    Raises Refused (6240) if it was done before.
    """
    filler = Filler(company)
    filler.lists()
    filler.sales()
    filler.purchases()
    filler.leave()
    return {kind: len(records) for kind, records in company.records.items() if records}


def backdate(company: Company) -> None:
    """Nothing in the company has changed for two months."""
    moment = stamp(now() - timedelta(days=60))
    for records in company.records.values():
        for body in records.values():
            body["MetaData"] = {"CreateTime": moment, "LastUpdatedTime": moment}


class Filler:
    """Enters records by the same rules as the API, and remembers them by name."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.ids: dict[tuple[str, str], str] = {}
        self.currency: Body = (
            {"CurrencyRef": {"value": company.currency}} if company.multicurrency else {}
        )

    def enter(self, kind: str, body: Body) -> Body:
        return write(self.company, kind, "create", {k: v for k, v in body.items() if v})

    def account(self, use: str) -> Body:
        wanted = ACCOUNTS[use]
        for found in self.company.records["Account"].values():
            if (found["AccountType"], found["AccountSubType"]) == wanted:
                return {"value": found["Id"]}
        raise LookupError(use)

    def ref(self, kind: str, name: str) -> Body:
        return {"value": self.ids[kind, name]}

    def lists(self) -> None:
        for name, firm, mail, phone in CUSTOMERS:
            self._party("Customer", name, CompanyName=firm, mail=mail, phone=phone)
        for name, parent in JOBS:
            self._party("Customer", name, Job=True, ParentRef=self.ref("Customer", parent))
        for name, number, mail in VENDORS:
            self._party("Vendor", name, AcctNum=number, mail=mail)
        for name in CATEGORIES:
            self._by_hand(name, Type="Category")
        for row in ITEMS:
            self._item(row)
        parts = [self.ref("Item", name) for name in ("Technician hour", "Pump seal kit 40mm")]
        lines = [{"ItemRef": part, "Qty": 1} for part in parts]
        self._by_hand(BUNDLE, Type="Group", ItemGroupDetail={"ItemGroupLine": lines})

    def _by_hand(self, name: str, **more: Json) -> None:
        """A category or a bundle: the API does not make them as it makes other items."""
        body = {"Name": name, "FullyQualifiedName": name, "Active": True, "SubItem": False}
        self.ids["Item", name] = self.company.insert("Item", body | more)["Id"]

    def _party(self, kind: str, name: str, mail: str = "", phone: str = "", **more: Json) -> None:
        body = {"DisplayName": name, **self.currency, **more}
        if mail:
            body["PrimaryEmailAddr"] = {"Address": mail}
        if phone:
            body["PrimaryPhone"] = {"FreeFormNumber": phone}
        self.ids[kind, name] = self.enter(kind, body)["Id"]

    def _item(self, row: ItemRow) -> None:
        name, kind, sku, price, cost, held, parent = row
        body: Body = {"Name": name, "Type": kind, "Sku": sku, "UnitPrice": Decimal(price)}
        body["PurchaseCost"] = Decimal(cost)
        body["IncomeAccountRef"] = self.account("sales" if kind == "Inventory" else "income")
        if kind != "Service":
            use = "cost of sales" if kind == "Inventory" else "expense"
            body["ExpenseAccountRef"] = self.account(use)
        if parent:
            body |= {"ParentRef": self.ref("Item", parent), "SubItem": True}
        if held is not None:
            stock = {"TrackQtyOnHand": True, "QtyOnHand": held, "InvStartDate": "2025-01-01"}
            # A quantity of 0 is a quantity: it is not left out like other empty values.
            body |= stock | {"AssetAccountRef": self.account("stock")}
        made = write(self.company, "Item", "create", {k: v for k, v in body.items() if v != ""})
        self.ids.setdefault(("Item", name), made["Id"])

    def sales(self) -> None:
        """Invoices that are open, part-paid, paid, overpaid, credited, voided."""
        harbor = [self._invoice("Harbor Hotel Group", n, 100 * n) for n in range(1, 6)]
        school = self._invoice("St. Mary’s School", 11, 480)
        self._invoice("Tower A", 21, 95)
        self._invoice("Karen Pye", 22, 45)
        mall = self._invoice("Northgate Mall", 23, 320)
        fitness = self._invoice("Summit Fitness Co.", 24, 180)
        paid = self._invoice("Riverside Medical Center", 25, 240)
        gone = self._invoice("Prairie View Apartments", 26, 95)
        self._pay("Harbor Hotel Group", 600, [(harbor[0], 100), (harbor[1], 200), (harbor[2], 300)])
        self._pay("Harbor Hotel Group", 250, [(harbor[3], 150)])
        self._pay("St. Mary’s School", 200, [(school, 200)])
        self._pay("Riverside Medical Center", 240, [(paid, 240)])
        self._pay("City of Bayshore", 75, [])
        memo = self._memo("Northgate Mall", 31, 50)
        self._memo("Greenleaf Grocers Ltd", 32, 35)
        self._pay("Northgate Mall", 0, [(mall, 50), (memo, 50)])
        whole = self._memo("Summit Fitness Co.", 33, 180)
        self._pay("Summit Fitness Co.", 0, [(fitness, 180), (whole, 180)])
        write(self.company, "Invoice", "void", {name: gone[name] for name in ("Id", "SyncToken")})

    def _invoice(self, customer: str, number: int, amount: int) -> Body:
        return self._sale("Invoice", customer, number, amount, {"DueDate": "2026-11-30"})

    def _memo(self, customer: str, number: int, amount: int) -> Body:
        return self._sale("CreditMemo", customer, number, amount, {})

    def _sale(self, kind: str, customer: str, number: int, amount: int, more: Body) -> Body:
        detail = {"ItemRef": self.ref("Item", "Technician hour"), "TaxCodeRef": self._tax_code()}
        line = {
            "Amount": amount,
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": detail,
        }
        body = {
            "CustomerRef": self.ref("Customer", customer),
            "TxnDate": f"2026-10-{number % 28 + 1:02d}",
            "DocNumber": f"{'WO' if kind == 'Invoice' else 'CM'}-{number:04d}",
            "Line": [line],
        }
        return self.enter(kind, self._untaxed() | self.currency | body | more)

    def _tax_code(self) -> Body:
        us = self.company.is_us
        return {"value": "NON" if us else next(iter(self.company.records["TaxCode"]))}

    def _untaxed(self) -> Body:
        return {} if self.company.is_us else {"GlobalTaxCalculation": "NotApplicable"}

    def _pay(self, customer: str, total: int, covered: Sequence[tuple[Body, int]]) -> None:
        body = {
            "CustomerRef": self.ref("Customer", customer),
            "TotalAmt": total,
            "TxnDate": "2026-11-05",
            "Line": [_applied(*part) for part in covered],
        }
        write(self.company, "Payment", "create", self.currency | body)

    def purchases(self) -> None:
        """Bills that are open, part-paid, paid by check, by card, by a credit; some entries."""
        seals = self._bill("Northside Bearings", "INV-77120", 3)
        wires = self._bill("Bay Electric Supply", "88-1204", 2)
        tools = self._bill("Grainger’s Tools", "GT-5561", 1)
        self._bill("Pacific HVAC Parts", "P-9001", 4)
        self._bill("Pacific HVAC Parts", "P-9002", 1)
        self._bill("Müller & Söhne", "2026/114", 2)
        credit = self._bill("Grainger’s Tools", "GT-CR-8", 1, kind="VendorCredit")
        self._pay_bill("Northside Bearings", "Check", [(seals, seals["TotalAmt"])])
        self._pay_bill("Bay Electric Supply", "CreditCard", [(wires, Decimal(20))])
        self._pay_bill("Grainger’s Tools", "Check", [(tools, Decimal(15)), (credit, Decimal(15))])
        for number, amount in ((1, "31.2"), (2, "118")):
            lines = [
                _posting("Debit", self.account("expense"), amount),
                _posting("Credit", self.account("stock"), amount),
            ]
            body = {"DocNumber": f"ADJ-{number}", "TxnDate": "2026-10-25", "Line": lines}
            self.enter("JournalEntry", body | self.currency)

    def _bill(self, vendor: str, number: str, quantity: int, *, kind: str = "Bill") -> Body:
        code = {"TaxCodeRef": self._tax_code()}
        price = Decimal("31.2")
        goods = {"ItemRef": self.ref("Item", "Pump seal kit 40mm"), "Qty": quantity}
        freight = {"AccountRef": self.account("expense")}
        lines = [
            _cost(
                "ItemBasedExpenseLineDetail", price * quantity, goods | {"UnitPrice": price} | code
            ),
            _cost("AccountBasedExpenseLineDetail", Decimal(15), freight | code),
        ]
        body = {"VendorRef": self.ref("Vendor", vendor), "DocNumber": number, "Line": lines}
        return self.enter(kind, self._untaxed() | self.currency | body | {"TxnDate": "2026-10-20"})

    def _pay_bill(self, vendor: str, how: str, covered: Sequence[tuple[Body, Decimal]]) -> None:
        bank = {"CheckPayment": {"BankAccountRef": self.account("bank")}}
        card = {"CreditCardPayment": {"CCAccountRef": self.account("card")}}
        credited = sum(amount for body, amount in covered if "DueDate" not in body)
        paid = sum(amount for body, amount in covered if "DueDate" in body)
        body = {
            "VendorRef": self.ref("Vendor", vendor),
            "TotalAmt": paid - credited,
            "PayType": how,
            "TxnDate": "2026-11-02",
            "Line": [_applied(*part) for part in covered],
        }
        body |= bank if how == "Check" else card
        write(self.company, "BillPayment", "create", self.currency | body)

    def leave(self) -> None:
        """Some are gone: inactive, with the suffix in their names."""
        for kind, names in (
            ("Customer", GONE_CUSTOMERS),
            ("Vendor", GONE_VENDORS),
            ("Item", GONE_ITEMS),
        ):
            for name in names:
                old = self.company.records[kind][self.ids[kind, name]]
                change = {"Id": old["Id"], "SyncToken": old["SyncToken"], "Active": False}
                write(self.company, kind, "update", change | {"sparse": True})


def _kind_of(body: Body) -> str:
    """Which kind of document it is, as links call it."""
    if "VendorRef" in body:
        return "Bill" if "DueDate" in body else "VendorCredit"
    return "CreditMemo" if "RemainingCredit" in body else "Invoice"


def _applied(body: Body, amount: Decimal | int) -> Body:
    return {"Amount": amount, "LinkedTxn": [{"TxnId": body["Id"], "TxnType": _kind_of(body)}]}


def _cost(kind: str, amount: Decimal, detail: Body) -> Body:
    return {"Amount": amount, "DetailType": kind, kind: detail}


def _posting(side: str, account: Body, amount: str) -> Body:
    detail = {"PostingType": side, "AccountRef": account}
    return _cost("JournalEntryLineDetail", Decimal(amount), detail)
