"""Which accounts may be mapped to what."""

import pytest

from tests.unit.providers.xero.lookups import ACCOUNTS, TAXES, a_lookup
from worker.providers.xero.uses import AccountUses

USES = AccountUses()


@pytest.mark.parametrize(
    ("key", "fitting"),
    [
        ("income", {"a-200"}),
        ("sales", {"a-200"}),
        ("expense", {"a-310", "a-433"}),
        ("purchase", {"a-310", "a-433", "a-650"}),
        ("asset", {"a-630"}),
        ("journal_debit", {"a-200", "a-310", "a-433", "a-650", "a-877"}),
        ("journal_credit", {"a-200", "a-310", "a-433", "a-650", "a-877"}),
        ("payment", {"bank", "a-650"}),
    ],
)
def test_accounts_fit_where_xero_would_take_them(key: str, fitting: set[str]) -> None:
    assert {one.ref for one in ACCOUNTS if USES.fits(key, one)} == fitting
    assert USES.wanted(key)


def test_every_rate_says_how_much_it_is() -> None:
    assert not any(USES.is_open(a_lookup().chart, one) for one in TAXES)
