"""The mapping: only accounts that exist and fit, and what waited for them goes on."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from tests.integration.connecting import Office
from worker.errors import Misuse
from worker.store import records
from worker.store.connections import Connection
from worker.store.records import Pulled
from worker.store.tables import links
from worker.sync import mapping


def account(ref: str, name: str, type_: str, classification: str, *, active: bool = True) -> Pulled:
    data = {
        "ref": ref,
        "name": name,
        "full_name": name,
        "type": type_,
        "classification": classification,
        "active": active,
    }
    return Pulled("account", ref, name, active, data, code=f"4{ref}")


@pytest.fixture
def connection(office: Office) -> Connection:
    """A connection whose chart of accounts was pulled."""
    connected = office.connect()
    chart = [
        account("1", "Sales of services", "Income", "Revenue"),
        account("2", "Checking", "Bank", "Asset"),
        account("3", "Old sales", "Income", "Revenue", active=False),
        account("4", "Debtors", "Accounts Receivable", "Asset"),
        account("6", "Prepaid", "Other Current Asset", "Asset"),
        Pulled("tax_code", "TAX", "Taxable", True, {"ref": "TAX", "name": "Taxable"}),
    ]
    with office.services.database.begin() as session:
        records.keep(session, connected.id, chart)
    return connected


@pytest.mark.parametrize("name", ["1", "41", "Sales of services"])
def test_an_account_is_named_by_id_code_or_name(
    office: Office, connection: Connection, name: str
) -> None:
    mapping.set_mapping(office.services, connection.id, {"sales": name})

    assert office.row(connection).mapping == {"sales": "1"}


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        ({"colour": "1"}, "no mapping colour; known: income"),
        ({"sales": "99"}, "no active account 99"),
        ({"sales": "3"}, "no active account 3"),
        ({"sales": "2"}, "Checking is of type Bank; sales needs another: revenue"),
        ({"payment": "4"}, "Debtors is of type Accounts Receivable; payment needs another: bank"),
        ({"payment": "6"}, "Prepaid is of type Other Current Asset; payment needs another: bank"),
        ({"purchase": "4"}, "Debtors is of type Accounts Receivable; purchase needs another"),
        ({"purchase": "2"}, "Checking is of type Bank; purchase needs another"),
        ({"journal_debit": "4"}, "Debtors is of type Accounts Receivable"),
        ({"asset": "2"}, "Checking is of type Bank"),
        ({"sales_tax": "1"}, "no active tax code 1"),
    ],
)
def test_what_does_not_fit_is_refused_and_changes_nothing(
    office: Office, connection: Connection, pair: dict[str, str], said: str
) -> None:
    with pytest.raises(Misuse, match=said):
        mapping.set_mapping(office.services, connection.id, {"income": "1"} | pair)

    assert office.row(connection).mapping == {}


def test_a_tax_code_is_named_without_regard_to_case(office: Office, connection: Connection) -> None:
    office.change(connection, company={"tax": "automated"})

    mapping.set_mapping(office.services, connection.id, {"sales_tax": "taxABLE"})

    assert office.row(connection).mapping == {"sales_tax": "TAX"}


def test_an_expense_may_be_owed_to_its_vendor(office: Office, connection: Connection) -> None:
    owed = account("5", "Creditors", "Accounts Payable", "Liability")
    with office.services.database.begin() as session:
        records.keep(session, connection.id, [owed])

    mapping.set_mapping(office.services, connection.id, {"journal_credit": "Creditors"})

    assert office.row(connection).mapping == {"journal_credit": "5"}


def test_an_empty_name_takes_the_key_out(office: Office, connection: Connection) -> None:
    mapping.set_mapping(office.services, connection.id, {"sales": "1", "income": "1"})

    mapping.set_mapping(office.services, connection.id, {"sales": ""})

    assert office.row(connection).mapping == {"income": "1"}


@pytest.mark.parametrize("cause", ["mapping:sales", "account:2"])
def test_what_waited_for_the_mapping_is_due(
    office: Office, connection: Connection, cause: str
) -> None:
    office.send("customer.created", id="CUS-1", name="Waits for a mapping")
    office.change(connection, mapping={"sales": "2"})
    waits = links.update().where(links.c.connection_id == connection.id)
    with office.services.database.begin() as session:
        session.execute(waits.values(state="waiting", waiting_on=[cause]))

    mapping.set_mapping(office.services, connection.id, {"sales": "1"})

    assert office.links(connection) == {"CUS-1": "due"}


def test_a_driver_learns_that_something_woke(office: Office, connection: Connection) -> None:
    before = office.row(connection).wake_seq

    mapping.set_mapping(office.services, connection.id, {"sales": "1"})

    assert office.row(connection).wake_seq > before


def test_choices_are_the_active_accounts_that_fit(office: Office, connection: Connection) -> None:
    office.change(connection, company={"tax": "automated"})

    shown = {one.use.key: one for one in mapping.show(office.services, connection.id)}

    assert [choice.name for choice in shown["sales"].choices] == ["Sales of services"]
    assert [choice.name for choice in shown["payment"].choices] == ["Checking"]
    assert [choice.ref for choice in shown["sales_tax"].choices] == ["TAX"]


def test_without_a_pulled_chart_nothing_can_be_mapped(office: Office) -> None:
    connected = office.connect()
    with office.services.database.begin() as session:
        session.execute(sa.text("DELETE FROM ledger_records WHERE connection_id = :id"),
                        {"id": connected.id})  # fmt: skip

    with pytest.raises(Misuse, match="has not been pulled yet"):
        mapping.set_mapping(office.services, connected.id, {"sales": "1"})


def test_payments_may_arrive_in_a_bank_or_wait_for_their_deposit(
    office: Office, connection: Connection
) -> None:
    undeposited = account("8", "Undeposited Funds", "Other Current Asset", "Asset")
    data = dict(undeposited.data) | {"subtype": "UndepositedFunds"}
    with office.services.database.begin() as session:
        records.keep(session, connection.id, [replace(undeposited, data=data)])

    shown = {one.use.key: one for one in mapping.show(office.services, connection.id)}
    mapping.set_mapping(office.services, connection.id, {"payment": "Undeposited Funds"})

    names = [choice.name for choice in shown["payment"].choices]
    assert names == ["Checking", "Undeposited Funds"]
    assert office.row(connection).mapping == {"payment": "8"}


@pytest.fixture
def abroad(office: Office, connection: Connection) -> Connection:
    """A company with a code for sales, one for purchases and one for both."""
    office.change(connection, company={"tax": "global"})
    sides = {"5": ("Out", True, False), "6": ("In", False, True), "7": ("Both", True, True)}
    found = [
        Pulled("tax_code", ref, name, True, {"ref": ref, "sales": sold, "purchases": bought})
        for ref, (name, sold, bought) in sides.items()
    ]
    with office.services.database.begin() as session:
        records.keep(session, connection.id, found)
    return connection


def test_a_tax_code_is_offered_for_the_side_it_has_rates_for(
    office: Office, abroad: Connection
) -> None:
    shown = {one.use.key: one for one in mapping.show(office.services, abroad.id)}

    assert {choice.name for choice in shown["sales_tax"].choices} == {"Taxable", "Out", "Both"}
    assert {choice.name for choice in shown["purchase_tax"].choices} == {"Taxable", "In", "Both"}


@pytest.mark.parametrize(("key", "name"), [("sales_tax", "In"), ("purchase_tax", "Out")])
def test_a_tax_code_of_the_other_side_is_refused(
    office: Office, abroad: Connection, key: str, name: str
) -> None:
    with pytest.raises(Misuse, match=f"{name} has no rate for this: tax code of taxable"):
        mapping.set_mapping(office.services, abroad.id, {key: name})


@pytest.fixture
def manual(office: Office, connection: Connection) -> Connection:
    """A US company whose sales tax is set up by hand: two pseudo codes, a real one and an old."""
    office.change(connection, company={"tax": "manual"})
    codes = [("TAX", "TAX", True), ("NON", "NON", True), ("3", "State", True), ("4", "Old", False)]
    found = [
        Pulled("tax_code", ref, name, active, {"ref": ref, "name": name, "rate": "8"})
        for ref, name, active in codes
    ]
    with office.services.database.begin() as session:
        records.keep(session, connection.id, found)
    return connection


def test_codes_that_leave_the_rate_open_are_not_offered(office: Office, manual: Connection) -> None:
    shown = {one.use.key: one for one in mapping.show(office.services, manual.id)}

    assert [choice.ref for choice in shown["sales_tax"].choices] == ["3"]
    assert [choice.ref for choice in shown["purchase_tax"].choices] == ["3"]


@pytest.mark.parametrize("key", ["sales_tax", "purchase_tax"])
@pytest.mark.parametrize("name", ["TAX", "non"])
def test_codes_that_leave_the_rate_open_are_refused(
    office: Office, manual: Connection, key: str, name: str
) -> None:
    with pytest.raises(Misuse, match="whether tax is due, not how much"):
        mapping.set_mapping(office.services, manual.id, {key: name})

    assert office.row(manual).mapping == {}


@pytest.mark.parametrize("name", ["3", "State", "sTATE"])
def test_a_real_tax_code_is_stored_by_its_id(office: Office, manual: Connection, name: str) -> None:
    mapping.set_mapping(office.services, manual.id, {"sales_tax": name})

    assert office.row(manual).mapping == {"sales_tax": "3"}


def test_an_inactive_tax_code_is_refused(office: Office, manual: Connection) -> None:
    with pytest.raises(Misuse, match="no active tax code Old"):
        mapping.set_mapping(office.services, manual.id, {"sales_tax": "Old"})


def test_a_sub_account_is_named_by_its_full_name(office: Office, connection: Connection) -> None:
    sub = account("7", "Repairs", "Income", "Revenue")
    data = dict(sub.data) | {"full_name": "Sales of services:Repairs"}
    with office.services.database.begin() as session:
        records.keep(session, connection.id, [replace(sub, data=data)])

    mapping.set_mapping(office.services, connection.id, {"sales": "Sales of services:Repairs"})

    assert office.row(connection).mapping == {"sales": "7"}
