"""Dead letters: what a replay would do, what it does, once, and what people are told of it."""

import json
import secrets
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from uuid import uuid4

import pytest
import sqlalchemy as sa

from events.message import Message, compose
from events.publisher import Outcome as Published
from events.publisher import PublishFailed
from tests import builders
from tests.integration.connecting import Office
from worker.errors import Misuse
from worker.store import dead_letters as rows
from worker.store.connections import Connection
from worker.store.dead_letters import DeadLetter, Kept
from worker.store.letter_search import Filter
from worker.store.tables import links, submissions
from worker.sync import dead_letters, intake, replays
from worker.sync.judgement import Outcome
from worker.sync.replays import Decision, Line, Pace

BY_ANN = Decision("ann", "mended the service")


@dataclass
class Queue:
    """Keeps what is published; `refusing` says what becomes of the messages after the first."""

    bodies: list[bytes] = field(default_factory=list)
    refusing: Published = Published.CONFIRMED

    def publish(self, messages: Sequence[Message]) -> list[Published]:
        self.bodies += [message.body for message in messages]
        return [Published.CONFIRMED if n == 0 else self.refusing for n in range(len(messages))]


def kept(office: Office, **fields: object) -> Kept:
    """A letter of this tenant, as intake keeps it."""
    values = {"category": "malformed_json", "reason": "no JSON", "body": secrets.token_bytes(8)}
    letter = DeadLetter(**values | {"tenant_id": office.tenant} | fields)  # type: ignore[arg-type]
    query = sa.text("SELECT id FROM dead_letters WHERE fingerprint = :f")
    with office.services.database.begin() as session:
        rows.keep(session, letter)
        found = session.execute(query, {"f": letter.fingerprint}).scalar_one()
        return rows.load(session, [found])[0]


def a_message(office: Office, type_: str = "customer.created", **options: object) -> Message:
    """A valid event of this tenant, which died of something that is mended by now."""
    data = options.pop("data", None) or builders.a_customer(version=2)
    return compose(type_, source="/cmms/test", tenant=office.tenant, data=data, **options)  # type: ignore[arg-type]


def kept_message(office: Office, message: Message, **fields: object) -> Kept:
    about_it = {"routing_key": message.routing_key, "content_type": message.content_type}
    return kept(office, body=message.body, event_id=message.message_id, **about_it | fields)


def mine(office: Office) -> Filter:
    return Filter(tenant_id=office.tenant)


def preview(office: Office) -> list[Line]:
    return [line for page in replays.preview(office.services, mine(office)) for line in page]


def replay(office: Office, queue: Queue | None = None, wanted: Filter | None = None) -> list[Line]:
    chosen, publish = wanted or mine(office), (queue or Queue()).publish
    pages = replays.replay(office.services, chosen, BY_ANN, publish, Pace())
    return [line for page in pages for line in page]


def state(office: Office, letter: Kept) -> str:
    return dead_letters.get(office.services, letter.id).letter.state


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
    letter, queue = kept_message(office, a_message(office)), Queue()

    replay(office, queue)
    replay(office, queue)

    after = dead_letters.get(office.services, letter.id)
    assert queue.bodies == [letter.body]
    assert (after.letter.state, after.letter.decided_by) == ("replayed", "ann")
    assert [(a.who, a.verb, a.note, a.result["outcome"]) for a in after.acts] == [
        ("ann", "replay", BY_ANN.note, "create")
    ]


def test_a_preview_changes_nothing(office: Office) -> None:
    letter = kept_message(office, a_message(office))

    lines = preview(office)

    assert [(one.id, one.outcome) for one in lines] == [(letter.id, Outcome.CREATE)]
    assert dead_letters.get(office.services, letter.id).letter == letter


@pytest.mark.parametrize(
    ("known", "outcome", "why"),
    [
        (1, Outcome.UPDATE, "customer CUS-1, version 2"),
        (2, Outcome.UPDATE, "customer CUS-1, version 2"),  # by the envelopes' times
        (3, Outcome.SUPERSEDED, "version 3 is known and not older"),
    ],
)
def test_a_preview_compares_versions(
    office: Office, known: int, outcome: Outcome, why: str
) -> None:
    office.send("customer.created", **builders.a_customer(version=known))
    kept_message(office, a_message(office))

    (line,) = preview(office)

    assert line.outcome is outcome
    assert why in line.why


def test_an_event_that_was_accepted_meanwhile_is_superseded(office: Office) -> None:
    message, queue = a_message(office), Queue()
    letter = kept_message(office, message)
    intake.take_in(office.services.database, [builders.delivered(message)])

    (line,) = replay(office, queue)

    assert line.outcome is Outcome.SUPERSEDED
    assert queue.bodies == []
    assert state(office, letter) == "superseded"


def test_an_older_item_with_an_earlier_count_still_counts(office: Office) -> None:
    office.send("item.created", **builders.a_stock_item(version=9, as_of="2026-10-05"))
    earlier = builders.a_stock_item(version=1, as_of="2026-10-01")
    kept_message(office, a_message(office, "item.created", data=earlier))

    (line,) = preview(office)

    assert line.outcome is Outcome.UPDATE
    assert "earlier count" in line.why


def test_a_request_is_asked_once_more(office: Office) -> None:
    message = a_message(office, "sync.requested", data={"resource": "accounts"})
    kept_message(office, message)

    assert [line.outcome for line in preview(office)] == [Outcome.REQUEST]


@pytest.mark.parametrize(
    ("body", "outcome", "why"),
    [
        (b"{", Outcome.STILL_INVALID, "JSON"),
        (b'{"specversion": "1.0", "type": "boat.sunk"}', Outcome.UNKNOWN_TYPE, "no event"),
    ],
)
def test_what_intake_would_refuse_again_is_not_sent(
    office: Office, body: bytes, outcome: Outcome, why: str
) -> None:
    letter, queue = kept(office, body=body), Queue()

    (line,) = replay(office, queue)

    assert (line.outcome, line.is_left, queue.bodies) == (outcome, True, [])
    assert why in line.why
    assert state(office, letter) == "open"


def test_two_letters_of_one_record_both_go_and_the_older_is_said_to_be_moot(
    office: Office,
) -> None:
    newer, older = (a_message(office, data=builders.a_customer(version=v)) for v in (2, 1))
    first, second = kept_message(office, newer), kept_message(office, older)
    queue = Queue()

    lines = replay(office, queue)

    assert [line.outcome for line in lines] == [Outcome.CREATE, Outcome.SUPERSEDED]
    assert f"letter {first.id}, replayed with it, is newer" in lines[1].why
    assert sorted(queue.bodies) == sorted([first.body, second.body])


def test_what_was_not_confirmed_stays_open(office: Office) -> None:
    letters = [kept_message(office, a_message(office)) for _ in range(2)]

    with pytest.raises(PublishFailed, match="still open: 1"):
        replay(office, Queue(refusing=Published.FAILED))

    assert [state(office, letter) for letter in letters] == ["replayed", "open"]


def test_without_intake_nothing_is_marked_that_nobody_got(office: Office) -> None:
    letters = [kept_message(office, a_message(office)) for _ in range(2)]

    with pytest.raises(Misuse, match="start `books intake` once"):
        replay(office, Queue(refusing=Published.UNROUTABLE))

    assert [state(office, letter) for letter in letters] == ["replayed", "open"]


def test_an_interrupted_replay_leaves_its_letters_open(office: Office) -> None:
    letter = kept_message(office, a_message(office))

    def interrupted(_: Sequence[Message]) -> list[Published]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        [*replays.replay(office.services, mine(office), BY_ANN, interrupted, Pace())]

    assert state(office, letter) == "open"


def test_a_limit_holds_over_pages(office: Office) -> None:
    letters = [kept_message(office, a_message(office)) for _ in range(3)]
    pace = Pace(limit=2, rate=100_000)

    pages = replays.replay(office.services, mine(office), BY_ANN, Queue().publish, pace)

    assert [line.id for page in pages for line in page] == [one.id for one in letters[:2]]


def test_a_rate_is_kept(office: Office) -> None:
    for _ in range(3):
        kept_message(office, a_message(office))
    pace = Pace(rate=1.9)

    pages = replays.replay(office.services, mine(office), BY_ANN, Queue().publish, pace)

    assert len(next(pages)) == 1


def test_a_message_that_dies_again_is_open_again(office: Office) -> None:
    message = a_message(office)
    letter = kept_message(office, message)
    replay(office)

    again = kept_message(office, message)

    assert (again.id, again.state, again.count) == (letter.id, "open", 2)


def test_one_that_dies_again_before_we_commit_is_open_in_the_end(office: Office) -> None:
    message = a_message(office)
    letter = kept_message(office, message)
    died: list[Future[Kept]] = []

    with ThreadPoolExecutor(1) as intakes:

        def dies_at_once(messages: Sequence[Message]) -> list[Published]:
            died.append(intakes.submit(kept_message, office, message))
            return [Published.CONFIRMED for _ in messages]

        [*replays.replay(office.services, mine(office), BY_ANN, dies_at_once, Pace())]

    assert (died[0].result().id, died[0].result().count) == (letter.id, 2)
    assert state(office, letter) == "open"


def test_a_letter_that_somebody_else_is_at_is_left_alone(office: Office) -> None:
    letter, queue = kept_message(office, a_message(office)), Queue()

    with office.services.database.begin() as session:
        rows.claim(session, [letter.id])
        (line,) = replay(office, queue)

    assert (line.outcome, queue.bodies) == (Outcome.BUSY, [])


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


def a_defect(office: Office, connection: Connection) -> Kept:
    link_id = a_failed_record(office, connection)
    return kept(office, category="defect", link_id=link_id, connection_id=connection.id)


def test_a_letter_of_a_record_makes_the_record_due(office: Office) -> None:
    connection, queue = office.connect(), Queue()
    letter = a_defect(office, connection)

    (line,) = replay(office, queue)

    assert (line.outcome, queue.bodies) == (Outcome.DUE, [])
    assert office.links(connection) == {"CUS-1": "due"}
    assert state(office, letter) == "replayed"


def test_replaying_a_record_wakes_and_hints_its_connection(office: Office) -> None:
    connection = office.connect()
    a_defect(office, connection)
    office.change(connection, hinted_at=None, next_due=None)
    before, hinted = office.row(connection).wake_seq, Hinted()

    replay(replace(office, services=replace(office.services, hints=hinted)))

    after = office.row(connection)
    assert hinted.drives == [connection.id]
    assert after.wake_seq > before
    assert after.next_due is not None


def test_a_record_that_went_on_meanwhile_is_left_alone(office: Office) -> None:
    connection = office.connect()
    letter = a_defect(office, connection)
    synced = links.update().where(links.c.connection_id == connection.id).values(state="synced")
    with office.services.database.begin() as session:
        session.execute(synced)

    (line,) = replay(office)

    assert "went on meanwhile: it is synced" in line.why
    assert office.links(connection) == {"CUS-1": "synced"}
    assert state(office, letter) == "superseded"


def test_the_same_defect_in_two_connections_is_two_letters(office: Office) -> None:
    body = b'{"kind": "item", "record_id": "~sales:1", "fault": "defect"}'

    first = kept(office, category="defect", body=body, link_id=1, connection_id=1)
    second = kept(office, category="defect", body=body, link_id=2, connection_id=2)

    assert first.id != second.id


@pytest.mark.parametrize("link_id", [None, 1])
def test_what_is_in_the_books_twice_is_never_replayed(office: Office, link_id: int | None) -> None:
    doubled = "invoice INV-1 may be in the books twice: settled as 7, answered late as 9"
    letter = kept(office, category="two_in_the_books", reason=doubled, link_id=link_id)

    (line,) = replay(office)

    assert line.outcome is Outcome.NOT_REPLAYABLE
    assert "settled as 7, answered late as 9: look at both in the books" in line.why
    assert state(office, letter) == "open"


@pytest.mark.parametrize(
    ("state_", "said"),
    [
        ("open", "is not settled yet, and is looked up again by itself"),
        ("closed", "was settled meanwhile: there is nothing to send again"),
    ],
)
def test_an_answer_nobody_could_read_is_no_message(office: Office, state_: str, said: str) -> None:
    body = json.dumps({"submission": a_submission(office, state_)}).encode()
    kept(office, category="defect", body=body)

    (line,) = preview(office)

    assert line.outcome is Outcome.NOT_REPLAYABLE
    assert said in line.why
    assert line.why.endswith("then discard it")


@pytest.mark.parametrize("body", [b"[]", b"no JSON", b'{"submission": 999999999}'])
def test_a_note_of_ours_that_says_nothing_is_no_message(office: Office, body: bytes) -> None:
    kept(office, category="defect", body=body)

    (line,) = preview(office)

    assert "a note of our own and no message" in line.why


@pytest.mark.parametrize(
    ("category", "why"),
    [
        ("killed_process", "it ended intake before"),
        ("refused_by_database", "the database refused it before"),
    ],
)
def test_what_only_intake_can_try_again_is_said_to_have_failed_there(
    office: Office, category: str, why: str
) -> None:
    kept_message(office, a_message(office), category=category)

    (line,) = preview(office)

    assert line.outcome is Outcome.CREATE
    assert why in line.why


def test_headers_of_the_broker_are_not_sent_again(office: Office) -> None:
    headers = {"x-death": [], "x-delivery-count": 21, "x-first-death-queue": "q", "mine": "kept"}
    kept_message(office, a_message(office), headers=headers)
    sent: list[Message] = []

    def publish(messages: Sequence[Message]) -> list[Published]:
        sent.extend(messages)
        return [Published.CONFIRMED for _ in messages]

    [*replays.replay(office.services, mine(office), BY_ANN, publish, Pace())]

    assert [message.headers for message in sent] == [{"mine": "kept"}]


def test_a_letter_whose_id_was_accepted_with_another_body_is_superseded(office: Office) -> None:
    right = a_message(office, id="EV-9")
    letter = kept(office, body=b"{", source="/cmms/test", event_id="EV-9")
    intake.take_in(office.services.database, [builders.delivered(right)])

    replay(office)

    assert state(office, letter) == "superseded"


def test_a_preview_names_the_event_that_corrects_a_letter(office: Office) -> None:
    kept(office, event_id="EV-8")
    right = a_message(office, id="EV-8b", causationid="EV-8")
    intake.take_in(office.services.database, [builders.delivered(right)])

    (line,) = preview(office)

    assert line.outcome is Outcome.STILL_INVALID
    assert "event EV-8b corrects it: discard this letter" in line.why


def test_a_corrected_event_names_the_letter_that_it_corrects(office: Office) -> None:
    letter = kept(office, event_id="EV-7")
    nameless = kept(office)
    for causation in ("EV-7", f"dead_letter:{nameless.id}"):
        message = a_message(office, id=f"{causation}-corrected", causationid=causation)
        intake.take_in(office.services.database, [builders.delivered(message)])

    found = dead_letters.find(office.services, replace(mine(office), corrected=True), None)

    assert {one.id: one.corrected_by for one in found.letters} == {
        letter.id: "EV-7-corrected",
        nameless.id: f"dead_letter:{nameless.id}-corrected",
    }


FILTERS: dict[str, Callable[[Kept], Filter]] = {
    "id": lambda one: Filter(ids=(one.id,)),
    "category": lambda _: Filter(categories=("too_large",)),
    "text": lambda _: Filter(text="50% OF_it"),
    "type": lambda _: Filter(type="item.created"),
    "source": lambda _: Filter(source="/cmms/stock"),
    "since": lambda one: Filter(since=one.last_seen_at),
}


@pytest.mark.parametrize("by", FILTERS)
def test_letters_are_found_by(office: Office, by: str) -> None:
    kept(office, reason="50 percent of it")
    about_it = {"type": "item.created", "source": "/cmms/stock", "category": "too_large"}
    letter = kept(office, reason="only 50% of_it came", **about_it)

    wanted = replace(FILTERS[by](letter), tenant_id=office.tenant)

    assert [one.id for one in dead_letters.find(office.services, wanted, None).letters] == [
        letter.id
    ]


def test_what_is_discarded_is_written_down_and_only_once(office: Office) -> None:
    letter = kept(office)

    done = [[*dead_letters.discard(office.services, mine(office), BY_ANN)] for _ in range(2)]

    after = dead_letters.get(office.services, letter.id)
    assert done == [[[letter.id]], []]
    assert (after.letter.state, after.letter.note) == ("discarded", BY_ANN.note)
    assert [(act.who, act.verb) for act in after.acts] == [("ann", "discard")]


def test_only_letters_that_were_decided_long_ago_expire(office: Office) -> None:
    letters = [kept(office) for _ in range(3)]
    [*dead_letters.discard(office.services, Filter(ids=(letters[0].id, letters[1].id)), BY_ANN)]
    aged = sa.text("""UPDATE dead_letters SET decided_at = now() - interval '31 days',
        last_seen_at = now() - interval '31 days' WHERE id IN (:a, :b)""")

    with office.services.database.begin() as session:
        session.execute(aged, {"a": letters[0].id, "b": letters[2].id})
        rows.expire_decided(session, 30)
        left = rows.load(session, [one.id for one in letters])

    assert [one.id for one in left] == [letters[1].id, letters[2].id]
