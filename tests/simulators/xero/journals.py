"""Manual journals: balanced lines between accounts, nothing else."""

from __future__ import annotations

from tests.simulators.xero.accounts import account_of, by_code, check_posting, tax_of, untaxed
from tests.simulators.xero.clock import today
from tests.simulators.xero.entries import Entry, locked, without_id
from tests.simulators.xero.errors import Invalid, simulator
from tests.simulators.xero.lines import check_untaxed, tax_on
from tests.simulators.xero.organisation import ZERO, Body, Organisation

MOVES = {  # status: what the API may make of it
    "DRAFT": ("DRAFT", "POSTED", "DELETED"),
    "POSTED": ("POSTED", "VOIDED"),
}
NOT_MODIFIABLE = "Manual Journal not of valid status for modification"


def save(organisation: Organisation, entry: Entry) -> Body:
    """A journal is entered or changed. Raises Invalid."""
    change = without_id("ManualJournal", entry.body)
    if entry.number is None:
        return _create(organisation, change, entry)
    old = organisation.records["ManualJournal"][entry.number]
    status = change.get("Status", old["Status"])
    if status not in MOVES.get(old["Status"], ()):
        raise Invalid(NOT_MODIFIABLE)
    locked(organisation, old["Date"])
    if status in ("VOIDED", "DELETED"):
        if extra := set(change) - {"Status", "Narration"}:
            raise Invalid(simulator(f"{min(extra)} beside Status {status} would be ignored"))
        return organisation.replace("ManualJournal", old, old | {"Status": status})
    return organisation.replace("ManualJournal", old, _checked(organisation, old, change, entry))


def _create(organisation: Organisation, change: Body, entry: Entry) -> Body:
    if change.get("Status", "DRAFT") not in MOVES:
        raise Invalid("Manual Journal not of valid status for creation")
    new: Body = {
        "Date": today(),
        "Status": "DRAFT",
        "LineAmountTypes": "NoTax",
        "ShowOnCashBasisReports": True,
        "JournalLines": [],
    }
    return organisation.insert("ManualJournal", _checked(organisation, new, change, entry))


def _checked(organisation: Organisation, old: Body, change: Body, entry: Entry) -> Body:
    """The journal with its changes. Raises Invalid."""
    new = old | change
    if not new.get("Narration", "").strip():
        raise Invalid("Narration must be specified.")
    locked(organisation, new["Date"])
    if {"JournalLines", "LineAmountTypes"} & set(change):
        lines: list[Body] = []
        messages: list[str] = []
        for line in new["JournalLines"]:
            try:
                lines.append(_line(organisation, new, line, entry))
            except Invalid as error:
                messages += error.messages
        if messages:
            raise Invalid(*messages)
        new["JournalLines"] = lines
    _check_balance(new)
    return new


def _line(organisation: Organisation, journal: Body, given: Body, entry: Entry) -> Body:
    if "LineAmount" not in given:
        raise Invalid("LineAmount must be specified for each journal line.")
    check_untaxed(organisation, journal, given)
    line = dict(given)
    code = line.get("AccountCode")
    if code is not None and by_code(organisation, code) is None:
        # A warning and no error: the line is kept without its account.
        entry.warnings.append(
            f"Account code '{code}' has been removed as it does not match a recognised account."
        )
        del line["AccountCode"]
    elif code is None and "AccountID" not in line:
        raise Invalid("AccountCode must be specified for each journal line.")
    account = account_of(organisation, line)
    if account:
        check_posting(account)
        line |= {"AccountID": account["AccountID"]}
        line |= {"AccountCode": account["Code"]} if "Code" in account else {}
    free = journal["LineAmountTypes"] == "NoTax"
    rate = tax_of(organisation, account, untaxed(organisation) if free else line.get("TaxType"))
    line["TaxType"] = rate["TaxType"] if rate else untaxed(organisation)
    line["TaxAmount"] = tax_on(line["LineAmount"], rate, journal["LineAmountTypes"])
    return line | {"IsBlank": False}


def _check_balance(journal: Body) -> None:
    lines = journal["JournalLines"]
    if len(lines) < 2:
        raise Invalid("A manual journal must have at least 2 journal lines.")
    gross = [line["LineAmount"] for line in lines]
    if journal["LineAmountTypes"] == "Exclusive":
        gross = [line["LineAmount"] + line["TaxAmount"] for line in lines]
    debit = sum((amount for amount in gross if amount > 0), ZERO)
    credit = sum((amount for amount in gross if amount < 0), ZERO)
    if debit + credit:
        raise Invalid(f"The total debits ({debit:.2f}) must equal total credits ({credit:.2f})")
