"""Payments and what they pay: open balances and the links on both sides."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from tests.simulators.quickbooks.company import ZERO, Company, Record
from tests.simulators.quickbooks.draft import Draft
from tests.simulators.quickbooks.errors import Refused, business
from tests.simulators.quickbooks.fields import Body

PARTIES = {"Invoice": "CustomerRef", "CreditMemo": "CustomerRef", "Bill": "VendorRef"}


def link_target(draft: Draft, link: Body, amount: Decimal, party: str) -> Body:
    """The open transaction a line pays. Raises Refused: 620 cannot be linked, 6000 too much."""
    company, kind, number = draft.company, link["TxnType"], link["TxnId"]
    found = company.find(kind, number) if PARTIES.get(kind) == party else None
    if found is None:
        raise Refused("620", f"Transaction {kind} {number} cannot be linked", "TxnId")
    if (kind, number) in company.voided or found[party]["value"] != draft.body[party]["value"]:
        raise Refused("620", f"Transaction {kind} {number} is voided or of another name", "TxnId")
    if amount <= 0:
        raise Refused("2290", "An applied amount is positive", "Amount")
    others = sum(
        (
            paid
            for (_, payment), paid in company.applied.get((kind, number), {}).items()
            if payment != draft.own_id
        ),
        ZERO,
    )
    if amount > Decimal(found["TotalAmt"]) - others:
        raise business(f"{amount} is more than {kind} {number} has open", "Amount")
    return found


def check_linked_once(lines: list[Body]) -> None:
    """Two lines for one transaction could together pay more than it has open."""
    linked = [(link["TxnType"], link["TxnId"]) for line in lines for link in line["LinkedTxn"]]
    if len(set(linked)) < len(linked):
        raise business("A transaction is linked by two lines of one payment", "LinkedTxn")


@dataclass(frozen=True)
class Applied:
    """Who pays: its kind, how links call it, and how a party's balance moves."""

    company: Company
    kind: str
    link_type: str
    move_balance: Callable[[Company, str, Decimal], None]


def apply_links(side: Applied, old: Body | None, new: Body | None) -> None:
    """Rewrite what a payment covers, and the balances of everything it touched."""
    touched: dict[Record, None] = {}
    for record, _ in _links(old):
        side.company.applied[record].pop((side.kind, (old or {})["Id"]), None)
        touched[record] = None
    for record, amount in _links(new):
        paid = side.company.applied[record]
        payment = (side.kind, (new or {})["Id"])
        paid[payment] = paid.get(payment, ZERO) + amount
        touched[record] = None
    for record in touched:
        refresh(side, record)


def refresh(side: Applied, record: Record) -> None:
    """Balance and links of a paid transaction; its token moves if anything changed."""
    company, (kind, number) = side.company, record
    body = company.find(kind, number)
    if body is None or record in company.voided:  # its balance stays 0
        return
    paid = company.applied[record]
    balance = Decimal(body["TotalAmt"]) - sum(paid.values(), ZERO)
    links = [{"TxnId": payment, "TxnType": side.link_type} for _, payment in paid]
    # Whether the paid side gets a new token is unconfirmed; a client must bear that it does.
    if balance == body["Balance"] and links == body["LinkedTxn"]:
        return
    sign = -1 if kind == "CreditMemo" else 1
    change = (balance - Decimal(body["Balance"])) * sign
    side.move_balance(company, body[PARTIES[kind]]["value"], change)
    body["Balance"] = balance
    body["LinkedTxn"] = links
    if kind == "CreditMemo":
        body["RemainingCredit"] = balance
    company.touch(body)


def forget_target(company: Company, kind: str, number: str) -> list[Record]:
    """Drop all payments of a removed or voided transaction; returns the payments."""
    return list(company.applied.pop((kind, number), {}))


def _links(body: Body | None) -> Iterator[tuple[Record, Decimal]]:
    for line in (body or {}).get("Line", ()):
        for link in line.get("LinkedTxn", ()):
            yield (link["TxnType"], link["TxnId"]), Decimal(line["Amount"])
