"""A connection whose token is good and whose access is not: it pauses, and says what helps."""

import pytest

from tests.integration.connecting import Office
from worker.store.connections import Connection
from worker.sync import consent
from worker.sync.drive import drive


def narrowed(office: Office, scope: str) -> Connection:
    """A connection whose consent covers less than it did."""
    connection = office.connect()
    office.simulator.control("PUT", f"companies/{office.company}/scopes", {"scope": scope})
    return connection


def test_a_missing_scope_pauses_and_no_token_is_asked_for(xero: Office) -> None:
    connection = narrowed(xero, "offline_access accounting.contacts")
    before = xero.simulator.stat("token_refreshes")

    for _ in range(3):
        drive(xero.services, connection.id)

    row = xero.row(connection)
    assert (row.state, row.paused_code) == ("paused", "scope_missing")
    assert xero.simulator.stat("token_refreshes") == before


def test_a_new_consent_brings_the_missing_scope(xero: Office) -> None:
    connection = narrowed(xero, "offline_access accounting.contacts")
    drive(xero.services, connection.id)

    again = xero.finish(xero.consented(connection))
    drive(xero.services, connection.id)

    assert (again.state, xero.row(connection).state) == ("active", "active")


@pytest.mark.parametrize("expired", ["", "expired"])
def test_an_organisation_that_was_disconnected_in_the_books_pauses(
    xero: Office, expired: str
) -> None:
    connection = xero.connect()
    if expired:
        xero.expire(connection)
    xero.simulator.control("POST", f"companies/{xero.company}/withdraw")

    drive(xero.services, connection.id)

    assert xero.row(connection).paused_code == "organisation_removed"
    reason = xero.told()[-1]["data"]["reason"]
    assert "disconnected" in reason
    assert xero.row(connection).company["name"] in reason


def test_a_removed_organisation_comes_back_with_a_new_consent(xero: Office) -> None:
    connection = xero.connect()
    xero.simulator.control("POST", f"companies/{xero.company}/withdraw")
    drive(xero.services, connection.id)

    consent.finish(xero.services, xero.consented(connection))

    assert xero.row(connection).state == "active"
    assert xero.told()[-1]["type"] == "accounting.connection.restored"
