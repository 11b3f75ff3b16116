"""Payments and what they cover: lines, open balances and the links on both sides."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from tests.simulators.quickbooks.balances import CREDITS, PARTIES, move_balance, set_balance
from tests.simulators.quickbooks.company import ZERO, Company, Record
from tests.simulators.quickbooks.draft import Draft
from tests.simulators.quickbooks.errors import Refused, business, required
from tests.simulators.quickbooks.fields import Body
from tests.simulators.quickbooks.lines import single_link

Covered = tuple[Body, Body]  # a line as it is kept, and the document it covers


def covered_lines(draft: Draft) -> list[Covered]:
    """The checked lines of a payment. Raises Refused: 620, 2020, 2290, 6000."""
    found = [_covered(draft, line) for line in draft.body.get("Line", ())]
    lines = [line for line, _ in found]
    linked = [record for record, _ in _links({"Line": lines})]
    # Two lines for one transaction could together cover more than it has open.
    if len(set(linked)) < len(linked):
        raise business("A transaction is linked by two lines of one payment", "LinkedTxn")
    used, total = used_amount({"Line": lines}), Decimal(draft.body["TotalAmt"])
    if used > total:
        raise business(f"{used} applied of {total}", "TotalAmt")
    if used < 0:
        raise business("The credits applied are more than what they are applied to", "Line")
    return found


def used_amount(body: Body) -> Decimal:
    """How much of a payment its lines use up; applied credits add to what it can cover."""
    return sum((-amount if kind in CREDITS else amount for (kind, _), amount in _links(body)), ZERO)


def unapplied(body: Body) -> Decimal:
    return Decimal(body["TotalAmt"]) - used_amount(body)


def open_without(company: Company, record: Record, payment: Record) -> Decimal:
    """What a transaction has open if one payment is left out of account."""
    others = dict(company.applied.get(record, {}))
    others.pop(payment, None)
    body = company.records[record[0]][record[1]]
    return Decimal(body["TotalAmt"]) - sum(others.values(), ZERO)


def _covered(draft: Draft, line: Body) -> Covered:
    if "Amount" not in line:
        raise required("Line.Amount")
    link, amount = single_link(line), Decimal(line["Amount"])
    found = _target(draft, (link["TxnType"], link["TxnId"]))
    if amount <= 0:
        raise Refused("2290", "An applied amount is positive", "Amount")
    record = (link["TxnType"], found["Id"])
    if amount > open_without(draft.company, record, (draft.kind, draft.own_id or "")):
        raise business(f"{amount} is more than {record[0]} {record[1]} has open", "Amount")
    return {"Amount": line["Amount"], "LinkedTxn": [link]}, found


def _target(draft: Draft, record: Record) -> Body:
    """The transaction a line covers: of the payment's own party, and not voided (else 620)."""
    company, party = draft.company, PARTIES[draft.kind]
    payable = PARTIES.get(record[0]) == party and record[0] not in ("Payment", "BillPayment")
    found = company.find(*record) if payable else None
    if found is None:
        raise Refused("620", f"Transaction {' '.join(record)} cannot be linked", "TxnId")
    if record in company.voided or found[party]["value"] != draft.body[party]["value"]:
        raise Refused("620", f"Transaction {' '.join(record)} is void or not his", "TxnId")
    return found


def apply_payment(draft: Draft, new: Body | None) -> None:
    """Balances and links after a payment was written, changed, voided or deleted."""
    company, kind, old = draft.company, draft.kind, draft.old
    payment = (kind, (new or old or {})["Id"])
    touched: dict[Record, None] = {}
    for record, _ in _links(old):
        company.applied[record].pop(payment, None)
        touched[record] = None
    for record, amount in _links(new):
        company.applied[record][payment] = amount
        touched[record] = None
    for record in touched:
        _refresh(company, record)
    for body, sign in ((old, -1), (new, 1)):
        if body:
            move_balance(company, kind, body, unapplied(body) * sign)


def release(company: Company, kind: str, number: str) -> None:
    """A document was voided or deleted: what was applied to it becomes unapplied."""
    for payment_kind, payment in company.applied.pop((kind, number), {}):
        old = company.records[payment_kind][payment]
        kept = [line for line in old["Line"] if not _covers(line, kind, number)]
        body = old | {"Line": _balanced(kept)}
        if "UnappliedAmt" in body:
            body["UnappliedAmt"] = unapplied(body)
        new = company.replace(payment_kind, old, body)
        apply_payment(Draft(company, payment_kind, body, old, {}), new)


def _balanced(lines: list[Body]) -> list[Body]:
    """Credits that cover nothing any more are free again, the last ones first."""
    excess, kept = -used_amount({"Line": lines}), list[Body]()
    for line in reversed(lines):
        amount = Decimal(line["Amount"])
        if line["LinkedTxn"][0]["TxnType"] in CREDITS and excess > 0:
            freed = min(excess, amount)
            excess, amount = excess - freed, amount - freed
        if amount:
            kept.append(line | {"Amount": amount})
    return kept[::-1]


def _refresh(company: Company, record: Record) -> None:
    """Balance and links of a covered transaction; its token moves if anything changed."""
    body = company.find(*record)
    if body is None or record in company.voided:  # its balance stays 0
        return
    paid = company.applied[record]
    balance = Decimal(body["TotalAmt"]) - sum(paid.values(), ZERO)
    links = [{"TxnId": payment[1], "TxnType": _shown(company, payment)} for payment in paid]
    # Whether the paid side gets a new token is unconfirmed; a client must bear that it does.
    if balance == body["Balance"] and links == body["LinkedTxn"]:
        return
    move_balance(company, record[0], body, balance - Decimal(body["Balance"]))
    set_balance(body, balance)
    body["LinkedTxn"] = links
    company.touch(record[0], body)


def _shown(company: Company, payment: Record) -> str:
    """How the paid side calls a payment: BillPaymentCheck, BillPaymentCreditCard or Payment."""
    return f"{payment[0]}{company.records[payment[0]][payment[1]].get('PayType', '')}"


def _covers(line: Body, kind: str, number: str) -> bool:
    link = line["LinkedTxn"][0]
    return bool(link["TxnType"] == kind and link["TxnId"] == number)


def _links(body: Body | None) -> Iterator[tuple[Record, Decimal]]:
    for line in (body or {}).get("Line", ()):
        for link in line.get("LinkedTxn", ()):
            yield (link["TxnType"], link["TxnId"]), Decimal(line["Amount"])
