"""Which accounts an item needs."""

import pytest

from tests.contract.records import an_item
from worker.providers.goods import bought, sold

NOTHING = {"sales_price": None}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"type": "inventory"}, (True, True)),
        ({"type": "service"}, (True, False)),
        ({"type": "service", "purchase_cost": "3"}, (True, True)),
        ({"type": "non_inventory"}, (True, False)),
        ({"type": "non_inventory", "expense_account": "310"}, (False, True)),
        ({"type": "non_inventory", "expense_account": "310", "sales_price": "4"}, (True, True)),
    ],
)
def test_sides_follow_the_type_and_what_is_stated(
    fields: dict[str, object], expected: tuple[bool, bool]
) -> None:
    document = an_item(**(NOTHING | fields))

    assert (sold(document), bought(document)) == expected
