"""One company of the simulated QuickBooks: the controls that a test turns."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx

from schemas.kinds import Kind

Json = Any  # whatever JSON can hold

ENTITIES = {
    Kind.CUSTOMER: "Customer",
    Kind.VENDOR: "Vendor",
    Kind.ITEM: "Item",
    Kind.INVOICE: "Invoice",
    Kind.PURCHASE_INVOICE: "Bill",
    Kind.EXPENSE: "JournalEntry",
    Kind.PAYMENT: "Payment",
}


@dataclass(frozen=True)
class QuickBooksCompany:
    """A Company; what only QuickBooks has is at its end."""

    http: httpx.Client
    api: str
    control: str
    id: str
    access_token: str

    def lose_answer(self, where: str = "write") -> None:
        self.fault(fault="lost_answer", where=where)

    def fault(self, **plan: object) -> None:
        self._ask("POST", "faults", plan)

    def switch(self, **switches: bool) -> None:
        self._ask("PUT", f"companies/{self.id}/switches", switches)

    def prefer(self, **preferences: object) -> None:
        self._ask("PUT", f"companies/{self.id}/preferences", preferences)

    def close(self, until: str) -> None:
        self.prefer(AccountingInfoPrefs={"BookCloseDate": until})

    def deal_in(self, currency: str) -> None:
        """Documents of a vendor need payables in his currency."""
        name = f"Payable in {currency}"
        reference = {"value": currency}
        self.enter("Account", Name=name, AccountType="Accounts Payable", CurrencyRef=reference)

    def allow_duplicates(self) -> None:
        kinds = ("Invoice", "Bill", "Journal")
        self.prefer(OtherPrefs={f"WarnDuplicate{kind}Number": False for kind in kinds})

    def expire_tokens(self) -> None:
        self._ask("POST", f"companies/{self.id}/expire-tokens")

    def withdraw_consent(self) -> None:
        self._ask("POST", f"companies/{self.id}/withdraw")

    # What every ledger can be asked for, in our words

    def count(self, kind: Kind) -> int:
        return len(self.records(ENTITIES[kind]))

    def balance(self, invoice: str) -> Decimal:
        documents = (*self.records("Invoice"), *self.records("Bill"))
        (held,) = [one["Balance"] for one in documents if one["Id"] == invoice]
        return Decimal(str(held))

    def stock(self, item: str) -> Decimal:
        return Decimal(str(self.record("Item", item)["QtyOnHand"]))

    def owed(self) -> Decimal:
        return Decimal(str(sum(one["Balance"] for one in self.records("Bill"))))

    def edit(self, kind: Kind, ref: str) -> None:
        fields: dict[Kind, dict[str, Json]] = {
            Kind.CUSTOMER: {"PrimaryPhone": {"FreeFormNumber": "+1 503 555 0100"}},
            Kind.INVOICE: {"PrivateNote": "Changed by hand"},
            Kind.PURCHASE_INVOICE: {"DueDate": "2026-12-31"},
        }
        self.enter(ENTITIES[kind], None, Id=ref, **fields[kind])

    def edit_aside(self, kind: Kind, ref: str) -> None:
        fields: dict[Kind, dict[str, Json]] = {
            Kind.CUSTOMER: {"PreferredDeliveryMethod": "Email"},
            Kind.INVOICE: {"EmailStatus": "EmailSent"},
        }
        self.enter(ENTITIES[kind], None, Id=ref, **fields[kind])

    def add_party(self, kind: Kind, name: str, email: str | None = None) -> str:
        mail = {"PrimaryEmailAddr": {"Address": email}} if email else {}
        return str(self.enter(ENTITIES[kind], None, DisplayName=name, **mail)["Id"])

    def pay(self, invoice: str, amount: str) -> str:
        link = {"TxnId": invoice, "TxnType": "Invoice"}
        payment = self.enter(
            "Payment",
            CustomerRef=self.record("Invoice", invoice)["CustomerRef"],
            TotalAmt=float(amount),
            TxnDate="2026-11-02",
            PaymentRefNum="CHK 2207",
            Line=[{"Amount": float(amount), "LinkedTxn": [link]}],
        )
        return str(payment["Id"])

    def pay_bill(self, bill: str, amount: str) -> str:
        """By check."""
        banks = (one for one in self.records("Account") if one["AccountType"] == "Bank")
        payment = self.enter(
            "BillPayment",
            VendorRef=self.record("Bill", bill)["VendorRef"],
            PayType="Check",
            TotalAmt=float(amount),
            TxnDate="2026-11-02",
            CheckPayment={"BankAccountRef": {"value": next(banks)["Id"]}},
            Line=[{"Amount": float(amount), "LinkedTxn": [{"TxnId": bill, "TxnType": "Bill"}]}],
        )
        return str(payment["Id"])

    def deposit(self, payment: str) -> None:
        self._ask("POST", f"companies/{self.id}/payments/{payment}/deposit")

    def delete_payment(self, ref: str) -> None:
        self.enter("Payment", "delete", Id=ref)

    def archive(self, kind: Kind, ref: str) -> None:
        self.enter(ENTITIES[kind], None, Id=ref, Active=False)

    def archive_account(self, ref: str) -> None:
        self.enter("Account", None, Id=ref, Active=False)

    def retire_item(self, ref: str) -> None:
        self.archive(Kind.ITEM, ref)

    def take_out(self, kind: Kind, ref: str) -> None:
        self.enter(ENTITIES[kind], "delete", Id=ref)

    def void_invoice(self, ref: str) -> None:
        self.enter("Invoice", "void", Id=ref)

    # QuickBooks' own

    def enter(self, kind: str, operation: str | None = None, **body: object) -> dict[str, Any]:
        """What a person enters in QuickBooks itself."""
        asked = f"?operation={operation}" if operation else ""
        entered = self._ask("POST", f"companies/{self.id}/entities/{kind}{asked}", body)
        return dict(entered[kind])

    def records(self, kind: str) -> list[dict[str, Any]]:
        return list(self._ask("GET", f"companies/{self.id}/entities/{kind}"))

    def record(self, kind: str, ref: str) -> dict[str, Any]:
        return next(found for found in self.records(kind) if found["Id"] == ref)

    def _ask(self, method: str, path: str, body: object = None) -> Json:
        response = self.http.request(method, f"{self.control}/{path}", json=body)
        assert response.status_code == 200, response.text
        return response.json()
