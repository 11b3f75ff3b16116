"""Contacts that were adopted and never written: what somebody changes in Xero before the next pull
is seen before it is overwritten."""

import pytest

from tests.builders import a_vendor
from tests.integration.xero.shop import Shop
from tests.integration.xero.test_contacts import telephones
from tests.integration.xero.test_reading import NAME, enter


def dial(shop: Shop, slot: str) -> None:
    """Somebody enters a telephone number in Xero."""
    given = {"PhoneType": slot, "PhoneNumber": "theirs"}
    enter(shop, "Contact", ContactID=shop.link("VEN-1").ref, Phones=[given])


@pytest.fixture
def adopted(shop: Shop) -> Shop:
    """VEN-1 was in Xero already, which nobody had read: its name was taken."""
    enter(shop, "Contact", Name=NAME)
    shop.send("vendor.created", a_vendor(name=NAME))
    shop.work()
    return shop


def test_the_same_field_is_a_conflict(adopted: Shop) -> None:
    dial(adopted, "DEFAULT")

    adopted.send("vendor.updated", a_vendor(name=NAME, phone="ours", version=2))
    adopted.work()

    assert adopted.states() == {"VEN-1": "conflict"}
    assert telephones(adopted) == {"DEFAULT": "theirs"}


def test_other_fields_are_merged(adopted: Shop) -> None:
    dial(adopted, "MOBILE")

    adopted.send("vendor.updated", a_vendor(name=NAME, phone="ours", version=2))
    adopted.work()

    assert adopted.states() == {"VEN-1": "synced"}
    assert telephones(adopted) == {"DEFAULT": "ours", "MOBILE": "theirs"}
