"""`books connections settings` and what `show` and `status` say of a connection."""

import pytest

from tests.integration.cli.conftest import Shell
from tests.integration.cli.test_connections import driven
from tests.integration.connecting import Office
from worker.sync.options import OPTIONS


def test_settings_are_listed_with_what_they_may_be(shell: Shell, office: Office) -> None:
    connection = office.connect()

    listed = shell.run("connections", "settings", connection.id).output
    machine = {one["key"]: one for one in shell.json("connections", "settings", connection.id)}

    assert list(machine) == list(OPTIONS)
    assert all(one["meaning"] and one["choices"] for one in machine.values())
    assert [key for key in OPTIONS if key not in listed] == []
    assert "hold or cmms or books" in listed


def test_settings_are_set_and_go_back_to_their_defaults(shell: Shell, office: Office) -> None:
    connection = office.connect()
    given = ("kind.expense=off", "start_date=2026-01-31", "feed.payments=900", "conflict=cmms")

    shell.run("connections", "settings", connection.id, *given)
    there = shell.json("connections", "show", connection.id)["settings"]
    shell.run("connections", "settings", connection.id, "kinds=", "start_date=", "conflict=")
    back = shell.json("connections", "show", connection.id)["settings"]

    names = ("kinds", "start_date", "feed.payments", "conflict")
    expected = [
        "customer,vendor,item,invoice,purchase_invoice,payment",
        "2026-01-31",
        "900",
        "cmms",
    ]
    assert [there[name] for name in names] == expected
    assert [back[name] for name in names] == ["all", "none", "900", "hold"]


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        ("conflict=mine", "conflict=mine: choose hold or cmms or books"),
        ("colour=red", "there is no setting colour; known: kinds, start_date"),
        ("conflict", "conflict is not KEY=VALUE, such as conflict=cmms"),
    ],
)
def test_what_cannot_be_set_is_one_line(shell: Shell, office: Office, pair: str, said: str) -> None:
    connection = office.connect()

    result = shell.run("connections", "settings", connection.id, pair)

    assert result.exit_code == 1
    assert result.output.startswith(f"Error: {said}")
    assert len(result.output.splitlines()) == 1


def test_a_connection_shows_what_it_reads_and_has_read(shell: Shell, office: Office) -> None:
    connection = office.connect()

    known = shell.json("connections", "show", connection.id)
    text = shell.run("connections", "show", connection.id).output

    feeds = {one["feed"]: one for one in known["schedule"]}
    assert (feeds["payments"]["interval"], feeds["payments"]["reads_a_day"]) == (1800, 48)
    assert feeds["items"]["interval"] == 0
    assert known["reads_a_day"] == sum(one["reads_a_day"] for one in feeds.values()) <= 52
    assert [counts["read"] for counts in known["calls"].values()] == [2]
    assert f"reads a day      {known['reads_a_day']:g}" in text


def test_a_connection_shows_how_far_its_mapping_is(shell: Shell, office: Office) -> None:
    connection = office.connect()
    with driven(office, connection):
        shell.json("sync", "accounts", "--tenant", office.tenant)
    choices = {one["key"]: one for one in shell.json("connections", "mapping", connection.id)}
    shell.run(
        "connections", "mapping", connection.id, f"sales={choices['sales']['choices'][0]['ref']}"
    )

    known = shell.json("connections", "show", connection.id)
    text = shell.run("connections", "show", connection.id).output

    assert "sales" not in known["not_mapped"]
    assert {"income", "payment"} <= set(known["not_mapped"])
    assert "1 of 10 keys" in text
    assert "accounts done" in text


def test_status_counts_the_calls_of_this_month(shell: Shell, office: Office) -> None:
    connection = office.connect()

    status = shell.json("status")

    mine = next(one for one in status["connections"] if one["id"] == connection.id)
    assert mine["calls"] == {"read": 2}
    assert "calls this month" in shell.run("status").output
