"""What Xero refuses, or takes otherwise than it was sent, goes on once its cause is gone."""

from typing import Any

import pytest

from tests.builders import a_bill, a_vendor, an_expense
from tests.integration.xero.shop import Shop
from tests.integration.xero.test_reading import enter
from worker.sync.mapping import set_mapping


@pytest.fixture
def owing(shop: Shop) -> Shop:
    """A shop with the vendor VEN-1 in its books."""
    shop.send("vendor.created", a_vendor())
    shop.work()
    return shop


def account(shop: Shop, code: str) -> dict[str, Any]:
    return next(one for one in shop.books("Account") if one.get("Code") == code)


def lines(shop: Shop) -> list[tuple[object, object]]:
    [journal] = shop.books("ManualJournal")
    return [(one.get("AccountCode"), one["LineAmount"]) for one in journal["JournalLines"]]


def test_an_account_whose_code_was_changed_is_found_again(owing: Shop) -> None:
    enter(owing, "Account", AccountID=account(owing, "433")["AccountID"], Code="4339")

    owing.send("purchase_invoice.created", a_bill())
    owing.work()

    assert owing.states()["BILL-1"] == "synced"
    assert "record.waiting" in owing.told("BILL-1")


def test_an_archived_account_is_mended_by_mapping_another(owing: Shop) -> None:
    ref = account(owing, "433")["AccountID"]
    enter(owing, "Account", "archive", AccountID=ref)
    owing.send("purchase_invoice.created", a_bill())
    owing.work()
    waiting = list(owing.link("BILL-1").waiting_on)

    set_mapping(owing.services, owing.connection_id, {"purchase": "429"})
    owing.work()

    assert waiting == [f"account:{ref}"]
    assert owing.states()["BILL-1"] == "synced"


def test_a_journal_that_lost_an_account_is_made_whole(owing: Shop) -> None:
    enter(owing, "Account", AccountID=account(owing, "473")["AccountID"], Code="4739")
    mark = owing.mark()

    owing.send("expense.saved", an_expense())
    owing.work()

    assert lines(owing) == [("4739", 31.2), ("877", -31.2)]
    assert owing.told("EXP-1") == ["record.waiting", "record.synced"]
    assert owing.calls(mark) == {
        "write:ManualJournals": 2,
        "read:Accounts": 1,
        "read:ManualJournals": 1,
    }


def test_a_journal_that_is_found_without_its_account_is_said_to_be(owing: Shop) -> None:
    enter(owing, "Account", AccountID=account(owing, "473")["AccountID"], Code="4739")
    owing.simulator.fault("server_error", entity="ManualJournals", took_effect=True)

    owing.send("expense.saved", an_expense())
    owing.work()

    link = owing.link("EXP-1")
    assert (link.state, link.error_code) == ("failed", "account_missing")
    assert link.ref == owing.books("ManualJournal")[0]["ManualJournalID"]


def test_an_update_that_lost_an_account_is_no_conflict(owing: Shop) -> None:
    owing.send("expense.saved", an_expense())
    owing.work()
    enter(owing, "Account", AccountID=account(owing, "473")["AccountID"], Code="4739")

    owing.send("expense.saved", an_expense(amount="40.00"))
    owing.work()

    assert owing.states()["EXP-1"] == "synced"
    assert lines(owing) == [("4739", 40), ("877", -40)]
