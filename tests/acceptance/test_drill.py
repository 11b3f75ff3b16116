"""`./dev drill` in short: some alerts in one running system, and no panel without data."""

from collections.abc import Iterator

import pytest

from tests.chaos.ground import Ground
from tests.drill import dashboards, exercise, judging
from tests.drill.catalogue import PEOPLE
from tests.drill.compress import Scale
from tests.drill.exercise import Exercise
from tests.drill.prometheus import program
from tests.drill.stage import Stage, staged
from tests.system.environment import Services

SHORT = {"BooksMappingMissing", "BooksHintsDead", "BooksMalformedFlood", "BooksDeadLettersOpen"}


QUICK = Scale(least=2, most=3, most_range=10)


@pytest.fixture(scope="module")
def exercises() -> list[Exercise]:
    return [one for one in PEOPLE if SHORT & set(one.alerts)]


@pytest.fixture(scope="module")
def stage(system_services: Services, exercises: list[Exercise]) -> Iterator[Stage]:
    with staged(Ground(system_services), program(), QUICK) as made:
        for one in exercises:
            made.connect(one.tenants)
        yield made


@pytest.mark.slow
def test_alerts_fire_and_end_by_their_runbooks(stage: Stage, exercises: list[Exercise]) -> None:
    outcomes = exercise.play(stage, exercises, print)

    assert {one.alert for one in outcomes if one.holds} == SHORT
    stage.rest()
    assert not judging.faults(stage)


@pytest.mark.slow
def test_no_panel_is_empty_after_that(stage: Stage) -> None:
    faults = dashboards.faults(stage.prometheus, rabbitmq=False)

    assert not faults
