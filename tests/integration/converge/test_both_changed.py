"""One field changed on both sides at once, with a CMMS that takes over whatever it is told."""

import pytest

from tests.integration.converge.sides import Sides, open_sides
from tests.integration.workshop import OpenShop
from tests.simulators.cmms.records import Record
from worker.policies import Conflict

OURS, THEIRS = "cmms@harbor.example", "books@harbor.example"


def clashing(open_shop: OpenShop, conflict: Conflict) -> tuple[Sides, Record]:
    """The e-mail address of a customer, changed in the books and in the CMMS; then all is quiet."""
    sides = open_sides(open_shop, conflict)
    sides.deliver([sides.cmms.save("customer", "CUS-1", name="Harbor Hotel", phone="555 0100")])
    sides.rest()
    record = sides.cmms.records["customer", "CUS-1"]
    sides.edit(record, PrimaryEmailAddr={"Address": THEIRS}, Mobile={"FreeFormNumber": "555 0199"})
    sides.deliver([sides.cmms.save("customer", "CUS-1", email=OURS)])
    sides.rest()
    return sides, record


def mail(sides: Sides, record: Record) -> object:
    """The e-mail address that the books hold."""
    return (sides.held(record) or {})["PrimaryEmailAddr"]["Address"]


@pytest.mark.parametrize(
    ("conflict", "winner"), [(Conflict.CMMS, OURS), (Conflict.BOOKS, THEIRS)], ids=["cmms", "books"]
)
def test_both_sides_hold_what_the_policy_says(
    open_shop: OpenShop, conflict: Conflict, winner: str
) -> None:
    sides, record = clashing(open_shop, conflict)

    assert mail(sides, record) == winner
    assert (record.data["email"], record.data["mobile"]) == (winner, "555 0199")
    assert record.status == "synced"


def test_a_conflict_that_is_held_leaves_each_side_its_own(open_shop: OpenShop) -> None:
    sides, record = clashing(open_shop, Conflict.HOLD)

    assert mail(sides, record) == THEIRS
    assert (record.data["email"], record.status) == (OURS, "conflict")
    fields = record.said[-1]["data"]["fields"]
    assert fields == {"email": {"cmms": OURS, "books": THEIRS, "before": ""}}
