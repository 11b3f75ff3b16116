"""What the books hold is pulled: who and what we wrote is known again, and what others changed."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from schemas.catalogue import dump
from schemas.kinds import Kind
from tests.contract.ledger import Ledger, Open, kind_of
from tests.contract.records import a_party, a_stock_item, a_vendor, an_item
from worker.providers.port import LedgerRecord, Named, Record, Removed, Resource, Sought, Written

RESOURCES = {
    Kind.CUSTOMER: Resource.CUSTOMERS,
    Kind.VENDOR: Resource.VENDORS,
    Kind.ITEM: Resource.ITEMS,
}
LISTED: list[Record] = [a_party(), a_vendor(), an_item(), a_stock_item()]


def everything(ledger: Ledger, kind: Kind, since: str | None = None) -> Sequence[LedgerRecord]:
    """All pages of one list."""
    found: list[LedgerRecord] = []
    position: str | None = None
    while True:
        page = ledger.books.page(RESOURCES[kind], since, position)
        found += [one for one in page.records if one.kind == kind]
        position = page.position
        if position is None:
            return found


def pulled(ledger: Ledger, kind: Kind, ref: str) -> LedgerRecord:
    (record,) = [one for one in everything(ledger, kind) if one.ref == ref]
    return record


def test_what_a_new_company_is_mapped_to_fits(ledger: Ledger) -> None:
    chart = ledger.chart()
    accounts = {key: number for key, number in ledger.mapping.items() if "tax" not in key}

    unfit = [
        key
        for key, number in accounts.items()
        if not ledger.provider.uses.fits(key, chart.account(number))
    ]

    assert not unfit


def test_a_tax_code_says_its_rate(ledger: Ledger) -> None:
    found = {one.name: one for one in ledger.chart().taxes}

    assert found["NON"].rate is not None
    assert Decimal(found["NON"].rate) == 0
    assert (found["TAX"].kind, found["TAX"].active) == ("code", True)


def test_the_company_says_how_it_works(open_ledger: Open) -> None:
    ledger = open_ledger(closed_until="2026-03-31", multicurrency=True)

    company = ledger.books.test()

    assert (company.ref, company.currency, company.country) == (ledger.company.id, "USD", "US")
    assert (company.data["closed_until"], company.data["multicurrency"]) == ("2026-03-31", True)


def test_a_later_look_tells_the_new_closing_date(ledger: Ledger) -> None:
    first = ledger.books.test()
    known = {"name": first.name, "currency": "USD", "country": "US", **first.data}
    ledger.company.close("2026-06-30")
    before = ledger.books.calls

    later = ledger.books.preferences(known)

    assert (later.name, later.data["closed_until"]) == (first.name, "2026-06-30")
    assert ledger.books.calls - before == 1


@pytest.mark.parametrize("document", LISTED, ids=lambda one: one.id)
def test_what_we_wrote_is_known_again(ledger: Ledger, document: Record) -> None:
    written = ledger.put(document)

    record = pulled(ledger, kind_of(document), written.ref)

    assert (record.digest, record.sync_token) == (written.digest, written.sync_token)
    assert (record.fields, record.active) == (written.record.fields, True)


@pytest.mark.parametrize("document", [a_party(), a_vendor()], ids=lambda one: one.id)
def test_what_we_wrote_bears_our_marker(ledger: Ledger, document: Record) -> None:
    written = ledger.put(document)

    record = pulled(ledger, kind_of(document), written.ref)

    assert record.marker == (kind_of(document), document.id)


@pytest.mark.parametrize("document", LISTED, ids=lambda one: one.id)
def test_a_record_comes_back_in_the_words_of_the_cmms(ledger: Ledger, document: Record) -> None:
    written = ledger.put(document)
    said = dump(document)

    data = pulled(ledger, kind_of(document), written.ref).data

    plain = ("name", "email", "phone", "sku", "description")
    assert {n: data.get(n) for n in plain if n in said} == {n: said[n] for n in plain if n in said}
    assert "id" not in data


def test_what_others_changed_is_another_digest(ledger: Ledger) -> None:
    written = ledger.put(a_party())
    ledger.company.edit(Kind.CUSTOMER, written.ref)

    record = pulled(ledger, Kind.CUSTOMER, written.ref)

    assert record.digest != written.digest
    assert str(record.data["phone"]).endswith("555 0100")


def test_what_is_none_of_ours_changes_no_digest(ledger: Ledger) -> None:
    written = ledger.put(a_party())
    ledger.company.edit_aside(Kind.CUSTOMER, written.ref)

    record = pulled(ledger, Kind.CUSTOMER, written.ref)

    assert record.digest == written.digest
    assert record.sync_token != written.sync_token


@pytest.mark.parametrize("document", [a_party(), a_vendor()], ids=lambda one: one.id)
def test_who_was_archived_is_inactive(ledger: Ledger, document: Record) -> None:
    written = ledger.put(document)
    ledger.company.archive(kind_of(document), written.ref)

    assert not pulled(ledger, kind_of(document), written.ref).active


def test_a_removal_is_known_again(ledger: Ledger) -> None:
    ledger.put(a_party())
    removed = ledger.remove(a_party())

    assert isinstance(removed, Removed)
    record = pulled(ledger, Kind.CUSTOMER, removed.ref)
    assert (record.digest, record.active) == (removed.digest, False)


@pytest.mark.parametrize("kind", [Kind.CUSTOMER, Kind.VENDOR, Kind.ITEM])
def test_a_list_is_read_since_a_moment(ledger: Ledger, kind: Kind) -> None:
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()

    assert everything(ledger, kind, later) == []


def test_who_is_entered_by_hand_bears_no_marker(ledger: Ledger) -> None:
    ref = ledger.company.add_party(Kind.CUSTOMER, "Quay Inn", "desk@quay.example")

    record = pulled(ledger, Kind.CUSTOMER, ref)

    assert (record.name, record.data["email"]) == ("Quay Inn", "desk@quay.example")
    assert (record.marker, record.active) == (None, True)


def test_a_named_record_is_read_as_it_is(ledger: Ledger) -> None:
    ref = ledger.company.add_party(Kind.CUSTOMER, "Quay Inn")
    ledger.known[Kind.CUSTOMER, "CUS-1"] = Written(ref)
    part = ledger.prepared(a_party()).parts[0]

    found = ledger.books.find([Sought(part, named=True)])[part.link_id]

    assert isinstance(found, Named)
    assert (found.written.ref, found.marked) == (ref, False)
