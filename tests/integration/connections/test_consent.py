"""Consent: into the right company, once, and by whoever started it."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.integration.connecting import Office, Simulator, returned
from worker.errors import Misuse
from worker.store import runs
from worker.sync import connections, consent


def test_a_consent_binds_the_company_and_makes_the_connection_active(office: Office) -> None:
    connected = office.connect()

    row = office.row(connected)
    assert (row.state, row.company_id) == ("active", office.company)
    assert [event["type"] for event in office.told()] == ["accounting.connection.established"]


def test_a_consent_queues_the_first_pulls_and_starts_the_clock(office: Office) -> None:
    connected = office.connect()

    with office.services.database.begin() as session:
        latest = {run.resource: run.asked_by for run in runs.latest(session, connected.id)}
    assert latest == dict.fromkeys(["connection", "accounts", "taxes"], "connect")
    assert office.row(connected).next_due is not None


def test_tokens_and_client_secret_are_sealed_at_rest(office: Office) -> None:
    row = office.row(office.connect())

    secret = office.simulator.info["client_secret"].encode()
    assert secret not in bytes(row.client_secret)
    assert b"RT1-" not in bytes(row.refresh_token or b"")
    assert office.services.cipher.open(row.refresh_token or b"").startswith("RT1-")


def test_another_company_than_entered_is_refused_naming_both(office: Office) -> None:
    connection = office.add(company_id=office.company)
    other = office.simulator.new_company()

    with pytest.raises(Misuse, match=f"{other}.*{office.company}"):
        consent.finish(office.services, office.consented(connection, other))

    assert office.row(connection).state == "new"
    assert office.row(connection).company_id is None


def test_another_company_than_bound_before_is_refused_naming_both(office: Office) -> None:
    connection = office.connect()
    other = office.simulator.new_company()

    with pytest.raises(Misuse, match=f"{other}.*{office.company}"):
        consent.finish(office.services, office.consented(connection, other))

    assert office.row(connection).company_id == office.company


def test_a_company_of_another_tenant_is_refused_without_naming_it(
    office: Office, other_office: Office
) -> None:
    other_office.connect()
    connection = office.add()

    with pytest.raises(Misuse, match="connected through another connection") as refused:
        consent.finish(office.services, office.consented(connection, other_office.company))

    assert other_office.tenant not in str(refused.value)
    assert office.row(connection).state == "new"


def test_the_company_of_a_disconnected_tenant_stays_taken(
    office: Office, other_office: Office
) -> None:
    connections.disconnect(office.services, other_office.connect().id)
    connection = office.add()

    with pytest.raises(Misuse, match="connected through another connection"):
        consent.finish(office.services, office.consented(connection, other_office.company))


def test_a_state_works_once(office: Office) -> None:
    back = office.consented(office.add())
    consent.finish(office.services, back)

    with pytest.raises(Misuse, match="used already"):
        consent.finish(office.services, back)


def test_a_guessed_state_is_refused_and_leaves_the_consent_open(office: Office) -> None:
    connection = office.add()
    back = office.consented(connection)
    guess = returned(f"http://x/?state={connection.id}.guess&code=1&realmId={office.company}")

    with pytest.raises(Misuse, match="not started here"):
        consent.finish(office.services, guess)

    assert consent.finish(office.services, back).state == "active"


@pytest.mark.parametrize("state", ["", "x", "999999999.x", "1" * 40 + ".x", "٣.x"])
def test_a_state_that_is_none_is_refused(office: Office, state: str) -> None:
    back = returned(f"http://x/?code=1&realmId=1&state={state or '.'}")

    with pytest.raises(Misuse, match="not started here"):
        consent.finish(office.services, back)


def test_a_consent_that_took_too_long_is_refused(office: Office) -> None:
    connection = office.add()
    back = office.consented(connection)
    office.change(connection, consent_expires_at=datetime.now(UTC) - timedelta(seconds=1))

    with pytest.raises(Misuse, match="longer than 15 minutes"):
        consent.finish(office.services, back)


def test_a_person_may_decline(office: Office, simulator: Simulator) -> None:
    connection = office.add()
    url = consent.start(office.services, connection.id)
    back = returned(simulator.approve(url, office.company, decision="cancel"))

    with pytest.raises(Misuse, match="access_denied"):
        consent.finish(office.services, back)

    assert office.row(connection).state == "new"


def test_a_wrong_client_secret_is_said_plainly(office: Office) -> None:
    connection = office.add()
    office.change(connection, client_secret=office.services.cipher.seal("not the secret"))

    with pytest.raises(Misuse, match="client id or secret") as refused:
        consent.finish(office.services, office.consented(connection))

    assert "not the secret" not in str(refused.value)


def test_reconnecting_restores_a_paused_connection(office: Office) -> None:
    connection = office.connect()
    office.change(connection, state="paused", paused_code="consent_withdrawn")

    consent.finish(office.services, office.consented(connection))

    row = office.row(connection)
    assert (row.state, row.paused_code) == ("active", None)
    assert office.told()[-1]["type"] == "accounting.connection.restored"


def test_a_disabled_connection_takes_no_consent(office: Office) -> None:
    connection = connections.disable(office.services, office.add().id)

    with pytest.raises(Misuse, match="switched off"):
        consent.start(office.services, connection.id)
