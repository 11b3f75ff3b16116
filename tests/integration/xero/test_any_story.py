"""Property: an organisation of Xero and the CMMS converge, whatever is changed on both sides."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.integration.converge.sides import Sides, open_xero_sides
from tests.integration.converge.stories import CHAPTERS, Step, stories, tell
from tests.integration.xero.shop import OpenShop
from worker.policies import Conflict


@pytest.fixture
def sides(open_shop: OpenShop) -> Sides:
    """Where both changed the same field the CMMS wins: so every story has one end."""
    return open_xero_sides(open_shop, Conflict.CMMS)


@pytest.mark.slow
@stories(4)
@given(chapters=CHAPTERS, seed=st.integers(0, 2**32))
def test_both_sides_converge_and_nothing_is_doubled(
    sides: Sides, chapters: list[list[Step]], seed: int
) -> None:
    for story in tell(sides, chapters, seed):
        assert not story.faults()
