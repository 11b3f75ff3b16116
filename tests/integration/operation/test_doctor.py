"""`books doctor`, with everything that it looks at broken for real."""

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta

import pika
import pytest
from click.testing import CliRunner
from cryptography.fernet import Fernet
from pika.adapters.blocking_connection import BlockingChannel

from events import topology
from tests.integration.tenant import KEY
from tests.integration.workshop import OpenShop, Shop, WithSettings
from worker.cli import main
from worker.store import installation
from worker.sync import doctor, doctor_broker, doctor_database, doctor_work, restored
from worker.sync.finding import Finding, State
from worker.sync.services import Services

NOWHERE = "postgresql://nobody@127.0.0.1:1/none"


def of(check: str, findings: Sequence[Finding]) -> Finding:
    """The only finding of a check."""
    [found] = [one for one in findings if one.check == check]
    return found


@pytest.fixture
def channel(rabbitmq_url: str) -> Iterator[BlockingChannel]:
    with pika.BlockingConnection(pika.URLParameters(rabbitmq_url)) as connection:
        channel = connection.channel()
        topology.declare(channel)
        yield channel


@pytest.fixture
def at_broker(with_settings: WithSettings, rabbitmq_url: str, channel: BlockingChannel) -> Services:
    return with_settings(broker_url=rabbitmq_url)


@pytest.fixture
def shop(open_shop: OpenShop) -> Shop:
    """A connection, nothing of it pulled."""
    return open_shop()


# The database


def test_a_database_in_order(shop: Shop) -> None:
    with shop.begin() as session:
        installation.note(session)
        installation.tick(session)

    found = [finding for check in doctor_database.CHECKS for finding in check.look(shop.services)]

    assert {finding.check: finding.state for finding in found} == dict.fromkeys(
        (check.name for check in doctor_database.CHECKS), State.FINE
    )


def test_a_database_that_does_not_answer_keeps_no_check_from_being_made() -> None:
    environment = {
        "BOOKS_DATABASE_URL": NOWHERE,
        "BOOKS_BROKER_URL": "amqp://127.0.0.1:1",
        "BOOKS_ENCRYPTION_KEYS": json.dumps([KEY]),
    }

    result = CliRunner().invoke(main, ["doctor", "--json"], env=environment)

    found = {one["check"]: one for one in json.loads(result.stdout)}
    assert (result.exit_code, found["database"]["state"]) == (2, "broken")
    assert (found["broker"]["state"], found["keys"]["state"]) == ("broken", "unknown")
    assert "BOOKS_DATABASE_URL" in found["database"]["todo"]


@pytest.mark.parametrize(
    ("revision", "state"), [("0002", "broken"), ("9999", "warning"), (None, "broken")]
)
def test_tables_of_another_release(shop: Shop, revision: str | None, state: str) -> None:
    [(current,)] = shop.all("SELECT version_num FROM alembic_version")
    shop.run("DELETE FROM alembic_version")
    if revision:
        shop.run("INSERT INTO alembic_version VALUES (:v)", v=revision)
    try:
        found = of("migrations", doctor_database.migrations(shop.services))
    finally:
        shop.run("DELETE FROM alembic_version")
        shop.run("INSERT INTO alembic_version VALUES (:v)", v=current)

    assert found.state == state


def test_a_table_that_is_missing_is_named(shop: Shop) -> None:
    shop.run("ALTER TABLE usage RENAME TO elsewhere")
    try:
        found = of("database rights", doctor_database.rights(shop.services))
    finally:
        shop.run("ALTER TABLE elsewhere RENAME TO usage")

    assert found == Finding(
        "database rights", State.BROKEN, "tables are missing: usage", "run `books migrate`"
    )


def test_more_threads_than_the_server_has_connections(
    shop: Shop, with_settings: WithSettings
) -> None:
    found = of(
        "database connections", doctor_database.connections(with_settings(worker_threads=5000))
    )

    assert (found.state, "BOOKS_WORKER_THREADS" in found.todo) == (State.WARNING, True)


def test_a_secret_that_no_key_reads_and_one_that_needs_an_old_key(
    shop: Shop, with_settings: WithSettings
) -> None:
    new, lost = Fernet.generate_key().decode(), Fernet.generate_key().decode()

    rotated = doctor_database.secrets(with_settings(encryption_keys=[new, KEY]))
    foreign = doctor_database.secrets(with_settings(encryption_keys=[lost]))

    assert (of("keys", rotated).state, of("keys", foreign).state) == ("warning", "broken")
    assert shop.tenant in of("keys", foreign).says


def test_a_restored_database_is_said_to_be_one(shop: Shop) -> None:
    restored.note(shop.services)
    shop.run("UPDATE installation SET database_oid = 1")

    found = of("restore", doctor_database.which(shop.services))

    assert (found.state, "books restore clear" in found.todo) == (State.WARNING, True)


def test_a_clock_that_stands_still(shop: Shop) -> None:
    restored.tick(shop.services)
    shop.run("UPDATE installation SET ticked_at = now() - interval '1 hour'")

    found = of("clockwork", doctor_database.ticking(shop.services))

    assert (found.state, "books scheduler" in found.todo) == (State.BROKEN, True)


# The broker


def test_queues_that_nobody_consumes(at_broker: Services) -> None:
    found = of("queue books.intake", doctor_broker.broker(at_broker))

    assert (found.state, found.todo) == (State.BROKEN, "start `books intake`")


def test_a_queue_that_is_missing(at_broker: Services, channel: BlockingChannel) -> None:
    channel.queue_delete("housekeeping")

    found = of("queues", doctor_broker.broker(at_broker))

    assert (found.state, "housekeeping" in found.says) == (State.BROKEN, True)


def test_a_queue_that_somebody_declared_otherwise(
    at_broker: Services, channel: BlockingChannel
) -> None:
    channel.queue_delete(topology.DEAD)
    channel.queue_declare(topology.DEAD, durable=True)
    try:
        found = [one for one in doctor_broker.broker(at_broker) if "otherwise" in one.says]
    finally:
        channel.queue_delete(topology.DEAD)
        topology.declare(channel)

    assert [(one.check, one.says) for one in found] == [
        ("queues", "declared otherwise than ours: books.dead")
    ]


def test_messages_that_were_given_up(at_broker: Services, channel: BlockingChannel) -> None:
    channel.confirm_delivery()
    channel.queue_purge(topology.DEAD)
    channel.basic_publish(topology.DEAD, "customer.created", b"{}")

    found = of("dead messages", doctor_broker.broker(at_broker))
    channel.queue_purge(topology.DEAD)

    assert (found.state, found.says) == (State.WARNING, "given up: 1 in books.dead")


# The work


def test_a_paused_connection_is_named_with_what_to_do(shop: Shop) -> None:
    shop.change(state="paused", paused_code="consent_withdrawn")

    found = of("connections", doctor_work.connections(shop.services))

    assert (found.state, shop.tenant in found.says, bool(found.todo)) == (
        State.WARNING, True, True
    )  # fmt: skip


def test_a_consent_that_lapses_soon(shop: Shop) -> None:
    shop.change(refresh_expires_at=shop.row().created_at + timedelta(days=3))

    found = of("connections", doctor_work.connections(shop.services))

    assert f"books connections connect {shop.connection_id}" in found.todo


def test_a_connection_that_nobody_drives(shop: Shop) -> None:
    shop.change(next_due=shop.row().created_at - timedelta(hours=1))

    found = of("driving", doctor_work.lateness(shop.services))

    assert found.state == State.BROKEN


@pytest.mark.parametrize(
    ("url", "environment", "state"),
    [
        ("http://localhost:8080", "sandbox", "fine"),
        ("http://localhost:8080", "production", "warning"),
        ("http://books.example", "sandbox", "warning"),
        ("https://books.example", "production", "fine"),
    ],
)
def test_where_browsers_find_us(
    shop: Shop, with_settings: WithSettings, url: str, environment: str, state: str
) -> None:
    shop.change(environment=environment)

    found = of("public url", doctor_work.public_url(with_settings(public_url=url)))

    assert found.state == state


@pytest.mark.parametrize(
    ("states", "code"),
    [([], 0), (["fine"], 0), (["fine", "warning"], 1), (["unknown"], 1), (["broken", "fine"], 2)],
)
def test_the_worst_finding_decides_the_exit_code(states: list[str], code: int) -> None:
    findings = [Finding("x", State(state), "") for state in states]

    assert doctor.exit_code(findings) == code
