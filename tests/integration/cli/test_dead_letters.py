"""`books dead-letters`: lists, previews, replays and exports, as people and runbooks use them."""

import base64
import json
import os
import secrets
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import dramatiq
import pika
import pytest
from pika.adapters.blocking_connection import BlockingChannel

from events import topology
from events.message import compose
from events.topology import REPLAY
from tests import builders
from tests.integration.cli.conftest import Shell
from tests.integration.connecting import Office
from tests.integration.meddling import until
from worker.broker import DEAD_HINTS, DRIVE, make_broker
from worker.settings import Settings
from worker.store import dead_letters, letter_search
from worker.store.dead_letters import DeadLetter
from worker.store.letter_search import Filter, Listed


def keep(office: Office, **fields: object) -> Listed:
    """A letter of this tenant: without `fields` one that no replay will mend."""
    given = {
        "category": "malformed_json",
        "reason": "the body is no JSON",
        "body": b"\xff not json " + secrets.token_bytes(4).hex().encode(),
        "headers": {"trace": "1", "x-delivery-count": 3},
        "event_id": "EV-1",
        "tenant_id": office.tenant,
    }
    letter = DeadLetter(**given | fields)  # type: ignore[arg-type]
    with office.services.database.begin() as session:
        dead_letters.keep(session, letter)
        return letter_search.listed(session, Filter(tenant_id=office.tenant))[0]


def keep_valid(office: Office) -> Listed:
    """A letter whose message intake takes by now."""
    data = builders.a_customer()
    message = compose("customer.created", source="/cmms", tenant=office.tenant, data=data)
    return keep(
        office,
        body=message.body,
        content_type=message.content_type,
        routing_key=message.routing_key,
        event_id=message.message_id,
    )


@pytest.fixture
def letter(office: Office) -> Listed:
    return keep(office)


@pytest.fixture
def replayed(settings: Settings) -> Iterator[tuple[BlockingChannel, str]]:
    """A channel, and a queue of ours that gets what is replayed."""
    with pika.BlockingConnection(pika.URLParameters(settings.broker_url)) as connection:
        channel = connection.channel()
        topology.declare(channel)
        queue = channel.queue_declare("", exclusive=True).method.queue
        channel.queue_bind(queue, REPLAY, "#")
        yield channel, queue
        channel.queue_purge(topology.INTAKE)


def test_the_list_says_how_often_each_was_seen(shell: Shell, office: Office) -> None:
    body = b"again and again"
    for _ in range(3):
        keep(office, body=body)

    result = shell.run("dead-letters", "list", "--tenant", office.tenant)

    headings, row = result.stdout.splitlines()
    assert headings.split()[:7] == ["ID", "STATE", "CATEGORY", "TYPE", "TENANT", "EVENT", "SEEN"]
    assert " 3 " in row
    assert "1 of 1 shown" in result.stderr


def test_a_list_is_cut_and_says_of_how_many(shell: Shell, office: Office) -> None:
    letters = [keep(office) for _ in range(3)]
    options = ("--tenant", office.tenant, "--limit", 2)

    listed = shell.run("dead-letters", "list", *options)
    ids = shell.run("dead-letters", "list", *options, "--ids").stdout

    assert "2 of 3 shown" in listed.stderr
    assert ids == f"{letters[2].id}\n{letters[1].id}\n"


def test_a_letter_is_shown_whole(shell: Shell, office: Office) -> None:
    letter = keep(office, detail="Traceback: boom")

    shown = shell.run("dead-letters", "show", letter.id).output

    assert r"\xff not json" in shown
    assert "Traceback: boom" in shown
    assert '"trace": "1"' in shown


def test_a_body_is_written_byte_by_byte(shell: Shell, letter: Listed) -> None:
    result = shell.run("dead-letters", "show", letter.id, "--raw")

    assert result.stdout_bytes.startswith(b"\xff not json ")
    assert len(result.stdout_bytes) == letter.bytes


def test_a_preview_is_the_default(shell: Shell, office: Office) -> None:
    letter = keep_valid(office)

    result = shell.run("dead-letters", "replay", letter.id)

    assert result.exit_code == 0, result.output
    assert f"{letter.id}  create: customer CUS-1, without a version" in result.stdout
    assert "nothing was done yet: add --apply" in result.stderr
    assert shell.json("dead-letters", "show", letter.id)["state"] == "open"


def test_a_replayed_letter_reaches_intake_as_it_came(
    shell: Shell, office: Office, replayed: tuple[BlockingChannel, str]
) -> None:
    letter, (channel, queue) = keep_valid(office), replayed

    result = shell.run("dead-letters", "replay", letter.id, "--apply", "--note", "mended")

    method, properties, body = channel.basic_get(queue, auto_ack=True)
    assert result.exit_code == 0, result.output
    assert (len(body), method.routing_key) == (letter.bytes, "customer.created")
    assert (properties.headers, properties.message_id) == ({"trace": "1"}, letter.event_id)


def test_many_are_replayed_by_filter_and_each_once(
    shell: Shell, office: Office, replayed: tuple[BlockingChannel, str]
) -> None:
    letters, (channel, queue) = [keep_valid(office) for _ in range(9)], replayed
    chosen = ("dead-letters", "replay", "--tenant", office.tenant, "--apply")

    first, second = shell.json(*chosen), shell.json(*chosen)

    got = [channel.basic_get(queue, auto_ack=True)[1] for _ in letters]
    assert {one.message_id for one in got} == {letter.event_id for letter in letters}
    assert channel.basic_get(queue)[0] is None
    assert (len(first["letters"]), second["letters"]) == (9, [])


def test_an_interrupted_replay_says_so_and_goes_on_later(shell: Shell, office: Office) -> None:
    letters = [keep_valid(office) for _ in range(8)]
    chosen = ("dead-letters", "replay", "--tenant", office.tenant, "--apply", "--json")

    with ThreadPoolExecutor(1) as person:
        person.submit(interrupt_after_one, office, letters)
        first = shell.run(*chosen, "--rate", 1)
    second = shell.json(*chosen[:-1])

    assert first.exit_code == 130
    assert "interrupted: the rest is as it was" in first.stderr
    assert 0 < len(second["letters"]) < len(letters)
    assert shell.json("dead-letters", "list", "--tenant", office.tenant) == []


def interrupt_after_one(office: Office, letters: list[Listed]) -> None:
    """Ctrl-C, as soon as the first letter is marked."""
    ids = tuple(letter.id for letter in letters)

    def is_under_way() -> bool:
        with office.services.database.begin() as session:
            return letter_search.count(session, Filter(ids=ids)) < len(ids)

    until(is_under_way)
    os.kill(os.getpid(), signal.SIGINT)


def test_what_stays_open_has_an_exit_code_of_its_own(shell: Shell, letter: Listed) -> None:
    result = shell.run("dead-letters", "replay", letter.id, "--json")

    said = json.loads(result.stdout)
    assert result.exit_code == 3
    assert said["counts"] == {"still invalid": 1}
    assert "UTF-8" in said["letters"][0]["why"]


def test_nothing_chosen_is_refused(shell: Shell) -> None:
    results = [shell.run("dead-letters", verb) for verb in ("replay", "discard")]

    assert [result.exit_code for result in results] == [1, 1]
    assert "--all means all" in results[0].output


def test_a_discarded_letter_keeps_who_and_why(shell: Shell, letter: Listed) -> None:
    shell.run("dead-letters", "discard", letter.id, "--who", "ann", "--note", "a test message")

    shown = shell.json("dead-letters", "show", letter.id)
    again = shell.run("dead-letters", "replay", letter.id)
    once_more = shell.run("dead-letters", "discard", letter.id)
    assert (shown["state"], shown["decided_by"], shown["note"]) == (
        "discarded", "ann", "a test message",
    )  # fmt: skip
    assert "not replayable: it was discarded by ann" in again.stdout
    assert f"{letter.id}: it was discarded by ann" in once_more.stderr


def test_many_are_discarded_only_when_told_so(shell: Shell, letter: Listed) -> None:
    chosen = ("dead-letters", "discard", "--tenant", letter.tenant_id)

    shown, done = shell.run(*chosen), shell.json(*chosen, "--apply")

    assert "1 dead letter would be discarded: add --apply" in shown.stdout
    assert done == {"applied": True, "ids": [letter.id]}


def test_what_is_shown_before_a_discard_is_what_is_discarded(shell: Shell, office: Office) -> None:
    letters = [keep(office) for _ in range(3)]
    chosen = ("dead-letters", "discard", "--tenant", office.tenant, "--limit", 1)

    shown, done = shell.json(*chosen), shell.json(*chosen, "--apply")

    assert shown["ids"] == done["ids"] == [letters[0].id]


def test_a_category_that_is_none_is_refused(shell: Shell) -> None:
    result = shell.run("dead-letters", "list", "--category", "malformed")

    assert result.exit_code == 2
    assert "malformed_json" in result.output


def test_an_export_holds_every_byte_and_every_act(
    shell: Shell, office: Office, tmp_path: Path
) -> None:
    letters = [keep(office) for _ in range(2)]
    shell.run("dead-letters", "discard", letters[0].id, "--who", "ann")
    chosen = ("--tenant", office.tenant, "--state", "all", "--output", tmp_path / "letters.jsonl")

    result = shell.run("dead-letters", "export", *chosen)
    named = shell.run("dead-letters", "export", letters[0].id).stdout

    lines = [json.loads(line) for line in (tmp_path / "letters.jsonl").read_text().splitlines()]
    assert [line["id"] for line in lines] == [letter.id for letter in letters]
    assert base64.b64decode(lines[0]["body_base64"]).startswith(b"\xff not json ")
    assert [act["verb"] for act in lines[0]["acts"]] == ["discard"]
    assert "2 dead letters exported" in result.stderr
    assert json.loads(named) == lines[0]


def test_a_moment_that_is_none_is_refused(shell: Shell) -> None:
    result = shell.run("dead-letters", "list", "--since", "yesterday")

    assert result.exit_code == 2
    assert "yesterday is neither a moment" in result.output


@pytest.mark.parametrize("since", ["2h", "2026-01-31", "2026-01-31T09:30:00+01:00"])
def test_letters_since_a_moment_are_listed(shell: Shell, letter: Listed, since: str) -> None:
    found = shell.json("dead-letters", "list", "--tenant", letter.tenant_id, "--since", since)

    assert [one["id"] for one in found] == [letter.id]
    assert "body" not in found[0]


@pytest.fixture
def broken_on(settings: Settings) -> Iterator[str]:
    """A queue for hints on which a worker broke: two of ours, and a stranger."""
    queue = DEAD_HINTS[0]
    with pika.BlockingConnection(pika.URLParameters(settings.broker_url)) as connection:
        channel = connection.channel()
        channel.queue_delete(queue)
        broker = make_broker(settings.broker_url)
        broker.declare_queue(DRIVE, ensure=True)
        for body in (hint(1), hint(2), b"an invoice, in the wrong place"):
            channel.basic_publish("", queue, body)
        yield queue
        channel.queue_purge(queue)
        broker.close()


def hint(number: int) -> bytes:
    return dramatiq.Message[None](
        queue_name=DRIVE, actor_name="drive", args=(number,), kwargs={}, options={}
    ).encode()


def test_dead_hints_are_dropped_and_strangers_kept(shell: Shell, broken_on: str) -> None:
    shown = shell.json("dead-letters", "hints")["queues"][broken_on]
    shell.run("dead-letters", "hints", "--apply", "--who", "ann")

    left = shell.json("dead-letters", "hints")["queues"][broken_on]
    kept = shell.json("dead-letters", "list", "--category", "not_a_hint", "--limit", 1)
    assert (shown, left) == ({"hints": 2, "others": 1}, {"hints": 0, "others": 0})
    assert shell.json("dead-letters", "show", kept[0]["id"])["body"].startswith("an invoice")
