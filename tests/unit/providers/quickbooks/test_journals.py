"""Expenses: two lines that balance, the vendor on both, a number that is stable."""

from decimal import Decimal
from typing import Any

import pytest

from schemas.expense import Expense
from schemas.kinds import Kind
from tests.contract.records import an_expense
from tests.unit.providers.quickbooks.lookups import MAPPING, REFS, a_create, a_lookup
from worker.providers.lookup import Cause, Lookup, Target
from worker.providers.quickbooks.journals import journal, number
from worker.providers.refusals import Refusal


def body_of(document: Expense, lookup: Lookup | None = None) -> dict[str, Any]:
    return journal(a_create(Kind.EXPENSE, document), document, lookup or a_lookup())


def test_both_lines_name_account_and_vendor() -> None:
    body = body_of(an_expense())

    sides = [line["JournalEntryLineDetail"] for line in body["Line"]]
    vendor = {"Type": "Vendor", "EntityRef": {"value": "56"}}
    assert sides == [
        {"PostingType": "Debit", "AccountRef": {"value": "61"}, "Entity": vendor},
        {"PostingType": "Credit", "AccountRef": {"value": "20"}, "Entity": vendor},
    ]
    assert [line["Amount"] for line in body["Line"]] == [Decimal("31.20")] * 2


def test_people_can_read_what_it_was_for() -> None:
    body = body_of(an_expense(reference="RCPT 7"))

    assert body["Line"][0]["Description"] == "Fuel for van 4 for work order WO-1042"
    assert body["PrivateNote"] == (
        "Fuel for van 4 for work order WO-1042\nReference: RCPT 7\n[CMMS expense EXP-1]"
    )


def test_an_invoice_goes_by_its_number() -> None:
    known = an_expense(against={"kind": "invoice", "id": "INV-1"})
    unknown = an_expense(against={"kind": "invoice", "id": "INV-9"})

    said = [body_of(one)["Line"][0]["Description"] for one in (known, unknown)]

    assert said == ["Fuel for van 4 for invoice 2026-1042", "Fuel for van 4 for invoice INV-9"]


def test_named_accounts_come_before_the_mapping() -> None:
    body = body_of(an_expense(debit_account="5000", credit_account="1000"))

    accounts = [line["JournalEntryLineDetail"]["AccountRef"]["value"] for line in body["Line"]]
    assert accounts == ["50", "10"]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "EXP-1"),
        ({"id": "E" * 21}, "E" * 21),
        ({"id": "E" * 21, "reference": "RCPT 7"}, "E" * 21),
    ],
)
def test_the_number_is_the_records_where_it_fits(fields: dict[str, str], expected: str) -> None:
    assert number(an_expense(**fields)) == expected


def test_a_number_of_ours_stays_the_same() -> None:
    long = an_expense(id="E" * 22, reference="R" * 22)

    assert number(long) == number(long.model_copy(update={"amount": 1}))
    assert len(number(long)) <= 21


def test_receipts_may_share_a_reference() -> None:
    first, second = (an_expense(id=f"{place}" * 36, reference="CASH") for place in (1, 2))

    assert number(first) != number(second)


def test_an_amount_of_nothing_is_refused() -> None:
    with pytest.raises(Refusal) as refusal:
        body_of(an_expense(amount="0.004"))
    assert refusal.value.fault.code == "value_refused"


def test_long_ids_get_numbers_of_their_own() -> None:
    numbers = {number(an_expense(id=f"{'E' * 40}-{place}")) for place in range(100)}

    assert len(numbers) == 100


def test_an_account_of_customers_is_refused() -> None:
    with pytest.raises(Refusal) as refusal:
        body_of(an_expense(debit_account="1100"))
    assert refusal.value.fault.causes == {Cause("account", "1100")}


def test_the_vendors_currency_counts() -> None:
    refs = REFS | {(Kind.VENDOR, "VEN-1"): Target("56", currency="GBP")}

    with pytest.raises(Refusal) as refusal:
        body_of(an_expense(), a_lookup(refs=refs, multicurrency=True))
    assert refusal.value.fault.code == "currency_mismatch"


def test_everything_missing_is_noted() -> None:
    mapping = {name: code for name, code in MAPPING.items() if name != "journal_debit"}
    lookup = a_lookup(mapping, {})

    body_of(an_expense(), lookup)

    assert lookup.missing == {Cause("vendor", "VEN-1"), Cause("mapping", "journal_debit")}
