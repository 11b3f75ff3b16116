"""Words of ledgers that no rule knows: what of them is the same for every record."""

import pytest

from worker.sync.unruled import shape


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Account 'Cash' is odd", 'Account "..." is odd'),
        ("Line 12 of INV-7 costs 1,234.50", "Line # of # costs #"),
        ("at  once,\n\nplease", "at once, please"),
        ("write to ada@example.com", "write to ***"),
        ("x" * 300, "x" * 200),
    ],
)
def test_what_differs_from_record_to_record_is_left_out(said: str, kept: str) -> None:
    assert shape(said) == kept


def test_an_unbalanced_quote_is_no_trouble() -> None:
    assert shape("the item's code '" + "y" * 500) == ("the item's code '" + "y" * 500)[:200]
