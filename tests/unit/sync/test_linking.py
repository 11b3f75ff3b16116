"""What the books say otherwise than the CMMS when the two are linked."""

from typing import Any

import pytest

from worker.providers.lookup import Account, Chart, Tax
from worker.sync.linking import differing

CHART = Chart(
    accounts=[Account("79", "Sales", "Sales", "4000", "", "", "", None, active=True)],
    taxes=[Tax("5", "State", "code", active=True), Tax("6", "City", "code", active=True)],
    mapping={},
    company={},
)
OURS: dict[str, Any] = {
    "id": "X-1",
    "version": 3,
    "name": "Plant: Pumps",
    "phone": "555 0100",
    "sales_price": "95.00",
    "income_account": "4000",
    "tax_code": "state",
    "billing_address": {"line1": "1 Quay St", "city": "", "country": "US"},
}


@pytest.mark.parametrize(
    "theirs",
    [
        {"name": "Plant - Pumps", "phone": " 555 0100"},
        {"sales_price": "95", "income_account": "79", "tax_code": "5"},
        {"billing_address": {"line1": "1 Quay St", "country": "US"}},
        {"active": True, "currency": "USD", "tax_exempt": False},
        {"expense_account": "80", "quantity_on_hand": "4", "full_name": "A:B"},
        {"phone": "", "billing_address": {}},
        {"tax_code": "NON"},
    ],
)
def test_what_says_the_same_is_no_difference(theirs: dict[str, Any]) -> None:
    assert differing(OURS, {"name": OURS["name"]} | theirs, CHART) == ()


@pytest.mark.parametrize(
    ("theirs", "fields"),
    [
        ({"name": "PLANT - PUMPS"}, ("name",)),
        ({"active": False, "phone": "555 0199"}, ("active", "phone")),
        ({"email": "ap@plant.example", "notes": "Ring twice"}, ("email", "notes")),
        ({"sales_price": "96", "income_account": "80"}, ("income_account", "sales_price")),
        ({"tax_code": "6"}, ("tax_code",)),
        ({"billing_address": {"line1": "2 Quay St", "country": "US"}}, ("billing_address",)),
    ],
)
def test_what_the_books_hold_otherwise_is_named(
    theirs: dict[str, Any], fields: tuple[str, ...]
) -> None:
    assert differing(OURS, theirs, CHART) == fields
