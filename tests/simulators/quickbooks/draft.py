"""A write before it happens: what was sent, what it becomes, and the rules all documents share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from tests.simulators.quickbooks.clock import today
from tests.simulators.quickbooks.company import CURRENCIES, Company, fold, number_space
from tests.simulators.quickbooks.errors import Refused, required
from tests.simulators.quickbooks.fields import KINDS, Body

CENT = Decimal("0.01")
DUPLICATE_WARNINGS = {  # which preference refuses a number that is already used
    "Invoice": "WarnDuplicateInvoiceNumber",
    "CreditMemo": "WarnDuplicateInvoiceNumber",
    "Bill": "WarnDuplicateBillNumber",
    "VendorCredit": "WarnDuplicateBillNumber",
    "JournalEntry": "WarnDuplicateJournalNumber",
}


@dataclass
class Draft:
    """`body` is what the record becomes; `old` what it was; `sent` what the caller gave."""

    company: Company
    kind: str
    body: Body
    old: Body | None
    sent: Body
    options: frozenset[str] = frozenset()

    @property
    def own_id(self) -> str | None:
        return self.old["Id"] if self.old else None


def cents(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


def check_open_period(company: Company, day: str | None) -> None:
    """Raises Refused (6200, 6210) for a day in a closed period."""
    closed = company.preference("AccountingInfoPrefs.BookCloseDate")
    if closed and day and day <= closed:
        code = "6210" if company.switches.closing_password else "6200"
        detail = (
            "The account period has closed and the account books cannot be updated through the "
            f"QBO Services API. Closing date: {closed}, transaction date: {day}"
        )
        raise Refused(code, detail, "TxnDate")


def set_dates(draft: Draft, *, due: bool) -> None:
    """TxnDate, and DueDate where the document has one."""
    body = draft.body
    body.setdefault("TxnDate", today().isoformat())
    if draft.old:  # neither out of a closed period nor into one
        check_open_period(draft.company, draft.old["TxnDate"])
    check_open_period(draft.company, body["TxnDate"])
    if due and "DueDate" not in body:
        term = body.get("SalesTermRef", {}).get("value")
        terms = draft.company.find("Term", term) if term else None
        days = int(terms["DueDays"]) if terms else 30
        day = date.fromisoformat(body["TxnDate"]) + timedelta(days=days)
        body["DueDate"] = day.isoformat()


def set_number(draft: Draft) -> None:
    """DocNumber by the company's preference; 6140 for one that is taken."""
    body, company = draft.body, draft.company
    custom = company.preference("SalesFormsPrefs.CustomTxnNumbers")
    numbered = draft.kind in ("Invoice", "CreditMemo")
    if numbered and "DocNumber" not in body and not custom:
        # It counts on without a look at numbers that were sent: duplicates can come of that.
        known = (draft.old or {}).get("DocNumber")
        body["DocNumber"] = known or company.next_number("sales")
        return
    if "DocNumber" not in body or "allowduplicatedocnum" in draft.options:
        return
    # A number that was let through once is not asked about again.
    if draft.old and draft.old.get("DocNumber") == body["DocNumber"]:
        return
    if company.preference(f"OtherPrefs.{DUPLICATE_WARNINGS[draft.kind]}") != "true":
        return
    key = (draft.kind, number_space(draft.kind, body), fold(body["DocNumber"]))
    holder = company.holder(key, draft.own_id)
    if holder:
        detail = (
            "Duplicate Document Number Error : You must specify a different number. This number "
            f"has already been used. DocNumber={body['DocNumber']} is assigned to "
            f"TxnType={holder[0]} with TxnId={holder[1]}"
        )
        raise Refused("6140", detail, "")


def set_currency(draft: Draft, party: Body | None) -> None:
    """CurrencyRef of a document: the home currency, or that of its party (2220 otherwise)."""
    body, company = draft.body, draft.company
    wanted = body.get("CurrencyRef", {}).get("value")
    fixed = party["CurrencyRef"]["value"] if party else company.currency
    if company.multicurrency and wanted is None:
        raise required("CurrencyRef")
    if wanted not in (None, fixed):
        raise Refused("2220", f"Invalid currency : {wanted}, but {fixed} is wanted", "CurrencyRef")
    body["CurrencyRef"] = currency_ref(fixed)
    if Decimal(body.get("ExchangeRate", 1)) <= 0:
        raise Refused("2070", f"Invalid Number : {body['ExchangeRate']}", "ExchangeRate")
    if company.multicurrency and fixed == company.currency:
        body["ExchangeRate"] = 1
    elif company.multicurrency:
        body.setdefault("ExchangeRate", Decimal("1.25"))
    else:
        body.pop("ExchangeRate", None)


def known_currency(code: str) -> str:
    """Raises Refused (2220) for a code that is no currency of the company's list."""
    if code not in CURRENCIES:
        raise Refused("2220", f"Invalid currency : {code}", "CurrencyRef")
    return code


def currency_ref(code: str) -> Body:
    return {"value": code, "name": CURRENCIES.get(code, code)}


def set_home_amounts(draft: Draft) -> None:
    """The company's own view of a document in another currency."""
    body = draft.body
    if draft.company.multicurrency:
        rate, known = Decimal(body["ExchangeRate"]), KINDS[draft.kind]
        for home, amount in (("HomeTotalAmt", "TotalAmt"), ("HomeBalance", "Balance")):
            if home in known and amount in body:
                body[home] = cents(Decimal(body[amount]) * rate)
