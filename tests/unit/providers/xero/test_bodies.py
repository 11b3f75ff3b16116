"""Elements by operation: how records leave the books, and what may change of a paid document."""

from dataclasses import replace
from datetime import date

import pytest

from schemas.kinds import Kind
from tests.contract.records import (
    a_bill,
    a_party,
    a_payment,
    a_stock_item,
    an_expense,
    an_invoice,
)
from tests.unit.providers.xero.lookups import a_lookup, a_removal, an_update
from worker.providers.lookup import Lookup
from worker.providers.port import Operation, Record, Work
from worker.providers.refusals import Refusal
from worker.providers.wire import Body
from worker.providers.xero.bodies import body, completed, sendable

PAID = "2026-10-02T00:00:00+00:00;lines=l-1,l-2"
HELD = {"Code": '"PSK-40"', "SalesDetails.UnitPrice": "48.5", "SalesDetails.AccountCode": '"200"'}


CLOSED = a_lookup(closed_until="2026-10-31")


def made(work: Work, lookup: Lookup | None = None) -> Body:
    return body(work, lookup or a_lookup())


@pytest.mark.parametrize(
    ("kind", "document", "sent"),
    [
        (Kind.CUSTOMER, a_party(), {"ContactStatus": "ARCHIVED"}),
        (Kind.ITEM, a_stock_item(), {}),
        (Kind.INVOICE, an_invoice(), {"Status": "VOIDED"}),
        (Kind.PURCHASE_INVOICE, a_bill(), {"Status": "VOIDED"}),
        (Kind.PAYMENT, a_payment(), {"Status": "DELETED"}),
    ],
)
def test_every_kind_leaves_in_its_own_way(kind: Kind, document: Record, sent: Body) -> None:
    assert made(a_removal(kind, document)) == sent


@pytest.mark.parametrize("status", ["DRAFT", "SUBMITTED"])
def test_drafts_are_deleted_instead_of_voided(status: str) -> None:
    removal = a_removal(Kind.INVOICE, an_invoice(), f"2026-10-02T00:00:00+00:00;status={status}")

    assert made(removal) == {"Status": "DELETED"}


def test_a_journal_is_voided_with_its_words() -> None:
    sent = made(a_removal(Kind.EXPENSE, an_expense()))

    assert sent["Status"] == "VOIDED"
    assert sent["Narration"].endswith("[CMMS expense EXP-1]")


def test_what_stands_in_a_closed_period_is_not_removed() -> None:
    removal = replace(a_removal(Kind.INVOICE, an_invoice()), dated=date(2026, 10, 1))

    with pytest.raises(Refusal) as refused:
        made(removal, CLOSED)

    assert refused.value.fault.code == "period_closed"


def test_a_payment_in_a_closed_period_is_not_taken_out_either() -> None:
    work = an_update(Kind.PAYMENT, a_payment(date="2026-11-02"))
    work = replace(work, operation=Operation.WITHDRAW, dated=date(2026, 10, 5))

    with pytest.raises(Refusal):
        made(work, CLOSED)


def sent(document: Record, token: str = PAID) -> Body:
    work = an_update(Kind.INVOICE, document, token)
    return sendable(work, {"InvoiceID": "r-1"} | made(work))


def test_of_a_paid_document_only_words_and_accounts_are_sent() -> None:
    body = sent(an_invoice(due_date="2026-11-30"))

    assert set(body) == {
        "InvoiceID",
        "Contact",
        "Reference",
        "DueDate",
        "InvoiceNumber",
        "LineItems",
    }
    assert [line["LineItemID"] for line in body["LineItems"]] == ["l-1", "l-2"]
    assert body["LineItems"][0]["Description"] == "Replace pump seal"


def test_a_document_with_another_number_of_lines_is_sent_whole() -> None:
    body = sent(an_invoice(memo="One more line"))

    assert body["Date"] == "2026-10-01"
    assert not any("LineItemID" in line for line in body["LineItems"])


def test_a_document_that_no_money_is_on_is_sent_whole() -> None:
    assert sent(an_invoice(), token="")["Date"] == "2026-10-01"


def test_a_changed_price_goes_with_its_side_as_the_books_have_it() -> None:
    whole = {"Code": "PSK-40", "SalesDetails.UnitPrice": 50, "SalesDetails.AccountCode": "877"}

    sent = completed({"SalesDetails.UnitPrice": 50}, whole, HELD)

    assert sent == {
        "Code": "PSK-40",
        "SalesDetails.UnitPrice": 50,
        "SalesDetails.AccountCode": "200",
    }


def test_of_a_contact_only_its_changes_go() -> None:
    assert completed({"EmailAddress": ""}, {"Name": "Inn"}, {"Name": '"Inn"'}) == {
        "EmailAddress": ""
    }
