"""`books records`, `status`, `sync` and `dead-letters`: what people and machines are shown."""

import json
import secrets

import pika
import pytest

from events import topology
from events.topology import REPLAY
from tests.integration.cli.conftest import Shell
from tests.integration.cli.test_connections import driven
from tests.integration.connecting import Office
from worker.settings import Settings
from worker.store import dead_letters
from worker.store.dead_letters import DeadLetter, Kept


@pytest.fixture
def letter(office: Office) -> Kept:
    """A message that came with headers and was refused."""
    whole = DeadLetter(
        category="malformed",
        reason="the body is no JSON",
        body=b"\xff not json " + secrets.token_bytes(4).hex().encode(),
        headers={"trace": "1", "x-delivery-count": 3},
        content_type="application/json",
        routing_key="customer.created",
        event_id="EV-1",
        tenant_id=office.tenant,
    )
    with office.services.database.begin() as session:
        dead_letters.keep(session, whole)
        return next(one for one in dead_letters.find(session) if one.body == whole.body)


def test_records_show_how_far_each_has_got(shell: Shell, office: Office) -> None:
    office.connect()
    office.send("customer.created", id="CUS-1", name="Ada")

    found = shell.json("records", "customer", "--tenant", office.tenant)

    assert [(one["record_id"], one["status"], one["ref"]) for one in found] == [
        ("CUS-1", "due", None)
    ]


def test_records_of_one_status_are_picked(shell: Shell, office: Office) -> None:
    office.connect()
    office.send("customer.created", id="CUS-1", name="Ada")

    found = shell.json("records", "customer", "--tenant", office.tenant, "--status", "failed")

    assert found == []


def test_pulled_accounts_are_listed(shell: Shell, office: Office) -> None:
    connection = office.connect()
    with driven(office, connection):
        synced = shell.json("sync", "accounts", "--tenant", office.tenant)

    listed = shell.run("records", "account", "--tenant", office.tenant).stdout.splitlines()

    assert synced[0]["counts"]["read"] == len(listed) - 1 > 10
    assert listed[0].split()[:2] == ["TENANT", "REF"]


def test_every_kind_of_record_can_be_listed(shell: Shell, office: Office) -> None:
    kinds = "vendor item invoice purchase_invoice expense payment tax_rate"

    answers = [shell.json("records", kind, "--tenant", office.tenant) for kind in kinds.split()]

    assert answers == [[]] * len(kinds.split())


def test_status_says_what_each_connection_owes(shell: Shell, office: Office) -> None:
    connection = office.connect()
    office.send("customer.created", id="CUS-1", name="Ada")

    status = shell.json("status")

    mine = next(one for one in status["connections"] if one["id"] == connection.id)
    assert (mine["state"], mine["records"]) == ("active", {"due": 1})
    assert {run["state"] for run in mine["runs"]} == {"queued"}
    assert status["backlog"]["outbox_pending"] > 0


def test_status_is_readable_and_says_why_a_connection_stands(shell: Shell, office: Office) -> None:
    connection = office.connect()
    office.change(connection, state="paused", paused_code="consent_withdrawn")

    text = shell.run("status").output

    name = office.row(connection).company["name"]
    assert f"{name}: paused (consent_withdrawn)" in text


STEERING = "\x1b]0;owned\x07\x9b2J\u202e"


def test_nothing_that_is_shown_steers_the_terminal(shell: Shell, office: Office) -> None:
    letter = DeadLetter(
        "malformed", f"no JSON: {STEERING}", f"{STEERING} body".encode(),
        tenant_id=office.tenant, type=f"customer{STEERING}", headers={"x": STEERING},
    )  # fmt: skip
    office.connect()
    office.send("customer.created", id=f"CUS-{STEERING}", name=STEERING)
    with office.services.database.begin() as session:
        dead_letters.keep(session, letter)
        kept = next(one for one in dead_letters.find(session) if one.body == letter.body)

    commands = [
        ("dead-letters", "list"),
        ("dead-letters", "show", kept.id),
        ("dead-letters", "show", kept.id, "--json"),
        ("records", "customer", "--tenant", office.tenant),
        ("records", "customer", "--tenant", office.tenant, "--json"),
        ("connections", "show", STEERING),
    ]
    shown = [shell.run(*command).output for command in commands]

    assert not [text for text in shown if {"\x1b", "\x07", "\x9b", "\u202e"} & set(text)]
    assert r"\u001b]0;owned\u0007\u009b2J\u202e body" in shown[1]
    assert json.loads(shown[2])["body"] == f"{STEERING} body"


def test_a_letter_is_listed_and_shown_whole(shell: Shell, letter: Kept) -> None:
    listed = shell.run("dead-letters", "list").output
    shown = shell.run("dead-letters", "show", letter.id).output

    assert "the body is no JSON" in listed
    assert r"\xff not json" in shown


def test_a_replayed_letter_reaches_intake_as_it_came(
    shell: Shell, letter: Kept, settings: Settings
) -> None:
    with pika.BlockingConnection(pika.URLParameters(settings.broker_url)) as connection:
        channel = connection.channel()
        topology.declare(channel)
        mine = channel.queue_declare("", exclusive=True).method.queue
        channel.queue_bind(mine, REPLAY, "#")

        result = shell.run("dead-letters", "replay", letter.id, "--as", "ann", "--note", "mended")

        method, properties, body = channel.basic_get(mine, auto_ack=True)
    assert result.exit_code == 0, result.output
    assert (body, method.routing_key) == (letter.body, "customer.created")
    assert (properties.headers, properties.message_id) == ({"trace": "1"}, "EV-1")


def test_a_discarded_letter_keeps_who_and_why(shell: Shell, letter: Kept) -> None:
    shell.run("dead-letters", "discard", letter.id, "--as", "ann", "--note", "a test message")

    shown = shell.json("dead-letters", "show", letter.id)
    assert (shown["state"], shown["decided_by"], shown["note"]) == (
        "discarded", "ann", "a test message",
    )  # fmt: skip
