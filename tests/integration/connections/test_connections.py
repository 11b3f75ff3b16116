"""What people do with connections."""

from dataclasses import replace

import pytest

from schemas.status import Environment
from tests.counting import Counting
from tests.integration.connecting import Office
from worker.errors import Misuse, Unavailable
from worker.providers.authorizer import Application, Ending
from worker.providers.oauth import OAuth
from worker.providers.port import Resource
from worker.store import inbox, runs
from worker.store.runs import Mode
from worker.sync import connections
from worker.sync.connections import Wanted

NOBODY = "http://127.0.0.1:9/revoke"  # the discard port: nobody listens


def wanted(office: Office) -> Wanted:
    return Wanted(office.tenant, "quickbooks", Environment.SANDBOX, office.simulator.application)


def test_a_new_connection_owes_everything_sent_before(office: Office) -> None:
    for number in range(3):
        office.send("customer.created", id=f"CUS-{number}", name=f"Customer {number}")

    connection = office.add()

    assert office.links(connection) == {f"CUS-{number}": "due" for number in range(3)}


def test_every_document_is_linked_however_many_there_are(office: Office) -> None:
    office.send("customer.created", id="CUS-1", name="One")
    connection = office.add()

    with office.services.database.begin() as session:
        linked = inbox.backfill(session, connection.id)

    assert linked == 1
    assert office.links(connection) == {"CUS-1": "due"}


def test_adding_again_replaces_the_secret_and_keeps_the_rest(office: Office) -> None:
    connection = office.connect()
    renewed = Application(office.simulator.application.client_id, "rotated")

    again = connections.add(office.services, replace(wanted(office), application=renewed))

    assert (again.id, again.state, again.company_id) == (connection.id, "active", office.company)
    assert office.services.cipher.open(again.client_secret) == "rotated"


def test_an_active_connection_keeps_its_application(office: Office) -> None:
    office.connect()
    other = Application("another", "secret")

    with pytest.raises(Misuse, match="disconnect it first"):
        connections.add(office.services, replace(wanted(office), application=other))


def test_a_bound_connection_takes_no_other_company(office: Office) -> None:
    office.connect()

    with pytest.raises(Misuse, match=f"belongs to company {office.company}, not to 42"):
        connections.add(office.services, replace(wanted(office), company_id="42"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"provider": "sage"}, "no ledger sage; known: quickbooks"),
        ({"tenant_id": "a b"}, "a tenant is"),
        ({"application": Application("id", "")}, "must not be empty"),
        ({"company_id": "my company"}, "my company is not what quickbooks calls a company"),
    ],
)
def test_what_makes_no_sense_is_refused(
    office: Office, change: dict[str, object], said: str
) -> None:
    nonsense = replace(wanted(office), **change)  # type: ignore[arg-type]

    with pytest.raises(Misuse, match=said):
        connections.add(office.services, nonsense)


def test_a_connection_is_found_by_number_and_by_names(office: Office) -> None:
    connection = office.add()
    names = [str(connection.id), office.tenant, f"{office.tenant}/quickbooks/sandbox"]

    found = {connections.named(office.services, name).id for name in names}

    assert found == {connection.id}


def test_a_name_that_fits_two_connections_is_refused(office: Office) -> None:
    office.add()
    connections.add(office.services, replace(wanted(office), environment=Environment.PRODUCTION))

    with pytest.raises(Misuse, match="names several connections"):
        connections.named(office.services, office.tenant)


def test_a_disabled_connection_comes_back_as_it_was(office: Office) -> None:
    connection = office.connect()

    disabled = connections.disable(office.services, connection.id)
    enabled = connections.enable(office.services, connection.id)

    assert (disabled.state, enabled.state) == ("disabled", "active")
    assert enabled.access_token == connection.access_token


def test_a_paused_connection_is_paused_again_once_enabled(office: Office) -> None:
    connection = office.connect()
    office.change(connection, state="paused", paused_code="consent_withdrawn")
    connections.disable(office.services, connection.id)

    assert connections.enable(office.services, connection.id).state == "paused"


def test_a_paused_connection_may_try_again(office: Office) -> None:
    connection = office.connect()
    office.change(connection, state="paused", paused_code="subscription_lapsed")

    enabled = connections.enable(office.services, connection.id)

    assert (enabled.state, enabled.paused_code) == ("active", None)
    assert office.told()[-1]["type"] == "accounting.connection.restored"


def test_disconnecting_revokes_and_keeps_the_row(office: Office) -> None:
    connection = office.connect()
    refresh_token = office.services.cipher.open(connection.refresh_token or b"")

    gone = connections.disconnect(office.services, connection.id)

    assert (gone.state, gone.refresh_token, gone.company_id) == (
        "disconnected", None, office.company,
    )  # fmt: skip
    assert office.told()[-1]["type"] == "accounting.connection.disconnected"
    revoke = office.services.ledgers["quickbooks"].authorizer.revoke
    again = Ending(office.company, lambda _: "", lambda: refresh_token)
    revoke(office.simulator.application, again)  # invalid already, and no error


def test_a_revocation_that_fails_changes_nothing(office: Office) -> None:
    connection = office.connect()
    known = office.services.ledgers["quickbooks"]
    away = OAuth("http://x", "http://x", NOBODY, "scope", timeout=1)
    cut_off = replace(office.services, ledgers={"quickbooks": replace(known, authorizer=away)})

    with pytest.raises(Unavailable):
        connections.disconnect(cut_off, connection.id)

    assert office.row(connection).state == "active"


def test_asking_twice_joins_the_open_run(office: Office) -> None:
    connection = office.connect()

    first = connections.ask(office.services, connection.id, Resource.PAYMENTS)
    second = connections.ask(office.services, connection.id, Resource.PAYMENTS)

    assert (first.joined, second.joined) == (False, True)
    assert first.run.id == second.run.id


def test_a_full_pull_takes_over_the_queued_one(office: Office) -> None:
    connection = office.connect()
    first = connections.ask(office.services, connection.id, Resource.PAYMENTS)

    second = connections.ask(office.services, connection.id, Resource.PAYMENTS, Mode.FULL)

    assert (second.run.id, second.run.mode, second.joined) == (first.run.id, "full", True)


def test_a_full_pull_does_not_join_one_of_changes_that_has_begun(office: Office) -> None:
    connection = office.connect()
    begun = connections.ask(office.services, connection.id, Resource.PAYMENTS)
    with office.services.database.begin() as session:
        runs.start(session, begun.run.id)

    with pytest.raises(Misuse, match="reads changes only and has begun"):
        connections.ask(office.services, connection.id, Resource.PAYMENTS, Mode.FULL)


def test_a_dry_run_is_nobody_elses_answer(office: Office) -> None:
    connection = office.connect()

    modes = (Mode.DRY, Mode.CHANGES, Mode.DRY)
    asked = [connections.ask(office.services, connection.id, Resource.PAYMENTS, m) for m in modes]

    assert [one.joined for one in asked] == [False, False, True]
    assert asked[0].run.id == asked[2].run.id != asked[1].run.id


@pytest.mark.parametrize(
    ("rest", "code"), [("disable", "switched_off"), ("disconnect", "not_connected")]
)
def test_whoever_waits_is_answered_when_the_connection_comes_to_rest(
    office: Office, counting: Counting, rest: str, code: str
) -> None:
    connection = office.connect()
    office.send("sync.requested", resource="payments")

    getattr(connections, rest)(office.services, connection.id)

    told = [event for event in office.told() if event["type"] == "accounting.sync.failed"]
    assert [one["data"]["error"]["code"] for one in told] == [code]
    failed = {"provider": "quickbooks", "resource": "payments", "outcome": "failed"}
    assert counting.of("books_runs_total", **failed) == 1


@pytest.mark.parametrize(
    ("state", "way_out"),
    [("new", "connect"), ("paused", "connect"), ("disabled", "enable")],
)
def test_nothing_is_asked_of_an_inactive_connection(
    office: Office, state: str, way_out: str
) -> None:
    connection = office.add()
    paused = "consent_withdrawn" if state == "paused" else None
    office.change(connection, state=state, paused_code=paused)

    with pytest.raises(Misuse, match=f"books connections {way_out} {connection.id}"):
        connections.ask(office.services, connection.id, Resource.CONNECTION)
