"""Tokens of a ledger that replaces the refresh token each time, and of an app without a secret."""

from collections.abc import Iterator

import pytest

from tests.integration.connecting import Office
from worker.errors import Disconnected, Unavailable
from worker.store.connections import Connection
from worker.store.leases import lease
from worker.sync import connections, consent


@pytest.fixture
def without_grace(xero: Office) -> Iterator[Office]:
    """A replaced refresh token is worth nothing any more."""
    xero.simulator.control("PUT", "settings", {"grace_seconds": 0})
    yield xero
    xero.simulator.control("PUT", "settings", {"grace_seconds": 1800})


def refresh_unheard(office: Office, connection: Connection) -> None:
    """A driver asks for new tokens and dies before it has stored them."""
    row = office.row(connection)
    refresh_token = office.services.cipher.open(row.refresh_token or b"")
    authorizer = office.services.ledgers["xero"].authorizer
    authorizer.refresh(office.simulator.application, refresh_token)


def connected(office: Office) -> list[str]:
    """The organisations that the tenant's user has connected, and one more by which we ask."""
    simulator, other = office.simulator, office.simulator.new_company()
    given = simulator.control("POST", f"companies/{other}/tokens", {"user": office.tenant})
    headers = {"Authorization": f"Bearer {given['access_token']}"}
    listed = simulator.http.get(simulator.info["connections"], headers=headers).json()
    return [one["tenantId"] for one in listed]


def test_each_refresh_token_is_used_once_and_its_successor_stored(without_grace: Office) -> None:
    connection = without_grace.connect()

    got = []
    for _ in range(3):
        without_grace.expire(connection)
        got.append(without_grace.token(connection))

    assert len(set(got)) == 3
    assert without_grace.row(connection).state == "active"


def test_a_public_application_refreshes_without_a_secret(xero: Office) -> None:
    connection = xero.finish(
        xero.consented(xero.add(application=xero.simulator.public_application))
    )
    xero.expire(connection)

    assert xero.token(connection) != xero.services.cipher.open(connection.access_token or b"")


def test_a_lost_answer_is_asked_for_again_with_the_old_token(xero: Office) -> None:
    connection = xero.connect()
    xero.expire(connection)
    xero.simulator.control("POST", "faults", {"fault": "lost_answer", "where": "token"})

    with pytest.raises(Unavailable):
        xero.token(connection)

    assert xero.token(connection)
    assert xero.row(connection).state == "active"


def test_a_driver_that_died_with_the_answer_costs_nothing_within_the_grace(xero: Office) -> None:
    connection = xero.connect()
    xero.expire(connection)

    refresh_unheard(xero, connection)

    assert xero.token(connection)


def test_after_the_grace_only_a_consent_helps(without_grace: Office) -> None:
    connection = without_grace.connect()
    without_grace.expire(connection)
    refresh_unheard(without_grace, connection)

    with pytest.raises(Disconnected):
        without_grace.token(connection)

    assert without_grace.row(connection).paused_code == "consent_withdrawn"
    consent.finish(without_grace.services, without_grace.consented(connection))
    assert without_grace.row(connection).state == "active"


def test_disconnecting_takes_a_token_that_lives(xero: Office) -> None:
    connection = xero.connect()
    xero.expire(connection)

    gone = connections.disconnect(xero.services, connection.id)

    assert gone.state == "disconnected"
    assert xero.company not in connected(xero)


def test_disconnecting_renews_a_token_that_is_refused(xero: Office) -> None:
    connection = xero.connect()
    xero.simulator.control("POST", f"companies/{xero.company}/expire-tokens")

    connections.disconnect(xero.services, connection.id)

    assert xero.company not in connected(xero)


def test_whoever_disconnects_does_not_refresh_beside_a_driver(xero: Office) -> None:
    connection = xero.connect()
    xero.simulator.control("POST", f"companies/{xero.company}/expire-tokens")

    with lease(xero.services.database, connection.id), pytest.raises(Unavailable, match="at work"):
        connections.disconnect(xero.services, connection.id)

    assert xero.row(connection).state == "active"


def test_beside_a_driver_its_token_will_do(xero: Office) -> None:
    connection = xero.connect()

    with lease(xero.services.database, connection.id):
        gone = connections.disconnect(xero.services, connection.id)

    assert gone.state == "disconnected"
    assert xero.company not in connected(xero)


def test_what_was_disconnected_in_the_books_can_be_forgotten_here(xero: Office) -> None:
    connection = xero.connect()
    xero.simulator.control("POST", f"companies/{xero.company}/withdraw")

    assert connections.disconnect(xero.services, connection.id).state == "disconnected"


def test_a_ledger_that_cannot_be_told_changes_nothing(xero: Office) -> None:
    connection = xero.connect()
    xero.expire(connection)
    xero.simulator.control("POST", "faults", {"fault": "maintenance_html", "where": "token"})

    with pytest.raises(Unavailable):
        connections.disconnect(xero.services, connection.id)

    assert xero.row(connection).state == "active"
