"""Property: whatever is changed on both sides, in whatever order it is heard of, they converge.

`CONVERGE_EXAMPLES=500` tells that many stories.
"""

import os
from itertools import count
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.integration.converge.sides import Sides, open_sides
from tests.integration.converge.stories import CHAPTERS, Step, Story
from tests.integration.workshop import OpenShop
from worker.policies import Conflict

EXAMPLES = int(os.environ.get("CONVERGE_EXAMPLES", "12"))
NUMBERS = count(1)


@pytest.fixture
def sides(open_shop: OpenShop) -> Sides:
    """Where both changed the same field the CMMS wins: so every story has one end."""
    return open_sides(open_shop, Conflict.CMMS)


@pytest.mark.slow
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.generate],  # to tell a story again and again until it is shorter takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(chapters=CHAPTERS, seed=st.integers(0, 2**32))
def test_both_sides_converge_and_nothing_is_doubled(
    sides: Sides, chapters: list[list[Step]], seed: int
) -> None:
    story = Story(sides, f"S{next(NUMBERS)}", Random(seed))
    story.begin()

    for chapter in chapters:
        story.tell(chapter)
        assert not story.faults()
