"""`books payments` and the issues in `books status`, as people and machines are shown them."""

from datetime import date
from decimal import Decimal

import pytest

from tests.integration.cli.conftest import Shell
from tests.integration.connecting import Office
from worker.store import issues, payments
from worker.store.connections import Connection
from worker.store.payments import ON_ACCOUNT, Entry
from worker.terms import Cause


def an_entry(ref: str, invoice: str, **fields: object) -> Entry:
    given: dict[str, object] = {
        "payment_ref": ref,
        "invoice_ref": invoice,
        "invoice_id": f"INV-{invoice}",
        "date": date(2026, 11, 2),
        "amount": Decimal(100),
        "applied": Decimal("60.50"),
        "currency": "USD",
        "method": "Check",
        "reference": "CHK 7",
        "state": "received",
        "unapplied": Decimal("39.50"),
    }
    return Entry(**given | fields)  # type: ignore[arg-type]


@pytest.fixture
def connection(office: Office) -> Connection:
    """With three rows in the log: theirs, ours, and money on account."""
    connection = office.connect()
    ours = an_entry("18", "2", record_id="PAY-1", date=date(2026, 10, 2))
    nobodys = an_entry("19", ON_ACCOUNT, invoice_id=None, applied=Decimal(0))
    with office.services.database.begin() as session:
        payments.keep(session, connection.id, [an_entry("17", "1"), ours, nobodys])
    return connection


def test_the_log_says_whose_a_payment_is_and_what_is_left_of_it(
    shell: Shell, office: Office, connection: Connection
) -> None:
    found = shell.json("payments", "--tenant", office.tenant)

    shown = [(one["ref"], one["invoice_id"], one["entered_in"], one["unapplied"]) for one in found]
    assert shown == [
        ("18", "INV-2", "cmms", "39.5"),
        ("17", "INV-1", "books", "39.5"),
        ("19", None, "books", "39.5"),
    ]
    assert {one["connection_id"] for one in found} == {connection.id}


@pytest.mark.parametrize(
    ("options", "refs"),
    [(["--invoice", "INV-1"], ["17"]), (["--since", "2026-11-01"], ["17", "19"])],
)
@pytest.mark.usefixtures("connection")
def test_a_part_of_the_log_is_picked(
    shell: Shell, office: Office, options: list[str], refs: list[str]
) -> None:
    found = shell.json("payments", "--tenant", office.tenant, *options)

    assert [one["ref"] for one in found] == refs


@pytest.mark.usefixtures("connection")
def test_the_log_is_readable(shell: Shell, office: Office) -> None:
    result = shell.run("payments", "--tenant", office.tenant, "--invoice", "INV-1")

    heading, line = result.stdout.splitlines()
    assert heading.split()[:4] == ["TENANT", "DATE", "PAYMENT", "METHOD"]
    for said in ("2026-11-02", "CHK 7", "100.00", "60.50", "39.50", "received", "books"):
        assert said in line


def test_an_empty_log_is_no_error(shell: Shell, office: Office) -> None:
    result = shell.run("payments", "--tenant", office.tenant)

    assert (result.exit_code, result.stdout) == (0, "")


def test_a_date_that_is_none_is_refused(shell: Shell) -> None:
    assert shell.run("payments", "--since", "yesterday").exit_code == 2


def test_open_issues_are_shown_with_what_to_do(
    shell: Shell, office: Office, connection: Connection
) -> None:
    names = {"account": "Tools", "mapping": "journal_debit"}
    with office.services.database.begin() as session:
        issues.raise_(
            session, connection.id, Cause("account", "64"), "mapped_account_inactive", names
        )

    text = shell.run("status").output
    told = shell.json("status")["connections"]

    [issue] = next(one for one in told if one["id"] == connection.id)["issues"]
    assert (issue["code"], issue["cause"]) == ("mapped_account_inactive", "account:64")
    assert "The account Tools is inactive" in issue["explanation"]
    assert issue["explanation"] in text
    assert issue["steps"][0] in text
