"""The running simulators, what a test does to one company in any of them, and what a ledger cannot
do."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, Protocol

from schemas.kinds import Kind

CANNOT: Mapping[str, Mapping[str, str]] = {
    "quickbooks": {
        "moved while paid": "a payment in QuickBooks is one customer's or vendor's, as its invoice",
    },
    "xero": {
        "stale tokens": "Xero refuses no stale write: what is changed is looked up first",
        "mixed batches": "one call of Xero's takes creates of one collection, or changes of it",
        "edited payments": "payments of Xero's are taken out and made anew, with another ref",
        "unapplied payments": "a payment of Xero's is of one document, and of no more than it owes",
        "twin numbers": "Xero takes the number of a sales invoice once, voided ones included",
        "edited while paid": "of a paid document Xero changes no amounts",
        "revived parties": "an archived contact of Xero's is restored by people only",
        "items that come back": "an item of Xero's is deleted for good: nothing to wait for",
        "opening stock": "Xero takes no quantity with a new item: stock comes of bills",
        "foreign journals": "journals of Xero's are in the base currency",
    },
}
"""Provider -> what it cannot do -> why: tests marked by `needs` are expected to fail with it."""


class Company(Protocol):
    """One company of a simulator, in our words: what happens to its calls, and what people do."""

    @property
    def id(self) -> str: ...

    def lose_answer(self, where: str = "write") -> None:
        """The next write takes effect and its answer never arrives."""
        ...

    def fault(self, **plan: object) -> None: ...

    def expire_tokens(self) -> None: ...

    def withdraw_consent(self) -> None: ...

    def close(self, until: str) -> None:
        """The books are closed up to and with this day."""
        ...

    def deal_in(self, currency: str) -> None:
        """Somebody sets up what documents in a foreign currency need."""
        ...

    def allow_duplicates(self) -> None:
        """Numbers may be used twice, as far as the ledger lets them."""
        ...

    def count(self, kind: Kind) -> int:
        """How many records of a kind are in the books, voided and inactive ones among them."""
        ...

    def balance(self, invoice: str) -> Decimal:
        """What an invoice or a bill has open."""
        ...

    def stock(self, item: str) -> Decimal:
        """How many of an item the books keep."""
        ...

    def owed(self) -> Decimal:
        """What all bills together have open."""
        ...

    def edit(self, kind: Kind, ref: str) -> None:
        """Somebody changes a field that we map."""
        ...

    def edit_aside(self, kind: Kind, ref: str) -> None:
        """Somebody changes a field that is none of ours."""
        ...

    def add_party(self, kind: Kind, name: str, email: str | None = None) -> str:
        """Somebody enters a customer or vendor; its ref."""
        ...

    def archive(self, kind: Kind, ref: str) -> None:
        """Somebody makes a customer or vendor inactive."""
        ...

    def archive_account(self, ref: str) -> None: ...

    def retire_item(self, ref: str) -> None:
        """Somebody makes an item inactive, or deletes it where none can be."""
        ...

    def pay(self, invoice: str, amount: str) -> str:
        """Somebody enters a payment of an invoice (check CHK 2207 of 2026-11-02); its ref."""
        ...

    def pay_bill(self, bill: str, amount: str) -> str:
        """Somebody pays a bill; the payment's ref."""
        ...

    def delete_payment(self, ref: str) -> None: ...

    def deposit(self, payment: str) -> None:
        """Somebody brings a payment to the bank's statement: from then on it is locked."""
        ...

    def take_out(self, kind: Kind, ref: str) -> None:
        """Somebody deletes a document, or voids it where none can be deleted."""
        ...

    def void_invoice(self, ref: str) -> None: ...


@contextmanager
def running_simulators(*, recorded: bool) -> Iterator[dict[str, Any]]:
    """The start line of `python -m tests.simulators`: where each ledger is.

    Requests made to be refused are not recorded: they do not belong into a file that is checked.
    """
    environment = dict(os.environ)
    if not recorded:
        environment.pop("SIMULATOR_TRAFFIC", None)
    command = [sys.executable, "-m", "tests.simulators", "--provider", "both"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.wait(timeout=10)
        assert process.stdout is not None
        process.stdout.close()
