"""A ledger that the worker never heard of works once it is registered: the flow knows ports."""

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr

from schemas.kinds import Kind
from schemas.status import Environment
from tests import builders
from tests.integration.tenant import KEY, WAITS, Hinted, Tenant
from tests.integration.third.book import Book, Sheet
from tests.integration.third.ledger import third
from worker.errors import Misuse
from worker.providers.authorizer import Application
from worker.settings import Settings
from worker.store.connections import Connection
from worker.store.secrets import Cipher
from worker.store.session import Database
from worker.sync import connections, consent, mapping, schedule
from worker.sync.connections import Wanted
from worker.sync.services import Services

MAPPING = {
    "income": "400",
    "expense": "500",
    "sales": "400",
    "purchase": "500",
    "journal_debit": "500",
    "journal_credit": "500",
    "payment": "100",
}


@pytest.fixture(scope="session")
def shelf() -> dict[str, Book]:
    """The books of all companies."""
    return {}


@pytest.fixture(scope="session")
def third_services(database_url: str, hints: Hinted, shelf: dict[str, Book]) -> Iterator[Services]:
    settings = Settings(
        database_url=database_url,
        broker_url="amqp://nobody.invalid",
        encryption_keys=[SecretStr(KEY)],
        **WAITS | {"collect_seconds": 0.0, "payments_interval": 1800},
    )
    with ThreadPoolExecutor(4) as senders:
        database = Database(database_url, threads=4)
        yield Services(settings, database, Cipher([KEY]), {"third": third(shelf)}, hints, senders)
        database.close()


@dataclass
class Client(Tenant):
    """A tenant whose company keeps its book in the third ledger."""

    book: Book
    company: str

    def the(self, record_id: str) -> Sheet:
        """The one sheet of a record of the CMMS."""
        (sheet,) = self.book.marked(record_id)
        return sheet

    def stands(self, record: dict[str, Any], change: dict[str, Any]) -> tuple[int, bool, bool]:
        """How often a record's sheet was written on, whether with the change, whether it is out."""
        sheet = self.the(record["id"])
        return sheet.turn, sheet.said.items() >= change.items(), sheet.is_out

    def told_last(self, type_: str) -> dict[str, Any]:
        found = [one for one in self.events() if one["type"] == f"accounting.{type_}"]
        assert found, self.told()
        return dict(found[-1]["data"])

    def a_day_later(self) -> None:
        """The clock pulls what it pulls in a day."""
        self.later(days=1)
        schedule.queue_pulls(self.services, (*schedule.LISTS, "payments"))
        self.work()


def connected(services: Services, tenant: str, company: str) -> Connection:
    """A person adds the connection and consents."""
    wanted = Wanted(tenant, "third", Environment.SANDBOX, Application("app", "secret"))
    added = connections.add(services, wanted)
    query = parse_qs(urlsplit(consent.start(services, added.id)).query)
    back = {"state": query["state"][0], "code": company, "company": company}
    taken = consent.finish(services, consent.read(services, "third", back))
    assert isinstance(taken, Connection)
    return taken


@pytest.fixture
def newcomer(
    third_services: Services, hints: Hinted, threads: ThreadPoolExecutor, shelf: dict[str, Book]
) -> Client:
    """Connected; nothing is pulled yet."""
    name, company = f"tenant-{secrets.token_hex(4)}", f"c{len(shelf) + 1}"
    shelf[company] = Book()
    row = connected(third_services, name, company)
    return Client(third_services, name, row.id, hints, threads, shelf[company], company)


@pytest.fixture
def client(newcomer: Client) -> Client:
    """Pulled and mapped; CUS-1, VEN-1, ITM-1 and INV-1 are in the book."""
    newcomer.work()
    mapping.set_mapping(newcomer.services, newcomer.connection_id, MAPPING)
    newcomer.send("customer.created", builders.a_customer())
    newcomer.send("vendor.created", builders.a_vendor())
    newcomer.send("item.created", builders.an_item())
    newcomer.send("invoice.created", builders.an_invoice())
    newcomer.work()
    return newcomer


def test_a_consent_binds_the_company(newcomer: Client) -> None:
    row = newcomer.row()

    assert (row.state, row.company_id) == ("active", newcomer.company)
    assert newcomer.told_last("connection.established")["company"]["ref"] == newcomer.company


def test_the_first_pulls_tell_what_the_book_begins_with(newcomer: Client) -> None:
    newcomer.book.enter(Kind.VENDOR, {"name": "Quay Tools", "active": True})

    newcomer.work()

    completed = [one["data"] for one in newcomer.events() if one["type"].endswith("completed")]
    assert {one["resource"]: one["created"] for one in completed} == {
        "accounts": 3,
        "taxes": 1,
        "customers": 0,
        "vendors": 1,
        "items": 0,
    }


def test_an_account_is_mapped_where_the_ledger_says_that_it_fits(newcomer: Client) -> None:
    newcomer.work()

    with pytest.raises(Misuse) as refused:
        mapping.set_mapping(newcomer.services, newcomer.connection_id, {"payment": "400"})
    mapping.set_mapping(newcomer.services, newcomer.connection_id, {"payment": "100"})

    assert refused.value.code == "account_type_wrong"
    assert newcomer.row().mapping == {"payment": "a3"}


def test_documents_wait_for_the_mapping(newcomer: Client) -> None:
    newcomer.work()
    newcomer.send("item.created", builders.an_item())
    newcomer.send("customer.created", builders.a_customer())
    newcomer.send("invoice.created", builders.an_invoice())
    newcomer.work()
    before = newcomer.states()["INV-1"]

    mapping.set_mapping(newcomer.services, newcomer.connection_id, MAPPING)
    newcomer.work()

    assert (before, newcomer.states()["INV-1"]) == ("waiting", "synced")


SAVED, VOIDED = ("created", "updated", "archived"), ("created", "updated", "voided")
EVERY_KIND: dict[str, tuple[tuple[str, str, str], dict[str, Any], dict[str, Any]]] = {
    "customer": (SAVED, builders.a_customer("CUS-2"), {"phone": "+1 503 555 0199"}),
    "vendor": (SAVED, builders.a_vendor("VEN-2"), {"phone": "+1 503 555 0199"}),
    "item": (SAVED, builders.an_item("ITM-2"), {"sales_price": "98.00"}),
    "invoice": (VOIDED, builders.an_invoice("INV-2"), {"memo": "Thank you"}),
    "purchase_invoice": (VOIDED, builders.a_bill("BILL-2"), {"memo": "Second"}),
    "expense": (("saved", "saved", "deleted"), builders.an_expense("EXP-2"), {"amount": "9.00"}),
    "payment": (
        ("recorded", "recorded", "deleted"),
        builders.a_payment("PAY-2"),
        {"reference": "CHK 1"},
    ),
}


def test_records_of_every_kind_come_change_and_go(client: Client) -> None:
    stood: list[dict[str, tuple[int, bool, bool]]] = []

    for step in range(3):
        for kind, (verbs, record, change) in EVERY_KIND.items():
            data = (record, record | change, {"id": record["id"]})[step]
            client.send(f"{kind}.{verbs[step]}", data)
        client.work()
        stood.append({kind: client.stands(*rest) for kind, (_, *rest) in EVERY_KIND.items()})

    for turn, changed, out in ((1, False, False), (2, True, False), (3, True, True)):
        assert set(stood[turn - 1].values()) == {(turn, changed, out)}, stood[turn - 1]


def test_many_documents_go_in_the_batches_of_the_ledger(client: Client) -> None:
    before = client.book.writes
    for number in range(2, 9):
        client.send("invoice.created", builders.an_invoice(f"INV-{number}"))

    client.work()

    assert set(client.states().values()) == {"synced"}
    assert client.book.writes - before == 3


@pytest.mark.parametrize(
    ("type_", "record", "writes"),
    [
        ("customer.created", builders.a_customer("CUS-2"), 2),  # the key is known: sent again
        ("payment.recorded", builders.a_payment("PAY-2"), 1),  # money is looked up first
        ("customer.updated", builders.a_customer(phone="+1 503 555 0199"), 1),  # no key
        ("invoice.voided", {"id": "INV-1"}, 1),
    ],
    ids=["create", "payment", "update", "removal"],
)
def test_an_answer_that_was_lost_after_the_write_is_found(
    client: Client, type_: str, record: dict[str, Any], writes: int
) -> None:
    before, client.book.loses_next = client.book.writes, True
    client.send(type_, record)
    client.drive()
    unknown = [one.state for one in client.submissions()].count("open")

    client.later(minutes=2)
    client.work()

    assert (unknown, client.book.writes - before) == (1, writes)
    assert client.link(str(record["id"])).state == "synced"
    assert len(client.book.marked(str(record["id"]))) == 1


def test_a_payment_in_the_book_is_told(client: Client) -> None:
    invoice = client.the("INV-1")
    said = {"date": "2026-11-02", "currency": "USD", "party": invoice.said["party"]}
    client.book.enter(Kind.PAYMENT, said | {"amount": "40.00", "pays": invoice.ref})

    client.a_day_later()

    told = client.told_last("payment.received")
    assert (told["invoice_id"], told["applied"], told["balance"]) == ("INV-1", "40.00", "60.00")
    assert (told["status"], told["paid_amount"]) == ("partially_paid", "40.00")


def test_our_own_payment_is_not_told(client: Client) -> None:
    client.send("payment.recorded", builders.a_payment())
    client.work()

    client.a_day_later()

    assert not [type_ for type_ in client.told() if type_.startswith("payment.")]
    assert client.book.balance(client.the("INV-1")) == Decimal(40)


def test_a_change_in_the_book_is_told_by_the_clock(client: Client) -> None:
    client.book.edit(client.the("CUS-1").ref, phone="+1 503 555 0100")

    client.a_day_later()

    told = client.told_last("record.changed")
    assert (told["record_id"], told["changed"]) == ("CUS-1", ["phone"])
    assert told["record"]["phone"] == "+1 503 555 0100"


def test_what_both_sides_changed_is_merged_by_field(client: Client) -> None:
    client.book.edit(client.the("CUS-1").ref, phone="+1 503 555 0100")

    client.send("customer.updated", builders.a_customer(email="office@harbor.example"))
    client.work()

    said = client.the("CUS-1").said
    assert (said["phone"], said["email"]) == ("+1 503 555 0100", "office@harbor.example")


def test_what_is_in_the_book_already_is_linked_and_not_doubled(newcomer: Client) -> None:
    held = newcomer.book.enter(Kind.CUSTOMER, builders.a_customer() | {"active": True})
    newcomer.send("customer.created", builders.a_customer())

    newcomer.work()

    assert newcomer.link("CUS-1").ref == held
    assert len(newcomer.book.of(Kind.CUSTOMER)) == 1
