"""Expenses as journals: two lines in balance, words for whom and what, the marker at the end."""

from decimal import Decimal
from typing import Any

import pytest

from schemas.kinds import Kind
from tests.contract.records import an_expense
from tests.unit.providers.xero.lookups import WORLDLY, a_create, a_lookup, an_update
from worker.providers.lookup import Cause, Lookup
from worker.providers.refusals import Refusal
from worker.providers.xero.journals import journal


def made(lookup: Lookup | None = None, **fields: object) -> dict[str, Any]:
    document = an_expense(**fields)
    return journal(a_create(Kind.EXPENSE, document), document, lookup or a_lookup())


def test_an_expense_is_a_posted_journal_in_balance() -> None:
    said = "Fuel for van 4 for work order WO-1042 (Northside Bearings)"

    assert made() == {
        "Narration": f"{said} [CMMS expense EXP-1]",
        "Date": "2026-10-01",
        "Status": "POSTED",
        "LineAmountTypes": "NoTax",
        "JournalLines": [
            {"LineAmount": Decimal("31.20"), "AccountCode": "433", "Description": said},
            {"LineAmount": Decimal("-31.20"), "AccountCode": "877", "Description": said},
        ],
    }


def test_what_was_spent_on_an_invoice_goes_by_its_number() -> None:
    assert "for invoice 2026-1042" in made(against={"kind": "invoice", "id": "INV-1"})["Narration"]


def test_a_reference_stands_in_the_words() -> None:
    assert ", Reference: R-7 [CMMS" in made(reference="R-7")["Narration"]


def test_an_update_does_not_post_what_people_took_back() -> None:
    document = an_expense()

    assert "Status" not in journal(an_update(Kind.EXPENSE, document), document, a_lookup())


def test_another_currency_than_the_books_own_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        made(a_lookup(**WORLDLY), currency="GBP")

    assert refused.value.fault.code == "journal_currency"


@pytest.mark.parametrize("account", ["610", "630", "bank"])
def test_journals_do_not_go_to_system_accounts_stock_or_banks(account: str) -> None:
    with pytest.raises(Refusal) as refused:
        made(credit_account=account)

    assert refused.value.fault.causes == {Cause("account", account)}


def test_less_than_a_cent_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        made(amount="0.001")

    assert refused.value.fault.code == "value_refused"


def test_an_unmapped_account_is_waited_for() -> None:
    lookup = a_lookup({"journal_credit": None})

    made(lookup)

    assert lookup.missing == {Cause("mapping", "journal_credit")}
