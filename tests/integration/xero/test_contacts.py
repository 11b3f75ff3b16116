"""Contacts: shared by two records of the CMMS, merged, numbered by another app, and very many."""

import json
from typing import Any

from tests.builders import a_bill, a_customer, a_vendor, an_invoice
from tests.integration.xero.shop import Shop
from tests.integration.xero.test_reading import NAME, enter, pull
from worker.providers.port import Resource
from worker.store.runs import Mode


def contact(shop: Shop, name: str = NAME) -> dict[str, Any]:
    [found] = [one for one in shop.books("Contact") if one["Name"] == name]
    return found


def telephones(shop: Shop, name: str = NAME) -> dict[str, str]:
    held = {one["PhoneType"]: one["PhoneNumber"] for one in contact(shop, name)["Phones"]}
    return {slot: number for slot, number in held.items() if number}


def merge(shop: Shop, gone: str, kept: str) -> None:
    path = f"companies/{shop.company}/merge/Contact"
    shop.simulator.control("POST", path, {"from": gone, "into": kept})


def put(shop: Shop, names: list[str]) -> None:
    """Another app enters contacts."""
    given = shop.simulator.control("POST", f"companies/{shop.company}/tokens", {})
    answer = shop.simulator.http.put(
        f"{shop.simulator.info['api']}/api.xro/2.0/Contacts?summarizeErrors=false",
        content=json.dumps({"Contacts": [{"Name": name} for name in names]}),
        headers={
            "Authorization": f"Bearer {given['access_token']}",
            "xero-tenant-id": shop.company,
            "Accept": "application/json",
            "Content-Type": "application/json",
        },
    )
    assert answer.status_code == 200


def test_customer_and_vendor_change_one_contact_by_turns(shop: Shop) -> None:
    shop.send("customer.created", a_customer(name=NAME))
    shop.send("vendor.created", a_vendor(name=NAME))
    shop.work()

    for version in (2, 3):
        shop.send("customer.updated", a_customer(name=NAME, phone=f"1{version}", version=version))
        shop.work()
        shop.send("vendor.updated", a_vendor(name=NAME, mobile=f"2{version}", version=version))
        shop.work()

    assert telephones(shop) == {"DEFAULT": "13", "MOBILE": "23"}
    assert shop.states() == {"CUS-1": "synced", "VEN-1": "synced"}


def test_what_one_of_the_two_wrote_is_told_to_the_other_and_written_no_more(shop: Shop) -> None:
    shop.send("customer.created", a_customer(name=NAME))
    shop.send("vendor.created", a_vendor(name=NAME, email="ap@harbor.example"))
    shop.work()
    shop.send("customer.updated", a_customer(name=NAME, phone="555 010 0001", version=2))
    shop.work()
    mark = shop.mark()

    pull(shop, Resource.CUSTOMERS)
    shop.send("vendor.updated", shop.events("VEN-1")[-1]["data"]["record"] | {"version": 2})
    shop.work()

    assert shop.told("VEN-1")[-2:] == ["record.changed", "record.synced"]
    assert "write:Contacts" not in shop.calls(mark)


def test_the_number_of_another_app_stays(shop: Shop) -> None:
    enter(shop, "Contact", Name=NAME, ContactNumber="HUB-77")
    pull(shop, Resource.CUSTOMERS)
    shop.send("customer.created", a_customer(name=NAME))
    shop.work()

    shop.send("customer.updated", a_customer(name=NAME, phone="1", version=2))
    shop.work()

    assert (contact(shop)["ContactNumber"], telephones(shop)) == ("HUB-77", {"DEFAULT": "1"})


def test_a_vendor_that_was_merged_into_a_customer_goes_on_there(shop: Shop) -> None:
    shop.send("customer.created", a_customer(name=NAME))
    shop.send("vendor.created", a_vendor())
    shop.work()
    merge(shop, shop.link("VEN-1").ref, shop.link("CUS-1").ref)

    pull(shop, Resource.CUSTOMERS)
    shop.send("purchase_invoice.created", a_bill())
    shop.work()

    assert shop.link("VEN-1").ref == shop.link("CUS-1").ref
    assert set(shop.states().values()) == {"synced"}


def test_what_names_a_contact_that_was_merged_goes_on_once_that_is_known(books: Shop) -> None:
    kept = str(enter(books, "Contact", Name=NAME)["ContactID"])
    merge(books, books.link("CUS-1").ref, kept)
    books.send("invoice.created", an_invoice())
    books.work()
    waiting = books.states()["INV-1"]

    pull(books, Resource.CUSTOMERS)

    assert (waiting, books.states()["INV-1"]) == ("waiting", "synced")


def test_more_contacts_than_a_page_holds_are_read_whole_in_two_calls(shop: Shop) -> None:
    there = len(shop.books("Contact"))
    put(shop, [f"Contact {number}" for number in range(1001)])
    mark = shop.mark()

    pull(shop, Resource.CUSTOMERS, Mode.FULL)

    counted = shop.all("SELECT count(*) FROM ledger_records WHERE kind = 'customer'")[0][0]
    assert counted == there + 1001
    assert shop.calls(mark) == {"read:Contacts": 2}
