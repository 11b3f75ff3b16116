"""Payments: on what, from where, how much; what they make of the invoice; their deletion."""

import pytest

from tests.simulators.xero.people import batch, reconcile, set_locks
from tests.unit.simulators.xero.accounting.client import Api, Json, bill, payment, sale


@pytest.fixture
def invoice(api: Api, contact: str) -> Json:
    return api.made("Invoices", sale(contact))


def whole(api: Api, invoice: Json) -> Json:
    return api.get(f"/Invoices/{invoice['InvoiceID']}").json["Invoices"][0]


def delete(api: Api, made: Json) -> list[str]:
    given = api.post(f"/Payments/{made['PaymentID']}", {"Status": "DELETED"})
    return [] if given.status == 200 else given.messages


def test_a_payment_in_full_makes_the_invoice_paid_without_a_new_stamp(
    api: Api, invoice: Json
) -> None:
    made = api.made("Payments", payment(invoice, 100, Reference="check 7"))

    after = whole(api, invoice)
    assert (made["PaymentType"], made["Status"]) == ("ACCRECPAYMENT", "AUTHORISED")
    assert (after["Status"], after["AmountPaid"], after["AmountDue"]) == ("PAID", 100, 0)
    assert after["Payments"][0]["PaymentID"] == made["PaymentID"]
    assert after["UpdatedDateUTC"] == invoice["UpdatedDateUTC"]
    assert after["FullyPaidOnDate"] == made["Date"]


def test_a_switch_lets_payments_move_the_stamp(api: Api, invoice: Json) -> None:
    api.organisation.switches.payments_touch_invoices = True

    api.made("Payments", payment(invoice, 10))

    assert whole(api, invoice)["UpdatedDateUTC"] > invoice["UpdatedDateUTC"]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"Amount": 100.01}, "exceeds the amount outstanding"),
        ({"Amount": 0}, "greater than zero"),
        ({"Account": {"Code": "200"}}, "not a valid account for payments"),
        ({"Account": {"Code": "999"}}, "Account could not be found"),
        ({"Invoice": {"InvoiceNumber": "none"}}, "could not be found"),
        ({"InvoiceNumber": "INV-0001"}, "exactly one document"),
    ],
)
def test_what_a_payment_is_refused_for(api: Api, invoice: Json, changes: Json, text: str) -> None:
    refused = api.put("/Payments", payment(invoice, 50, **changes))

    assert refused.status == 400
    assert text in refused.messages[0]


@pytest.mark.parametrize("code", ["090", "650"])
def test_money_goes_to_a_bank_or_an_account_that_takes_payments(
    api: Api, invoice: Json, code: str
) -> None:
    made = api.made("Payments", payment(invoice, 50, Account={"Code": code}))

    assert made["Account"]["Code"] == code


def test_a_bank_account_without_a_code_is_known_by_its_id(api: Api, invoice: Json) -> None:
    visa = next(row for row in api.listed("Accounts") if row["Name"] == "Company Visa")

    made = api.made("Payments", payment(invoice, 50, Account={"AccountID": visa["AccountID"]}))

    assert made["Account"] == {"AccountID": visa["AccountID"], "Name": "Company Visa"}


@pytest.mark.parametrize("status", ["DRAFT", "SUBMITTED"])
def test_only_approved_documents_are_paid(api: Api, contact: str, status: str) -> None:
    draft = api.made("Invoices", sale(contact, Status=status))

    refused = api.put("/Payments", payment(draft, 50))

    assert refused.messages == ["Payments can only be made against Authorised documents"]


def test_a_deleted_payment_stays_and_opens_its_invoice(api: Api, invoice: Json) -> None:
    made = api.made("Payments", payment(invoice, 100))

    assert delete(api, made) == []

    after = whole(api, invoice)
    assert (after["Status"], after["AmountDue"], after["Payments"]) == ("AUTHORISED", 100, [])
    assert "FullyPaidOnDate" not in after
    assert [row["Status"] for row in api.listed("Payments", page="1")] == ["DELETED"]


def test_a_payment_is_deleted_once(api: Api, invoice: Json) -> None:
    made = api.made("Payments", payment(invoice, 100))
    delete(api, made)

    assert "already been deleted" in delete(api, made)[0]


def test_a_reconciled_payment_stays(api: Api, invoice: Json) -> None:
    made = api.made("Payments", payment(invoice, 100))

    reconcile(api.organisation, made["PaymentID"])

    assert "reconciled" in delete(api, made)[0]


def test_a_payment_of_a_batch_is_not_deleted_alone(api: Api, invoice: Json) -> None:
    made = [api.made("Payments", payment(invoice, amount)) for amount in (40, 60)]

    batch(api.organisation, [row["PaymentID"] for row in made])

    assert "part of a batch" in delete(api, made[0])[0]
    assert len({row["BatchPaymentID"] for row in api.listed("Payments")}) == 1


def test_a_payment_is_not_edited(api: Api, invoice: Json) -> None:
    made = api.made("Payments", payment(invoice, 100))

    refused = api.post(f"/Payments/{made['PaymentID']}", {"Amount": 50})

    assert refused.messages[0].startswith("simulator:")


def test_lock_dates_hold_for_payments_and_their_deletion(api: Api, invoice: Json) -> None:
    made = api.made("Payments", payment(invoice, 40))
    set_locks(api.organisation, {"PeriodLockDate": "2026-11-10"})

    assert "period lock date" in delete(api, made)[0]
    assert "period lock date" in api.put("/Payments", payment(invoice, 40)).messages[0]


def test_a_bill_is_paid_from_the_same_accounts(api: Api, contact: str) -> None:
    made = api.made("Payments", payment(api.made("Invoices", bill(contact)), 100))

    assert made["PaymentType"] == "ACCPAYPAYMENT"


def test_a_foreign_payment_moves_base_currency_in_the_bank(worldly: Api) -> None:
    contact = worldly.made("Contacts", {"Name": "London"})["ContactID"]
    foreign = worldly.made("Invoices", sale(contact, CurrencyCode="GBP", CurrencyRate=0.8))

    made = worldly.made("Payments", payment(foreign, 40, CurrencyRate=0.8))

    assert (made["Amount"], made["BankAmount"], made["CurrencyRate"]) == (40, 50, 0.8)
    assert whole(worldly, foreign)["AmountDue"] == 60


def test_post_takes_one_payment(api: Api, invoice: Json) -> None:
    refused = api.post("/Payments", {"Payments": [payment(invoice, 1), payment(invoice, 2)]})

    assert refused.messages[0].startswith("simulator:")
