"""One record, changed in turn on both sides: each change travels once, and never comes back."""

import pytest

from tests.integration.converge.sides import Sides, open_sides
from tests.integration.workshop import OpenShop
from worker.policies import Conflict

TURNS = 50


@pytest.fixture
def sides(open_shop: OpenShop) -> Sides:
    """The customer CUS-1 on both of them."""
    made = open_sides(open_shop, Conflict.HOLD)
    made.deliver([made.cmms.save("customer", "CUS-1", name="Harbor Hotel", phone="555 0000")])
    made.rest()
    return made


@pytest.mark.slow
def test_fifty_changes_in_turn_are_as_many_writes_as_the_cmms_made(sides: Sides) -> None:
    record, before = sides.cmms.records["customer", "CUS-1"], sides.writes()

    for turn in range(1, TURNS + 1):
        phone = f"555 {turn:04}"
        if turn % 2 == 0:
            sides.edit(record, PrimaryPhone={"FreeFormNumber": phone})
        else:
            sides.deliver([sides.cmms.save("customer", "CUS-1", phone=phone)])
        sides.rest()
        assert record.data["phone"] == phone
        assert sides.held(record)["PrimaryPhone"]["FreeFormNumber"] == phone

    assert sides.writes() - before == TURNS // 2
    assert record.version == 1 + TURNS
    assert sides.held(record)["SyncToken"] == str(TURNS)
