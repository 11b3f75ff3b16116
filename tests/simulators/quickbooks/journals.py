"""Journal entries."""

from __future__ import annotations

from decimal import Decimal

from tests.simulators.quickbooks.company import ZERO, Company
from tests.simulators.quickbooks.draft import (
    Draft,
    currency_ref,
    known_currency,
    set_currency,
    set_dates,
    set_number,
)
from tests.simulators.quickbooks.errors import Refused, business, required
from tests.simulators.quickbooks.fields import Body
from tests.simulators.quickbooks.lines import LineMaker, read_lines, text_line
from tests.simulators.quickbooks.references import named, target

PARTY_OF = {"Accounts Receivable": "Customer", "Accounts Payable": "Vendor"}


def build_journal(draft: Draft) -> Body:
    """A checked entry: debits equal credits (2300), and AR and AP lines name their party."""
    body = draft.body
    set_dates(draft, due=False)
    _currency(draft)
    lines = read_lines(draft, MAKERS)
    sides = {"Debit": ZERO, "Credit": ZERO}
    for line in lines:
        if line["DetailType"] == "JournalEntryLineDetail":
            side = line["JournalEntryLineDetail"]["PostingType"]
            sides[side] += Decimal(line["Amount"])
    if sides["Debit"] != sides["Credit"] or not sides["Debit"]:
        detail = f"Debits {sides['Debit']} and credits {sides['Credit']} must be equal, not zero"
        raise Refused("2300", detail, "Line")
    if sum(_is_party_line(draft.company, line) for line in lines) > 1:
        raise business("An entry takes one Accounts Receivable or Accounts Payable line")
    body["Line"] = lines
    body["TxnTaxDetail"] = {}
    body["TotalAmt"] = ZERO  # as recorded: verify with the lines
    body.setdefault("Adjustment", False)
    set_number(draft)
    return body


def _currency(draft: Draft) -> None:
    """An entry has no party: with multicurrency its own currency counts."""
    wanted = draft.body.get("CurrencyRef", {}).get("value")
    if draft.company.multicurrency and wanted not in (None, draft.company.currency):
        draft.body.setdefault("ExchangeRate", Decimal("1.25"))
        draft.body["CurrencyRef"] = currency_ref(known_currency(wanted))
        return
    if draft.company.multicurrency and wanted is None:
        raise required("CurrencyRef")
    set_currency(draft, None)


def _journal_line(draft: Draft, line: Body, detail: Body) -> Body:
    for name in ("PostingType", "AccountRef"):
        if name not in detail:
            raise required(f"JournalEntryLineDetail.{name}")
    if line["Amount"] < 0:
        raise Refused("2290", "Amounts of journal lines are positive", "Amount")
    company = draft.company
    found = target(company, "Account", detail["AccountRef"], "AccountRef")
    detail["AccountRef"] = named(company, "Account", detail["AccountRef"], "AccountRef")
    entity = detail.get("Entity", {})
    wanted = PARTY_OF.get(found["AccountType"])
    if wanted and entity.get("Type") != wanted:
        detail_text = f"When you use {found['AccountType']}, choose a {wanted} in the Name field"
        raise business(detail_text, "Entity")
    if entity:
        detail["Entity"] = _party(company, entity)
    return detail


def _party(company: Company, entity: Body) -> Body:
    kind = entity.get("Type")
    if kind not in ("Customer", "Vendor", "Employee") or "EntityRef" not in entity:
        raise required("Entity.EntityRef" if kind else "Entity.Type")
    return {"Type": kind, "EntityRef": named(company, kind, entity["EntityRef"], "EntityRef")}


MAKERS: dict[str, LineMaker] = {
    "JournalEntryLineDetail": _journal_line,
    "DescriptionOnly": text_line,
}


def _is_party_line(company: Company, line: Body) -> bool:
    detail = line.get("JournalEntryLineDetail")
    if not detail:
        return False
    found = company.records["Account"][detail["AccountRef"]["value"]]
    return found["AccountType"] in PARTY_OF


def apply_journal(_draft: Draft, _new: Body | None) -> None:
    """Nothing else follows from an entry: account balances are not kept."""
