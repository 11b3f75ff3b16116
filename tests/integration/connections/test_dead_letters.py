"""Dead letters: replayed as they came, once, or discarded with a name and a note."""

import secrets

import pytest

from tests.integration.connecting import Office
from worker.errors import Misuse
from worker.store import dead_letters as rows
from worker.store.dead_letters import DeadLetter, Kept
from worker.store.tables import links
from worker.sync import dead_letters
from worker.sync.dead_letters import Decision

BY_ANN = Decision("ann", "mended the service")


def kept(office: Office, **fields: object) -> Kept:
    """A letter of this tenant, as intake keeps it."""
    values = {"category": "malformed", "reason": "no JSON", "body": secrets.token_bytes(8)}
    letter = DeadLetter(**values | {"tenant_id": office.tenant} | fields)  # type: ignore[arg-type]
    with office.services.database.begin() as session:
        rows.keep(session, letter)
        return next(one for one in rows.find(session) if one.body == letter.body)


def test_a_replayed_message_is_published_once_and_marked(office: Office) -> None:
    letter = kept(office)
    published: list[Kept] = []

    dead_letters.replay(office.services, letter.id, BY_ANN, published.append)

    after = dead_letters.get(office.services, letter.id)
    assert [one.body for one in published] == [letter.body]
    assert (after.state, after.decided_by, after.note) == ("replayed", "ann", BY_ANN.note)


def test_a_letter_is_decided_once(office: Office) -> None:
    letter = kept(office)
    dead_letters.discard(office.services, letter.id, BY_ANN)

    with pytest.raises(Misuse, match="discarded already, by ann"):
        dead_letters.replay(office.services, letter.id, BY_ANN, lambda _: None)


def test_a_publication_that_fails_leaves_the_letter_open(office: Office) -> None:
    letter = kept(office)

    def broker_away(_: Kept) -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        dead_letters.replay(office.services, letter.id, BY_ANN, broker_away)

    assert dead_letters.get(office.services, letter.id).state == "open"


def test_a_message_that_dies_again_is_open_again(office: Office) -> None:
    letter = kept(office)
    dead_letters.replay(office.services, letter.id, BY_ANN, lambda _: None)

    again = kept(office, body=letter.body)

    assert (again.id, again.state, again.count) == (letter.id, "open", 2)


def test_a_letter_of_a_record_makes_the_record_due(office: Office) -> None:
    office.send("customer.created", id="CUS-1", name="Met a defect")
    connection = office.connect()
    failed = links.update().where(links.c.connection_id == connection.id).returning(links.c.id)
    with office.services.database.begin() as session:
        link_id = session.execute(failed.values(state="failed")).scalar_one()
    letter = kept(office, link_id=link_id, connection_id=connection.id)

    dead_letters.replay(office.services, letter.id, BY_ANN, lambda _: None)

    assert office.links(connection) == {"CUS-1": "due"}


def test_a_record_that_went_on_meanwhile_is_left_alone(office: Office) -> None:
    office.send("customer.created", id="CUS-1", name="Met a defect")
    connection = office.connect()
    mended = links.update().where(links.c.connection_id == connection.id).returning(links.c.id)
    with office.services.database.begin() as session:
        link_id = session.execute(mended.values(state="synced")).scalar_one()
    letter = kept(office, link_id=link_id, connection_id=connection.id)

    with pytest.raises(Misuse, match="nothing to replay"):
        dead_letters.replay(office.services, letter.id, BY_ANN, lambda _: None)

    assert office.links(connection) == {"CUS-1": "synced"}


def test_headers_of_the_broker_are_not_sent_again(office: Office) -> None:
    headers = {"x-death": [], "x-delivery-count": 21, "x-first-death-queue": "q", "mine": "kept"}

    letter = kept(office, headers=headers)

    assert dead_letters.original_headers(letter) == {"mine": "kept"}
