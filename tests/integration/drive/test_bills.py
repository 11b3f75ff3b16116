"""Purchase invoices on their way: what they wait for, and what payments forbid."""

import pytest

from tests.builders import a_bill, a_vendor, an_item
from tests.integration.workshop import Shop
from worker.providers.port import Resource
from worker.sync import connections


@pytest.fixture
def owing(shop: Shop) -> Shop:
    """BILL-1 over 60.00 is in the books."""
    shop.send("vendor.created", a_vendor())
    shop.send("purchase_invoice.created", a_bill())
    shop.work()
    return shop


def pay(shop: Shop, amount: int) -> str:
    """A person pays BILL-1 by check; the payment's ref."""
    [bill] = shop.marked("Bill", "BILL-1")
    entered = shop.enter(
        "BillPayment",
        VendorRef=bill["VendorRef"],
        PayType="Check",
        TotalAmt=amount,
        CheckPayment={"BankAccountRef": {"value": shop.account("1000")}},
        Line=[{"Amount": amount, "LinkedTxn": [{"TxnId": bill["Id"], "TxnType": "Bill"}]}],
    )
    return str(entered["Id"])


def pull(shop: Shop) -> None:
    connections.ask(shop.services, shop.connection_id, Resource.PAYMENTS)
    shop.work()


def smaller(amount: str) -> dict[str, object]:
    return a_bill(lines=[{"description": "Freight", "amount": amount}], total=amount)


def test_a_bill_waits_for_vendor_item_and_account(unmapped: Shop) -> None:
    lines = [{"item_id": "ITM-1", "unit_cost": "5.00"}, {"description": "x", "amount": "1.00"}]

    unmapped.send("purchase_invoice.created", a_bill(lines=lines, total=None))
    unmapped.work()

    assert set(unmapped.link("BILL-1").waiting_on) == {
        "vendor:VEN-1",
        "item:ITM-1",
        "mapping:purchase",
    }


def test_a_bill_goes_once_what_it_names_is_there(shop: Shop) -> None:
    lines = [{"item_id": "ITM-1", "received_quantity": 2, "unit_cost": "5.00"}]
    shop.send("purchase_invoice.created", a_bill(lines=lines, total="10.00"))
    shop.work()

    shop.send("vendor.created", a_vendor())
    shop.send("item.created", an_item())
    shop.work()

    link = shop.link("BILL-1")
    assert (link.state, link.total, link.balance, link.variance) == ("synced", 10, 10, None)


def test_people_find_the_way_back_to_the_cmms(owing: Shop) -> None:
    owing.change(settings={"policies": {"record_url": "https://cmms.example/{kind}/{id}"}})

    owing.send("purchase_invoice.updated", a_bill(memo="Agreed"))
    owing.work()

    assert owing.marked("Bill", "BILL-1")[0]["PrivateNote"] == (
        "Agreed\nIn the CMMS: https://cmms.example/purchase_invoice/BILL-1"
        "\n[CMMS purchase_invoice BILL-1]"
    )


def test_a_removed_bill_is_looked_up_and_deleted(owing: Shop) -> None:
    owing.send("purchase_invoice.voided", {"id": "BILL-1"})
    owing.work()

    assert owing.books("Bill") == []
    assert owing.events("BILL-1")[-1]["data"]["operation"] == "removed"


def test_a_removed_bill_that_is_saved_again_is_a_new_one(owing: Shop) -> None:
    old = owing.link("BILL-1").ref
    owing.send("purchase_invoice.voided", {"id": "BILL-1"})
    owing.work()

    owing.send("purchase_invoice.updated", a_bill())
    owing.work()

    [bill] = owing.marked("Bill", "BILL-1")
    assert bill["Id"] == owing.link("BILL-1").ref != old


@pytest.mark.parametrize("paid", [10, 60])
def test_a_paid_bill_is_not_deleted(owing: Shop, paid: int) -> None:
    pay(owing, paid)
    before = len(owing.submissions())

    owing.send("purchase_invoice.voided", {"id": "BILL-1"})
    owing.work()

    link = owing.link("BILL-1")
    assert (link.state, link.error_code, len(owing.books("Bill"))) == ("waiting", "bill_paid", 1)
    assert len(owing.submissions()) == before


def test_a_paid_bill_takes_what_leaves_its_payments_alone(owing: Shop) -> None:
    pay(owing, 50)

    owing.send("purchase_invoice.updated", smaller("50.00") | {"memo": "Agreed"})
    owing.work()

    link = owing.link("BILL-1")
    assert (link.state, link.total, link.balance) == ("synced", 50, 0)
    assert owing.marked("Bill", "BILL-1")[0]["PrivateNote"].startswith("Agreed")


def test_a_bill_never_falls_below_what_is_paid(owing: Shop) -> None:
    pay(owing, 50)

    owing.send("purchase_invoice.updated", smaller("49.99"))
    owing.work()

    link = owing.link("BILL-1")
    assert (link.state, link.error_code) == ("waiting", "total_below_paid")
    assert owing.marked("Bill", "BILL-1")[0]["TotalAmt"] == 60


def test_a_bill_goes_on_by_itself_once_it_is_not_paid_any_more(owing: Shop) -> None:
    payment = pay(owing, 60)
    owing.send("purchase_invoice.voided", {"id": "BILL-1"})
    pull(owing)
    assert owing.states()["BILL-1"] == "waiting"

    owing.enter("BillPayment", "delete", Id=payment)
    pull(owing)

    assert owing.books("Bill") == []


@pytest.mark.parametrize(("amount", "status"), [(10, "partially_paid"), (60, "paid")])
def test_what_is_paid_of_a_bill_is_known_after_a_pull(
    owing: Shop, amount: int, status: str
) -> None:
    pay(owing, amount)

    pull(owing)

    link = owing.link("BILL-1")
    assert (link.paid_amount, link.balance, link.status) == (amount, 60 - amount, status)


def test_a_bill_deleted_by_hand_is_seen(owing: Shop) -> None:
    owing.enter("Bill", "delete", Id=owing.link("BILL-1").ref)

    pull(owing)

    link = owing.link("BILL-1")
    assert (link.status, link.paid_amount, link.balance) == ("voided", 0, 0)
