"""Look-ups in Xero: what became of a part, found by what its record bears, in few reads."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from schemas.kinds import Kind
from tests.contract.xero_reading import DAY, Reading, a_part, reading
from worker.providers.port import (
    Absent,
    Found,
    Operation,
    Ours,
    Part,
    Several,
    Sought,
    Stranger,
)

LINE = {"Description": "Work", "Quantity": "1", "UnitAmount": "100", "AccountCode": "200"}


@pytest.fixture
def xero(http: httpx.Client, simulators: dict[str, Any]) -> Reading:
    return reading(http, simulators["xero"])


def now() -> datetime:
    return datetime.now(UTC)


def ref_of(found: Found) -> str:
    """Of what was found, and how."""
    assert isinstance(found, Ours), found
    return found.outcome.ref


def a_contact(kind: Kind = Kind.CUSTOMER, name: str = "Harbor Hotel", **body: object) -> Part:
    return a_part(kind, body={"Name": name} | body)


def a_sale(contact: str, number: str = "S-1", **body: object) -> Part:
    given: dict[str, object] = {"Type": "ACCREC", "InvoiceNumber": number, "LineItems": [LINE]}
    given |= {"Contact": {"ContactID": contact}, "Date": DAY}
    return a_part(Kind.INVOICE, body=given | body)


def test_a_contact_is_known_by_its_number(xero: Reading) -> None:
    ref = xero.contact(ContactNumber="CMMS customer R-1")

    assert ref_of(xero.find(a_contact(name="Another name"))) == ref


def test_a_contact_of_that_name_can_be_adopted(xero: Reading) -> None:
    ref = xero.contact(EmailAddress="ap@harbor.example")

    same, other = (
        xero.find(a_contact(name="HARBOR hotel", EmailAddress=email))
        for email in ("AP@harbor.example", "ap@hotel.example")
    )

    assert isinstance(same, Stranger)
    assert isinstance(other, Stranger)
    assert (same.ref, same.exact, other.exact) == (ref, True, False)


def test_a_customers_contact_may_become_a_vendors(xero: Reading) -> None:
    xero.contact(ContactNumber="CMMS customer CUS-1")

    found = xero.find(a_contact(Kind.VENDOR))

    assert isinstance(found, Stranger)
    assert (found.same_kind, found.exact, found.marked) == (True, True, False)


def test_a_contact_of_another_customer_of_the_cmms_is_marked(xero: Reading) -> None:
    xero.contact(ContactNumber="CMMS customer CUS-1")

    found = xero.find(a_contact())

    assert isinstance(found, Stranger)
    assert found.marked is True


def test_an_archived_contact_is_in_nobodys_way(xero: Reading) -> None:
    xero.company.archive(Kind.CUSTOMER, xero.contact())

    assert xero.find(a_contact()) == Absent()


def test_a_name_with_quotes_is_searched_for(xero: Reading) -> None:
    ref = xero.contact('The "Old" Mill')

    found = xero.find(a_contact(name='The "Old" Mill'))

    assert isinstance(found, Stranger)
    assert found.ref == ref


def test_fifty_new_contacts_take_few_reads(xero: Reading) -> None:
    names = [f"Customer of number {n}" for n in range(50)]
    last = xero.contact(names[-1])
    parts = [
        Part(n, Kind.CUSTOMER, f"R-{n}", Operation.CREATE, str(n), {"Name": name})
        for n, name in enumerate(names)
    ]

    found = xero.books.find([Sought(part) for part in parts])

    strangers = {link: one.ref for link, one in found.items() if isinstance(one, Stranger)}
    assert strangers == {49: last}
    assert xero.books.calls <= 6


def test_an_item_is_told_by_its_code(xero: Reading) -> None:
    item = xero.company.enter("Item", None, Code="PSK-40", Name="Seal")

    found = xero.find(a_part(Kind.ITEM, Code="PSK-40", Name="Seal kit"))

    assert isinstance(found, Stranger)
    assert (found.ref, found.exact) == (item["ItemID"], True)


def test_an_item_that_we_have_just_made_is_ours(xero: Reading) -> None:
    since = now()
    item = xero.company.enter("Item", None, Code="PSK-40", Name="Seal")

    found = xero.find(a_part(Kind.ITEM, Code="PSK-40", Name="Seal"), since=since)

    assert ref_of(found) == item["ItemID"]


def test_a_sale_is_known_by_its_marker(xero: Reading) -> None:
    contact = xero.contact()
    made = xero.invoice(contact, InvoiceNumber="S-1", Reference="PO 7 [CMMS invoice R-1]")

    found = xero.find(a_sale(contact))

    assert ref_of(found) == made["InvoiceID"]


def test_a_number_that_another_sale_has_is_taken(xero: Reading) -> None:
    contact = xero.contact()
    made = xero.invoice(contact, InvoiceNumber="S-1")

    found = xero.find(a_sale(contact))

    assert isinstance(found, Stranger)
    assert (found.ref, found.shown) == (
        made["InvoiceID"],
        f"S-1, Harbor Hotel, {DAY}, 108 USD",
    )


def test_a_bill_has_nothing_of_a_sale_with_its_number(xero: Reading) -> None:
    contact = xero.contact()
    xero.bill(contact, InvoiceNumber='S"1')

    assert xero.find(a_sale(contact, number='S"1')) == Absent()


def test_a_voided_sale_has_its_number_for_good(xero: Reading) -> None:
    contact = xero.contact()
    made = xero.invoice(contact, InvoiceNumber="S-1", Reference="[CMMS invoice R-1]")
    xero.company.void_invoice(made["InvoiceID"])

    found = xero.find(a_sale(contact))

    assert isinstance(found, Stranger)
    assert found.ref == made["InvoiceID"]


def test_a_sale_that_xero_numbers_is_found_among_the_latest(xero: Reading) -> None:
    contact = xero.contact()
    made = xero.invoice(contact, Reference="[CMMS invoice R-1]")

    for since in (now(), None):
        assert ref_of(xero.find(a_sale(contact, number=""), since=since)) == made["InvoiceID"]


def test_the_number_of_a_bill_is_its_vendors(xero: Reading) -> None:
    vendor, other = xero.contact("One"), xero.contact("Other")
    xero.bill(other, InvoiceNumber="B-1")
    sought = a_part(
        Kind.PURCHASE_INVOICE, Contact={"ContactID": vendor}, Date=DAY, InvoiceNumber="B-1"
    )

    assert xero.find(sought) == Absent()
    made = xero.bill(vendor, InvoiceNumber="B-1")
    found = xero.find(sought)

    assert isinstance(found, Stranger)
    assert found.ref == made["InvoiceID"]


def test_two_bills_with_our_marker_are_too_many(xero: Reading) -> None:
    vendor, mark = xero.contact(), "[CMMS purchase_invoice R-1]"
    refs = [xero.bill(vendor, InvoiceNumber="B-1", Reference=mark)["InvoiceID"] for _ in range(2)]

    found = xero.find(a_part(Kind.PURCHASE_INVOICE, InvoiceNumber="B-1", Date=DAY))

    assert found == Several(tuple(sorted(refs)))


@pytest.mark.parametrize("known", [{"since": datetime.now(UTC)}, {}])
def test_a_journal_is_known_by_its_marker(xero: Reading, known: dict[str, Any]) -> None:
    lines = [
        {"LineAmount": amount, "AccountCode": code, "Description": "Fuel"}
        for amount, code in ((50, "461"), (-50, "200"))
    ]
    said = {"Narration": "Fuel [CMMS expense R-1]", "Date": DAY, "JournalLines": lines}
    made = xero.company.enter("ManualJournal", None, Status="POSTED", **said)

    found = xero.find(a_part(Kind.EXPENSE, Narration="Fuel", Date=DAY), **known)

    assert ref_of(found) == made["ManualJournalID"]


def test_a_payment_is_found_on_its_invoice(xero: Reading) -> None:
    invoice = xero.invoice(xero.contact())["InvoiceID"]
    mark = "[CMMS payment R-1] CHK"
    refs = [xero.company.pay(invoice, amount, mark) for amount in ("40", "20")]
    xero.company.delete_payment(refs[0])

    found = xero.find(a_part(Kind.PAYMENT, Invoice={"InvoiceID": invoice}))

    assert ref_of(found) == refs[1]
