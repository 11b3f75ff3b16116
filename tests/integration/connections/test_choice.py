"""A consent of which the redirect names no company: which one it is for, and who says so."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from schemas.status import Environment
from tests.integration.connecting import Office
from worker.errors import Disconnected, Misuse, Unavailable
from worker.providers.authorizer import AskedAfterwards, Offered
from worker.store.connections import Connection
from worker.sync import connections, consent, schedule, states
from worker.sync.consent import Choosing, Returned
from worker.sync.offers import Offer
from worker.sync.services import Services


def asked(office: Office, connection: Connection, *company_ids: str) -> Choosing:
    """A person consents for several companies; what there is to choose from."""
    taken = consent.finish(office.services, office.consented(connection, *company_ids))
    assert isinstance(taken, Choosing)
    return taken


def choose(office: Office, choosing: Choosing, company_id: str) -> Connection:
    return consent.choose(office.services, "xero", choosing.state, company_id)


def test_the_only_organisation_of_a_consent_is_bound(xero: Office) -> None:
    connected = xero.connect()

    row = xero.row(connected)
    assert (row.state, row.company_id) == ("active", xero.company)
    assert [event["type"] for event in xero.told()] == ["accounting.connection.established"]


def test_an_organisation_of_an_earlier_consent_is_none_of_this_one(xero: Office) -> None:
    xero.consented(xero.add(), xero.simulator.new_company())

    back = xero.consented(xero.add(), xero.company)

    assert xero.finish(back).company_id == xero.company


def test_the_bound_organisation_is_found_among_several(xero: Office) -> None:
    connection, other = xero.connect(), xero.simulator.new_company()

    again = xero.finish(xero.consented(connection, other, xero.company))

    assert (again.state, again.company_id) == ("active", xero.company)


def test_the_entered_organisation_is_found_among_several(xero: Office) -> None:
    connection = xero.add(company_id=xero.company)

    bound = xero.finish(xero.consented(connection, xero.simulator.new_company(), xero.company))

    assert bound.company_id == xero.company


def test_of_several_organisations_none_is_taken_before_a_person_chooses(xero: Office) -> None:
    connection, other = xero.add(), xero.simulator.new_company()

    choosing = asked(xero, connection, other, xero.company)

    row = xero.row(connection)
    assert (row.state, row.company_id, row.access_token) == ("new", None, None)
    assert {one.ref for one in choosing.offered} == {other, xero.company}


@pytest.mark.parametrize("place", [0, 1])
def test_the_chosen_organisation_is_bound_whatever_its_place(xero: Office, place: int) -> None:
    connection = xero.add()
    choosing = asked(xero, connection, xero.simulator.new_company(), xero.company)
    chosen = choosing.offered[place].ref

    bound = choose(xero, choosing, chosen)

    assert (bound.state, bound.company_id) == ("active", chosen)
    assert bound.consent_kept is None


def test_tokens_that_waited_for_a_choice_are_as_old_as_they_are(xero: Office) -> None:
    connection, cipher = xero.add(), xero.services.cipher
    choosing = asked(xero, connection, xero.simulator.new_company(), xero.company)
    offer = Offer.open(cipher, xero.row(connection).consent_kept or b"")
    waited = replace(offer, given_at=offer.given_at - timedelta(minutes=10))
    xero.change(connection, consent_kept=waited.seal(cipher))

    bound = choose(xero, choosing, xero.company)

    assert bound.access_expires_at is not None
    assert bound.access_expires_at < datetime.now(UTC) + timedelta(minutes=21)


def test_what_waits_for_a_choice_is_sealed(xero: Office) -> None:
    connection = xero.add()
    choosing = asked(xero, connection, xero.simulator.new_company(), xero.company)

    kept = xero.row(connection).consent_kept or b""

    assert xero.company.encode() not in kept
    assert xero.company in xero.services.cipher.open(kept)
    assert choosing.state.partition(".")[2] not in (xero.row(connection).consent_state or "")


def test_a_choice_is_made_once(xero: Office) -> None:
    choosing = asked(xero, xero.add(), xero.simulator.new_company(), xero.company)
    choose(xero, choosing, xero.company)

    with pytest.raises(Misuse, match="used already"):
        choose(xero, choosing, xero.company)


def test_of_two_choices_at_once_one_counts(xero: Office) -> None:
    other = xero.simulator.new_company()
    choosing = asked(xero, xero.add(), other, xero.company)

    with ThreadPoolExecutor(2) as threads:
        met = sorted(threads.map(lambda one: outcome(xero, choosing, one), (other, xero.company)))

    assert met == ["active", "state_unknown"]


def outcome(office: Office, choosing: Choosing, company_id: str) -> str:
    try:
        return choose(office, choosing, company_id).state
    except Misuse as refused:
        return refused.code


def test_only_what_was_offered_can_be_chosen(xero: Office) -> None:
    connection, stranger = xero.add(), xero.simulator.new_company()
    choosing = asked(xero, connection, xero.simulator.new_company(), xero.company)

    with pytest.raises(Misuse, match="not among those"):
        choose(xero, choosing, stranger)

    assert (xero.row(connection).state, xero.row(connection).consent_kept) == ("new", None)


def while_companies_are_listed(services: Services, happens: Callable[[], object]) -> Services:
    """The same services; something else happens before the ledger lists the companies."""
    ledger = services.ledgers["xero"]
    assert isinstance(ledger.consented, AskedAfterwards)
    listed = ledger.consented.companies

    def companies(token: str) -> Sequence[Offered]:
        happens()
        return listed(token)

    late = replace(ledger, consented=AskedAfterwards(companies))
    return replace(services, ledgers={"xero": late})


def test_a_consent_begun_meanwhile_is_the_one_that_counts(xero: Office) -> None:
    connection, other = xero.add(), xero.simulator.new_company()
    back = xero.consented(connection, other, xero.company)
    newer: list[Returned] = []
    begin = while_companies_are_listed(
        xero.services, lambda: newer.append(xero.consented(connection, user="another"))
    )

    with pytest.raises(Misuse, match="begun meanwhile"):
        consent.finish(begin, back)

    assert xero.finish(newer[0]).company_id == xero.company


def test_a_disconnection_meanwhile_leaves_nothing_to_choose(xero: Office) -> None:
    connection, other = xero.connect(), xero.simulator.new_company()
    xero.change(connection, company_id=None)
    back = xero.consented(connection, other, xero.company)
    disconnect = while_companies_are_listed(
        xero.services, lambda: connections.disconnect(xero.services, connection.id)
    )

    with pytest.raises(Misuse, match="disconnected meanwhile"):
        consent.finish(disconnect, back)

    assert xero.row(connection).consent_kept is None


def test_a_choice_expires_with_its_consent(xero: Office) -> None:
    connection = xero.add()
    choosing = asked(xero, connection, xero.simulator.new_company(), xero.company)
    until = xero.row(connection).consent_expires_at
    xero.change(connection, consent_expires_at=datetime.now(UTC) - timedelta(seconds=1))

    with pytest.raises(Misuse, match="longer than 15 minutes"):
        choose(xero, choosing, xero.company)

    assert until is not None
    assert until < datetime.now(UTC) + states.LIFETIME


def test_what_nobody_has_chosen_in_time_is_forgotten(xero: Office) -> None:
    late, early = xero.add(), of_another_tenant(xero)
    choosing = asked(xero, late, xero.simulator.new_company(), xero.company)
    waiting = asked(early, early.add(), early.company, xero.company)
    xero.change(late, consent_expires_at=datetime.now(UTC) - timedelta(seconds=1))

    schedule.tidy(xero.services)

    assert xero.row(late).consent_kept is None
    assert early.row(waiting.connection).consent_kept is not None
    with pytest.raises(Misuse, match="longer than 15 minutes"):
        choose(xero, choosing, xero.company)


def test_a_choice_is_no_return_and_a_return_is_no_choice(xero: Office) -> None:
    choosing = asked(xero, xero.add(), xero.simulator.new_company(), xero.company)
    begun = xero.consented(of_another_tenant(xero).add())

    with pytest.raises(Misuse, match="not started here"):
        xero.finish(Returned("xero", choosing.state, code="any"))
    with pytest.raises(Misuse, match="not started here"):
        consent.choose(xero.services, "xero", begun.state, xero.company)


def test_a_disconnection_forgets_what_waits_for_a_choice(xero: Office) -> None:
    connection = xero.add()
    choosing = asked(xero, connection, xero.simulator.new_company(), xero.company)

    connections.disconnect(xero.services, connection.id)

    assert xero.row(connection).consent_kept is None
    with pytest.raises(Misuse, match="not started here"):
        choose(xero, choosing, xero.company)


def test_another_organisation_than_the_bound_one_is_refused_naming_both(xero: Office) -> None:
    connection, other = xero.connect(), xero.simulator.new_company()

    with pytest.raises(Misuse, match=f"{other}.*{xero.company}"):
        xero.finish(xero.consented(connection, other))

    assert xero.row(connection).company_id == xero.company


def test_an_organisation_of_another_connection_cannot_be_chosen(xero: Office) -> None:
    taken, second = xero.connect(), of_another_tenant(xero)
    choosing = asked(second, second.add(), second.company, xero.company)

    with pytest.raises(Misuse, match="connected through another connection"):
        choose(second, choosing, xero.company)

    assert xero.row(taken).state == "active"


def of_another_tenant(office: Office) -> Office:
    company = office.simulator.new_company()
    return Office(office.services, office.simulator, f"{office.tenant}-2", company)


def test_a_consent_without_an_organisation_is_refused(xero: Office) -> None:
    connection = xero.add()
    xero.simulator.control("PUT", "settings", {"practice": True})
    back = xero.consented(connection)
    xero.simulator.control("POST", f"companies/{xero.company}/withdraw")

    with pytest.raises(Misuse, match="none was chosen"):
        xero.finish(back)


def test_a_public_application_connects_without_a_secret(xero: Office) -> None:
    connection = xero.add(application=xero.simulator.public_application)

    connected = xero.finish(xero.consented(connection))

    assert (connected.state, connected.consent_kept) == ("active", None)
    assert xero.services.cipher.open(connected.client_secret) == ""


def test_the_proof_of_a_public_application_is_that_of_its_newest_consent(xero: Office) -> None:
    connection = xero.add(application=xero.simulator.public_application)
    consent.start(xero.services, connection.id)
    back = xero.consented(connection)
    kept = xero.row(connection).consent_kept

    xero.change(connection, consent_kept=xero.services.cipher.seal("x" * 43))

    assert kept is not None
    with pytest.raises(Misuse, match="did not take its own code"):
        xero.finish(back)


@pytest.mark.parametrize(
    "scope", ["accounting.settings accounting.contacts", "offline_access accounting.contacts"]
)
def test_a_scope_that_will_not_do_is_explained(xero: Office, scope: str) -> None:
    connection = xero.add()
    xero.change(connection, settings={"login": {"scope": scope}})

    with pytest.raises(Misuse, match="Look at the scope"):
        xero.finish(xero.consented(connection))

    assert xero.row(connection).state == "new"


@pytest.mark.parametrize(
    ("demo", "entered", "said"),
    [
        (True, Environment.PRODUCTION, "a company for sandbox, but this connection is for produc"),
        (False, Environment.SANDBOX, "a company for production, but this connection is for sandb"),
    ],
)
def test_a_demo_company_is_no_real_one(
    xero: Office,
    demo: bool,  # noqa: FBT001
    entered: Environment,
    said: str,
) -> None:
    company = xero.simulator.new_company(demo=demo)
    connection = xero.add(environment=entered)

    with pytest.raises(Misuse, match=said):
        xero.finish(xero.consented(connection, company))

    assert xero.row(connection).company_id is None


def test_the_list_of_organisations_may_be_away(xero: Office) -> None:
    connection = xero.add()
    back = xero.consented(connection)
    xero.simulator.control("POST", "faults", {"fault": "maintenance_html", "where": "token"})

    with pytest.raises(Unavailable):
        xero.finish(back)

    assert xero.row(connection).state == "new"


def test_disconnecting_leaves_the_users_other_organisation_connected(xero: Office) -> None:
    second, user = of_another_tenant(xero), "one and the same"
    kept = second.finish(second.consented(second.add(), user=user))
    gone = xero.finish(xero.consented(xero.add(), user=user))

    after = connections.disconnect(xero.services, gone.id)

    assert (after.state, after.access_token) == ("disconnected", None)
    assert opens(second, kept)
    with pytest.raises(Disconnected) as refused:
        opens(xero, gone)
    assert refused.value.code == "organisation_removed"


def opens(office: Office, connection: Connection) -> bool:
    """Whether the company's books open with the tokens that the connection had."""
    token = office.services.cipher.open(connection.access_token or b"")
    books = office.services.ledgers["xero"].open(connection, token)
    return books.test().ref == office.company
