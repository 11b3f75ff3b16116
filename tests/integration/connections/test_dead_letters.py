"""Dead letters: replayed as they came, once, or discarded with a name and a note."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from uuid import uuid4

import pytest
import sqlalchemy as sa

from tests.integration.connecting import Office
from worker.errors import Misuse
from worker.store import dead_letters as rows
from worker.store.connections import Connection
from worker.store.dead_letters import DeadLetter, Kept
from worker.store.tables import links, submissions
from worker.sync import dead_letters
from worker.sync.dead_letters import Decision

BY_ANN = Decision("ann", "mended the service")


def kept(office: Office, **fields: object) -> Kept:
    """A letter of this tenant, as intake keeps it."""
    values = {"category": "malformed", "reason": "no JSON", "body": secrets.token_bytes(8)}
    letter = DeadLetter(**values | {"tenant_id": office.tenant} | fields)  # type: ignore[arg-type]
    with office.services.database.begin() as session:
        rows.keep(session, letter)
        found = [one for one in rows.find(session) if one.body == letter.body]
        return next(one for one in found if one.link_id == letter.link_id)


def a_submission(office: Office, state: str) -> int:
    """A write call of a connection of this tenant."""
    row = {
        "connection_id": office.add().id,
        "key": uuid4(),
        "driver": uuid4(),
        "method": "POST",
        "path": "/x",
        "endpoint": "x",
        "state": state,
    } | dict.fromkeys(("recorded_at", "send_by", "settle_at"), sa.func.now())
    with office.services.database.begin() as session:
        query = submissions.insert().values(row).returning(submissions.c.id)
        return int(session.execute(query).scalar_one())


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


@dataclass
class Hinted:
    """Keeps whom somebody hinted."""

    drives: list[int] = field(default_factory=list)

    def drive(self, connection_ids: Sequence[int]) -> None:
        self.drives.extend(connection_ids)

    def relay(self, partitions: Sequence[int]) -> None: ...


def a_failed_record(office: Office, connection: Connection) -> int:
    """The link of a customer that met a defect."""
    office.send("customer.created", id="CUS-1", name="Met a defect")
    failed = links.update().where(links.c.connection_id == connection.id).returning(links.c.id)
    with office.services.database.begin() as session:
        return int(session.execute(failed.values(state="failed")).scalar_one())


def test_a_letter_of_a_record_makes_the_record_due(office: Office) -> None:
    connection = office.connect()
    link_id = a_failed_record(office, connection)
    letter = kept(office, category="defect", link_id=link_id, connection_id=connection.id)

    dead_letters.replay(office.services, letter.id, BY_ANN, lambda _: None)

    assert office.links(connection) == {"CUS-1": "due"}


def test_replaying_a_record_wakes_and_hints_its_connection(office: Office) -> None:
    connection = office.connect()
    link_id = a_failed_record(office, connection)
    letter = kept(office, category="defect", link_id=link_id, connection_id=connection.id)
    office.change(connection, hinted_at=None, next_due=None)
    before, hinted = office.row(connection).wake_seq, Hinted()

    dead_letters.replay(replace(office.services, hints=hinted), letter.id, BY_ANN, lambda _: None)

    after = office.row(connection)
    assert hinted.drives == [connection.id]
    assert after.wake_seq > before
    assert after.next_due is not None


def test_the_same_defect_in_two_connections_is_two_letters(office: Office) -> None:
    body = b'{"kind": "item", "record_id": "~sales:1", "fault": "defect"}'

    first = kept(office, category="defect", body=body, link_id=1, connection_id=1)
    second = kept(office, category="defect", body=body, link_id=2, connection_id=2)

    assert first.id != second.id


@pytest.mark.parametrize("link_id", [None, 1])
def test_what_is_in_the_books_twice_is_never_replayed(office: Office, link_id: int | None) -> None:
    doubled = "invoice INV-1 may be in the books twice: settled as 7, answered late as 9"
    values = {"category": "two_in_the_books", "reason": doubled, "link_id": link_id}
    letter = kept(office, **values)
    published: list[Kept] = []

    with pytest.raises(Misuse, match="settled as 7, answered late as 9: look at both in the books"):
        dead_letters.replay(office.services, letter.id, BY_ANN, published.append)

    assert published == []
    assert dead_letters.get(office.services, letter.id).state == "open"


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("open", "is not settled yet, and is looked up again by itself"),
        ("closed", "was settled meanwhile: there is nothing to send again"),
    ],
)
def test_an_answer_nobody_could_read_is_no_message(office: Office, state: str, said: str) -> None:
    body = json.dumps({"submission": a_submission(office, state)}).encode()
    letter = kept(office, category="defect", body=body)
    published: list[Kept] = []

    with pytest.raises(Misuse, match=f"{said}.*then discard this letter"):
        dead_letters.replay(office.services, letter.id, BY_ANN, published.append)

    assert published == []


@pytest.mark.parametrize("body", [b"[]", b"no JSON", b'{"submission": 999999999}'])
def test_a_note_of_ours_that_says_nothing_is_no_message(office: Office, body: bytes) -> None:
    letter = kept(office, category="defect", body=body)

    with pytest.raises(Misuse, match="no message"):
        dead_letters.replay(office.services, letter.id, BY_ANN, lambda _: None)


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
