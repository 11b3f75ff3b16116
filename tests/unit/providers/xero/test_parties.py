"""Customers and vendors as contacts: what stands where, what is cleared, what Xero would refuse."""

from typing import Any

import pytest

from schemas.kinds import Kind
from schemas.party import Party
from tests.contract.records import a_party, a_vendor
from tests.unit.providers.xero.lookups import WORLDLY, a_create, a_lookup, an_update
from worker.providers.lookup import Lookup
from worker.providers.port import Work
from worker.providers.refusals import Refusal
from worker.providers.xero.fields import folded
from worker.providers.xero.parties import party


def made(
    document: Party, kind: Kind = Kind.CUSTOMER, lookup: Lookup | None = None
) -> dict[str, Any]:
    return body(a_create(kind, document), lookup)


def changed(document: Party) -> dict[str, Any]:
    return body(an_update(Kind.CUSTOMER, document))


def body(work: Work, lookup: Lookup | None = None) -> dict[str, Any]:
    assert isinstance(work.document, Party)
    return party(work, work.document, lookup or a_lookup())


def test_a_customer_is_a_contact_with_its_marker() -> None:
    element = folded(made(a_party()))

    assert element["Name"] == "Harbor Hotel Group"
    assert element["ContactNumber"] == "CMMS customer CUS-1"
    assert element["EmailAddress"] == "ap@harbor.example"
    assert element["Phones"] == [{"PhoneType": "DEFAULT", "PhoneNumber": "+1 503 555 0142"}]
    assert element["Addresses"][0]["AddressType"] == "POBOX"
    assert element["Addresses"][0]["AddressLine1"] == "12 Quay St"


def test_a_vendor_has_its_own_marker_and_account_number() -> None:
    element = made(a_vendor(), Kind.VENDOR)

    assert element["ContactNumber"] == "CMMS vendor VEN-1"
    assert element["AccountNumber"] == "C-8841"


def test_where_customers_are_served_is_their_street() -> None:
    served = {"line1": "Pier 4", "city": "Oakland"}

    assert made(a_party(shipping_address=served))["Addresses.STREET"]["AddressLine1"] == "Pier 4"


def test_an_update_says_whether_it_is_active_and_sets_no_marker() -> None:
    element = changed(a_party(active=False))

    assert element["ContactStatus"] == "ARCHIVED"
    assert "ContactNumber" not in element


def test_an_update_clears_what_the_cmms_left_empty() -> None:
    element = changed(a_party(phone=None, email=None, billing_address=None))

    assert element["EmailAddress"] == ""
    assert set(element["Phones.DEFAULT"].values()) == {""}
    assert set(element["Addresses.POBOX"].values()) == {""}


def test_a_create_leaves_out_what_is_empty() -> None:
    element = made(Party(id="CUS-1", name="Harbor"))

    assert set(element) == {"Name", "ContactNumber"}


def test_the_first_of_several_addresses_of_mail_is_taken() -> None:
    assert made(a_party(email="a@b.example, c@d.example"))["EmailAddress"] == "a@b.example"


@pytest.mark.parametrize("email", ["nobody", "jürgen@b.example", "a b@c.example", "@c.example"])
def test_an_address_that_xero_refuses_is_refused(email: str) -> None:
    with pytest.raises(Refusal) as refused:
        made(a_party(email=email))

    assert refused.value.fault.code == "email_invalid"


def test_a_currency_stands_where_there_are_several() -> None:
    assert "DefaultCurrency" not in made(a_party(currency="USD"))
    assert made(a_party(currency="GBP"), lookup=a_lookup(**WORLDLY))["DefaultCurrency"] == "GBP"


def test_a_currency_that_is_not_subscribed_to_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        made(a_party(currency="JPY"), lookup=a_lookup(**WORLDLY))

    assert refused.value.fault.code == "currency_not_enabled"


def test_a_suffix_tells_a_taken_name_apart() -> None:
    element = body(a_create(Kind.CUSTOMER, a_party(), alias=" (C)"))

    assert element["Name"] == "Harbor Hotel Group (C)"
