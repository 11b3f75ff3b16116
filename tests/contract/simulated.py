"""A running simulator process, and what a test does to one company in it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from schemas.kinds import Kind
from worker.providers.port import Limits

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

LIMITS = Limits(
    batch=30,
    concurrency=10,
    per_second=10,
    per_minute=500,
    batches_per_minute=40,
    replay_window=3600,
    key_lifetime=86400,
    timeout=5,
)


@contextmanager
def running_simulators(*, recorded: bool) -> Iterator[dict[str, Any]]:
    """The start line of `python -m tests.simulators`.

    Requests made to be refused are not recorded: they do not belong into a file that is checked.
    """
    environment = dict(os.environ)
    if not recorded:
        environment.pop("SIMULATOR_TRAFFIC", None)
    command = [sys.executable, "-m", "tests.simulators"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["quickbooks"]
    finally:
        process.terminate()
        process.wait(timeout=10)
        assert process.stdout is not None
        process.stdout.close()


@dataclass(frozen=True)
class Company:
    """One company of the simulator: the controls that a test turns."""

    http: httpx.Client
    api: str
    control: str
    id: str
    access_token: str

    def lose_answer(self, where: str = "write") -> None:
        """The next write takes effect and its answer never arrives."""
        self.fault(fault="lost_answer", where=where)

    def fault(self, **plan: object) -> None:
        self._ask("POST", "faults", plan)

    def switch(self, **switches: bool) -> None:
        self._ask("PUT", f"companies/{self.id}/switches", switches)

    def prefer(self, **preferences: object) -> None:
        self._ask("PUT", f"companies/{self.id}/preferences", preferences)

    def allow_duplicates(self) -> None:
        """Numbers may be used twice."""
        kinds = ("Invoice", "Bill", "Journal")
        self.prefer(OtherPrefs={f"WarnDuplicate{kind}Number": False for kind in kinds})

    def expire_tokens(self) -> None:
        self._ask("POST", f"companies/{self.id}/expire-tokens")

    def withdraw_consent(self) -> None:
        self._ask("POST", f"companies/{self.id}/withdraw")

    # What every ledger can be asked for, in our words

    def count(self, kind: Kind) -> int:
        """How many records of a kind are in the books, voided and inactive ones among them."""
        return len(self.records(ENTITIES[kind]))

    def edit(self, kind: Kind, ref: str) -> str:
        """Somebody changes a field that we map; the new token."""
        fields: dict[Kind, dict[str, Json]] = {
            Kind.CUSTOMER: {"PrimaryPhone": {"FreeFormNumber": "+1 503 555 0100"}},
            Kind.INVOICE: {"PrivateNote": "Changed by hand"},
        }
        return str(self.enter(ENTITIES[kind], None, Id=ref, **fields[kind])["SyncToken"])

    def edit_aside(self, kind: Kind, ref: str) -> str:
        """Somebody changes a field that is none of ours; the new token."""
        fields: dict[Kind, dict[str, Json]] = {
            Kind.CUSTOMER: {"PreferredDeliveryMethod": "Email"},
            Kind.INVOICE: {"EmailStatus": "EmailSent"},
        }
        return str(self.enter(ENTITIES[kind], None, Id=ref, **fields[kind])["SyncToken"])

    def add_party(self, kind: Kind, name: str, email: str | None = None) -> str:
        """Somebody enters a customer or vendor; its ref."""
        mail = {"PrimaryEmailAddr": {"Address": email}} if email else {}
        return str(self.enter(ENTITIES[kind], None, DisplayName=name, **mail)["Id"])

    def pay(self, invoice: str, amount: str) -> str:
        """Somebody enters a payment of an invoice; its ref."""
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
        """Somebody pays a bill by check; the payment's ref."""
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
        """Somebody brings a payment to the bank."""
        self._ask("POST", f"companies/{self.id}/payments/{payment}/deposit")

    def delete_payment(self, ref: str) -> None:
        self.enter("Payment", "delete", Id=ref)

    def delete(self, kind: Kind, ref: str) -> None:
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


def new_company(http: httpx.Client, simulator: dict[str, Any], **options: object) -> Company:
    """A company of its own for a test, so that tests share neither names nor call limits."""
    control = simulator["control"]
    http.request("DELETE", f"{control}/faults")
    made = http.post(f"{control}/companies", json=options).json()
    tokens = http.post(f"{control}/companies/{made['id']}/tokens").json()
    return Company(http, simulator["api"], control, made["id"], tokens["access_token"])
