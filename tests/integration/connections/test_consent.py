"""Consent: into the right company, once, and by whoever started it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.integration.connecting import Office, Simulator, returned
from worker.errors import Misuse, ProviderError
from worker.providers.port import Books, Resource
from worker.store import feeds, runs
from worker.store.connections import Connection
from worker.sync import configure, connections, consent, first
from worker.sync.consent import Returned
from worker.sync.services import Services


def while_the_company_is_read(services: Services, happens: Callable[[], object]) -> Services:
    """The same services; something else happens between the tokens' exchange and their commit."""
    ledger = services.ledgers["quickbooks"]

    def open_books(connection: Connection, token: str) -> Books:
        happens()
        return ledger.open(connection, token)

    return replace(services, ledgers={"quickbooks": replace(ledger, open=open_books)})


def all_at_once(office: Office, *backs: Returned) -> list[str]:
    """Callbacks that arrive together: for each the state that it led to, or why it was refused."""

    def one(back: Returned) -> str:
        try:
            return office.finish(back).state
        except Misuse as refused:
            return refused.code

    with ThreadPoolExecutor(len(backs)) as threads:
        return sorted(threads.map(one, backs))


def test_a_consent_binds_the_company_and_makes_the_connection_active(office: Office) -> None:
    connected = office.connect()

    row = office.row(connected)
    assert (row.state, row.company_id) == ("active", office.company)
    assert [event["type"] for event in office.told()] == ["accounting.connection.established"]


def test_a_consent_queues_the_first_pulls_and_starts_the_clock(office: Office) -> None:
    connected = office.connect()

    with office.services.database.begin() as session:
        latest = {run.resource: run.asked_by for run in runs.latest(session, connected.id)}
    assert latest == dict.fromkeys(first.PULLS, "connect")
    assert office.row(connected).next_due is not None


def test_what_was_set_before_the_consent_counts(office: Office) -> None:
    added = office.add()
    wanted = {"kind.vendor": "off", "feed.payments": "600", "feed.taxes": "off"}
    configure.set_options(office.services, added.id, wanted)

    office.connect()

    with office.services.database.begin() as session:
        latest = {run.resource for run in runs.latest(session, added.id)}
        found = {name: feed.interval for name, feed in feeds.find(session, added.id).items()}
    assert latest == set(first.PULLS) - {Resource.VENDORS}
    assert (found["payments"], found["taxes"], found["accounts"]) == (600, 0, 86400)


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

    assert office.finish(back).state == "active"


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


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("invalid_scope", "may not ask for the scope.*default scope"),
        ("unauthorized_client", "client id or secret"),
        ("server_error", r"consent was not given \(server_error\)"),
    ],
)
def test_what_the_ledger_refuses_on_its_own_page_is_explained(
    office: Office, error: str, said: str
) -> None:
    connection = office.add()
    back = replace(office.consented(connection), code=None, error=error)

    with pytest.raises(Misuse, match=said):
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


def test_the_company_has_its_name_and_currency_at_once(office: Office) -> None:
    row = office.row(office.connect())

    assert (row.company["currency"], row.company["country"]) == ("USD", "US")
    assert row.company["name"]
    assert office.told()[0]["data"]["company"]["name"] == row.company["name"]


@pytest.mark.parametrize("company", ["", "1/../2", "1?x=", "1" * 21, "１２", "1\n", "company"])
def test_what_is_no_company_is_refused(office: Office, company: str) -> None:
    connection = office.add()
    back = replace(office.consented(connection), company_id=company)

    with pytest.raises(Misuse, match="names no company"):
        consent.finish(office.services, back)

    assert office.row(connection).state == "new"


def test_a_company_that_was_not_consented_to_is_never_bound(
    office: Office, other_office: Office
) -> None:
    connection = office.add()
    swapped = replace(office.consented(connection), company_id=other_office.company)

    with pytest.raises(Misuse, match=f"may not open company {other_office.company}"):
        consent.finish(office.services, swapped)

    row = office.row(connection)
    assert (row.state, row.company_id, row.access_token) == ("new", None, None)
    assert other_office.connect().company_id == other_office.company


@pytest.mark.parametrize("fault", ["maintenance_html", "throttle", "reset_before"])
def test_a_company_that_cannot_be_read_now_is_not_bound(office: Office, fault: str) -> None:
    connection = office.add()
    back = office.consented(connection)
    office.simulator.control("POST", "faults", {"fault": fault, "where": "read"})

    with pytest.raises(ProviderError):
        consent.finish(office.services, back)

    assert (office.row(connection).state, office.row(connection).access_token) == ("new", None)


def test_of_two_returns_with_one_state_one_is_taken(office: Office) -> None:
    back = office.consented(office.add())

    met = all_at_once(office, back, back)

    assert met == ["active", "state_unknown"]
    assert len(office.told()) == 1


def test_of_two_tenants_with_one_company_one_is_bound(office: Office, other_office: Office) -> None:
    backs = [one.consented(one.add(), office.company) for one in (office, other_office)]

    met = all_at_once(office, *backs)

    assert met == ["active", "consent_refused"]


def test_a_consent_does_not_switch_a_disabled_connection_on(office: Office) -> None:
    connection = office.add()
    back = office.consented(connection)
    disable = while_the_company_is_read(
        office.services, lambda: connections.disable(office.services, connection.id)
    )

    with pytest.raises(Misuse, match="switched off"):
        consent.finish(disable, back)

    assert (office.row(connection).state, office.row(connection).company_id) == ("disabled", None)


def test_a_consent_under_way_does_not_undo_a_disconnection(office: Office) -> None:
    connection = office.connect()
    back = office.consented(connection)
    disconnect = while_the_company_is_read(
        office.services, lambda: connections.disconnect(office.services, connection.id)
    )

    with pytest.raises(Misuse, match="disconnected meanwhile"):
        consent.finish(disconnect, back)

    row = office.row(connection)
    assert (row.state, row.access_token) == ("disconnected", None)


def test_a_consent_begun_before_a_disconnection_is_void(office: Office) -> None:
    connection = office.connect()
    back = office.consented(connection)
    connections.disconnect(office.services, connection.id)

    with pytest.raises(Misuse, match="not started here"):
        consent.finish(office.services, back)


def test_a_consent_for_a_replaced_application_is_refused(office: Office) -> None:
    connection = office.add()
    back = office.consented(connection)
    replaced = while_the_company_is_read(
        office.services, lambda: office.change(connection, client_id="another")
    )

    with pytest.raises(Misuse, match="client id was replaced"):
        consent.finish(replaced, back)
