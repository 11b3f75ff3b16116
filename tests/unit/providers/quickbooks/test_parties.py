"""Customers and vendors: names, lengths, what is cleared, what goes into the notes."""

from typing import Any

import pytest

from schemas.kinds import Kind
from schemas.party import Party
from tests.contract.records import a_party, a_vendor
from tests.unit.providers.quickbooks.lookups import MAPPING, REFS, a_create, a_lookup, an_update
from worker.providers.port import Work
from worker.providers.quickbooks.parties import party
from worker.providers.refusals import Refusal


def body_of(work: Work, **company: object) -> dict[str, Any]:
    assert isinstance(work.document, Party)
    return party(work, work.document, a_lookup(MAPPING, REFS, **company))


def created(**fields: object) -> dict[str, Any]:
    return body_of(a_create(Kind.CUSTOMER, a_party(**fields)))


def updated(**fields: object) -> dict[str, Any]:
    return body_of(an_update(Kind.CUSTOMER, a_party(**fields)))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Rob:Barnett:Company", "Rob - Barnett - Company"),
        ("  Tab\tand\nnewline ", "Tab and newline"),
        ("Łukasz “Luk” Przykładny", "Łukasz “Luk” Przykładny"),
        ("x" * 500, "x" * 500),
    ],
)
def test_names_are_written_as_they_are_taken(name: str, shown: str) -> None:
    assert created(name=name)["DisplayName"] == shown


def test_a_changed_name_is_kept_in_the_notes() -> None:
    assert "Name in the CMMS: Rob:Barnett" in created(name="Rob:Barnett")["Notes"]


def test_a_suffix_stays_within_the_length() -> None:
    work = a_create(Kind.VENDOR, a_vendor(name="x" * 500), alias=" (V)")

    name = body_of(work)["DisplayName"]

    assert (len(name), name[-5:]) == (500, "x (V)")


def test_a_name_of_nothing_is_refused() -> None:
    with pytest.raises(Refusal) as refusal:
        created(name="\t\n")
    assert refusal.value.fault.code == "name_unusable"


def test_a_create_holds_only_what_is_there() -> None:
    body = created(email=None, phone=None, billing_address={"city": "Oakland"})

    assert body == {
        "DisplayName": "Harbor Hotel Group",
        "BillAddr": {"City": "Oakland"},
        "Notes": "[CMMS customer CUS-1]",
    }


def test_an_update_clears_what_is_not_there() -> None:
    body = updated(email=None, company_name=None, billing_address=None)

    cleared = [body[name] for name in ("PrimaryEmailAddr", "CompanyName", "BillAddr", "Mobile")]
    assert cleared == [{}, "", {}, {}]


def test_an_update_sends_an_address_whole() -> None:
    body = updated(billing_address={"line1": "Pier 4"})

    assert body["BillAddr"]["Line1"] == "Pier 4"
    assert body["BillAddr"]["City"] == ""


def test_what_does_not_fit_goes_into_the_notes() -> None:
    phone = "+1 503 555 0142 ext. 4711 (ask for Mary)"

    body = created(phone=phone, notes="Gate code 9")

    assert "PrimaryPhone" not in body
    assert body["Notes"] == f"Gate code 9\nPhone: {phone}\n[CMMS customer CUS-1]"


def test_long_notes_never_lose_the_marker() -> None:
    notes = body_of(a_create(Kind.VENDOR, a_vendor(notes="n" * 3000)))["Notes"]

    assert len(notes) == 1024
    assert notes.endswith("…\n[CMMS vendor VEN-1]")


@pytest.mark.parametrize("email", ["nobody", "nobody@example", "a.b", "x" * 100 + "@b.example"])
def test_an_address_that_would_be_refused_is_refused(email: str) -> None:
    with pytest.raises(Refusal) as refusal:
        created(email=email)
    assert refusal.value.fault.names["field"] == "email"


def test_several_addresses_are_one_field() -> None:
    body = created(email="a@b.example, c@d.example")

    assert body["PrimaryEmailAddr"] == {"Address": "a@b.example,c@d.example"}


def test_another_currency_needs_several() -> None:
    with pytest.raises(Refusal) as refusal:
        created(currency="EUR")
    assert refusal.value.fault.code == "currency_not_enabled"


def test_a_currency_is_named_on_create_only() -> None:
    euro = a_party(currency="EUR")

    first = body_of(a_create(Kind.CUSTOMER, euro), multicurrency=True)
    later = body_of(an_update(Kind.CUSTOMER, euro), multicurrency=True)

    assert first["CurrencyRef"] == {"value": "EUR"}
    assert "CurrencyRef" not in later


def test_one_currency_needs_no_naming() -> None:
    assert "CurrencyRef" not in created(currency="USD")


@pytest.mark.parametrize(("exempt", "taxable"), [(True, False), (False, True)])
def test_an_exempt_customer_is_not_taxable(*, exempt: bool, taxable: bool) -> None:
    assert created(tax_exempt=exempt)["Taxable"] is taxable


def test_a_vendor_has_our_account_number() -> None:
    body = body_of(a_create(Kind.VENDOR, a_vendor(tax_number="12-3456789")))

    assert (body["AcctNum"], body["TaxIdentifier"]) == ("C-8841", "12-3456789")


def test_a_customers_account_number_is_noted() -> None:
    assert "Account number: 7" in created(account_number="7")["Notes"]
