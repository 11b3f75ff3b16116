"""Manual journals: balance, accounts, states."""

import pytest

from tests.simulators.xero.people import set_locks
from tests.unit.simulators.xero.accounting.client import Api, Json, journal


def change(api: Api, made: Json, **changes: Json) -> list[str]:
    body = {"Narration": made["Narration"]} | changes
    given = api.post(f"/ManualJournals/{made['ManualJournalID']}", body)
    return [] if given.status == 200 else given.messages


def test_the_answer_looks_like_a_recorded_one(api: Api) -> None:
    made = api.made("ManualJournals", journal(57.75, -57.75))

    assert (made["Status"], made["LineAmountTypes"]) == ("POSTED", "NoTax")
    assert [row["TaxType"] for row in made["JournalLines"]] == ["NONE", "NONE"]
    assert made["JournalLines"][0]["IsBlank"] is False
    assert made["ShowOnCashBasisReports"] is True


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (journal(100, -10), "The total debits (100.00) must equal total credits (-10.00)"),
        (
            journal(JournalLines=[{"LineAmount": 5, "AccountCode": "433", "TaxType": "TAX001"}]),
            "simulator: the tax of a line",
        ),
        (journal(0), "at least 2 journal lines"),
        (journal(5, -5, Narration=" "), "Narration"),
        (journal(5, -5, Status="VOIDED"), "not of valid status for creation"),
    ],
)
def test_what_a_journal_is_refused_for(api: Api, body: Json, text: str) -> None:
    assert text in api.put("/ManualJournals", body).messages[0]


@pytest.mark.parametrize("code", ["090", "610", "630", "800", "960"])
def test_accounts_that_take_no_journals(api: Api, code: str) -> None:
    lines = [{"LineAmount": 5, "AccountCode": code}, {"LineAmount": -5, "AccountCode": "433"}]

    refused = api.put("/ManualJournals", journal(JournalLines=lines))

    assert refused.messages == [f"Account code '{code}' is not a valid code for this document."]


def test_an_unknown_account_is_a_warning_and_its_line_stays_without_it(api: Api) -> None:
    lines = [{"LineAmount": 5, "AccountCode": "999"}, {"LineAmount": -5, "AccountCode": "433"}]

    made = api.made("ManualJournals", journal(JournalLines=lines), summarizeErrors="false")

    assert made["StatusAttributeString"] == "WARNING"
    assert "does not match a recognised account" in made["Warnings"][0]["Message"]
    assert "AccountCode" not in made["JournalLines"][0]


def test_a_journal_is_a_draft_unless_it_says_otherwise(api: Api) -> None:
    body = journal(5, -5)
    del body["Status"]

    made = api.made("ManualJournals", body)

    assert made["Status"] == "DRAFT"
    assert change(api, made, Status="VOIDED") == [
        "Manual Journal not of valid status for modification"
    ]
    assert change(api, made, Status="DELETED") == []


def test_a_posted_journal_can_change_and_be_voided_once(api: Api) -> None:
    made = api.made("ManualJournals", journal(5, -5))

    assert change(api, made, JournalLines=journal(7, -7)["JournalLines"]) == []
    assert change(api, made, Status="VOIDED") == []
    assert change(api, made, Status="VOIDED") != []


def test_taxed_lines_balance_with_their_tax(api: Api) -> None:
    lines = [
        {"LineAmount": 100, "AccountCode": "433", "TaxType": "TAX001"},
        {"LineAmount": -108, "AccountCode": "877", "TaxType": "NONE"},
    ]

    body = journal(JournalLines=lines, LineAmountTypes="Exclusive")

    assert api.put("/ManualJournals", body).status == 200


def test_lock_dates_hold_for_journals(api: Api) -> None:
    made = api.made("ManualJournals", journal(5, -5))
    set_locks(api.organisation, {"EndOfYearLockDate": "2026-11-02"})

    assert "end of year lock date" in change(api, made, Status="VOIDED")[0]
    assert "end of year" in api.put("/ManualJournals", journal(5, -5)).messages[0]


def test_posting_the_same_journal_twice_makes_two(api: Api) -> None:
    for _ in range(2):
        api.made("ManualJournals", journal(5, -5))

    assert len(api.listed("ManualJournals", where='Narration=="Parts used"')) == 2
