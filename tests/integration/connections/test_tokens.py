"""Access tokens under concurrency, loss and withdrawal."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.counting import Counting
from tests.integration.connecting import Office, Simulator
from worker.errors import Disconnected, Unavailable
from worker.store.connections import Connection
from worker.store.leases import lease
from worker.sync import connections, consent, tokens


def renewed(office: Office, connection: Connection, refused: str) -> str:
    with lease(office.services.database, connection.id) as held:
        assert held is not None
        return tokens.renew(office.services, connection.id, refused, held)


def test_a_token_that_lives_is_used_as_it_is(office: Office) -> None:
    connection = office.connect()
    before = office.simulator.stat("token_refreshes")

    office.token(connection)

    assert office.simulator.stat("token_refreshes") == before


def test_eight_threads_meeting_an_expired_token_refresh_once(office: Office) -> None:
    connection = office.connect()
    office.expire(connection)
    before = office.simulator.stat("token_refreshes")

    def drive(_: int) -> str:
        while (token := office.token(connection)) is None:
            pass
        return token

    with ThreadPoolExecutor(8) as threads:
        got = set(threads.map(drive, range(8)))

    assert office.simulator.stat("token_refreshes") == before + 1
    assert len(got) == 1


def test_a_refused_token_is_renewed_once(office: Office, counting: Counting) -> None:
    connection = office.connect()
    refused = office.token(connection) or ""

    first = renewed(office, connection, refused)
    second = renewed(office, connection, refused)

    assert first == second != refused
    refreshed = {"provider": "quickbooks", "result": "refreshed"}
    assert counting.of("books_token_refreshes_total", **refreshed) == 1


def test_a_lost_refresh_answer_leaves_a_working_connection(office: Office) -> None:
    connection = office.connect()
    office.expire(connection)
    office.simulator.control("POST", "faults", {"fault": "lost_answer", "where": "token"})

    with pytest.raises(Unavailable):
        office.token(connection)

    assert office.token(connection)
    assert office.row(connection).state == "active"


def test_a_driver_killed_before_its_commit_leaves_a_working_connection(
    office: Office, simulator: Simulator
) -> None:
    connection = office.connect()
    office.expire(connection)
    simulator.control("PUT", "settings", {"rotation_seconds": 0})
    row = office.row(connection)
    refresh_token = office.services.cipher.open(row.refresh_token or b"")
    authorizer = office.services.ledgers["quickbooks"].authorizer

    authorizer.refresh(simulator.application, refresh_token)  # and nobody stores the answer

    simulator.control("PUT", "settings", {"rotation_seconds": 86_400})
    assert office.token(connection)
    assert office.row(connection).state == "active"


def test_a_withdrawn_consent_pauses_the_connection_once(office: Office) -> None:
    connection = office.connect()
    office.expire(connection)
    office.simulator.control("POST", f"companies/{office.company}/withdraw")

    for _ in range(3):
        with pytest.raises(Disconnected, match="invalid_grant"):
            office.token(connection)

    row = office.row(connection)
    assert (row.state, row.paused_code) == ("paused", "consent_withdrawn")
    types = [event["type"] for event in office.told()]
    assert types.count("accounting.connection.reauthorization_required") == 1


def test_refused_credentials_pause_with_their_own_code(office: Office) -> None:
    connection = office.connect()
    office.expire(connection)
    office.change(connection, client_secret=office.services.cipher.seal("wrong"))

    with pytest.raises(Disconnected, match="invalid_client"):
        office.token(connection)

    assert office.row(connection).paused_code == "client_refused"


def test_a_reconnect_overtakes_a_refresh_in_flight(office: Office) -> None:
    connection = office.connect()
    office.expire(connection)
    back = office.consented(connection)
    slow = {"fault": "delay", "where": "token", "seconds": 1.0}
    office.simulator.control("POST", "faults", slow)
    with ThreadPoolExecutor(1) as threads:
        refreshing = threads.submit(office.token, connection)
        while office.simulator.control("GET", "faults")[-1]["hits"] == 0:
            threading.Event().wait(0.01)

        consent.finish(office.services, back)

    stored = office.services.cipher.open(office.row(connection).access_token or b"")
    assert refreshing.result() == stored


def test_a_refusal_of_a_replaced_refresh_token_does_not_pause(office: Office) -> None:
    connection = office.connect()
    stale = office.row(connection)
    consent.finish(office.services, office.consented(connection))

    paused = tokens.pause(office.services, stale, "consent_withdrawn")

    assert not paused
    assert office.row(connection).state == "active"


def test_a_connection_without_tokens_is_said_to_be_disconnected(office: Office) -> None:
    connection = connections.disconnect(office.services, office.connect().id)

    with pytest.raises(Disconnected):
        office.token(connection)
