"""One organisation of the simulated Xero: the controls that a test turns."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx

from schemas.kinds import Kind

Json = Any  # whatever JSON can hold

ENTITIES = {
    Kind.CUSTOMER: "Contact",
    Kind.VENDOR: "Contact",
    Kind.ITEM: "Item",
    Kind.INVOICE: "Invoice",
    Kind.PURCHASE_INVOICE: "Invoice",
    Kind.EXPENSE: "ManualJournal",
    Kind.PAYMENT: "Payment",
}
_TYPES = {Kind.INVOICE: "ACCREC", Kind.PURCHASE_INVOICE: "ACCPAY"}
_PHONE = {"PhoneType": "DEFAULT", "PhoneNumber": "555 0100"}


@dataclass(frozen=True)
class XeroCompany:
    """A Company; its id is the tenant's."""

    http: httpx.Client
    api: str
    control: str
    id: str
    access_token: str

    def lose_answer(self, where: str = "write") -> None:
        self.fault(fault="lost_answer", where=where)

    def fault(self, **plan: object) -> None:
        self._ask("POST", "faults", plan)

    def expire_tokens(self) -> None:
        self._here("POST", "expire-tokens")

    def withdraw_consent(self) -> None:
        self._here("POST", "withdraw")

    def close(self, until: str) -> None:
        self._here("PUT", "organisation", {"PeriodLockDate": until})

    def deal_in(self, currency: str) -> None:
        self._here("POST", f"currencies/{currency}")

    def allow_duplicates(self) -> None:
        """Xero asks nobody: numbers of sales invoices are unique, all others are not."""

    def count(self, kind: Kind) -> int:
        records = self.records(ENTITIES[kind])
        return len([one for one in records if one.get("Type") == _TYPES.get(kind, one.get("Type"))])

    def balance(self, invoice: str) -> Decimal:
        return Decimal(str(self.record("Invoice", invoice)["AmountDue"]))

    def stock(self, item: str) -> Decimal:
        return Decimal(str(self.record("Item", item).get("QuantityOnHand", 0)))

    def owed(self) -> Decimal:
        bills = (one for one in self.records("Invoice") if one["Type"] == "ACCPAY")
        open_ones = [one for one in bills if one["Status"] not in ("VOIDED", "DELETED")]
        return Decimal(str(sum(one["AmountDue"] for one in open_ones)))

    def edit(self, kind: Kind, ref: str) -> None:
        fields: dict[Kind, dict[str, Json]] = {
            Kind.CUSTOMER: {"Phones": [_PHONE]},
            Kind.INVOICE: {"DueDate": "2026-12-31"},
            Kind.PURCHASE_INVOICE: {"DueDate": "2026-12-31"},
        }
        self.enter(ENTITIES[kind], None, **self._named(kind, ref), **fields[kind])

    def edit_aside(self, kind: Kind, ref: str) -> None:
        fields: dict[Kind, dict[str, Json]] = {
            Kind.CUSTOMER: {"BankAccountDetails": "12-3456-7890123-00"},
            Kind.INVOICE: {"ExpectedPaymentDate": "2026-12-01"},
        }
        self.enter(ENTITIES[kind], None, **self._named(kind, ref), **fields[kind])

    def add_party(self, kind: Kind, name: str, email: str | None = None) -> str:
        """A contact, which is neither a customer nor a vendor before it has documents."""
        mail = {"EmailAddress": email} if email else {}
        return str(self.enter("Contact", None, Name=name, **mail)["ContactID"])

    def archive(self, kind: Kind, ref: str) -> None:
        self.enter(ENTITIES[kind], "archive", **self._named(kind, ref))

    def archive_account(self, ref: str) -> None:
        self.enter("Account", "archive", AccountID=ref)

    def retire_item(self, ref: str) -> None:
        self.enter("Item", "delete", ItemID=ref)

    def pay(self, invoice: str, amount: str, reference: str = "CHK 2207") -> str:
        body = {"Amount": float(amount), "Date": "2026-11-02", "Reference": reference}
        return str(self._here("POST", f"pay/{invoice}", body)["Payment"]["PaymentID"])

    def pay_bill(self, bill: str, amount: str) -> str:
        return self.pay(bill, amount)

    def delete_payment(self, ref: str) -> None:
        self.enter("Payment", "delete", PaymentID=ref)

    def deposit(self, payment: str) -> None:
        self._here("POST", f"payments/{payment}/reconciliation")

    def take_out(self, kind: Kind, ref: str) -> None:
        operation = "delete" if kind is Kind.PAYMENT else "void"
        self.enter(ENTITIES[kind], operation, **self._named(kind, ref))

    def void_invoice(self, ref: str) -> None:
        self.take_out(Kind.INVOICE, ref)

    # Xero's own

    def enter(self, kind: str, operation: str | None = None, **body: object) -> dict[str, Any]:
        """What a person enters in Xero itself."""
        asked = f"?operation={operation}" if operation else ""
        return dict(self._here("POST", f"entities/{kind}{asked}", body)[kind])

    def records(self, kind: str) -> list[dict[str, Any]]:
        return list(self._here("GET", f"entities/{kind}"))

    def record(self, kind: str, ref: str) -> dict[str, Any]:
        return next(found for found in self.records(kind) if found[f"{kind}ID"] == ref)

    def merge(self, gone: str, kept: str) -> None:
        """Two contacts become one."""
        self._here("POST", "merge/Contact", {"from": gone, "into": kept})

    def switch(self, **switches: bool) -> None:
        self._here("PUT", "switches", switches)

    def _named(self, kind: Kind, ref: str) -> dict[str, str]:
        return {f"{ENTITIES[kind]}ID": ref}

    def _here(self, method: str, path: str, body: object = None) -> Json:
        return self._ask(method, f"companies/{self.id}/{path}", body)

    def _ask(self, method: str, path: str, body: object = None) -> Json:
        response = self.http.request(method, f"{self.control}/{path}", json=body)
        assert response.status_code == 200, response.text
        return response.json()
