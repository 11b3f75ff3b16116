"""`books records`, `status` and `sync`: what people and machines are shown."""

import json

from tests.integration.cli.conftest import Shell
from tests.integration.cli.test_connections import driven
from tests.integration.connecting import Office
from worker.store import dead_letters, letter_search
from worker.store.dead_letters import DeadLetter
from worker.store.letter_search import Filter


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
        (kept,) = letter_search.listed(session, Filter(tenant_id=office.tenant))

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
