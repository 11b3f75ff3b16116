"""What of an update is sent, stays as the books have it, or is for a person to decide."""

from dataclasses import replace
from typing import Any

import pytest

from schemas.item import Item
from schemas.kinds import Kind
from schemas.party import Party
from tests.contract.records import a_party, a_stock_item
from tests.unit.providers.xero.lookups import a_create, a_lookup, an_update
from worker.policies import Conflict
from worker.providers.port import Work
from worker.providers.threeway import Merged
from worker.providers.xero.bodies import body
from worker.providers.xero.canonical import fields
from worker.providers.xero.fields import folded
from worker.providers.xero.merging import merge

OTHER = "+1 503 555 0199"
CLEARED = {"PhoneNumber": "", "PhoneAreaCode": "", "PhoneCountryCode": ""}


def held(kind: Kind, document: Party | Item) -> dict[str, str]:
    """As the books hold what the CMMS wrote."""
    return fields(kind, folded(body(a_create(kind, document), a_lookup())))


def work(
    cmms: Party | Item, before: Party | Item | None, books: Party | Item | None = None
) -> Work:
    kind = Kind.CUSTOMER if isinstance(cmms, Party) else Kind.ITEM
    base = held(kind, before) if before else None
    return replace(an_update(kind, cmms), base=base, held=held(kind, books or before or cmms))


def merged(one: Work, policy: Conflict = Conflict.HOLD, **decided: Conflict) -> Merged:
    found = merge(replace(one, decided=decided), body(one, a_lookup()), policy)
    assert found is not None
    return found


def test_only_what_the_cmms_changed_is_sent() -> None:
    found = merged(work(a_party(mobile=OTHER), before=a_party()))

    assert {name: value["PhoneNumber"] for name, value in found.send.items()} == {
        "Phones.MOBILE": OTHER
    }


def test_what_is_cleared_is_sent_empty() -> None:
    assert merged(work(a_party(phone=None), a_party())).send == {"Phones.DEFAULT": CLEARED}


def test_what_others_changed_stays() -> None:
    assert merged(work(a_party(), a_party(), books=a_party(phone=OTHER))).send == {}


def test_changed_on_both_sides_is_for_a_person() -> None:
    found = merged(work(a_party(email="a@b.example"), a_party(), a_party(email="c@d.example")))

    assert found.both == {
        "email": {"cmms": "a@b.example", "books": "c@d.example", "before": "ap@harbor.example"}
    }


@pytest.mark.parametrize(("side", "sent"), [(Conflict.CMMS, ["Name"]), (Conflict.BOOKS, [])])
def test_a_persons_word_decides(side: Conflict, sent: list[str]) -> None:
    one = work(a_party(name="Inn"), a_party(), a_party(name="Hotel"))

    assert list(merged(one, name=side).send) == sent


@pytest.mark.parametrize(("active", "sent"), [(False, ["ContactStatus"]), (True, [])])
def test_what_is_archived_is_said_once(active: bool, sent: list[str]) -> None:  # noqa: FBT001
    assert list(merged(work(a_party(active=active), a_party())).send) == sent


def test_a_price_of_an_item_stands_by_itself() -> None:
    found = merged(work(a_stock_item(sales_price="50"), a_stock_item()))

    assert list(found.send) == ["SalesDetails.UnitPrice"]


def test_nothing_known_of_the_books_is_nothing_compared() -> None:
    update: Any = an_update(Kind.CUSTOMER, a_party())

    assert merge(update, {}, Conflict.HOLD) is None
