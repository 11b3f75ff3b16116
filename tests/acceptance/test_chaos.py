"""The scenarios of `./dev chaos` in their short forms: on one system, one after the other."""

from collections.abc import Iterator

import pytest

from tests.chaos import exactly_once, frozen, ground, outage, poison, tokens
from tests.chaos.ground import Ground, NotOurs
from tests.chaos.report import Report
from tests.chaos.scene import Scene, playing
from tests.system.environment import Services


@pytest.fixture(scope="module")
def services(request: pytest.FixtureRequest) -> Iterator[Ground]:
    """Servers of our own where they are installed, since two of the scenarios stop them."""
    try:
        with ground.own() as ours:
            yield ours
    except NotOurs:
        urls = [request.getfixturevalue(name) for name in ("postgres_url", "rabbitmq_url")]
        yield Ground(Services(*urls))


@pytest.fixture(scope="module")
def scene(services: Ground) -> Iterator[Scene]:
    with playing(services) as made:
        yield made


@pytest.fixture
def report(request: pytest.FixtureRequest) -> Iterator[Report]:
    """What the scenario found, shown if the test fails."""
    made = Report(request.node.name)
    yield made
    print(made.table())


@pytest.fixture
def own_services(services: Ground) -> None:
    if services.own is None:
        pytest.skip("PostgreSQL and RabbitMQ are not installed here, and those given are not ours")


@pytest.mark.slow
def test_kills_and_lost_answers_leave_each_invoice_once(scene: Scene, report: Report) -> None:
    exactly_once.run(scene, exactly_once.SHORT, report)

    assert not report.failures()


@pytest.mark.slow
def test_an_expired_token_is_refreshed_once_and_survives_a_kill(
    scene: Scene, report: Report
) -> None:
    tokens.run(scene, tokens.SHORT, report)

    assert not report.failures()


@pytest.mark.slow
def test_a_frozen_holder_of_the_lease_writes_nothing_twice(scene: Scene, report: Report) -> None:
    frozen.while_sending(scene, frozen.SHORT, report)
    frozen.before_sending(scene, frozen.SHORT, report)

    assert not report.failures()


@pytest.mark.slow
@pytest.mark.usefixtures("own_services")
def test_postgresql_restarted_under_the_holder_doubles_nothing(
    scene: Scene, report: Report
) -> None:
    frozen.without_database(scene, frozen.SHORT, report)

    assert not report.failures()


@pytest.mark.slow
def test_a_message_that_kills_intake_comes_back_once_it_is_mended(
    scene: Scene, report: Report
) -> None:
    poison.run(scene, poison.SHORT, report)

    assert not report.failures()


@pytest.mark.slow
@pytest.mark.usefixtures("own_services")
def test_intake_killed_while_postgresql_is_away_loses_nothing(scene: Scene, report: Report) -> None:
    outage.without_database(scene, outage.SHORT, report)

    assert not report.failures()


@pytest.mark.slow
@pytest.mark.usefixtures("own_services")
def test_rabbitmq_restarted_under_load_loses_and_doubles_nothing(
    scene: Scene, report: Report
) -> None:
    outage.without_broker(scene, outage.SHORT, report)

    assert not report.failures()
