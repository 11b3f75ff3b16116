"""The first pull of filled books: exact ones are linked, likely ones suggested, and nothing is
written."""

import pytest
import sqlalchemy as sa

from schemas.kinds import Kind
from tests.builders import a_customer, a_vendor, an_invoice, an_item
from tests.counting import Counting
from tests.integration.match.scenes import (
    HARBOR,
    changed,
    customer,
    discovered,
    pull,
    ref_of,
    waits,
)
from tests.integration.meddling import on_insert
from tests.integration.simulator import Json
from tests.integration.workshop import OpenShop, Shop
from worker.store import connections, records
from worker.store.records import Pulled
from worker.sync import discover
from worker.sync.act import Acting, Effects


@pytest.fixture
def filled(open_shop: OpenShop) -> Shop:
    """Connected, nothing pulled yet; its books hold the customer Harbor Hotel."""
    shop = open_shop()
    shop.enter("Customer", **HARBOR)
    return shop


def test_an_exact_match_is_linked_and_nothing_is_written(filled: Shop, counting: Counting) -> None:
    filled.send("customer.created", a_customer(name="Harbor Hotel"))

    filled.work()

    there = customer(filled)
    link = filled.link("CUS-1")
    assert (link.state, link.ref, link.sync_token) == ("synced", there["Id"], there["SyncToken"])
    assert filled.events("CUS-1")[0]["data"]["operation"] == "linked"
    assert filled.submissions() == []
    assert counting.of("books_duplicates_prevented_total", mechanism="match") == 1


def test_what_was_linked_is_not_discovered(filled: Shop) -> None:
    filled.send("customer.created", a_customer(name="Harbor Hotel"))

    filled.work()

    assert discovered(filled) == {}


def test_the_next_change_of_the_cmms_is_merged(filled: Shop) -> None:
    there = customer(filled)
    filled.enter("Customer", "update", Id=there["Id"], Mobile={"FreeFormNumber": "555 0100"})
    filled.send("customer.created", a_customer(name="Harbor Hotel", version=1))
    filled.work()

    filled.send("customer.updated", a_customer(name="Harbor Hotel", phone="555 0199", version=2))
    filled.work()

    after = customer(filled)
    assert after["PrimaryPhone"]["FreeFormNumber"] == "555 0199"
    assert after["Mobile"]["FreeFormNumber"] == "555 0100"


def linked(shop: Shop) -> None:
    """CUS-1 is Harbor Hotel, of which the books say another phone and the CMMS a website."""
    phone = {"FreeFormNumber": "555 0100"}
    shop.enter("Customer", "update", Id=ref_of(shop), PrimaryPhone=phone)
    said(shop, version=1)
    shop.work()


def said(shop: Shop, **fields: object) -> None:
    ours: Json = {"name": "Harbor Hotel", "phone": "555 0199", "website": "https://h.example"}
    shop.send("customer.updated", a_customer(**ours | fields))


def test_what_differed_when_it_was_linked_is_not_overwritten(filled: Shop) -> None:
    linked(filled)

    said(filled, mobile="555 0111", version=2)
    filled.work()

    after = customer(filled)
    assert after["PrimaryPhone"]["FreeFormNumber"] == "555 0100"
    assert after["Mobile"]["FreeFormNumber"] == "555 0111"
    assert after["WebAddr"]["URI"] == "https://h.example"


def test_what_differed_and_then_changed_is_a_conflict(filled: Shop) -> None:
    linked(filled)

    said(filled, phone="555 0188", version=2)
    filled.work()

    sides = {"cmms": "555 0188", "books": "555 0100", "before": "555 0199"}
    assert filled.states() == {"CUS-1": "conflict"}
    assert filled.events("CUS-1")[-1]["data"]["fields"] == {"phone": sides}


def test_later_changes_are_no_conflict(filled: Shop) -> None:
    linked(filled)

    for version, mobile in enumerate(["555 0111", "555 0112", "555 0113"], 2):
        said(filled, mobile=mobile, version=version)
        filled.work()

    after = customer(filled)
    assert (filled.states(), len(filled.submissions())) == ({"CUS-1": "synced"}, 3)
    assert after["Mobile"]["FreeFormNumber"] == "555 0113"
    assert after["PrimaryPhone"]["FreeFormNumber"] == "555 0100"


def test_the_same_content_again_costs_no_call(filled: Shop) -> None:
    filled.send("customer.created", a_customer(name="Harbor Hotel", version=1))
    filled.work()

    filled.send("customer.updated", a_customer(name="Harbor Hotel", version=2))
    filled.work()

    assert (filled.states(), filled.submissions()) == ({"CUS-1": "synced"}, [])


def test_what_the_books_hold_otherwise_is_told(filled: Shop) -> None:
    there = customer(filled)
    phone = {"FreeFormNumber": "555 0100"}
    filled.enter("Customer", "update", Id=there["Id"], PrimaryPhone=phone, Notes="Ring twice")

    filled.send("customer.created", a_customer(name="Harbor Hotel", website="https://h.example"))
    filled.work()

    assert changed(filled, "CUS-1") == ["notes", "phone"]
    record = filled.events("CUS-1")[-1]["data"]["record"]
    assert (record["phone"], record["website"]) == ("555 0100", "https://h.example")


def test_a_likely_match_waits_and_names_its_candidate(filled: Shop) -> None:
    filled.send("customer.created", a_customer(name="Harbor Hotel, Inc."))

    filled.work()

    there = customer(filled)
    assert waits(filled, "CUS-1") == ["match:customer/CUS-1"]
    told = filled.events("CUS-1")[-1]["data"]
    assert told["waiting_on"] == {"kind": "match", "id": "customer/CUS-1"}
    assert f"“Harbor Hotel” ({there['Id']}): same name but for its form" in told["reason"]


def test_a_likely_match_is_discovered_with_a_suggestion(filled: Shop) -> None:
    filled.send("customer.created", a_customer(name="Harbor Hotel, Inc."))

    filled.work()

    [told] = discovered(filled).values()
    assert told["suggestion"]["record_id"] == "CUS-1"
    assert "same e-mail ap@harbor.example" in told["suggestion"]["why"]


def test_two_candidates_wait_and_neither_is_discovered(filled: Shop) -> None:
    filled.enter("Customer", **HARBOR | {"DisplayName": "Harbor Spa"})
    filled.send("customer.created", a_customer(name="Harbor Hotel, Inc."))

    filled.work()

    assert waits(filled, "CUS-1") == ["match:customer/CUS-1"]
    assert "Harbor Spa" in filled.link("CUS-1").reason
    assert discovered(filled) == {}


def test_what_only_the_books_have_is_discovered_once(filled: Shop) -> None:
    filled.work()
    pull(filled)

    [told] = discovered(filled).values()
    assert (told["ref"], told["record"]["email"]) == (ref_of(filled), "ap@harbor.example")
    assert "suggestion" not in told


def test_customers_vendors_and_items_are_all_compared(filled: Shop) -> None:
    income = filled.account("4000")
    filled.enter("Vendor", DisplayName="Northside Bearings", AcctNum="A-7")
    filled.enter("Item", Name="Pump seal", Type="Service", IncomeAccountRef={"value": income})
    filled.send("vendor.created", a_vendor(name="NSB", account_number="A-7"))
    filled.send("item.created", an_item(name="pump  seal", income_account="4000"))
    filled.send("customer.created", a_customer(name="Harbor Hotel"))

    filled.work()

    assert set(filled.states().values()) == {"synced"}
    assert filled.submissions() == []


def test_what_is_inactive_is_neither_matched_nor_discovered(filled: Shop) -> None:
    there = customer(filled)
    filled.enter("Customer", "update", Id=there["Id"], Active=False)
    filled.send("customer.created", a_customer(name="Harbor Hotel Ltd"))

    filled.work()

    assert (filled.states()["CUS-1"], discovered(filled)) == ("synced", {})
    assert filled.link("CUS-1").ref != there["Id"]


def test_what_bears_anothers_mark_is_never_matched(filled: Shop) -> None:
    there = customer(filled)
    filled.enter("Customer", "update", Id=there["Id"], Notes="[CMMS customer CUS-9]")
    filled.send("customer.created", a_customer(name="Harbor Hotel Ltd"))

    filled.work()

    assert filled.link("CUS-1").ref != there["Id"]
    assert discovered(filled)["Harbor Hotel"]["suggestion"]["record_id"] == "CUS-9"


def test_our_own_mark_is_a_match_whatever_the_name(filled: Shop) -> None:
    there = customer(filled)
    filled.enter("Customer", "update", Id=there["Id"], Notes="[CMMS customer CUS-1]")
    filled.send("customer.created", a_customer(name="Old Mill", email="x@mill.example"))

    filled.work()

    assert (filled.link("CUS-1").ref, filled.submissions()) == (there["Id"], [])


def test_documents_wait_for_a_party_that_is_not_decided(filled: Shop) -> None:
    filled.send("customer.created", a_customer(name="Harbor Hotel, Inc."))
    filled.send("invoice.created", an_invoice())

    filled.work()

    assert "customer:CUS-1" in waits(filled, "INV-1")


def test_a_failure_on_the_way_tells_nothing_twice(filled: Shop) -> None:
    filled.send("customer.created", a_customer(name="Harbor Hotel, Inc."))
    with on_insert(filled, "outbox", "1 / (NEW.type <> 'accounting.record.discovered')::int"):
        with pytest.raises(sa.exc.DBAPIError):
            filled.work()
        assert discovered(filled) == {}

    filled.work()

    assert (len(discovered(filled)), filled.told("CUS-1")) == (1, ["record.waiting"])


def test_thousands_are_compared_chunk_by_chunk(shop: Shop) -> None:
    keep(shop, 2500)
    shop.take(*(shop.event("customer.created", named(n)) for n in range(1200)))

    steps = [settle(shop) for _ in range(3)]

    assert [step.more for step in steps] == [True, True, False]
    assert list(shop.states().values()) == ["synced"] * 1200
    assert len(discovered(shop)) == 1300


def test_what_is_settled_is_not_settled_again(shop: Shop) -> None:
    keep(shop, 3)
    shop.take(*(shop.event("customer.created", named(n)) for n in range(2)))
    settle(shop)
    told = shop.told()

    step = settle(shop)

    assert (step.moved, step.more, shop.told()) == (set(), False, told)


def test_one_that_cannot_be_told_holds_up_no_other(shop: Shop) -> None:
    keep(shop, 2)
    shop.run("""UPDATE ledger_records SET data = '{"name": ""}'
                WHERE connection_id = :c AND ref = '90'""")

    settle(shop)
    settle(shop)

    [letter] = shop.letters()
    assert letter.reason == "customer 90 of the books cannot be told to the CMMS: name"
    assert discovered(shop).keys() == {"Customer 1"}


def named(number: int) -> dict[str, object]:
    return a_customer(f"CUS-{number}", name=f"Customer {number}", email=None)


def keep(shop: Shop, count: int) -> None:
    """Customers of the books, as a pull keeps them."""
    page = [
        Pulled(
            kind="customer",
            ref=f"9{number}",
            name=f"Customer {number}",
            active=True,
            data={"name": f"Customer {number}", "active": True},
            sync_token="0",
            fields={"DisplayName": f"Customer {number}"},
            digest="d",
        )
        for number in range(count)
    ]
    with shop.begin() as session:
        records.store(session, shop.connection_id, page)


def settle(shop: Shop) -> discover.Progress:
    with shop.begin() as session:
        row = connections.take(session, shop.connection_id)
        acting = Acting(session, row, Effects())
        progress = discover.settle(acting, Kind.CUSTOMER)
        acting.effects.write(session)
    return progress
