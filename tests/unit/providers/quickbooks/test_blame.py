"""Which record a fault means: what a document waits for is that one, or nothing at all."""

import pytest

from schemas.kinds import Kind
from worker.providers.port import Operation, Part
from worker.providers.quickbooks.blame import causes
from worker.providers.quickbooks.faults import Error
from worker.terms import Cause

GONE = "Something you're trying to use has been made inactive."


def of_items(*items: str) -> Part:
    """An invoice for customer 58 with these items."""
    kind = "SalesItemLineDetail"
    lines = [{"DetailType": kind, kind: {"ItemRef": {"value": item}}} for item in items]
    body = {"CustomerRef": {"value": "58"}, "TxnDate": "2026-10-01", "Line": lines}
    return Part(1, Kind.INVOICE, "INV-1", Operation.CREATE, "1", body)


def of_vendor() -> Part:
    """An expense paid to vendor 56 from account 58."""
    detail = {"AccountRef": {"value": "58"}, "Entity": {"EntityRef": {"value": "56"}}}
    kind = "JournalEntryLineDetail"
    body = {"Line": [{"DetailType": kind, kind: detail}] * 2}
    return Part(1, Kind.EXPENSE, "EXP-1", Operation.CREATE, "1", body)


def of_bill() -> Part:
    """A bill of vendor 56 for item 7 and account 61."""
    details = {
        "ItemBasedExpenseLineDetail": {"ItemRef": {"value": "7"}},
        "AccountBasedExpenseLineDetail": {"AccountRef": {"value": "61"}},
    }
    lines = [{"DetailType": kind, kind: detail} for kind, detail in details.items()]
    body = {"VendorRef": {"value": "56"}, "Line": lines}
    return Part(1, Kind.PURCHASE_INVOICE, "BILL-1", Operation.CREATE, "1", body)


def of_payment() -> Part:
    """A payment of customer 58 for invoice 145 into account 12."""
    link = {"TxnId": "145", "TxnType": "Invoice"}
    body = {
        "CustomerRef": {"value": "58"},
        "DepositToAccountRef": {"value": "12"},
        "Line": [{"Amount": "5", "LinkedTxn": [link]}],
    }
    return Part(1, Kind.PAYMENT, "PAY-1", Operation.CREATE, "1", body)


@pytest.mark.parametrize(
    ("part", "error", "expected"),
    [
        (of_items("7"), Error("6250", "", "Customer is inactive", ""), "customer_ref:58"),
        (of_items("7"), Error("2500", "", "Names element id 58 not found", ""), "customer_ref:58"),
        (of_items("7", "9"), Error("2500", "", "Items element id 9 not found", ""), "item_ref:9"),
        (of_items("7", "7"), Error("610", "", GONE, "Line.ItemRef"), "item_ref:7"),
        (of_items("7"), Error("610", "", GONE, "CustomerRef"), "customer_ref:58"),
        (of_vendor(), Error("610", "", GONE, "EntityRef"), "vendor_ref:56"),
        (of_vendor(), Error("2500", "", "Names element id 56 not found", ""), "vendor_ref:56"),
        (of_vendor(), Error("2500", "", "Accounts element id 58 not found", ""), "account:58"),
        (of_bill(), Error("610", "", GONE, "VendorRef"), "vendor_ref:56"),
        (of_bill(), Error("610", "", GONE, "Line.ItemRef"), "item_ref:7"),
        (of_bill(), Error("610", "", GONE, "AccountRef"), "account:61"),
        (of_payment(), Error("6250", "", "Customer is inactive", ""), "customer_ref:58"),
        (of_payment(), Error("610", "", GONE, "DepositToAccountRef"), "account:12"),
    ],
)
def test_the_record_that_a_fault_means_is_waited_for(
    part: Part, error: Error, expected: str
) -> None:
    assert causes(part, "reference_inactive", error) == {Cause.parse(expected)}


@pytest.mark.parametrize(
    ("part", "error"),
    [
        (of_items("7"), Error("610", "", GONE, "")),
        (of_items("7", "9"), Error("610", "", GONE, "ItemRef")),
        (of_items("7"), Error("2500", "", "Accounts element id 58 not found", "")),
        (of_items("7"), Error("2500", "", "Names element id 99 not found", "CustomerRef")),
    ],
)
def test_what_could_be_any_of_several_is_not_guessed(part: Part, error: Error) -> None:
    assert causes(part, "reference_inactive", error) == frozenset()


def test_a_closed_period_is_waited_for_by_its_day() -> None:
    found = causes(of_items("7"), "period_closed", Error("6200", "", "", ""))

    assert found == {Cause("period", "2026-10-01")}


@pytest.mark.parametrize(
    ("part", "element", "expected"),
    [
        (of_bill(), "AccountRef", {Cause("account", "61")}),
        (of_payment(), "DepositToAccountRef", {Cause("account", "12")}),
        (of_payment(), "AccountRef", set()),
    ],
)
def test_an_account_of_a_wrong_type_is_waited_for(
    part: Part, element: str, expected: set[Cause]
) -> None:
    assert causes(part, "account_type_wrong", Error("6430", "", "", element)) == expected


def test_a_payment_waits_for_what_its_invoice_has_open() -> None:
    found = causes(of_payment(), "not_applied", Error("620", "", "", "TxnId"))

    assert found == {Cause("balance", "145")}
