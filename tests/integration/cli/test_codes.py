"""`books codes` and `books history` on the command line."""

from tests.integration.cli.conftest import Shell
from tests.integration.connecting import Office
from worker.failures import CODES
from worker.store import unknown_faults


def test_every_code_is_listed_with_who_acts(shell: Shell) -> None:
    lines = shell.run("codes", "list").stdout.splitlines()

    assert len(lines) == 1 + len(CODES)
    assert lines[0].split() == ["CODE", "CATEGORY", "TITLE", "WHO", "ACTS"]


def test_codes_of_one_category_are_picked(shell: Shell) -> None:
    found = shell.json("codes", "list", "--category", "period")

    assert [one["code"] for one in found] == ["period_closed"]


def test_the_page_of_a_code_is_shown(shell: Shell) -> None:
    shown = shell.run("codes", "show", "period_closed").stdout

    assert shown.startswith("# The books are closed at that date")
    assert "| quickbooks | 6200 |" in shown


def test_a_code_that_does_not_exist_is_refused(shell: Shell) -> None:
    assert shell.run("codes", "show", "no_such_code").exit_code == 2


def test_unknown_faults_are_shown_with_how_often(shell: Shell, office: Office) -> None:
    names = ("code", "endpoint", "example", "failure_id")
    heard = {"provider": "quickbooks", "shape": "oddly said", **dict.fromkeys(names, "x")}
    with office.services.database.begin() as session:
        unknown_faults.keep(session, heard)

    text = shell.run("codes", "unknown").output
    found = shell.json("codes", "unknown")

    assert "oddly said" in text
    assert ("oddly said", 1) in {(one["shape"], one["count"]) for one in found}


def test_a_history_is_a_line_for_each_thing_that_happened(shell: Shell, office: Office) -> None:
    office.connect()
    office.send("customer.created", id="CUS-1", name="Ada")

    lines = shell.run("history", "customer", "CUS-1", "--tenant", office.tenant).stdout.splitlines()

    assert lines[0] == f"customer CUS-1 of {office.tenant}"
    assert "event       customer.created  " in lines[1]


def test_a_history_for_machines_names_the_connections(shell: Shell, office: Office) -> None:
    connection = office.connect()
    office.send("customer.created", id="CUS-1", name="Ada")

    [found] = shell.json("history", "customer", "CUS-1", "--tenant", office.tenant)

    assert found["connections"] == [connection.id]
    assert [(one["what"], one["name"]) for one in found["entries"]] == [
        ("event", "customer.created")
    ]


def test_a_record_without_a_history_is_refused_with_where_to_look(
    shell: Shell, office: Office
) -> None:
    result = shell.run("history", "customer", "CUS-0", "--tenant", office.tenant)

    assert result.exit_code == 1
    assert "`books why` looks for it" in result.output
